"""Field names as identifiers of CEL: `a-b` is `a__dash__b` in a rule (apiserver pkg/cel/escaping.go, 1.36)."""

from __future__ import annotations

import re

RESERVED = frozenset(
    {
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import",
        "let", "loop", "package", "namespace", "return", "var", "void", "while",
    }
)  # fmt: skip
"""Words that CEL keeps for itself; as names of fields they are written `__namespace__`."""

_ESCAPED = {"__": "__underscores__", ".": "__dot__", "-": "__dash__", "/": "__slash__"}
_UNESCAPED = {escaped[2:-2]: plain for plain, escaped in _ESCAPED.items()}
_NAME = re.compile(r"[A-Za-z_./-][A-Za-z0-9_./-]*")
_TO_ESCAPE = re.compile(r"__|[-./]")
_ESCAPE = re.compile(r"__[^_]+__")


def escape(name: str) -> str | None:
    """The identifier for a field, None where it can have none."""
    if name in RESERVED:
        return f"__{name}__"
    if not _NAME.fullmatch(name):
        return None
    return _TO_ESCAPE.sub(lambda found: _ESCAPED[found[0]], name)


def unescape(identifier: str) -> str | None:
    """The field that an identifier names, None where it holds an escape that nobody knows."""
    known = True

    def plain(found: re.Match[str]) -> str:
        nonlocal known
        word = found[0][2:-2]
        if word in _UNESCAPED:
            return _UNESCAPED[word]
        known = known and word in RESERVED and found[0] == identifier
        return word

    name = _ESCAPE.sub(plain, identifier)
    return name if known else None
