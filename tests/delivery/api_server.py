"""A small API server for tests: real HTTP on loopback over a list of objects, as far as a reader of clusters asks.

It knows discovery (both forms), lists with `limit` and `continue`, single objects, tables of Secrets, and refusals.
What was asked of it is kept.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]
VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"]
TOKEN = "let-me-in"


@dataclass(frozen=True)
class Kind:
    """A kind that the server has."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool = True
    verbs: Sequence[str] = tuple(VERBS)

    @property
    def root(self) -> str:
        return f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version


KINDS = (
    Kind("", "v1", "Namespace", "namespaces", namespaced=False),
    Kind("", "v1", "Node", "nodes", namespaced=False),
    Kind("", "v1", "ConfigMap", "configmaps"),
    Kind("", "v1", "Secret", "secrets"),
    Kind("", "v1", "Pod", "pods"),
    Kind("", "v1", "Service", "services"),
    Kind("", "v1", "ServiceAccount", "serviceaccounts"),
    Kind("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
    Kind("", "v1", "Event", "events"),
    Kind("", "v1", "ComponentStatus", "componentstatuses", namespaced=False, verbs=("get", "list")),
    Kind("apps", "v1", "Deployment", "deployments"),
    Kind("apps", "v1", "ReplicaSet", "replicasets"),
    Kind("apps", "v1", "StatefulSet", "statefulsets"),
    Kind("batch", "v1", "Job", "jobs"),
    Kind("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
    Kind("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", namespaced=False),
    Kind("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", namespaced=False),
    Kind("example.com", "v1", "Boat", "boats"),
    Kind("example.com", "v1beta1", "Boat", "boats"),
)


@dataclass
class Cluster:
    """What the server serves. `forbidden` are plurals; `refusals` are codes for the next answers to lists, in order."""

    objects: list[Json] = field(default_factory=list)
    kinds: Sequence[Kind] = KINDS
    forbidden: set[str] = field(default_factory=set)
    refusals: list[int] = field(default_factory=list)
    aggregated: bool = True
    tables: bool = True
    minor: str = "34+"
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str, query: Mapping[str, str], accept: str) -> tuple[int, Json]:
        if path == "/version":
            return 200, {"major": "1", "minor": self.minor}
        if path in ("/api", "/apis"):
            of_root = [kind for kind in self.kinds if bool(kind.group) == (path == "/apis")]
            return 200, _aggregated(of_root) if self.aggregated and "APIGroupDiscoveryList" in accept else _old(
                path, of_root
            )
        for kind in self.kinds:
            if path == kind.root:
                return 200, {"resources": [_resource(each) for each in self.kinds if each.root == path]}
            if path.startswith(f"{kind.root}/"):
                found = self._of_kind(kind, path.removeprefix(f"{kind.root}/").split("/"), query, accept)
                if found is not None:
                    return found
        return 404, _status(404, "the server could not find the requested resource")

    def _of_kind(self, kind: Kind, steps: list[str], query: Mapping[str, str], accept: str) -> tuple[int, Json] | None:
        namespace = ""
        if kind.namespaced and steps[0] == "namespaces" and len(steps) > 2:
            namespace, steps = steps[1], steps[2:]
        if steps[0] != kind.plural or len(steps) > 2:
            return None
        if kind.plural in self.forbidden:
            return 403, _status(403, f'{kind.plural} is forbidden: User "dev" cannot list resource "{kind.plural}"')
        there = [o for o in self.objects if (o["apiVersion"], o["kind"]) == (kind.api_version, kind.kind)]
        there = [o for o in there if not namespace or o["metadata"].get("namespace") == namespace]
        if len(steps) > 1:
            named = [o for o in there if o["metadata"]["name"] == steps[1]]
            return (200, named[0]) if named else (404, _status(404, f'{kind.plural} "{steps[1]}" not found'))
        if self.refusals:
            code = self.refusals.pop(0)
            return code, _status(code, "not now", {"continue": f"present-{query['continue']}"} if code == 410 else {})
        return 200, self._page(kind, there, query, accept)

    def _page(self, kind: Kind, there: list[Json], query: Mapping[str, str], accept: str) -> Json:
        start, limit = int(query.get("continue", "0").removeprefix("present-")), int(query["limit"])
        page = there[start : start + limit]
        metadata = {"continue": str(start + limit)} if start + limit < len(there) else {}
        if kind.kind == "Secret" and self.tables and "as=Table" in accept:
            columns = [{"name": name} for name in ("Name", "Type", "Data", "Age")]
            return {
                "kind": "Table",
                "metadata": metadata,
                "columnDefinitions": columns,
                "rows": [_row(o) for o in page],
            }
        items = [{name: value for name, value in o.items() if name not in ("apiVersion", "kind")} for o in page]
        return {"kind": f"{kind.kind}List", "apiVersion": kind.api_version, "metadata": metadata, "items": items}


def _row(secret: Json) -> Json:
    cells = [secret["metadata"]["name"], secret["type"], len(secret.get("data", {})), "5m"]
    return {"cells": cells, "object": {"kind": "PartialObjectMetadata", "metadata": secret["metadata"]}}


def _status(code: int, message: str, metadata: Json | None = None) -> Json:
    return {"kind": "Status", "apiVersion": "v1", "metadata": metadata or {}, "message": message, "code": code}


def _aggregated(kinds: Sequence[Kind]) -> Json:
    groups: dict[str, dict[str, list[Json]]] = {}
    for kind in kinds:
        resource = {
            "resource": kind.plural,
            "responseKind": {"group": "", "version": "", "kind": kind.kind},
            "scope": "Namespaced" if kind.namespaced else "Cluster",
            "verbs": list(kind.verbs),
        }
        groups.setdefault(kind.group, {}).setdefault(kind.version, []).append(resource)
    return {
        "kind": "APIGroupDiscoveryList",
        "items": [
            {"metadata": {"name": group}, "versions": [{"version": v, "resources": r} for v, r in versions.items()]}
            for group, versions in groups.items()
        ],
    }


def _old(path: str, kinds: Sequence[Kind]) -> Json:
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"]}
    groups: dict[str, list[str]] = {}
    for kind in kinds:
        versions = groups.setdefault(kind.group, [])
        if kind.version not in versions:
            versions.insert(0, kind.version)  # the preferred one is not the first
    return {
        "kind": "APIGroupList",
        "groups": [
            {
                "name": group,
                "versions": [{"version": v} for v in versions],
                "preferredVersion": {"version": versions[-1]},
            }
            for group, versions in groups.items()
        ],
    }


def _resource(kind: Kind) -> Json:
    return {"name": kind.plural, "kind": kind.kind, "namespaced": kind.namespaced, "verbs": list(kind.verbs)}


@contextmanager
def serving(cluster: Cluster) -> Iterator[str]:
    """The address of a server for the cluster."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            cluster.asked.append(self.path)
            if self.headers.get("Authorization") == f"Bearer {TOKEN}":
                code, body = cluster.answer(parts.path, query, self.headers.get("Accept", ""))
            else:
                code, body = 401, _status(401, "Unauthorized")
            data = json.dumps(body).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            if code == 429:
                self.send_header("Retry-After", "0")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
