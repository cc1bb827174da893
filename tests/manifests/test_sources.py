"""Which files are read, what is skipped, rendered or refused, and how it is counted."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from seatrial.manifests import sources
from seatrial.manifests.counts import Counts
from seatrial.manifests.limits import Limits
from seatrial.manifests.sources import InputError

POD_C = '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "c"}}'
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n"


def lay(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def config(name: str) -> str:
    return CONFIG.format(name=name)


def names(*paths: str | Path, patches: bool = False, hidden: bool = False) -> list[str]:
    reading = sources.read([str(path) for path in paths], patches=patches, hidden=hidden)
    return [resource.name for resource in reading.inventory]


@pytest.fixture
def path_of_programs(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the whole PATH."""
    folder = tmp_path_factory.mktemp("bin")
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(folder: Path, name: str, script: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def test_folders_are_read_in_order_without_what_is_hidden(tmp_path: Path) -> None:
    lay(tmp_path, {
        "b.yaml": config("b"), "a/z.yml": config("z"), "c.json": POD_C,
        ".git/x.yaml": config("x"), "a/.h.yaml": config("h"), "d.txt": config("d"),
    })  # fmt: skip
    assert names(tmp_path) == ["z", "b", "c"]
    assert names(tmp_path, hidden=True) == ["x", "h", "z", "b", "c"]


def test_files_globs_and_standard_input(tmp_path: Path) -> None:
    lay(tmp_path, {"a1.yaml": config("a1"), "a2.yaml": config("a2"), "d.txt": config("d")})
    assert names(tmp_path / "d.txt", tmp_path / "a*.yaml", tmp_path / "a1.yaml") == ["d", "a1", "a2"]
    reading = sources.read(["-"], stdin=io.BytesIO(config("s").encode()))
    assert [(resource.name, resource.place.file) for resource in reading.inventory] == [("s", "-")]
    assert reading.texts["-"] == config("s")


def test_other_yaml_is_skipped_and_counted(tmp_path: Path) -> None:
    lay(tmp_path, {
        "compose.yaml": "services: {web: {image: x}}\n",
        "values.yaml": "kind: DaemonSet\nreplicas: 1\n",
        "list.yaml": "- a\n",
        "k.yaml": config("k") + "---\n# nothing\n---\n" + "apiVersion: v1\nmetadata: {name: kindless}\n",
    })  # fmt: skip
    reading = sources.read([str(tmp_path)])
    assert [resource.name for resource in reading.inventory] == ["k", "kindless"]
    assert reading.counts == Counts(files=4, documents=6, resources=2, skipped=3)


def test_lists_are_taken_apart(tmp_path: Path) -> None:
    lay(tmp_path, {"l.yaml": (
        "apiVersion: v1\nkind: List\nitems:\n"
        "- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n"
        "- {apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Pod, metadata: {name: b}}]}\n"
        "- {apiVersion: v1, kind: ServiceList, items: [{metadata: {name: c}}]}\n"
    )})  # fmt: skip
    reading = sources.read([str(tmp_path)])
    assert [(resource.kind, resource.name, resource.item) for resource in reading.inventory] == [
        ("Pod", "a", 0), ("Pod", "b", 1), ("Service", "c", 2),
    ]  # fmt: skip


def test_a_broken_document_does_not_hide_the_others(tmp_path: Path) -> None:
    lay(tmp_path, {"f.yaml": config("a") + "---\nb: [\n---\n" + config("c")})
    reading = sources.read([str(tmp_path)])
    assert [resource.name for resource in reading.inventory] == ["a", "c"]
    assert [problem.place.line for problem in reading.problems] == [5]
    assert reading.inventory.problems == reading.problems


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("nope.yaml", "no such file or folder"),
        ("*.nope", "no such file or folder"),
        ("empty", "no .yaml, .yml or .json file"),
        ("locked.yaml", "cannot be read"),
    ],
)
def test_what_cannot_be_opened_is_an_input_error_of_one_line(path: str, told: str, tmp_path: Path) -> None:
    lay(tmp_path, {"locked.yaml": "a: 1\n"})
    (tmp_path / "empty").mkdir()
    (tmp_path / "locked.yaml").chmod(0)
    if path == "locked.yaml" and os.access(tmp_path / path, os.R_OK):
        path, told = "empty", "no .yaml"  # root reads everything
    with pytest.raises(InputError, match=told) as caught:
        sources.read([str(tmp_path / path)])
    assert "\n" not in str(caught.value)
    assert "; " in str(caught.value)


