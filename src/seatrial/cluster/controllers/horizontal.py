"""The HorizontalPodAutoscaler controller (pkg/controller/podautoscaler/horizontal.go, Kubernetes 1.36).

Resource and container resource metrics come from the cluster's `metrics`. Custom and external metrics are not modelled:
their autoscalers say so in ScalingActive, as on a cluster without an adapter for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from seatrial.cluster import errors, events
from seatrial.cluster.controllers import conditions, hpa_behavior, hpa_replicas
from seatrial.cluster.controllers.controller import Controller
from seatrial.cluster.controllers.hpa_behavior import History
from seatrial.cluster.controllers.hpa_replicas import NoMetrics, Proposal, Tolerances
from seatrial.cluster.pod_lookup import pods_matching
from seatrial.cluster.store import EventType
from seatrial.model import quantities
from seatrial.model.objects import Object, evolve

SOURCE = "horizontal-pod-autoscaler"
PERIOD = 15.0
"""Seconds between looks at an autoscaler, from its creation on (--horizontal-pod-autoscaler-sync-period)."""
MOMENT = 0.01
"""Seconds that a look takes: the period counts from its end, so what was done two looks ago is over two periods old."""
FAILURES = {
    "Resource": "FailedGetResourceMetric", "ContainerResource": "FailedGetContainerResourceMetric",
    "Pods": "FailedGetPodsMetric", "Object": "FailedGetObjectMetric", "External": "FailedGetExternalMetric",
}  # fmt: skip
SCALED = frozenset({"Deployment", "ReplicaSet", "StatefulSet", "ReplicationController"})


@dataclass
class Look:
    """One look at one autoscaler: what it will say in its status."""

    hpa: Object
    now: str
    conditions: list[conditions.Condition] = field(default_factory=list)

    def say(self, type: str, status: str, reason: str, message: str) -> None:
        """Set a condition."""
        new = conditions.condition(self.now, type, status, reason, message)
        self.conditions = conditions.set_in_place(self.conditions, new)


class HorizontalController(Controller):
    """Scales workloads by what their pods use."""

    name = "horizontal-pod-autoscaler-controller"

    def start(self) -> None:
        """Watch autoscalers."""
        self._histories: dict[str, History] = {}
        self.store.watch("HorizontalPodAutoscaler", self._on_hpa)
        for hpa in self.store.list("HorizontalPodAutoscaler"):
            self._on_hpa("ADDED", hpa, None)

    def _on_hpa(self, event: EventType, hpa: Object, old: Object | None) -> None:
        key = f"{hpa.namespace}/{hpa.name}"
        if event == "DELETED":
            self._histories.pop(key, None)
        else:
            self.add(key, PERIOD)

    def sync(self, key: str) -> None:
        """Look at one autoscaler, and again in 15 s (reconcileAutoscaler)."""
        namespace, name = key.split("/", 1)
        hpa = self.store.get("HorizontalPodAutoscaler", namespace, name)
        if hpa is None:
            return
        look = Look(hpa, self.clock.timestamp(), list(hpa.status.get("conditions") or ()))
        try:
            self._reconcile(key, look)
        except errors.ApiError as refusal:
            look.say("AbleToScale", "False", "FailedUpdateScale", f"the HPA controller was unable to update: {refusal}")
            self._write(look, {})
        self.add(key, PERIOD + MOMENT)

    def _reconcile(self, key: str, look: Look) -> None:
        reference = look.hpa.spec["scaleTargetRef"]
        target = self.store.get(reference["kind"], look.hpa.namespace, reference["name"])
        if target is None or target.kind not in SCALED:
            problem = f'{reference["kind"].lower()}s "{reference["name"]}" not found'
            text = f"the HPA controller was unable to get the target's current scale: {problem}"
            events.record(self.cluster, look.hpa, "FailedGetScale", problem, type="Warning", source=SOURCE)
            look.say("AbleToScale", "False", "FailedGetScale", text)
            self._write(look, {})
            return
        text = "the HPA controller was able to get the target's current scale"
        look.say("AbleToScale", "True", "SucceededGetScale", text)
        current = int(target.spec.get("replicas", 1))
        history = self._histories.setdefault(key, History([(self.clock.now, current)]))
        least, most = int(look.hpa.spec.get("minReplicas") or 1), int(look.hpa.spec["maxReplicas"])
        statuses: list[dict[str, Any]] = []
        if current == 0 and least != 0:
            text = "scaling is disabled since the replica count of the target is zero"
            look.say("ScalingActive", "False", "ScalingDisabled", text)
            desired, reason = current, ""
        elif current > most:
            desired, reason = most, "Current number of replicas above Spec.MaxReplicas"
        elif current < least:
            desired, reason = least, "Current number of replicas below Spec.MinReplicas"
        else:
            found = self._by_metrics(look, target, current, statuses)
            if found is None:
                self._write(look, {"currentReplicas": current, "currentMetrics": statuses or None})
                return
            desired, metric = found
            reason = f"{metric} above target" if desired > current else "All metrics below target"
            desired = self._normalized(look, history, current, desired, least, most)
        if desired != current:
            self._scale(look, history, target, desired, reason)
        status: dict[str, Any] = {
            "currentReplicas": current, "desiredReplicas": desired, "currentMetrics": statuses or None,
        }  # fmt: skip
        if desired != current:
            status["lastScaleTime"] = look.now
        self._write(look, status)

    def _scale(self, look: Look, history: History, target: Object, desired: int, reason: str) -> None:
        before = int(target.spec.get("replicas", 1))
        self.api.update(evolve(target, spec={**target.spec, "replicas": desired}))
        text = f"the HPA controller was able to update the target scale to {desired}"
        look.say("AbleToScale", "True", "SucceededRescale", text)
        told = f"New size: {desired}; reason: {reason}"
        events.record(self.cluster, look.hpa, "SuccessfulRescale", told, source=SOURCE)
        if behavior := look.hpa.spec.get("behavior"):
            history.note_scaling(before, desired, self.clock.now, hpa_behavior.longest_period(behavior))

    def _normalized(self, look: Look, history: History, current: int, desired: int, least: int, most: int) -> int:
        """Bound what the metrics call for by windows, policies, minimum and maximum."""
        now, behavior = self.clock.now, look.hpa.spec.get("behavior")
        if behavior:
            verdict = hpa_behavior.with_behavior(behavior, history, current, desired, least, most, now)
        else:
            verdict = hpa_behavior.plain(history, current, desired, least, most, now)
        if verdict.stabilized is not None:
            look.say("AbleToScale", "True", *verdict.stabilized)
        else:
            look.say("AbleToScale", "True", "ReadyForNewScale", "recommended size matches current size")
        look.say("ScalingLimited", "True" if verdict.limited else "False", *verdict.limit)
        return verdict.replicas

    def _by_metrics(
        self, look: Look, target: Object, current: int, statuses: list[dict[str, Any]]
    ) -> tuple[int, str] | None:
        """The most that any metric calls for, and the metric; None where nothing can be said (computeReplicas...)."""
        metrics = look.hpa.spec.get("metrics") or [_DEFAULT_METRIC]
        best, name, problems = 0, "", []
        for metric in metrics:
            try:
                proposal, called, status = self._by_metric(look.hpa, metric, target, current)
            except NoMetrics as problem:
                problems.append((metric["type"], str(problem)))
                event = str(problem).removeprefix(f"failed to get {_resource(metric)} resource metric value: ")
                reason = FAILURES[metric["type"]]
                events.record(self.cluster, look.hpa, reason, event, type="Warning", source=SOURCE)
                continue
            statuses.append(status)
            if not name or proposal.replicas > best:
                best, name = proposal.replicas, called
        if problems and (len(problems) == len(metrics) or best < current):
            kind, text = problems[0]
            event = text.removeprefix("failed to get ") if kind not in ("Resource", "ContainerResource") else text
            look.say(
                "ScalingActive", "False", FAILURES[kind], f"the HPA was unable to compute the replica count: {event}"
            )
            told = f"invalid metrics ({len(problems)} invalid out of {len(metrics)}), first error is: {text}"
            events.record(self.cluster, look.hpa, "FailedComputeMetricsReplicas", told, type="Warning", source=SOURCE)
            return None
        text = f"the HPA was able to successfully calculate a replica count from {name}"
        look.say("ScalingActive", "True", "ValidMetricFound", text)
        return best, name

    def _by_metric(
        self, hpa: Object, metric: Mapping[str, Any], target: Object, current: int
    ) -> tuple[Proposal, str, dict[str, Any]]:
        """What one metric calls for, how upstream names it, and its status.

        Raises:
            NoMetrics: where nothing can be said.
        """
        kind = metric["type"]
        if kind not in ("Resource", "ContainerResource"):
            raise NoMetrics(_unserved(kind))
        source = metric["resource" if kind == "Resource" else "containerResource"]
        resource, container, wanted = source["name"], source.get("container"), source["target"]
        if self.cluster.metrics is None:
            raise NoMetrics(
                f"failed to get {resource} resource metric value: failed to get {resource} utilization: unable to get "
                f"metrics for resource {resource}: unable to fetch metrics from resource metrics API: the server could "
                "not find the requested resource (get pods.metrics.k8s.io)"
            )
        pods = pods_matching(self.store, hpa.namespace, target.spec.get("selector"))
        arguments = (
            resource, container, pods, self.cluster.metrics.pod_metrics(pods), _tolerances(hpa), self.clock.now,
        )  # fmt: skip
        try:
            if (percent := wanted.get("averageUtilization")) is not None:
                proposal = hpa_replicas.by_utilization(current, int(percent), *arguments)
                name = f"{resource} resource utilization (percentage of request)"
            else:
                average = quantities.amount(resource, wanted["averageValue"])
                proposal = hpa_replicas.by_average(current, average, *arguments)
                name = f"{resource} resource"
        except NoMetrics as problem:
            what = "utilization" if wanted.get("averageUtilization") is not None else "usage"
            raise NoMetrics(
                f"failed to get {resource} resource metric value: failed to get {resource} {what}: {problem}"
            ) from None
        return proposal, name, _status(kind, resource, container, proposal)

    def _write(self, look: Look, changes: Mapping[str, Any]) -> None:
        present = self.api.present(look.hpa.key)
        self.api.update_status(present, {**present.status, **changes, "conditions": look.conditions})


_DEFAULT_METRIC: Mapping[str, Any] = {
    "type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}},
}  # fmt: skip


def _resource(metric: Mapping[str, Any]) -> str:
    source = metric.get("resource") or metric.get("containerResource") or {}
    return str(source.get("name", ""))


def _unserved(kind: str) -> str:
    api = "external.metrics.k8s.io" if kind == "External" else "custom.metrics.k8s.io"
    words = "external metric" if kind == "External" else f"{kind.lower()} metric value"
    return f"failed to get {words}: unable to fetch metrics from {api}: no metrics API of that group is served"


def _tolerances(hpa: Object) -> Tolerances:
    behavior = hpa.spec.get("behavior") or {}

    def of(direction: str) -> float:
        value = (behavior.get(direction) or {}).get("tolerance")
        return hpa_replicas.TOLERANCE if value is None else float(quantities.parse(value))

    return Tolerances(down=of("scaleDown"), up=of("scaleUp"))


def _status(kind: str, resource: str, container: str | None, proposal: Proposal) -> dict[str, Any]:
    value = quantities.format_cpu(proposal.average) if resource == "cpu" else str(proposal.average)
    current: dict[str, Any] = {"averageValue": value}
    if proposal.utilization is not None:
        current["averageUtilization"] = proposal.utilization
    if kind == "Resource":
        return {"type": kind, "resource": {"name": resource, "current": current}}
    return {"type": kind, "containerResource": {"name": resource, "container": container, "current": current}}
