"""Replays a scheduling case: pods in the order given, each decision final, no queue and no retry.

A case is a document `{"case": {"nodes": [...], "pods": [...], ...}}` of ordinary objects, or a list of such objects.
The result has the shape of the recordings from kube-scheduler 1.34: for each waiting pod the feasible nodes, the
refusals by plugin, the weighted scores and the node taken.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from seatrial.apis import defaults
from seatrial.cluster.scheduler import default_preemption, manifest_pods
from seatrial.cluster.scheduler.placing import Placing
from seatrial.cluster.scheduler.priority import prioritised
from seatrial.cluster.scheduler.profile import EVERY_NODE, NOT_MODELLED, Profile
from seatrial.cluster.scheduler.schedule_one import Report
from seatrial.cluster.store import Store
from seatrial.model import objects
from seatrial.model.objects import Object, evolve
from seatrial.model.pods import is_terminal

GZIP = b"\x1f\x8b"


def objects_of(case: Mapping[str, Any]) -> Iterator[Object]:
    """All objects of a case, pods last."""
    lists = [found for name, found in case.items() if isinstance(found, list) and name != "pods"]
    for found in (*lists, case.get("pods") or []):
        yield from map(Object, found)


def read(data: bytes) -> dict[str, Any] | None:
    """The case in a file's content, compressed or not; None where it is something else, manifests for example.

    Raises:
        ValueError: where the content is compressed but cannot be unpacked.
    """
    if data.startswith(GZIP):
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise ValueError(f"broken gzip: {error}") from error
    if not data.lstrip().startswith(b"{"):
        return None
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    case = document.get("case") if isinstance(document, dict) else None
    return case if isinstance(case, dict) else None


def replay(found: Iterable[Object], profile: Profile = EVERY_NODE) -> dict[str, Any]:
    """Decide for every waiting pod among the objects; gives `{"nodes", "weights", "pods"}`."""
    store = Store()
    pods: list[Object] = []
    nodes: list[Object] = []
    for obj in map(defaults.apply, found):
        match obj.kind:
            case "Pod":
                pods.append(obj)
            case "Node":
                nodes.append(obj)
            case _:
                store.put(obj)
    return decide_all(store, nodes, pods, profile)


def replay_manifests(
    nodes: Iterable[Object], objects: Iterable[Object], profile: Profile = EVERY_NODE
) -> dict[str, Any]:
    """The same for the pods that manifests ask for, workloads included."""
    store = manifest_pods.made_from(nodes, objects)
    return decide_all(store, store.list("Node"), store.list("Pod"), profile)


def decide_all(store: Store, nodes: Sequence[Object], pods: Sequence[Object], profile: Profile) -> dict[str, Any]:
    """Decide for the waiting ones among `pods`, in order; what they refer to is in the store.

    `notModelled` is there where a pod uses something that is not.
    """
    placing = Placing(store, nodes, profile)
    pods = [prioritised(pod, store) for pod in pods if not is_terminal(pod)]
    for pod in pods:
        if pod.spec.get("nodeName"):
            placing.place(pod, pod.spec["nodeName"])
    entries = [_decide(placing, pod, position) for position, pod in enumerate(pods) if not pod.spec.get("nodeName")]
    result = {"nodes": [node.name for node in nodes], "weights": profile.weights, "pods": entries}
    if any(pod.spec.get("resourceClaims") for pod in pods):
        result["notModelled"] = [f"{name}: pods are placed as if they did not use it" for name in NOT_MODELLED]
    return result


def _decide(placing: Placing, pod: Object, position: int) -> dict[str, Any]:
    entry: dict[str, Any] = {"pod": f"{pod.namespace}/{pod.name}", "feasible": [], "chosen": None}
    info = placing.snapshot.info(pod)
    gates = placing.profile.gates
    if gates is not None and not gates.allows(info):
        return {**entry, "gated": True}
    report = placing.cycle.report(info)
    entry |= _said(report)
    if report.chosen is not None:
        node = placing.snapshot.nodes[report.chosen].name
        entry["chosen"] = node
        started = evolve(pod, status={**pod.status, "startTime": objects.timestamp(position)})
        placing.reserve(started, info, report.chosen)
    else:
        entry |= _preemption(placing, pod)
    return entry


def _said(report: Report) -> dict[str, Any]:
    said: dict[str, Any] = {"feasible": report.feasible}
    rejected: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for refusal in report.refusals:
        key = (refusal.plugin, tuple(sorted(refusal.status.reasons)))
        rejected.setdefault(key, []).extend(refusal.slots)
    if rejected:
        said["rejected"] = [
            {"plugin": plugin, "reasons": list(reasons), "nodes": sorted(slots)}
            for (plugin, reasons), slots in rejected.items()
        ]
    if report.total is not None:
        said["scores"] = {name: values.tolist() for name, values in report.scores.items()}
        said["total"] = report.total.tolist()
    return said


def _preemption(placing: Placing, pod: Object) -> dict[str, Any]:
    """What the default preemption would do, as a dry run."""
    info = placing.snapshot.info(pod)
    plugin = placing.profile.preemption
    if plugin is None or not plugin.may_preempt(info):
        return {}
    evaluation = placing.cycle.evaluations.of(info)
    found = plugin.candidates(info, evaluation, placing.store.list("PodDisruptionBudget"))
    if not found:
        return {}
    tied = default_preemption.best(found)
    entry: dict[str, Any] = {
        "node": tied[0].node.name,
        "victims": [f"{v.pod.namespace}/{v.pod.name}" for v in tied[0].victims],
        "candidates": [candidate.node.slot for candidate in found],
    }
    if len(tied) > 1:
        entry["tied"] = [candidate.node.slot for candidate in tied]
    return {"preemption": entry}