def test_a_file_beyond_the_limit_is_a_problem_and_is_not_held(tmp_path: Path) -> None:
    lay(tmp_path, {"big.yaml": "a: " + "x" * 1_000, "k.yaml": config("k")})
    reading = sources.read([str(tmp_path)], limits=Limits(file_size=200))
    assert [resource.name for resource in reading.inventory] == ["k"]
    assert "limit of 200 bytes" in str(reading.problems[0])


KUSTOMIZATION = {
    "kustomization.yaml": "resources: [k.yaml]\npatches: [{path: patch.yaml}]\n",
    "k.yaml": config("k"),
    "patch.yaml": config("patch"),
}


def test_a_folder_with_a_kustomization_is_rendered(tmp_path: Path, path_of_programs: Path) -> None:
    lay(tmp_path, KUSTOMIZATION)
    program(path_of_programs, "kubectl", 'test "$1" = kustomize && echo "' + config("rendered") + '"')
    reading = sources.read([str(tmp_path)])
    assert [resource.name for resource in reading.inventory] == ["rendered"]
    place = reading.inventory.resources[0].place
    assert place.file == f"{tmp_path} (kustomize build)"
    assert "rendered" in reading.texts[place.file]


def test_without_kustomize_the_files_are_read_and_a_notice_says_so(tmp_path: Path, path_of_programs: Path) -> None:
    reading = sources.read([str(lay(tmp_path, KUSTOMIZATION))])
    assert [resource.name for resource in reading.inventory] == ["k"]
    assert "neither kustomize nor kubectl" in reading.notices[0]
    assert not reading.problems


def test_a_kustomization_that_fails_is_a_problem(tmp_path: Path, path_of_programs: Path) -> None:
    program(path_of_programs, "kustomize", "echo first >&2; echo Error: no base >&2; exit 1")
    reading = sources.read([str(lay(tmp_path, KUSTOMIZATION))])
    assert [resource.name for resource in reading.inventory] == ["k"]
    assert "kustomize build failed: Error: no base" in str(reading.problems[0])


def test_kustomizations_deeper_down_are_read_file_by_file_without_patches(tmp_path: Path) -> None:
    lay(tmp_path, {f"base/{name}": text for name, text in KUSTOMIZATION.items()})
    assert names(tmp_path) == ["k"]
    assert names(tmp_path, patches=True) == ["k", "patch"]


CHART = {
    "shop/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "shop/values.yaml": "replicas: 1\n",
    "shop/templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\n",
    "shop/templates/plain.yaml": config("plain"),
    "shop/crds/c.yaml": config("crd"),
    "other.yaml": config("other"),
}


def test_charts_are_rendered_with_helm(tmp_path: Path, path_of_programs: Path) -> None:
    program(path_of_programs, "helm", 'test "$1 $2" = "template shop" && echo "' + config("rendered") + '"')
    assert names(lay(tmp_path, CHART)) == ["other", "crd", "rendered"]


def test_without_helm_templates_are_left_out_and_counted(tmp_path: Path, path_of_programs: Path) -> None:
    reading = sources.read([str(lay(tmp_path, CHART))])
    assert [resource.name for resource in reading.inventory] == ["other", "crd", "plain"]
    assert "helm is not here" in reading.notices[0]
    assert not reading.problems
    assert reading.counts.skipped == 3
