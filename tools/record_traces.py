"""Records what the controllers of a real cluster do in the scenarios that `seatrial replay` plays.

    .venv/bin/python -m tools.record_traces --context kind-record --out build/traces SCENARIO.json[.gz] ...

Everything goes through `kubectl proxy`. The scenario's nodes are made up: this program is their kubelet, the very one
that the replay uses, so that pods behave as their annotations say. See docs/recording.md.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from seatrial.model.objects import Object
from seatrial.trial.replay import controllers
from seatrial.trial.replay.controllers_rows import Row, Watch
from seatrial.trial.replay.scripted_kubelet import LEASES, ScriptedKubelets
from tools.recording.client import Client, Proxy, Refused
from tools.recording.metrics_api import MetricsApi
from tools.recording.mirror import Mirror
from tools.recording.steps import RealSteps

PROMPT = (0.0, 0.0)
"""The made-up kubelets are as late as requests and this machine make them, and no later."""
Case = dict[str, Any]


class Recorder:
    """Plays scenarios on a real cluster, several at a time, each in a namespace of its own."""

    def __init__(self, client: Client, mirror: Mirror, out: Path, at_once: int, gap: float) -> None:
        self._client = client
        self._mirror = mirror
        self._out = out
        self._at_once = at_once
        self._gap = gap
        self._kubelets = ScriptedKubelets(mirror, PROMPT, PROMPT)
        self._version = client.request("GET", "/version")["gitVersion"]
        self._waiting: deque[Mapping[str, Any]] = deque()
        self._playing = 0
        self.failed: list[str] = []
        """Names of the scenarios that the API server refused a step of."""

    def record(self, scenarios: Sequence[Mapping[str, Any]]) -> None:
        """Play all of them; each leaves a file once it is over."""
        shared = controllers.nodes({})
        self._waiting.extend(scenarios)
        self._kubelets.start()
        self._mirror.follow()
        for node in shared:
            self._kubelets.register(node)
        for _ in range(self._at_once):
            self._next()
        try:
            while self._waiting or self._playing:
                self._mirror.step()
        finally:
            self._take_away(shared)
            self._mirror.writes.finish()

    def _next(self) -> None:
        """Begin with the next scenario, a gap after the one before so that they do not all want something at once."""
        if self._waiting:
            scenario = self._waiting.popleft()
            self._mirror.clock.after(self._playing * self._gap, self._prepare, scenario)
            self._playing += 1

    def _prepare(self, scenario: Mapping[str, Any]) -> None:
        namespace = f"rec-{scenario['name']}"
        self._mirror.namespaces.add(namespace)
        given = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
        with contextlib.suppress(Refused):  # it is there already
            self._client.request("POST", self._client.path("Namespace", ""), given)
        for node in _own_nodes(scenario):
            self._kubelets.register(node)
        self._mirror.clock.after(controllers.NODES_BEFORE, self._begin, scenario, namespace)

    def _begin(self, scenario: Mapping[str, Any], namespace: str) -> None:
        clock = self._mirror.clock
        watch = Watch(self._mirror, namespace)
        steps = RealSteps(self._client, self._mirror, self._kubelets, watch, namespace)
        began, begin = time.monotonic(), clock.now
        for step in ({"at": 0, "do": "apply", "objects": scenario["objects"]}, *scenario["steps"]):
            clock.at(begin + float(step["at"]), self._do, steps, step, scenario["name"])
        clock.at(begin + float(scenario["seconds"]), self._end, scenario, watch.rows, began)

    def _do(self, steps: RealSteps, step: Mapping[str, Any], name: str) -> None:
        try:
            steps.do(step)
        except Refused as refusal:
            print(f"{name}: {step['do']}: {refusal}", file=sys.stderr)
            self.failed.append(name)

    def _end(self, scenario: Mapping[str, Any], rows: list[Row], began: float) -> None:
        rig = {
            "late": _worst(self._mirror.late, began),
            "write": _worst(self._mirror.writes.took, began, share=0.95),
        }  # fmt: skip
        seconds = float(scenario["seconds"])
        self._write({
            "scenario": scenario, "kubernetes": self._version, "rig": rig,
            "rows": [row for row in rows if row["t"] <= seconds],
        })  # fmt: skip
        self._take_away(_own_nodes(scenario), f"rec-{scenario['name']}")
        self._playing -= 1
        self._next()

    def _write(self, case: Case) -> None:
        name, rig = case["scenario"]["name"], case["rig"]
        if name in self.failed:
            return
        file = self._out / f"{name}.json.gz"
        file.write_bytes(gzip.compress(json.dumps(case).encode(), mtime=0))
        print(
            f"{name}: {len(case['rows'])} rows in {file}, at most {rig['late']:.2f} s late, "
            f"writes of kubelets took {rig['write']:.2f} s",
            flush=True,
        )

    def _take_away(self, nodes: Sequence[Object], namespace: str = "") -> None:
        for node in nodes:
            for path in (self._client.path("Node", "", node.name), self._client.path("Lease", LEASES, node.name)):
                with contextlib.suppress(Refused):  # it is gone already
                    self._client.request("DELETE", path)
        if namespace:
            self._client.request("DELETE", self._client.path("Namespace", "", namespace))


def _own_nodes(scenario: Mapping[str, Any]) -> list[Object]:
    return controllers.nodes(scenario)[len(controllers.SHARED_NODES) :]


def _worst(measured: Sequence[tuple[float, float]], since: float, share: float = 1.0) -> float:
    """The figure that so large a share of those measured since then does not exceed."""
    found = sorted(seconds for at, seconds in measured if at >= since)
    return round(found[max(0, int(len(found) * share) - 1)], 3) if found else 0.0


def read(path: Path) -> dict[str, Any]:
    """The scenario of a recording or of a file that holds nothing else."""
    data = path.read_bytes()
    case = json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
    found: dict[str, Any] = case.get("scenario", case)
    return found


def needs_metrics(scenario: Mapping[str, Any]) -> bool:
    """Whether somebody must publish what the scenario's pods use."""
    return any(obj["kind"] == "HorizontalPodAutoscaler" for obj in scenario["objects"])


