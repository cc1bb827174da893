"""What `seatrial check` found, as an Outcome."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from seatrial.checks import concealing, judge, registry, validity
from seatrial.checks.scene import Scene
from seatrial.findings.finding import Finding, ResourceRef, reference_to
from seatrial.findings.outcome import Outcome, WorkloadLine
from seatrial.findings.verdict import verdict_of
from seatrial.manifests.counts import Counts
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.sources import Reading


def of(
    reading: Reading,
    inputs: Counts,
    kube_version: str,
    *,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    diffs: bool = True,
) -> Outcome:
    """Validate what was read, judge the sound part of it by the rules, and put the outcome together.

    `diffs` shows each patch as a diff of the user's file.

    Raises:
        UnknownRule: where `select` or `ignore` names no rule.
        ValueError: where `kube_version` is no version that there are schemas for.
    """
    chosen = registry.chosen(select, ignore)
    judgement = validity.examine(reading.inventory, kube_version)
    sound = validity.sound(reading.inventory, judgement.findings)
    practices = judge(sound, select=select, ignore=ignore, diffs=diffs)
    findings = [*judgement.findings, *validity.of_documents(reading), *practices]
    findings = concealing.diffs(reading.inventory, findings)
    findings.sort(key=lambda finding: finding.order)
    return Outcome(
        inputs=inputs,
        verdict=verdict_of(findings),
        findings=tuple(findings),
        workloads=_lines(sound, findings),
        not_modelled=tuple(judgement.sentences()),
        summary={"kubernetes": kube_version, "rules": len(chosen), "refused": judgement.invalid + judgement.errors},
        sources=concealing.sources(reading.inventory, findings),
    )


def _lines(inventory: Inventory, findings: list[Finding]) -> tuple[WorkloadLine, ...]:
    """A verdict for each workload, however often it is given, from the findings about itself."""
    about: defaultdict[ResourceRef, list[Finding]] = defaultdict(list)
    for finding in findings:
        about[finding.resource].append(finding)
    workloads = {reference_to(workload.resource): workload for workload in Scene(inventory).workloads}
    return tuple(
        WorkloadLine(
            kind=workload.kind,
            namespace=workload.namespace,
            name=workload.name,
            verdict=verdict_of(about[reference]),
            replicas=workload.least_replicas if workload.scaled else 0,
        )
        for reference, workload in workloads.items()
    )
