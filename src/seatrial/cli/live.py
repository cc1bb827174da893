"""What commands that can read a live cluster share: `--cluster` and its companions, and reading.

A command takes `@sources()`, which gives it `paths`, and `target`: the cluster that is meant, None where only files
are.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from seatrial.cli import inputs

if TYPE_CHECKING:
    from seatrial.delivery.live_cluster import LiveCluster
    from seatrial.manifests.sources import InputError, Reading
    from seatrial.model.objects import Object

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Target:
    """Which cluster, and which part of it."""

    context: str | None = None
    namespace: str | None = None
    everywhere: bool = False

    def within(self, namespace: str | None) -> Target:
        """The same, in a namespace where one is given.

        Raises:
            click.UsageError: where another one, or all of them, were asked for already.
        """
        if namespace is None:
            return self
        if self.namespace or self.everywhere:
            raise click.UsageError(f"-n {namespace}: --namespace or --all-namespaces is given already.")
        return replace(self, namespace=namespace)

    def open(self) -> LiveCluster:
        """Sign in.

        Raises:
            ClusterError: where that does not work.
        """
        from seatrial.delivery.live_cluster import LiveCluster

        return LiveCluster(self.context, self.namespace, everywhere=self.everywhere)


def sources(
    *, namespace: tuple[str, ...] = ("-n", "--namespace"), or_stdin: bool = False, needed: bool = True
) -> Callable[[F], F]:
    """PATHs, `--cluster`, `--context`, `--namespace` (by these names) and `--all-namespaces`.

    `or_stdin`: standard input is read where it is no terminal and nothing else is named; `needed`: something has to be.
    """

    def decorate(command: F) -> F:
        @click.argument("paths", nargs=-1, metavar="[PATH...]")
        @click.option("--cluster", is_flag=True, help="Read the live cluster of the kubeconfig's current context.")
        @click.option("--context", metavar="NAME", help="With --cluster: another context.")
        @click.option(
            *namespace, "namespace", metavar="NAME", help="With --cluster: this namespace, not the context's."
        )
        @click.option("-A", "--all-namespaces", "everywhere", is_flag=True, help="With --cluster: the whole cluster.")
        @functools.wraps(command)
        def wrapped(
            *, cluster: bool, context: str | None, namespace: str | None, everywhere: bool, **others: Any
        ) -> Any:
            target = _target(cluster, context, namespace, everywhere)
            if or_stdin and target is None and not others["paths"] and not sys.stdin.isatty():
                others["paths"] = ("-",)
            if needed and target is None and not others["paths"]:
                raise click.UsageError("Name files or folders, or give --cluster.")
            return command(target=target, **others)

        return wrapped  # type: ignore[return-value]  # takes what the command takes, and the options instead of `target`

    return decorate


def _target(cluster: bool, context: str | None, namespace: str | None, everywhere: bool) -> Target | None:
    if not cluster:
        for name, given in (("--context", context), ("--namespace", namespace), ("--all-namespaces", everywhere)):
            if given:
                raise click.UsageError(f"{name} goes with --cluster; give that too.")
        return None
    if namespace and everywhere:
        raise click.UsageError("--namespace and --all-namespaces: give one of them.")
    return Target(context, namespace, everywhere)


def to_judge(target: Target | None, paths: Sequence[str], kube_version: str) -> tuple[Reading, str]:
    """What is to be judged, and by which version of Kubernetes.

    Without a cluster the files; with one its objects, or the files by its definitions where both are given.

    Raises:
        InputError: where something cannot be read at all, or holds no objects.
    """
    if target is None:
        return inputs.read(paths, needs_objects=True), kube_version
    cluster = target.open()
    version = version_of(cluster, kube_version)
    if not paths:
        return everything(cluster), version
    reading = inputs.read(paths, needs_objects=True)
    definitions = (*reading.inventory.definitions, *cluster.definitions())
    inputs.tell(cluster.notices())
    return reading.described_by(definitions), version


def definitions(target: Target | None, paths: Sequence[str], kube_version: str) -> tuple[list[Object], str]:
    """The CustomResourceDefinitions of PATHs and of the cluster, and the version of Kubernetes to go by.

    Raises:
        InputError: where something cannot be read at all.
    """
    from seatrial.checks.validity import DEFINITION

    found = inputs.read(paths, hidden=True).inventory.of_kind(DEFINITION) if paths else []
    if target is not None:
        cluster = target.open()
        kube_version = version_of(cluster, kube_version)
        found += cluster.definitions()
        inputs.tell(cluster.notices())
    return [resource.object for resource in found], kube_version


def everything(cluster: LiveCluster) -> Reading:
    """All that somebody wrote in a cluster; what is to know about it on stderr.

    Raises:
        InputError: where it cannot be read, or holds nothing.
    """
    reading = cluster.read()
    inputs.tell(cluster.notices())
    if not reading.counts.resources:
        raise nothing_in(cluster)
    return reading


def nothing_in(cluster: LiveCluster) -> InputError:
    """The error of a cluster, or a part of it, without objects."""
    from seatrial.manifests.sources import InputError

    return InputError(f"{cluster}: nothing there that somebody wrote; choose a namespace with -n, or all with -A")


def beneath(cluster: LiveCluster, paths: Sequence[str]) -> Reading:
    """All that somebody wrote in a cluster, with the manifests that PATHs name laid over it.

    Raises:
        InputError: as `everything`, and where a PATH cannot be read.
    """
    from seatrial.delivery.overlay import laid_over

    return laid_over(inputs.read(paths), everything(cluster), cluster.namespace) if paths else everything(cluster)


def version_of(cluster: LiveCluster, asked_for: str) -> str:
    """The version to judge by: the one asked for, else the cluster's own.

    Raises:
        ClusterError: where the cluster cannot be reached.
    """
    given = click.get_current_context().get_parameter_source("kube_version")
    return cluster.version if given is ParameterSource.DEFAULT else asked_for
