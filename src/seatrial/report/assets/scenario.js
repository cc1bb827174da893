// One scenario opened: transport, nodes, and a lane a workload. All share one time.
"use strict";
const scenario = (() => {
  const LANES = 40; // so many lanes at most before those in which nothing happens are folded
  const CLOSEST = 20; // seconds that the lanes show at least
  const QUIET = 60; // seconds without any event at the end that are worth cutting off

  class Lane {
    constructor(view, workload) {
      this.view = view;
      this.workload = workload;
      this.plot = element("div", { class: "plot", role: "img", "aria-label": this.summary() });
      this.plot.style.height = `${charts.height(workload) + 1}px`;
      this.readout = element("div", { class: "readout" });
      const hurt = this.hurt();
      const label = element("button", { class: "label", type: "button", "aria-pressed": "false", onclick: () => view.choose(workload.key) },
        element("b", {}, workload.name), hurt ? element("span", { class: "hurt" }, hurt) : element("small", {}, workload.service ? `${workload.kind} · served` : workload.kind));
      this.label = label;
      this.root = element("div", { class: "lane" }, label, this.plot, this.readout);
      const point = (event) => {
        const box = this.plot.getBoundingClientRect();
        view.player.pause();
        const [begin, end] = view.span;
        view.player.seek(begin + ((event.clientX - box.left) / box.width) * (end - begin));
      };
      this.plot.addEventListener("pointerdown", (event) => { this.plot.setPointerCapture(event.pointerId); point(event); });
      this.plot.addEventListener("pointermove", (event) => { if (event.buttons) point(event); });
    }

    get eventful() {
      return this.workload.steps.length > 1 || this.workload.failed > 0;
    }

    hurt() {
      const { outages, failed } = this.workload;
      const down = outages.reduce((sum, [begin, end]) => sum + end - begin, 0);
      const parts = [];
      if (down >= 1) parts.push(`down ${time.lasting(down)}`);
      if (failed >= 0.5) parts.push(`${time.number(failed)} failed`);
      return parts.join(" · ");
    }

    summary() {
      return `${this.workload.name}: ${this.hurt() || "nothing failed"}`;
    }

    mount() {
      if (!this.chart) this.chart = charts.draw(this.plot, this.view.timeline, this.workload, this.view.span);
      this.show(this.view.player.t);
    }

    unmount() {
      if (this.chart) this.chart.destroy();
      this.chart = null;
    }

    show(t) {
      if (!this.chart) return;
      const [, ready, unready, pending, served, failed] = time.at(this.workload.steps, t) || [0, 0, 0, 0, 0, 0];
      const others = [unready ? `${unready} unready` : "", pending ? `${pending} pending` : ""].filter(Boolean);
      const text = `${ready}/${others.join()}/${served}/${failed}`;
      if (text === this.told) return;
      this.told = text;
      const pods = [element("b", {}, `${ready} ready`), others.length ? `, ${others.join(", ")}` : ""];
      const rates = this.workload.service ? [element("br"), `${time.rate(served)} req/s`] : [];
      if (failed > 0) rates.push(" · ", element("span", { class: "hurt" }, `${time.rate(failed)} failed/s`));
      this.readout.replaceChildren(...pods, ...rates);
    }
  }

  class View {
    constructor(whole, place) {
      const last = time.lastEvent(whole);
      const quiet = whole.seconds - last > QUIET ? Math.ceil(last * 1.05 + 10) : whole.seconds;
      const timeline = { ...whole, seconds: Math.min(whole.seconds, quiet) };
      this.timeline = timeline;
      this.span = [0, Math.max(1, timeline.seconds)];
      this.stage = new stage.Stage(timeline);
      this.player = new player.Player(timeline, (t) => this.show(t));
      this.lanes = timeline.workloads.map((workload) => new Lane(this, workload));
      this.rank();
      this.scale = element("div", { class: "scale" });
      const axis = element("div", { class: "lane axis", "aria-hidden": "true" }, element("span"), this.scale, element("span"));
      this.lines = element("div", { class: "card lines" }, axis, ...this.lanes.map((lane) => lane.root));
      this.fold();
      this.root = element("div", {}, element("p", { class: "what" }, this.lead(whole)),
        this.player.root, this.marks(),
        element("h3", {}, "Nodes", element("small", {}, "point at a pod for its name and state")), this.stage.root, stage.keys(timeline),
        element("h3", {}, "Workloads", element("small", {}, "click in a timeline to go to that moment, on a name to follow its pods"), this.zoomButtons()), this.lines, this.laneKeys());
      place.replaceChildren(this.root);
      this.label();
      this.watchLanes();
      this.player.seek(0);
    }

    // Those that were hurt come first, then those in which something happened.
    rank() {
      const down = (w) => w.outages.reduce((sum, [begin, end]) => sum + end - begin, 0);
      const weight = (lane) => [lane.workload.failed > 0 ? 1 : 0, down(lane.workload), lane.workload.failed, lane.eventful ? 1 : 0];
      this.lanes.sort((a, b) => {
        const x = weight(a);
        const y = weight(b);
        const differs = x.findIndex((value, index) => value !== y[index]);
        return differs < 0 ? 0 : y[differs] - x[differs];
      });
    }

    fold() {
      const still = this.lanes.filter((lane) => !lane.eventful);
      if (this.lanes.length <= LANES || !still.length) return;
      for (const lane of still) lane.root.hidden = true;
      const more = element("button", { class: "quiet", type: "button", onclick: () => {
        for (const lane of still) lane.root.hidden = false;
        more.remove();
      } }, `Show ${still.length} workloads in which nothing happened`);
      this.lines.append(more);
    }

    lead(whole) {
      const lasted = time.lasting(whole.seconds);
      const cut = whole.seconds > this.timeline.seconds ? `; after ${time.clock(this.timeline.seconds)} all is quiet` : "";
      return `${whole.title}. ${lasted} of the cluster's time${cut}.`;
    }

    label() {
      const [begin, end] = this.span;
      this.scale.replaceChildren(...time.ticks(this.span, innerWidth < 720 ? 4 : 9).map((t) => {
        const label = element("span", {}, time.clock(t));
        label.style.left = `${(100 * (t - begin)) / (end - begin)}%`;
        return label;
      }));
    }

    zoomButtons() {
      const button = (sign, name, factor) => element("button", { class: "zoom", type: "button", "aria-label": name, title: name, onclick: () => this.zoom(factor) }, sign);
      return element("span", { class: "zooms" }, button("−", "Zoom out", 2), button("+", "Zoom in on the time shown", 0.5));
    }

    // Show `factor` times the present stretch, with the time shown in its middle.
    zoom(factor) {
      const whole = Math.max(1, this.timeline.seconds);
      const length = Math.min(whole, Math.max(CLOSEST, (this.span[1] - this.span[0]) * factor));
      this.look(this.player.t - length / 2, length);
    }

    look(from, length) {
      const begin = Math.max(0, Math.min(from, Math.max(1, this.timeline.seconds) - length));
      this.span = [begin, begin + length];
      this.label();
      this.redraw();
      this.point(this.player.t);
    }

    point(t) {
      const [begin, end] = this.span;
      this.lines.style.setProperty("--now", (t - begin) / (end - begin));
    }

    marks() {
      this.markButtons = this.timeline.marks.map((mark) => element("button", { type: "button", onclick: () => { this.player.pause(); this.player.seek(mark.t); } },
        element("b", {}, time.clock(mark.t)), mark.text));
      return element("ul", { class: "marks", "aria-label": "What was done" }, ...this.markButtons.slice(0, 40).map((button) => element("li", {}, button)));
    }

    laneKeys() {
      const key = (state, text) => element("span", { class: "key", "data-state": state }, element("i"), text);
      return element("div", { class: "keys" }, key("ready", "ready pods"), key("unready", "unready pods"), key("pending", "pending pods (hatched)"),
        key("failed", "failed requests per second, in a strip of their own; bar on top: nothing was served"), element("span", { class: "key" }, "┄ replicas asked for"));
    }

    watchLanes() {
      const lanes = new Map(this.lanes.map((lane) => [lane.root, lane]));
      this.seen = new IntersectionObserver((entries) => {
        for (const entry of entries) {
          const lane = lanes.get(entry.target);
          if (entry.isIntersecting) lane.mount();
          else lane.unmount();
        }
      }, { rootMargin: "400px" });
      for (const lane of this.lanes) this.seen.observe(lane.root);
      this.sized = new ResizeObserver(() => {
        this.stage.release();
        this.stage.keepHeight();
        for (const lane of this.lanes) if (lane.chart) lane.chart.setSize({ width: Math.max(40, lane.plot.clientWidth), height: charts.height(lane.workload) });
      });
      this.sized.observe(this.lines);
    }

    show(t) {
      this.stage.show(t);
      const [begin, end] = this.span;
      if (t < begin || t > end) this.look(t - (end - begin) / 10, end - begin);
      else this.point(t);
      for (const lane of this.lanes) lane.show(t);
      this.markButtons.forEach((button, index) => button.classList.toggle("past", this.timeline.marks[index].t <= t + 1e-9));
    }

    choose(key) {
      this.chosen = this.chosen === key ? null : key;
      for (const lane of this.lanes) {
        const mine = lane.workload.key === this.chosen;
        lane.root.classList.toggle("chosen", mine);
        lane.label.setAttribute("aria-pressed", String(mine));
        if (mine) lane.root.hidden = false;
      }
      this.stage.choose(this.chosen);
    }

    redraw() {
      for (const lane of this.lanes) {
        if (!lane.chart) continue;
        lane.unmount();
        lane.mount();
      }
    }

    close() {
      this.player.pause();
      this.stage.hush();
      this.seen.disconnect();
      this.sized.disconnect();
      for (const lane of this.lanes) lane.unmount();
    }
  }

  return { View };
})();
