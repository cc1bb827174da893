"""Container images (chapter 8): which one runs, and when it is pulled."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seatrial.checks import fixes
from seatrial.checks.rule import Breach, rule
from seatrial.checks.scene import Container, Scene, Workload

_UNRESOLVED = re.compile(r"://|\$[({]")
"""`ko://...` and `$(IMAGE)`: something puts the image's real name in later."""


def tag_of(image: str) -> str:
    """The tag, `latest` where none is named, "" where a digest pins the image (distribution reference grammar)."""
    name, at, _ = image.partition("@")
    if at:
        return ""
    _, colon, tag = name.rpartition("/")[2].partition(":")
    return tag if colon else "latest"


def _images(scene: Scene) -> Iterator[tuple[Workload, Container, str]]:
    for workload in scene.workloads:
        for container in workload.containers:
            image = container.spec.get("image")
            if isinstance(image, str) and image and not _UNRESOLVED.search(image):
                yield workload, container, image


@rule(
    "image-tag-floating",
    title="Images are pinned to a version",
    chapter=8,
    severity="warning",
    covers=("30",),
    why="With `latest`, or no tag at all, what runs depends on when each node pulled: two replicas run two versions, "
    "a restart "
    "is an upgrade, and there is nothing to roll back to.",
    how_to_fix="Name a version that never changes, or the image's digest.",
)
def image_tag_floating(scene: Scene) -> Iterator[Breach]:
    """Images without a tag or digest, or with the tag `latest`."""
    for workload, container, image in _images(scene):
        if tag_of(image) == "latest":
            yield Breach(
                workload.resource,
                f"{container.path}.image",
                f"container {container.name} runs {image}: which version that is depends on the day when the node "
                "pulled it",
                fixes.advice("name the version that was tested"),
                evidence={"image": image},
            )


@rule(
    "image-digest-missing",
    title="Images are pinned by digest",
    chapter=8,
    severity="note",
    covers=("31",),
    why="A tag can be pushed again with other content; a digest cannot.",
    how_to_fix="Add the digest: registry/name:tag@sha256:...",
    opt_in=True,
)
def image_digest_missing(scene: Scene) -> Iterator[Breach]:
    """Images without a digest; only where somebody asks for it."""
    for workload, container, image in _images(scene):
        if "@" not in image:
            yield Breach(
                workload.resource,
                f"{container.path}.image",
                f"container {container.name} runs {image}, not pinned by digest",
            )


@rule(
    "image-pull-policy",
    title="The pull policy suits the tag",
    chapter=8,
    severity="warning",
    covers=("32",),
    why="`Never` starts nothing on a node that happens not to have the image. `IfNotPresent` with a tag that moves "
    "keeps each "
    "node on the version that it pulled first.",
    how_to_fix="Leave imagePullPolicy out: Kubernetes takes IfNotPresent for a pinned tag and Always for latest.",
)
def image_pull_policy(scene: Scene) -> Iterator[Breach]:
    """`Never`; `IfNotPresent` with a floating tag."""
    for workload, container, image in _images(scene):
        policy = container.spec.get("imagePullPolicy")
        path = f"{container.path}.imagePullPolicy"
        if policy == "Never":
            message = f"container {container.name} never pulls {image}: on a node without it the pod does not start"
        elif policy == "IfNotPresent" and tag_of(image) == "latest":
            message = (
                f"container {container.name} pulls {image} only once on each node: nodes stay on different versions"
            )
        else:
            continue
        yield Breach(
            workload.resource, path, message, fixes.removing(workload.resource, "leave the policy to Kubernetes", path)
        )
