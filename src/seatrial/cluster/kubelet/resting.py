"""Pods at rest: running, ready, with nothing due. They cost nothing as time passes, and forks of a cluster share them.

A worker that rests is taken out of its kubelet together with its sandbox. When anything happens to the pod it is woken:
as it is where no fork was made meanwhile, otherwise as a copy, so that each fork has its own.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from seatrial.cluster.kubelet.containers import Sandbox

if TYPE_CHECKING:
    from seatrial.cluster.kubelet.kubelet import Kubelet
    from seatrial.cluster.kubelet.pod_worker import PodWorker


class Resting:
    """One pod at rest."""

    __slots__ = ("_sandbox", "_shared", "_worker")

    def __init__(self, worker: PodWorker, sandbox: Sandbox) -> None:
        self._worker = worker
        self._sandbox = sandbox
        self._shared = False

    def __deepcopy__(self, memo: dict[int, Any]) -> Resting:
        self._shared = True
        return self

    @property
    def sandbox(self) -> Sandbox:
        """The pod's sandbox, to look at only."""
        return self._sandbox

    def wake(self, kubelet: Kubelet) -> tuple[PodWorker, Sandbox]:
        """The worker and its sandbox, for `kubelet` to go on with."""
        if not self._shared:
            return self._worker, self._sandbox
        # Whatever leads out of the pod leads to this kubelet and its clock.
        memo: dict[int, Any] = {id(self._worker.kubelet): kubelet, id(self._worker.kubelet.clock): kubelet.clock}
        return copy.deepcopy((self._worker, self._sandbox), memo)
