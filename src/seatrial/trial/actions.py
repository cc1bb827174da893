"""What the steps of a scenario do to a cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from seatrial.cluster import errors
from seatrial.cluster.cluster import Cluster
from seatrial.cluster.failures.drain import Drain, cordon
from seatrial.cluster.failures.reclaim import NOTICE, Reclaim
from seatrial.findings.wording import counted
from seatrial.model.objects import Key, Object, dig, evolve
from seatrial.model.spot import is_spot
from seatrial.trial.owners import workload_key
from seatrial.trial.recorder import Recorder

RELEASE = "seatrial.dev/release"
"""Annotation of the pod template that a rollout changes, as `kubectl rollout restart` does."""
DRAIN_TIMEOUT = 180.0
"""Seconds after which a drain is given up where nobody says otherwise; slow starters get their time on top."""
ZONE = "topology.kubernetes.io/zone"
ROLLED_OUT = ("Deployment", "StatefulSet", "DaemonSet")
CHECKSUM_WORDS = ("checksum", "hash", "sha256", "config-version")
"""A template annotation with such a word in its key is made from the configuration by whatever renders the
manifests."""


class Rollout:
    """A new version of all workloads, or of those named `namespace/Kind/name`, at one moment."""

    def __init__(self, cluster: Cluster, recorder: Recorder, options: Mapping[str, Any]) -> None:
        self._cluster = cluster
        self._recorder = recorder
        self._only = options.get("workloads")
        self.finished = False

    def begin(self) -> None:
        """Change every template."""
        count = 0
        for kind in ROLLED_OUT:
            for workload in self._cluster.store.list(kind):
                if self._only is None or workload_key(kind, workload.namespace, workload.name) in self._only:
                    release(self._cluster, workload, RELEASE, "next")
                    count += 1
        self._recorder.mark(f"new version of {counted(count, 'workload')}")
        self.finished = True


class Drains:
    """Drains nodes one after another, and puts each back into service."""

    def __init__(self, cluster: Cluster, recorder: Recorder, options: Mapping[str, Any]) -> None:
        self._cluster = cluster
        self._recorder = recorder
        self._timeout = float(options.get("timeoutSeconds", DRAIN_TIMEOUT))
        self._pause = float(options.get("pauseSeconds", 20))
        self._left: list[str] = list(options.get("nodes") or (n.name for n in cluster.store.list("Node")))
        self.refused: dict[Key, tuple[str, str]] = {}
        """Pods that could not be evicted until the time was up: key to (node, last answer)."""
        self.finished = False

    def begin(self) -> None:
        """Drain the next node."""
        if not self._left:
            self.finished = True
            return
        node = self._left.pop(0)
        self._recorder.mark(f"drain {node}")
        Drain(self._cluster, node, self._timeout, self._ended).begin()

    def _ended(self, drain: Drain) -> None:
        for key, answer in drain.refused.items():
            self.refused.setdefault(key, (drain.node, answer))
        if drain.timed_out:
            self._recorder.mark(f"drain of {drain.node} given up after {self._timeout:.0f} s")
        cordon(self._cluster, drain.node, False)
        self._cluster.clock.after(self._pause, self.begin)


class Crash:
    """A node loses its power: its processes are gone at once, the cluster notices when heartbeats stay away."""

    def __init__(self, cluster: Cluster, recorder: Recorder, options: Mapping[str, Any]) -> None:
        self._cluster = cluster
        self._recorder = recorder
        self.node: str = options.get("node", "")
        self.finished = False

    def begin(self) -> None:
        """Take the node away."""
        self._recorder.mark(f"{self.node} dies")
        self._cluster.kubelets.crash(self.node)
        self.finished = True


class Reclaims:
    """Spot machines are taken back by their provider: those named, or all that are marked as such, after a notice."""

    def __init__(self, cluster: Cluster, recorder: Recorder, options: Mapping[str, Any]) -> None:
        self._cluster = cluster
        self._recorder = recorder
        self._notice = float(options.get("noticeSeconds", NOTICE))
        self._nodes: list[str] = list(
            options.get("nodes") or (n.name for n in cluster.store.list("Node") if is_spot(n))
        )
        self._under_way: list[Reclaim] = []

    @property
    def finished(self) -> bool:
        """Whether all of them are gone."""
        return len(self._under_way) == len(self._nodes) and all(one.finished for one in self._under_way)

    def begin(self) -> None:
        """Give notice to all at once."""
        names = ", ".join(self._nodes) or "no node is a spot machine"
        self._recorder.mark(f"{self._notice:.0f} s of notice: {names}")
        for node in self._nodes:
            reclaim = Reclaim(self._cluster, node, self._notice)
            self._under_way.append(reclaim)
            reclaim.begin()


class ZoneLoss:
    """All nodes of a zone lose their power at once."""

    def __init__(self, cluster: Cluster, recorder: Recorder, options: Mapping[str, Any]) -> None:
        self._cluster = cluster
        self._recorder = recorder
        self._zone = str(options.get("zone", ""))
        self.finished = False

    def begin(self) -> None:
        """Take the nodes away; without a name the first zone's."""
        zones = {n.name: n.labels.get(ZONE, "") for n in self._cluster.store.list("Node")}
        zone = self._zone or min(filter(None, zones.values()), default="")
        self._recorder.mark(f"zone {zone} is lost")
        for node, place in zones.items():
            if place == zone and node in self._cluster.kubelets:
                self._cluster.kubelets.crash(node)
        self.finished = True


