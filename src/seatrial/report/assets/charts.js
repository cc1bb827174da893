// Timelines: one uPlot chart a workload, made when it comes into view. Ready, unready and pending pods are stacked
// steps; failed requests a second lie over them on a scale of their own.
"use strict";
const charts = (() => {
  const HEIGHT = 61;

  function colours() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(`--${name}`).trim();
    return Object.fromEntries(
      ["ready", "unready", "pending", "failed", "faint", "line-strong"].map((name) => [name, read(name)]),
    );
  }

  // Steps as uPlot's columns, stacked from below: ready, + unready, + pending; the last value holds to the end.
  function columns(workload, seconds) {
    const steps = workload.steps.filter((step) => step[0] <= seconds);
    const rows = steps.length ? steps : [[0, 0, 0, 0, 0, 0]];
    const last = rows[rows.length - 1];
    const all = last[0] < seconds ? [...rows, [seconds, ...last.slice(1)]] : rows;
    return [
      all.map((s) => s[0]),
      all.map((s) => s[1] + s[2] + s[3]),
      all.map((s) => s[1] + s[2]),
      all.map((s) => s[1]),
      all.map(() => workload.replicas),
      all.map((s) => s[5] || null),
    ];
  }

  // A hatching, so that pending pods can be told apart without colours.
  function hatched(colour) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.globalAlpha = 0.25;
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 8, 8);
    pen.globalAlpha = 1;
    pen.strokeStyle = colour;
    pen.lineWidth = 1.5;
    pen.beginPath();
    for (const shift of [-8, 0, 8]) {
      pen.moveTo(shift, 8);
      pen.lineTo(shift + 8, 0);
    }
    pen.stroke();
    return pen.createPattern(tile, "repeat");
  }

  // Marks as dotted lines, outages as bars at the top.
  function drawEvents(timeline, workload, hues) {
    return (plot) => {
      const { ctx, bbox } = plot;
      ctx.save();
      ctx.strokeStyle = hues.faint;
      ctx.globalAlpha = 0.55;
      ctx.lineWidth = devicePixelRatio;
      ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
      for (const mark of timeline.marks) {
        const x = Math.round(plot.valToPos(mark.t, "x", true)) + 0.5;
        ctx.beginPath();
        ctx.moveTo(x, bbox.top);
        ctx.lineTo(x, bbox.top + bbox.height);
        ctx.stroke();
      }
      ctx.globalAlpha = 1;
      ctx.fillStyle = hues.failed;
      for (const [begin, end] of workload.outages) {
        const left = plot.valToPos(begin, "x", true);
        ctx.fillRect(left, bbox.top, Math.max(2, plot.valToPos(end, "x", true) - left), 4 * devicePixelRatio);
      }
      ctx.restore();
    };
  }

  function draw(place, timeline, workload) {
    const hues = colours();
    const data = columns(workload, timeline.seconds);
    const highest = Math.max(1, workload.replicas, ...data[1]) * 1.3;
    const worst = Math.max(1, ...data[5]) * 1.15;
    const stepped = uPlot.paths.stepped({ align: 1 });
    const area = (fill) => ({ paths: stepped, fill, width: 0, points: { show: false } });
    return new uPlot(
      {
        width: Math.max(40, place.clientWidth),
        height: HEIGHT,
        padding: [0, 0, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: [0, Math.max(1, timeline.seconds)] },
          y: { range: [0, highest] },
          failed: { range: [0, worst] },
        },
        axes: [{ show: false }, { show: false }],
        series: [
          {},
          area(hatched(hues.pending)),
          area(hues.unready),
          area(hues.ready),
          { paths: stepped, stroke: hues.faint, width: 1, dash: [3, 3], points: { show: false } },
          { paths: stepped, scale: "failed", stroke: hues.failed, width: 2, fill: `${hues.failed}59`, points: { show: false } },
        ],
        hooks: { draw: [drawEvents(timeline, workload, hues)] },
      },
      data,
      place,
    );
  }

  return { draw, HEIGHT };
})();
