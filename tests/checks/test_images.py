"""Tags and pull policies."""

from __future__ import annotations

import pytest

from seatrial.checks.images import tag_of
from tests.checks.scenes import container, found, workload


@pytest.mark.parametrize(
    ("image", "tag"),
    [
        ("nginx", "latest"),
        ("nginx:latest", "latest"),
        ("nginx:1.29", "1.29"),
        ("registry.example.com:5000/web", "latest"),
        ("registry.example.com:5000/web:2", "2"),
        ("web@sha256:" + "ab" * 32, ""),
        ("web:latest@sha256:" + "ab" * 32, ""),
    ],
)
def test_the_tag_of_an_image(image: str, tag: str) -> None:
    assert tag_of(image) == tag


@pytest.mark.parametrize(("image", "count"), [("ko://example.com/web", 0), ("$(IMAGE)", 0), ("web", 1), ("web:2", 0)])
def test_names_that_something_puts_in_later_are_not_judged(image: str, count: int) -> None:
    assert len(found("image-tag-floating", workload(containers=[container(image=image)]))) == count


@pytest.mark.parametrize(
    ("image", "policy", "count"),
    [
        ("web:2", None, 0),
        ("web:2", "IfNotPresent", 0),
        ("web:2", "Always", 0),
        ("web:2", "Never", 1),
        ("web", "IfNotPresent", 1),
        ("web", "Always", 0),
    ],
)
def test_the_policy_suits_the_tag(image: str, policy: str | None, count: int) -> None:
    fields = {"image": image} if policy is None else {"image": image, "imagePullPolicy": policy}
    assert len(found("image-pull-policy", workload(containers=[container(**fields)]))) == count
