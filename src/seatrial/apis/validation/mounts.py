"""Volume mounts and devices of a container (pkg/apis/core/validation: ValidateVolumeMounts, Kubernetes 1.36)."""

from __future__ import annotations

from collections.abc import Mapping

from seatrial.apis.validation.paths import local_descending
from seatrial.apis.validation.reading import Fields, structs, text
from seatrial.apis.violations import Errors

PROPAGATIONS = ("Bidirectional", "HostToContainer", "None")
RECURSIVE_READ_ONLY = ("Disabled", "Enabled", "IfPossible")
Volumes = Mapping[str, Fields]
"""Sound volumes of the pod by name."""


def mounts(container: Fields, volumes: Volumes, path: str, errors: Errors) -> None:
    """`volumeMounts` and `volumeDevices`."""
    if container.get("volumeMounts"):
        devices = {text(d, "name"): text(d, "devicePath") for d in structs(container, "volumeDevices")}
        seen: set[str] = set()
        for index, mount in enumerate(structs(container, "volumeMounts")):
            _mount(mount, container, volumes, devices, seen, f"{path}.volumeMounts", index, errors)
    if container.get("volumeDevices"):
        _devices(container, volumes, f"{path}.volumeDevices", errors)


def _mount(
    mount: Fields, container: Fields, volumes: Volumes, devices: Mapping[str, str], seen: set[str], path: str,
    index: int, errors: Errors,
) -> None:  # fmt: skip
    place = f"{path}[{index}]"
    name, mount_path = text(mount, "name"), text(mount, "mountPath")
    if not name:
        errors.required(f"{place}.name")
    if name not in volumes:
        errors.not_found(f"{place}.name", name)
    if not mount_path:
        errors.required(f"{place}.mountPath")
    if mount_path in seen:
        errors.invalid(f"{place}.mountPath", mount_path, "must be unique")
    seen.add(mount_path)
    if name in devices:
        errors.invalid(f"{place}.name", name, "must not already exist in volumeDevices")
    if mount_path in devices.values():
        errors.invalid(f"{place}.mountPath", mount_path, "must not already exist as a path in volumeDevices")
    _sub_paths(mount, path, place, errors)
    _propagation(mount, container, path, errors)


def _sub_paths(mount: Fields, path: str, place: str, errors: Errors) -> None:
    sub_path, expression = text(mount, "subPath"), text(mount, "subPathExpr")
    if sub_path:
        local_descending(sub_path, f"{path}.subPath", errors)
    if expression:
        if sub_path:
            detail = "subPathExpr and subPath are mutually exclusive"
            errors.invalid(f"{place}.subPathExpr", expression, detail)
        local_descending(expression, f"{path}.subPathExpr", errors)


def _propagation(mount: Fields, container: Fields, path: str, errors: Errors) -> None:
    """`validateMountPropagation` and validateMountRecursiveReadOnly; upstream names the list, not the mount."""
    propagation, recursive = mount.get("mountPropagation"), mount.get("recursiveReadOnly")
    if propagation is not None:
        place = f"{path}.mountPropagation"
        if propagation not in PROPAGATIONS:
            errors.not_supported(place, propagation, PROPAGATIONS)
        if propagation == "Bidirectional" and not (container.get("securityContext") or {}).get("privileged"):
            detail = "Bidirectional mount propagation is available only to privileged containers"
            errors.forbidden(place, detail)
    if recursive is None or recursive == "Disabled":
        return
    place = f"{path}.recursiveReadOnly"
    if recursive not in RECURSIVE_READ_ONLY:
        errors.not_supported(place, recursive, RECURSIVE_READ_ONLY)
        return
    if not mount.get("readOnly"):
        errors.forbidden(place, "may only be specified when readOnly is true")
    if propagation not in (None, "None"):
        errors.forbidden(place, "may only be specified when mountPropagation is None or not specified")


def _devices(container: Fields, volumes: Volumes, path: str, errors: Errors) -> None:
    """ValidateVolumeDevices."""
    mounted = {text(m, "name"): text(m, "mountPath") for m in structs(container, "volumeMounts")}
    names: set[str] = set()
    paths: set[str] = set()
    for index, device in enumerate(structs(container, "volumeDevices")):
        place = f"{path}[{index}]"
        name, device_path = text(device, "name"), text(device, "devicePath")
        volume = volumes.get(name)
        if not name:
            errors.required(f"{place}.name")
        if name in names:
            errors.invalid(f"{place}.name", name, "must be unique")
        if volume is None:
            errors.not_found(f"{place}.name", name)
        elif volume.get("persistentVolumeClaim") is None and volume.get("ephemeral") is None:
            detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode"
            errors.invalid(f"{place}.name", name, detail)
        if not device_path:
            errors.required(f"{place}.devicePath")
        if device_path in paths:
            errors.invalid(f"{place}.devicePath", device_path, "must be unique")
        if ".." in device_path.split("/"):
            errors.invalid(f"{place}.devicePath", device_path, "can not contain backsteps ('..')")
        else:
            paths.add(device_path)
        if name in mounted:
            errors.invalid(f"{place}.name", name, "must not already exist in volumeMounts")
        if device_path in mounted.values():
            errors.invalid(f"{place}.devicePath", device_path, "must not already exist as a path in volumeMounts")
        names.add(name)
