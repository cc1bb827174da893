"""One YAML document as Kubernetes reads it: sigs.k8s.io/yaml 1.6.0 over go-yaml 2.4.2 (Kubernetes 1.34 to 1.36).

A quick reader (`quick_readers`) reads what it is sure of, `yaml_events` all the rest. No positions are kept: who needs
a line asks `positions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from seatrial.manifests import quick_readers
from seatrial.manifests.limits import DEFAULT, Limits

_quickly = quick_readers.chosen()


class ReadError(ValueError):
    """The text is not YAML that Kubernetes could read.

    Line and column count from 1 within the text; 0 means unknown. `advice` is what to do, "" where the message says it.
    """

    def __init__(self, message: str, line: int = 0, column: int = 0, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Repeated:
    """A key that its mapping already had, written or `merged`: Kubernetes takes the last, its strict reader refuses."""

    key: str
    line: int
    column: int
    merged: bool = False


def read(text: str, *, strict: bool = False, limits: Limits = DEFAULT) -> Any:
    """The JSON value of the first YAML document in `text` (YAMLToJSON, or YAMLToJSONStrict where `strict`).

    Raises:
        ReadError: where Kubernetes could not read it, a limit is passed, or a key is repeated and `strict` is set.
    """
    value, repeated = read_noting_repeats(text, limits=limits)
    if strict and repeated:
        first = repeated[0]
        raise ReadError(f'key "{first.key}" already set in map', first.line, first.column)
    return value


def read_noting_repeats(text: str, *, limits: Limits = DEFAULT) -> tuple[Any, tuple[Repeated, ...]]:
    """As `read` without `strict`, with the keys that the strict reader would refuse.

    Raises:
        ReadError: where Kubernetes could not read it or a limit is passed.
    """
    if text.endswith("\n"):
        value = _quickly(text, limits.depth)
        if value is not quick_readers.DECLINED:
            return value, ()
    from seatrial.manifests import yaml_events  # PyYAML is slow to import, and most manifests do not need it

    return yaml_events.read(text, limits=limits)
