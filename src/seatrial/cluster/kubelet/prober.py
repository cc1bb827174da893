"""The workers that probe a pod's containers, one a probe (pkg/kubelet/prober/worker.go, prober_manager.go, 1.36).

A worker ticks with its own period from the moment the pod was set up. Here only those ticks are timers that can change
something: a worker that must wait for its container, or whose process goes on giving the same good answer, sleeps and
is woken (`wake`) or computes the first tick that matters. What comes out is the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from seatrial.cluster.clock import Timer
from seatrial.cluster.kubelet import probing, reports
from seatrial.cluster.kubelet.containers import Run
from seatrial.cluster.kubelet.pod_actions import ProbeType
from seatrial.cluster.kubelet.probing import Outcome
from seatrial.cluster.kubelet.restart_rules import restarts
from seatrial.cluster.kubelet.status import TERMINAL
from seatrial.model.objects import Object

if TYPE_CHECKING:
    from seatrial.cluster.kubelet.pod_worker import PodWorker

MANUAL = 0.003
"""Seconds from a sync that finds a container unready to the probe that it triggers."""
CANCELED = "rpc error: code = Canceled desc = context canceled"
TITLES: dict[ProbeType, str] = {"liveness": "Liveness", "readiness": "Readiness", "startup": "Startup"}
INITIAL: dict[ProbeType, bool | None] = {"liveness": True, "readiness": False, "startup": None}
"""What counts as found before the first probe; None: nothing."""
NEVER = float("inf")


class ProbeWorker:
    """One probe of one container."""

    __slots__ = (
        "_base", "_busy", "_clock", "_container", "_container_id", "_kubelet", "_last", "_on_hold", "_period", "_pod",
        "_probe", "_run_length", "_stopped", "_timer", "_triggered", "has_exited", "kind", "name",
    )  # fmt: skip

    def __init__(self, pod: PodWorker, container: Mapping[str, Any], kind: ProbeType) -> None:
        self._pod = pod
        self._kubelet = pod.kubelet
        self._clock = pod.kubelet.clock
        self._container = Object(container)  # shared by forks
        self.name = str(container["name"])
        self.kind = kind
        self._probe = Object(probing.with_port_number(container[f"{kind}Probe"], container))
        self._period = float(self._probe.get("periodSeconds") or 10)
        self._base = self._clock.now
        self._container_id = ""
        self._on_hold = False
        self._last: str | None = None
        self._run_length = 0
        self._timer: Timer | None = None
        self._busy = False
        self._stopped = False
        self._triggered = False
        self.has_exited = False
        """Whether its container has ended for good."""

    def wake(self) -> None:
        """What the worker looks at has changed: from the next tick on it looks again."""
        if not self._busy and not self._stopped and not self._triggered:
            self._sleep_until(self._next_tick(self._clock.now))

    def trigger(self) -> None:
        """Probe at once, and count the ticks from there (manualTriggerCh)."""
        if not self._stopped and not self._triggered:
            self._triggered = True
            if not self._busy:
                self._sleep_until(self._clock.now + MANUAL)

    @property
    def is_quiet(self) -> bool:
        """Whether no look is due."""
        return self._timer is None and not self._busy

    def stop(self) -> None:
        """No more probes."""
        self._stopped = True
        self._sleep_until(NEVER)

    def _next_tick(self, now: float) -> float:
        """The first tick after `now`."""
        return self._base + (math.floor((now - self._base) / self._period + 1e-9) + 1) * self._period

    def _first_tick_from(self, time: float) -> float:
        """The first tick at or after `time`."""
        return self._base + math.ceil((time - self._base) / self._period - 1e-9) * self._period

    def _sleep_until(self, time: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if time != NEVER:
            self._timer = self._clock.at(time, self._tick)

    def _tick(self) -> None:
        self._timer = None
        if self._triggered:
            self._triggered = False
            self._base = self._clock.now
        self._look()
        self._pod.rest()

    def _look(self) -> None:
        """One round of doProbe: probe, or find out how long there is nothing to probe."""
        if (self._pod.shown or {}).get("phase") in TERMINAL:
            return self.stop()
        status = self._pod.shown_container(self.name)
        if status is None or not status.get("containerID"):
            return self._sleep_until(NEVER)
        container_id = str(status["containerID"])
        if container_id != self._container_id:
            self._pod.probes.forget(self.kind, self._container_id)
            self._container_id = container_id
            self._on_hold = False
            self._set(INITIAL[self.kind])
        if self._on_hold:
            return self._sleep_until(NEVER)
        run = self._kubelet.find_run(self._pod.uid, container_id)
        if "running" not in status["state"] or run is None:
            self._set(False)
            terminated = status["state"].get("terminated")
            if terminated and not restarts(self._container, self._pod.pod.spec, int(terminated.get("exitCode", 0))):
                self.has_exited = True
                return self.stop()
            return self._sleep_until(NEVER)
        return self._probe_running(bool(status.get("started")), run)

    def _probe_running(self, started: bool, run: Run) -> None:
        now = self._clock.now
        begins = int(run.status.started_at) + int(self._probe.get("initialDelaySeconds") or 0)
        if now < begins:
            return self._sleep_until(self._first_tick_from(begins))
        if started == (self.kind == "startup"):
            return self._sleep_until(NEVER)
        if self._pod.termination_requested and self._probe.get("exec"):
            # The worker's context ended with the pod's: nothing runs in the container, and nothing is learnt.
            self._tell(f"{TITLES[self.kind]} probe errored and resulted in unknown state: {CANCELED}")
            return self._sleep_until(self._next_tick(now))
        process = run.process if run.status.running else None  # it may have ended, and the kubelet not know yet
        outcome = probing.run(self._probe, process, self._pod.ip, now - run.status.started_at)
        if outcome.result == "unknown":
            self._tell(f"{TITLES[self.kind]} probe errored and resulted in unknown state: {outcome.message}")
            return self._sleep_until(self._next_tick(now))
        if outcome.seconds:
            self._busy = True
            self._clock.after(outcome.seconds, self._answered, outcome, run, now)
            return None
        return self._conclude(outcome, run)

    def _answered(self, outcome: Outcome, run: Run, since: float) -> None:
        """A slow probe is over: one of the ticks that it missed is made up at once."""
        self._busy = False
        if self._stopped:
            return
        self._conclude(outcome, run)
        if not self._stopped and (self._triggered or self._next_tick(since) <= self._clock.now):
            self._sleep_until(self._clock.now + MANUAL)

    def _conclude(self, outcome: Outcome, run: Run) -> None:
        """Count what came out, and report it once it came out often enough."""
        good = outcome.result != "failure"
        if not good:
            self._tell(f"{TITLES[self.kind]} probe failed: {outcome.message}")
        elif outcome.result == "warning":
            self._tell(f"{TITLES[self.kind]} probe warning: {outcome.message}", reason="ProbeWarning")
        self._run_length = self._run_length + 1 if self._last == outcome.result else 1
        self._last = outcome.result
        threshold = int(self._probe.get("successThreshold" if good else "failureThreshold") or (1 if good else 3))
        settled = self._run_length >= threshold
        self._sleep_until(self._next_look(good and settled, run))
        if not settled:
            return
        if self.kind != "readiness" and not good:
            self._on_hold = True
            self._run_length = 0
            self._sleep_until(NEVER)
        self._set(good)

    def _next_look(self, good: bool, run: Run) -> float:
        """The first tick at which something else may come out."""
        now = self._clock.now
        if not good or run.process is None or self._last == "warning":
            return self._next_tick(now)
        until = run.status.started_at + probing.steady_until(self._probe, run.process, now - run.status.started_at)
        if run.end is not None:
            until = min(until, run.end.time)
        return NEVER if until == NEVER else max(self._next_tick(now), self._first_tick_from(until))

    def _set(self, result: bool | None) -> None:
        self._pod.probes.set(self.kind, self._container_id, result)

    def _tell(self, message: str, reason: str = "Unhealthy") -> None:
        reports.warning(self._kubelet, self._pod.pod, reason, message, self.name)
