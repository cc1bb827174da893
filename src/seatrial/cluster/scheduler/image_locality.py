"""ImageLocality: nodes that have the images already are better (plugins/imagelocality, 1.36)."""

from __future__ import annotations

import numpy as np

from seatrial.cluster.scheduler.framework import MAX_NODE_SCORE, Ints, NodeScorer, Reach, ScorePlugin, Where
from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.cluster.scheduler.snapshot import Snapshot

MEBIBYTE = 1024 * 1024
LEAST = 23 * MEBIBYTE
"""Images below this make no difference."""
MOST_PER_CONTAINER = 1000 * MEBIBYTE


class ImageLocality(ScorePlugin):
    """Score."""

    name = "ImageLocality"

    def pre_score(self, pod: PodInfo, snapshot: Snapshot) -> NodeScorer:
        """Sum up the sizes of the pod's images on each node, each scaled by how widely it is spread already."""
        total = len(snapshot)
        sums: Ints = np.zeros(total, dtype=np.int64)
        for image in pod.images:
            state = snapshot.facts.images.get(image)
            if state is not None:
                sums[state.slots] += int(float(state.size) * (len(state.slots) / total))
        return ImageScorer(sums, len(pod.images))


class ImageScorer(NodeScorer):
    """The more bytes need not be pulled, the better."""

    reach = Reach.NODE

    def __init__(self, sums: Ints, containers: int) -> None:
        most = MOST_PER_CONTAINER * containers
        self._scores = MAX_NODE_SCORE * (np.clip(sums, LEAST, most) - LEAST) // (most - LEAST)

    def scores(self, where: Where) -> Ints:
        """From 0 (nothing worth mentioning is there) to 100."""
        return self._scores[where]
