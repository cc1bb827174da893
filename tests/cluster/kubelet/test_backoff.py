"""Back-off: client-go util/flowcontrol/backoff_test.go, restated, and the times of a crash loop."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.cluster.kubelet.backoff import Backoff, describe
from tests.cluster.kubelet.stage import Stage, pod


def test_waits_double_up_to_the_longest() -> None:
    backoff = Backoff()
    waits = []
    for turn in range(7):
        backoff.next("key", turn * 10.0, turn * 10.0)
        waits.append(backoff.get("key"))
    assert waits == [10, 20, 40, 80, 160, 300, 300]


@pytest.mark.parametrize(
    ("idle", "wait"),
    [
        pytest.param(599.0, 20.0, id="below twice the longest wait it goes on"),
        pytest.param(601.0, 10.0, id="above it begins anew (TestBackoffReset)"),
    ],
)
def test_a_key_long_unused_begins_anew(idle: float, wait: float) -> None:
    backoff = Backoff()
    backoff.next("key", 0.0, 0.0)
    backoff.next("key", idle, idle)
    assert backoff.get("key") == wait


def test_the_wait_counts_from_the_event() -> None:
    """TestIsInBackOffSinceUpdate and IsInBackOffSince."""
    backoff = Backoff()
    assert not backoff.waits_since("key", 0.0, 0.0)
    backoff.next("key", 100.0, 100.0)
    assert backoff.waits_since("key", 100.0, 109.9)
    assert not backoff.waits_since("key", 100.0, 110.0)
    assert backoff.waits_since_update("key", 109.9)
    assert not backoff.waits_since_update("key", 110.0)


@given(st.lists(st.floats(0, 2000), max_size=30))
def test_waits_stay_within_bounds(pauses: list[float]) -> None:
    backoff, now = Backoff(), 0.0
    for pause in pauses:
        now += pause
        backoff.next("key", now, now)
        assert 10 <= backoff.get("key") <= 300


@pytest.mark.parametrize(("seconds", "text"), [(10, "10s"), (80, "1m20s"), (300, "5m0s"), (3600, "1h0m0s")])
def test_waits_read_as_go_prints_durations(seconds: float, text: str) -> None:
    assert describe(seconds) == text


def test_a_crash_loop_restarts_at_once_then_ever_later() -> None:
    """Waits of 0, 10, 20, 40, 80, 160, 300 s, each stretched by up to half, at most 30 s (recorded from Kubernetes)."""
    stage = Stage().run(1500.0, pod(scripts={"app": {"exitAfter": 2, "exitCode": 1}}))
    starts, ends = stage.times("started"), stage.times("ended")
    waits = [start - end for start, end in zip(starts[1:], ends, strict=False)]
    for wait, least in zip(waits, [0, 10, 20, 40, 80, 160, 300], strict=False):
        assert least <= wait <= least + max(2.0, min(least * 0.5 + 2, 32))
    assert stage.container()["restartCount"] == len(starts) - 1


def test_containers_of_one_pod_wait_for_themselves() -> None:
    scripts = {"app": {"exitAfter": 2, "exitCode": 1}, "side": {"exitAfter": 20, "exitCode": 1}}
    containers = [{"name": name, "image": "present/app:1"} for name in scripts]
    stage = Stage().run(60.0, pod(scripts=scripts, containers=containers))
    assert len(stage.times("started", "app")) > len(stage.times("started", "side")) > 1
