"""`seatrial explain`: say what a kind or a field means."""

from __future__ import annotations

from dataclasses import asdict

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
    """Say what a kind or a field of it means, as kubectl does, for any version of Kubernetes, offline; then what it
    does in production: in a trial, to the rules of `check`, and how it is written.

    Custom kinds are known from the CustomResourceDefinitions in PATHs, or of a live cluster with --cluster.

    \b
    Examples:
    seatrial explain deploy.spec.strategy
    seatrial explain hpa.spec --api-version autoscaling/v1 --kube-version 1.30
    seatrial explain certificate.spec --cluster
    """
    from seatrial.apis import explanation, explanation_text, schemas
    from seatrial.checks import fields
    from seatrial.report import practice
    from seatrial.trial import fields as practices

    definitions, kube_version = live.definitions(target, paths, kube_version)
    try:
        version = schemas.parse_version(kube_version)
        found = explanation.explain(name, version, api_version, definitions, recursive=recursive)
    except explanation.UnknownName as unknown:
        inputs.fail(str(unknown))
    kind, path = fields.placed(found.kind, found.path)
    known = practices.practice(kind, path)
    in_a_trial = known.in_a_trial if known else ""
    example = fields.example(found.kind, found.path) or (known.example if known else "")
    rules = fields.rules_about(found.kind, found.path)
    if output == "json":
        import orjson

        in_production = {"inATrial": in_a_trial, "rules": rules, "example": example}
        click.echo(orjson.dumps({**asdict(found), "inProduction": in_production}, option=orjson.OPT_INDENT_2))
    else:
        click.echo(explanation_text.render(found) + practice.render(in_a_trial, rules, example), nl=False)
