"""What a CPU limit does to a process: the kernel's CFS bandwidth control as the kubelet sets it up.

pkg/kubelet/cm/helpers_linux.go MilliCPUToQuota (Kubernetes 1.36) and the kernel's scheduler/sched-bwc.rst: in each
tenth of a second a container may run for its limit times that long, summed over its threads, and stands still for the
rest.
"""

from __future__ import annotations

import math

PERIOD = 0.1
"""Seconds of one accounting period (cpu.cfs_period_us)."""
LEAST_QUOTA = 0.001
"""Seconds that a container gets in each period however small its limit is (MinQuotaPeriod)."""


def wall_seconds(cpu_seconds: float, limit: float) -> float:
    """How long one thread takes for so much CPU time under a limit in cores, on a machine with room.

    Args:
        cpu_seconds: CPU time that the work needs.
        limit: Cores; infinity where there is no limit.
    """
    quota = max(limit * PERIOD, LEAST_QUOTA)
    if quota >= PERIOD or cpu_seconds <= 0:
        return cpu_seconds
    full = math.ceil(cpu_seconds / quota - 1e-9) - 1
    return full * PERIOD + cpu_seconds - full * quota


def most_per_second(cpu_seconds: float, limit: float) -> float:
    """How many pieces of work of so much CPU time each can be done in a second; infinity where nothing bounds it."""
    return max(limit, LEAST_QUOTA / PERIOD) / cpu_seconds if cpu_seconds > 0 else math.inf
