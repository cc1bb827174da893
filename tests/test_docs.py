"""What the documentation names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
PLACES = (ROOT, ROOT / "src/seatrial", ROOT / "src/seatrial/cluster/scheduler")
"""Where a name in backquotes may begin."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/architecture.md"])
def test_modules_that_are_named_exist(page: str) -> None:
    names = re.findall(r"`((?:[\w.-]+/)*[\w.-]+(?:\.(?:py|toml|json|yaml|sh)|/))`", (ROOT / page).read_text("utf-8"))
    assert names
    made_by_make = ("build/",)
    unknown = [
        name
        for name in names
        if not name.startswith(made_by_make) and not any((place / name).exists() for place in PLACES)
    ]
    assert unknown == []
