"""An outcome as kubeconform sees it: a row a resource."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from seatrial.findings.finding import Finding, ResourceRef
from seatrial.findings.outcome import BAD, Outcome, Status
from seatrial.manifests.places import Place

STANDARD_INPUT = "stdin"


@dataclass(frozen=True, slots=True)
class Row:
    """One resource, or a document that is none; `findings` are the errors in it."""

    place: Place
    resource: ResourceRef
    status: Status
    findings: tuple[Finding, ...] = ()

    @property
    def file(self) -> str:
        """The file as kubeconform names it."""
        return STANDARD_INPUT if self.place.file == "-" else self.place.file

    @property
    def bad(self) -> bool:
        """Whether something is wrong with it."""
        return self.status in BAD

    @property
    def message(self) -> str:
        """All that is wrong, in one line."""
        return "; ".join(" ".join(finding.message.split()) for finding in self.findings)


def rows(outcome: Outcome) -> list[Row]:
    """All resources that the outcome lists and all that it finds errors in, in the order of the files."""
    about: dict[tuple[Any, ...], list[Finding]] = {}
    for finding in outcome.findings:
        if finding.severity == "error":
            about.setdefault(_key(finding.location.place, finding.resource), []).append(finding)
    found = []
    for judged in outcome.resources:
        errors = about.pop(_key(judged.place, judged.resource), ()) if judged.status in BAD else ()
        found.append(Row(judged.place, judged.resource, judged.status, tuple(errors)))
    for errors in about.values():
        first = errors[0]
        status: Status = "invalid" if first.resource.kind else "error"
        found.append(Row(first.location.place, first.resource, status, tuple(errors)))
    return sorted(found, key=lambda row: (row.place.file, row.place.document, row.place.line))


def _key(place: Place, resource: ResourceRef) -> tuple[Any, ...]:
    """What findings about one resource have in common; documents that are no resources are told apart by their line."""
    return place.file, place.document, resource if resource.kind else place.line


def figures(outcome: Outcome) -> dict[str, int]:
    """Resources by status."""
    return {status: int(outcome.summary.get(status, 0)) for status in ("valid", "invalid", "errors", "skipped")}
