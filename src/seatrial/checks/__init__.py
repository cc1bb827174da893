"""Best-practice rules, one file a subject.

`judge` runs them over an inventory. A rule is a function of a `Scene` (`scene.py`): it yields a `Breach` for each place
where it is broken (`rule.py`); `registry.py` lists all; `pages.py` writes their documentation, `docs/checks/`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seatrial.checks.rule import Breach, Rule
    from seatrial.findings.finding import Finding, Fix
    from seatrial.manifests.inventory import Inventory

__all__ = ["judge"]


def judge(
    inventory: Inventory,
    *,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    diffs: bool = True,
) -> list[Finding]:
    """All findings of the rules on these resources, worst first.

    The resources must be such that the API server would accept them (`validity.sound`).

    Args:
        inventory: What to judge.
        select: Ids of the only rules to judge, opt-in ones among them; all that are not opt-in where it is empty.
        ignore: Ids of rules to leave out.
        diffs: Show each patch as a diff of the user's file; False saves the time where nobody looks at them.

    Raises:
        UnknownRule: where an id is that of no rule.
    """
    from seatrial.checks import registry, suppression
    from seatrial.checks.scene import Scene

    wanted = registry.chosen(select, ignore)
    scene = Scene(inventory)
    found = [
        _finding(inventory, rule, breach, diffs)
        for rule in wanted
        for breach in rule.judge(scene)
        if rule.id not in suppression.ignored(breach.resource)
    ]
    return sorted(found, key=lambda finding: finding.order)


def _finding(inventory: Inventory, rule: Rule, breach: Breach, diffs: bool) -> Finding:
    from seatrial.findings.finding import Finding, Location, reference_to

    return Finding(
        rule=rule.id,
        severity=breach.severity or rule.severity,
        message=breach.message,
        resource=reference_to(breach.resource),
        location=Location(inventory.locate(breach.resource, breach.path), breach.path),
        covers=rule.covers,
        cause=breach.cause,
        evidence=breach.evidence,
        fix=_with_diffs(inventory, breach) if diffs else breach.fix,
    )


def _with_diffs(inventory: Inventory, breach: Breach) -> Fix | None:
    """The fix with each patch as a diff of the user's own file, where there is one."""
    from seatrial.manifests import editing

    fix = breach.fix
    if fix is None or not fix.patches:
        return fix
    patches = tuple(
        replace(patch, diff=editing.diff_of(inventory.texts, breach.resource, patch)) for patch in fix.patches
    )
    return replace(fix, patches=patches)
