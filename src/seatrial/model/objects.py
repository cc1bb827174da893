"""API objects as the rest of seatrial passes them around: JSON-shaped dicts that nobody changes in place.

An `Object` is a dict as the API server would print it. It is never changed once it exists: `evolve` makes a new one
that shares all untouched parts with the old. Store, watches, list results and snapshots therefore share objects freely.
Times in objects are RFC 3339 with whole seconds (as metav1.Time, Kubernetes 1.36), counted from `EPOCH`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""The annotation in which `kubectl apply` keeps what it was given."""
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""The moment that virtual time 0.0 stands for."""

Json = Any
Key = tuple[str, str, str]
"""(kind, namespace, name); namespace is "" for cluster-scoped kinds. See `kind_of` for how kinds are told apart."""


class Object(dict[str, Any]):
    """One API object. Treat it, and all that hangs below it, as frozen."""

    __slots__ = ("_controller", "_key", "_ready")
    # What is asked for most often, worked out when it first is.
    _controller: dict[str, Any] | None
    _key: Key
    _ready: bool

    def __deepcopy__(self, memo: dict[int, Any]) -> Object:
        return self

    @property
    def kind(self) -> str:
        """The object's kind, e.g. `Deployment`."""
        return str(self.get("kind", ""))

    @property
    def metadata(self) -> dict[str, Any]:
        """`metadata`, or an empty dict."""
        found = self.get("metadata")
        return found if isinstance(found, dict) else {}

    @property
    def name(self) -> str:
        """`metadata.name`, or ""."""
        metadata = self.get("metadata")
        return str(metadata.get("name", "")) if isinstance(metadata, dict) else ""

    @property
    def namespace(self) -> str:
        """`metadata.namespace`, or "" for cluster-scoped objects."""
        metadata = self.get("metadata")
        return str(metadata.get("namespace") or "") if isinstance(metadata, dict) else ""

    @property
    def uid(self) -> str:
        """`metadata.uid`, or ""."""
        metadata = self.get("metadata")
        return (metadata.get("uid") or "") if isinstance(metadata, dict) else ""

    @property
    def labels(self) -> dict[str, str]:
        """`metadata.labels`, or an empty dict."""
        metadata = self.get("metadata")
        found = metadata.get("labels") if isinstance(metadata, dict) else None
        return found if isinstance(found, dict) else {}

    @property
    def annotations(self) -> dict[str, str]:
        """`metadata.annotations`, or an empty dict."""
        found = self.metadata.get("annotations")
        return found if isinstance(found, dict) else {}

    @property
    def spec(self) -> dict[str, Any]:
        """`spec`, or an empty dict."""
        found = self.get("spec")
        return found if isinstance(found, dict) else {}

    @property
    def status(self) -> dict[str, Any]:
        """`status`, or an empty dict."""
        found = self.get("status")
        return found if isinstance(found, dict) else {}

    @property
    def deleting(self) -> bool:
        """Whether deletion has begun (`metadata.deletionTimestamp` is set)."""
        metadata = self.get("metadata")
        return isinstance(metadata, dict) and bool(metadata.get("deletionTimestamp"))

    @property
    def key(self) -> Key:
        """(kind, namespace, name)."""
        try:
            return self._key
        except AttributeError:
            self._key = (kind_of(self), self.namespace, self.name)
            return self._key

    @property
    def ready(self) -> bool:
        """Whether the condition Ready is True."""
        try:
            return self._ready
        except AttributeError:
            condition = condition_of(self, "Ready")
            self._ready = condition is not None and condition.get("status") == "True"
            return self._ready

    def __reduce__(self) -> tuple[Any, ...]:
        return (Object, (dict(self),))


BUILT_IN_GROUPS = frozenset(
    {"", "apps", "batch", "autoscaling", "policy", "extensions"}
    | {f"{g}.k8s.io" for g in (
        "networking", "storage", "scheduling", "rbac.authorization", "discovery", "node", "coordination",
        "apiextensions", "apiregistration", "admissionregistration", "certificates", "flowcontrol.apiserver",
        "events", "authentication", "authorization", "resource", "policy", "metrics", "internal.apiserver",
        "storagemigration",
    )}
)  # fmt: skip
"""API groups that a plain Kubernetes serves."""


