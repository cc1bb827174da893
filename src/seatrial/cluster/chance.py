"""The cluster's only source of chance: a seeded generator, so that equal seeds give equal runs."""

from __future__ import annotations

from random import Random

SAFE_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
"""The alphabet of generated names (apimachinery util/rand)."""


class Chance:
    """Random choices of one cluster. Copies made by `copy.deepcopy` go on independently from the same state."""

    def __init__(self, seed: int = 0) -> None:
        self._random = Random(seed)

    def suffix(self, length: int = 5) -> str:
        """Letters for a generated name, e.g. `x7k2p`."""
        return "".join(self._random.choices(SAFE_LETTERS, k=length))

    def uid(self) -> str:
        """A UUID of version 4."""
        return uid_of(self.bits())

    def bits(self) -> int:
        """What a UUID is made of, for those who write it out later."""
        return self._random.getrandbits(128)

    def between(self, low: float, high: float) -> float:
        """A number from `low` to `high`, evenly."""
        return self._random.uniform(low, high)

    def jitter(self, duration: float, factor: float) -> float:
        """`duration` stretched by up to `factor` of itself (wait.Jitter)."""
        return duration * (1 + self._random.random() * factor)

    def below(self, bound: int) -> int:
        """A whole number from 0 to `bound` - 1."""
        return self._random.randrange(bound)


def uid_of(bits: int) -> str:
    """The UUID of version 4 with these random bits."""
    bits = bits & ~(0xF << 76) | (4 << 76)
    bits = bits & ~(0x3 << 62) | (2 << 62)
    text = f"{bits:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
