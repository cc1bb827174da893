"""PersistentVolumes, their attachments and classes (pkg/apis/core, pkg/apis/storage validation, 1.36)."""

from __future__ import annotations

from seatrial.apis.validation import formats, resources, volume_sources
from seatrial.apis.validation.claims import VOLUME_MODES, access_modes
from seatrial.apis.validation.metadata import label_name, object_meta
from seatrial.apis.validation.paths import no_backsteps
from seatrial.apis.validation.reading import Fields, mapping, struct, structs, text, texts
from seatrial.apis.validation.scheduling import node_selector
from seatrial.apis.violations import Errors

TYPES = (
    "hostPath", "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "flocker", "nfs", "rbd", "quobyte", "cephfs",
    "iscsi", "cinder", "fc", "flexVolume", "azureFile", "vsphereVolume", "photonPersistentDisk", "portworxVolume",
    "azureDisk", "scaleIO", "local", "storageos", "csi",
)  # fmt: skip
FLEX = "flexVolume"
RECLAIM_POLICIES = ("Delete", "Recycle", "Retain")
BINDING_MODES = ("Immediate", "WaitForFirstConsumer")
PROVISIONED_POLICIES = ("Delete", "Retain")
CSI_SECRETS = (
    "controllerPublishSecretRef", "controllerExpandSecretRef", "nodePublishSecretRef", "nodeExpandSecretRef",
)  # fmt: skip
MAX_PARAMETERS, MAX_PARAMETERS_SIZE = 512, 256 * 1024


def persistent_volume(obj: Fields, errors: Errors) -> None:
    """ValidatePersistentVolume."""
    object_meta(obj, errors, namespaced=False)
    spec = struct(obj, "spec")
    _access_modes(spec, "spec", errors)
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
    _volume_source(spec, text(struct(obj, "metadata"), "name"), "spec", errors)
    _root_is_not_recycled(spec, policy, errors)
    storage_class, mode = text(spec, "storageClassName"), spec.get("volumeMode")
    if storage_class:
        errors.invalids("spec.storageClassName", storage_class, formats.dns_subdomain(storage_class))
    if mode is not None and mode not in VOLUME_MODES:
        errors.not_supported("spec.volumeMode", mode, VOLUME_MODES)
    _attributes_class(spec, errors)


def volume_attachment(obj: Fields, errors: Errors) -> None:
    """ValidateVolumeAttachment."""
    object_meta(obj, errors, namespaced=False)
    spec, path = struct(obj, "spec"), "spec.source"
    node, source = text(spec, "nodeName"), struct(spec, "source")
    name, inline = source.get("persistentVolumeName"), source.get("inlineVolumeSpec")
    volume_sources.csi_driver_name(text(spec, "attacher"), "spec.attacher", errors)
    detail = "must specify exactly one of inlineVolumeSpec and persistentVolumeName"
    if name is None and inline is None:
        errors.required(path, detail)
    elif name is not None and inline is not None:
        errors.forbidden(path, detail)
    elif inline is not None:
        _inline_volume(inline, f"{path}.inlineVolumeSpec", errors)
    elif not name:
        errors.required(f"{path}.persistentVolumeName", "must specify non empty persistentVolumeName")
    errors.invalids("spec.nodeName", node, formats.dns_subdomain(node))
    if name is not None:
        errors.invalids(f"{path}.persistentVolumeName", name, formats.dns_subdomain(name))


def _inline_volume(spec: Fields, path: str, errors: Errors) -> None:
    """ValidatePersistentVolumeSpec of a volume that is no object of its own."""
    detail = "in the context of inline volumes"
    for field in ("claimRef", "capacity", "nodeAffinity", "storageClassName"):
        given = spec.get(field)
        if given or (given is not None and field in ("claimRef", "nodeAffinity")):
            errors.forbidden(f"{path}.{field}", f"may not be specified {detail}")
    if spec.get("csi") is None:
        errors.required(f"{path}.csi", f"has to be specified {detail}")
    _access_modes(spec, path, errors)
    for field, only in (("persistentVolumeReclaimPolicy", "Retain"), ("volumeMode", "Filesystem")):
        if spec.get(field) not in (None, "", only):
            allowed = f"may only be {only}" if only == "Retain" else f"may not specify {field} other than {only}"
            errors.forbidden(f"{path}.{field}", f"{allowed} {detail}")
    _volume_source(spec, "", path, errors)


