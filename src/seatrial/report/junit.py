"""`-o junit`: a test case a workload and scenario, and one a rule broken, for the test view of a CI system."""

from __future__ import annotations

from collections import defaultdict
from xml.etree import ElementTree

from seatrial.findings.finding import Finding
from seatrial.findings.outcome import Outcome

CHECKS = "checks"
"""Test case for what no scenario showed."""
UNPRINTABLE = {code: "�" for code in (*range(0x20), 0x7F, 0xFFFE, 0xFFFF) if chr(code) not in "\t\n\r"}
"""Characters that XML 1.0 cannot hold."""


def dumps(outcome: Outcome) -> str:
    """The JUnit XML that CI systems read (testsuites, testsuite, testcase, failure)."""
    cases = _cases(outcome)
    root = ElementTree.Element("testsuites", name="seatrial", errors="0")
    suites: dict[str, ElementTree.Element] = {}
    for (name, case), found in cases.items():
        suite = suites.get(name)
        if suite is None:
            suite = suites[name] = ElementTree.SubElement(root, "testsuite", name=clean(name), errors="0")
        element = ElementTree.SubElement(suite, "testcase", classname=clean(name), name=clean(case))
        failures = [finding for finding in found if finding.severity != "note"]
        if failures:
            worst = failures[0]
            failure = ElementTree.SubElement(element, "failure", message=clean(worst.message), type=worst.rule)
            failure.text = clean("\n\n".join(map(_told, failures)))
        elif found:
            ElementTree.SubElement(element, "system-out").text = clean("\n\n".join(map(_told, found)))
    for element in (root, *suites.values()):
        element.set("tests", str(sum(1 for _ in element.iter("testcase"))))
        element.set("failures", str(sum(1 for _ in element.iter("failure"))))
    return written(root)


def written(root: ElementTree.Element) -> str:
    """A whole document, indented."""
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _cases(outcome: Outcome) -> dict[tuple[str, str], list[Finding]]:
    cases: defaultdict[tuple[str, str], list[Finding]] = defaultdict(list)
    for line in outcome.workloads:
        suite = _suite(line.namespace, line.kind, line.name)
        for case in (CHECKS, *line.scenarios):
            cases[suite, case] = []
    for finding in outcome.findings:
        resource = finding.resource
        suite = _suite(resource.namespace, resource.kind, resource.name) or finding.location.place.file
        cases[suite, finding.scenario or CHECKS].append(finding)
    return dict(sorted(cases.items(), key=lambda item: item[0][0]))


def _suite(namespace: str, kind: str, name: str) -> str:
    return "/".join(part for part in (namespace, kind, name) if part)


def _told(finding: Finding) -> str:
    lines = [f"{finding.location.place}: {finding.severity}: {finding.message} [{finding.rule}]"]
    if finding.fix is not None:
        lines.append(f"To prevent it: {finding.fix.description}")
        lines += [patch.diff.rstrip("\n") for patch in finding.fix.patches if patch.diff]
    return "\n".join(lines)


def clean(text: str) -> str:
    """The text without what XML cannot hold."""
    return text.translate(UNPRINTABLE)
