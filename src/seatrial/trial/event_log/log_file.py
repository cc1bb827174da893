"""The file of an event log: parts that are written side by side, put together in order, and moved into place whole."""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from seatrial.manifests.sources import InputError
from seatrial.trial.event_log.inputs import Inputs
from seatrial.trial.event_log.lines import Sink, encoded

CHUNK = 1 << 20
"""Bytes that are copied at a time."""


class LogFile:
    """A log under way. Nothing is kept in memory: each part is a file of its own beside the log's place."""

    def __init__(self, path: Path, folder: Path) -> None:
        self._path = path
        self._folder = folder

    def part(self, number: int) -> Part:
        """The lines that come `number`th in the log; whoever writes them may be another process."""
        return Part(self._path, self._folder / f"{number:06}")

    def assemble(self) -> None:
        """Put the parts together and move the log to its place. A name that ends in .gz asks for compression."""
        whole = self._folder / "whole"
        with whole.open("wb") as file:
            if self._path.suffix == ".gz":
                # Neither name nor time in the header: the same log is the same bytes.
                with gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as packed:
                    self._copy_parts(packed)
            else:
                self._copy_parts(file)
        whole.chmod(0o644)
        os.replace(whole, self._path)

    def _copy_parts(self, into: IO[bytes] | gzip.GzipFile) -> None:
        for part in sorted(self._folder.glob("[0-9]*")):
            with part.open("rb") as file:
                shutil.copyfileobj(file, into, CHUNK)


class Part:
    """Some lines of a log."""

    def __init__(self, log: Path, path: Path) -> None:
        self._log = log
        self._path = path

    @contextmanager
    def open(self) -> Iterator[Sink]:
        """Takes lines while this lasts.

        Raises:
            InputError: where they cannot be written.
        """
        try:
            with self._path.open("wb", CHUNK) as file:
                yield file.write
        except OSError as error:
            raise _cannot_write(self._log, error) from None


@contextmanager
def writing(part: Part | None) -> Iterator[Sink | None]:
    """Takes lines while this lasts; None where there is no log."""
    if part is None:
        yield None
        return
    with part.open() as sink:
        yield sink


@contextmanager
def recording(path: str | None, inputs: Inputs) -> Iterator[LogFile | None]:
    """A log of a trial of these inputs, in its place when this ends well; None where no path is given.

    Raises:
        InputError: where it cannot be written; said at once where that can be known.
    """
    if path is None:
        yield None
        return
    place = Path(path)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_dir():
            raise IsADirectoryError(21, "is a directory")
        folder = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    except OSError as error:
        raise _cannot_write(place, error) from None
    try:
        log = LogFile(place, folder)
        with log.part(0).open() as sink:
            for line in inputs.lines():
                sink(encoded(line))
        yield log
        try:
            log.assemble()
        except OSError as error:
            raise _cannot_write(place, error) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _cannot_write(path: Path, error: OSError) -> InputError:
    return InputError(f"{path}: cannot write: {error.strerror or error}; choose another place or make room")
