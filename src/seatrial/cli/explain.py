"""`seatrial explain`: say what a kind or a field means."""

from __future__ import annotations

import click

from seatrial.cli import inputs, live


@click.command()
@click.argument("name", metavar="KIND[.FIELD...]")
@live.sources(needed=False)
@inputs.kube_version_option
@click.option("--recursive", is_flag=True, help="The names of all fields below, level by level.")
@click.option("--api-version", metavar="VERSION", default="", help="Which version of the kind, such as autoscaling/v1.")
@click.option(
    "-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Text or data."
)
@inputs.input_errors_exit_2
def command(
    name: str,
    paths: tuple[str, ...],
    target: live.Target | None,
    kube_version: str,
    recursive: bool,
    api_version: str,
    output: str,
) -> None:
    """Say what a kind or a field of it means, and which fields it has, for any version of Kubernetes, offline.

    Custom kinds are known from the CustomResourceDefinitions in PATHs, or of a live cluster with --cluster.

    \b
    Examples:
    seatrial explain deploy.spec.strategy
    seatrial explain hpa.spec --api-version autoscaling/v1 --kube-version 1.30
    seatrial explain certificate.spec --cluster
    """
    from seatrial.apis import explanation, explanation_text, schemas

    definitions, kube_version = live.definitions(target, paths, kube_version)
    try:
        version = schemas.parse_version(kube_version)
        found = explanation.explain(name, version, api_version, definitions, recursive=recursive)
    except explanation.UnknownName as unknown:
        inputs.fail(str(unknown))
    if output == "json":
        import orjson

        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2))
    else:
        click.echo(explanation_text.render(found), nl=False)
