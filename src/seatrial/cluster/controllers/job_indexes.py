"""Completion indexes of Indexed Jobs, as sets of numbers and as text like `1,3-5,7`.

As pkg/controller/job/indexed_job_utils.go (Kubernetes 1.36).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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


def failures_of(pod: Object) -> int:
    """How often the pod's index had failed before this pod, as its annotation says."""
    text = pod.annotations.get(FAILURES, "0")
    return int(text) if text.isdigit() else 0
