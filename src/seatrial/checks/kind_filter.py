"""Kinds that a user wants left out or refused, as kubeconform's -skip and -reject take them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KindFilter:
    """`skipped` and `rejected` hold kinds (`Secret`) or versioned ones (`apps/v1/Deployment`)."""

    skipped: frozenset[str] = frozenset()
    rejected: frozenset[str] = frozenset()
    ignore_missing_schemas: bool = True

    @classmethod
    def of(cls, skip: str, reject: str, *, ignore_missing_schemas: bool = True) -> KindFilter:
        """A filter from two comma-separated lists."""
        return cls(_names(skip), _names(reject), ignore_missing_schemas)

    def skips(self, api_version: str, kind: str) -> bool:
        """Whether a resource is left out."""
        return bool(self.skipped) and (kind in self.skipped or f"{api_version}/{kind}" in self.skipped)

    def rejects(self, api_version: str, kind: str) -> bool:
        """Whether a resource is refused for its kind alone."""
        return bool(self.rejected) and (kind in self.rejected or f"{api_version}/{kind}" in self.rejected)


def _names(listed: str) -> frozenset[str]:
    return frozenset(filter(None, (name.strip() for name in listed.split(","))))


EVERYTHING = KindFilter()
"""Leaves nothing out and refuses nothing."""
