"""What is wrong with a fleet as a user wrote it, told in one line."""

from __future__ import annotations

from seatrial.manifests.places import Place


class FleetError(ValueError):
    """A fleet that cannot be read; the text is `FILE:LINE: what; what to do`, the place only where there is a file."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        self.place = place
        super().__init__(f"{place.file}:{place.line}: {message}" if place else message)
