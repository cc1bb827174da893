"""The rules of the house: who imports whom, how long a file may be, what no file may lack or hold."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest
from importlinter import cli as import_linter

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
ALL_PYTHON = sorted(path for folder in ("src", "tests", "bench", "tools") for path in (ROOT / folder).rglob("*.py"))
TEXTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "examples/**/*", "src/**/*.py", "src/**/*.toml", "tools/*", "bench/*.py")
    for path in ROOT.glob(pattern)
    if path.is_file()
)
ROOMS = sorted(path for path in (ROOT / "src/seatrial").iterdir() if path.is_dir() and path.name != "__pycache__")

LONGEST = 600
LONGER: dict[str, str] = {}
"""Files that may be longer than `LONGEST` lines, each with the reason."""

UNDONE = re.compile(r"\b(TODO|FIXME|XXX)\b")
OF_ONE_MACHINE = re.compile(r"(?<![\w.])/(home|root|work|Users)/\w")
SILENCED = re.compile(r"#\s*(type:\s*ignore|noqa)(\[[^\]]*\]|:\s*[A-Z0-9, ]+)?(?P<reason>.*)$")
VAGUE = {"utils", "util", "helpers", "common", "misc"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_rooms_import_one_way(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert import_linter.lint_imports(no_cache=True) == 0, capsys.readouterr().out


def test_files_fit_in_a_head() -> None:
    lengths = {name(path): len(path.read_text("utf-8").splitlines()) for path in ALL_PYTHON}
    too_long = {path: length for path, length in lengths.items() if length > LONGEST}
    assert too_long.keys() == LONGER.keys()


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_every_room_and_module_says_what_it_is(room: Path) -> None:
    silent = [name(p) for p in room.rglob("*.py") if not ast.get_docstring(ast.parse(p.read_text("utf-8")))]
    allowed = {name(p) for p in room.rglob("__init__.py") if p.parent != room and not p.read_text("utf-8").strip()}
    assert set(silent) <= allowed


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    assert [name(path) for path in ALL_PYTHON if path.stem in VAGUE] == []


def test_nothing_is_left_undone() -> None:
    undone = [name(path) for path in [*SOURCES, *TEXTS] if UNDONE.search(path.read_text("utf-8"))]
    assert undone == []


def test_nothing_points_into_somebodys_machine() -> None:
    found = [name(path) for path in [*TEXTS, *ALL_PYTHON] if OF_ONE_MACHINE.search(path.read_text("utf-8"))]
    assert found == []


def test_checkers_are_silenced_only_for_a_reason() -> None:
    without = [
        f"{name(path)}:{number}"
        for path in ALL_PYTHON
        if path != Path(__file__)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if (match := SILENCED.search(line)) and not re.search(r"\w{3}", match["reason"])
    ]
    assert without == []


def test_only_the_clock_and_the_network_rooms_reach_outside() -> None:
    """import-linter can't forbid a module inside a package of the standard library."""
    found = [name(path) for path in SOURCES if re.search(r"urllib\.request", path.read_text("utf-8"))]
    assert found == []


def test_each_dependency_is_locked_and_has_a_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    project = tomllib.loads(text)
    locked = {
        line.split("==")[0] for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines() if "==" in line
    }
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = [re.split(r"[<>=!~\[; ]", requirement)[0].lower().replace(".", "-") for requirement in wanted]
    assert {dependency for dependency in names if dependency not in locked} == set()
    dependencies = text.split("\ndependencies = [\n", 1)[1].split("\n]", 1)[0].splitlines()
    bare = [
        b for a, b in zip(["", *dependencies], dependencies, strict=False) if b.startswith('  "') and "#" not in a + b
    ]
    assert bare == []
