"""The disruption controller: how many pods of each budget may be evicted now.

As pkg/controller/disruption/disruption.go (Kubernetes 1.36).
"""

from __future__ import annotations

from typing import Any

from seatrial.cluster import events
from seatrial.cluster.controllers import conditions
from seatrial.cluster.controllers.controller import Controller
from seatrial.cluster.eviction import budgets_of
from seatrial.cluster.pod_lookup import pods_matching, selecting
from seatrial.cluster.store import EventType
from seatrial.model import objects
from seatrial.model.intorpercent import scaled
from seatrial.model.objects import Object, controller_of
from seatrial.model.pods import is_ready

SOURCE = "controllermanager"
DELETION_TIMEOUT = 120.0
"""Seconds within which an evicted pod must be on its way out; then the budget counts it again."""
SCALABLE = ("ReplicationController", "Deployment", "ReplicaSet", "StatefulSet")


class CannotCount(Exception):
    """The budget asks for a share of a number of pods that nobody gives."""


class DisruptionController(Controller):
    """Keeps the status of PodDisruptionBudgets: healthy pods, wanted ones, disruptions that are allowed."""

    name = "disruption-controller"

    def start(self) -> None:
        """Watch budgets and pods."""
        self.store.watch("PodDisruptionBudget", self._on_budget)
        self.store.watch("Pod", self._on_pod)
        self.enqueue_all(self.store.list("PodDisruptionBudget"))

    def _on_budget(self, event: EventType, budget: Object, old: Object | None) -> None:
        if event != "DELETED":
            self.enqueue(budget)

    def _on_pod(self, event: EventType, pod: Object, old: Object | None) -> None:
        if not self.store.count("PodDisruptionBudget") or (event == "MODIFIED" and (old is None or _alike(pod, old))):
            return
        budgets = selecting(self.store, "PodDisruptionBudget", pod.namespace, pod.labels)
        if not budgets:
            return
        # Of several budgets upstream refreshes one, and which is chance; here it is the first by name.
        chosen = min(budgets, key=lambda b: b.name)
        self.enqueue(chosen)
        if len(budgets) > 1 and event != "DELETED":
            self.clock.after(self.latency, self._complain, pod.key, chosen.name)

    def _complain(self, key: objects.Key, chosen: str) -> None:
        pod = self.store.get(*key)
        if pod is None or len(budgets_of(self.cluster, pod)) < 2:
            return
        text = (
            f'Pod "{pod.namespace}"/"{pod.name}" matches multiple PodDisruptionBudgets.  Chose "{chosen}" arbitrarily.'
        )
        events.record(self.cluster, pod, "MultiplePodDisruptionBudgets", text, type="Warning", source=SOURCE)

    def sync(self, key: str) -> None:
        """Bring one budget's status up to date (trySync)."""
        namespace, name = key.split("/", 1)
        budget = self.store.get("PodDisruptionBudget", namespace, name)
        if budget is None:
            return
        pods = pods_matching(self.store, namespace, budget.spec.get("selector"))
        if not pods:
            events.record(self.cluster, budget, "NoPods", "No matching pods found", source=SOURCE)
        try:
            expected, desired = self._expected(budget, pods)
        except CannotCount as problem:
            text = f"Failed to calculate the number of expected pods: {problem}"
            events.record(self.cluster, budget, "CalculateExpectedPodCountFailed", text, type="Warning", source=SOURCE)
            self._fail_safe(budget, str(problem))
            return
        disrupted = self._disrupted(key, budget, pods)
        healthy = sum(1 for p in pods if not p.deleting and p.name not in disrupted and is_ready(p))
        allowed = max(0, healthy - desired) if expected > 0 else 0
        status: dict[str, Any] = {
            "observedGeneration": budget.metadata.get("generation", 1),
            "disruptionsAllowed": allowed, "currentHealthy": healthy,
            "desiredHealthy": desired, "expectedPods": expected,
        }  # fmt: skip
        if disrupted:
            status["disruptedPods"] = disrupted
        self._write(budget, status, allowed)

    def _write(self, budget: Object, status: dict[str, Any], allowed: int) -> None:
        verdict = ("True", "SufficientPods") if allowed > 0 else ("False", "InsufficientPods")
        new = conditions.condition(
            self.clock.timestamp(), "DisruptionAllowed", *verdict,
            observedGeneration=budget.metadata.get("generation", 1),
        )  # fmt: skip
        new["message"] = ""  # a metav1.Condition always shows it
        status["conditions"] = conditions.set_in_place(budget.status.get("conditions"), new)
        self.api.update_status(budget, status)

    def _fail_safe(self, budget: Object, message: str) -> None:
        """Allow nothing while the pods cannot be counted."""
        generation = budget.metadata.get("generation", 1)
        failed = conditions.condition(
            self.clock.timestamp(), "DisruptionAllowed", "False", "SyncFailed", message, observedGeneration=generation
        )
        found = conditions.set_in_place(budget.status.get("conditions"), failed)
        status = {**budget.status, "observedGeneration": generation, "disruptionsAllowed": 0, "conditions": found}
        self.api.update_status(budget, status)

    def _expected(self, budget: Object, pods: list[Object]) -> tuple[int, int]:
        """How many pods there should be, and how many of them healthy (getExpectedPodCount).

        Raises:
            CannotCount: where a share is asked of pods whose controller has no number of replicas.
        """
        spec = budget.spec
        if (most := spec.get("maxUnavailable")) is not None:
            expected = self._scale(budget, pods)
            return expected, max(0, expected - scaled(most, expected, round_up=True))
        least = spec.get("minAvailable")
        if least is None:
            return 0, 0
        if isinstance(least, int):
            return len(pods), least
        expected = self._scale(budget, pods)
        return expected, scaled(least, expected, round_up=True)

    def _scale(self, budget: Object, pods: list[Object]) -> int:
        """The replicas that the pods' controllers ask for together (getExpectedScale)."""
        scales: dict[str, int] = {}
        unmanaged = False
        for pod in pods:
            owner = controller_of(pod)
            if owner is None:
                unmanaged = True
                continue
            top = self._scaled_owner(pod, owner)
            scales[top.uid] = int(top.spec.get("replicas", 1))
        if unmanaged:
            text = (
                "Pods selected by this PodDisruptionBudget (selector: "
                f"{_words(budget.spec.get('selector'))}) were found to be unmanaged. As a result, the status of the "
                "PDB cannot be calculated correctly, which may result in undefined behavior. To account for these "
                'pods please set ".spec.minAvailable" field of the PDB to an integer value.'
            )
            events.record(self.cluster, budget, "UnmanagedPods", text, type="Warning", source=SOURCE)
        return sum(scales.values())

    def _scaled_owner(self, pod: Object, owner: dict[str, Any]) -> Object:
        found = self.store.get(owner["kind"], pod.namespace, owner["name"])
        if found is not None and owner["kind"] == "ReplicaSet":
            above = controller_of(found)
            if above is not None and above["kind"] == "Deployment":
                found = self.store.get("Deployment", pod.namespace, above["name"])
        if found is None:
            raise CannotCount(f'found no controllers for pod "{pod.name}"')
        if found.kind not in SCALABLE and "replicas" not in found.spec:
            plural = f"{found.kind.lower()}s.{objects.group_of(found['apiVersion'])}"
            raise CannotCount(f"{plural} does not implement the scale subresource")
        return found

    def _disrupted(self, key: str, budget: Object, pods: list[Object]) -> dict[str, str]:
        """Pods that were evicted and are not yet on their way out (buildDisruptedPodMap)."""
        noted = budget.status.get("disruptedPods") or {}
        result: dict[str, str] = {}
        for pod in pods:
            since = noted.get(pod.name)
            if since is None or pod.deleting:
                continue
            left = objects.seconds_of(since) + DELETION_TIMEOUT - self.clock.now
            if left < 0:
                text = (
                    f"Pod {pod.namespace}/{pod.name} was expected by PDB {budget.namespace}/{budget.name} "
                    "to be deleted but it wasn't"
                )
                events.record(self.cluster, pod, "NotDeleted", text, type="Warning", source=SOURCE)
            else:
                result[pod.name] = since
                self.add(key, left + 1)
        return result


def _alike(pod: Object, old: Object) -> bool:
    """Whether a write to a pod changes nothing that a budget counts."""
    return pod.deleting == old.deleting and pod.labels == old.labels and is_ready(pod) == is_ready(old)


def _words(selector: dict[str, Any] | None) -> str:
    return ",".join(f"{k}={v}" for k, v in ((selector or {}).get("matchLabels") or {}).items())
