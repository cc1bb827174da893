"""From what was read and what a trial found to the outcome that is printed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from seatrial.findings.finding import Finding
from seatrial.findings.outcome import Inputs, Outcome, WorkloadLine
from seatrial.findings.verdict import verdict_of
from seatrial.manifests.inventory import Inventory
from seatrial.trial.owners import workload_key
from seatrial.trial.run import Trial


def outcome_of(
    inventory: Inventory,
    inputs: Inputs,
    trial: Trial,
    static: Sequence[Finding],
    *,
    assumptions: Sequence[str],
    unmodelled: Sequence[str],
    summary: dict[str, Any],
) -> Outcome:
    """Put together what checks (`static`) and the trial found; verdicts follow from the findings alone."""
    findings = tuple(sorted([*trial.findings, *static], key=lambda finding: finding.order))
    about: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        ref = finding.resource
        about[workload_key(ref.kind, ref.namespace, ref.name)].append(finding)
    lines = []
    for resource in inventory.workloads():
        key = workload_key(resource.kind, resource.namespace, resource.name)
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
    files = {finding.location.place.file for finding in findings}
    return Outcome(
        inputs=inputs,
        verdict=verdict_of(findings),
        findings=findings,
        workloads=tuple(lines),
        assumptions=(*assumptions, *trial.assumptions),
        not_modelled=tuple(unmodelled),
        summary=summary,
        timelines=tuple(trial.timelines),
        sources={file: inventory.texts[file] for file in sorted(files) if file in inventory.texts},
    )
