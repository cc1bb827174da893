"""Asks an API server: one GET after another, each within a bounded time, errors in one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import urllib3
from kubernetes import client

from seatrial.delivery.errors import ClusterError
from seatrial.delivery.kubeconfig import Access

CONNECT_SECONDS, READ_SECONDS = 5.0, 60.0
"""How long to wait for a server to answer a call, and for each further piece of an answer."""
JSON = "application/json"
OK = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: its status code and the JSON that came with it."""

    status: int
    body: dict[str, Any]

    @property
    def message(self) -> str:
        """The reason in the `Status` object of a refusal."""
        return str(self.body.get("message") or f"HTTP {self.status}")


class Connection:
    """A server that the user is signed in to."""

    def __init__(self, access: Access) -> None:
        self.context = access.context
        self.namespace = access.namespace
        self._api = access.api
        self._server = access.api.configuration.host

    def get(self, path: str, query: Mapping[str, str] | None = None, accept: str = JSON) -> Answer:
        """What the server has at a path; refusals come back as answers, except for those of the user as such.

        Raises:
            ClusterError: where the server cannot be reached, does not take the credentials, or talks no JSON.
        """
        method, url, headers, *_ = self._api.param_serialize(
            "GET", path, query_params=list((query or {}).items()), auth_settings=["BearerToken"],
            header_params={"Accept": accept, "Accept-Encoding": "gzip"},
        )  # fmt: skip
        try:
            response = self._api.call_api(
                method, url, header_params=headers, _request_timeout=(CONNECT_SECONDS, READ_SECONDS)
            )
            status, data = response.status, response.read()
        except (urllib3.exceptions.HTTPError, client.ApiException, OSError) as error:
            raise ClusterError(f"{self._name}: {_reason(error)}; check the network and the kubeconfig") from None
        if status == 401:
            raise ClusterError(f"{self._name}: the credentials are not accepted (401); sign in anew")
        try:
            body = orjson.loads(data)
        except ValueError:
            body = {"message": data[:200].decode("utf-8", "replace").strip()}
            if status == OK:
                raise ClusterError(f"{self._name}: {path} is no JSON; is this a Kubernetes API server?") from None
        return Answer(status, body if isinstance(body, dict) else {})

    def take(self, path: str) -> dict[str, Any]:
        """The JSON at a path that every server has.

        Raises:
            ClusterError: as `get`, and where the server refuses.
        """
        answer = self.get(path)
        if answer.status != OK:
            raise ClusterError(f"{self._name}: {path}: {answer.message}; is this a Kubernetes API server?")
        return answer.body

    @property
    def _name(self) -> str:
        return f"context {self.context} ({self._server})"


def _reason(error: Exception) -> str:
    """Why a server could not be reached, in words."""
    root: BaseException = error
    while isinstance(root, urllib3.exceptions.MaxRetryError) and root.reason is not None:
        root = root.reason
    if isinstance(root, urllib3.exceptions.NameResolutionError):
        return "no such host"
    if isinstance(root, urllib3.exceptions.ReadTimeoutError):
        return f"no answer within {READ_SECONDS:.0f} s"
    refused = isinstance(root, urllib3.exceptions.NewConnectionError)  # which counts as a timeout, too
    if isinstance(root, urllib3.exceptions.ConnectTimeoutError) and not refused:
        return f"no answer within {CONNECT_SECONDS:.0f} s"
    text = str(root.reason if isinstance(root, client.ApiException) else root).splitlines()[-1]
    if "CERTIFICATE_VERIFY_FAILED" in text:
        why = text.rpartition("certificate verify failed: ")[2].partition(" (_ssl")[0].rstrip(")'")
        return f"its certificate is not trusted: {why}"
    return f"not reachable: {text.rpartition(': ')[2]}"
