"""The controllers that every cluster runs, each a module of `controllers` (cmd/kube-controller-manager, 1.36)."""

from __future__ import annotations

from seatrial.cluster.controllers.attach_detach import AttachDetachController
from seatrial.cluster.controllers.controller import Controller
from seatrial.cluster.controllers.cronjob import CronJobController
from seatrial.cluster.controllers.daemonset import DaemonSetController
from seatrial.cluster.controllers.deployment import DeploymentController
from seatrial.cluster.controllers.disruption import DisruptionController
from seatrial.cluster.controllers.endpointslice import EndpointSliceController
from seatrial.cluster.controllers.ephemeral_volume import EphemeralVolumeController
from seatrial.cluster.controllers.garbage_collector import GarbageCollector
from seatrial.cluster.controllers.horizontal import HorizontalController
from seatrial.cluster.controllers.job import JobController
from seatrial.cluster.controllers.namespace import NamespaceController
from seatrial.cluster.controllers.node_lifecycle import NodeLifecycleController
from seatrial.cluster.controllers.persistent_volume import PersistentVolumeController
from seatrial.cluster.controllers.podgc import PodGarbageCollector
from seatrial.cluster.controllers.replicaset import ReplicaSetController
from seatrial.cluster.controllers.resource_quota import ResourceQuotaController
from seatrial.cluster.controllers.statefulset import StatefulSetController
from seatrial.cluster.controllers.storage_protection import StorageProtectionController
from seatrial.cluster.controllers.taint_eviction import TaintEvictionController
from seatrial.cluster.controllers.ttl_after_finished import TtlAfterFinishedController

ALL: tuple[type[Controller], ...] = (
    DeploymentController,
    ReplicaSetController,
    StatefulSetController,
    DaemonSetController,
    JobController,
    CronJobController,
    DisruptionController,
    EndpointSliceController,
    GarbageCollector,
    NamespaceController,
    TtlAfterFinishedController,
    NodeLifecycleController,
    TaintEvictionController,
    PodGarbageCollector,
    HorizontalController,
    PersistentVolumeController,
    EphemeralVolumeController,
    AttachDetachController,
    StorageProtectionController,
    ResourceQuotaController,
)
"""The controllers that every cluster runs, in the order in which they start."""
