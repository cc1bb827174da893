"""JSON schemas of custom resources in files of the user's: `--schema-location`, with kubeconform's templates.

The kinds of Kubernetes and those that a CustomResourceDefinition describes are judged by what is known of them here, so
`default` in a list of locations stands for nothing more, and so does the address that it stands for in kubeconform.
Nothing is fetched: other addresses are told and left aside, and references in a schema may be none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson

from seatrial.apis.decoding import field_path
from seatrial.apis.violations import Violation
from seatrial.model.objects import Object

DEFAULT = "default"
OWN_SCHEMAS = "/yannh/kubernetes-json-schema/"
"""What the address of kubeconform's default schemas, those of Kubernetes, is known by."""
STANDARD = "/{{.NormalizedKubernetesVersion}}-standalone{{.StrictSuffix}}/{{.ResourceKind}}{{.KindSuffix}}.json"
"""What kubeconform appends to a location that names no .json file."""
_URL = re.compile(r"[a-z]+://")
_VARIABLE = re.compile(r"\{\{-?\s*\.(\w+)\s*-?\}\}")
_VARIABLES = (
    "NormalizedKubernetesVersion", "StrictSuffix", "ResourceKind", "ResourceAPIVersion", "Group", "KindSuffix",
)  # fmt: skip


class BadLocation(ValueError):
    """A location, or a schema found there, that cannot be used. The text is one line: what, and what to do."""


@dataclass(slots=True)
class SchemaLocations:
    """Finds schemas by apiVersion and kind; each is read once."""

    templates: tuple[str, ...] = ()
    remote: tuple[str, ...] = ()
    kube_version: str = ""
    strict: bool = True
    _made: dict[tuple[str, str], Any] = field(default_factory=dict)

    @classmethod
    def of(cls, locations: Sequence[str], kube_version: str, *, strict: bool = True) -> SchemaLocations:
        """From what the user gave.

        Raises:
            BadLocation: where one has a variable that nobody knows.
        """
        remote = tuple(name for name in locations if _URL.match(name) and OWN_SCHEMAS not in name)
        local = [name for name in locations if name != DEFAULT and not _URL.match(name)]
        return cls(tuple(map(_template, local)), remote, kube_version, strict)

    def notices(self) -> list[str]:
        """A line for each location that is not looked at."""
        advice = "give CustomResourceDefinitions with --crd-dir, or copies of the schemas in a folder"
        return [f"--schema-location {name}: nothing is downloaded; {advice}" for name in self.remote]

    def violations(self, obj: Object, api_version: str, kind: str) -> list[Violation] | None:
        """What the schema of a kind says of an object, None where no location has one.

        Raises:
            BadLocation: where the file that is there is no schema.
        """
        if not self.templates:
            return None
        if (api_version, kind) not in self._made:
            self._made[api_version, kind] = self._validator(api_version, kind)
        validator = self._made[api_version, kind]
        if validator is None:
            return None
        found = {_violation(error) for error in validator.iter_errors(obj)}
        return sorted(found, key=lambda violation: (violation.path, violation.message))

    def _validator(self, api_version: str, kind: str) -> Any:
        values = self._values(api_version, kind)
        for template in self.templates:
            path = _VARIABLE.sub(lambda variable: values[variable[1]], template)
            try:
                return jsonschema_rs.validator_for(orjson.loads(Path(path).read_bytes()), retriever=_refuse)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise BadLocation(f"{path}: cannot be read: {error.strerror or error}; check the path") from None
            except (ValueError, jsonschema_rs.ReferencingError) as error:
                what = str(error).splitlines()[0]
                raise BadLocation(f"{path}: no JSON schema that can be used: {what}; mend it") from None
        return None

    def _values(self, api_version: str, kind: str) -> dict[str, str]:
        group, _, version = api_version.rpartition("/")
        return {
            "NormalizedKubernetesVersion": f"v{self.kube_version}.0",
            "StrictSuffix": "-strict" if self.strict else "",
            "ResourceKind": kind.lower(),
            "ResourceAPIVersion": version.lower(),
            "Group": (group or version).lower(),
            "KindSuffix": (f"-{group.partition('.')[0]}-{version}" if group else f"-{version}").lower(),
        }


def _template(location: str) -> str:
    template = location if location.endswith(".json") else location + STANDARD
    for variable in _VARIABLE.findall(template):
        if variable not in _VARIABLES:
            raise BadLocation(f"{location}: there is no variable {variable}; there are {', '.join(_VARIABLES)}")
    return template


def _refuse(uri: str) -> Any:
    raise BadLocation(f"{uri} is not in the file, and nothing is downloaded")


def _violation(error: Any) -> Violation:
    unknown = isinstance(error.kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties)
    return Violation(field_path(list(error.instance_path)), error.message, "strict" if unknown else "decode")