class ConfigChange:
    """New content for ConfigMaps and Secrets, applied as people do: with new checksums in templates that carry some."""

    def __init__(self, cluster: Cluster, recorder: Recorder, options: Mapping[str, Any]) -> None:
        self._cluster = cluster
        self._recorder = recorder
        self._only = options.get("names")
        self.changed: dict[Key, float] = {}
        """What was changed, and when."""
        self.finished = False

    def begin(self) -> None:
        """Change every object that can be changed, then the checksums."""
        store = self._cluster.store
        for kind in ("ConfigMap", "Secret"):
            for config in store.list(kind):
                if (self._only is None or config.name in self._only) and not config.get("immutable"):
                    self._cluster.api.update(changed(config))
                    self.changed[config.key] = self._cluster.clock.now
        for kind in ROLLED_OUT:
            for workload in store.list(kind):
                for annotation in checksums(workload):
                    release(self._cluster, workload, annotation, "next")
        self._recorder.mark(f"new content in {len(self.changed)} ConfigMaps and Secrets")
        self.finished = True


CHANGED_SECRET = "eyJjaGFuZ2VkIjp0cnVlfQ=="
"""Another value than the one that stands for all, and a JSON object as well."""

Action = Rollout | Drains | Crash | Reclaims | ZoneLoss | ConfigChange
ACTIONS: Mapping[str, type[Action]] = {
    "rollout": Rollout, "drain": Drains, "crash": Crash, "reclaim": Reclaims, "loseZone": ZoneLoss,
    "changeConfig": ConfigChange,
}  # fmt: skip


def release(cluster: Cluster, workload: Object, annotation: str, value: str) -> None:
    """Change an annotation of a workload's pod template."""
    current = cluster.store.get(*workload.key)
    if current is None:
        return
    template = dict(current.spec.get("template") or {})
    metadata = dict(template.get("metadata") or {})
    metadata["annotations"] = {**(metadata.get("annotations") or {}), annotation: value}
    spec = {**current.spec, "template": {**template, "metadata": metadata}}
    try:
        cluster.api.update(evolve(current, spec=spec))
    except errors.ApiError:
        return  # refused as a real server would; the workload stays as it is


def checksums(workload: Object) -> Sequence[str]:
    """Template annotations that change whenever the configuration does."""
    annotations = dig(workload, "spec", "template", "metadata", "annotations", default={})
    return [key for key in annotations if any(word in key.lower() for word in CHECKSUM_WORDS)]


def changed(config: Object) -> Object:
    """The object with new content under every key."""
    data = config.get("data")
    if not data:
        return evolve(config, data={"seatrial.dev": CHANGED_SECRET if config.kind == "Secret" else "changed"})
    if config.kind == "Secret":
        return evolve(config, data=dict.fromkeys(data, CHANGED_SECRET))
    return evolve(config, data={key: f"{value}\n# changed" for key, value in data.items()})
