"""`seatrial render`: print manifests as Kubernetes would read them."""

from __future__ import annotations

import click

from seatrial.cli import inputs


@click.command()
@inputs.paths_argument
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
def command(paths: tuple[str, ...], output: str, plain_yaml: bool) -> None:
    """Print what was read, in order: after rendering, with the items of lists one by one.

    Documents that cannot be read are named on stderr; the others are printed, and the exit code is 2.

    \b
    Example:
      seatrial render k8s/ -o json
    """
    from seatrial.manifests import writing

    reading = inputs.read(paths, plain_yaml=plain_yaml)
    values = reading.values() if plain_yaml else [resource.object for resource in reading.inventory]
    click.echo(writing.as_json(values) if output == "json" else writing.as_yaml_stream(values), nl=False)
    inputs.finish(reading)