def _access_modes(spec: Fields, path: str, errors: Errors) -> None:
    if not spec.get("accessModes"):
        errors.required(f"{path}.accessModes")
    access_modes(spec, path, errors)


def _capacity(capacity: Fields, errors: Errors) -> None:
    if not capacity:
        errors.required("spec.capacity")
    if "storage" not in capacity or len(capacity) > 1:
        errors.not_supported("spec.capacity", capacity or None, ("storage",))
    for name, value in capacity.items():
        if resources.amount(value) < 0:
            errors.invalid(f"spec.capacity[{name}]", str(value), "must be a valid resource quantity")
        resources.positive_quantity(value, f"spec.capacity[{name}]", errors)


def _volume_source(spec: Fields, name: str, path: str, errors: Errors) -> None:
    given = [kind for kind in TYPES if spec.get(kind) is not None]
    kinds = [volume_sources.one_type([kind for kind in given if kind != FLEX] or given, path, errors)]
    if FLEX in given and FLEX not in kinds:  # upstream never counts it as one too many, but those that follow it
        kinds.append(FLEX)
        later = TYPES[TYPES.index(FLEX) :]
        if kinds[0] in later:
            kinds = [FLEX]
            errors.forbidden(f"{path}.{given[given.index(FLEX) + 1]}", volume_sources.ONE_TYPE)
    for kind in filter(None, kinds):
        place = f"{path}.{volume_sources.FIELD_NAMES.get(kind, kind)}"
        volume_sources.check(kind, spec[kind], place, errors, in_volume=True, name=name)
        _own_source(kind, spec, place, path, errors)


def _own_source(kind: str, spec: Fields, place: str, path: str, errors: Errors) -> None:
    """What only persistent volumes have."""
    source = spec[kind]
    match kind:
        case "local":
            if not source.get("path"):
                errors.required(f"{place}.path")
            else:
                no_backsteps(source["path"], f"{place}.path", errors)
            if spec.get("nodeAffinity") is None:
                errors.required(f"{path}.nodeAffinity", "Local volume requires node affinity")
        case "csi":
            _csi(source, place, errors)
        case "azureFile":
            if source.get("secretNamespace") == "":
                errors.required(f"{place}.secretNamespace")
        case "glusterfs":
            namespace = source.get("endpointsNamespace")
            if namespace is not None:
                errors.invalids(f"{place}.endpointsNamespace", namespace, formats.dns_label(namespace))


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
    policy, mode = text(obj, "reclaimPolicy"), obj.get("volumeBindingMode")
    if policy and policy not in PROVISIONED_POLICIES:
        errors.not_supported("reclaimPolicy", policy, PROVISIONED_POLICIES)
    if mode is not None and mode not in BINDING_MODES:
        errors.not_supported("volumeBindingMode", mode, BINDING_MODES)
    if obj.get("allowedTopologies"):
        _allowed_topologies(structs(obj, "allowedTopologies"), errors)


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


def _allowed_topologies(terms: list[Fields], errors: Errors) -> None:
    """`validateAllowedTopologies`; upstream compares each term with as many empty ones as there are terms, too."""
    seen: list[dict[str, set[str]]] = []
    for index, term in enumerate(terms):
        path = f"allowedTopologies[{index}]"
        _topology_term(term, path, errors)
        expressions = structs(term, "matchLabelExpressions")
        wanted = {text(e, "key"): set(texts(e, "values")) for e in expressions}
        if wanted in seen or not wanted:
            errors.duplicate(f"{path}.matchLabelExpressions", "")
        seen.append(wanted)


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
