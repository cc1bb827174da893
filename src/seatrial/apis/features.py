"""Feature gates that decide which fields an API server reads (pkg/features/kube_features.go, Kubernetes 1.37).

Before a server validates, it drops the fields of features that are off by default: an object with such a field is
accepted, and nothing is said of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from seatrial.apis.violations import Version

Path = tuple[str, ...]
"""Steps to a field; `containers[]` goes through every item of a list, `lifecycle?` goes itself when it is emptied."""
NEVER: Version = (9, 99)
"""Of features that no version has on by default yet."""

INTRODUCED: dict[str, Version] = {"ContainerRestartRules": (1, 34)}
"""The first version that knows a feature, where one before it refuses the field instead of dropping it."""

ON_SINCE: dict[str, Version] = {
    "ClusterTrustBundleProjection": (1, 37),
    "ContainerRestartRules": (1, 35),
    "ContainerStopSignals": NEVER,
    "EnvFiles": (1, 35),
    "GenericWorkload": NEVER,
    "HPAScaleToZero": (1, 37),
    "HostnameOverride": (1, 35),
    "ImageVolume": (1, 35),
    "MatchLabelKeysInPodAffinity": (1, 31),
    "MatchLabelKeysInPodTopologySpread": (1, 27),
    "NodeInclusionPolicyInPodTopologySpread": (1, 26),
    "PodCertificateRequest": (1, 37),
    "PodLevelResources": (1, 34),
    "PodLifecycleSleepAction": (1, 30),
    "ProcMountType": (1, 33),
    "RecursiveReadOnlyMounts": (1, 31),
    "RestartAllContainersOnContainerExits": (1, 36),
    "SELinuxChangePolicy": (1, 33),
    "SELinuxMount": (1, 37),
    "SupplementalGroupsPolicy": (1, 33),
    "UserNamespacesSupport": (1, 33),
}
"""The first version that has a feature on by default."""


def _of_containers(*steps: str) -> tuple[Path, ...]:
    return tuple((f"{field}[]", *steps) for field in ("containers", "initContainers", "ephemeralContainers"))


def _of_affinity(*steps: str) -> tuple[Path, ...]:
    terms = (
        ("requiredDuringSchedulingIgnoredDuringExecution[]",),
        ("preferredDuringSchedulingIgnoredDuringExecution[]", "podAffinityTerm"),
    )
    return tuple(("affinity", field, *term, *steps) for field in ("podAffinity", "podAntiAffinity") for term in terms)


POD_SPEC: dict[str, tuple[Path, ...]] = {
    "ClusterTrustBundleProjection": (("volumes[]", "projected", "sources[]", "clusterTrustBundle"),),
    "ContainerRestartRules": (
        ("containers[]", "restartPolicy"),
        ("ephemeralContainers[]", "restartPolicy"),
        *_of_containers("restartPolicyRules"),
    ),
    "ContainerStopSignals": _of_containers("lifecycle?", "stopSignal"),
    "EnvFiles": _of_containers("env[]", "valueFrom", "fileKeyRef"),
    "GenericWorkload": (("schedulingGroup",),),
    "HostnameOverride": (("hostnameOverride",),),
    "MatchLabelKeysInPodAffinity": (*_of_affinity("matchLabelKeys"), *_of_affinity("mismatchLabelKeys")),
    "MatchLabelKeysInPodTopologySpread": (("topologySpreadConstraints[]", "matchLabelKeys"),),
    "NodeInclusionPolicyInPodTopologySpread": (
        ("topologySpreadConstraints[]", "nodeAffinityPolicy"),
        ("topologySpreadConstraints[]", "nodeTaintsPolicy"),
    ),
    "PodCertificateRequest": (("volumes[]", "projected", "sources[]", "podCertificate"),),
    "PodLevelResources": (("resources",),),
    "PodLifecycleSleepAction": (
        *_of_containers("lifecycle?", "preStop?", "sleep"),
        *_of_containers("lifecycle?", "postStart?", "sleep"),
    ),
    "ProcMountType": _of_containers("securityContext", "procMount"),
    "RecursiveReadOnlyMounts": _of_containers("volumeMounts[]", "recursiveReadOnly"),
    "SELinuxChangePolicy": (("securityContext", "seLinuxChangePolicy"),),
    "SupplementalGroupsPolicy": (("securityContext", "supplementalGroupsPolicy"),),
    "UserNamespacesSupport": (("hostUsers",),),
}
"""Feature to the fields of a pod spec that it adds (pkg/api/pod/util.go: dropDisabledFields)."""


def enabled(feature: str, version: Version) -> bool:
    """Whether a server of this version has a feature on by default."""
    return version >= ON_SINCE[feature]


def without_disabled(fields: Mapping[str, Any], paths: tuple[Path, ...]) -> Mapping[str, Any]:
    """The struct without the fields at these paths; itself where it has none of them."""
    for path in paths:
        fields = _without(fields, path)
    return fields


@cache
def disabled_in_pods(version: Version) -> tuple[Path, ...]:
    """The fields of a pod spec that a server of this version drops."""
    return tuple(path for feature, paths in POD_SPEC.items() if _is_dropped(feature, version) for path in paths)


def _is_dropped(feature: str, version: Version) -> bool:
    return INTRODUCED.get(feature, version) <= version < ON_SINCE[feature]


def _without(fields: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    step = path[0]
    name = step.rstrip("[]?")
    value = fields.get(name)
    if value is None:
        return fields
    if len(path) == 1:
        return {field: kept for field, kept in fields.items() if field != name}
    if not step.endswith("[]"):
        below = _without(value, path[1:])
        if step.endswith("?") and not below and value:
            return _without(fields, (name,))
        return fields if below is value else {**fields, name: below}
    items = [item and _without(item, path[1:]) for item in value]
    return fields if all(new is old for new, old in zip(items, value, strict=True)) else {**fields, name: items}
