"""Writes the documentation of the rules from the rules themselves: `python -m seatrial.checks.pages docs/checks`.

Each rule has a page with what it demands, why, how to comply, and an example that the tests judge.
"""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

from seatrial.checks import fields, judge, registry
from seatrial.checks.rule import Rule
from seatrial.checks.suppression import IGNORE

GENERATED = "<!-- Generated from src/seatrial/checks by `python -m seatrial.checks.pages docs/checks`. Do not edit. -->"


def pages() -> dict[str, str]:
    """File name to text, the index among them."""
    return {"README.md": _index(), **{f"{rule.id}.md": _page(rule) for rule in registry.rules().values()}}


def _page(rule: Rule) -> str:
    findings = [f for f in judge(fields.example_of(rule.bad), select=[rule.id]) if f.rule == rule.id]
    said = "\n".join(f"{f.location.place}: {f.severity}: {f.message}" for f in findings)
    change = difflib.unified_diff(rule.bad.splitlines(), rule.good.splitlines(), "breaks it", "right", lineterm="", n=3)
    opt_in = f"\n\nJudged only where it is asked for: `--select {rule.id}`." if rule.opt_in else ""
    return "\n".join(
        [
            GENERATED,
            "",
            f"# {rule.title}",
            "",
            f"`{rule.id}` · {rule.severity} · chapter {rule.chapter} · rows {', '.join(rule.covers)}{opt_in}",
            "",
            f"**Why.** {rule.why}",
            "",
            f"**What to do.** {rule.how_to_fix}",
            "",
            "## Breaks it",
            "",
            "```yaml",
            rule.bad.rstrip("\n"),
            "```",
            "",
            "```text",
            said,
            "```",
            "",
            "## Right",
            "",
            "```diff",
            *change,
            "```",
            "",
        ]
    )


def _index() -> str:
    rules = registry.rules()
    rows = sorted({row for rule in rules.values() for row in rule.covers}, key=_row_order)
    lines = [
        GENERATED,
        "",
        "# The rules of `seatrial check`",
        "",
        f"{len(rules)} rules. An *error* breaks users on an ordinary day, a *warning* is a risk, a *note* is advice.",
        "*Chapter* is that of the book *Cloud Native DevOps with Kubernetes*; *rows* are those of the field's list of",
        f"production-readiness checks: {len(rows)} of them are covered ({', '.join(rows)}).",
        "",
        "To live with a finding, say so at the object or its pod template, with the reason after the colon:",
        "",
        "```yaml",
        "metadata:",
        "  annotations:",
        f'    {IGNORE}: "single-replica: restarts at night are fine for this one"',
        "```",
        "",
    ]
    for subject in registry.SUBJECTS:
        title = (subject.__doc__ or "").splitlines()[0].rstrip(".")
        lines += [f"## {title}", "", "| rule | what it demands | severity | chapter | rows |", "|---|---|---|---|---|"]
        for rule in registry.rules_of(subject):
            severity = f"{rule.severity}, opt-in" if rule.opt_in else rule.severity
            link = f"[`{rule.id}`]({rule.id}.md)"
            lines.append(f"| {link} | {rule.title} | {severity} | {rule.chapter} | {', '.join(rule.covers)} |")
        lines.append("")
    return "\n".join(lines)


def _row_order(row: str) -> tuple[bool, int]:
    return (row.startswith("N"), int(row.removeprefix("N")))


def main(folder: str) -> None:
    """Write all pages into `folder`, take away those of rules that are gone, and note what fields the rules look at."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    written = pages()
    for old in target.glob("*.md"):
        if old.name not in written:
            old.unlink()
    for name, text in written.items():
        (target / name).write_text(text, "utf-8")
    (Path(__file__).with_name("examples") / fields.FILE).write_text(fields.generated(), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
