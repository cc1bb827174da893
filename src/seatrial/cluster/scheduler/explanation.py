"""Why a pod is where it is, or nowhere: every plugin's word on every node, and what would have to change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from seatrial.cluster.scheduler.fit_error import fit_error
from seatrial.cluster.scheduler.framework import FilterPlugin
from seatrial.cluster.scheduler.placing import Placing
from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.cluster.scheduler.priority import prioritised
from seatrial.cluster.scheduler.profile import EVERY_NODE, Profile
from seatrial.cluster.scheduler.schedule_one import Report
from seatrial.cluster.store import Store
from seatrial.model.objects import Object
from seatrial.model.pods import is_terminal


def explain(
    store: Store, nodes: Iterable[Object], pods: Sequence[Object], wanted: str, profile: Profile = EVERY_NODE
) -> list[dict[str, Any]]:
    """Place the pods one after the other, and explain those that `wanted` means.

    `wanted` is a pod's name, a workload's name for all of its pods, or either with `namespace/` before it.
    """
    placing = Placing(store, nodes, profile)
    found = []
    ready = [prioritised(pod, store) for pod in pods if not is_terminal(pod)]
    for pod in ready:
        if pod.spec.get("nodeName"):
            placing.place(pod, pod.spec["nodeName"])
    for pod in ready:
        if pod.spec.get("nodeName"):
            continue
        info = placing.snapshot.info(pod)
        gated = profile.gates is not None and not profile.gates.allows(info)
        if _is_meant(pod, wanted):
            found.append(_explained(placing, pod, info, gated=gated))
        if not gated:
            placing.decide(pod)
    return found


def _is_meant(pod: Object, wanted: str) -> bool:
    namespace, slash, name = wanted.rpartition("/")
    if slash and namespace != pod.namespace:
        return False
    return pod.name == name or pod.name.startswith(f"{name}-")


def _explained(placing: Placing, pod: Object, info: PodInfo, *, gated: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "pod": f"{pod.namespace}/{pod.name}",
        "node": None,
        "message": "",
        "nodes": [],
        "scores": [],
    }
    if gated:
        return {**entry, "message": f"waiting for scheduling gates: {', '.join(info.scheduling_gates)}"}
    report = placing.cycle.report(info)
    entry["nodes"] = _refusals(placing, info, report)
    if report.chosen is None or report.total is None:
        reasons = (reason for r in report.refusals for _ in r.slots for reason in r.status.reasons)
        return {**entry, "message": fit_error(len(placing.snapshot), reasons)}
    names = [node.name for node in placing.snapshot.nodes]
    entry["node"] = names[report.chosen]
    totals: list[int] = report.total.tolist()
    rows = sorted(range(len(totals)), key=lambda i: (-totals[i], report.feasible[i]))
    entry["scores"] = [
        {
            "node": names[report.feasible[i]],
            "total": totals[i],
            "plugins": {plugin: int(values[i]) for plugin, values in report.scores.items()},
        }
        for i in rows
    ]
    return entry


def _refusals(placing: Placing, info: PodInfo, report: Report) -> list[dict[str, Any]]:
    """One entry for each node that is refused, in the order of the nodes."""
    found = {}
    for refusal in report.refusals:
        plugin = placing.profile.plugin(refusal.plugin)
        for slot in refusal.slots:
            node = placing.snapshot.nodes[slot]
            change = plugin.advice(info, node, placing.snapshot) if isinstance(plugin, FilterPlugin) else ""
            found[slot] = {
                "node": node.name,
                "plugin": refusal.plugin,
                "reasons": list(refusal.status.reasons),
                "change": change,
            }
    return [found[slot] for slot in sorted(found)]
