"""Timelines as plain data, from what recorder and traffic noted; the reports draw nothing else (docs/timeline.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from seatrial.cluster.store import Store
from seatrial.cluster.traffic.flow import Flow
from seatrial.trial.recorder import Counts, Recorder

ZONE = "topology.kubernetes.io/zone"
MACHINE = "node.kubernetes.io/instance-type"

Step = tuple[float, int, int, int, float, float]
"""(time, ready, unready, pending, served per second, failed per second)."""


def steps_of(counts: Counts | None, flows: Sequence[Flow], begin: float) -> list[Step]:
    """One workload's pods and requests in one list of steps, told apart only where something changed."""
    pods = list(counts.steps) if counts else []
    rates = [[(time - begin, served, failed) for time, served, failed in flow.steps] for flow in flows]
    times = sorted({0.0, *(p[0] for p in pods), *(max(0.0, r[0]) for steps in rates for r in steps)})
    steps: list[Step] = []
    positions = [-1] * len(rates)
    place = -1
    for time in times:
        while place + 1 < len(pods) and pods[place + 1][0] <= time:
            place += 1
        served = failed = 0.0
        for i, rate in enumerate(rates):
            while positions[i] + 1 < len(rate) and rate[positions[i] + 1][0] <= time:
                positions[i] += 1
            if positions[i] >= 0:
                served += rate[positions[i]][1]
                failed += rate[positions[i]][2]
        ready, unready, pending = pods[place][1:] if place >= 0 else (0, 0, 0)
        step = (round(time, 3), ready, unready, pending, round(served, 3), round(failed, 3))
        if not steps or steps[-1][1:] != step[1:]:
            steps.append(step)
    return steps


def spans(steps: Sequence[Step], end: float, *, wanted: str) -> list[tuple[float, float]]:
    """Spans in which `wanted` held: `down` all requests failed, `failing` some did, `unready` no pod was ready."""
    found: list[tuple[float, float]] = []
    for i, (time, ready, _, _, served, failed) in enumerate(steps):
        until = steps[i + 1][0] if i + 1 < len(steps) else end
        holds = {
            "down": failed > 0 and served <= 0,
            "failing": failed > 0,
            "unready": ready == 0,
        }[wanted]
        if holds and until > time:
            if found and found[-1][1] == time:
                found[-1] = (found[-1][0], until)
            else:
                found.append((time, until))
    return found


def timeline(
    *,
    scenario: str,
    title: str,
    recorder: Recorder,
    store: Store,
    flows: Mapping[str, Sequence[Flow]],
    replicas: Mapping[str, int],
) -> dict[str, Any]:
    """All of one scenario as plain data."""
    end = round(recorder.now, 3)
    return {
        "scenario": scenario,
        "title": title,
        "seconds": end,
        "marks": [{"t": round(t, 3), "text": text} for t, text in recorder.marks],
        "workloads": [_workload(key, recorder, flows.get(key, ()), count, end) for key, count in replicas.items()],
        "nodes": [_node(name, steps, store) for name, steps in recorder.nodes.items()],
        "pods": [
            {
                "name": track.name,
                "workload": track.workload,
                "node": track.node,
                "steps": [[round(t, 3), state] for t, state in track.steps],
            }
            for track in recorder.all_pods
        ],
    }


def _workload(key: str, recorder: Recorder, flows: Sequence[Flow], replicas: int, end: float) -> dict[str, Any]:
    namespace, kind, name = key.split("/")
    steps = steps_of(recorder.workloads.get(key), flows, recorder.begin)
    outages = spans(steps, end, wanted="down") if flows else []
    return {
        "key": key,
        "kind": kind,
        "namespace": namespace,
        "name": name,
        "replicas": replicas,
        "service": bool(flows),
        "steps": [list(step) for step in steps],
        "served": round(sum(flow.served for flow in flows), 1),
        "failed": round(sum(flow.failed for flow in flows), 1),
        "outages": [[round(a, 3), round(b, 3)] for a, b in outages],
    }


def _node(name: str, steps: Iterable[tuple[float, str]], store: Store) -> dict[str, Any]:
    node = store.get("Node", "", name)
    labels = node.labels if node is not None else {}
    return {
        "name": name,
        "zone": labels.get(ZONE, ""),
        "machine": labels.get(MACHINE, ""),
        "steps": [[round(t, 3), state] for t, state in steps],
    }
