"""Schemas of custom resources in the user's files, found by kubeconform's templates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from seatrial.checks.schema_locations import BadLocation, SchemaLocations
from seatrial.cli.main import seatrial
from seatrial.model.objects import Object

SCHEMA = {
    "type": "object",
    "properties": {
        "apiVersion": {},
        "kind": {},
        "metadata": {},
        "spec": {"type": "object", "properties": {"size": {"type": "integer"}}, "additionalProperties": False},
    },
}
WIDGET = Object(apiVersion="example.com/v1", kind="Widget", metadata={"name": "w"}, spec={"size": "large", "sise": 1})


def lay(folder: Path, name: str, schema: object = SCHEMA) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(schema))


def found(folder: Path, *templates: str, strict: bool = True) -> list[str] | None:
    locations = SchemaLocations.of([f"{folder}/{template}" for template in templates], "1.34", strict=strict)
    violations = locations.violations(WIDGET, "example.com/v1", "Widget")
    return None if violations is None else [violation.path for violation in violations]


@pytest.mark.parametrize(
    ("file", "template"),
    [
        ("widget.json", "{{.ResourceKind}}.json"),
        ("example.com/widget_v1.json", "{{ .Group }}/{{ .ResourceKind }}_{{ .ResourceAPIVersion }}.json"),
        ("v1.34.0-standalone-strict/widget-example-v1.json", ""),
        ("widget-example-v1.json", "{{.ResourceKind}}{{.KindSuffix}}.json"),
    ],
)
def test_a_schema_is_found_by_a_template(tmp_path: Path, file: str, template: str) -> None:
    lay(tmp_path, file)
    assert found(tmp_path, template) == ["spec", "spec.size"]


def test_the_first_location_that_has_one_counts(tmp_path: Path) -> None:
    lay(tmp_path, "b/widget.json")
    lay(tmp_path, "c/widget.json", {})
    assert found(tmp_path, "a/{{.ResourceKind}}.json", "b/{{.ResourceKind}}.json", "c/{{.ResourceKind}}.json")


def test_no_schema_is_no_verdict(tmp_path: Path) -> None:
    assert found(tmp_path, "{{.ResourceKind}}.json") is None
    assert SchemaLocations.of(["default"], "1.34").violations(WIDGET, "example.com/v1", "Widget") is None


def test_a_variable_that_nobody_knows() -> None:
    with pytest.raises(BadLocation, match="there is no variable Resource"):
        SchemaLocations.of(["{{.Resource}}.json"], "1.34")


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("https://example.com/{{.ResourceKind}}.json", True),
        ("https://raw.example.com/yannh/kubernetes-json-schema/master/{{.ResourceKind}}.json", False),
        ("default", False),
    ],
)
def test_addresses_are_told_and_left_aside(location: str, told: bool) -> None:
    """All but that of the schemas that are here anyway."""
    located = SchemaLocations.of([location], "1.34")
    assert located.violations(WIDGET, "example.com/v1", "Widget") is None
    assert [location in notice for notice in located.notices()] == ([True] if told else [])


@pytest.mark.parametrize(
    "schema", [{"type": 3}, "{", {"$ref": "https://example.com/a.json"}], ids=["no schema", "no JSON", "elsewhere"]
)
def test_a_file_that_is_no_schema_ends_the_program_with_a_line(tmp_path: Path, schema: object) -> None:
    lay(tmp_path, "schemas/widget.json", schema)
    if isinstance(schema, str):
        (tmp_path / "schemas/widget.json").write_text(schema)
    result = validate(tmp_path)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"seatrial: {tmp_path}/schemas/widget.json: no JSON schema that can be used: ")
    assert result.stderr.count("\n") == 1


def test_from_the_outside(tmp_path: Path) -> None:
    lay(tmp_path, "schemas/widget.json")
    result = validate(tmp_path)
    assert result.exit_code == 1
    assert "spec.size" in result.stdout


def validate(folder: Path) -> Result:
    (folder / "m.json").write_text(json.dumps(WIDGET))
    template = f"{folder}/schemas/{{{{.ResourceKind}}}}.json"
    arguments = [str(folder / "m.json"), "-schema-location", "default", "-schema-location", template]
    return CliRunner().invoke(seatrial, ["validate", *arguments])
