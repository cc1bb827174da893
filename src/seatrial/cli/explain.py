"""`seatrial explain`: say what a kind or a field means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from seatrial.cli import inputs, live

if TYPE_CHECKING:
    from seatrial.apis.explanation import Explanation

WIDTH = 100


@click.command()
@click.argument("name", metavar="KIND[.FIELD...]")
@live.sources(needed=False)
@inputs.kube_version_option
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
    from seatrial.apis import explanation, schemas

    definitions, kube_version = live.definitions(target, paths, kube_version)
    try:
        found = explanation.explain(name, schemas.parse_version(kube_version), api_version, definitions)
    except explanation.UnknownName as unknown:
        inputs.fail(str(unknown))
    if output == "json":
        import orjson

        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2))
    else:
        click.echo(_text(found), nl=False)


def _text(found: Explanation) -> str:
    lines = [f"{found.kind} ({found.api_version})"]
    if found.path:
        lines.append(f"{found.path} <{found.type}>")
    lines += ["", *_wrapped(found.description, "  ")]
    if found.fields:
        lines += ["", "Fields:"]
    for field in found.fields:
        lines += [f"  {field.name} <{field.type}>{' required' if field.required else ''}"]
        lines += _wrapped(field.description.partition(". ")[0].partition("\n")[0], "      ")
    return "\n".join(lines) + "\n"


def _wrapped(text: str, indent: str) -> list[str]:
    import textwrap

    return [
        line
        for part in text.split("\n")
        for line in (textwrap.wrap(part, WIDTH, initial_indent=indent, subsequent_indent=indent) or [""])
    ]
