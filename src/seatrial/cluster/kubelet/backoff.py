"""Growing waits: the crash loop's and the image pulls' (client-go util/flowcontrol/backoff.go, Kubernetes 1.36)."""

from __future__ import annotations

FIRST, LONGEST = 10.0, 300.0
"""Seconds: 10, 20, 40, 80, 160, 300 (MaxContainerBackOff)."""


class Backoff:
    """Waits by key, doubling with each use."""

    def __init__(self, first: float = FIRST, longest: float = LONGEST) -> None:
        self._first = first
        self._longest = longest
        self._entries: dict[str, tuple[float, float]] = {}

    def get(self, key: str) -> float:
        """The present wait of a key, 0 where it has none."""
        return self._entries.get(key, (0.0, 0.0))[0]

    def next(self, key: str, event: float, now: float) -> None:
        """Note another failure at `event`: the wait begins, or doubles. A key long unused begins anew."""
        wait, used = self._entries.get(key, (0.0, 0.0))
        wait = self._first if not wait or self._expired(event, used) else min(wait * 2, self._longest)
        self._entries[key] = (wait, now)

    def waits_since(self, key: str, event: float, now: float) -> bool:
        """Whether the wait that began at `event` still lasts (IsInBackOffSince)."""
        wait, used = self._entries.get(key, (0.0, 0.0))
        return bool(wait) and not self._expired(event, used) and now - event < wait

    def waits_since_update(self, key: str, now: float) -> bool:
        """Whether the wait that began when the key was last used still lasts (IsInBackOffSinceUpdate)."""
        wait, used = self._entries.get(key, (0.0, 0.0))
        return bool(wait) and not self._expired(now, used) and now - used < wait

    def forget(self, prefix: str) -> None:
        """Drop the keys of a pod that is gone."""
        for key in [key for key in self._entries if key.startswith(prefix)]:
            del self._entries[key]

    def _expired(self, event: float, used: float) -> bool:
        # Stable when nothing happened for twice the longest wait.
        return event - used > 2 * self._longest


def describe(seconds: float) -> str:
    """A wait as Go prints a duration: 10s, 1m20s, 5m0s."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m{rest}s"
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
