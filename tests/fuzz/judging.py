"""What must hold of every object, however spoilt: `validate` and `check` judge it, and never fail at it.

A target for fuzzers: it takes bytes, which choose an object and what is done to it (`mutations`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from seatrial.checks import check_outcome, validation_outcome
from seatrial.cli import outputs
from seatrial.manifests import sources
from seatrial.manifests.rendering import Plan
from seatrial.report import formats
from tests.fuzz import mutations
from tests.fuzz import seeds as known

_FILE = "fuzzed.json"
_PAGE = formats.Page(width=100, checklist=True, summary=True)
_TERMS = validation_outcome.Terms("1.34")


def fuzz(data: bytes) -> None:
    """Judge an object that the bytes describe."""
    judge([mutations.spoilt(data, known.objects(beside=True))])


def seeds() -> Iterator[bytes]:
    """Each object as it is, and with one change."""
    for number in range(len(known.objects(beside=True))):
        yield number.to_bytes(2, "big")
        yield number.to_bytes(2, "big") + bytes((number % 7, 1, number % 5, 1, 5, number % len(mutations.ODD)))


def judge(objects: Sequence[dict[str, Any]]) -> None:
    """Everything between reading and printing, for objects that come in one file."""
    plan = Plan([_FILE], {_FILE: "\n".join(map(json.dumps, objects)).encode()})
    validation = validation_outcome.validate(plan, [_FILE], _TERMS)
    outcome = validation.outcome(_TERMS)
    for name in formats.FORMATS:
        formats.render(name, outcome, _PAGE).encode()
    reading = sources.read_planned(plan, [_FILE])
    outcome = check_outcome.of(reading, reading.counts, _TERMS.kube_version)
    for name in outputs.FORMATS:
        formats.render(name, outcome, replace(_PAGE, summary=False)).encode()
