"""JUnit, SARIF and workflow annotations, and the names by which `-o` finds them."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from tap.parser import Parser as TapParser

from seatrial.findings.finding import Location, ResourceRef
from seatrial.manifests.places import Place
from seatrial.report import formats, github, junit, sarif

from . import shop


@pytest.mark.parametrize("name", formats.FORMATS)
def test_every_format_gives_the_same_text_twice_and_ends_it(name: str) -> None:
    once, again = (formats.render(name, shop.outcome()) for _ in range(2))
    assert once == again
    assert once.endswith("\n")


def test_a_checklist_is_asked_for_by_the_page() -> None:
    assert formats.render("text", shop.outcome(), formats.Page(checklist=True)).startswith("k8s/")


def test_junit_has_a_case_for_every_workload_and_scenario() -> None:
    root = ElementTree.fromstring(junit.dumps(shop.outcome()))
    suite = root.find("testsuite[@name='shop/Deployment/cart']")
    assert suite is not None
    failed = {case.get("name"): case.find("failure") is not None for case in suite.iter("testcase")}
    assert failed == {"checks": False, "rollout": False, "node-drain": True, "node-crash": True, "config-change": False}
    assert (suite.get("tests"), suite.get("failures")) == ("5", "2")


def test_junit_notes_do_not_fail() -> None:
    note = shop.finding("Deployment", "cart", severity="note", rule="limits")
    root = ElementTree.fromstring(junit.dumps(replace(shop.outcome(), findings=(note,))))
    assert root.get("failures") == "0"
    assert any("limits" in (out.text or "") for out in root.iter("system-out"))


def test_junit_is_xml_whatever_a_message_holds() -> None:
    odd = shop.finding("Deployment", "cart", message="bell \x07, <b>, ]]>, \ufffe")
    ElementTree.fromstring(junit.dumps(replace(shop.outcome(), findings=(odd,))))


def test_sarif_points_at_the_line_and_the_field() -> None:
    log = json.loads(sarif.dumps(shop.outcome()))
    run = log["runs"][0]
    result = next(r for r in run["results"] if r.get("properties", {}).get("scenario") == "node-drain")
    place = result["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "k8s/cart.yaml"}, "region": {"startLine": 7, "startColumn": 3}}
    assert result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "Deployment/cart.spec.replicas"
    assert all(run["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"])


def test_a_sarif_fingerprint_survives_moved_lines_and_other_figures() -> None:
    def fingerprint(line: int, message: str) -> str:
        found = shop.finding("Deployment", "cart", message=message, location=Location(Place("a.yaml", line), "spec"))
        log = json.loads(sarif.dumps(replace(shop.outcome(), findings=(found,))))
        result = log["runs"][0]["results"][0]
        return str(result["partialFingerprints"]["seatrial/v1"])

    assert fingerprint(7, "820 requests failed") == fingerprint(9, "811 requests failed")


def test_sarif_names_absolute_paths_with_their_scheme() -> None:
    """A reference must not begin with a slash (SARIF1004 of the SARIF multitool)."""
    found = shop.finding("Deployment", "cart", location=Location(Place("/k8s/a b.yaml", 7)))
    log = json.loads(sarif.dumps(replace(shop.outcome(), findings=(found,))))
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "file:///k8s/a%20b.yaml"}


LIVE = Location(Place("prod/shop/Deployment/cart", live=True), "spec.replicas")


def test_live_objects_are_in_no_file() -> None:
    outcome = replace(shop.outcome(), findings=(shop.finding("Deployment", "cart", location=LIVE),))
    (result,) = json.loads(sarif.dumps(outcome))["runs"][0]["results"]
    assert result["locations"] == [
        {"logicalLocations": [{"fullyQualifiedName": "prod/shop/Deployment/cart.spec.replicas"}]}
    ]
    assert "file=" not in github.dumps(outcome)
    line = formats.render("text", outcome, formats.Page(checklist=True)).splitlines()[0]
    assert line.startswith("prod/shop/Deployment/cart: error: ")


def test_junit_has_what_its_schema_asks_for() -> None:
    """Jenkins' junit-10.xsd: each suite says how many tests, failures and errors it has."""
    nothing = ResourceRef("", "", "", "")
    unreadable = shop.finding("", "", rule="unreadable", resource=nothing, location=Location(Place("a.yaml", 3)))
    root = ElementTree.fromstring(junit.dumps(replace(shop.outcome(), findings=(unreadable,))))
    suites = root.findall("testsuite")
    assert all({"name", "tests", "failures", "errors"} <= set(suite.keys()) and suite.get("name") for suite in suites)
    assert "a.yaml" in [suite.get("name") for suite in suites]


@pytest.mark.parametrize("name", ["tap", "kubeconform-tap"])
def test_tap_is_what_parsers_of_tap_read(name: str) -> None:
    text = formats.render(name, shop.outcome())
    lines = list(TapParser().parse_text(text))
    points = [line for line in lines if line.category == "test"]
    (plan,) = [line for line in lines if line.category == "plan"]
    assert [line for line in lines if line.category == "unknown"] == []
    assert [point.number for point in points] == list(range(1, plan.expected_tests + 1))
    assert {point.ok for point in points} >= {False}


@pytest.mark.parametrize(
    ("severity", "place", "message", "command"),
    [
        ("error", Place("k8s/a.yaml", 7, 3), "100 % gone", "::error file=k8s/a.yaml,line=7,col=3,{}::100 %25 gone"),
        ("warning", Place("a,b.yaml", 7), "two\nlines", "::warning file=a%2Cb.yaml,line=7,{}::two%0Alines"),
        ("note", Place("-"), "from stdin", "::notice {}::from stdin"),
    ],
)
def test_annotations_escape_what_would_end_them(severity: str, place: Place, message: str, command: str) -> None:
    found = shop.finding("Deployment", "cart", rule="r", severity=severity, message=message, location=Location(place))
    assert (
        github.dumps(replace(shop.outcome(), findings=(found,))) == command.format("title=Deployment/cart%3A r") + "\n"
    )
