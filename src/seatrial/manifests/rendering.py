"""What has to be rendered before it can be read: kustomizations and Helm charts, with the programs that do it.

- A folder that the user names and that has a kustomization is rendered, and nothing else below it is read: what
  `kubectl apply -k` would send. Kustomizations deeper in a folder are not rendered, as bases and overlays would then
  bring the same objects again and again: their files are read as they are, without those that serve as patches or
  other input.
- A Helm chart, wherever it is, is rendered with its own values. Files of its `templates/` are not read beside that.
- Where the program is missing, a notice says so, and what can be read without it is.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seatrial.manifests import yaml_reader
from seatrial.manifests.documents import Problem, decode
from seatrial.manifests.limits import Limits
from seatrial.manifests.places import Place
from seatrial.model.objects import dig

KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
CHART = "Chart.yaml"
_SECONDS = 120
"""How long a program may take."""
_INPUT_LISTS = (
    "patches", "patchesStrategicMerge", "patchesJson6902", "configurations", "replacements",
    "generators", "transformers", "validators", "crds",
)  # fmt: skip
"""Fields of a kustomization that name files which are no objects of their own."""


@dataclass(slots=True)
class Plan:
    """What to read: `files` in order, some of them `rendered` under a name that says so, and what is left out."""

    files: list[str] = field(default_factory=list)
    rendered: dict[str, bytes] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def plan(named: Sequence[tuple[str, list[str]]], *, patches: bool, limits: Limits) -> Plan:
    """Decide for each file whether it is read, rendered or left out.

    Args:
        named: Each path that the user gave, with the files that it names.
        patches: Whether files that serve a kustomization as patches are read too.
        limits: Bounds on what programs print.
    """
    made = Plan()
    for path, files in named:
        folder = Path(path)
        if not folder.is_dir():
            made.files += files
        elif not (_kustomization_in(folder) and _kustomize(made, path, limits)):
            _plan_folder(made, files, patches, limits)
    made.files = list(dict.fromkeys(made.files))
    return made


def _plan_folder(made: Plan, files: list[str], patches: bool, limits: Limits) -> None:
    inputs = set() if patches else set(_inputs_of_kustomizations(files))
    left_out = {file for file in files if Path(file).resolve() in inputs} if inputs else set()
    if left_out:
        made.notices.append(f"{len(left_out)} files that a kustomization uses as patches or input were left out")
    charts = _charts(files)
    rendered: dict[Path, bool] = {}
    for file in files:
        chart = next((chart for chart in charts if chart in Path(file).parents), None)
        if file in left_out:
            made.skipped.append(file)
        elif chart is None or "templates" not in Path(file).relative_to(chart).parts:
            made.files.append(file)
        else:
            if chart not in rendered:
                rendered[chart] = _helm(made, chart, limits)
            if not rendered[chart]:
                (made.skipped if _is_template(file) else made.files).append(file)


def _kustomize(made: Plan, path: str, limits: Limits) -> bool:
    """Render a folder; tells whether that worked."""
    if program := shutil.which("kustomize"):
        command = [program, "build", path]
    elif program := shutil.which("kubectl"):
        command = [program, "kustomize", path]
    else:
        made.notices.append(
            f"{path}: has a kustomization, but neither kustomize nor kubectl is here; read file by file"
        )
        return False
    return _run(made, path, "kustomize build", command, limits)


def _helm(made: Plan, chart: Path, limits: Limits) -> bool:
    """Render a chart; tells whether that worked."""
    program = shutil.which("helm")
    if program is None:
        made.notices.append(f"{chart}: a Helm chart, but helm is not here; its templates were left out")
        return False
    return _run(made, str(chart), "helm template", [program, "template", chart.name, str(chart)], limits)


def _run(made: Plan, path: str, what: str, command: list[str], limits: Limits) -> bool:
    import subprocess  # slow to import both, and most folders need no program
    import tempfile

    with tempfile.TemporaryFile() as output:
        try:
            done = subprocess.run(command, stdout=output, stderr=subprocess.PIPE, timeout=_SECONDS, check=False)
            failure = (decode(done.stderr).strip() or f"exit code {done.returncode}") if done.returncode else ""
        except subprocess.TimeoutExpired:
            failure = f"no end after {_SECONDS} s"
        if failure:
            message = f"{what} failed: {failure.splitlines()[-1][:300]}"
            made.problems.append(
                Problem(Place(path), message, f"see `{' '.join(command)}`; its files were read one by one")
            )
            return False
        output.seek(0)
        name = f"{path} ({what})"
        made.rendered[name] = output.read(limits.file_size + 1)
        made.files.append(name)
        return True


def _kustomization_in(folder: Path) -> Path | None:
    return next((folder / name for name in KUSTOMIZATIONS if (folder / name).is_file()), None)


def _charts(files: list[str]) -> list[Path]:
    """The outermost charts; those within a chart are parts of it."""
    charts = sorted({Path(file).parent for file in files if Path(file).name == CHART})
    return [chart for chart in charts if not any(other in chart.parents for other in charts)]


def _is_template(file: str) -> bool:
    try:
        return b"{{" in Path(file).read_bytes()
    except OSError:
        return False  # read like any other file, which says what is wrong


def _inputs_of_kustomizations(files: list[str]) -> Iterator[Path]:
    for file in files:
        path = Path(file)
        if path.name not in KUSTOMIZATIONS:
            continue
        try:
            content = yaml_reader.read(decode(path.read_bytes()))
        except (OSError, yaml_reader.ReadError):
            continue
        for name in _inputs_of(content if isinstance(content, dict) else {}):
            yield (path.parent / name).resolve()


def _inputs_of(kustomization: dict[str, Any]) -> Iterator[str]:
    for field_name in _INPUT_LISTS:
        for entry in _list(kustomization.get(field_name)):
            name = entry.get("path") if isinstance(entry, dict) else entry
            if isinstance(name, str) and "\n" not in name:
                yield name
    for generator in _list(kustomization.get("configMapGenerator")) + _list(kustomization.get("secretGenerator")):
        for entry in _list(dig(generator, "files")):
            yield str(entry).rpartition("=")[2]
    for chart in _list(kustomization.get("helmCharts")):
        name = dig(chart, "valuesFile")
        if isinstance(name, str):
            yield name


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
