"""Lifecycle hooks: what the kubelet says of one that failed (pkg/kubelet/lifecycle/handlers.go, Kubernetes 1.36)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seatrial.cluster.kubelet import reports
from seatrial.cluster.kubelet.runtime import HookRun
from seatrial.model.objects import Object, dig


def ends_with_container(handler: Mapping[str, Any]) -> bool:
    """Whether a hook is cut short when its container ends: a sleep, which is the kubelet's own, is not."""
    return "sleep" not in handler


def failure(pod: Object, container: str, handler: Mapping[str, Any], hook: HookRun, ip: str) -> str:
    """The message of a failed hook; `ip` is the pod's address."""
    whose = f'for Container "{container}" in Pod "{reports.full_name(pod)}" failed - error:'
    if get := handler.get("httpGet"):
        path, address = str(get.get("path") or ""), f"{get.get('host') or ip}:{get.get('port')}"
        url = f"{str(get.get('scheme') or 'http').lower()}://{address}/{path.lstrip('/')}"
        return f'HTTP lifecycle hook ({path}) {whose} Get "{url}": dial tcp {address}: connect: connection refused'
    command = " ".join(dig(handler, "exec", "command", default=[]))
    return f"Exec lifecycle hook ([{command}]) {whose} command '{command}' exited with {hook.code}: , message: \"\""
