"""Verdicts follow from findings; what a check says of a field that a trial has blamed is not told twice."""

from __future__ import annotations

from seatrial.findings.finding import Cause, Finding, Location, ResourceRef, Severity
from seatrial.findings.outcome import Outcome
from seatrial.manifests.counts import Counts
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.places import Place
from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object
from seatrial.trial.outcome import outcome_of
from seatrial.trial.run import Trial

WEB = ResourceRef("apps/v1", "Deployment", "shop", "web")
OBJ = Object(apiVersion="apps/v1", kind="Deployment", metadata={"name": "web", "namespace": "shop"})
INVENTORY = Inventory([Resource(OBJ, Place("x.yaml")), Resource(OBJ, Place("variant/x.yaml"))])


def finding(rule: str, severity: Severity, path: str, *, shown: bool = False, covers: tuple[str, ...] = ()) -> Finding:
    cause = (Cause(WEB, path),) if shown else ()
    scenario = "rollout" if shown else ""
    return Finding(rule, severity, rule, WEB, Location(Place("x.yaml", 3), path), covers, scenario, cause=cause)


def outcome(shown: list[Finding], static: list[Finding]) -> Outcome:
    trial = Trial(findings=shown)
    return outcome_of(INVENTORY, Counts(), trial, static, assumptions=(), unmodelled=(), summary={})


def test_a_check_of_the_same_field_is_folded_into_what_was_shown() -> None:
    shown = finding("trial-errors", "error", "spec.strategy.type", shown=True)
    same, parent, other = (
        finding("same", "warning", "spec.strategy.type", covers=("71",)),
        finding("parent", "warning", "spec.strategy"),
        finding("other", "warning", "spec.replicas"),
    )
    found = outcome([shown], [same, parent, other]).findings
    assert [f.rule for f in found] == ["trial-errors", "other"]
    assert found[0].covers == ("71",)
    assert found[0].evidence["checks"] == ["parent", "same"]


def test_a_note_of_the_trial_folds_nothing() -> None:
    found = outcome([finding("trial-errors", "note", "spec.a", shown=True)], [finding("same", "warning", "spec.a")])
    assert {f.rule for f in found.findings} == {"trial-errors", "same"}


def test_verdicts_follow_from_findings() -> None:
    assert outcome([], []).verdict == "pass"
    assert outcome([], [finding("a", "note", "spec.a")]).workloads[0].verdict == "pass"
    assert outcome([], [finding("a", "warning", "spec.a")]).workloads[0].verdict == "warn"
    assert outcome([finding("a", "error", "spec.a", shown=True)], []).verdict == "fail"


def test_a_workload_that_is_given_twice_ran_once_and_has_one_line() -> None:
    assert [(line.kind, line.name) for line in outcome([], []).workloads] == [("Deployment", "web")]
