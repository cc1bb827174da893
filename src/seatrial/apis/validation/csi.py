"""What CSI drivers register (pkg/apis/storage/validation, Kubernetes 1.36)."""

from __future__ import annotations

from seatrial.apis.validation import formats, resources, volume_sources
from seatrial.apis.validation.metadata import label_selector, non_negative, object_meta
from seatrial.apis.validation.reading import Fields, struct, structs, text, texts
from seatrial.apis.violations import Errors

FS_GROUP_POLICIES = ("File", "None", "ReadWriteOnceWithFSType")
LIFECYCLE_MODES = ("Ephemeral", "Persistent")
SHORTEST_TOKEN, LONGEST_TOKEN, SHORTEST_PERIOD, NODE_ID = 600, 2**32, 10, 256


def csi_driver(obj: Fields, errors: Errors) -> None:
    """ValidateCSIDriver."""
    object_meta(obj, errors, namespaced=False)
    spec = struct(obj, "spec")
    policy, period = spec.get("fsGroupPolicy"), spec.get("nodeAllocatableUpdatePeriodSeconds")
    if policy is not None and policy not in FS_GROUP_POLICIES:
        errors.not_supported("spec.fsGroupPolicy", policy, FS_GROUP_POLICIES)
    for mode in texts(spec, "volumeLifecycleModes"):
        if mode not in LIFECYCLE_MODES:
            errors.not_supported("spec.volumeLifecycleModes", mode, LIFECYCLE_MODES)
    _token_requests(structs(spec, "tokenRequests"), errors)
    if period is not None and period < SHORTEST_PERIOD and errors.version >= (1, 35):
        detail = f"must be greater than or equal to {SHORTEST_PERIOD} seconds"
        errors.invalid("spec.nodeAllocatableUpdatePeriodSeconds", period, detail)
    in_secrets = spec.get("serviceAccountTokenInSecrets")
    if in_secrets is not None and not spec.get("tokenRequests") and errors.version >= (1, 35):
        detail = "serviceAccountTokenInSecrets is set but no tokenRequests are specified"
        errors.invalid("spec.serviceAccountTokenInSecrets", in_secrets, detail)


def _token_requests(requests: list[Fields], errors: Errors) -> None:
    audiences: set[str] = set()
    for index, request in enumerate(requests):
        path, audience = f"spec.tokenRequests[{index}]", text(request, "audience")
        if audience in audiences:
            errors.duplicate(f"{path}.audience", audience)
            continue
        audiences.add(audience)
        seconds = request.get("expirationSeconds")
        if seconds is not None and seconds < SHORTEST_TOKEN:
            errors.invalid(f"{path}.expirationSeconds", seconds, "may not specify a duration less than 10 minutes")
        elif seconds is not None and seconds > LONGEST_TOKEN:
            detail = "may not specify a duration larger than 2^32 seconds"
            errors.invalid(f"{path}.expirationSeconds", seconds, detail)


def csi_node(obj: Fields, errors: Errors) -> None:
    """ValidateCSINode."""
    object_meta(obj, errors, namespaced=False)
    names: set[str] = set()
    for index, driver in enumerate(structs(struct(obj, "spec"), "drivers")):
        path, name, node = f"spec.drivers[{index}]", text(driver, "name"), text(driver, "nodeID")
        volume_sources.csi_driver_name(name, f"{path}.name", errors)
        if not node:
            errors.required(f"{path}.nodeID")
        if len(node.encode()) > NODE_ID:
            errors.invalid(f"{path}.nodeID", node, f"must be {NODE_ID} characters or less")
        non_negative(struct(driver, "allocatable").get("count"), f"{path}.allocatable.count", errors)
        if name in names:
            errors.duplicate(f"{path}.name", name)
        names.add(name)
        _topology_keys(texts(driver, "topologyKeys"), path, errors)


def _topology_keys(keys: list[str], path: str, errors: Errors) -> None:
    """Upstream names the driver, not the key."""
    for index, key in enumerate(keys):
        if not key:
            errors.required(path)
        if key in keys[:index]:
            errors.duplicate(path, key)
        errors.invalids(path, key, formats.qualified_name(key))


def csi_storage_capacity(obj: Fields, errors: Errors) -> None:
    """ValidateCSIStorageCapacity."""
    object_meta(obj, errors)
    label_selector(obj.get("nodeTopology"), "nodeTopology", errors)
    name = text(obj, "storageClassName")
    errors.invalids("storageClassName", name, formats.dns_subdomain(name))
    if resources.amount(obj.get("capacity")) < 0:
        errors.invalid("capacity", str(obj["capacity"]), "must be greater than or equal to 0")
