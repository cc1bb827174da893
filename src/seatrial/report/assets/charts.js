// Timelines: one uPlot chart a workload, made when it comes into view. Ready, unready and pending pods are stacked
// steps; where requests failed, a strip below them shows how many a second.
"use strict";
const charts = (() => {
  const PODS = 42; // pixels
  const STRIP = 22; // pixels, of which the upper two keep it apart

  function colours() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(`--${name}`).trim();
    return Object.fromEntries(
      ["ready", "ready-fill", "unready", "unready-fill", "pending", "failed", "failed-fill", "faint"].map((name) => [name, read(name)]),
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
  function drawEvents(plot, timeline, workload, hues) {
    const { ctx, bbox } = plot;
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
  }

  // The strip of failed requests: a block a step, its height the share of the worst moment.
  function drawFailed(plot, timeline, workload, hues) {
    const { ctx, bbox } = plot;
    const worst = Math.max(...workload.steps.map((step) => step[5]));
    const bottom = bbox.top + bbox.height;
    workload.steps.forEach((step, index) => {
      if (step[5] <= 0) return;
      const until = index + 1 < workload.steps.length ? workload.steps[index + 1][0] : timeline.seconds;
      const left = plot.valToPos(step[0], "x", true);
      const width = Math.max(1.5 * devicePixelRatio, plot.valToPos(until, "x", true) - left);
      const height = Math.max(3, (STRIP - 4) * (step[5] / worst)) * devicePixelRatio;
      ctx.fillStyle = hues["failed-fill"];
      ctx.fillRect(left, bottom - height, width, height);
      ctx.fillStyle = hues.failed;
      ctx.fillRect(left, bottom - height, width, 1.5 * devicePixelRatio);
    });
  }

  const hurt = (workload) => workload.steps.some((step) => step[5] > 0);

  function height(workload) {
    return PODS + (hurt(workload) ? STRIP : 0);
  }

  // `span` is the stretch of time shown, [begin, end].
  function draw(place, timeline, workload, span) {
    const hues = colours();
    const data = columns(workload, timeline.seconds);
    const highest = Math.max(1, workload.replicas, ...data[1]) * 1.25;
    const lowest = hurt(workload) ? (-highest * STRIP) / PODS : 0;
    const stepped = uPlot.paths.stepped({ align: 1 });
    const area = (fill, stroke) => ({
      paths: stepped, fill, stroke, width: stroke ? 1.5 : 0, fillTo: () => 0, points: { show: false },
    });
    return new uPlot(
      {
        width: Math.max(40, place.clientWidth),
        height: height(workload),
        padding: [0, 0, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false, range: span }, y: { range: [lowest, highest] } },
        axes: [{ show: false }, { show: false }],
        series: [
          {},
          area(hatched(hues.pending)),
          area(hues["unready-fill"], hues.unready),
          area(hues["ready-fill"], hues.ready),
          { paths: stepped, stroke: hues.faint, width: 1, dash: [3, 3], points: { show: false } },
        ],
        hooks: {
          draw: [(plot) => {
            plot.ctx.save();
            drawEvents(plot, timeline, workload, hues);
            if (lowest < 0) drawFailed(plot, timeline, workload, hues);
            plot.ctx.restore();
          }],
        },
      },
      data,
      place,
    );
  }

  return { draw, height };
})();
