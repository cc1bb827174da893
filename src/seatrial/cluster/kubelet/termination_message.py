"""What a container leaves behind as it ends: its termination log, or the end of its log (getTerminationMessage, 1.36).

Upstream: pkg/kubelet/kuberuntime/kuberuntime_container.go, pkg/kubelet/container/runtime.go for the bounds, and
pkg/kubelet/status/status_manager.go normalizeStatus for a pod's share.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seatrial.cluster.kubelet.runtime import Process
from seatrial.model import pods
from seatrial.model.objects import Object

LONGEST = 4096
"""Characters of a termination log that count, from its end (MaxContainerTerminationMessageLength)."""
LONGEST_LOG, LOG_LINES = 2048, 80
"""Characters and lines from the end of the log (MaxContainerTerminationMessageLogLength, ...LogLines)."""
LONGEST_OF_POD = 12 * 1024
"""Characters of all containers of a pod together, in equal shares (MaxPodTerminationMessageLogLength)."""


def termination_message(pod: Object, container: Mapping[str, Any], process: Process, code: int) -> str:
    """The message of a container's end.

    Args:
        pod: the container's.
        container: its spec.
        process: what ran in it.
        code: its exit code.
    """
    message = process.termination_log()[-LONGEST:]
    if not message and code != 0 and container.get("terminationMessagePolicy") == "FallbackToLogsOnError":
        message = "".join(process.log_tail().splitlines(keepends=True)[-LOG_LINES:])[-LONGEST_LOG:]
    return message[: LONGEST_OF_POD // max(1, len(list(pods.containers(pod.spec))))]
