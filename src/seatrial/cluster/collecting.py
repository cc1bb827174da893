"""Less often looking for cycles of garbage while a cluster lives.

A cluster makes millions of small objects, nearly all of which stay, and few cycles: pods that are through. Python's
collector would walk the young ones after every 700 and everything anew with every quarter more; measured on 2,000
pods, that takes a tenth of the time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

THRESHOLDS = (20_000, 10, 20)
"""Objects until a look at the young ones, and such looks until one at the older ones (gc.set_threshold)."""


@contextmanager
def rarely() -> Iterator[None]:
    """Let the collector of cycles look rarely; as it was before, afterwards."""
    before = gc.get_threshold()
    if before[0] == 0 or before[0] >= THRESHOLDS[0]:
        yield  # it rests, or looks rarely already
        return
    gc.set_threshold(*THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
