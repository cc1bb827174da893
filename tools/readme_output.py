"""Puts what `seatrial trial examples/shop` prints today into the README, cut to a few findings; `--check` only compares.

Run it after a change to the output: `.venv/bin/python tools/readme_output.py`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMAND = ["trial", "examples/shop"]
SHOWN = ("shop/cart .*node-drain", "shop/payments .*rollout", "shop/checkout .*config-change")
"""Findings that are shown, by their first lines."""
BEGIN, END = "<!-- output -->\n```\n", "```\n<!-- /output -->"


def output() -> str:
    program = str(Path(sys.executable).with_name("seatrial"))
    return subprocess.run([program, *COMMAND], cwd=ROOT, capture_output=True, text=True, check=False).stdout


def excerpt(text: str) -> str:
    """The table, the findings of `SHOWN` and the verdict; `[...]` stands for what was cut."""
    table, *rest = re.split(r"\n\n", text.strip("\n"))
    findings = [block for block in rest if any(re.search(shown, block.splitlines()[0]) for shown in SHOWN)]
    return "\n\n".join([table, *findings, "[...]", rest[-1]]) + "\n"


def main() -> int:
    readme = ROOT / "README.md"
    before, rest = readme.read_text("utf-8").split(BEGIN)
    after = rest.split(END, 1)[1]
    wanted = before + BEGIN + excerpt(output()) + END + after
    if "--check" in sys.argv[1:]:
        return int(readme.read_text("utf-8") != wanted)
    readme.write_text(wanted, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
