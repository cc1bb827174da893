"""Volumes of pods (pkg/apis/core/validation: ValidateVolumes, Kubernetes 1.36)."""

from __future__ import annotations

from seatrial.apis.validation import claims, formats, resources, volume_sources
from seatrial.apis.validation.environment import VOLUME_FIELDS, field_selector, resource_selector
from seatrial.apis.validation.metadata import annotation_map, label_selector, labels, one_of
from seatrial.apis.validation.paths import file_mode, local_descending, local_non_reserved
from seatrial.apis.validation.reading import Fields, mapping, number, struct, structs, text
from seatrial.apis.violations import Errors

TYPES = (
    "emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret", "nfs", "iscsi",
    "glusterfs", "flocker", "persistentVolumeClaim", "rbd", "cinder", "cephfs", "quobyte", "downwardAPI", "fc",
    "flexVolume", "configMap", "azureFile", "vsphereVolume", "photonPersistentDisk", "portworxVolume", "azureDisk",
    "storageos", "projected", "scaleIO", "csi", "ephemeral", "image",
)  # fmt: skip
PULL_POLICIES = ("Always", "IfNotPresent", "Never")
PROJECTIONS = ("secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate")
SHORTEST_TOKEN, LONGEST_TOKEN = 600, 2**32
CONFLICT = "conflicting duplicate paths"


def volumes(
    spec: Fields, pod_name: str, path: str, errors: Errors, *, in_pod: bool, claims: tuple[str, ...] = ()
) -> dict[str, Fields]:
    """Checks all volumes; gives the sound ones by name. `pod_name` is "" in a template.

    `claims` are the names of a StatefulSet's claim templates, whose volumes come first and replace those of their name.
    """
    sound = _of_claims(claims, f"{path}.volumes", errors)
    listed = structs(spec, "volumes")
    made = {f"{pod_name}-{text(v, 'name')}" for v in listed if v.get("ephemeral") is not None} if pod_name else set()
    for index, volume in enumerate(listed):
        place, name = f"{path}.volumes[{index}]", text(volume, "name")
        if name in claims:
            continue
        before = len(errors.found)
        _source(volume, name, pod_name, place, errors, in_pod)
        if not name:
            errors.required(f"{place}.name")
        else:
            errors.invalids(f"{place}.name", name, formats.dns_label(name))
        if name in sound:
            errors.duplicate(f"{place}.name", name)
        if len(errors.found) == before:
            sound[name] = volume
        claim = text(struct(volume, "persistentVolumeClaim"), "claimName")
        if claim in made:
            detail = "must not reference a PVC that gets created for an ephemeral volume"
            errors.invalid(f"{place}.persistentVolumeClaim.claimName", claim, detail)
    return sound


def without_image_volumes(spec: Fields) -> Fields:
    """A pod spec without its image volumes and what mounts them (`dropImageVolumes`)."""
    listed = structs(spec, "volumes")
    images = {text(volume, "name") for volume in listed if volume.get("image") is not None}
    if not images:
        return spec
    changed = {"volumes": [volume for volume in listed if volume.get("image") is None]}
    for field in ("containers", "initContainers", "ephemeralContainers"):
        if spec.get(field):
            changed[field] = [_without_mounts(container, images) for container in structs(spec, field)]
    return {**spec, **changed}


def _without_mounts(container: Fields, volumes: set[str]) -> Fields:
    mounts = structs(container, "volumeMounts")
    return {**container, "volumeMounts": [mount for mount in mounts if text(mount, "name") not in volumes]}


def _of_claims(claims: tuple[str, ...], path: str, errors: Errors) -> dict[str, Fields]:
    sound: dict[str, Fields] = {}
    for index, name in enumerate(claims):
        if not name:
            errors.required(f"{path}[{index}].persistentVolumeClaim.claimName")
            errors.required(f"{path}[{index}].name")
        elif formats.dns_label(name):
            errors.invalids(f"{path}[{index}].name", name, formats.dns_label(name))
        else:
            sound[name] = {"name": name, "persistentVolumeClaim": {"claimName": name}}
    return sound


def _source(volume: Fields, name: str, pod_name: str, path: str, errors: Errors, in_pod: bool) -> None:
    kind = volume_sources.one_type([kind for kind in TYPES if volume.get(kind) is not None], path, errors)
    if not kind:
        return
    source, place = volume[kind], f"{path}.{volume_sources.FIELD_NAMES.get(kind, kind)}"
    volume_sources.check(kind, source, place, errors, in_volume=False, name=name)
    match kind:
        case "emptyDir":
            if resources.amount(source.get("sizeLimit")) < 0:
                errors.forbidden(f"{place}.sizeLimit", "SizeLimit field must be a valid resource quantity")
        case "secret" | "configMap":
            file_mode(source.get("defaultMode"), f"{place}.defaultMode", errors)
            _items(source, place, errors)
        case "gitRepo":
            local_descending(text(source, "directory"), f"{place}.directory", errors)
        case "downwardAPI":
            file_mode(source.get("defaultMode"), f"{place}.defaultMode", errors)
            for file in structs(source, "items"):
                _downward_file(file, place, errors)
        case "projected":
            file_mode(source.get("defaultMode"), f"{place}.defaultMode", errors)
            _projected(source, place, errors)
        case "csi":
            _csi(source, place, errors)
        case "ephemeral":
            _ephemeral(source, name, pod_name, path, errors)
        case "image":
            if in_pod and not source.get("reference"):
                errors.required(f"{place}.reference")
            one_of(text(source, "pullPolicy"), PULL_POLICIES, f"{place}.pullPolicy", errors)


