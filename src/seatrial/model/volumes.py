"""Volumes that are attached to machines before they are mounted (pkg/volume/util, pkg/volume/csi, Kubernetes 1.36)."""

from __future__ import annotations

from collections.abc import Collection

from seatrial.model.objects import Object, dig

IN_TREE = {
    "awsElasticBlockStore": ("ebs.csi.aws.com", "volumeID"),
    "azureDisk": ("disk.csi.azure.com", "diskURI"),
    "cinder": ("cinder.csi.openstack.org", "volumeID"),
    "gcePersistentDisk": ("pd.csi.storage.gke.io", "pdName"),
    "vsphereVolume": ("csi.vsphere.vmware.com", "volumePath"),
}
"""Sources that are served by CSI drivers since they left the tree: driver, and the field that names the disk."""
WITHOUT_ATTACHMENT = frozenset(
    {
        "efs.csi.aws.com", "file.csi.azure.com", "filestore.csi.storage.gke.io", "fsx.csi.aws.com", "nfs.csi.k8s.io",
        "secrets-store.csi.k8s.io", "smb.csi.k8s.io",
    }
)  # fmt: skip
"""Drivers of file systems whose CSIDriver says attachRequired: false."""
SHARED_MODES = frozenset({"ReadWriteMany", "ReadOnlyMany"})


def claims_of(pod: Object) -> Collection[str]:
    """The claims that a pod's volumes name, as `namespace/name`; of ephemeral volumes those that are made for them."""
    found = []
    for volume in pod.spec.get("volumes") or ():
        if name := dig(volume, "persistentVolumeClaim", "claimName"):
            found.append(f"{pod.namespace}/{name}")
        elif "ephemeral" in volume:
            found.append(f"{pod.namespace}/{pod.name}-{volume['name']}")
    return found


def driver_of(volume: Object) -> str:
    """The CSI driver of a PersistentVolume; "" where there is none."""
    for source, (driver, _) in IN_TREE.items():
        if source in volume.spec:
            return driver
    return str(dig(volume, "spec", "csi", "driver", default=""))


def is_attachable(volume: Object) -> bool:
    """Whether a PersistentVolume has to be attached to a node before it is mounted there."""
    driver = driver_of(volume)
    return bool(driver) and driver not in WITHOUT_ATTACHMENT


def unique_name(volume: Object) -> str:
    """How nodes call a volume in volumesInUse."""
    handle = dig(volume, "spec", "csi", "volumeHandle", default=volume.name)
    for source, (_, field) in IN_TREE.items():
        handle = dig(volume, "spec", source, field, default=handle)
    return f"kubernetes.io/csi/{driver_of(volume)}^{handle}"


def may_be_shared(volume: Object) -> bool:
    """Whether a PersistentVolume may be attached to several nodes at once (IsMultiAttachAllowed)."""
    modes = volume.spec.get("accessModes")
    return not modes or not SHARED_MODES.isdisjoint(modes)


def attached_volume(attachment: Object) -> str:
    """The PersistentVolume of a VolumeAttachment."""
    return str(dig(attachment, "spec", "source", "persistentVolumeName", default=""))


def by_volume(attachment: Object) -> Collection[str]:
    """Files an attachment under its volume, for an index."""
    return (attached_volume(attachment),)
