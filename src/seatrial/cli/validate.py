"""`seatrial validate`: say what the API server would refuse."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from seatrial.cli import inputs, outputs

if TYPE_CHECKING:
    from seatrial.findings.verdict import FailOn


@click.command()
@inputs.paths_argument
@inputs.kube_version_option
@click.option(
    "--strict/--no-strict", "-strict", default=True, show_default=True, help="Refuse unknown fields, as kubectl does."
)
@click.option(
    "--skip", "-skip", metavar="KINDS", default="", help="Kinds or apiVersion/kinds to leave out, comma-separated."
)
@click.option(
    "--reject", "-reject", metavar="KINDS", default="", help="Kinds or apiVersion/kinds to refuse, comma-separated."
)
@click.option(
    "--crd-dir", "crd_dirs", metavar="PATH", multiple=True, help="CustomResourceDefinitions that are not to be judged."
)
@click.option(
    "--schema-location",
    "-schema-location",
    "locations",
    metavar="TEMPLATE",
    multiple=True,
    help="Files with JSON schemas of other custom resources, as kubeconform has them; may be given again.",
)
@click.option(
    "--ignore-missing-schemas/--no-ignore-missing-schemas",
    "-ignore-missing-schemas",
    default=True,
    show_default=True,
    help="Let custom resources pass that nobody has described.",
)
@click.option("-n", "--jobs", type=click.IntRange(min=1), metavar="N", help="Processes; one a core where it pays.")
@outputs.fail_on_option
@outputs.output_option_of((*outputs.FORMATS, "kubeconform"))
@click.option("--summary", "-summary", is_flag=True, help="End with figures as kubeconform counts.")
@inputs.input_errors_exit_2
def command(
    paths: tuple[str, ...],
    kube_version: str,
    strict: bool,
    skip: str,
    reject: str,
    crd_dirs: tuple[str, ...],
    locations: tuple[str, ...],
    ignore_missing_schemas: bool,
    jobs: int | None,
    fail_on: FailOn,
    output: str,
    summary: bool,
) -> None:
    """Say what the API server would refuse: what it cannot read, unknown fields, values that break its rules.

    Custom resources are judged by the CustomResourceDefinitions among the manifests and those of --crd-dir, else by the
    schemas of --schema-location. A document that cannot be read is an error beside the others; the exit code is 2
    where nothing could be read at all.

    \b
    Example:
      seatrial validate examples/shop --kube-version 1.34
    """
    from seatrial.checks import validation_outcome
    from seatrial.checks.kind_filter import KindFilter
    from seatrial.checks.schema_locations import BadLocation, SchemaLocations
    from seatrial.manifests import sources

    plan = sources.plan(paths, patches=True, hidden=True)
    chosen = KindFilter.of(skip, reject, ignore_missing_schemas=ignore_missing_schemas)
    definitions = inputs.read(crd_dirs, hidden=True).inventory if crd_dirs else None
    hands = jobs or os.cpu_count() or 1
    try:
        located = SchemaLocations.of(locations, kube_version, strict=strict)
        terms = validation_outcome.Terms(kube_version, strict, chosen, located)
        validation = validation_outcome.validate(plan, paths, terms, definitions=definitions, hands=hands)
    except BadLocation as error:
        inputs.fail(str(error))
    inputs.tell([*plan.notices, *validation.problems])
    outcome = validation.outcome(terms)
    outputs.show(outcome, output, checklist=True, summary=summary)
    code = outputs.exit_code(outcome, fail_on)
    nothing_read = validation.problems and not validation.counts.resources
    click.get_current_context().exit(inputs.UNREADABLE if nothing_read else code)
