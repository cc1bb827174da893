"""`seatrial validate` from the outside: output, exit codes, options."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from seatrial.cli.main import seatrial

SOUND = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: b}\n"
UNKNOWN = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndate: {a: b}\n"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(seatrial, ["validate", *arguments])


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def _write(text: str, name: str = "m.yaml") -> str:
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    return _write


def test_sound_manifests_pass(write: Any) -> None:
    result = run(write(SOUND))
    assert result.exit_code == 0
    assert "nothing found in 1 resource in 1 file" in result.stdout


def test_a_finding_is_a_line_with_its_place(write: Any) -> None:
    path = write(UNKNOWN)
    result = run(path)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == (
        f'{path}:4:1: error: ConfigMap/settings: unknown field "date", did you mean "data"? [schema]'
    )


def test_unknown_fields_may_pass(write: Any) -> None:
    assert run(write(UNKNOWN), "--no-strict").exit_code == 0


def test_json_has_the_one_shape(write: Any) -> None:
    result = run(write(UNKNOWN), "-o", "json", "--kube-version", "1.34")
    outcome = json.loads(result.stdout)
    assert outcome["verdict"] == "fail"
    assert outcome["summary"] == {
        "kubernetes": "1.34",
        "valid": 0,
        "invalid": 1,
        "errors": 0,
        "skipped": 0,
        "withoutSchema": 0,
    }
    (finding,) = outcome["findings"]
    assert (finding["rule"], finding["severity"], finding["location"]["path"]) == ("schema", "error", "date")
    assert finding["resource"] == {"apiVersion": "v1", "kind": "ConfigMap", "namespace": "default", "name": "settings"}


def test_a_broken_document_does_not_hide_the_others(write: Any) -> None:
    result = run(write(f"{SOUND}---\na: [\n---\n{UNKNOWN}"), "-o", "json")
    assert result.exit_code == 1
    assert {f["rule"] for f in json.loads(result.stdout)["findings"]} == {"schema", "unreadable"}


def test_where_nothing_can_be_read_the_input_is_to_blame(write: Any) -> None:
    result = run(write("a: [\n"))
    assert result.exit_code == 2
    assert result.stderr.startswith("seatrial: ")


def test_a_path_that_is_not_there() -> None:
    result = run("no/such/file.yaml")
    assert result.exit_code == 2
    assert result.stderr == "seatrial: no/such/file.yaml: no such file or folder; check the path\n"


def test_all_documents_of_a_folder_are_looked_at(write: Any, tmp_path: Path) -> None:
    write(SOUND)
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "bad.yaml").write_text(UNKNOWN)
    assert run(str(tmp_path)).exit_code == 1


def test_definitions_may_lie_elsewhere(write: Any) -> None:
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"kind": "Boat", "plural": "boats"},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "schema": {
                        "openAPIV3Schema": {
                            "type": "object",
                            "properties": {"spec": {"type": "object", "properties": {"sails": {"type": "integer"}}}},
                        }
                    },
                }
            ],
        },
    }
    described = write(json.dumps(definition), "crd.json")
    boat = write("apiVersion: example.com/v1\nkind: Boat\nmetadata: {name: a}\nspec: {sails: two}\n", "boat.yaml")
    assert run(boat).exit_code == 0
    result = run(boat, "--crd-dir", described)
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{boat}:4:8: error: Boat/a: spec.sails: Invalid value")
    assert "1 error in 1 resource" in result.stdout
    assert run(boat, "--crd-dir", "nowhere").exit_code == 2


def test_json_is_sent_as_it_is_written(write: Any) -> None:
    text = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},\n"data":{"a":"1","b":"1","a":"2"}}'
    path = write(text, "m.json")
    assert run(path).stdout.splitlines()[0] == (f'{path}:2:25: error: ConfigMap/a: duplicate field "data.a" [schema]')
    assert run(path, "--no-strict").exit_code == 0
    assert ": warning: " in run(write(f"# YAML\n{text}", "m.yaml")).stdout


GADGET = "apiVersion: example.net/v1\nkind: Gadget\nmetadata: {name: g}\n"


def test_kubeconforms_json_for_scripts_that_read_it(write: Any) -> None:
    path = write("---\n".join([UNKNOWN, "a: [\n", SOUND, GADGET]))
    printed = json.loads(run(path, "-o", "kubeconform", "-summary").stdout)
    assert printed["summary"] == {"valid": 1, "invalid": 1, "errors": 1, "skipped": 1}
    invalid, error = sorted(printed["resources"], key=lambda resource: str(resource["status"]), reverse=True)
    assert (invalid["filename"], invalid["kind"], invalid["name"], invalid["version"]) == (
        path, "ConfigMap", "settings", "v1",
    )  # fmt: skip
    assert invalid["validationErrors"] == [{"path": "/date", "msg": invalid["msg"]}]
    assert (error["status"], error["kind"]) == ("statusError", "")


def test_kubeconforms_json_has_figures_only_where_asked_for(write: Any) -> None:
    assert json.loads(run(write(SOUND), "-o", "kubeconform").stdout) == {"resources": []}


@pytest.mark.parametrize(
    ("options", "figures"),
    [
        ((), "Valid: 1, Invalid: 0, Errors: 0, Skipped: 1"),
        (("--no-ignore-missing-schemas",), "Valid: 1, Invalid: 0, Errors: 1, Skipped: 0"),
        (("-skip", "Gadget,ConfigMap"), "Valid: 0, Invalid: 0, Errors: 0, Skipped: 2"),
    ],
)
def test_a_summary_counts_as_kubeconform_does(write: Any, options: tuple[str, ...], figures: str) -> None:
    result = run(write(SOUND + "---\n" + GADGET), "--summary", *options)
    assert result.stdout.splitlines()[-1] == f"Summary: 2 resources found in 1 file - {figures}"


def test_tap_has_a_point_for_each_resource_at_fault(write: Any) -> None:
    path = write(UNKNOWN + "---\n" + SOUND.replace("settings", "others"))
    lines = run(path, "-o", "tap").stdout.splitlines()
    assert lines == [
        "TAP version 13",
        "1..2",
        f"not ok 1 - {path} (ConfigMap/settings)",
        '# error: unknown field "date", did you mean "data"? [schema]',
        "ok 2 - 2 resources looked at",
    ]
