"""Findings that a team has decided to live with: an annotation at the object itself says which, and why.

    metadata:
      annotations:
        seatrial.dev/ignore: "single-replica, pre-stop-missing: the app drains on SIGTERM"

Rule ids are separated by commas; what follows the colon is the reason. It stands on the object, or on its pod template.
"""

from __future__ import annotations

from seatrial.manifests.resources import Resource
from seatrial.manifests.workloads import pod_template

IGNORE = "seatrial.dev/ignore"


def ignored(resource: Resource) -> frozenset[str]:
    """The ids of the rules that the resource says to ignore."""
    template = pod_template(resource)
    texts = [resource.object.annotations.get(IGNORE), template.annotations.get(IGNORE) if template else None]
    return frozenset(
        rule.strip()
        for text in texts
        if isinstance(text, str)
        for rule in text.partition(":")[0].split(",")
        if rule.strip()
    )
