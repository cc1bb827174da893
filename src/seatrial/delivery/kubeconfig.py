"""Which cluster the user means, and who the user is there: found as kubectl finds it (client-go tools/clientcmd, 1.36).

`KUBECONFIG` lists files, `~/.kube/config` is the default; inside a pod without either, its service account is taken.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3
from kubernetes import client, config
from kubernetes.config.config_exception import ConfigException

from seatrial.delivery.errors import ClusterError
from seatrial.manifests import yaml_reader
from seatrial.model.objects import dig

DEFAULT_FILE = "~/.kube/config"
IN_CLUSTER = "in-cluster"
"""What stands for the context's name inside a pod."""
NAMESPACE_FILE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
RETRIES = urllib3.Retry(total=4, connect=1, read=0, redirect=2, status=3, retry_after_max=10)
"""A refused connection is tried twice; a server that is busy (429, 503 with Retry-After) is asked three times more."""


@dataclass(frozen=True, slots=True)
class Access:
    """A signed-in client; `context` is the name that the user knows the cluster by."""

    context: str
    namespace: str
    api: client.ApiClient


def sign_in(context: str | None) -> Access:
    """A client for a context, the current one where None is given.

    Raises:
        ClusterError: where there is no such context, or its credentials cannot be had.
    """
    files = [str(Path(file).expanduser()) for file in _files()]
    there = [file for file in files if Path(file).is_file()]
    settings = client.Configuration()
    settings.retries = RETRIES
    if not there and context is None and os.environ.get("KUBERNETES_SERVICE_HOST"):
        return _of_pod(settings)
    if not there:
        raise ClusterError(f"no kubeconfig at {' or '.join(files)}; set KUBECONFIG, or sign in to a cluster first")
    contents = [_read(file) for file in there]
    namespaces = {name: namespace for content in reversed(contents) for name, namespace in _contexts(content)}
    name = context or _current(contents)
    if name not in namespaces:
        raise ClusterError(_no_context(name, sorted(namespaces)))
    with _complaints() as complaints:
        try:
            config.load_kube_config(os.pathsep.join(there), context=name, client_configuration=settings)
        except (ConfigException, OSError, KeyError, TypeError, ValueError) as error:
            raise ClusterError(f"context {name}: cannot sign in: {_first_line(error)}; sign in anew") from None
    if complaints:  # the client logs why a plugin gave no credentials, and goes on without any
        raise ClusterError(f"context {name}: cannot sign in: {complaints[0]}; sign in anew")
    return Access(name, namespaces[name], client.ApiClient(settings))


def _files() -> list[str]:
    named = [file for file in os.environ.get("KUBECONFIG", "").split(os.pathsep) if file]
    return named or [DEFAULT_FILE]


def _read(file: str) -> dict[str, Any]:
    try:
        content: Any = yaml_reader.read(Path(file).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ClusterError(f"{file}: no usable kubeconfig: {_first_line(error)}; mend it") from None
    if not isinstance(content, dict):
        raise ClusterError(f"{file}: no usable kubeconfig: it is empty or no mapping; mend it")
    return content


def _contexts(content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The contexts of a file, each with its namespace."""
    for context in content.get("contexts") or ():
        if isinstance(context, dict):
            yield str(context.get("name")), str(dig(context, "context", "namespace") or "default")


def _current(contents: list[dict[str, Any]]) -> str:
    """The first current context, as kubectl has it; the client would take the last."""
    return next((str(content["current-context"]) for content in contents if content.get("current-context")), "")


def _no_context(name: str, known: list[str]) -> str:
    there = f"there are {', '.join(known)}" if known else "the kubeconfig has none"
    if name:
        return f'no context "{name}" in the kubeconfig; {there}'
    return f"no current context in the kubeconfig; name one with --context: {there}"


def _of_pod(settings: client.Configuration) -> Access:
    try:
        config.load_incluster_config(settings)
    except ConfigException as error:
        raise ClusterError(f"no kubeconfig, and no usable service account: {_first_line(error)}") from None
    try:
        namespace = NAMESPACE_FILE.read_text("utf-8").strip()
    except OSError:
        namespace = "default"
    return Access(IN_CLUSTER, namespace, client.ApiClient(settings))


class _Complaints(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the first line of a message."""
        self.lines.append(_first_line(record.getMessage()))


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """What is logged meanwhile, instead of on stderr."""
    handler, root = _Complaints(), logging.getLogger()
    root.addHandler(handler)
    try:
        yield handler.lines
    finally:
        root.removeHandler(handler)


def _first_line(said: object) -> str:
    return next((line.strip() for line in str(said).splitlines() if line.strip()), type(said).__name__)
