"""What keeps a cluster from being read at all."""

from __future__ import annotations

from seatrial.manifests.sources import InputError


class ClusterError(InputError):
    """The cluster cannot be read. The text is one line: which cluster, what, and what to do."""
