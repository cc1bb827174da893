"""Leases and their candidates (pkg/apis/coordination/validation, Kubernetes 1.36)."""

from __future__ import annotations

import re

from seatrial.apis.validation import formats
from seatrial.apis.validation.metadata import object_meta
from seatrial.apis.validation.reading import Fields, struct, text
from seatrial.apis.violations import Errors

STRATEGY = "OldestEmulationVersion"
_NUMBER = "(0|[1-9][0-9]*)"
_PART = r"(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
SEMANTIC_VERSION = re.compile(
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-{_PART}(\.{_PART})*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?"
)
"""`semver.Parse` of github.com/blang/semver/v4."""


def lease(obj: Fields, errors: Errors) -> None:
    """ValidateLease; the fields of CoordinatedLeaderElection, which is off, are dropped."""
    object_meta(obj, errors)
    spec = struct(obj, "spec")
    seconds, transitions = spec.get("leaseDurationSeconds"), spec.get("leaseTransitions")
    if seconds is not None and seconds <= 0:
        errors.invalid("spec.leaseDurationSeconds", seconds, "must be greater than 0")
    if transitions is not None and transitions < 0:
        errors.invalid("spec.leaseTransitions", transitions, "must be greater than or equal to 0")


def lease_candidate(obj: Fields, errors: Errors) -> None:
    """ValidateLeaseCandidate."""
    object_meta(obj, errors, formats.config_key)
    spec = struct(obj, "spec")
    binary, emulated, strategy = (text(spec, name) for name in ("binaryVersion", "emulationVersion", "strategy"))
    for name in ("leaseName", "binaryVersion", "strategy"):
        if not text(spec, name):
            errors.required(f"spec.{name}")
    for name, value in (("emulationVersion", emulated), ("binaryVersion", binary)):
        if value and not SEMANTIC_VERSION.fullmatch(value):
            errors.invalid(f"spec.{name}", value, "must be a valid semantic version")
    if binary and emulated and _order(binary) < _order(emulated):
        errors.invalid("spec.binaryVersion", binary, "must be greater than or equal to `emulationVersion`")
    if strategy == STRATEGY and _order(emulated) == (0, 0, 0):
        detail = f"must be specified when `strategy` is '{STRATEGY}'"
        errors.required("spec.emulationVersion", detail)
    if strategy:
        _strategy(strategy, errors)


def _order(version: str) -> tuple[int, ...]:
    """Major, minor and patch; zeros of what is no version."""
    if not SEMANTIC_VERSION.fullmatch(version):
        return (0, 0, 0)
    return tuple(int(part) for part in re.split("[-+]", version, maxsplit=1)[0].split("."))


def _strategy(strategy: str, errors: Errors) -> None:
    """ValidateCoordinatedLeaseStrategy; upstream names the field twice."""
    path = "spec.strategy.strategy"
    if "/" in strategy:
        errors.invalids(path, strategy, formats.qualified_name(strategy))
    elif strategy != STRATEGY:
        errors.not_supported(path, strategy, (STRATEGY,))
