"""Which kinds a server has that somebody could have written (API discovery, Kubernetes 1.26 and newer, and the older
way).

Of each kind the version is taken that the server prefers. What cannot be listed or created is no manifest:
measurements, reviews, statuses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from seatrial.delivery.connection import JSON, OK, Connection

_AGGREGATED = ",".join(
    [*(f"application/json;g=apidiscovery.k8s.io;v={v};as=APIGroupDiscoveryList" for v in ("v2", "v2beta1")), JSON]
)
_NEEDED_VERBS = {"list", "create"}


@dataclass(frozen=True, slots=True)
class ServedKind:
    """One kind as a server lists it; `plural` is its name in paths."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool

    @property
    def api_version(self) -> str:
        """`apps/v1`, `v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def resource(self) -> str:
        """As RBAC and kubectl name it: `deployments.apps`, `pods`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def path(self, namespace: str | None = None, name: str = "") -> str:
        """Where the objects of a namespace are, or of all where it is None; with `name`, where one object is."""
        start = f"/apis/{self.api_version}" if self.group else f"/api/{self.api_version}"
        within = f"/namespaces/{namespace}" if namespace is not None and self.namespaced else ""
        return f"{start}{within}/{self.plural}" + (f"/{name}" if name else "")


@dataclass(frozen=True, slots=True)
class Discovered:
    """All kinds, in the order in which the server names them; `silent` are groups that did not answer."""

    kinds: tuple[ServedKind, ...]
    silent: tuple[str, ...] = ()


def discover(connection: Connection) -> Discovered:
    """What the server has.

    Raises:
        ClusterError: where it cannot be reached or is no Kubernetes.
    """
    found: dict[tuple[str, str], ServedKind] = {}
    silent: dict[str, None] = {}
    for root in ("/api", "/apis"):
        answer = connection.get(root, accept=_AGGREGATED)
        if answer.status == OK and answer.body.get("kind") == "APIGroupDiscoveryList":
            served = _aggregated(answer.body, silent)
        else:
            served = _one_by_one(connection, root, silent)
        for kind in served:
            found.setdefault((kind.group, kind.kind), kind)
    return Discovered(tuple(found.values()), tuple(silent))


def _aggregated(body: Mapping[str, Any], silent: dict[str, None]) -> Iterator[ServedKind]:
    for group in body.get("items") or ():
        name = str((group.get("metadata") or {}).get("name") or "")
        for version in group.get("versions") or ():
            if version.get("freshness") == "Stale":
                silent[name] = None
            for resource in version.get("resources") or ():
                if set(resource.get("verbs") or ()) >= _NEEDED_VERBS:
                    kind = str((resource.get("responseKind") or {}).get("kind"))
                    in_namespace = resource.get("scope") == "Namespaced"
                    yield ServedKind(name, str(version["version"]), kind, str(resource["resource"]), in_namespace)


def _one_by_one(connection: Connection, root: str, silent: dict[str, None]) -> Iterator[ServedKind]:
    """A list of groups, then a list of kinds for each version."""
    for group, version in _versions(connection.take(root)):
        answer = connection.get(f"{root}/{group}/{version}" if group else f"{root}/{version}")
        if answer.status != OK:
            silent[group] = None
        for resource in answer.body.get("resources") or ():
            if "/" not in resource["name"] and set(resource.get("verbs") or ()) >= _NEEDED_VERBS:
                yield ServedKind(group, version, resource["kind"], resource["name"], bool(resource["namespaced"]))


def _versions(listed: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(group, version), of each group the preferred version first."""
    for version in listed.get("versions") or ():
        yield "", str(version)
    for group in listed.get("groups") or ():
        versions = [str(version["version"]) for version in group.get("versions") or ()]
        preferred = (group.get("preferredVersion") or {}).get("version")
        for version in sorted(versions, key=lambda name: name != preferred):
            yield str(group["name"]), version
