"""`-o github`: workflow commands that GitHub Actions shows as annotations beside the lines of a pull request."""

from __future__ import annotations

from seatrial.findings.finding import Finding
from seatrial.findings.outcome import Outcome

LEVELS = {"error": "error", "warning": "warning", "note": "notice"}


def dumps(outcome: Outcome) -> str:
    """One workflow command a finding."""
    return "".join(f"{_command(finding)}\n" for finding in outcome.findings)


def _command(finding: Finding) -> str:
    place = finding.location.place
    properties = {"file": place.file} if place.file != "-" and not place.live else {}
    if place.line:
        properties["line"] = str(place.line)
    if place.column:
        properties["col"] = str(place.column)
    properties["title"] = f"{finding.resource}: {finding.rule}"
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{LEVELS[finding.severity]} {listed}::{_data(_message(finding))}"


def _message(finding: Finding) -> str:
    if finding.fix is None:
        return finding.message
    return f"{finding.message}\nTo prevent it: {finding.fix.description}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
