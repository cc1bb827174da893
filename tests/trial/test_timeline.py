"""Steps and spans: pods and requests of one workload in one list."""

from __future__ import annotations

import pytest

from seatrial.cluster.traffic.flow import Flow
from seatrial.trial.recorder import Counts
from seatrial.trial.timeline import Step, spans, steps_of


def flow(*steps: tuple[float, float, float]) -> Flow:
    made = Flow("w", ("shop", "web"), "app", 10.0, 0.1)
    made.steps.extend(steps)
    return made


def test_pods_and_requests_meet_in_one_list() -> None:
    counts = Counts(steps=[(0.0, 2, 0, 0), (12.0, 1, 1, 0), (20.0, 2, 0, 0)])
    found = steps_of(counts, [flow((100.0, 10.0, 0.0), (113.0, 5.0, 5.0))], begin=100.0)
    assert found == [
        (0.0, 2, 0, 0, 10.0, 0.0),
        (12.0, 1, 1, 0, 10.0, 0.0),
        (13.0, 1, 1, 0, 5.0, 5.0),
        (20.0, 2, 0, 0, 5.0, 5.0),
    ]


def test_flows_of_several_services_add_up() -> None:
    found = steps_of(None, [flow((0.0, 10.0, 0.0)), flow((0.0, 0.0, 4.0))], begin=0.0)
    assert found == [(0.0, 0, 0, 0, 10.0, 4.0)]


STEPS: list[Step] = [
    (0.0, 1, 0, 0, 10.0, 0.0),
    (5.0, 0, 1, 0, 0.0, 10.0),
    (7.0, 0, 0, 1, 0.0, 10.0),
    (9.0, 1, 0, 0, 5.0, 5.0),
    (12.0, 1, 0, 0, 10.0, 0.0),
    (30.0, 0, 0, 0, 0.0, 10.0),
]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("down", [(5.0, 9.0), (30.0, 40.0)]),
        ("failing", [(5.0, 12.0), (30.0, 40.0)]),
        ("unready", [(5.0, 9.0), (30.0, 40.0)]),
    ],
)
def test_spans_that_touch_are_one(wanted: str, expected: list[tuple[float, float]]) -> None:
    assert spans(STEPS, 40.0, wanted=wanted) == expected
