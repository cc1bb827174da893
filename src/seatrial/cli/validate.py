"""`seatrial validate`: say what the API server would refuse."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from seatrial import __version__
from seatrial.cli import inputs, live, outputs
from seatrial.cli.kubeconform_flags import KubeconformCommand

if TYPE_CHECKING:
    from seatrial.checks.validation_outcome import Terms, Validation
    from seatrial.delivery.live_cluster import LiveCluster
    from seatrial.findings.verdict import FailOn
    from seatrial.manifests.resources import Resource

FORMATS = (*outputs.FORMATS, "kubeconform", *(f"kubeconform-{name}" for name in ("text", "pretty", "junit", "tap")))


@click.command(cls=KubeconformCommand)
@live.sources(namespace=("--namespace",), or_stdin=True)
@click.option("-n", "count_or_namespace", metavar="N|NAME", help="--jobs N, or with --cluster --namespace NAME.")
@inputs.kube_version_option
@click.option("--strict/--no-strict", default=True, show_default=True, help="Refuse unknown fields, as kubectl does.")
@click.option("--skip", metavar="KINDS", default="", help="Kinds or apiVersion/kinds to leave out, comma-separated.")
@click.option("--reject", metavar="KINDS", default="", help="Kinds or apiVersion/kinds to refuse, comma-separated.")
@click.option(
    "--ignore-filename-pattern",
    "ignored",
    metavar="REGEX",
    multiple=True,
    help="Leave out files whose path matches; may be given again.",
)
@click.option(
    "--crd-dir", "crd_dirs", metavar="PATH", multiple=True, help="CustomResourceDefinitions that are not to be judged."
)
@click.option(
    "--schema-location",
    "locations",
    metavar="TEMPLATE",
    multiple=True,
    help="Files with JSON schemas of other custom resources, as kubeconform has them; may be given again.",
)
@click.option(
    "--ignore-missing-schemas/--no-ignore-missing-schemas",
    default=True,
    show_default=True,
    help="Let custom resources pass that nobody has described.",
)
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes; one a core where it pays.")
@click.option("--exit-on-error", is_flag=True, help="Stop at the first file with an error.")
@outputs.fail_on_option
@outputs.output_option_of(FORMATS)
@click.option("--summary", is_flag=True, help="End with figures as kubeconform counts.")
@click.option("--verbose", is_flag=True, help="Name the resources in which nothing was found, too.")
@click.version_option(__version__, "-v", "--version", prog_name="seatrial")
@inputs.input_errors_exit_2
def command(
    paths: tuple[str, ...],
    target: live.Target | None,
    count_or_namespace: str | None,
    kube_version: str,
    strict: bool,
    skip: str,
    reject: str,
    ignored: tuple[str, ...],
    crd_dirs: tuple[str, ...],
    locations: tuple[str, ...],
    ignore_missing_schemas: bool,
    jobs: int | None,
    exit_on_error: bool,
    fail_on: FailOn,
    output: str,
    summary: bool,
    verbose: bool,
) -> None:
    """Say what the API server would refuse: what it cannot read, unknown fields, values that break its rules.

    Custom resources are judged by the CustomResourceDefinitions among the manifests, of --crd-dir and of --cluster,
    else by the schemas of --schema-location. A document that cannot be read is an error beside the others; the exit
    code is 2 where nothing could be read at all. kubeconform's flags are known too: docs/kubeconform.md.

    \b
    Examples:
      seatrial validate examples/shop --kube-version 1.34
      seatrial validate --cluster -A --kube-version 1.37
    """
    from seatrial.checks.kind_filter import KindFilter
    from seatrial.checks.schema_locations import BadLocation, SchemaLocations
    from seatrial.checks.validation_outcome import Terms
    from seatrial.manifests import sources
    from seatrial.report import formats

    target, hands = _split(target, count_or_namespace, jobs)
    cluster = target.open() if target is not None else None
    version = kube_version if cluster is None else live.version_of(cluster, kube_version)
    try:
        located = SchemaLocations.of(locations, version, strict=strict)
        terms = Terms(
            version,
            strict,
            KindFilter.of(skip, reject, ignore_missing_schemas=ignore_missing_schemas),
            located,
            listed=formats.listed(output, verbose),
            stop_early=exit_on_error,
        )
        inputs.tell(located.notices())
        definitions = _definitions(crd_dirs)
        if cluster is not None and not paths:
            validation = _of_cluster(cluster, terms, definitions)
        else:
            if cluster is not None:
                definitions += cluster.definitions()
                inputs.tell(cluster.notices())
            validation = _of_files(paths, ignored, terms, definitions, hands)
    except BadLocation as error:
        inputs.fail(str(error))
    outcome = validation.outcome(terms)
    outputs.show(outcome, output, checklist=True, summary=summary, verbose=verbose, stdin=paths == (sources.STDIN,))
    if validation.problems and not validation.counts.resources:
        click.get_current_context().exit(inputs.UNREADABLE)
    outputs.finish(outcome, fail_on)


def _split(target: live.Target | None, given: str | None, jobs: int | None) -> tuple[live.Target | None, int]:
    """`-n` is kubectl's with a cluster, and kubeconform's without."""
    if target is not None:
        return target.within(given), 1
    if given is not None and not (given.isdecimal() and int(given) > 0):
        raise click.UsageError(f"-n {given}: is a number of processes; a namespace goes with --cluster.")
    return None, jobs or int(given or 0) or os.cpu_count() or 1


def _definitions(folders: tuple[str, ...]) -> list[Resource]:
    from seatrial.checks.validity import DEFINITION

    return inputs.read(folders, hidden=True).inventory.of_kind(DEFINITION) if folders else []


def _of_files(
    paths: tuple[str, ...], ignored: tuple[str, ...], terms: Terms, definitions: list[Resource], hands: int
) -> Validation:
    from seatrial.checks import validation_outcome
    from seatrial.manifests import sources

    plan = sources.plan(paths, patches=True, hidden=True, ignored=ignored)
    validation = validation_outcome.validate(plan, paths, terms, definitions=definitions, hands=hands)
    inputs.tell([*plan.notices, *validation.problems])
    return validation


def _of_cluster(cluster: LiveCluster, terms: Terms, definitions: list[Resource]) -> Validation:
    from seatrial.checks import validation_outcome

    validation = validation_outcome.validate_readings(cluster.readings(), terms, definitions)
    inputs.tell(cluster.notices())
    if not validation.counts.resources:
        raise live.nothing_in(cluster)
    return validation
