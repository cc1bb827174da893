"""PersistentVolumes, StorageClasses and what drivers register (pkg/apis/core, pkg/apis/storage validation, 1.36)."""

from __future__ import annotations

from seatrial.apis.validation import formats, resources, volume_sources
from seatrial.apis.validation.claims import VOLUME_MODES, access_modes
from seatrial.apis.validation.metadata import label_name, label_selector, object_meta
from seatrial.apis.validation.paths import no_backsteps
from seatrial.apis.validation.reading import Fields, mapping, struct, structs, text, texts
from seatrial.apis.validation.scheduling import node_selector
from seatrial.apis.violations import Errors

TYPES = (
    "hostPath", "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "flocker", "nfs", "rbd", "quobyte", "cephfs",
    "iscsi", "cinder", "fc", "flexVolume", "azureFile", "vsphereVolume", "photonPersistentDisk", "portworxVolume",
    "azureDisk", "scaleIO", "local", "storageos", "csi",
)  # fmt: skip
RECLAIM_POLICIES = ("Delete", "Recycle", "Retain")
BINDING_MODES = ("Immediate", "WaitForFirstConsumer")
FS_GROUP_POLICIES = ("File", "None", "ReadWriteOnceWithFSType")
LIFECYCLE_MODES = ("Ephemeral", "Persistent")
CSI_SECRETS = (
    "controllerPublishSecretRef", "controllerExpandSecretRef", "nodePublishSecretRef", "nodeExpandSecretRef",
)  # fmt: skip
MAX_PARAMETERS, MAX_PARAMETERS_SIZE = 512, 256 * 1024


def persistent_volume(obj: Fields, errors: Errors) -> None:
    """ValidatePersistentVolume."""
    object_meta(obj, errors, namespaced=False)
    spec = struct(obj, "spec")
    if not spec.get("accessModes"):
        errors.required("spec.accessModes")
    access_modes(spec, "spec", errors)
    _capacity(struct(spec, "capacity"), errors)
    policy = text(spec, "persistentVolumeReclaimPolicy")
    if policy and policy not in RECLAIM_POLICIES:
        errors.not_supported("spec.persistentVolumeReclaimPolicy", policy, RECLAIM_POLICIES)
    affinity = spec.get("nodeAffinity")
    if affinity is not None:
        if affinity.get("required") is not None:
            node_selector(affinity["required"], "spec.nodeAffinity.required", errors)
        else:
            errors.required("spec.nodeAffinity.required", "must specify required node constraints")
    _volume_source(spec, text(struct(obj, "metadata"), "name"), errors)
    _root_is_not_recycled(spec, policy, errors)
    storage_class, mode = text(spec, "storageClassName"), spec.get("volumeMode")
    if storage_class:
        errors.invalids("spec.storageClassName", storage_class, formats.dns_subdomain(storage_class))
    if mode is not None and mode not in VOLUME_MODES:
        errors.not_supported("spec.volumeMode", mode, VOLUME_MODES)
    _attributes_class(spec, errors)


def _capacity(capacity: Fields, errors: Errors) -> None:
    if not capacity:
        errors.required("spec.capacity")
    if "storage" not in capacity or len(capacity) > 1:
        errors.not_supported("spec.capacity", capacity or None, ("storage",))
    for name, value in capacity.items():
        if resources.amount(value) < 0:
            errors.invalid(f"spec.capacity[{name}]", str(value), "must be a valid resource quantity")
        resources.positive_quantity(value, f"spec.capacity[{name}]", errors)


def _volume_source(spec: Fields, name: str, errors: Errors) -> None:
    kind = volume_sources.one_type([kind for kind in TYPES if spec.get(kind) is not None], "spec", errors)
    if not kind:
        return
    source, path = spec[kind], f"spec.{volume_sources.FIELD_NAMES.get(kind, kind)}"
    volume_sources.check(kind, source, path, errors, in_volume=True, name=name)
    match kind:
        case "local":
            if not source.get("path"):
                errors.required(f"{path}.path")
            else:
                no_backsteps(source["path"], f"{path}.path", errors)
            if spec.get("nodeAffinity") is None:
                errors.required("spec.nodeAffinity", "Local volume requires node affinity")
        case "csi":
            _csi(source, path, errors)
        case "azureFile":
            if source.get("secretNamespace") == "":
                errors.required(f"{path}.secretNamespace")
        case "glusterfs":
            namespace = source.get("endpointsNamespace")
            if namespace is not None:
                errors.invalids(f"{path}.endpointsNamespace", namespace, formats.dns_label(namespace))


def _csi(source: Fields, path: str, errors: Errors) -> None:
    """`validateCSIPersistentVolumeSource.`"""
    volume_sources.csi_driver_name(text(source, "driver"), f"{path}.driver", errors)
    if not source.get("volumeHandle"):
        errors.required(f"{path}.volumeHandle")
    for field in CSI_SECRETS:
        reference = source.get(field)
        if reference is None:
            continue
        for name, rule in (("name", formats.dns_subdomain), ("namespace", formats.dns_label)):
            value = text(reference, name)
            if not value:
                errors.required(f"{path}.{field}.{name}")
            else:
                errors.invalids(f"{path}.{field}.{name}", value, rule(value))


