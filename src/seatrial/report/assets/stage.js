// The nodes with the pods on them at one moment. A pod has one element for its whole life; only what changed is touched.
"use strict";
const stage = (() => {
  const DENSE = 120;
  const DRAWN = {
    ready: ["M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 0 0 0-9Z", true],
    starting: ["M6 1.5a4.5 4.5 0 0 1 0 9Z", true],
    unready: ["M6 2v4.500M6 9.800v.1", false],
    pending: ["M6 2a4 4 0 1 0 0 8a4 4 0 0 0 0-8Z", false],
    crashing: ["M2.5 2.500l7 7M9.5 2.500l-7 7", false],
    failed: ["M2.5 2.500l7 7M9.5 2.500l-7 7", false],
    terminating: ["M2.5 6h7", false],
    succeeded: ["M2 6.500l2.8 2.800L10 3.5", false],
  };
  const SAID = { crashing: "crash looping", unready: "running, not ready", gone: "gone" };
  const said = (state) => SAID[state] || state;

  class Stage {
    constructor(timeline) {
      this.timeline = timeline;
      this.root = element("div", { class: "stage", role: "group", "aria-label": "Nodes and their pods" });
      this.root.classList.toggle("dense", timeline.pods.length > DENSE || timeline.nodes.length > 16);
      this.nodes = new Map();
      for (const node of timeline.nodes) this.addNode(node);
      this.homeless = element("div", { class: "pods" });
      this.pen = element("div", { class: "node homeless" }, element("header", {}, element("b", {}, "No node yet")), this.homeless);
      this.root.append(this.pen);
      const byName = (a, b) => a.workload.localeCompare(b.workload) || a.name.localeCompare(b.name);
      this.pods = [...timeline.pods].sort(byName).map((pod, index) => this.pod(pod, index));
      this.root.addEventListener("keydown", (event) => this.walk(event));
    }

    addNode(node) {
      const state = element("span", { class: "state" });
      const pods = element("div", { class: "pods" });
      const where = [node.zone, node.machine].filter(Boolean).join(" · ");
      const head = element("header", {}, element("b", {}, node.name), state, element("small", { title: where }, where));
      const card = element("div", { class: "node" }, head, pods);
      this.nodes.set(node.name, { node, card, state, pods, shown: "" });
      this.root.append(card);
    }

    pod(pod, index) {
      const name = pod.workload.split("/").pop();
      const made = element("span", { class: "pod", tabindex: "-1", role: "img" }, glyph(...DRAWN.ready), element("span", { class: "name" }, name));
      made.style.order = index;
      const shown = { pod, made, state: "", place: null };
      for (const event of ["mouseenter", "focus"]) made.addEventListener(event, () => this.tell(shown));
      for (const event of ["mouseleave", "blur"]) made.addEventListener(event, () => this.hush());
      return shown;
    }

    show(t) {
      this.t = t;
      for (const shown of this.nodes.values()) {
        const step = time.at(shown.node.steps, t);
        const state = step ? step[1] : "gone";
        if (state === shown.shown) continue;
        shown.shown = state;
        shown.card.dataset.state = state;
        shown.state.textContent = state === "down" ? "✗ down" : state === "cordoned" ? "⊘ cordoned" : state;
      }
      let waiting = 0;
      for (const shown of this.pods) {
        this.place(shown, t);
        if (shown.place === this.homeless) waiting += 1;
      }
      this.pen.hidden = !waiting && !this.everHomeless;
      if (waiting) this.everHomeless = true;
      this.keepHeight();
    }

    place(shown, t) {
      const step = time.at(shown.pod.steps, t);
      const state = step ? step[1] : "gone";
      if (state === shown.state) return;
      const home = state === "pending" || !this.nodes.has(shown.pod.node) ? this.homeless : this.nodes.get(shown.pod.node).pods;
      const place = state === "gone" ? null : home;
      if (place !== shown.place) {
        if (place) place.append(shown.made);
        else shown.made.remove();
        shown.place = place;
      }
      shown.state = state;
      if (!place) return;
      shown.made.dataset.state = state;
      shown.made.setAttribute("aria-label", `${shown.pod.name}, ${said(state)}`);
      shown.made.firstChild.replaceWith(glyph(...(DRAWN[state] || DRAWN.pending)));
    }

    // Cards never shrink while a scenario is shown: what stands below would jump.
    keepHeight() {
      const height = this.root.offsetHeight;
      if (height > (this.height || 0) && !this.root.classList.contains("dense")) {
        this.height = height;
        this.root.style.minHeight = `${height}px`;
      }
      const first = this.root.querySelector(".pod");
      if (first && !this.root.querySelector('.pod[tabindex="0"]')) first.tabIndex = 0;
    }

    release() {
      this.height = 0;
      this.root.style.minHeight = "";
    }

    choose(key) {
      for (const shown of this.pods) shown.made.classList.toggle("other", Boolean(key) && shown.pod.workload !== key);
    }

    // Arrow keys go from pod to pod; the group is one stop for the tab key.
    walk(event) {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step || !event.target.classList.contains("pod")) return;
      const all = [...this.root.querySelectorAll(".pods")].flatMap((place) =>
        [...place.children].sort((a, b) => a.style.order - b.style.order));
      const next = all[all.indexOf(event.target) + step];
      event.preventDefault();
      if (!next) return;
      event.target.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    }

    tell(shown) {
      this.hush();
      const step = time.at(shown.pod.steps, this.t);
      if (!step) return;
      const since = step[0] > 0 ? ` since ${time.clock(step[0])}` : "";
      const where = shown.place === this.homeless ? "no node" : shown.pod.node;
      this.tip = element("div", { class: "tip", role: "tooltip" }, element("b", {}, shown.pod.name), `${said(step[1])}${since} · ${where} · ${shown.pod.workload}`);
      document.body.append(this.tip);
      const box = shown.made.getBoundingClientRect();
      const left = Math.min(box.left, innerWidth - this.tip.offsetWidth - 8);
      const above = box.top - this.tip.offsetHeight - 6;
      this.tip.style.left = `${Math.max(8, left)}px`;
      this.tip.style.top = `${above > 60 ? above : box.bottom + 6}px`;
    }

    hush() {
      if (this.tip) this.tip.remove();
      this.tip = null;
    }
  }

  // What the drawings mean; only states that occur.
  function keys(timeline) {
    const seen = new Set(timeline.pods.flatMap((pod) => pod.steps.map((step) => step[1])));
    const listed = Object.keys(DRAWN).filter((state) => seen.has(state));
    return element("div", { class: "keys" }, ...listed.map((state) =>
      element("span", { class: "key", "data-state": state }, glyph(...DRAWN[state]), said(state))));
  }

  return { Stage, keys };
})();
