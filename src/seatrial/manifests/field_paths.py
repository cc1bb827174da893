"""Paths of fields as Kubernetes writes them (field.Path): `spec.containers[0].image`, `metadata.labels[app]`.

A path is parsed into steps: text for a field or a key, a number for a place in a list. Digits in brackets may be
either; who walks an object decides by what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

Step = str | int
_STEP = re.compile(r"""\.?(?:\[(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(.*?))\](?=[.\[]|\Z)|([^.\[]+))""", re.DOTALL)
_FIELD = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]*")


def parse(path: str) -> tuple[Step, ...]:
    """The steps of a path. What is no path comes back as one step, so that looking it up finds nothing."""
    steps: list[Step] = []
    position = 0
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            return (path,)
        quoted, single, bracketed, name = match.groups()
        if bracketed is not None and bracketed.isdecimal():
            steps.append(int(bracketed))
        else:
            steps.append(next(part for part in (quoted, single, bracketed, name) if part is not None))
        position = match.end()
    return tuple(steps)


def join(steps: Iterable[Step]) -> str:
    """The path of these steps; keys that are no plain field names stand in brackets."""
    path = ""
    for step in steps:
        if isinstance(step, int) or not _FIELD.fullmatch(step):
            path += f"[{step}]"
        else:
            path += f".{step}" if path else step
    return path


def pointer_steps(pointer: str, value: Any = None) -> tuple[Step, ...]:
    """The steps of a JSON Pointer (RFC 6901); digits are places where `value` has a list there, or is not given."""
    steps: list[Step] = []
    known = value is not None
    for name in tokens_of(pointer):
        step: Step = int(name) if name.isdecimal() and (isinstance(value, list) or not known) else name
        steps.append(step)
        value = below(value, step)
    return tuple(steps)


def tokens_of(pointer: str) -> tuple[str, ...]:
    """The reference tokens of a JSON Pointer, unescaped."""
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:])


def pointer_of(steps: Sequence[Step]) -> str:
    """The JSON Pointer of these steps."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def below(value: Any, step: Step) -> Any:
    """What stands one step below a value, or None."""
    if isinstance(value, list):
        return value[step] if isinstance(step, int) and step < len(value) else None
    if isinstance(value, dict):
        return value.get(str(step))
    return None
