"""Names of other objects (chapters 9 and 10): what a pod asks for must be there before it starts.

Only what the manifests can settle is an error. A Secret is often made by hand or by an operator, so that its absence
among the manifests is a note where nothing else speaks for a mistake.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from seatrial.checks import fixes
from seatrial.checks.rule import Breach, rule
from seatrial.checks.scene import Scene
from seatrial.findings.finding import Fix, Severity
from seatrial.manifests.references import Reference
from seatrial.manifests.resources import Resource
from seatrial.model.objects import dig

SLIP = 0.88
"""How much two names must look alike for one to be a slip for the other (difflib ratio)."""
MADE_BY_KUBERNETES = frozenset({"kube-root-ca.crt", "extension-apiserver-authentication"})
"""ConfigMaps that Kubernetes itself puts into namespaces."""
MAKERS_OF_SECRETS = {
    "ExternalSecret.external-secrets.io": ("spec", "target", "name"),
    "SealedSecret.bitnami.com": ("spec", "template", "metadata", "name"),
    "Certificate.cert-manager.io": ("spec", "secretName"),
}
"""Custom resources that become a Secret, and the field that names it; their own name where the field is unset."""


def _dangling(scene: Scene, *kinds: str) -> Iterator[tuple[Resource, Reference]]:
    for resource, reference in scene.references.dangling():
        if reference.kind in kinds and resource.key in scene.by_key:
            yield resource, reference


def _similar(scene: Scene, reference: Reference) -> str | None:
    """The name of an object of that kind that was probably meant."""
    names = [resource.name for resource in scene.of(reference.kind, reference.namespace)]
    found = difflib.get_close_matches(reference.name, names, n=1, cutoff=SLIP)
    return found[0] if found and _letters(found[0]) != _letters(reference.name) else None


def _letters(name: str) -> str:
    """A name without its numbers: `shard-1` and `shard-2` are two things, not a slip."""
    return re.sub(r"\d+", "", name)


def _missing(scene: Scene, resource: Resource, reference: Reference, effect: str, *, otherwise: Severity) -> Breach:
    """The breach: as severe as the rule says where a similar name is there, else `otherwise`."""
    similar = _similar(scene, reference)
    fix: Fix = fixes.advice(f"add the {reference.kind} to the manifests, or correct the name")
    if similar:
        fix = fixes.setting(resource, f"correct the name to {similar}", (reference.path, similar))
    hint = f" (there is {similar})" if similar else ""
    return Breach(
        resource,
        reference.path,
        f"{resource.name} asks for {reference.kind} {reference.name}, which is not among the manifests{hint}: {effect}",
        fix,
        severity=None if similar else otherwise,
    )


@rule(
    "config-map-missing",
    title="ConfigMaps that pods ask for exist",
    chapter=10,
    severity="error",
    covers=("37", "N31"),
    why="A pod whose ConfigMap is missing does not start: its containers stay in CreateContainerConfigError, or the "
    "volume is "
    "never mounted.",
    how_to_fix="Add the ConfigMap, correct its name, or mark the reference as optional.",
)
def config_map_missing(scene: Scene) -> Iterator[Breach]:
    """ConfigMaps in env, envFrom, volumes and projected volumes that are not among the manifests."""
    for resource, reference in _dangling(scene, "ConfigMap"):
        if reference.name not in MADE_BY_KUBERNETES:
            complete = bool(scene.of("ConfigMap", reference.namespace))
            complete = complete and reference.namespace not in scene.makers_of_pods
            yield _missing(
                scene,
                resource,
                reference,
                "the pod does not start without it",
                otherwise="error" if complete else "warning",
            )


@rule(
    "secret-missing",
    title="Secrets that pods ask for exist",
    chapter=10,
    severity="warning",
    covers=("37", "N31"),
    why="A pod whose Secret is missing does not start.",
    how_to_fix="Make sure that something creates the Secret before the workload: an operator, a pipeline, an encrypted "
    "manifest. Correct the name where it is a slip.",
)
def secret_missing(scene: Scene) -> Iterator[Breach]:
    """Secrets that are not among the manifests: a note, as they are often kept elsewhere, unless it is a slip."""
    made = {
        (resource.namespace, str(dig(resource.object, *path) or resource.name))
        for kind, path in MAKERS_OF_SECRETS.items()
        for resource in scene.inventory.of_kind(kind)
    }
    for resource, reference in _dangling(scene, "Secret"):
        if (reference.namespace, reference.name) not in made:
            yield _missing(scene, resource, reference, "something else has to create it", otherwise="note")


@rule(
    "config-key-missing",
    title="Keys that pods ask for are in the ConfigMap or Secret",
    chapter=10,
    severity="error",
    covers=("37", "N31"),
    why="A container whose key is missing is never created (CreateContainerConfigError): the rollout hangs, and after "
    "the next "
    "drain there are no pods left.",
    how_to_fix="Add the key, correct it, or mark the reference as optional.",
)
def config_key_missing(scene: Scene) -> Iterator[Breach]:
    """Keys of env entries and volume items that the object does not have."""
    for workload in scene.workloads:
        for reference in scene.references.of(workload.resource):
            target = scene.references.target(reference)
            if (
                target is None
                or not reference.key
                or reference.optional
                or reference.kind not in ("ConfigMap", "Secret")
            ):
                continue
            keys = sorted(
                {k for field in ("data", "binaryData", "stringData") for k in dig(target.object, field, default={})}
            )
            if reference.key in keys or "sops" in target.object:
                continue
            found = difflib.get_close_matches(reference.key, keys, n=1, cutoff=0.5)
            fix = fixes.advice("add the key, or correct its name")
            if found and reference.path.endswith(".name") and ".env[" in reference.path:
                path = reference.path.removesuffix("name") + "key"
                fix = fixes.setting(workload.resource, f"ask for {found[0]}", (path, found[0]))
            yield Breach(
                workload.resource,
                reference.path.removesuffix("name") + "key" if ".env[" in reference.path else reference.path,
                f"{workload.name} asks for key {reference.key} of {reference.kind} {reference.name}, which has "
                f"{', '.join(keys) if keys else 'no keys'}: the container is never created",
                fix,
                cause=(fixes.cause(target, "data"),),
            )


@rule(
    "service-account-missing",
    title="ServiceAccounts that pods run as exist",
    chapter=11,
    severity="error",
    covers=("78",),
    why="The API server refuses to create pods of a ServiceAccount that does not exist: the workload has no pods at "
    "all.",
    how_to_fix="Add the ServiceAccount, or correct its name.",
)
def service_account_missing(scene: Scene) -> Iterator[Breach]:
    """ServiceAccounts that are not among the manifests; a warning where the namespace's are kept elsewhere."""
    for resource, reference in _dangling(scene, "ServiceAccount"):
        complete = bool(scene.of("ServiceAccount", reference.namespace))
        yield _missing(
            scene, resource, reference, "no pod is ever created", otherwise="error" if complete else "warning"
        )


