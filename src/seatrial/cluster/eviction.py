"""The eviction API: deletes a pod only where its disruption budget allows it.

As pkg/registry/core/pod/rest/eviction.go (Kubernetes 1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seatrial.cluster import errors
from seatrial.cluster.controllers import conditions
from seatrial.cluster.pod_lookup import selecting
from seatrial.model.objects import Key, Object
from seatrial.model.pods import is_ready, is_terminal

if TYPE_CHECKING:
    from seatrial.cluster.cluster import Cluster

REFUSED = "Cannot evict pod as it would violate the pod's disruption budget."
OVERLAP = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
MOST_DISRUPTED = 2000
"""Evictions under way that one budget remembers at most (MaxDisruptedPodSize)."""


def evict(cluster: Cluster, key: Key, *, grace: int | None = None) -> None:
    """Ask for the eviction of a pod: it is deleted, with its own grace period or `grace` seconds.

    Raises:
        errors.NotFound: where there is no such pod.
        errors.TooManyRequests: where the budget does not allow it now.
        errors.ApiError: with code 500 where several budgets select the pod.
        errors.Forbidden: where the budget's status makes no sense.
    """
    pod = cluster.api.present(key)
    if not _ignores_budgets(pod):
        budgets = budgets_of(cluster, pod)
        if len(budgets) > 1:
            raise errors.ApiError(OVERLAP)
        if budgets and not _may_go_unhealthy(budgets[0], pod):
            _take_one(cluster, budgets[0], pod)
    now = cluster.clock.timestamp()
    target = conditions.condition(
        now, "DisruptionTarget", "True", "EvictionByEvictionAPI", "Eviction API: evicting", lastProbeTime=None
    )
    if not pod.deleting:
        found = conditions.set_in_place(pod.status.get("conditions"), target)
        cluster.api.update_status(cluster.api.present(key), {**pod.status, "conditions": found})
    cluster.api.delete(key, grace=grace)


def budgets_of(cluster: Cluster, pod: Object) -> list[Object]:
    """The disruption budgets that select the pod, by name."""
    found = selecting(cluster.store, "PodDisruptionBudget", pod.namespace, pod.labels)
    return sorted(found, key=lambda b: b.name)


def _ignores_budgets(pod: Object) -> bool:
    """Whether the pod serves nobody: ended, not yet started, or on its way out (canIgnorePDB)."""
    return is_terminal(pod) or pod.status.get("phase") == "Pending" or pod.deleting


def _may_go_unhealthy(budget: Object, pod: Object) -> bool:
    """Whether an unready pod may go without asking the budget (unhealthyPodEvictionPolicy)."""
    if is_ready(pod):
        return False
    if budget.spec.get("unhealthyPodEvictionPolicy") == "AlwaysAllow":
        return True
    desired = int(budget.status.get("desiredHealthy") or 0)
    return desired > 0 and int(budget.status.get("currentHealthy") or 0) >= desired


def _take_one(cluster: Cluster, budget: Object, pod: Object) -> None:
    """Use up one of the disruptions that the budget allows (checkAndDecrement)."""
    status = budget.status
    allowed = int(status.get("disruptionsAllowed") or 0)
    disrupted = status.get("disruptedPods") or {}
    observed = int(status.get("observedGeneration") or 0)
    if observed < budget.metadata.get("generation", 1) or allowed == 0:
        raise errors.TooManyRequests(REFUSED)
    if allowed < 0:
        raise errors.Forbidden("pdb disruptions allowed is negative")
    if len(disrupted) > MOST_DISRUPTED:
        raise errors.Forbidden("DisruptedPods map too big - too many evictions not confirmed by PDB controller")
    new = {**status, "disruptionsAllowed": allowed - 1}
    if allowed == 1:
        generation = budget.metadata.get("generation", 1)
        exhausted = conditions.condition(
            cluster.clock.timestamp(), "DisruptionAllowed", "False", "InsufficientPods", observedGeneration=generation
        )
        new["conditions"] = conditions.set_in_place(status.get("conditions"), exhausted)
    new["disruptedPods"] = {**disrupted, pod.name: cluster.clock.timestamp()}
    cluster.api.update_status(budget, new)