def main(argv: Sequence[str] | None = None) -> int:
    """Record every scenario that is named; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--context", required=True, help="the kubectl context of a cluster that may be played with")
    parser.add_argument("--kubectl", default="kubectl", help="the kubectl to call")
    parser.add_argument("--out", type=Path, default=Path("build/traces"), help="where recordings go")
    parser.add_argument("--at-once", type=int, default=4, help="scenarios that are played at a time")
    parser.add_argument("--gap", type=float, default=2.0, help="seconds between the beginnings of these")
    parser.add_argument(
        "--metrics-address", help="this machine as the API server reaches it; scenarios with autoscalers need it"
    )
    parser.add_argument("scenarios", nargs="+", type=Path, help="scenarios, or recordings to be made anew")
    options = parser.parse_args(argv)
    options.out.mkdir(parents=True, exist_ok=True)
    scenarios = []
    for path in options.scenarios:
        scenario = read(path)
        if needs_metrics(scenario) and not options.metrics_address:
            print(f"{scenario['name']}: left out, its autoscaler needs --metrics-address")
        else:
            scenarios.append(scenario)
    with contextlib.ExitStack() as stack:
        client = stack.enter_context(Proxy(options.context, options.kubectl))
        mirror = Mirror(client)
        recorder = Recorder(client, mirror, options.out, options.at_once, options.gap)
        if options.metrics_address:
            stack.enter_context(MetricsApi(client, mirror, options.metrics_address))
        recorder.record(scenarios)
    return 1 if recorder.failed else 0


if __name__ == "__main__":
    sys.exit(main())
