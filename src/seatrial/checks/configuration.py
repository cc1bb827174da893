"""Configuration (chapter 10): what a change of it reaches, and secrets that are none."""

from __future__ import annotations

import re
from collections.abc import Iterator

import orjson

from seatrial.checks import fixes, secret_values
from seatrial.checks.rule import Breach, rule
from seatrial.checks.scene import Container, Scene, Workload
from seatrial.manifests.references import Reference
from seatrial.manifests.resources import Resource

_HASHED_NAME = re.compile(r".+-[bcdfghkmt2456789]{10}")
"""The hash that kustomize's generators put behind a name: its alphabet leaves out vowels and look-alikes."""
_CHECKSUM = re.compile(r"checksum|sha256|hash|config-version", re.IGNORECASE)
_RELOADERS = (
    "reloader.stakater.com/",
    "configmap.reloader.stakater.com/",
    "secret.reloader.stakater.com/",
    "wave.pusher.com/",
)


def checksum(target: Resource) -> str:
    """A checksum of an object's content that changes whenever the content does."""
    import hashlib  # loads OpenSSL, which a run that suggests no checksum does without

    content = {field: target.object.get(field) for field in ("data", "binaryData", "stringData")}
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


@rule(
    "config-change-restarts-nobody",
    title="A change of configuration reaches the pods",
    chapter=10,
    severity="warning",
    covers=("N16",),
    why="Environment variables and subPath mounts are read once, when the container starts. A changed ConfigMap "
    "restarts "
    "nobody: half a year later some pods run with the old value and some with the new one.",
    how_to_fix="Put a checksum of the ConfigMap into an annotation of the pod template (Helm and kustomize's "
    "generators have "
    "means for that), so that a change rolls out like a new version.",
)
def config_change_restarts_nobody(scene: Scene) -> Iterator[Breach]:
    """ConfigMaps (Secrets: a note) of the manifests, used by env or subPath, that no checksum ties to the template."""
    for workload in scene.workloads:
        if not workload.long_running or _rolls_on_change(workload):
            continue
        used: dict[tuple[str, str, str], Reference] = {}
        for reference in scene.references.of(workload.resource):
            target = scene.references.target(reference)
            if (
                target is not None
                and reference.kind in ("ConfigMap", "Secret")
                and not target.object.get("immutable")
                and not _HASHED_NAME.fullmatch(target.name)
                and _read_once(workload, reference)
            ):
                used.setdefault(target.key, reference)
        for key, reference in used.items():
            target = scene.inventory.get(*key)
            assert target is not None
            annotation = f"checksum/{target.name}"
            path = f"{workload.template.metadata_path}.annotations[{annotation}]"
            yield Breach(
                workload.resource,
                reference.path,
                f"{workload.name} reads {target.kind} {target.name} only when it starts, and no annotation changes "
                "with "
                "it: a new value "
                "reaches no running pod",
                fixes.setting(workload.resource, "tie the template to its content", (path, checksum(target))),
                severity="note" if target.kind == "Secret" else None,
                cause=(fixes.cause(target, "data"),),
            )


def _rolls_on_change(workload: Workload) -> bool:
    own = (*workload.template.annotations, *workload.resource.object.annotations)
    return any(_CHECKSUM.search(key) for key in workload.template.annotations) or any(
        key.startswith(_RELOADERS) for key in own
    )


def _read_once(workload: Workload, reference: Reference) -> bool:
    """Whether it is read into the environment, or mounted by subPath."""
    if ".env[" in reference.path or ".envFrom[" in reference.path:
        return True
    match = re.match(re.escape(workload.template.path) + r"\.volumes\[(\d+)\]", reference.path)
    if match is None:
        return False
    volume = workload.template.spec["volumes"][int(match.group(1))].get("name")
    mounts = [
        m for c in workload.containers if c.runs_on for m in c.spec.get("volumeMounts") or () if m.get("name") == volume
    ]
    return any(mount.get("subPath") or mount.get("subPathExpr") for mount in mounts)


@rule(
    "secret-in-plain-text",
    title="Secrets are not written into manifests",
    chapter=10,
    severity="warning",
    covers=("35",),
    why="A password in a manifest is known to everybody who can read the repository, for ever, and shows in every "
    "`kubectl "
    "describe`.",
    how_to_fix="Keep it in a Secret that comes from an encrypted file or a secret manager, refer to it with "
    "secretKeyRef, and "
    "change the password: this one is known.",
)
def secret_in_plain_text(scene: Scene) -> Iterator[Breach]:
    """Literal values of env entries and ConfigMap keys that are named like secrets, and URLs with passwords."""
    for found in secret_values.in_env(scene.inventory):
        yield Breach(
            found.resource,
            found.path,
            f"container {found.container} has the value of {found.name} in plain text",
            fixes.advice("move it into a Secret and refer to it with valueFrom.secretKeyRef"),
        )
    for found in secret_values.in_config_maps(scene.inventory):
        yield Breach(
            found.resource,
            found.path,
            f"ConfigMap {found.resource.name} has the value of {found.name} in plain text",
            fixes.advice("move it into a Secret"),
        )


@rule(
    "env-duplicate",
    title="Each environment variable is set once",
    chapter=10,
    severity="warning",
    covers=("39",),
    why="The last one wins, silently. With kubectl apply, one of the two may also get lost on the way.",
    how_to_fix="Keep one of the two.",
)
def env_duplicate(scene: Scene) -> Iterator[Breach]:
    """Names that occur twice in the env of one container."""
    for workload in scene.workloads:
        for container in workload.containers:
            yield from _duplicates(workload, container)


def _duplicates(workload: Workload, container: Container) -> Iterator[Breach]:
    seen: dict[str, int] = {}
    for index, variable in enumerate(container.spec.get("env") or ()):
        name = str(variable.get("name", ""))
        if name in seen:
            first = seen[name]
            yield Breach(
                workload.resource,
                f"{container.path}.env[{index}].name",
                f"container {container.name} sets {name} twice: the first value is lost",
                fixes.removing(workload.resource, "keep the one that counts", f"{container.path}.env[{first}]"),
                cause=(fixes.cause(workload.resource, f"{container.path}.env[{first}].name"),),
            )
        seen[name] = index
