"""Defaults of volume sources in pods and persistent volumes, and of claims (core/v1, Kubernetes 1.36)."""

from __future__ import annotations

from seatrial.apis.defaults.filling import Fields, created, each, filled, within
from seatrial.apis.defaults.images import pull_policy

FILE_MODE = 0o644
SOURCES: dict[str, Fields] = {
    "secret": {"defaultMode": FILE_MODE},
    "configMap": {"defaultMode": FILE_MODE},
    "iscsi": {"iscsiInterface": "default"},
    "rbd": {"pool": "rbd", "user": "admin", "keyring": "/etc/ceph/keyring"},
    "azureDisk": {"cachingMode": "ReadWrite", "fsType": "ext4", "kind": "Shared", "readOnly": False},
    "scaleIO": {"storageMode": "ThinProvisioned", "fsType": "xfs"},
}


def volume(fields: Fields) -> Fields:
    """A pod's volume: an emptyDir where it names no source."""
    if all(value is None for name, value in fields.items() if name != "name"):
        return {**fields, "emptyDir": {}}
    fields = source(fields)
    fields = within(fields, "downwardAPI", _downward_api)
    fields = within(fields, "projected", _projected)
    fields = within(fields, "ephemeral", _ephemeral)
    return within(fields, "image", _image)


def source(fields: Fields) -> Fields:
    """The sources that pods and persistent volumes share."""
    for name, value in list(fields.items()):
        if value is not None and name in SOURCES:
            new = filled(value, SOURCES[name])
            fields = fields if new is value else {**fields, name: new}
    host_path = fields.get("hostPath")
    if host_path is not None and host_path.get("type") is None:
        fields = {**fields, "hostPath": {**host_path, "type": ""}}
    return fields


def claim(obj: Fields) -> Fields:
    """A PersistentVolumeClaim."""
    obj = created(obj, "status", _claim_status)
    return created(obj, "spec", claim_spec)


def claim_template(obj: Fields) -> Fields:
    """A claim template of a StatefulSet, which the server stores as a whole claim."""
    return claim(filled(obj, {"apiVersion": "v1", "kind": "PersistentVolumeClaim"}))


def claim_spec(spec: Fields) -> Fields:
    """The spec of a claim."""
    return filled(spec, {"volumeMode": "Filesystem"})


def _claim_status(status: Fields) -> Fields:
    return filled(status, {"phase": "Pending"})


def persistent_volume(obj: Fields) -> Fields:
    """A PersistentVolume."""
    obj = created(obj, "status", _claim_status)
    return created(obj, "spec", _volume_spec)


def _volume_spec(spec: Fields) -> Fields:
    spec = filled(spec, {"persistentVolumeReclaimPolicy": "Retain", "volumeMode": "Filesystem"})
    return source(spec)


def _downward_api(fields: Fields) -> Fields:
    return _downward_items(filled(fields, {"defaultMode": FILE_MODE}))


def _downward_items(fields: Fields) -> Fields:
    return each(fields, "items", _downward_item)


def _downward_item(fields: Fields) -> Fields:
    return within(fields, "fieldRef", _field_ref)


def _field_ref(fields: Fields) -> Fields:
    return filled(fields, {"apiVersion": "v1"})


def _projected(fields: Fields) -> Fields:
    return each(filled(fields, {"defaultMode": FILE_MODE}), "sources", _projection)


def _projection(fields: Fields) -> Fields:
    fields = within(fields, "serviceAccountToken", _token)
    fields = within(fields, "podCertificate", _certificate)
    return within(fields, "downwardAPI", _downward_items)


def _token(fields: Fields) -> Fields:
    return filled(fields, {"expirationSeconds": 3600})


def _certificate(fields: Fields) -> Fields:
    return filled(fields, {"maxExpirationSeconds": 86400})


def _ephemeral(fields: Fields) -> Fields:
    return within(fields, "volumeClaimTemplate", _ephemeral_claim)


def _ephemeral_claim(fields: Fields) -> Fields:
    return created(fields, "spec", claim_spec)


def _image(fields: Fields) -> Fields:
    return filled(fields, {"pullPolicy": pull_policy(fields.get("reference") or "")})
