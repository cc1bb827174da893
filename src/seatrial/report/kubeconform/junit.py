"""`-output junit`: a suite a file, a case a resource."""

from __future__ import annotations

from xml.etree import ElementTree

from seatrial.findings.outcome import Outcome
from seatrial.report.junit import clean, written
from seatrial.report.kubeconform.rows import Row, rows

ELEMENTS = {"invalid": "failure", "error": "error", "skipped": "skipped"}
COUNTS = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def dumps(outcome: Outcome) -> str:
    """The XML; nothing is timed."""
    root = ElementTree.Element("testsuites", name="seatrial", time="0")
    suites: dict[str, ElementTree.Element] = {}
    for row in rows(outcome):
        suite = suites.get(row.file)
        if suite is None:
            about = {"name": clean(row.file), "id": str(len(suites) + 1), "time": "0"}
            suite = suites[row.file] = ElementTree.SubElement(root, "testsuite", about)
        _case(suite, row)
    for element in (root, *suites.values()):
        element.set("tests", str(sum(1 for _ in element.iter("testcase"))))
        for name, of in COUNTS.items():
            if not (element is root and name == "skipped"):  # schemas of JUnit know it of suites only
                element.set(name, str(sum(1 for _ in element.iter(of))))
    return written(root)


def _case(suite: ElementTree.Element, row: Row) -> None:
    about = row.resource
    name = f"{about.namespace}/{about.name}" if about.namespace else about.name
    of_class = f"{about.kind}@{about.api_version}" if about.kind else "document"
    case = ElementTree.SubElement(
        suite, "testcase", name=clean(name or str(row.place)), classname=clean(of_class), time="0"
    )
    if row.status in ELEMENTS:
        ElementTree.SubElement(case, ELEMENTS[row.status], {"message": clean(row.message)} if row.message else {})
