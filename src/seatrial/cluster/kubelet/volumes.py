"""Volumes of one pod: mounted before its containers start, files of ConfigMaps and Secrets refreshed at its syncs.

Upstream: pkg/kubelet/volumemanager (reconciler every 100 ms, WaitForAttachAndMount polls every 300 ms),
pkg/util/goroutinemap/exponentialbackoff, Kubernetes 1.36. What a container reads from a file is at most one period of
sync, a minute and a half, behind the API.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from seatrial.cluster.clock import Timer
from seatrial.cluster.kubelet import reports
from seatrial.cluster.kubelet.environment import keys_of
from seatrial.cluster.store import Store
from seatrial.model.objects import Object, dig

if TYPE_CHECKING:
    from seatrial.cluster.kubelet.pod_worker import PodWorker

MOUNT = 0.2
"""Seconds from the pod's arrival until the reconciler has set its volumes up."""
POLL = 0.3
"""Seconds between looks whether all are mounted (podAttachAndMountRetryInterval)."""
TIMEOUT = 123.0
"""Seconds after which a sync gives up waiting for volumes; it says so nowhere (podAttachAndMountTimeout)."""
FIRST_RETRY, LAST_RETRY = 0.5, 122.0
"""Bounds of the wait after a failed mount, which doubles (exponentialbackoff)."""
REMOUNT = 0.1
"""Seconds from a pod's sync to the refresh of its files."""

MISSING_KEY = {
    "ConfigMap": "configmap references non-existent config key",
    "Secret": "references non-existent secret key",
}

Files = dict[str, str]
"""Contents by `volume/path`."""
FileObserver = Callable[[tuple[str, str], Files], None]
"""Told when the files of a pod's volumes have changed: (namespace, name), all files. A bound method."""
Reference = tuple[str, str, str]
"""(kind, namespace, name) of a ConfigMap or Secret."""


class VolumeMounts:
    """The volumes of one pod."""

    def __init__(self, worker: PodWorker) -> None:
        self._worker = worker
        self._pod = worker.pod
        self._clock = worker.kubelet.clock
        self._failures: dict[str, int] = {}
        self._unmounted = [str(volume["name"]) for volume in worker.pod.spec.get("volumes") or ()]
        self._begun = False
        self._then: Callable[[bool], None] | None = None
        self._deadline = 0.0
        self._poll: Timer | None = None
        self.files: Files = {}
        self.busy = 0
        """How many mounts and refreshes are under way."""

    def wait(self, then: Callable[[bool], None]) -> None:
        """Call `then` with True when all volumes are mounted, False where that takes too long. Files are refreshed on
        the way.
        """
        if not self._begun:
            self._begun = True
            self.busy += 1
            self._clock.after(MOUNT, self._mount)
        elif not self._unmounted and next(references(self._pod), None) is not None:
            self.busy += 1
            self._clock.after(REMOUNT, self._remount)
        if not self._unmounted:
            then(True)
            return
        self._then = then
        self._deadline = self._clock.now + TIMEOUT
        self._poll = self._clock.after(POLL, self._look)

    def interrupt(self) -> None:
        """The pod is to end: who waits need not wait any longer (the sync's context is cancelled)."""
        then = self._then
        self.stop()
        if then is not None:
            then(False)

    def stop(self) -> None:
        """Nobody waits any more."""
        self._then = None
        if self._poll is not None:
            self._poll.cancel()

    def _look(self) -> None:
        then = self._then
        if then is None:
            return
        if not self._unmounted:
            self._then = None
            then(True)
        elif self._clock.now >= self._deadline:
            self._then = None
            then(False)
        else:
            self._poll = self._clock.after(POLL, self._look)

    def _mount(self) -> None:
        self.busy -= 1
        for volume in self._pod.spec.get("volumes") or ():
            self._mount_one(volume)

    def _mount_one(self, volume: Mapping[str, Any]) -> None:
        name = str(volume["name"])
        if self._worker.finished or self._worker.kubelet.down or name not in self._unmounted:
            return
        if not self._worker.kubelet.volumes_in_use.is_ready(self._pod, volume):
            self._try_again(volume)
            return
        flaw = _flaw(self._pod, volume, self._worker.kubelet.store)
        if flaw:
            reports.warning(
                self._worker.kubelet, self._pod, "FailedMount",
                f'MountVolume.SetUp failed for volume "{name}" : {flaw}',
            )  # fmt: skip
            self._try_again(volume)
            return
        self._unmounted.remove(name)
        self._refresh()

    def _try_again(self, volume: Mapping[str, Any]) -> None:
        failures = self._failures.get(str(volume["name"]), 0)
        self._failures[str(volume["name"])] = failures + 1
        self.busy += 1
        self._clock.after(min(FIRST_RETRY * 2**failures, LAST_RETRY), self._retry, volume)

    def _retry(self, volume: Mapping[str, Any]) -> None:
        self.busy -= 1
        self._mount_one(volume)

    def _remount(self) -> None:
        self.busy -= 1
        self._refresh()
        self._worker.rest()

    def _refresh(self) -> None:
        files = dict(_contents(self._pod, self._worker.kubelet.store, self._unmounted))
        if files != self.files or not self._worker.files_told:
            self.files = files
            self._worker.files_told = True
            for observer in self._worker.kubelet.file_observers:
                observer((self._pod.namespace, self._pod.name), files)


