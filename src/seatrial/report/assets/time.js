// Times as people read them, and where in a list of steps a time falls.
"use strict";
const time = (() => {
  const two = (number) => String(number).padStart(2, "0");

  function clock(seconds) {
    const whole = Math.floor(seconds + 1e-9);
    return `${two(Math.floor(whole / 60))}:${two(whole % 60)}`;
  }

  function lasting(seconds) {
    const whole = Math.round(seconds);
    if (whole < 120) return `${whole} s`;
    const rest = whole % 60;
    return `${Math.floor(whole / 60)} min${rest ? ` ${rest} s` : ""}`;
  }

  // Halves go to the even neighbour, as in the text that Python wrote.
  function number(value) {
    const whole = Math.round(value);
    const even = value % 1 === 0.5 && whole % 2 ? whole - 1 : whole;
    return even.toLocaleString("en-US");
  }

  // Requests a second: small rates with a tenth.
  const rate = (value) => (value > 0 && value < 9.95 ? String(Number(value.toFixed(1)) || "<0.1") : number(value));

  // The last step that began at or before `t`, or null where none has.
  function at(steps, t) {
    let low = 0;
    let high = steps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (steps[middle][0] <= t + 1e-9) low = middle + 1;
      else high = middle;
    }
    return low ? steps[low - 1] : null;
  }

  // Round times for an axis from `begin` to `end`, about `wanted` of them, and the end itself.
  function ticks([begin, end], wanted) {
    const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];
    const step = steps.find((candidate) => (end - begin) / candidate <= wanted) || steps[steps.length - 1];
    const found = [];
    for (let t = Math.ceil(begin / step) * step; t <= end - step * 0.6; t += step) found.push(t);
    found.push(end);
    return found;
  }

  // When the last thing happened that a lane or a mark shows; what follows is quiet.
  function lastEvent(timeline) {
    const lanes = timeline.workloads.map((workload) => workload.steps[workload.steps.length - 1]?.[0] || 0);
    return Math.max(0, ...lanes, ...timeline.marks.map((mark) => mark.t));
  }

  return { clock, lasting, number, rate, at, ticks, lastEvent };
})();

// An element with properties and children; strings become text, never markup.
function element(tag, properties, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(properties || {})) {
    if (key === "class") made.className = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// A small drawing on a 12 by 12 grid.
function glyph(path, filled) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 12 12");
  svg.setAttribute("class", "glyph");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", path);
  line.setAttribute("fill", filled ? "currentColor" : "none");
  line.setAttribute("stroke", filled ? "none" : "currentColor");
  line.setAttribute("stroke-width", "1.8");
  line.setAttribute("stroke-linecap", "round");
  svg.append(line);
  return svg;
}
