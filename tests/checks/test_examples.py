"""Each rule's own example: the bad manifest breaks that rule and no other, the good one breaks none, the fix cures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from seatrial.checks import fields, judge, pages, registry, validity
from seatrial.findings.finding import Finding
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.json_patch import apply_operations
from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object

RULES = registry.rules()
DOCS = Path(__file__).parents[2] / "docs" / "checks"
COMPANY = {"hpa-without-request": {"requests-missing"}}
"""What cannot be broken alone: without a request, the scheduler has nothing to reserve either."""


def findings(text: str, rule: str) -> list[Finding]:
    inventory = fields.example_of(text)
    asked = judge(inventory, select=[rule]) if RULES[rule].opt_in else []
    return [*judge(inventory), *asked]


@pytest.mark.parametrize("rule", RULES)
def test_the_bad_example_breaks_this_rule_and_no_other(rule: str) -> None:
    broken = {finding.rule for finding in findings(RULES[rule].bad, rule)}
    assert broken - COMPANY.get(rule, set()) == {rule}


@pytest.mark.parametrize("rule", RULES)
def test_the_good_example_breaks_nothing(rule: str) -> None:
    assert [(finding.rule, finding.message) for finding in findings(RULES[rule].good, rule)] == []


@pytest.mark.parametrize("rule", RULES)
def test_the_api_server_takes_both_examples(rule: str) -> None:
    for text in (RULES[rule].bad, RULES[rule].good):
        assert validity.judge(fields.example_of(text), "1.37") == []


@pytest.mark.parametrize("rule", RULES)
def test_findings_point_at_a_line_and_say_what_to_do(rule: str) -> None:
    for finding in findings(RULES[rule].bad, rule):
        assert finding.location.place.line > 0
        assert finding.message[-1] not in ".:;"
        assert finding.fix is not None or RULES[rule].opt_in


@pytest.mark.parametrize("rule", RULES)
def test_a_fix_with_a_patch_cures(rule: str) -> None:
    inventory = fields.example_of(RULES[rule].bad)
    broken = [finding for finding in judge(inventory, select=[rule]) if finding.fix and finding.fix.patches]
    for finding in broken:
        left = judge(patched(inventory, finding), select=[rule])
        assert finding.message not in {other.message for other in left}
        fix = finding.fix
        assert fix is not None
        assert all(patch.diff for patch in fix.patches)


def patched(inventory: Inventory, finding: Finding) -> Inventory:
    assert finding.fix is not None
    resources = list(inventory)
    for patch in finding.fix.patches:
        if patch.create:
            resources.append(replace(resources[0], object=Object(patch.create)))
        resources = [
            Resource(apply_operations(r.object, patch.operations), r.place)
            if (r.kind, r.name) == (patch.resource.kind, patch.resource.name)
            else r
            for r in resources
        ]
    return Inventory(resources)


def test_the_pages_in_docs_are_those_of_the_rules() -> None:
    written = {path.name: path.read_text("utf-8") for path in DOCS.glob("*.md")}
    expected = pages.pages()
    stale = sorted(name for name in {*written, *expected} if written.get(name) != expected.get(name))
    assert stale == [], "run: python -m seatrial.checks.pages docs/checks"


def test_every_rule_is_documented_in_full() -> None:
    for rule in RULES.values():
        assert rule.covers, rule.id
        assert rule.why.endswith("."), rule.id
        assert not rule.title.endswith("."), rule.id
        assert 3 <= rule.chapter <= 16, rule.id
