"""Requests to a real API server, with `kubectl proxy` for the way there: it knows contexts, certificates and logins."""

from __future__ import annotations

import contextlib
import http.client
import json
import subprocess
import threading
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from seatrial.apis.kinds import is_namespaced
from seatrial.model.objects import Object

ENOUGH_TIME = 60.0
"""Seconds after which a request is given up."""
PATCHES = {
    "strategic": "application/strategic-merge-patch+json",
    "merge": "application/merge-patch+json",
    "json": "application/json-patch+json",
}


class Refused(RuntimeError):
    """The API server did not do what it was asked; `code` is HTTP's, the text is its own."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Client:
    """The API server behind a host and port that ask for no login; each thread keeps a connection of its own."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._own = threading.local()
        self._connections: list[http.client.HTTPConnection] = []
        self._places: dict[str, tuple[str, str]] = {}

    def close(self) -> None:
        """Give the connections up that requests were made on; those of watches last as long as their threads."""
        for connection in self._connections:
            connection.close()

    def discover(self) -> None:
        """Learn under which path each kind is served."""
        groups = self.request("GET", "/apis")["groups"]
        for version in ("v1", *(g["preferredVersion"]["groupVersion"] for g in groups)):
            root = f"/api/{version}" if "/" not in version else f"/apis/{version}"
            try:
                resources = self.request("GET", root)["resources"]
            except Refused:
                continue  # an aggregated API that does not answer
            for resource in resources:
                if "/" not in resource["name"]:
                    self._places.setdefault(resource["kind"], (root, resource["name"]))

    def path(self, kind: str, namespace: str, name: str = "", subresource: str = "") -> str:
        """The path of an object, of its subresource, or, without a name, of its kind."""
        root, plural = self._places[kind]
        parts = [root, f"namespaces/{namespace}" if namespace and is_namespaced({"kind": kind}) else "", plural]
        return "/".join(part for part in (*parts, name, subresource) if part)

    def request(self, method: str, path: str, body: Any = None, content: str = "application/json") -> dict[str, Any]:
        """Ask, and give the answer.

        Raises:
            Refused: where the server answers with an error.
        """
        text = None if body is None else json.dumps(body)
        headers = {"Accept": "application/json", "Content-Type": content}
        try:
            response, data = self._exchange(method, path, text, headers)
        except (http.client.HTTPException, ConnectionError):
            self._own.connection = None  # the server closed it meanwhile: once more on a new one
            response, data = self._exchange(method, path, text, headers)
        answer: dict[str, Any] = json.loads(data) if data else {}
        if response.status >= 400:
            raise Refused(response.status, str(answer.get("message") or response.reason))
        return answer

    def _exchange(
        self, method: str, path: str, text: str | None, headers: Mapping[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        connection = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = http.client.HTTPConnection(self._host, self._port, timeout=ENOUGH_TIME)
            self._connections.append(connection)
        connection.request(method, path, text, dict(headers))
        response = connection.getresponse()
        return response, response.read()

    def patch(self, path: str, body: Any, kind: str = "strategic") -> dict[str, Any]:
        """Patch what is under the path.

        Raises:
            Refused: where the server answers with an error.
        """
        return self.request("PATCH", path, body, PATCHES[kind])

    def watch(self, kind: str) -> Iterator[tuple[str, Object]]:
        """What exists of a kind in all namespaces, then what happens to it, until the connection ends."""
        connection = http.client.HTTPConnection(self._host, self._port)
        connection.request("GET", f"{self.path(kind, '')}?{urlencode({'watch': 1})}")
        with contextlib.closing(connection), connection.getresponse() as response:
            for line in response:
                event = json.loads(line)
                yield event["type"], Object(event["object"])


class Proxy:
    """`kubectl proxy` for one context, as long as the block lasts."""

    def __init__(self, context: str, kubectl: str = "kubectl") -> None:
        self._command = [kubectl, f"--context={context}", "proxy", "--port=0"]

    def __enter__(self) -> Client:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None  # it is a pipe
        told = self._process.stdout.readline()
        if not told:
            raise Refused(0, "kubectl proxy does not start; it says why above")
        host, _, port = told.split()[-1].rpartition(":")
        self._client = Client(host, int(port))
        self._client.discover()
        return self._client

    def __exit__(self, *_: object) -> None:
        self._client.close()
        self._process.terminate()
        self._process.wait()
