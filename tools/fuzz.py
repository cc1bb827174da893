"""Fuzzes the reader and the judges for a given time: `make fuzz SECONDS=3600`, or `python -m tools.fuzz --help`.

Atheris, libFuzzer for Python, drives the targets of `tests/fuzz`: it mutates seeds, and keeps what reaches new code. A
failure does not end the run: the first input of each kind is kept below `build/fuzz`, and the exit code is 1 in the
end. Time and memory of one input are bounded by libFuzzer, which ends the run where a bound is passed.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import os
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path

TARGETS = ("reading", "judging")
ROOM = Path("build/fuzz")
SLOWEST, LARGEST, LONGEST = 20, 2_000, 4_000
"""Seconds and megabytes that one input may take, and bytes that it may have."""


class Failures:
    """The kinds of failure of one target, told apart by error and line; the first input of each is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for old in folder.glob("*"):
            old.unlink()
        self.kinds: dict[str, str] = {}

    def note(self, data: bytes, error: Exception) -> None:
        """Keep the input where its kind of failure is new."""
        kind = f"{type(error).__name__} at {_line_of(error)}"
        if kind in self.kinds:
            return
        self.kinds[kind] = "".join(traceback.format_exception(error))
        name = hashlib.sha256(kind.encode()).hexdigest()[:12]
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{name}.input").write_bytes(data)
        (self.folder / f"{name}.txt").write_text(f"{kind}\n{self.kinds[kind]}", "utf-8", "backslashreplace")
        print(f"\nfuzz: {kind}; its input: {self.folder / name}.input", file=sys.stderr, flush=True)


def _line_of(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


def _plant(seeds: Iterable[bytes], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        if len(seed) <= LONGEST:
            (folder / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)


def _fuzz(name: str, seconds: int, folder: Path) -> None:
    """Run one target in this process; libFuzzer ends it, so that the answer is that of a child."""
    import atheris

    with atheris.instrument_imports(include=["seatrial"]):
        module = importlib.import_module(f"tests.fuzz.{name}")
    _plant(module.seeds(), folder / "corpus")
    failures = Failures(folder / "failures")

    def one(data: bytes) -> None:
        try:
            module.fuzz(data)
        except Exception as error:
            failures.note(data, error)

    limits = [f"-timeout={SLOWEST}", f"-rss_limit_mb={LARGEST}", f"-max_len={LONGEST}"]
    where = [f"-artifact_prefix={folder}/", str(folder / "corpus")]
    atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", *limits, *where], one)
    atheris.Fuzz()


def main() -> int:
    """Fuzz the targets one after the other; 0 where nothing failed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("target", nargs="*", default=TARGETS, help=f"which: {', '.join(TARGETS)}")
    parser.add_argument("--seconds", type=int, default=60, help="in all")
    options = parser.parse_args()
    failed = False
    for name in options.target:
        folder = ROOM / name
        child = os.fork()
        if child == 0:
            _fuzz(name, options.seconds // len(options.target), folder)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        failed |= os.waitstatus_to_exitcode(status) != 0 or any(folder.glob("failures/*.input"))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
