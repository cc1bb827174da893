"""The admission plugins that change or refuse what is created, in upstream's order (Kubernetes 1.36).

NamespaceLifecycle, LimitRanger, ServiceAccount, Priority, DefaultTolerationSeconds, DefaultStorageClass, RuntimeClass,
StorageObjectInUseProtection and ResourceQuota. What is not modelled: webhooks, admission policies, the service
account's token volume.
"""

from __future__ import annotations

from typing import Any

from seatrial.cluster import errors, limit_ranges, quotas
from seatrial.cluster.api_server import ApiServer
from seatrial.model.objects import Object, dig, evolve
from seatrial.model.remembering import remembered

Spec = dict[str, Any]
NO_EXECUTE_KEYS = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
TOLERATION_SECONDS = 300
"""How long pods stay on a node that is not ready or unreachable unless they say otherwise."""
SYSTEM_PRIORITIES = {"system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000}
PROTECTED = {
    "PersistentVolumeClaim": "kubernetes.io/pvc-protection", "PersistentVolume": "kubernetes.io/pv-protection",
}  # fmt: skip
"""Storage that is not deleted while it is used, and the finalizer that sees to that."""
DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"


class AdmissionChain:
    """The plugins of one cluster; `admit` is what the API server calls."""

    def __init__(self, api: ApiServer) -> None:
        self._api = api
        self._store = api.store

    def admit(self, new: Object, old: Object | None) -> Object:
        """The object to store.

        Raises:
            errors.Forbidden: where a plugin refuses.
        """
        if old is not None:
            return new
        self._check_namespace(new)
        if new.kind == "Pod":
            new = self._limit(new)
            spec = _with_overhead(self._prioritize(new, _with_defaults(new.spec)), self._runtime_class(new))
            new = new if spec is new.spec else evolve(new, spec=spec)
        elif new.kind == "PersistentVolumeClaim":
            new = self._limit(self._with_class(new))
        if new.kind in PROTECTED:
            new = _protected(new)
        if new.kind in quotas.PLURALS:
            self._charge(new)
        return new

    def _check_namespace(self, obj: Object) -> None:
        namespace = self._store.get("Namespace", "", obj.namespace) if obj.namespace else None
        if namespace is not None and namespace.deleting and obj.kind != "Event":
            reason = f"unable to create new content in namespace {obj.namespace} because it is being terminated"
            raise errors.Forbidden(f"{_what(obj)} is forbidden: {reason}")

    def _limit(self, obj: Object) -> Object:
        items = [
            item for found in self._store.list("LimitRange", obj.namespace) for item in found.spec.get("limits") or ()
        ]
        if not items:
            return obj
        if obj.kind == "Pod":
            obj = limit_ranges.with_defaults(obj, items)
        problems = limit_ranges.complaints(obj, items)
        if problems:
            text = problems[0] if len(problems) == 1 else f"[{', '.join(problems)}]"
            raise errors.Forbidden(f"{_what(obj)} is forbidden: {text}")
        return obj

    def _prioritize(self, pod: Object, spec: Spec) -> Spec:
        """The priority and preemption policy of the pod's class (plugin/pkg/admission/priority)."""
        name = spec.get("priorityClassName")
        found = self._store.get("PriorityClass", "", name) if name else self._default_priority()
        if name and found is None and name not in SYSTEM_PRIORITIES:
            raise errors.Forbidden(f"{_what(pod)} is forbidden: no PriorityClass with name {name} was found")
        return _with_priority(spec, found)

    def _default_priority(self) -> Object | None:
        defaults = [c for c in self._store.list("PriorityClass") if c.get("globalDefault")]
        return min(defaults, key=lambda c: int(c.get("value") or 0), default=None)

    def _runtime_class(self, pod: Object) -> Object | None:
        name = pod.spec.get("runtimeClassName")
        return self._store.get("RuntimeClass", "", name) if name else None

    def _with_class(self, claim: Object) -> Object:
        """A claim that names no storage class gets the default one, the newest where there are several."""
        if claim.spec.get("storageClassName") is not None:
            return claim
        defaults = [c for c in self._store.list("StorageClass") if c.annotations.get(DEFAULT_CLASS) == "true"]
        if not defaults:
            return claim
        newest = max(defaults, key=lambda c: (c.metadata["creationTimestamp"], c.name))
        return evolve(claim, spec={**claim.spec, "storageClassName": newest.name})

    def _charge(self, obj: Object) -> None:
        """Refuse what exceeds a quota, and count at once what does not (plugin/pkg/admission/resourcequota)."""
        charged: list[tuple[Object, quotas.Usage]] = []
        for quota in self._store.list("ResourceQuota", obj.namespace):
            hard = quotas.parsed(quota.status.get("hard") or quota.spec.get("hard") or {})
            if (quota.spec.get("scopes") or quota.spec.get("scopeSelector")) and not quotas.applies(quota, obj):
                continue
            if obj.kind == "Pod" and (lacking := quotas.missing_requests(quota, obj)):
                text = f"failed quota: {quota.name}: must specify {lacking}"
                raise errors.Forbidden(f"{_what(obj)} is forbidden: {text}")
            asked = {name: amount for name, amount in quotas.usage(obj).items() if name in hard and amount}
            used = quotas.parsed(quota.status.get("used") or {})
            over = [name for name, amount in asked.items() if used.get(name, 0) + amount > hard[name]]
            if over:
                text = (
                    f"exceeded quota: {quota.name}, requested: {quotas.listed(over, asked)}, "
                    f"used: {quotas.listed(over, used)}, limited: {quotas.listed(over, hard)}"
                )
                raise errors.Forbidden(f"{_what(obj)} is forbidden: {text}")
            if asked:
                charged.append((quota, {name: used.get(name, 0) + asked.get(name, 0) for name in hard}))
        for quota, total in charged:
            used_now = {name: quotas.shown(name, amount) for name, amount in total.items()}
            status = {"hard": quota.spec.get("hard") or {}, **quota.status, "used": used_now}
            self._api.update_status(quota, status)


def _protected(obj: Object) -> Object:
    """Storage gets the finalizer that keeps it while it is used (StorageObjectInUseProtection)."""
    finalizers = list(obj.metadata.get("finalizers") or ())
    if PROTECTED[obj.kind] in finalizers:
        return obj
    return evolve(obj, metadata={"finalizers": [*finalizers, PROTECTED[obj.kind]]})


def _what(obj: Object) -> str:
    plural = quotas.PLURALS.get(obj.kind, (f"{obj.kind.lower()}s", ""))[0]
    return f'{plural} "{obj.name}"'


@remembered
def _with_defaults(spec: Spec) -> Spec:
    """The service account, and tolerations: pods leave a node that is not ready or unreachable after 300 s, unless
    they tolerate it otherwise.
    """
    name = spec.get("serviceAccountName") or spec.get("serviceAccount") or "default"
    if spec.get("serviceAccountName") != name or spec.get("serviceAccount") != name:
        spec = {**spec, "serviceAccountName": name, "serviceAccount": name}
    present = list(spec.get("tolerations") or ())
    added = [
        {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": TOLERATION_SECONDS}
        for key in NO_EXECUTE_KEYS
        if not any((t.get("key") in (key, None, "")) and t.get("effect") in ("NoExecute", None, "") for t in present)
    ]
    return {**spec, "tolerations": [*present, *added]} if added else spec


@remembered
def _with_priority(spec: Spec, priority_class: Object | None) -> Spec:
    if priority_class is None:
        priority = SYSTEM_PRIORITIES.get(spec.get("priorityClassName") or "", 0)
        return {**spec, "priority": priority, "preemptionPolicy": "PreemptLowerPriority"}
    return {
        **spec, "priorityClassName": priority_class.name, "priority": int(priority_class.get("value") or 0),
        "preemptionPolicy": priority_class.get("preemptionPolicy", "PreemptLowerPriority"),
    }  # fmt: skip


@remembered
def _with_overhead(spec: Spec, runtime_class: Object | None) -> Spec:
    overhead = dig(runtime_class, "overhead", "podFixed")
    return {**spec, "overhead": overhead} if overhead else spec
