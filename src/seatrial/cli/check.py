"""`seatrial check`: judge manifests by the practices of running Kubernetes in production."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from seatrial.cli import inputs, live, outputs

if TYPE_CHECKING:
    from seatrial.findings.verdict import FailOn


@click.command()
@live.sources()
@click.option("--select", multiple=True, metavar="RULE", help="Judge only this rule; may be given again.")
@click.option("--ignore", multiple=True, metavar="RULE", help="Leave this rule out; may be given again.")
@inputs.kube_version_option
@outputs.fail_on_option
@outputs.output_option
@inputs.input_errors_exit_2
def command(
    paths: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    kube_version: str,
    fail_on: FailOn,
    output: str,
    target: live.Target | None,
) -> None:
    """Check manifests against the practices of running Kubernetes in production; docs/checks explains each rule.

    What the API server would refuse is a finding too, and is not judged further. With --cluster, the objects of the
    live cluster are checked; where PATHs are given too, these are, by the cluster's version and definitions.

    \b
    Examples:
      seatrial check examples/shop
      seatrial check --cluster -n shop
    """
    from seatrial.checks import check_outcome, registry

    reading, kube_version = live.to_judge(target, paths, kube_version)
    try:
        outcome = check_outcome.of(
            reading, reading.counts, kube_version, select=select, ignore=ignore, diffs=output != "text"
        )
    except registry.UnknownRule as error:
        inputs.fail(f"{error}; docs/checks lists them")
    outputs.show(outcome, output, checklist=True)
    outputs.finish(outcome, fail_on)
