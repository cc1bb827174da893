"""Times whole processes, in turn with a peer where there is one: machines drift, ratios of neighbours hold."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """One process from start to end: seconds on the wall and of CPU, peak memory in MiB (of its largest process)."""

    wall: float
    cpu: float
    peak_mib: float
    code: int


def run(command: Sequence[str]) -> Run:
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode)


def repeated(command: Sequence[str], rounds: int) -> list[Run]:
    run(command)  # warms the disk's cache
    return [run(command) for _ in range(rounds)]


def paired(ours: Sequence[str], peer: Sequence[str], rounds: int) -> tuple[list[Run], list[Run]]:
    """Both commands in turn, `rounds` times each."""
    run(ours), run(peer)
    pairs = [(run(ours), run(peer)) for _ in range(rounds)]
    return [a for a, _ in pairs], [b for _, b in pairs]


def wall(runs: Sequence[Run]) -> float:
    return statistics.median(r.wall for r in runs)


def spread(numbers: Sequence[float], digits: int = 2) -> str:
    """Median and range: `1.49 (1.27-1.65)`."""
    low, middle, high = min(numbers), statistics.median(numbers), max(numbers)
    return f"{middle:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"
