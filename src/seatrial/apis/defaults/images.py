"""When an image is pulled, by default (pkg/util/parsers.ParseImageName, Kubernetes 1.36)."""

from __future__ import annotations


def pull_policy(image: str) -> str:
    """`Always` for the tag `latest` or none at all, else `IfNotPresent` (parsers.ParseImageName)."""
    name, at, _ = image.partition("@")
    _, colon, tag = name.rpartition("/")[2].partition(":")
    if tag == "latest" or (image and not colon and not at):
        return "Always"
    return "IfNotPresent"
