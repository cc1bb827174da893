"""Where secrets stand in manifests: in Secrets, and in plain text where they should not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from seatrial.manifests.inventory import Inventory
from seatrial.manifests.resources import Resource
from seatrial.manifests.workloads import pod_template
from seatrial.model.objects import LAST_APPLIED

_SECRET_NAME = re.compile(
    r"(?<!CLUSTER)(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|SECRET_KEY|SECRET_ACCESS_KEY|API_?KEY|ACCESS_?TOKEN|AUTH_?TOKEN|TOKEN|"
    r"PRIVATE_?KEY|CREDENTIALS)$",
    re.IGNORECASE,
)
_URL_WITH_PASSWORD = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@$]+:[^/\s:@$]+@")
_NO_SECRET = re.compile(r"^(?:/.*|\$\(.*\)|\$\{.*\}|true|false|\d{1,3}|<.*>|)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SecretValue:
    """A value that not everybody should read: its place, what it is called, and the container that gets it."""

    resource: Resource
    path: str
    name: str
    value: str
    container: str = ""


def in_secrets(inventory: Inventory) -> Iterator[SecretValue]:
    """The values of Secrets, encoded or not, and the copy that `kubectl apply` keeps of them."""
    for secret in inventory.of_kind("Secret"):
        for field in ("data", "stringData"):
            for key, value in _texts(secret.object.get(field)):
                if value:
                    yield SecretValue(secret, f"{field}[{key}]", key, value)
        for key, value in _texts(secret.object.metadata.get("annotations")):
            if key == LAST_APPLIED:
                yield SecretValue(secret, f"metadata.annotations[{key}]", key, value)


def in_env(inventory: Inventory) -> Iterator[SecretValue]:
    """Literal values of env entries that are named like secrets, and URLs with passwords."""
    for workload in inventory.workloads():
        template = pod_template(workload)
        for field in ("initContainers", "containers") if template else ():
            for index, container in _mappings(template.spec.get(field) if template else None):
                for number, variable in _mappings(container.get("env")):
                    name, value = str(variable.get("name", "")), variable.get("value")
                    if template and isinstance(value, str) and _looks_secret(name, value):
                        path = f"{template.path}.{field}[{index}].env[{number}].value"
                        yield SecretValue(workload, path, name, value, str(container.get("name", "")))


def in_config_maps(inventory: Inventory) -> Iterator[SecretValue]:
    """Values of ConfigMaps under keys that are named like secrets."""
    for config_map in inventory.of_kind("ConfigMap"):
        for key, value in _texts(config_map.object.get("data")):
            if _looks_secret(key.replace("-", "_").replace(".", "_"), value, urls=False):
                yield SecretValue(config_map, f"data[{key}]", key, value)


def _texts(mapping: Any) -> Iterator[tuple[str, str]]:
    if isinstance(mapping, Mapping):
        yield from ((key, value) for key, value in mapping.items() if isinstance(value, str))


def _mappings(items: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if isinstance(items, list):
        yield from ((index, item) for index, item in enumerate(items) if isinstance(item, Mapping))


def _looks_secret(name: str, value: str, *, urls: bool = True) -> bool:
    if "\n" in value or _NO_SECRET.match(value):
        return False
    return bool(_SECRET_NAME.search(name)) or (urls and bool(_URL_WITH_PASSWORD.match(value)))
