"""How long a command takes from a cold start: the help, and one small file.

Goals: `--help` below 150 ms, one small file below 400 ms. The same interpreter doing nothing is shown beside them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench import measure

ROUNDS = 11
SEATRIAL = str(Path(sys.executable).with_name("seatrial"))
SMALL_FILE = "examples/shop-fixed/k8s/cart/cart.yaml"
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "seatrial --help": [SEATRIAL, "--help"],
    "seatrial render FILE": [SEATRIAL, "render", SMALL_FILE],
    "seatrial validate FILE": [SEATRIAL, "validate", SMALL_FILE],
    "seatrial check FILE": [SEATRIAL, "check", SMALL_FILE],
    "seatrial trial examples/shop": [SEATRIAL, "trial", "examples/shop"],
}


def main() -> None:
    print(f"{'':30} {'ms, median (range)':>24} {'peak MiB':>9}   of {ROUNDS} runs")
    for title, command in COMMANDS.items():
        runs = measure.repeated(command, ROUNDS if "trial " not in title else 3)
        milliseconds = measure.spread([1000 * r.wall for r in runs], digits=0)
        note = "" if all(r.code in (0, 1) for r in runs) else f"   exit code {runs[0].code}"
        print(f"{title:30} {milliseconds:>24} {max(r.peak_mib for r in runs):9.0f}{note}")
