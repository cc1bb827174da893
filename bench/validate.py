"""`seatrial validate` beside kubeconform: the same documents, schemas of the same version, two cores, in turn.

Runs over a folder of manifests (`MANIFESTS=...`, else the corpus beside the checkout where there is one, else the
examples), and over copies of it that make 50,000 documents. Quote the ratios; seconds change with machine and hour.
The first is the honest one: of the copies, seatrial reads and judges only those files anew in which it found something.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from bench import kubeconform, measure

ROUNDS = 5
MANY = 50_000
SEATRIAL = str(Path(sys.executable).with_name("seatrial"))


def main() -> None:
    if kubeconform.program() is None:
        print("kubeconform is not here: sh tools/install-real.sh kubeconform")
        return
    folder = _manifests()
    documents = _documents(folder)
    _compare(folder, documents, ROUNDS)
    copies = -(-MANY // documents)
    many = kubeconform.BUILD / "many"
    shutil.rmtree(many, ignore_errors=True)
    for number in range(copies):
        shutil.copytree(folder, many / f"copy-{number}")
    _compare(many, documents * copies, 3)


def _manifests() -> Path:
    beside = Path("../shared/corpus")
    return Path(os.environ.get("MANIFESTS") or (beside if beside.is_dir() else "examples"))


def _documents(folder: Path) -> int:
    """Documents with content, as kubeconform counts them."""
    command = kubeconform.command(folder, "-output", "json")
    summary = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)["summary"]
    return sum(int(count) for count in summary.values())


def _compare(folder: Path, documents: int, rounds: int) -> None:
    ours = [SEATRIAL, "validate", str(folder), "-n", "2", "--kube-version", "1.34", "--summary"]
    mine, theirs = measure.paired(ours, kubeconform.command(folder), rounds)
    print(f"{folder}: {documents:,} documents, {rounds} pairs of runs")
    for title, runs in (("seatrial validate", mine), ("kubeconform", theirs)):
        seconds, peak = measure.wall(runs), max(r.peak_mib for r in runs)
        cpu = statistics.median(r.cpu for r in runs)
        print(
            f"  {title:20} {seconds:7.2f} s {documents / seconds:9,.0f} documents/s {cpu:7.2f} s of CPU {peak:6.0f} MiB"
        )
    times = [b.wall / a.wall for a, b in zip(mine, theirs, strict=True)]
    cpu_times = [b.cpu / a.cpu for a, b in zip(mine, theirs, strict=True)]
    print(f"  seatrial is {measure.spread(times)} times as fast, {measure.spread(cpu_times)} times by CPU")
    print(f"  exit codes {mine[0].code} and {theirs[0].code}")
