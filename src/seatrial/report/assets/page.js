// The page: theme, filters of the findings, tabs, and the address that says what is shown
// (#scenario=node-drain&workload=shop/Deployment/cart&t=31).
"use strict";
(() => {
  const timelines = new Map(JSON.parse(document.getElementById("data").textContent).timelines.map((line) => [line.scenario, line]));
  const tabs = [...document.querySelectorAll("[data-tab]")];
  const panel = document.getElementById("panel");
  let view = null;

  function theme(name) {
    document.documentElement.dataset.theme = name;
    if (view) view.redraw();
  }

  function open(name) {
    if (!timelines.has(name) || (view && view.timeline.scenario === name)) return;
    if (view) view.close();
    for (const tab of tabs) {
      const chosen = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      if (chosen) panel.setAttribute("aria-labelledby", tab.id);
    }
    view = new scenario.View(timelines.get(name), panel);
  }

  function follow() {
    const asked = new URLSearchParams(location.hash.slice(1));
    const name = asked.get("scenario");
    if (!timelines.has(name)) return;
    open(name);
    const workload = asked.get("workload");
    if (workload && view.chosen !== workload) view.choose(workload);
    const t = Number(asked.get("t"));
    view.player.pause();
    if (asked.has("t") && Number.isFinite(t)) view.player.seek(t);
    if (asked.has("play")) view.player.toggle();
    document.getElementById("scenarios").scrollIntoView({ behavior: "instant" });
  }

  function tabKeys(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
    next.focus();
    open(next.dataset.tab);
  }

  function filter() {
    const words = document.getElementById("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const severities = new Set([...document.querySelectorAll(".filter input:checked")].map((box) => box.dataset.severity));
    let left = 0;
    for (const finding of document.querySelectorAll(".finding")) {
      finding.text = finding.text || finding.textContent.toLowerCase();
      finding.hidden = !severities.has(finding.dataset.severity) || !words.every((word) => finding.text.includes(word));
      if (!finding.hidden) left += 1;
    }
    document.getElementById("none-left").hidden = left > 0;
  }

  function foldCalm() {
    const rows = [...document.querySelectorAll(".matrix .calm")];
    const button = document.getElementById("show-calm");
    if (!button || document.querySelectorAll(".matrix tbody tr").length <= 40 || !rows.length) return;
    for (const row of rows) row.hidden = true;
    button.hidden = false;
    button.textContent = `Show ${rows.length} workloads whose users noticed nothing`;
    button.addEventListener("click", () => {
      for (const row of rows) row.hidden = false;
      button.hidden = true;
    });
  }

  const dark = matchMedia("(prefers-color-scheme: dark)");
  theme(dark.matches ? "dark" : "light");
  dark.addEventListener("change", (event) => theme(event.matches ? "dark" : "light"));
  document.getElementById("theme").addEventListener("click", () => theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
  for (const tab of tabs) {
    tab.addEventListener("click", () => open(tab.dataset.tab));
    tab.addEventListener("keydown", tabKeys);
  }
  for (const box of document.querySelectorAll(".filter input")) box.addEventListener("change", filter);
  const search = document.getElementById("search");
  if (search) search.addEventListener("input", filter);
  let onScreen = "";
  addEventListener("beforeprint", () => {
    onScreen = document.documentElement.dataset.theme;
    theme("light");
    for (const finding of document.querySelectorAll(".finding")) finding.open = true;
  });
  addEventListener("afterprint", () => theme(onScreen));
  addEventListener("hashchange", follow);
  foldCalm();

  // The first scenario is drawn when it comes near; what the address asks for, at once.
  follow();
  if (!view && tabs.length) {
    const near = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      near.disconnect();
      if (!view) open(tabs[0].dataset.tab);
    }, { rootMargin: "600px" });
    near.observe(panel);
  }
})();
