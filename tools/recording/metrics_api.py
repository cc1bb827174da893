"""The metrics API of a scenario's pods: a small server that the API server's aggregation layer asks.

What a metrics server does in a cluster with kubelets: `metrics.k8s.io/v1beta1` with the use of pods, here as their
scenario scripts it. The certificate is made for the occasion; the APIService says that nobody need check it.
"""

from __future__ import annotations

import json
import ssl
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from seatrial.cluster.cluster import Cluster
from seatrial.cluster.metrics import MetricsSource
from seatrial.cluster.pod_lookup import pods_matching
from seatrial.model import objects
from tools.recording.client import Client, Refused

GROUP_VERSION = "metrics.k8s.io/v1beta1"
NAMESPACE, SERVICE = "kube-system", "recorded-metrics"
ROOT = f"/apis/{GROUP_VERSION}"
RESOURCES = {
    "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": GROUP_VERSION,
    "resources": [
        {"name": "pods", "singularName": "", "namespaced": True, "kind": "PodMetrics", "verbs": ["get", "list"]}
    ],
}  # fmt: skip


class MetricsApi:
    """Serves what the mirror's `metrics` know, at an address that the API server reaches."""

    def __init__(self, client: Client, mirror: Cluster, address: str) -> None:
        self._client = client
        self._mirror = mirror
        self._address = address

    def __enter__(self) -> MetricsApi:
        handler = type("Handler", (_Handler,), {"mirror": self._mirror})
        self._server = ThreadingHTTPServer(("", 0), handler)
        self._server.socket = _with_certificate().wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        port = self._server.server_address[1]
        for obj in _registration(self._address, port):
            path = self._client.path(obj["kind"], NAMESPACE)
            try:
                self._client.request("POST", path, obj)
            except Refused as refusal:
                if refusal.code != 409:
                    raise
                self._client.patch(f"{path}/{obj['metadata']['name']}", obj, "merge")
        return self

    def __exit__(self, *_: object) -> None:
        for obj in _registration(self._address, 0):
            self._client.request("DELETE", self._client.path(obj["kind"], NAMESPACE, obj["metadata"]["name"]))
        self._server.shutdown()


def _registration(address: str, port: int) -> list[dict[str, Any]]:
    """What makes the API server ask at the address: a Service by that name, and the API that it serves."""
    service = {
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": SERVICE, "namespace": NAMESPACE},
        "spec": {"type": "ExternalName", "externalName": address},
    }  # fmt: skip
    api = {
        "apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
        "metadata": {"name": "v1beta1.metrics.k8s.io"},
        "spec": {
            "group": "metrics.k8s.io", "version": "v1beta1", "insecureSkipTLSVerify": True,
            "groupPriorityMinimum": 100, "versionPriority": 100,
            "service": {"name": SERVICE, "namespace": NAMESPACE, "port": port},
        },
    }  # fmt: skip
    return [service, api]


def _with_certificate() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = Path(folder, "key"), Path(folder, "certificate")
        subprocess.run(
            [
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={SERVICE}",
                "-keyout", str(key), "-out", str(certificate),
            ],
            check=True, capture_output=True,
        )  # fmt: skip
        context.load_cert_chain(certificate, key)
    return context


def pod_metrics_list(mirror: Cluster, namespace: str, labels: dict[str, str]) -> dict[str, Any]:
    """The use of the namespace's pods with these labels, as a PodMetricsList."""
    source: MetricsSource | None = mirror.metrics
    pods = pods_matching(mirror.store, namespace, {"matchLabels": labels})
    found = source.pod_metrics(pods) if source is not None else {}
    items = [
        {
            "metadata": {"name": pod.name, "namespace": namespace, "labels": pod.labels},
            "timestamp": objects.timestamp(found[pod.name].timestamp),
            "window": f"{found[pod.name].window:g}s",
            "containers": [
                {"name": name, "usage": {"cpu": f"{use.get('cpu', 0)}m", "memory": str(use.get("memory", 0))}}
                for name, use in found[pod.name].containers.items()
            ],
        }
        for pod in pods
        if pod.name in found
    ]
    return {"kind": "PodMetricsList", "apiVersion": GROUP_VERSION, "metadata": {}, "items": items}


class _Handler(BaseHTTPRequestHandler):
    """Answers discovery, and `/namespaces/NAMESPACE/pods?labelSelector=a=b,c=d`."""

    protocol_version = "HTTP/1.1"
    mirror: Cluster

    def do_GET(self) -> None:
        """Answer."""
        url = urlsplit(self.path)
        parts = url.path.removeprefix(ROOT).strip("/").split("/")
        if url.path.rstrip("/") == ROOT:
            self._answer(200, RESOURCES)
        elif len(parts) == 3 and (parts[0], parts[2]) == ("namespaces", "pods"):
            selector = parse_qs(url.query).get("labelSelector", [""])[0]
            labels = dict(part.split("=", 1) for part in selector.split(",") if part)
            self._answer(200, pod_metrics_list(self.mirror, parts[1], labels))
        else:
            self._answer(404, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404})

    def _answer(self, code: int, body: dict[str, Any]) -> None:
        text = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
