"""What a field means: `deployment.spec.strategy` looked up in the schemas of a version, or in a definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seatrial.apis import custom_names, lifecycle, schemas
from seatrial.apis.custom_names import Named
from seatrial.apis.decoding import nearest
from seatrial.apis.schemas import Schema
from seatrial.apis.violations import Version

SHORT_NAMES = {
    "cj": "CronJob", "cm": "ConfigMap", "crd": "CustomResourceDefinition", "csr": "CertificateSigningRequest",
    "deploy": "Deployment", "ds": "DaemonSet", "ep": "Endpoints", "hpa": "HorizontalPodAutoscaler", "ing": "Ingress",
    "limits": "LimitRange", "netpol": "NetworkPolicy", "no": "Node", "ns": "Namespace", "pc": "PriorityClass",
    "pdb": "PodDisruptionBudget", "po": "Pod", "pv": "PersistentVolume", "pvc": "PersistentVolumeClaim",
    "quota": "ResourceQuota", "rc": "ReplicationController", "rs": "ReplicaSet", "sa": "ServiceAccount",
    "sc": "StorageClass", "sts": "StatefulSet", "svc": "Service", "vac": "VolumeAttributesClass",
}  # fmt: skip
"""kubectl's short names."""


TIMES = ("Time", "MicroTime")
"""Definitions that stand for plain text."""


class UnknownName(LookupError):
    """The kind or a field is not there; the text says what is nearest."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field below the one that was asked for; `fields` are those below it, None where nobody asked for more."""

    name: str
    type: str
    description: str
    required: bool
    fields: tuple[Field, ...] | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A kind, or a field of it, with the fields below; `path` is "" for the kind itself."""

    api_version: str
    kind: str
    path: str
    type: str
    description: str
    fields: tuple[Field, ...]


def explain(
    name: str,
    version: Version,
    api_version: str = "",
    definitions: Sequence[Mapping[str, Any]] = (),
    *,
    recursive: bool = False,
) -> Explanation:
    """Look up `KIND[.FIELD...]`; kinds may be written as kubectl takes them, lists are stepped into.

    Args:
        name: such as `deploy.spec.template.spec.containers.image`.
        version: the Kubernetes version whose schemas hold.
        api_version: which of a kind's versions; by default the one that is preferred.
        definitions: CustomResourceDefinitions of custom kinds. A built-in kind of the same name goes before them,
            unless `api_version` says otherwise.
        recursive: whether to give all levels below.

    Raises:
        UnknownName: where there is no such kind or field.
    """
    written, *steps = [step.partition("[")[0] for step in name.split(".")]
    found, everything = _found(written, version, api_version, definitions)
    field, struct, walked = found.schema, found.schema, [found.kind]
    for step in steps:
        known = struct.get("properties") or {}
        if step not in known:
            raise UnknownName(_unknown(step, ".".join(walked), list(known)))
        walked.append(step)
        field = known[step]
        struct = _struct(field, everything)
    own, of_type = (str(part.get("description") or "") for part in (field, struct))
    text = "\n".join(part for part in dict.fromkeys((own, of_type)) if part)
    fields = tuple(_fields(struct, everything, (struct,) if recursive else None))
    return Explanation(found.api_version, found.kind, ".".join(walked[1:]), _type(field), text, fields)


def _found(
    written: str, version: Version, api_version: str, definitions: Sequence[Mapping[str, Any]]
) -> tuple[Named, dict[str, Schema]]:
    """The kind that is meant, and what its schema refers to."""
    described = custom_names.named(written, definitions)
    kind = _kind(written, version)
    custom = [named for named in described if api_version in ("", named.api_version)]
    if custom and (kind is None or api_version):
        return custom[0], {}
    if kind is None:
        if described:
            served_as = ", ".join(named.api_version for named in described)
            raise UnknownName(f"{described[0].kind} is not served as {api_version}; use {served_as}")
        known = [*lifecycle.kinds(version), *custom_names.kinds(definitions)]
        raise UnknownName(_unknown(written, f"Kubernetes {lifecycle.shown(version)}", known))
    served = lifecycle.versions_of(version, kind)
    if api_version and api_version not in served:
        raise UnknownName(f"{kind} is not served as {api_version} by {lifecycle.shown(version)}; use {served[0]}")
    chosen = api_version or _preferred(served)
    everything = schemas.definitions(version)
    return Named(chosen, kind, everything[schemas.served(version)[(chosen, kind)]]), everything


def _preferred(served: tuple[str, ...]) -> str:
    """A stable version before a beta, the core group before others (events, for one), and then the newest."""
    newest_first = sorted(served, reverse=True)
    return min(newest_first, key=lambda name: ("alpha" in name, "beta" in name, "/" in name))


def _kind(written: str, version: Version) -> str | None:
    known = lifecycle.kinds(version)
    by_name = {kind.lower(): kind for kind in known}
    lower = SHORT_NAMES.get(written.lower(), written).lower()
    for candidate in (lower, lower.removesuffix("s"), lower.removesuffix("es"), lower.removesuffix("ies") + "y"):
        if candidate in by_name:
            return by_name[candidate]
    return None


def _unknown(name: str, holder: str, known: list[str]) -> str:
    near = nearest(name, known)
    return f'{holder} has no "{name}"' + (f', did you mean "{near}"?' if near else "")


def _struct(field: Schema, everything: dict[str, Schema]) -> Schema:
    """The struct that a field holds: its own, its items' or its map's values'."""
    for inner in (field, field.get("items"), field.get("additionalProperties")):
        if isinstance(inner, dict) and "$ref" in inner:
            return everything[inner["$ref"].rpartition("/")[2]]
        if isinstance(inner, dict) and "properties" in inner:
            return inner
    return field


def _fields(struct: Schema, everything: dict[str, Schema], above: tuple[Schema, ...] | None) -> Iterator[Field]:
    """The fields of a struct; with those below them where it is told what stands `above`, each struct once a branch."""
    required = struct.get("required") or ()
    for name, field in sorted((struct.get("properties") or {}).items()):
        below: tuple[Field, ...] | None = None
        if above is not None:
            inner = _struct(field, everything)
            again = any(inner is known for known in above)
            below = () if again else tuple(_fields(inner, everything, (*above, inner)))
        yield Field(name, _type(field), str(field.get("description") or ""), name in required, below)


def _type(field: Schema) -> str:
    """A type as kubectl writes it: `string`, `[]Container`, `map[string]string`."""
    if "$ref" in field:
        name = str(field["$ref"]).rpartition(".")[2]
        return "string" if name in TIMES else name
    if field.get("x-kubernetes-int-or-string"):
        return "IntOrString"
    types = field.get("type") or "Object"
    name = next((each for each in types if each != "null"), "Object") if isinstance(types, list) else str(types)
    if name == "array":
        return f"[]{_type(field.get('items') or {})}"
    values = field.get("additionalProperties")
    return f"map[string]{_type(values)}" if name == "object" and isinstance(values, dict) else name
