"""Puts what `seatrial trial examples/shop` prints today into the README, cut to a few findings.

Run it after a change to the output: `.venv/bin/python tools/readme_output.py`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMAND = ["trial", "examples/shop"]
WIDTH = "100"
SHOWN = ("shop/cart .*node-drain", "shop/payments .*rollout", "shop/checkout .*config-change")
"""Findings that are shown, by their first lines."""
BEGIN, END = "<!-- output -->\n```\n", "```\n<!-- /output -->"


def output() -> str:
    program = str(Path(sys.executable).with_name("seatrial"))
    environment = {**os.environ, "COLUMNS": WIDTH}
    finished = subprocess.run(
        [program, *COMMAND], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    return finished.stdout


def excerpt(text: str) -> str:
    """The table, the findings of `SHOWN` and the verdict; `[...]` stands for what was cut."""
    table, *rest = re.split(r"\n\n", text.strip("\n"))
    findings = [block for block in rest if any(re.search(shown, block.splitlines()[0]) for shown in SHOWN)]
    return "\n\n".join([table, *findings, "[...]", rest[-1]]) + "\n"


def with_output(readme: str, text: str) -> str:
    """The README with the excerpt of that output in its place."""
    before, rest = readme.split(BEGIN)
    return before + BEGIN + excerpt(text) + END + rest.split(END, 1)[1]


if __name__ == "__main__":
    page = ROOT / "README.md"
    page.write_text(with_output(page.read_text("utf-8"), output()), "utf-8")
