"""Completion indexes of Indexed Jobs, as sets of numbers and as text like `1,3-5,7`.

As pkg/controller/job/indexed_job_utils.go (Kubernetes 1.36).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from seatrial.model.objects import Object

INDEX = "batch.kubernetes.io/job-completion-index"
FAILURES = "batch.kubernetes.io/job-index-failure-count"
IGNORED_FAILURES = "batch.kubernetes.io/job-index-ignored-failure-count"


def is_indexed(job: Object) -> bool:
    """Whether each completion of the Job has an index of its own."""
    return bool(job.spec.get("completionMode") == "Indexed")


def limit_per_index(job: Object) -> int | None:
    """How often an index may fail and be tried again (backoffLimitPerIndex); None: only the Job as a whole counts."""
    value = job.spec.get("backoffLimitPerIndex") if is_indexed(job) else None
    return None if value is None else int(value)


def index_of(pod: Mapping[str, object]) -> int:
    """The pod's completion index; -1 where it has none."""
    text = Object(pod).annotations.get(INDEX, "")
    return int(text) if text.isdigit() else -1


def parsed(text: str | None, completions: int) -> set[int]:
    """The indexes of a text like `1,3-5`, those below `completions`."""
    found: set[int] = set()
    for part in (text or "").split(","):
        first, _, last = part.partition("-")
        if first.isdigit():
            found.update(range(int(first), int(last or first) + 1))
    return {i for i in found if i < completions}


def text_of(indexes: Iterable[int]) -> str:
    """The indexes as a text like `1,3-5`: two in a row stay apart, as upstream writes them."""
    parts: list[str] = []
    run: list[int] = []
    for index in [*sorted(indexes), -1]:
        if run and index != run[-1] + 1:
            first, last = run[0], run[-1]
            if last == first:
                parts.append(str(first))
            elif last == first + 1:
                parts.append(f"{first},{last}")
            else:
                parts.append(f"{first}-{last}")
            run = []
        run.append(index)
    return ",".join(parts)


class Failures(NamedTuple):
    """How often an index has failed: counted against its limit, and ignored by the podFailurePolicy."""

    counted: int = 0
    ignored: int = 0

    def plus(self, *, ignored: bool) -> Failures:
        """After one more failure."""
        return Failures(self.counted, self.ignored + 1) if ignored else Failures(self.counted + 1, self.ignored)

    def annotations(self) -> dict[str, str]:
        """What the next pod of the index says of it (addIndexFailureCountAnnotation)."""
        marks = {FAILURES: str(self.counted)}
        return marks | ({IGNORED_FAILURES: str(self.ignored)} if self.ignored else {})


def failures_of(pod: Object) -> Failures:
    """How often the pod's index had failed before this pod, as its annotations say."""
    counts = [pod.annotations.get(mark, "") for mark in (FAILURES, IGNORED_FAILURES)]
    return Failures(*(int(text) if text.isdigit() else 0 for text in counts))
