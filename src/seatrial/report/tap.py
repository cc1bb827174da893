"""`-o tap`: the Test Anything Protocol, version 13; a test point a resource, the reasons of a failure beneath it."""

from __future__ import annotations

from seatrial.findings.finding import Finding
from seatrial.findings.outcome import Outcome


def dumps(outcome: Outcome) -> str:
    """A point for each resource that something was found about, and one for all the others."""
    about: dict[str, list[Finding]] = {}
    for finding in outcome.findings:
        place = finding.location.place
        named = finding.resource.kind and not place.live
        subject = f"{place.file} ({finding.resource})" if named else place.file
        about.setdefault(subject, []).append(finding)
    points = []
    for number, (subject, found) in enumerate(about.items(), 1):
        failed = any(finding.severity != "note" for finding in found)
        points.append(f"{'not ok' if failed else 'ok'} {number} - {described(subject)}")
        points += [f"# {finding.severity}: {described(finding.message)} [{finding.rule}]" for finding in found]
    points.append(f"ok {len(about) + 1} - {outcome.inputs.resources} resources looked at")
    return "\n".join(["TAP version 13", f"1..{len(about) + 1}", *points]) + "\n"


def described(text: str) -> str:
    """Text as a description, in which a `#` would begin a directive."""
    return " ".join(text.split()).replace("#", "\\#")
