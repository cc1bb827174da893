"""From what was read and what a trial found to the outcome that is printed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from seatrial.checks import concealing
from seatrial.findings.finding import Finding, ResourceRef
from seatrial.findings.outcome import Outcome, WorkloadLine
from seatrial.findings.verdict import verdict_of
from seatrial.manifests.counts import Counts
from seatrial.manifests.inventory import Inventory
from seatrial.trial.owners import key_of, workload_key
from seatrial.trial.run import Trial


def _folded(shown: Sequence[Finding], static: Sequence[Finding]) -> list[Finding]:
    """Both kinds of findings, those of checks left out that a trial has shown: same resource, same field or its parent.

    What was shown says in its evidence which checks say so too, and covers what they cover.
    """
    causes: dict[tuple[ResourceRef, str], int] = {}
    for number, finding in enumerate(shown):
        for cause in finding.cause if finding.severity != "note" else ():
            causes.setdefault((cause.resource, cause.path), number)
            causes.setdefault((cause.resource, cause.path.rpartition(".")[0]), number)
    folded: defaultdict[int, list[Finding]] = defaultdict(list)
    rest: list[Finding] = []
    for finding in static:
        place = causes.get((finding.resource, finding.location.path))
        if place is None:
            rest.append(finding)
        else:
            folded[place].append(finding)
    found = []
    for number, finding in enumerate(shown):
        same = folded.get(number, [])
        covers = dict.fromkeys([*finding.covers, *(row for other in same for row in other.covers)])
        evidence = {**finding.evidence, "checks": sorted({o.rule for o in same})} if same else finding.evidence
        found.append(replace(finding, covers=tuple(covers), evidence=evidence))
    return [*found, *rest]


def outcome_of(
    inventory: Inventory,
    inputs: Counts,
    trial: Trial,
    static: Sequence[Finding],
    *,
    assumptions: Sequence[str],
    unmodelled: Sequence[str],
    summary: dict[str, Any],
) -> Outcome:
    """Put together what checks (`static`) and the trial found; verdicts follow from the findings alone."""
    found = concealing.diffs(inventory, _folded(trial.findings, static))
    findings = tuple(sorted(found, key=lambda finding: finding.order))
    about: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        ref = finding.resource
        about[workload_key(ref.kind, ref.namespace, ref.name)].append(finding)
    lines = []
    for key, resource in {key_of(resource): resource for resource in inventory.workloads()}.items():
        lines.append(
            WorkloadLine(
                kind=resource.kind,
                namespace=resource.namespace,
                name=resource.name,
                verdict=verdict_of(about[key]),
                replicas=trial.replicas.get(key, 0),
                scenarios=trial.figures.get(key, {}),
            )
        )
    return Outcome(
        inputs=inputs,
        verdict=verdict_of(findings),
        findings=findings,
        workloads=tuple(lines),
        assumptions=(*assumptions, *trial.assumptions),
        not_modelled=tuple(unmodelled),
        summary=summary,
        timelines=tuple(trial.timelines),
        sources=concealing.sources(inventory, findings),
    )
