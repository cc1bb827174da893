"""WorkloadProfiles: what manifests cannot say about an application, and what is assumed where nobody says it.

A document of its own among the manifests (`apiVersion: seatrial.dev/v1alpha1`, `kind: WorkloadProfiles`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object, kind_of

API_VERSION = "seatrial.dev/v1alpha1"
KIND = "WorkloadProfiles.seatrial.dev"
Sigterm = Literal["drains", "exits-at-once", "ignores"]

STARTUP_SECONDS = 2.0
"""Assumed time from container start to serving where neither profile nor probes hint at one."""
INIT_SECONDS = 1.0
"""Assumed time that an init container runs."""
RUN_SECONDS = 20.0
"""Assumed length of one run of a Job's pod."""
RPS = 20.0
"""Assumed load on a workload behind a Service, requests per second."""
REQUEST_SECONDS = 0.1
"""Assumed time to serve one request."""
SIGTERM: Sigterm = "exits-at-once"
"""What a process does with SIGTERM unless it was written to do better."""


class ProfileError(ValueError):
    """A WorkloadProfiles document, `resource`, that says something impossible; `path` is the field."""

    def __init__(self, resource: Resource, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.resource = resource
        self.path = path
        self.message = message


@dataclass(frozen=True, slots=True)
class Profile:
    """How one workload behaves. None means that nobody said so; see `seatrial.trial.behaviour` for what follows
    then.
    """

    startup_seconds: float | None = None
    request_seconds: float = REQUEST_SECONDS
    rps: float | None = None
    cpu_seconds: float = 0.0
    """CPU time of one request."""
    sigterm: Sigterm = SIGTERM
    run_seconds: float = RUN_SECONDS
    reloads: Mapping[str, bool] = field(default_factory=dict)
    stated: frozenset[str] = frozenset()
    """The keys that the document gives: what is not in here is assumed."""


NOT_MODELLED = {
    "slowStartupSeconds": "scenario slow-start",
    "spike": "scenario traffic-spike",
    "maxRpsPerPod": "saturation",
    "maxConcurrency": "saturation",
    "memoryMi": "memory use",
    "leakMiPerMinute": "memory use",
    "noisyMemoryMi": "memory use",
    "keepAlive": "connections that stay open",
    "dependsOn": "calls between workloads",
    "shareNeedingDependency": "calls between workloads",
    "startNeedsDependency": "calls between workloads",
    "whenDependencyDown": "calls between workloads",
    "probes": "health paths that look at dependencies",
    "badRelease": "scenario bad-rollout",
    "grayFailure": "scenario gray-failure",
    "resumes": "Jobs that go on where they ended",
    "itemsPerSecond": "queues",
    "itemSeconds": "queues",
    "queueBuffers": "queues",
}
"""Keys that are read and not yet acted on, and what they would be about; a trial says so."""

_NUMBERS = {
    "startupSeconds": "startup_seconds", "requestSeconds": "request_seconds", "rps": "rps", "runSeconds": "run_seconds",
    "cpuSecondsPerRequest": "cpu_seconds",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Profiles:
    """All profiles of one trial, by `namespace/Kind/name`."""

    by_workload: Mapping[str, Profile] = field(default_factory=dict)
    not_modelled: tuple[str, ...] = ()

    def of(self, kind: str, namespace: str, name: str) -> Profile:
        """The workload's profile, or one in which nothing is stated."""
        return self.by_workload.get(f"{namespace}/{kind}/{name}", _NOTHING_STATED)


_NOTHING_STATED = Profile()


def documents(resources: Iterable[Resource]) -> list[Object]:
    """The WorkloadProfiles documents among the resources."""
    return [resource.object for resource in resources if kind_of(resource.object) == KIND]


def read(resources: Iterable[Resource]) -> Profiles:
    """Profiles from all WorkloadProfiles documents; later ones win, key by key of `profiles`.

    Raises:
        ProfileError: for an unknown key or a value that makes no sense.
    """
    profiles: dict[str, Profile] = {}
    ignored: set[str] = set()
    for resource in resources:
        if kind_of(resource.object) != KIND:
            continue
        if resource.object.get("apiVersion") != API_VERSION:
            raise ProfileError(resource, "apiVersion", f"must be {API_VERSION}")
        given = resource.object.get("profiles") or {}
        if not isinstance(given, Mapping):
            raise ProfileError(resource, "profiles", "must be a mapping of namespace/Kind/name to what is known of it")
        for workload, facts in given.items():
            if workload.count("/") != 2:
                raise ProfileError(resource, f"profiles[{workload}]", "must be named namespace/Kind/name")
            profiles[workload] = _profile(resource, f"profiles[{workload}]", facts)
            ignored.update(NOT_MODELLED.keys() & facts.keys())
    said = tuple(f"{NOT_MODELLED[key]} (profile key {key})" for key in sorted(ignored))
    return Profiles(profiles, said)


def _profile(resource: Resource, path: str, facts: Any) -> Profile:
    if not isinstance(facts, Mapping):
        raise ProfileError(resource, path, "must be a mapping")
    values: dict[str, Any] = {"stated": frozenset(facts)}
    for key, value in facts.items():
        where = f"{path}.{key}"
        if key in _NUMBERS:
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                raise ProfileError(resource, where, f"must be a number of at least 0, not {value!r}")
            values[_NUMBERS[key]] = float(value)
        elif key == "handlesSigterm":
            if value not in get_args(Sigterm):
                raise ProfileError(resource, where, f"must be one of {', '.join(get_args(Sigterm))}, not {value!r}")
            values["sigterm"] = value
        elif key == "reloads":
            if not isinstance(value, Mapping) or not all(isinstance(v, bool) for v in value.values()):
                raise ProfileError(resource, where, "must map names of volumes to true or false")
            values["reloads"] = dict(value)
        elif key not in NOT_MODELLED:
            known = sorted({*_NUMBERS, "handlesSigterm", "reloads", *NOT_MODELLED})
            raise ProfileError(resource, where, f"no such key; known are {', '.join(known)}")
    return Profile(**values)
