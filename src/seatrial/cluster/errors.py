"""What the API server answers when it refuses, by its reasons (apimachinery pkg/api/errors, Kubernetes 1.36)."""

from __future__ import annotations


class ApiError(Exception):
    """A refusal. `code` is the HTTP status that the real server answers with."""

    code = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(ApiError):
    """No such object."""

    code = 404


class AlreadyExists(ApiError):
    """The name is taken."""

    code = 409


class Conflict(ApiError):
    """The object was changed since it was read: the resourceVersion or uid given is not the present one."""

    code = 409


class Forbidden(ApiError):
    """Admission refuses, e.g. a quota."""

    code = 403


class Invalid(ApiError):
    """A field has a value that the server does not take."""

    code = 422


class TooManyRequests(ApiError):
    """An eviction that a disruption budget does not allow now."""

    code = 429
