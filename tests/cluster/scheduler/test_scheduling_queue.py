"""The queue: order, back-off, waking and time limits, as in scheduling_queue_test.go."""

from __future__ import annotations

from seatrial.cluster.scheduler.pod_info import PodInfo
from seatrial.cluster.scheduler.scheduling_queue import QueuedPod, SchedulingQueue
from seatrial.model.objects import Object
from tests.cluster.scheduler.making import pod

FIT = frozenset({"NodeResourcesFit"})


def add(queue: SchedulingQueue, name: str, now: float, priority: int = 0, *, gated: bool = False) -> Object:
    made = pod(name, priority=priority)
    queue.add(made, PodInfo(made), now, gated=gated)
    return made


def names(queue: SchedulingQueue, now: float) -> list[str]:
    popped = iter(lambda: queue.pop(now), None)
    return [queued.pod.name for queued in popped]


def refused(queue: SchedulingQueue, now: float) -> QueuedPod:
    """Pop a pod and put it back as unschedulable."""
    queued = queue.pop(now)
    assert queued is not None
    queue.unschedulable(queued, FIT, now)
    return queued


def test_priority_goes_before_age_and_age_before_anything_else() -> None:
    queue = SchedulingQueue()
    add(queue, "old", 0.0)
    add(queue, "important", 2.0, priority=10)
    add(queue, "young", 1.0)
    assert names(queue, 3.0) == ["important", "old", "young"]


def test_gated_and_deleted_pods_are_not_popped() -> None:
    queue = SchedulingQueue()
    add(queue, "gated", 0.0, gated=True)
    gone = add(queue, "gone", 0.0)
    queue.delete(gone.key)
    assert names(queue, 1.0) == []
    assert len(queue) == 1


def test_an_unschedulable_pod_waits_for_an_event_that_concerns_its_plugins() -> None:
    queue = SchedulingQueue()
    add(queue, "p", 0.0)
    queued = refused(queue, 0.0)
    assert queue.groups() == [(queued.info, FIT)]
    queue.wake((queued.info, frozenset({"TaintToleration"})), 5.0)
    assert names(queue, 5.0) == []
    queue.wake((queued.info, FIT), 5.0)
    assert names(queue, 5.0) == ["p"]


def test_back_off_doubles_from_one_to_ten_seconds() -> None:
    queue = SchedulingQueue(idle_pops=False)
    add(queue, "p", 0.0)
    now, waits = 0.0, []
    for _ in range(6):
        queued = refused(queue, now)
        queue.wake((queued.info, FIT), now)
        then = queue.next_time(now)
        waits.append(then - now)
        now = then
    assert waits == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]


def test_an_idle_scheduler_takes_pods_before_their_back_off_ends() -> None:
    queue = SchedulingQueue()
    add(queue, "p", 0.0)
    queued = refused(queue, 0.0)
    queue.wake((queued.info, FIT), 0.1)
    assert queue.next_time(0.1) == 0.1
    assert names(queue, 0.1) == ["p"]


def test_pods_that_could_not_be_bound_wait_their_back_off_out() -> None:
    queue = SchedulingQueue()
    add(queue, "p", 0.0)
    queued = queue.pop(0.0)
    assert queued is not None
    queue.failed(queued, 0.0)
    assert names(queue, 0.5) == []
    assert queue.next_time(0.5) == 1.0
    assert names(queue, 1.0) == ["p"]


def test_after_five_minutes_a_pod_is_tried_again_at_the_next_half_minute() -> None:
    queue = SchedulingQueue()
    add(queue, "p", 10.0)
    refused(queue, 10.0)
    assert queue.next_time(10.0) == 330.0
    queue.flush_unschedulable(309.0)
    assert names(queue, 309.0) == []
    queue.flush_unschedulable(330.0)
    assert names(queue, 330.0) == ["p"]


def test_a_changed_pod_starts_afresh() -> None:
    queue = SchedulingQueue()
    add(queue, "p", 0.0)
    refused(queue, 0.0)
    add(queue, "p", 0.5, priority=1)
    queued = queue.pop(0.5)
    assert queued is not None
    assert (queued.attempts, queued.info.priority) == (1, 1)
