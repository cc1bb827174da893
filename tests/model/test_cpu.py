"""CPU limits: how long work takes when it is let run for a part of each tenth of a second only."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.model.cpu import PERIOD, most_per_second, wall_seconds


@pytest.mark.parametrize(
    ("cpu", "limit", "seconds"),
    [
        pytest.param(0.2, math.inf, 0.2, id="no limit"), pytest.param(0.2, 1.0, 0.2, id="a thread uses one core"),
        pytest.param(0.2, 2.0, 0.2, id="more than a core"), pytest.param(0.02, 0.2, 0.02, id="within the quota"),
        pytest.param(0.04, 0.2, 0.12, id="twice the quota"), pytest.param(0.05, 0.2, 0.21, id="two waits and a half"),
        pytest.param(0.2, 0.5, 0.35, id="half a core"), pytest.param(0.0, 0.1, 0.0, id="no work"),
        pytest.param(0.002, 0.001, 0.101, id="the kernel gives a millisecond at least"),
    ],
)  # fmt: skip
def test_work_under_a_limit(cpu: float, limit: float, seconds: float) -> None:
    assert wall_seconds(cpu, limit) == pytest.approx(seconds)


@given(st.floats(0.001, 10), st.floats(0.01, 4))
def test_a_limit_never_gives_more_than_its_share(cpu: float, limit: float) -> None:
    taken = wall_seconds(cpu, limit)
    assert taken >= cpu - 1e-9
    assert taken <= cpu / min(limit, 1.0) + PERIOD
    assert cpu <= (taken // PERIOD + 1) * limit * PERIOD + 1e-6 or limit >= 1


@pytest.mark.parametrize(("cpu", "limit", "most"), [(0.02, 0.5, 25), (0.02, math.inf, math.inf), (0, 0.5, math.inf)])
def test_what_a_limit_serves(cpu: float, limit: float, most: float) -> None:
    assert most_per_second(cpu, limit) == most
