"""`seatrial render`: print manifests as Kubernetes would read them."""

from __future__ import annotations

import click

from seatrial.cli import inputs, live


@click.command()
@live.sources()
@click.option(
    "-o",
    "--output",
    type=click.Choice(["yaml", "json"]),
    default="yaml",
    show_default=True,
    help="A YAML stream or one JSON array.",
)
@click.option(
    "--any", "plain_yaml", is_flag=True, help="Keep documents that are no Kubernetes objects, and do not expand lists."
)
@inputs.input_errors_exit_2
def command(paths: tuple[str, ...], output: str, plain_yaml: bool, target: live.Target | None) -> None:
    """Print what was read, in order: after rendering, with the items of lists one by one.

    Documents that cannot be read are named on stderr; the others are printed, and the exit code is 2. Of a live cluster
    that is printed which somebody would have written to get it; values of Secrets are not read.

    \b
    Examples:
      seatrial render k8s/ -o json
      seatrial render --cluster -n shop
    """
    from seatrial.manifests import writing

    if target is not None:
        _render_live(target, paths, output)
        return
    reading = inputs.read(paths, plain_yaml=plain_yaml)
    values = reading.values() if plain_yaml else [resource.object for resource in reading.inventory]
    click.echo(writing.as_json(values) if output == "json" else writing.as_yaml_stream(values), nl=False)
    inputs.finish(reading)


def _render_live(target: live.Target, paths: tuple[str, ...], output: str) -> None:
    """Page by page: a cluster may have more objects than fit in memory."""
    from seatrial.manifests import writing

    if paths:
        inputs.fail(f"{paths[0]}: render prints either PATHs or --cluster; give one of them")
    cluster = target.open()
    pages = ([resource.object for resource in reading.inventory] for reading in cluster.readings())
    if output == "json":
        click.echo(writing.as_json([obj for page in pages for obj in page]), nl=False)
    else:
        for page in pages:
            click.echo(writing.as_yaml_stream(page), nl=False)
    inputs.tell(cluster.notices())
