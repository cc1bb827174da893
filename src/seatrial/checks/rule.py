"""Rule: one practice of running Kubernetes in production, as a pure function from a `Scene` to what breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from seatrial.checks.scene import Scene
from seatrial.findings.finding import Cause, Fix, Severity
from seatrial.manifests.resources import Resource


@dataclass(frozen=True, slots=True)
class Breach:
    """One place where a rule is broken.

    `path` is the field at fault, as in `spec.template.spec.containers[0].image`. `severity` stands only where this case
    weighs otherwise than the rule says.
    """

    resource: Resource
    path: str
    message: str
    fix: Fix | None = None
    severity: Severity | None = None
    evidence: dict[str, Any] = field(default_factory=dict)
    cause: tuple[Cause, ...] = ()


Judge = Callable[[Scene], Iterator[Breach]]


@dataclass(frozen=True)
class Rule:
    """What a rule demands, why, and the function that finds where it is broken.

    `chapter` is that of the book *Cloud Native DevOps with Kubernetes*; `covers` names rows of the field's list of
    production-readiness checks; `why` says what users would notice. `opt_in` rules are judged only where selected.
    """

    id: str
    title: str
    chapter: int
    severity: Severity
    covers: tuple[str, ...]
    why: str
    how_to_fix: str
    judge: Judge
    opt_in: bool = False

    @cached_property
    def bad(self) -> str:
        """A manifest that breaks this rule and no other."""
        return self._example("bad")

    @cached_property
    def good(self) -> str:
        """The same manifest done right."""
        return self._example("good")

    def _example(self, name: str) -> str:
        from importlib import resources  # slow to import, and only the pages need it

        return (resources.files("seatrial.checks") / "examples" / self.id / f"{name}.yaml").read_text("utf-8")


def rule(
    id: str,
    *,
    title: str,
    chapter: int,
    severity: Severity,
    covers: tuple[str, ...],
    why: str,
    how_to_fix: str,
    opt_in: bool = False,
) -> Callable[[Judge], Rule]:
    """Make a Rule of the function that judges it."""

    def make(judge: Judge) -> Rule:
        return Rule(id, title, chapter, severity, covers, why, how_to_fix, judge, opt_in)

    return make
