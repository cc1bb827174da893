"""What `seatrial validate` found, as an Outcome."""

from __future__ import annotations

from dataclasses import replace

from seatrial.checks import validity
from seatrial.checks.kind_filter import EVERYTHING, KindFilter
from seatrial.findings.outcome import Inputs, Outcome
from seatrial.findings.verdict import verdict_of
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.sources import Reading


def of(
    reading: Reading,
    inputs: Inputs,
    kube_version: str,
    *,
    strict: bool = True,
    chosen: KindFilter = EVERYTHING,
    definitions: Inventory | None = None,
) -> Outcome:
    """Judge what was read and put the outcome together; `definitions` describe custom resources and are not judged.

    Raises:
        ValueError: where `kube_version` is no version that there are schemas for.
    """
    described = validity.NOTHING if definitions is None else validity.custom_kinds(definitions)
    judgement = validity.examine(reading.inventory, kube_version, strict, chosen, described)
    findings = [
        *judgement.findings,
        *validity.of_documents(reading, strict),
        *validity.unreadable(reading.problems),
    ]
    findings.sort(key=lambda finding: finding.order)
    skipped = sum(judgement.not_api_kinds.values())
    return Outcome(
        inputs=replace(inputs, resources=inputs.resources - skipped, skipped=inputs.skipped + skipped),
        verdict=verdict_of(findings),
        findings=tuple(findings),
        not_modelled=tuple(judgement.sentences()),
        summary={
            "kubernetes": kube_version,
            "valid": judgement.valid,
            "invalid": judgement.invalid,
            "skipped": sum(judgement.skipped.values()),
            "withoutSchema": sum(judgement.without_schema.values()),
        },
    )
