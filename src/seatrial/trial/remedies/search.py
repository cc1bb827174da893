"""Tries remedies until a symptom is gone. All symptoms of a scenario are tried at once, each with its own remedy:
changes to different workloads do not disturb each other, and where two symptoms share a workload they take turns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from seatrial.manifests.inventory import Inventory
from seatrial.trial.remedies.remedy import Remedy, apply
from seatrial.trial.symptoms import Symptom

Figures = Mapping[str, Mapping[str, Any]]
"""Workload key to its figures in the scenario."""
Attempt = Callable[[Inventory], tuple[Sequence[Symptom], Figures]]
"""Runs the scenario on another inventory."""


@dataclass(slots=True)
class Found:
    """The remedy for a symptom: `verified` where a trial with it ran without the symptom; `after`: its figures
    there.
    """

    symptom: Symptom
    remedy: Remedy
    verified: bool
    after: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Open:
    symptom: Symptom
    rungs: list[Remedy]
    place: int = 0
    nearest: Found | None = None
    """The rung after which the fewest requests failed, of those that did not help."""


def search(
    inventory: Inventory,
    ladders: Sequence[tuple[Symptom, list[Remedy]]],
    attempt: Attempt,
    known: frozenset[tuple[str, str]] = frozenset(),
) -> list[Found]:
    """A remedy for every symptom that has a ladder; the one that came nearest, unverified, where none helped.

    A remedy must not bring new harm to its workload. `known` holds (kind, workload) of symptoms that have nothing to
    do with it: they were there without it, and have remedies of their own.
    """
    found: list[Found] = []
    open_ones = [_Open(symptom, rungs) for symptom, rungs in ladders if rungs]
    while open_ones:
        turn = _one_each(open_ones)
        symptoms, figures = attempt(apply(inventory, (o.rungs[o.place] for o in turn)))
        still = {_family(s) for s in symptoms if s.severity != "note"}
        harmed = {s.workload for s in symptoms if s.severity == "error" and (s.kind, s.workload) not in known}
        for one in turn:
            symptom = one.symptom
            after = dict(figures.get(symptom.workload, {}))
            if _family(symptom) not in still and symptom.workload not in harmed:
                found.append(Found(symptom, one.rungs[one.place], True, after))
                continue
            if one.nearest is None or _failed(after) < _failed(one.nearest.after):
                one.nearest = Found(symptom, one.rungs[one.place], False, after)
            one.place += 1
            if one.place == len(one.rungs):
                found.append(one.nearest)
        done = {id(f.symptom) for f in found}
        open_ones = [o for o in open_ones if id(o.symptom) not in done]
    return found


def _family(symptom: Symptom) -> tuple[str, str, str]:
    """What must be gone: an outage that has become a few failed requests is not."""
    kind = "requests" if symptom.kind in ("outage", "errors") else symptom.kind
    return (kind, symptom.workload, symptom.scenario)


def _failed(after: Mapping[str, Any]) -> float:
    return float(after.get("failedRequests", 0))


def _one_each(open_ones: Sequence[_Open]) -> list[_Open]:
    turn: dict[str, _Open] = {}
    for one in open_ones:
        turn.setdefault(one.symptom.workload, one)
    return list(turn.values())
