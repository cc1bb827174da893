"""kubeconform with the schemas that seatrial has too, so that both do the same work from the same disk."""

from __future__ import annotations

import json
import shutil
import sys
from importlib import resources
from pathlib import Path
from typing import Any

BUILD = Path("build/bench")
VERSION = "1.34.0"


def program() -> str | None:
    return shutil.which("kubeconform")


def command(folder: Path, *options: str) -> list[str]:
    """The call that checks all files of a folder, strictly, on two cores."""
    location = f"{schemas()}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"
    return [
        program() or "kubeconform", "-strict", "-n", "2", "-kubernetes-version", VERSION, "-ignore-missing-schemas",
        "-summary", "-schema-location", location, *options, str(folder),
    ]  # fmt: skip


def schemas() -> Path:
    """Standalone schemas, made once from those of the package kubernetes-validate: all references inlined."""
    made = BUILD / f"v{VERSION}-standalone-strict"
    if made.exists():
        return made
    package = Path(str(resources.files("kubernetes_validate"))) / "kubernetes-json-schema" / f"v{VERSION}-local-strict"
    definitions = json.loads((package / "_definitions.json").read_text("utf-8"))["$defs"]
    unfinished = made.with_suffix(".new")
    unfinished.mkdir(parents=True, exist_ok=True)
    sys.setrecursionlimit(10_000)
    for path in package.glob("*-*.json"):
        schema = json.loads(path.read_text("utf-8"))
        if "apiVersion" in schema.get("properties", {}):
            standalone = _inlined(schema, definitions, ())
            standalone["$schema"] = "http://json-schema.org/schema#"
            (unfinished / path.name).write_text(json.dumps(standalone), "utf-8")
    unfinished.rename(made)
    return made


def _inlined(schema: Any, definitions: dict[str, Any], above: tuple[str, ...]) -> Any:
    if isinstance(schema, list):
        return [_inlined(item, definitions, above) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(reference := schema.get("$ref"), str):
        name = reference.rsplit("/", 1)[-1]
        # a definition within itself (JSONSchemaProps) accepts anything from the second level on
        return {} if name in above else _inlined(definitions[name], definitions, (*above, name))
    return {key: _inlined(value, definitions, above) for key, value in schema.items()}
