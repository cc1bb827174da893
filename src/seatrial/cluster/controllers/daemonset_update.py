"""Rolling updates of DaemonSets: which pods go, which nodes get a second pod for a while.

As rollingUpdate in pkg/controller/daemon/update.go (Kubernetes 1.36).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from seatrial.cluster.controllers import daemonset_pods
from seatrial.cluster.controllers.pod_control import is_available
from seatrial.model import objects
from seatrial.model.intorpercent import scaled
from seatrial.model.objects import Object


@dataclass(frozen=True)
class NodeView:
    """A node as a DaemonSet sees it: whether it wants a pod, whether one may stay, and the set's pods there."""

    name: str
    should_run: bool
    may_stay: bool
    pods: list[Object]


@dataclass
class Changes:
    """What a sync is to do: pods to delete, nodes that need a pod."""

    delete: list[Object] = field(default_factory=list)
    create: list[str] = field(default_factory=list)


def limits(daemon_set: Object, desired: int) -> tuple[int, int]:
    """How many pods may be surplus, how many unavailable, both rounded up; both 0 means one may be unavailable."""
    rolling = objects.dig(daemon_set, "spec", "updateStrategy", "rollingUpdate", default={})
    surge = scaled(rolling.get("maxSurge", 0), desired, round_up=True)
    unavailable = scaled(rolling.get("maxUnavailable", 1), desired, round_up=True)
    return (surge, unavailable) if surge or unavailable else (0, 1)


def allows_surge(daemon_set: Object) -> bool:
    """Whether a node may have an old and a new pod during an update."""
    return limits(daemon_set, 1)[0] > 0


def planned(daemon_set: Object, nodes: Iterable[NodeView], revision_hash: str, now: float) -> Changes:
    """The next step of a rolling update."""
    min_ready = int(daemon_set.spec.get("minReadySeconds") or 0)
    views = list(nodes)
    surge, unavailable = limits(daemon_set, sum(v.should_run for v in views))
    if surge:
        return _surging(views, revision_hash, surge, min_ready, now)
    return _replacing(views, revision_hash, unavailable, min_ready, now)


def _replacing(views: list[NodeView], revision_hash: str, most: int, min_ready: int, now: float) -> Changes:
    """Delete old pods, those that are unavailable at once, others as far as maxUnavailable allows."""
    missing, idle, candidates = 0, [], []
    for view in views:
        if not view.should_run and not view.pods:
            continue
        found = daemonset_pods.new_and_old(view.pods, revision_hash)
        new, old = found if found is not None else (None, None)
        if found is None or (new is None) == (old is None):
            missing += 1  # the node has no pod or too many: that is the manage step's to mend
        elif new is not None:
            missing += not is_available(new, min_ready, now)
        elif old is not None and not is_available(old, min_ready, now):
            idle.append(old)
            missing += 1
        elif old is not None and missing < most:
            candidates.append(old)
    return Changes(delete=[*idle, *candidates[: max(0, most - missing)]])


def _surging(views: list[NodeView], revision_hash: str, most: int, min_ready: int, now: float) -> Changes:
    """Create new pods beside old ones as far as maxSurge allows, and delete old ones once the new are available.

    Who surges expects to have all pods available: old ones on nodes that want none any more stay for as long as they
    are missed.
    """
    changes = Changes()
    surging = available = 0
    allowed, candidates = [], []
    leaving: list[Object] = []
    for view in views:
        found = daemonset_pods.new_and_old(view.pods, revision_hash)
        if found is None:
            surging += 1
            continue
        new, old = found
        head = old or new
        serves = head is not None and is_available(head, min_ready, now)
        available += serves
        if old is None:
            continue  # nothing to replace; where there is no pod at all the manage step makes one
        if new is not None:
            if is_available(new, min_ready, now):
                changes.delete.append(old)
            else:
                surging += 1
        elif not view.should_run:
            (leaving if serves else changes.delete).append(old)
        elif not serves:
            allowed.append(view.name)
        elif surging < most:
            candidates.append(view.name)
    changes.delete += leaving[: max(0, available - sum(v.should_run for v in views))]
    changes.create = [*allowed, *candidates[: max(0, most - surging)]]
    return changes