def references(pod: Object) -> Iterator[Reference]:
    """The ConfigMaps and Secrets whose entries become files of the pod."""
    for volume in pod.spec.get("volumes") or ():
        for kind, source in _sources(volume):
            yield kind, pod.namespace, _name_of(source)


def _sources(volume: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if "configMap" in volume:
        yield "ConfigMap", volume["configMap"] or {}
    if "secret" in volume:
        yield "Secret", volume["secret"] or {}
    for source in dig(volume, "projected", "sources", default=()):
        yield from _sources({key: source[key] for key in ("configMap", "secret") if key in source})


def _name_of(source: Mapping[str, Any]) -> str:
    return str(source.get("name") or source.get("secretName") or "")


def _flaw(pod: Object, volume: Mapping[str, Any], store: Store) -> str:
    """Why a volume cannot be set up, "" where it can. A projected volume tells all that is wrong with its sources."""
    flaws = [flaw for kind, source in _sources(volume) if (flaw := _source_flaw(pod, kind, source, store))]
    return flaws[0] if len(flaws) == 1 else f"[{', '.join(flaws)}]" if flaws else ""


def _source_flaw(pod: Object, kind: str, source: Mapping[str, Any], store: Store) -> str:
    if source.get("optional"):
        return ""
    name = _name_of(source)
    found = store.get(kind, pod.namespace, name)
    if found is None:
        return f'{kind.lower()} "{name}" not found'
    for item in source.get("items") or ():
        if item.get("key") not in keys_of(found):
            return f"{MISSING_KEY[kind]}: {item.get('key')}"
    return ""


def _contents(pod: Object, store: Store, unmounted: list[str]) -> Iterator[tuple[str, str]]:
    for volume in pod.spec.get("volumes") or ():
        if volume["name"] in unmounted:
            continue
        for kind, source in _sources(volume):
            found = store.get(kind, pod.namespace, _name_of(source))
            if found is not None:
                paths = {item["key"]: item["path"] for item in source.get("items") or ()}
                for path, content in _entries(found, paths):
                    yield f"{volume['name']}/{path}", content


def _entries(source: Object, paths: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for key, value in keys_of(source).items():
        if paths and key not in paths:
            continue
        encoded = source.kind == "Secret" and key in (source.get("data") or {})
        yield paths.get(key, key), _decoded(str(value)) if encoded else str(value)


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value).decode(errors="replace")
    except (binascii.Error, ValueError):
        return value