def _items(source: Fields, path: str, errors: Errors) -> None:
    for index, item in enumerate(structs(source, "items")):
        _key_to_path(item, f"{path}.items[{index}]", errors)


def _key_to_path(item: Fields, path: str, errors: Errors) -> None:
    for name in ("key", "path"):
        if not item.get(name):
            errors.required(f"{path}.{name}")
    local_non_reserved(text(item, "path"), f"{path}.path", errors)
    file_mode(item.get("mode"), f"{path}.mode", errors)


def _downward_file(file: Fields, path: str, errors: Errors) -> None:
    """`validateDownwardAPIVolumeFile`; upstream names the volume, not the item."""
    if not file.get("path"):
        errors.required(f"{path}.path")
    local_non_reserved(text(file, "path"), f"{path}.path", errors)
    field, resource = file.get("fieldRef"), file.get("resourceFieldRef")
    if field is not None:
        field_selector(field, VOLUME_FIELDS, f"{path}.fieldRef", errors)
        if resource is not None:
            detail = "fieldRef and resourceFieldRef can not be specified simultaneously"
            errors.invalid(path, "resource", detail)
    elif resource is not None:
        resource_selector(resource, f"{path}.resourceFieldRef", errors, in_volume=True)
    else:
        errors.required(path, "one of fieldRef and resourceFieldRef is required")
    file_mode(file.get("mode"), f"{path}.mode", errors)


def _projected(source: Fields, path: str, errors: Errors) -> None:
    """`validateProjectionSources.`"""
    paths: set[str] = set()
    for index, projection in enumerate(structs(source, "sources")):
        place = f"{path}.sources[{index}]"
        given = [name for name in PROJECTIONS if projection.get(name) is not None]
        for name in given:
            _projection(name, projection[name], path, f"{place}.{name}", paths, errors)
        if len(given) > 1:
            errors.forbidden(place, "may not specify more than 1 volume type per source")


def _projection(name: str, source: Fields, path: str, place: str, paths: set[str], errors: Errors) -> None:
    written: list[str] = []
    match name:
        case "secret" | "configMap":
            if not source.get("name"):
                errors.required(f"{place}.name")
            _items(source, place, errors)
            written = [text(item, "path") for item in structs(source, "items")]
        case "downwardAPI":
            for file in structs(source, "items"):
                _downward_file(file, place, errors)
            written = [text(item, "path") for item in structs(source, "items")]
        case "serviceAccountToken":
            _token(source, path, place, errors)
        case "clusterTrustBundle":
            _trust_bundle(source, place, errors)
            written = [text(source, "path")]
    for value in filter(None, written):
        if value in paths:
            errors.invalid(path, text(source, "name") or value, CONFLICT)
        paths.add(value)


def _token(source: Fields, path: str, place: str, errors: Errors) -> None:
    seconds = number(source, "expirationSeconds")
    if seconds < SHORTEST_TOKEN:
        detail = "may not specify a duration less than 10 minutes"
        errors.invalid(f"{place}.expirationSeconds", seconds, detail)
    if seconds > LONGEST_TOKEN:
        detail = "may not specify a duration larger than 2^32 seconds"
        errors.invalid(f"{place}.expirationSeconds", seconds, detail)
    if not source.get("path"):
        errors.required(f"{path}.path")
    else:
        local_non_reserved(source["path"], f"{path}.path", errors)


def _trust_bundle(source: Fields, place: str, errors: Errors) -> None:
    name, signer = source.get("name"), source.get("signerName")
    if name is not None and signer is not None:
        errors.invalid(place, source, "only one of name and signerName may be used")
    elif name is not None:
        if not name:
            errors.required(f"{place}.name", "must be a valid object name")
        if source.get("labelSelector") is not None:
            detail = "labelSelector must be unset if name is specified"
            errors.invalid(f"{place}.labelSelector", source["labelSelector"], detail)
    elif signer is not None:
        if not signer:
            errors.required(f"{place}.signerName", "must be a valid signer name")
        label_selector(source.get("labelSelector"), f"{place}.labelSelector", errors)
    else:
        errors.required(place, "either name or signerName must be specified")
    if not source.get("path"):
        errors.required(f"{place}.path")
    local_non_reserved(text(source, "path"), f"{place}.path", errors)


def _csi(source: Fields, path: str, errors: Errors) -> None:
    volume_sources.csi_driver_name(text(source, "driver"), f"{path}.driver", errors)
    reference = source.get("nodePublishSecretRef")
    if reference is not None:
        name = text(reference, "name")
        if not name:
            errors.required(f"{path}.nodePublishSecretRef.name")
        else:
            errors.invalids(f"{path}.name", name, formats.dns_subdomain(name))


def _ephemeral(source: Fields, name: str, pod_name: str, path: str, errors: Errors) -> None:
    template = source.get("volumeClaimTemplate")
    place = f"{path}.ephemeral.volumeClaimTemplate"
    if template is None:
        errors.required(place)
    else:
        meta = struct(template, "metadata")
        annotation_map(mapping(meta, "annotations"), f"{place}.metadata.annotations", errors)
        labels(mapping(meta, "labels"), f"{place}.metadata.labels", errors)
        for field in meta:
            if field not in ("annotations", "labels") and meta[field] not in (None, "", {}, [], 0):
                errors.forbidden(f"{place}.metadata.{field}", "cannot be set")
        claims.claim_spec(struct(template, "spec"), f"{place}.spec", errors)
    if pod_name and name:
        claim = f"{pod_name}-{name}"
        messages = [f'PVC name "{claim}": {message}' for message in formats.dns_subdomain(claim)]
        errors.invalids(f"{path}.name", name, messages)
