"""Volume sources that pods and persistent volumes share (pkg/apis/core/validation, Kubernetes 1.36).

`in_volume` is True for a PersistentVolume, whose references to Secrets need a namespace.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from seatrial.apis.validation import formats
from seatrial.apis.validation.paths import no_backsteps
from seatrial.apis.validation.reading import Fields, number, text
from seatrial.apis.violations import Errors

REQUIRED: dict[str, tuple[str, ...]] = {
    "gcePersistentDisk": ("pdName",),
    "awsElasticBlockStore": ("volumeID",),
    "nfs": ("server", "path"),
    "glusterfs": ("endpoints", "path"),
    "rbd": ("monitors", "image"),
    "cephfs": ("monitors",),
    "azureFile": ("secretName", "shareName"),
    "azureDisk": ("diskName", "diskURI"),
    "vsphereVolume": ("volumePath",),
    "photonPersistentDisk": ("pdID",),
    "portworxVolume": ("volumeID",),
    "scaleIO": ("gateway", "system", "volumeName"),
    "cinder": ("volumeID",),
    "flexVolume": ("driver",),
    "storageos": ("volumeName",),
    "quobyte": ("volume",),
    "iscsi": ("targetPortal", "iqn"),
    "persistentVolumeClaim": ("claimName",),
    "gitRepo": ("repository",),
    "secret": ("secretName",),
    "configMap": ("name",),
}
"""Source to the fields that must be given."""

ONE_TYPE = "may not specify more than 1 volume type"
MISNAMED = {"downwardAPI": "downwarAPI", "cephfs": "cephFS"}
"""How upstream names two of the types where there is one too many."""
FIELD_NAMES = {"gcePersistentDisk": "persistentDisk"}
"""How upstream names a source whose own fields are wrong."""
HOST_PATH_TYPES = (
    "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket",
)  # fmt: skip
CACHING_MODES, DISK_KINDS = ("None", "ReadOnly", "ReadWrite"), ("Dedicated", "Managed", "Shared")
MANAGED_URI = "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"
BLOB_URI = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"
INITIATORS = {
    "iqn": re.compile(r"iqn\.\d{4}-\d{2}\.([0-9A-Za-z\-.]+)(:[^,;*&$|\s]+)$"),
    "eui": re.compile(r"eui.[0-9A-Za-z]{16}$"),
    "naa": re.compile(r"naa.[0-9A-Za-z]{32}$"),
}
PORTAL_MESSAGE = (
    "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters "
    "if iscsi.initiatorName is specified."
)  # fmt: skip


def required_fields(kind: str, source: Fields, path: str, errors: Errors) -> None:
    """What a source cannot do without."""
    for name in REQUIRED.get(kind, ()):
        if not source.get(name):
            errors.required(f"{path}.{name}")


def host_path(source: Fields, path: str, errors: Errors) -> None:
    """`validateHostPathVolumeSource.`"""
    value = text(source, "path")
    if not value:
        errors.required(f"{path}.path")
        return
    no_backsteps(value, f"{path}.path", errors)
    if source.get("type") is not None and source["type"] not in HOST_PATH_TYPES:
        errors.not_supported(f"{path}.type", source["type"], HOST_PATH_TYPES)


def partition(source: Fields, path: str, errors: Errors) -> None:
    """Partitions of GCE and AWS disks."""
    value = number(source, "partition")
    if not 0 <= value <= 255:
        errors.invalid(f"{path}.partition", value, formats.in_range(1, 255))


def nfs(source: Fields, path: str, errors: Errors) -> None:
    """`validateNFSVolumeSource.`"""
    value = text(source, "path")
    if not value.startswith("/"):
        errors.invalid(f"{path}.path", value, "must be an absolute path")


def iscsi(source: Fields, path: str, errors: Errors, *, in_volume: bool, name: str) -> None:
    """`validateISCSIVolumeSource` and validateISCSIPersistentVolumeSource."""
    iqn, lun = text(source, "iqn"), number(source, "lun")
    if iqn:
        errors.invalids(f"{path}.iqn", iqn, _initiator(iqn))
    if not 0 <= lun <= 255:
        errors.invalid(f"{path}.lun", lun, formats.in_range(0, 255))
    if (source.get("chapAuthDiscovery") or source.get("chapAuthSession")) and source.get("secretRef") is None:
        errors.required(f"{path}.secretRef")
    initiator = source.get("initiatorName")
    if initiator is not None:
        errors.invalids(f"{path}.initiatorname", initiator, _initiator(initiator))
        if len(f"{name}:{text(source, 'targetPortal')}") > 64:
            errors.invalid(f"{path}.targetportal", text(source, "targetPortal"), PORTAL_MESSAGE)
    if in_volume and source.get("secretRef") is not None and not source["secretRef"].get("name"):
        errors.required(f"{path}.secretRef.name")


def _initiator(value: str) -> list[str]:
    pattern = INITIATORS.get(value[:3])
    if pattern is None:
        return ["must be valid format starting with iqn, eui, or naa"]
    return [] if pattern.match(value) else ["must be valid format"]


def fibre_channel(source: Fields, path: str, errors: Errors) -> None:
    """`validateFCVolumeSource.`"""
    targets, wwids = source.get("targetWWNs"), source.get("wwids")
    if not targets and not wwids:
        errors.required(f"{path}.targetWWNs", "must specify either targetWWNs or wwids, but not both")
    if targets and wwids:
        detail = "targetWWNs and wwids can not be specified simultaneously"
        errors.invalid(f"{path}.targetWWNs", targets, detail)
    lun = source.get("lun")
    if targets and lun is None:
        errors.required(f"{path}.lun", "lun is required if targetWWNs is specified")
    elif targets and lun is not None and not 0 <= lun <= 255:
        errors.invalid(f"{path}.lun", lun, formats.in_range(0, 255))


def flocker(source: Fields, path: str, errors: Errors) -> None:
    """`validateFlockerVolumeSource.`"""
    name, uuid = text(source, "datasetName"), text(source, "datasetUUID")
    if not name and not uuid:
        errors.required(path, "one of datasetName and datasetUUID is required")
    if name and uuid:
        errors.invalid(path, "resource", "datasetName and datasetUUID can not be specified simultaneously")
    if "/" in name:
        errors.invalid(f"{path}.datasetName", name, "must not contain '/'")


def quobyte(source: Fields, path: str, errors: Errors) -> None:
    """`validateQuobyteVolumeSource.`"""
    registry, detail = text(source, "registry"), "must be a host:port pair or multiple pairs separated by commas"
    if not registry:
        errors.required(f"{path}.registry", detail)
    elif len(text(source, "tenant")) >= 65:
        errors.required(f"{path}.tenant", "must be a UUID and may not exceed a length of 64 characters")
    else:
        for pair in registry.split(","):
            if ":" not in pair:
                errors.invalid(f"{path}.registry", registry, detail)


def flex_volume(source: Fields, path: str, errors: Errors) -> None:
    """`validateFlexVolumeSource.`"""
    for key in source.get("options") or {}:
        if f".{key.partition('/')[0].lower()}".endswith((".kubernetes.io", ".k8s.io")):
            detail = "kubernetes.io and k8s.io namespaces are reserved"
            errors.invalid(f"{path}.options[{key}]", key, detail)


def azure_disk(source: Fields, path: str, errors: Errors) -> None:
    """`validateAzureDisk.`"""
    caching, kind, uri = source.get("cachingMode"), source.get("kind"), text(source, "diskURI")
    if caching is not None and caching not in CACHING_MODES:
        errors.not_supported(f"{path}.cachingMode", caching, CACHING_MODES)
    if kind is not None and kind not in DISK_KINDS:
        errors.not_supported(f"{path}.kind", kind, DISK_KINDS)
    if kind == "Managed" and not uri.startswith("/subscriptions/"):
        errors.not_supported(f"{path}.diskURI", uri, (MANAGED_URI,))
    if kind is not None and kind != "Managed" and not uri.startswith("https://"):
        errors.not_supported(f"{path}.diskURI", uri, (BLOB_URI,))


def secret_reference(source: Fields, path: str, errors: Errors, *, in_volume: bool) -> None:
    """The reference to a Secret of cinder and storageos."""
    reference = source.get("secretRef")
    for name in ("name", "namespace") if in_volume else ("name",):
        if reference is not None and not reference.get(name):
            errors.required(f"{path}.secretRef.{name}")


def storage_os(source: Fields, path: str, errors: Errors) -> None:
    """`validateStorageOSVolumeSource.`"""
    for name in ("volumeName", "volumeNamespace"):
        value = text(source, name)
        if value:
            errors.invalids(f"{path}.{name}", value, formats.dns_label(value))


def csi_driver_name(name: str, path: str, errors: Errors) -> None:
    """ValidateCSIDriverName."""
    if not name:
        errors.required(path)
    if len(name) > 63:
        errors.too_long(path, 63)
    errors.invalids(path, name, formats.dns_subdomain(name.lower()))


Check = Callable[[Fields, str, Errors], None]
CHECKS: dict[str, Check] = {
    "hostPath": host_path,
    "gcePersistentDisk": partition,
    "awsElasticBlockStore": partition,
    "nfs": nfs,
    "fc": fibre_channel,
    "flocker": flocker,
    "quobyte": quobyte,
    "flexVolume": flex_volume,
    "azureDisk": azure_disk,
    "storageos": storage_os,
}
"""Rules beyond required fields that hold for both."""


def check(kind: str, source: Fields, path: str, errors: Errors, *, in_volume: bool, name: str) -> None:
    """Everything that pods and persistent volumes have in common about one source."""
    required_fields(kind, source, path, errors)
    if kind in CHECKS:
        CHECKS[kind](source, path, errors)
    elif kind == "iscsi":
        iscsi(source, path, errors, in_volume=in_volume, name=name)
    if kind in ("cinder", "storageos"):
        secret_reference(source, path, errors, in_volume=in_volume)


def one_type(given: list[str], path: str, errors: Errors) -> str:
    """The one volume type that is given, "" where none is; reports all beyond the first."""
    if not given:
        errors.required(path, "must specify a volume type")
        return ""
    for kind in given[1:]:
        errors.forbidden(f"{path}.{MISNAMED.get(kind, kind)}", ONE_TYPE)
    return given[0]
