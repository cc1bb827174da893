// Play button, slider and clock of a scenario. It owns the time shown and tells `onTime` of every change.
"use strict";
const player = (() => {
  const WHOLE = 24; // seconds that a scenario takes to play
  const SPEEDS = [["slow", 0.4], ["normal", 1], ["fast", 3]];
  const PLAY = "M3 1.500v9l7.5-4.500Z";
  const PAUSE = "M2.5 1.500h2.500v9H2.500ZM7 1.500h2.500v9H7Z";

  class Player {
    constructor(timeline, onTime) {
      this.timeline = timeline;
      this.onTime = onTime;
      this.t = 0;
      this.speed = 1;
      this.button = element("button", { class: "play", type: "button", onclick: () => this.toggle() });
      this.slider = element("input", {
        type: "range", min: "0", max: String(timeline.seconds), step: "any", "aria-label": "Time in the scenario",
        oninput: () => { this.pause(); this.seek(Number(this.slider.value)); },
        onkeydown: (event) => this.key(event),
      });
      const ticks = timeline.marks.map((mark) => {
        const tick = element("i", {});
        tick.style.left = `${(100 * mark.t) / Math.max(1, timeline.seconds)}%`;
        return tick;
      });
      this.clock = element("span", { class: "clock" });
      this.now = element("div", { class: "now" });
      const speed = element("select", { class: "speed", "aria-label": "Speed", onchange: (event) => { this.speed = Number(event.target.value); } },
        ...SPEEDS.map(([name, factor]) => element("option", factor === 1 ? { value: factor, selected: "" } : { value: factor }, name)));
      this.root = element("div", { class: "card transport" }, this.button,
        element("div", { class: "track" }, this.slider, element("div", { class: "ticks" }, ...ticks)),
        element("div", { class: "time" }, this.clock, speed), this.now);
      this.face();
    }

    seek(t) {
      this.t = Math.min(Math.max(0, t), this.timeline.seconds);
      this.slider.value = String(this.t);
      this.slider.setAttribute("aria-valuetext", time.clock(this.t));
      this.clock.replaceChildren(time.clock(this.t), element("small", {}, ` / ${time.clock(this.timeline.seconds)}`));
      const last = this.timeline.marks.filter((mark) => mark.t <= this.t + 1e-9).pop();
      this.now.textContent = last ? `${time.clock(last.t)} ${last.text}` : "Nothing is done yet";
      this.onTime(this.t);
    }

    // A second an arrow key, ten with page keys; the browser's own step would be a hundredth of the range.
    key(event) {
      const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
      if (!step && event.key !== " ") return;
      event.preventDefault();
      if (event.key === " ") { this.toggle(); return; }
      this.pause();
      this.seek(this.t + step);
    }

    toggle() {
      if (this.playing) { this.pause(); return; }
      if (this.t >= this.timeline.seconds) this.seek(0);
      let before = null;
      const frame = (now) => {
        if (before !== null) this.seek(this.t + ((now - before) / 1000) * this.speed * (this.timeline.seconds / WHOLE));
        before = now;
        if (this.t < this.timeline.seconds) this.playing = requestAnimationFrame(frame);
        else this.pause();
      };
      this.playing = requestAnimationFrame(frame);
      this.face();
    }

    pause() {
      if (this.playing) cancelAnimationFrame(this.playing);
      this.playing = null;
      this.face();
    }

    face() {
      this.button.setAttribute("aria-label", this.playing ? "Pause" : "Play");
      this.button.replaceChildren(glyph(this.playing ? PAUSE : PLAY, true));
      this.button.firstChild.setAttribute("width", "16");
    }
  }

  return { Player };
})();
