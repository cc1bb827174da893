"""Regular expressions as Go has them: RE2, whose time grows with the text and never with the pattern's traps."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2


class BadRegex(ValueError):
    """A text is no regular expression. The text says why."""


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> Any:
    """A compiled regular expression.

    Raises:
        BadRegex: where the text is none.
    """
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError) as error:
        reason = error.args[0] if isinstance(error, re2.error) and error.args else "invalid UTF-8"
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise BadRegex(f"error parsing regexp: {text}") from None
