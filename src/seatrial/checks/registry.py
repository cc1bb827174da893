"""All rules, by id: whatever the subject modules define."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from types import ModuleType

from seatrial.checks import (
    autoscaling,
    configuration,
    disruption,
    images,
    jobs,
    probes,
    references,
    resources,
    rollout,
    scheduling,
    services,
    shutdown,
)
from seatrial.checks.rule import Rule

SUBJECTS: tuple[ModuleType, ...] = (
    resources, probes, disruption, shutdown, scheduling, images,
    autoscaling, services, references, rollout, configuration, jobs,
)  # fmt: skip
"""Modules in the order in which rules are judged and listed."""


class UnknownRule(ValueError):
    """A rule was named that does not exist."""


def rules_of(subject: ModuleType) -> list[Rule]:
    """The rules of one subject, in the order of the source."""
    return [value for value in vars(subject).values() if isinstance(value, Rule)]


@cache
def rules() -> dict[str, Rule]:
    """Every rule, subject by subject."""
    return {rule.id: rule for subject in SUBJECTS for rule in rules_of(subject)}


def chosen(select: Collection[str] = (), ignore: Collection[str] = ()) -> list[Rule]:
    """The rules to judge: those selected, or all that are not opt-in, without those ignored.

    Raises:
        UnknownRule: where a name is that of no rule; the text names it and the nearest.
    """
    known = rules()
    for name in (*select, *ignore):
        if name not in known:
            raise UnknownRule(_unknown(name))
    wanted = (
        [known[name] for name in known if name in select] if select else [r for r in known.values() if not r.opt_in]
    )
    return [rule for rule in wanted if rule.id not in ignore]


def _unknown(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name, rules(), n=1, cutoff=0.5)
    return f"there is no rule {name}" + (f"; did you mean {near[0]}?" if near else "")
