"""Paths inside volumes and on hosts (pkg/apis/core/validation, Kubernetes 1.36)."""

from __future__ import annotations

from typing import Any

from seatrial.apis.violations import Errors

MODE_MESSAGE = "must be a number between 0 and 0777 (octal), both inclusive"


def no_backsteps(value: str, path: str, errors: Errors) -> None:
    """`validatePathNoBacksteps.`"""
    if ".." in value and ".." in value.split("/"):
        errors.invalid(path, value, "must not contain '..'")


def local_descending(value: str, path: str, errors: Errors) -> None:
    """`validateLocalDescendingPath`: relative, and never up."""
    if value.startswith("/"):
        errors.invalid(path, value, "must be a relative path")
    no_backsteps(value, path, errors)


def local_non_reserved(value: str, path: str, errors: Errors) -> None:
    """ValidateLocalNonReservedPath: does not begin with '..' either."""
    local_descending(value, path, errors)
    if value.startswith("..") and not value.startswith("../"):
        errors.invalid(path, value, "must not start with '..'")


def file_mode(value: Any, path: str, errors: Errors) -> None:
    """A file mode; null is fine."""
    if value is not None and not 0 <= value <= 0o777:
        errors.invalid(path, value, MODE_MESSAGE)