def _root_is_not_recycled(spec: Fields, policy: str, errors: Errors) -> None:
    host_path = spec.get("hostPath")
    if host_path is not None and policy == "Recycle" and not text(host_path, "path").strip("/"):
        detail = "may not be 'recycle' for a hostPath mount of '/'"
        errors.forbidden("spec.persistentVolumeReclaimPolicy", detail)


def _attributes_class(spec: Fields, errors: Errors) -> None:
    name = spec.get("volumeAttributesClassName")
    if name is None or errors.version < (1, 34):
        return
    if not name:
        errors.required("spec.volumeAttributesClassName", "an empty string is disallowed")
    else:
        errors.invalids("spec.volumeAttributesClassName", name, formats.dns_subdomain(name))
    if spec.get("csi") is None:
        errors.required("spec.csi", "has to be specified when using volumeAttributesClassName")


def storage_class(obj: Fields, errors: Errors) -> None:
    """ValidateStorageClass."""
    object_meta(obj, errors, namespaced=False)
    provisioner = text(obj, "provisioner")
    if not provisioner:
        errors.required("provisioner")
    else:
        errors.invalids("provisioner", provisioner, formats.qualified_name(provisioner.lower()))
    _parameters(obj, errors, needed=False)
    for name, choices in (("reclaimPolicy", RECLAIM_POLICIES), ("volumeBindingMode", BINDING_MODES)):
        value = obj.get(name)
        if value is not None and value not in choices:
            errors.not_supported(name, value, choices)
    for index, term in enumerate(structs(obj, "allowedTopologies")):
        _topology_term(term, f"allowedTopologies[{index}]", errors)


def _parameters(obj: Fields, errors: Errors, *, needed: bool) -> None:
    parameters = mapping(obj, "parameters")
    if needed and not parameters:
        errors.required("parameters", "must contain at least one key/value pair")
    if len(parameters) > MAX_PARAMETERS:
        errors.too_long("parameters", MAX_PARAMETERS)
        return
    for key in parameters:
        if not key:
            errors.invalid("parameters", key, "field can not be empty.")
    if sum(len(key) + len(value) for key, value in parameters.items()) > MAX_PARAMETERS_SIZE:
        errors.too_long("parameters", MAX_PARAMETERS_SIZE)


def _topology_term(term: Fields, path: str, errors: Errors) -> None:
    """ValidateTopologySelectorTerm."""
    keys: set[str] = set()
    for index, requirement in enumerate(structs(term, "matchLabelExpressions")):
        place, key, values = (
            f"{path}.matchLabelExpressions[{index}]",
            text(requirement, "key"),
            texts(requirement, "values"),
        )
        if not values:
            errors.required(f"{place}.values")
        for position, value in enumerate(values):
            if value in values[:position]:
                errors.duplicate(f"{place}.values[{position}]", value)
        label_name(key, f"{place}.key", errors)
        if key in keys:
            errors.duplicate(f"{place}.key", key)
        keys.add(key)


def volume_attributes_class(obj: Fields, errors: Errors) -> None:
    """ValidateVolumeAttributesClass."""
    object_meta(obj, errors, namespaced=False)
    driver = text(obj, "driverName")
    if not driver:
        errors.required("driverName")
    else:
        errors.invalids("driverName", driver, formats.qualified_name(driver.lower()))
    _parameters(obj, errors, needed=True)


def csi_driver(obj: Fields, errors: Errors) -> None:
    """ValidateCSIDriver."""
    object_meta(obj, errors, namespaced=False)
    name, spec = text(struct(obj, "metadata"), "name"), struct(obj, "spec")
    if name:
        volume_sources.csi_driver_name(name, "metadata.name", errors)
    policy = spec.get("fsGroupPolicy")
    if policy is not None and policy not in FS_GROUP_POLICIES:
        errors.not_supported("spec.fsGroupPolicy", policy, FS_GROUP_POLICIES)
    for mode in texts(spec, "volumeLifecycleModes"):
        if mode not in LIFECYCLE_MODES:
            errors.not_supported("spec.volumeLifecycleModes", mode, LIFECYCLE_MODES)
    audiences = [text(request, "audience") for request in structs(spec, "tokenRequests")]
    for index, audience in enumerate(audiences):
        if audience in audiences[:index]:
            errors.duplicate(f"spec.tokenRequests[{index}].audience", audience)


def csi_storage_capacity(obj: Fields, errors: Errors) -> None:
    """ValidateCSIStorageCapacity."""
    object_meta(obj, errors)
    label_selector(obj.get("nodeTopology"), "nodeTopology", errors)
    name = text(obj, "storageClassName")
    errors.invalids("storageClassName", name, formats.dns_subdomain(name))
    for field in ("capacity", "maximumVolumeSize"):
        if resources.amount(obj.get(field)) < 0:
            errors.invalid(field, str(obj[field]), "must be greater than or equal to 0")
