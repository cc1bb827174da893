"""Which remedies to try for which symptom, the smallest change first."""

from __future__ import annotations

from seatrial.manifests.inventory import Inventory
from seatrial.manifests.resources import Resource
from seatrial.manifests.workloads import pod_template
from seatrial.model.objects import dig
from seatrial.trial.behaviour import startup_seconds
from seatrial.trial.remedies import changes, mending, missing
from seatrial.trial.remedies.remedy import Remedy, ladder, together
from seatrial.trial.symptoms import Symptom
from seatrial.trial.voyage import SETTLE, Voyage


def remedies_for(symptom: Symptom, voyage: Voyage) -> list[Remedy]:
    """The ladder of one symptom; empty where no change of the manifests is known to help."""
    inventory = voyage.inventory
    namespace, kind, name = symptom.workload.split("/")
    workload = inventory.get(kind, namespace, name)
    if workload is None or symptom.severity == "note":
        return []
    if symptom.scenario == SETTLE:
        return _settling(symptom, voyage, workload)
    match symptom.kind:
        case "outage" | "errors":
            return _requests(symptom, inventory, workload)
        case "stuck" if symptom.scenario == "node-drain":
            return _drain(inventory, workload)
        case "stuck" | "pending":
            return _rollout(workload)
        case "stale-config":
            checksum = changes.checksum(inventory, workload)
            return ladder(checksum, together(checksum, *_rollout(workload)[:1]))
    return []


def _settling(symptom: Symptom, voyage: Voyage, workload: Resource) -> list[Remedy]:
    store = voyage.cluster.store
    match symptom.kind:
        case "pending":
            smaller = mending.smaller_requests(workload, store)
            selectors = mending.without_foreign_selectors(workload, store)
            soft = changes.soft_anti_affinity(workload)
            return ladder(smaller, selectors, soft, together(smaller, selectors, soft))
        case "restart-loop":
            container = str(symptom.evidence.get("container"))
            profile = voyage.profiles.of(workload.kind, workload.namespace, workload.name)
            template = pod_template(workload)
            startup = 0.0
            for candidate in template.spec.get("containers") or () if template else ():
                if candidate["name"] == container and template:
                    startup = startup_seconds(profile, template.spec, template.annotations, candidate)
            return ladder(changes.startup_probe(workload, container, startup))
        case "stuck":
            return ladder(*missing.named(voyage.inventory, workload))
        case "outage":
            path = symptom.evidence.get("path")
            routes = [r for r in voyage.flow_routes.get(symptom.workload, ()) if r.path == path]
            return ladder(*(mending.open_port(voyage.inventory, route) for route in routes))
    return []


def _requests(symptom: Symptom, inventory: Inventory, workload: Resource) -> list[Remedy]:
    probe, pause = changes.readiness_probe(inventory, workload), changes.pre_stop(inventory, workload)
    more, spread = changes.more_replicas(workload), changes.spread(workload)
    strictly, unpin = changes.spread(workload, hard=True), changes.unpin(workload)
    gentle, budget = changes.gentle_rollout(workload), changes.budget(inventory, workload)
    match symptom.scenario:
        case "node-crash":
            return ladder(together(more, spread) if more else None, unpin, together(unpin, spread), spread, strictly,
                          together(more, strictly), together(more, strictly, probe))  # fmt: skip
        case "node-drain":
            return ladder(
                pause, together(more, budget, spread), budget, probe, together(budget, spread), together(pause, budget),
                together(more, budget, spread, probe, pause), together(more, budget, strictly, probe, pause),
            )  # fmt: skip
    return ladder(
        probe, pause, together(probe, pause), gentle, together(gentle, probe), together(gentle, pause),
        together(gentle, probe, pause), together(more, gentle, probe, pause),
    )  # fmt: skip


def _drain(inventory: Inventory, workload: Resource) -> list[Remedy]:
    budget, more, spread = (
        changes.budget(inventory, workload),
        changes.more_replicas(workload),
        changes.spread(workload),
    )
    soft, unpin = changes.soft_anti_affinity(workload), changes.unpin(workload)
    return ladder(
        unpin, budget, together(budget, more, spread), together(more, spread), soft, together(budget, soft),
        together(unpin, budget),
    )  # fmt: skip


def _rollout(workload: Resource) -> list[Remedy]:
    claims = any("persistentVolumeClaim" in v for v in dig(workload.object, *changes.POD, "volumes", default=[]))
    in_place, soft = changes.rollout_in_place(workload), changes.soft_anti_affinity(workload)
    return ladder(changes.recreate(workload) if claims else None, in_place, soft, together(in_place, soft))
