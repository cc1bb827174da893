"""Where something stands: file, document, line, column. Lines and columns count from 1, as editors do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A point in a file. `file` is as the user named it (`-` for standard input); line 0 means the whole file.

    `live` marks an object of a live cluster, which `file` names and which has no lines.
    """

    file: str
    line: int = 0
    column: int = 0
    document: int = 0
    live: bool = False

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"
