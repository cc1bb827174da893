"""Images of one node: by which policy they are pulled, one at a time, and how long failures hold back the next try.

Upstream: pkg/kubelet/images/image_manager.go EnsureImageExists and puller.go (serial), Kubernetes 1.36.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from seatrial.cluster.kubelet import reports
from seatrial.cluster.kubelet.backoff import Backoff
from seatrial.cluster.kubelet.runtime import Pull
from seatrial.model.objects import Object

if TYPE_CHECKING:
    from seatrial.cluster.kubelet.kubelet import Kubelet


@dataclass(frozen=True, slots=True)
class ImageError:
    """Why an image is not there: the reason and message of the waiting container."""

    reason: str
    message: str


Then = Callable[["ImageError | None"], None]
"""Called with the error, or None when the image is there. A bound method."""


@dataclass(slots=True)
class _Request:
    pod: Object
    container: str
    image: str
    then: Then
    asked: float


class ImageManager:
    """Which images a node has, and the line of those who wait for one."""

    def __init__(self, kubelet: Kubelet) -> None:
        self._kubelet = kubelet
        self._clock = kubelet.clock
        self.backoff = Backoff()
        self._pulled: dict[str, None] = {}
        self._attempts: dict[str, int] = {}
        self._errors: dict[str, str] = {}
        self._line: deque[_Request] = deque()

    def has(self, image: str) -> bool:
        """Whether the image is on the node."""
        return image in self._pulled or self._kubelet.runtime.present(image)

    def ensure(self, pod: Object, container: Mapping[str, Any], then: Then) -> None:
        """See to it that a container's image is there, and call `then`, at once or when the pull has ended."""
        image, name = str(container.get("image", "")), str(container["name"])
        if flaw := flaw_of(image):
            message = f'Failed to apply default image tag "{image}": couldn\'t parse image name "{image}": {flaw}'
            reports.warning(self._kubelet, pod, "InspectFailed", message, name)
            then(ImageError("InvalidImageName", message))
            return
        policy = policy_of(container)
        if self.has(image) and policy != "Always":
            message = f'Container image "{image}" already present on machine and can be accessed by the pod'
            reports.normal(self._kubelet, pod, "Pulled", message, name)
            then(None)
        elif policy == "Never":
            message = f'Container image "{image}" is not present with pull policy of Never'
            reports.warning(self._kubelet, pod, "ErrImageNeverPull", message, name)
            then(ImageError("ErrImageNeverPull", message))
        else:
            self._pull(_Request(pod, name, image, then, self._clock.now))

    def forget(self, uid: str) -> None:
        """A pod is gone."""
        self.backoff.forget(uid)
        for key in [key for key in self._errors if key.startswith(uid)]:
            del self._errors[key]

    def stop(self) -> None:
        """The node is down: nobody waits any more. What was pulled is still on its disk."""
        self._line.clear()

    def _pull(self, request: _Request) -> None:
        key = f"{request.pod.uid}_{request.image}"
        if self.backoff.waits_since_update(key, self._clock.now):
            message = f'Back-off pulling image "{request.image}"'
            reports.normal(self._kubelet, request.pod, "BackOff", message, request.container)
            if before := self._errors.get(key):
                message = f"{message}: ErrImagePull: {before}"
            request.then(ImageError("ImagePullBackOff", message))
            return
        message = f'Pulling image "{request.image}"'
        reports.normal(self._kubelet, request.pod, "Pulling", message, request.container)
        self._line.append(request)
        if len(self._line) == 1:
            self._begin()

    def _begin(self) -> None:
        request = self._line[0]
        attempt = self._attempts.get(request.image, 0) + 1
        self._attempts[request.image] = attempt
        pull = self._kubelet.runtime.pull(request.image, attempt)
        self._clock.after(pull.seconds, self._end, request, pull, self._clock.now)

    def _end(self, request: _Request, pull: Pull, began: float) -> None:
        if not self._line or self._line[0] is not request:
            return  # the node went down meanwhile
        self._line.popleft()
        if self._line:
            self._begin()
        if pull.error:
            self._fail(request, pull.error)
            return
        self._pulled[request.image] = None
        now = self._clock.now
        took, waited = _milliseconds(now - began), _milliseconds(now - request.asked)
        reports.normal(
            self._kubelet,
            request.pod,
            "Pulled",
            f'Successfully pulled image "{request.image}" in {took} ({waited} including waiting). '
            f"Image size: {pull.size} bytes.",
            request.container,
        )
        request.then(None)

    def _fail(self, request: _Request, error: str) -> None:
        key = f"{request.pod.uid}_{request.image}"
        self.backoff.next(key, self._clock.now, self._clock.now)
        self._errors[key] = error
        message = f'Failed to pull image "{request.image}": {error}'
        reports.warning(self._kubelet, request.pod, "Failed", message, request.container)
        request.then(ImageError("ErrImagePull", error))


def policy_of(container: Mapping[str, Any]) -> str:
    """The pull policy, as the API server defaults it: Always for the tag latest, and where there is no tag."""
    if policy := container.get("imagePullPolicy"):
        return str(policy)
    image = str(container.get("image", ""))
    last = image.rpartition("/")[2]
    tagged = "@" in image or (":" in last and not last.endswith(":latest"))
    return "IfNotPresent" if tagged else "Always"


_COMPONENT = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
_TAG = re.compile(r"\w[\w.-]{0,127}")
_HOST = re.compile(r"(?:[a-zA-Z0-9.-]+|\[[a-fA-F0-9:]+\])(?::[0-9]+)?")
_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}")


@lru_cache(maxsize=4096)
def flaw_of(image: str) -> str:
    """What is wrong with an image's name, "" where nothing is (distribution/reference ParseNormalizedNamed)."""
    name, at, digest = image.partition("@")
    if at and not _DIGEST.fullmatch(digest):
        return "invalid reference format"
    head, slash, rest = name.partition("/")
    has_host = bool(slash) and (any(c in head for c in ".:") or head == "localhost" or head.lower() != head)
    path = rest if has_host else name
    repository, colon, tag = path.rpartition(":")
    if not colon or "/" in tag:
        repository, tag = path, ""
    elif not _TAG.fullmatch(tag):
        return "invalid reference format"
    if repository.lower() != repository:
        return f"invalid reference format: repository name ({repository}) must be lowercase"
    if has_host and not _HOST.fullmatch(head):
        return "invalid reference format"
    if not repository or not all(_COMPONENT.fullmatch(part) for part in repository.split("/")):
        return "invalid reference format"
    return ""


def _milliseconds(seconds: float) -> str:
    thousandths = round(seconds * 1000)
    return f"{thousandths}ms" if thousandths < 1000 else f"{thousandths / 1000:g}s"