def group_of(api_version: str) -> str:
    """The API group of an apiVersion: `apps/v1` gives `apps`, `v1` gives ""."""
    group, slash, _ = api_version.partition("/")
    return group if slash else ""


def kind_of(obj: Mapping[str, Any]) -> str:
    """How the store names a kind: the plain kind for built-in groups, `Kind.group` for all others."""
    return _kind_of(str(obj.get("apiVersion", "")), str(obj.get("kind", "")))


@lru_cache(maxsize=4096)
def _kind_of(api_version: str, kind: str) -> str:
    group = group_of(api_version)
    return kind if group in BUILT_IN_GROUPS else f"{kind}.{group}"


def evolve(obj: Mapping[str, Any], **changes: Any) -> Object:
    """A new object with the given top-level fields replaced; None takes a field away.

    `metadata` is merged one level deep (None values take keys away); every other field is replaced as a whole.
    """
    new = Object(obj)
    for field, value in changes.items():
        if field == "metadata":
            new["metadata"] = merged(obj.get("metadata") or {}, value)
        elif value is None:
            new.pop(field, None)
        else:
            new[field] = value
    return new


def merged(old: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`old` with `changes` laid over it, one level deep; None takes a key away."""
    new = {**old, **changes}
    return {k: v for k, v in new.items() if v is not None} if None in new.values() else new


def dig(obj: Any, *path: str | int, default: Any = None) -> Any:
    """The value below `path` (keys and list indexes), or `default` where anything on the way is missing or null."""
    for step in path:
        if isinstance(step, int):
            if not isinstance(obj, list) or not -len(obj) <= step < len(obj):
                return default
            obj = obj[step]
        else:
            # Asking for dict first: what a Mapping is costs five times as much to find out.
            if not isinstance(obj, dict) and not isinstance(obj, Mapping):
                return default
            obj = obj.get(step)
        if obj is None:
            return default
    return obj


def datetime_of(seconds: float) -> datetime:
    """Virtual time as a moment in UTC."""
    return EPOCH + timedelta(seconds=seconds)


def timestamp(seconds: float) -> str:
    """Virtual time as RFC 3339, cut to whole seconds as metav1.Time does."""
    return _stamp(int(seconds // 1))


@lru_cache(maxsize=4096)
def _stamp(seconds: int) -> str:
    return (EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def micro_timestamp(seconds: float) -> str:
    """Virtual time as RFC 3339 with microseconds (metav1.MicroTime, as Leases carry it)."""
    return (EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@lru_cache(maxsize=16384)
def seconds_of(stamp: str) -> float:
    """The inverse of `timestamp` and `micro_timestamp`.

    Raises:
        ValueError: where `stamp` is no RFC 3339 time.
    """
    return (datetime.fromisoformat(stamp) - EPOCH).total_seconds()


def controller_of(obj: Mapping[str, Any]) -> dict[str, Any] | None:
    """The owner reference that has `controller: true`, as metav1.GetControllerOf."""
    if not isinstance(obj, Object):
        return _controller_of(obj)
    try:
        return obj._controller
    except AttributeError:
        obj._controller = _controller_of(obj)
        return obj._controller


def _controller_of(obj: Mapping[str, Any]) -> dict[str, Any] | None:
    for reference in (obj.get("metadata") or {}).get("ownerReferences") or ():
        if reference.get("controller"):
            owner: dict[str, Any] = reference
            return owner
    return None


def owner_reference(owner: Object) -> dict[str, Any]:
    """A controller's owner reference to `owner`, as metav1.NewControllerRef."""
    return {
        "apiVersion": owner["apiVersion"], "kind": owner.kind, "name": owner.name, "uid": owner.uid,
        "controller": True, "blockOwnerDeletion": True,
    }  # fmt: skip


def condition_of(obj: Mapping[str, Any], kind: str) -> dict[str, Any] | None:
    """The status condition of that type, or None."""
    for condition in (obj.get("status") or {}).get("conditions") or ():
        if condition.get("type") == kind:
            found: dict[str, Any] = condition
            return found
    return None