@rule(
    "claim-missing",
    title="PersistentVolumeClaims that pods mount exist",
    chapter=9,
    severity="error",
    covers=("74", "N32"),
    why="A pod whose claim does not exist stays pending.",
    how_to_fix="Add the PersistentVolumeClaim, or correct its name.",
)
def claim_missing(scene: Scene) -> Iterator[Breach]:
    """Claims that are not among the manifests; a warning where the namespace's are kept elsewhere."""
    for resource, reference in _dangling(scene, "PersistentVolumeClaim"):
        templates = resource.spec.get("volumeClaimTemplates") or ()
        if any(dig(template, "metadata", "name") == reference.name for template in templates):
            continue  # the StatefulSet controller puts its own claim in place of a volume of this name
        complete = bool(scene.of("PersistentVolumeClaim", reference.namespace))
        yield _missing(
            scene, resource, reference, "the pod stays pending", otherwise="error" if complete else "warning"
        )


@rule(
    "priority-class-missing",
    title="PriorityClasses that pods name exist",
    chapter=9,
    severity="error",
    covers=("N23", "N32"),
    why="The API server refuses to create pods of a PriorityClass that does not exist: the workload has no pods at "
    "all.",
    how_to_fix="Add the PriorityClass, or correct its name.",
)
def priority_class_missing(scene: Scene) -> Iterator[Breach]:
    """PriorityClasses that are not among the manifests; a note where all are kept elsewhere, as platform teams do."""
    for resource, reference in _dangling(scene, "PriorityClass"):
        complete = bool(scene.of("PriorityClass", ""))
        yield _missing(scene, resource, reference, "no pod is ever created", otherwise="error" if complete else "note")
