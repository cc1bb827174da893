"""PersistentVolumeClaims (pkg/apis/core/validation: ValidatePersistentVolumeClaimSpec, Kubernetes 1.36)."""

from __future__ import annotations

from seatrial.apis.validation import formats
from seatrial.apis.validation.metadata import label_selector, object_meta
from seatrial.apis.validation.reading import Fields, struct, text, texts
from seatrial.apis.validation.resources import positive_quantity
from seatrial.apis.violations import Errors

SOURCES = (("", "PersistentVolumeClaim"), ("snapshot.storage.k8s.io", "VolumeSnapshot"))
ACCESS_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
VOLUME_MODES = ("Block", "Filesystem")


def persistent_volume_claim(obj: Fields, errors: Errors) -> None:
    """ValidatePersistentVolumeClaim."""
    object_meta(obj, errors)
    spec = struct(obj, "spec")
    if spec.get("dataSource") is not None or spec.get("dataSourceRef") is not None:
        spec = _with_both_sources(spec)
    claim_spec(spec, "spec", errors)


def _with_both_sources(spec: Fields) -> Fields:
    """What the server makes of data sources before it validates (pkg/api/persistentvolumeclaim/util.go).

    A reference to another namespace is dropped (CrossNamespaceVolumeDataSource is off), a `dataSource` of a kind that
    the field never knew is dropped as it always was, and the one that is given is copied to the other.
    """
    source, reference = spec.get("dataSource"), spec.get("dataSourceRef")
    if reference is not None and reference.get("namespace"):
        reference = None
    if reference is None and source is not None and (source.get("apiGroup") or "", source.get("kind")) not in SOURCES:
        source = None
    return {**spec, "dataSource": source or reference, "dataSourceRef": reference or source}


def access_modes(spec: Fields, path: str, errors: Errors) -> None:
    """Modes that exist, and ReadWriteOncePod alone."""
    modes = texts(spec, "accessModes")
    for mode in modes:
        if mode not in ACCESS_MODES:
            errors.not_supported(f"{path}.accessModes", mode, ACCESS_MODES)
    known = {mode for mode in modes if mode in ACCESS_MODES}
    if "ReadWriteOncePod" in known and len(known) > 1:
        errors.forbidden(f"{path}.accessModes", "may not use ReadWriteOncePod with other access modes")


def claim_spec(spec: Fields, path: str, errors: Errors) -> None:
    """ValidatePersistentVolumeClaimSpec."""
    if not spec.get("accessModes"):
        errors.required(f"{path}.accessModes", "at least 1 access mode is required")
    label_selector(spec.get("selector"), f"{path}.selector", errors)
    access_modes(spec, path, errors)
    requests = struct(struct(spec, "resources"), "requests")
    if "storage" not in requests:
        errors.required(f"{path}.resources[storage]")
    else:
        positive_quantity(requests["storage"], f"{path}.resources[storage]", errors)
    for name in ("storageClassName", "volumeAttributesClassName"):
        value = text(spec, name)
        if value:
            errors.invalids(f"{path}.{name}", value, formats.dns_subdomain(value))
    mode = spec.get("volumeMode")
    if mode is not None and mode not in VOLUME_MODES:
        errors.not_supported(f"{path}.volumeMode", mode, VOLUME_MODES)
    source, reference = spec.get("dataSource"), spec.get("dataSourceRef")
    if source is not None or reference is not None:
        _data_sources(source, reference, path, errors)


def _data_sources(source: Fields | None, reference: Fields | None, path: str, errors: Errors) -> None:
    for name, value in (("dataSource", source), ("dataSourceRef", reference)):
        if value is not None:
            _data_source(value, f"{path}.{name}", errors)
    if reference is None or source is None:
        return
    if reference.get("namespace"):
        detail = "may not be specified when dataSourceRef.namespace is specified"
        errors.invalid(path, f"{path}.dataSource", detail)
    elif any(source.get(name) != reference.get(name) for name in ("apiGroup", "kind", "name")):
        errors.invalid(path, f"{path}.dataSource", "must match dataSourceRef")


def _data_source(source: Fields, path: str, errors: Errors) -> None:
    for name in ("name", "kind"):
        if not source.get(name):
            errors.required(f"{path}.{name}")
    group, kind, namespace = (text(source, name) for name in ("apiGroup", "kind", "namespace"))
    if not group and kind != "PersistentVolumeClaim":
        detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup"
        errors.invalid(path, kind, detail)
    if group:
        errors.invalids(f"{path}.apiGroup", group, formats.dns_subdomain(group))
    if namespace:
        errors.invalids(f"{path}.namespace", namespace, formats.dns_label(namespace))
