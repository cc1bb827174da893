"""Secrets of a live cluster: which there are, of which type, with which keys; never what is in them.

They are listed as a table, as `kubectl get secrets` does: the server then sends names, types, how many entries there
are, and in `managedFields` their keys. Values do not leave the server. A secret whose keys the server does not tell
that way is read by itself, and its values are dropped before anything else sees them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seatrial.delivery.connection import JSON, OK, Connection
from seatrial.delivery.discovery import ServedKind
from seatrial.model.objects import Object
from seatrial.model.secrets import REDACTED

TABLE = f"application/json;as=Table;v=v1;g=meta.k8s.io,{JSON}"
SECRETS = "secrets"


def secrets_of(page: Mapping[str, Any], kind: ServedKind, connection: Connection) -> Iterator[Object]:
    """The secrets of a page, with placeholders for their values.

    Raises:
        ClusterError: where the server cannot be reached any more.
    """
    if page.get("kind") != "Table":  # a server behind a proxy that knows no tables
        yield from (redacted(item) for item in page.get("items") or ())
        return
    columns = [str(column.get("name")) for column in page.get("columnDefinitions") or ()]
    for row in page.get("rows") or ():
        cells = dict(zip(columns, row.get("cells") or (), strict=False))
        metadata = (row.get("object") or {}).get("metadata") or {}
        keys = _keys(metadata)
        if len(keys) == cells.get("Data"):
            yield _secret(metadata, str(cells.get("Type") or "Opaque"), keys)
            continue
        answer = connection.get(kind.path(str(metadata.get("namespace")), str(metadata.get("name"))))
        if answer.status == OK:
            yield redacted(answer.body)


def redacted(secret: Mapping[str, Any]) -> Object:
    """A secret without its values, and without the annotation that repeats them."""
    return _secret(secret.get("metadata") or {}, str(secret.get("type") or "Opaque"), list(secret.get("data") or ()))


def _secret(metadata: Mapping[str, Any], of_type: str, keys: list[str]) -> Object:
    bare = {name: value for name, value in metadata.items() if name != "managedFields"}
    annotations = bare.get("annotations") or {}
    bare["annotations"] = {name: annotations[name] for name in annotations if "last-applied" not in name}
    found = Object({"apiVersion": "v1", "kind": "Secret", "metadata": bare, "type": of_type})
    if keys:
        found["data"] = dict.fromkeys(sorted(keys), REDACTED)
    return found


def _keys(metadata: Mapping[str, Any]) -> list[str]:
    """The keys of `data` by those who manage them."""
    keys: dict[str, None] = {}
    for entry in metadata.get("managedFields") or ():
        data = (entry.get("fieldsV1") or {}).get("f:data") or {}
        keys |= dict.fromkeys(name.removeprefix("f:") for name in data if name.startswith("f:"))
    return list(keys)
