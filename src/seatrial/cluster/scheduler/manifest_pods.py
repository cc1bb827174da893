"""The pods that workloads would have: made by the workloads' own controllers, on a cluster where nothing runs."""

from __future__ import annotations

from collections.abc import Iterable

from seatrial.cluster import errors
from seatrial.cluster.cluster import Cluster
from seatrial.cluster.controllers.daemonset import DaemonSetController
from seatrial.cluster.controllers.deployment import DeploymentController
from seatrial.cluster.controllers.job import JobController
from seatrial.cluster.controllers.replicaset import ReplicaSetController
from seatrial.cluster.controllers.statefulset import StatefulSetController
from seatrial.cluster.store import Store
from seatrial.model.objects import Object, evolve

CONTROLLERS = (DeploymentController, ReplicaSetController, StatefulSetController, DaemonSetController, JobController)
ENOUGH = 5.0
"""Seconds of virtual time in which the controllers make all pods that do not wait for others."""


def made_from(nodes: Iterable[Object], objects: Iterable[Object]) -> Store:
    """The objects, and the pods that controllers make of them at once.

    Pods of StatefulSets come one by one in a real cluster, each when the one before is ready; here they come together.
    Objects that the API server refuses are left out.
    """
    cluster = Cluster()
    for controller in CONTROLLERS:
        controller(cluster).start()
    for obj in (*nodes, *objects):
        if obj.kind == "StatefulSet":
            obj = evolve(obj, spec={**obj.spec, "podManagementPolicy": "Parallel"})
        try:
            cluster.api.create(obj)
        except errors.ApiError:
            continue
    cluster.run(ENOUGH)
    return cluster.store
