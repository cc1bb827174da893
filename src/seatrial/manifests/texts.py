"""The texts of the files that were read, by the names in places; kept only where they could not be read again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from seatrial.manifests import documents


class Texts(Mapping[str, str]):
    """File name to text. Standard input and rendered output are kept; files are read again when somebody asks."""

    def __init__(self, files: Iterable[str] = (), kept: Mapping[str, str] | None = None) -> None:
        self._texts: dict[str, str | None] = {**dict.fromkeys(files), **(kept or {})}

    def __getitem__(self, file: str) -> str:
        text = self._texts[file]
        if text is None:
            try:
                with open(file, "rb") as stream:
                    text = documents.decode(stream.read())
            except OSError:
                text = ""  # gone since it was read: its lines cannot be shown any more
            self._texts[file] = text
        return text

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)
