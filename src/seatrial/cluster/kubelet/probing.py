"""One run of a probe: whom it asks, how long it waits, and what comes out (prober.go and pkg/probe, 1.36)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from seatrial.cluster.kubelet.runtime import Answer, Process
from seatrial.model.objects import dig

REDIRECTS = 10
"""Redirects on the same host that an HTTP probe follows (maxRedirects)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a probe found, after so many seconds; `unknown` is thrown away, a warning counts as success."""

    result: Literal["success", "failure", "warning", "unknown"]
    message: str = ""
    seconds: float = 0.0


NOT_RUNNING = "rpc error: code = NotFound desc = failed to exec in container: container is not running"


def with_port_number(handler: Mapping[str, Any], container: Mapping[str, Any]) -> Mapping[str, Any]:
    """A probe or hook whose port, where it was named, is the number that the container declares for that name."""
    for action in ("httpGet", "tcpSocket"):
        port = dig(handler, action, "port")
        if isinstance(port, str) and not port.isdigit():
            numbers = (p.get("containerPort") for p in container.get("ports") or () if p.get("name") == port)
            return {**handler, action: {**handler[action], "port": next(numbers, port)}}
    return handler


def run(probe: Mapping[str, Any], process: Process | None, ip: str, at: float) -> Outcome:
    """Run a probe against a process `at` seconds after its start; None: it has ended."""
    timeout = float(probe.get("timeoutSeconds") or 1)
    answer = process.answer(probe, at) if process is not None else Answer("refused")
    if probe.get("exec"):
        if process is None:
            return Outcome("unknown", NOT_RUNNING)
        return _exec(probe, answer, timeout)
    if probe.get("httpGet"):
        return _http(probe, process, ip, at, answer, timeout)
    if probe.get("tcpSocket"):
        address = f"{dig(probe, 'tcpSocket', 'host') or ip}:{dig(probe, 'tcpSocket', 'port')}"
        return _tcp(address, answer, timeout)
    return _grpc(f"{ip}:{dig(probe, 'grpc', 'port')}", answer, timeout)


def steady_until(probe: Mapping[str, Any], process: Process, at: float) -> float:
    """Until when the answer to a probe stays the same."""
    return process.steady_until(probe, at)


def _exec(probe: Mapping[str, Any], answer: Answer, timeout: float) -> Outcome:
    if answer.outcome == "hang":
        command = " ".join(dig(probe, "exec", "command", default=[]))
        return Outcome("failure", f'command timed out: "{command}" timed out after {timeout:g}s', timeout)
    return Outcome("success" if answer.outcome == "ok" else "failure", answer.output)


def _http(
    probe: Mapping[str, Any], process: Process | None, ip: str, at: float, answer: Answer, timeout: float
) -> Outcome:
    get = dig(probe, "httpGet", default={})
    port = get.get("port")
    host = get.get("host") or ip
    scheme = str(get.get("scheme") or "HTTP").lower()
    path = "/" + str(get.get("path") or "/").lstrip("/")
    for _ in range(REDIRECTS):
        url = f"{scheme}://{host}:{port}{path}"
        if answer.outcome == "refused":
            return Outcome("failure", f'Get "{url}": dial tcp {host}:{port}: connect: connection refused')
        if answer.outcome == "hang":
            text = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
            return Outcome("failure", f'Get "{url}": {text}', timeout)
        if process is None or not (300 <= answer.code < 400 and answer.location):
            break
        target = urlsplit(answer.location)
        if target.hostname and target.hostname != host:
            # Kubernetes does not follow a redirect to somebody else, and takes it for alive.
            return Outcome("warning", "Probe terminated redirects, Response body: ")
        path = target.path or "/"
        answer = process.answer({**probe, "httpGet": {**get, "path": path}}, at)
    if answer.outcome == "ok" and (answer.code == 0 or 200 <= answer.code < 400):
        return Outcome("success", answer.output)
    return Outcome("failure", f"HTTP probe failed with statuscode: {answer.code or 500}")


def _tcp(address: str, answer: Answer, timeout: float) -> Outcome:
    if answer.outcome == "ok":
        return Outcome("success")
    if answer.outcome == "hang":
        return Outcome("failure", f"dial tcp {address}: i/o timeout", timeout)
    return Outcome("failure", f"dial tcp {address}: connect: connection refused")


def _grpc(address: str, answer: Answer, timeout: float) -> Outcome:
    if answer.outcome == "ok":
        return Outcome("success", "service healthy")
    if answer.outcome == "failed":
        return Outcome("failure", 'service unhealthy (responded with "NOT_SERVING")')
    text = f'timeout: failed to connect service "{address}" within {timeout:g}s: context deadline exceeded'
    if answer.outcome == "hang":
        return Outcome("failure", text, timeout)
    return Outcome("failure", f'error: failed to connect service "{address}": connection refused')
