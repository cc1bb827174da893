"""Choosing rules, living with findings, folders with variants, real folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.checks import judge, registry, suppression, validity
from seatrial.checks.suppression import IGNORE
from seatrial.manifests import sources
from tests.checks.scenes import budget, found, inventory, service, severities, workload

ROOT = Path(__file__).parents[2]


def test_opt_in_rules_are_judged_only_where_they_are_selected() -> None:
    usual = {finding.rule for finding in judge(inventory(workload()))}
    assert "requests-missing" in usual
    assert not usual & {rule.id for rule in registry.rules().values() if rule.opt_in}
    assert severities("cpu-limit-missing", workload()) == ["note"]


def test_rules_are_selected_and_ignored_by_id() -> None:
    given = inventory(workload())
    assert {f.rule for f in judge(given, select=["requests-missing"])} == {"requests-missing"}
    assert "requests-missing" not in {f.rule for f in judge(given, ignore=["requests-missing"])}


def test_an_unknown_rule_is_named_with_the_nearest() -> None:
    with pytest.raises(registry.UnknownRule, match="no rule request-missing; did you mean requests-missing"):
        judge(inventory(), select=["request-missing"])


@pytest.mark.parametrize("on_the_template", [True, False])
def test_a_finding_that_the_team_lives_with(on_the_template: bool) -> None:
    reason = {IGNORE: "single-replica, requests-missing: a demo, and nobody minds"}
    given = workload(annotations=reason if on_the_template else None)
    if not on_the_template:
        given["metadata"]["annotations"] = reason
    left = {finding.rule for finding in judge(inventory(given, service()))}
    assert "memory-limit-missing" in left
    assert not left & {"single-replica", "requests-missing"}


@pytest.mark.parametrize("text", ["", ",", ": why", "single-replica"])
def test_what_is_ignored(text: str) -> None:
    given = workload()
    given["metadata"]["annotations"] = {IGNORE: text}
    (resource,) = inventory(given)
    assert suppression.ignored(resource) == ({"single-replica"} if text == "single-replica" else set())


def test_findings_come_worst_first_and_always_in_the_same_order() -> None:
    given = [workload(replicas=2), service(), budget(minAvailable=2), workload("CronJob", "nightly")]
    findings = judge(inventory(*given))
    assert findings == judge(inventory(*given))
    ranks = [("error", "warning", "note").index(finding.severity) for finding in findings]
    assert ranks == sorted(ranks)


def test_each_variant_goes_with_what_is_nearest_to_it() -> None:
    staging, production = workload(replicas=1), workload(replicas=3)
    small, large = budget(maxUnavailable=1), budget(minAvailable=2)
    files = ("staging/web.yaml", "production/web.yaml", "staging/pdb.yaml", "production/pdb.yaml")
    assert found("pdb-blocks-drain", staging, production, small, large, files=files) == []
    assert found("pdb-overlap", staging, production, small, large, files=files) == []
    files = ("production/web.yaml", "staging/web.yaml", "staging/pdb.yaml", "production/pdb.yaml")
    assert severities("pdb-blocks-drain", staging, production, small, large, files=files) == ["error"]


def test_a_well_made_system_gets_notes_at_most() -> None:
    read = sources.read([str(ROOT / "examples" / "shop-fixed")]).inventory
    assert [f.message for f in judge(read) if f.severity != "note"] == []


CORPUS = ROOT.parent / "shared" / "corpus"


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"{CORPUS} is not there: manifests of public repositories")
@pytest.mark.parametrize("folder", ["cloudnativedevops__demo", "stefanprodan__podinfo", "rook__rook"])
def test_real_folders_are_judged(folder: str) -> None:
    read = sources.read([str(CORPUS / folder)]).inventory
    sound = validity.sound(read, validity.judge(read, "1.37"))
    findings = judge(sound)
    assert findings
    assert all(finding.location.place.line for finding in findings)
