"""An inventory under way: a cluster with its workloads, its users' requests and a recorder, and copies of all that.

voyage = Voyage(inventory, nodes, profiles, seed=0)
settling = voyage.settle()
record = voyage.fork().run(scenario)
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from seatrial.cluster import errors
from seatrial.cluster.cluster import Cluster
from seatrial.cluster.kubelet.kubelet import Kubelets
from seatrial.cluster.traffic.flow import Flow, Traffic
from seatrial.cluster.traffic.proxy import Proxy
from seatrial.cluster.traffic.serving import Serving
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.resources import Resource
from seatrial.manifests.workloads import pod_template
from seatrial.model.objects import BUILT_IN_GROUPS, Object, group_of
from seatrial.model.secrets import concealed
from seatrial.trial import profiles, surroundings
from seatrial.trial.actions import ACTIONS, DRAIN_TIMEOUT, Action
from seatrial.trial.behaviour import ProfileRuntime, request_seconds, startup_seconds
from seatrial.trial.event_log.lines import Sink
from seatrial.trial.event_log.run_log import RunLog
from seatrial.trial.owners import key_of
from seatrial.trial.profiles import Profiles
from seatrial.trial.recorder import Recorder
from seatrial.trial.routes import Route, routes
from seatrial.trial.scenario import Scenario, Step
from seatrial.trial.timeline import timeline

SETTLE = "settle"
SETTLE_TITLE = "The workloads start"
"""How the time before the first scenario is called."""
SETTLE_QUIET, SETTLE_LIMIT = 60.0, 900.0
"""A cluster counts as settled after so many seconds without change, and is taken as it is after so many."""
LOOK = 5.0
"""Seconds of virtual time between looks whether anything still changes."""
ORDER = (
    "Namespace", "PriorityClass", "StorageClass", "RuntimeClass", "ServiceAccount", "ResourceQuota", "LimitRange",
    "ConfigMap", "Secret", "PersistentVolume", "PersistentVolumeClaim", "Service", "PodDisruptionBudget",
)  # fmt: skip
"""Kinds that are created before all others, as helm and kubectl's users do."""


@dataclass(slots=True)
class Record:
    """What is left of one scenario: the timeline, and the cluster and the actions as they were at its end."""

    scenario: Scenario | None
    data: dict[str, Any]
    voyage: Voyage
    actions: list[Action] = field(default_factory=list)
    node: str = ""
    """The node that the scenario was about, where it runs once for each."""

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.scenario.name if self.scenario else SETTLE


class Voyage:
    """One virtual cluster with an inventory on it. Forks go on independently."""

    def __init__(
        self,
        inventory: Inventory,
        nodes: Sequence[Object],
        known: Profiles,
        *,
        seed: int = 0,
        log: Sink | None = None,
    ) -> None:
        self.inventory = inventory
        self.profiles = known
        self.cluster = Cluster(seed=seed)
        self.serving = Serving(self.cluster.clock)
        self.proxy = Proxy(self.cluster.clock, self.cluster.store)
        self.traffic = Traffic(self.cluster.clock, self.proxy, self.serving)
        runtime = ProfileRuntime(self.cluster.store, self.serving, known)
        self.kubelets = Kubelets(self.cluster, runtime)
        self.kubelets.runtime_observer.append(runtime.observe)
        self.cluster.kubelets = self.kubelets
        self._log = self._run_log(log, SETTLE, SETTLE_TITLE)
        self.recorder = Recorder(self.cluster.clock, self.cluster.store, self._log)
        self.flows: dict[str, list[Flow]] = {}
        self.flow_routes: dict[str, list[Route]] = {}
        self.refusals: list[tuple[Resource, str]] = []
        """What the API server would not take, and its answer."""
        self.assumptions: list[str] = []
        self.settled = False
        self._patience = _patience(inventory, known)
        self._embark(nodes)

    def settle(self) -> Record:
        """Let time pass until nothing changes any more."""
        self.settled = self._until_quiet(SETTLE_QUIET + self._patience, SETTLE_LIMIT + self._patience)
        self._end()
        return Record(None, self._timeline(SETTLE, SETTLE_TITLE), self)

    def fork(self) -> Voyage:
        """An independent copy of everything, sharing all objects."""
        return copy.deepcopy(self)

    def run(self, scenario: Scenario, node: str = "", log: Sink | None = None) -> Record:
        """Run a scenario on this very voyage: fork first to keep it. `node` is for scenarios that run once for each."""
        clock = self.cluster.clock
        self._log = self._run_log(log, scenario.name, scenario.title, node)
        self.recorder = Recorder(clock, self.cluster.store, self._log)
        self.recorder.start()
        for flow in self.traffic.flows:
            flow.begin(clock.now)
        actions: list[Action] = []
        for step in scenario.steps:
            action = ACTIONS[step.action](self.cluster, self.recorder, self._options(step, node))
            actions.append(action)
            clock.after(step.at, action.begin)
        clock.run(clock.now + max(step.at for step in scenario.steps))
        self._until_quiet(scenario.quiet + self._patience, scenario.limit, actions)
        self._end()
        return Record(scenario, self._timeline(scenario.name, scenario.title), self, actions, node)

    def _run_log(self, sink: Sink | None, scenario: str, title: str, node: str = "") -> RunLog | None:
        if sink is None:
            return None
        log = RunLog(self.cluster.clock, self.cluster.store, sink, scenario=scenario, title=title, node=node)
        self.traffic.listen(log.requests)
        return log

    def _end(self) -> None:
        self.traffic.settle_accounts()
        if self._log is not None:
            self._log.end()

    def _options(self, step: Step, node: str) -> Mapping[str, Any]:
        """A step's options, with what only the voyage knows."""
        if step.action == "crash" and node:
            return {**step.options, "node": node}
        if step.action == "drain":
            return {"timeoutSeconds": DRAIN_TIMEOUT + self._patience, **step.options}
        return step.options

    def _embark(self, nodes: Sequence[Object]) -> None:
        stand_ins, said = surroundings.stand_ins(self.inventory)
        self.assumptions.extend(said)
        self.cluster.apply(surroundings.objects_around(self.inventory))
        self.cluster.apply(nodes)
        self.cluster.start()
        self.recorder.start()
        self.cluster.run(1.0)
        self.cluster.apply(stand_ins)
        for resource in _in_order(self.inventory):
            self._create(resource)
        self._send_all(routes(self.inventory))
        self.proxy.start()
        self.traffic.start()

    def _create(self, resource: Resource) -> None:
        if resource.kind == "Node":
            return  # the fleet is the user's choice, or the program's
        if group_of(str(resource.object.get("apiVersion", ""))) not in BUILT_IN_GROUPS:
            return
        try:
            self.cluster.api.create(concealed(resource.object) if resource.kind == "Secret" else resource.object)
        except errors.ApiError as refusal:
            self.refusals.append((resource, refusal.message))

    def _send_all(self, found: Sequence[Route]) -> None:
        """Each workload's load is spread evenly over the routes that lead to it."""
        for route in found:
            workload = route.workload
            key = key_of(workload)
            self.flow_routes.setdefault(key, []).append(route)
        for key, ways in self.flow_routes.items():
            namespace, kind, name = key.split("/")
            profile = self.profiles.of(kind, namespace, name)
            rps = profiles.RPS if profile.rps is None else profile.rps
            for route in ways:
                service = (route.service.namespace, route.service.name)
                seconds = request_seconds(profile, route.workload, route.container)
                flow = Flow(key, service, route.container, rps / len(ways), seconds, route.kind, 1 / len(ways))
                self.flows.setdefault(key, []).append(flow)
                self.traffic.add(flow)

    def _until_quiet(self, quiet: float, limit: float, actions: Sequence[Action] = ()) -> bool:
        clock, begin = self.cluster.clock, self.cluster.clock.now
        while clock.now - begin < limit:
            clock.run(clock.now + LOOK)
            idle = clock.now - max(self.recorder.last_change, begin)
            if idle >= quiet and all(action.finished for action in actions):
                return True
        return False

    def _timeline(self, name: str, title: str) -> dict[str, Any]:
        return timeline(
            scenario=name,
            title=title,
            recorder=self.recorder,
            store=self.cluster.store,
            flows=self.open_flows(),
            replicas=self.replicas(),
        )

    def open_flows(self) -> dict[str, list[Flow]]:
        """Flows by workload, without those that lead nowhere whatever happens: they are told of once, when settling."""
        return {key: [f for f in flows if f.container is not None] for key, flows in self.flows.items()}

    def replicas(self) -> dict[str, int]:
        """How many pods each workload is meant to have now, by key."""
        found = {}
        for resource in self.inventory.workloads():
            key = key_of(resource)
            obj = self.cluster.store.get(*resource.key)
            found[key] = wanted(obj) if obj is not None else 0
        return found


def wanted(workload: Object) -> int:
    """The number of pods that a workload's spec asks for now."""
    match workload.kind:
        case "DaemonSet":
            return int(workload.status.get("desiredNumberScheduled") or 0)
        case "Job":
            return 0 if workload.spec.get("suspend") else int(workload.spec.get("parallelism") or 1)
        case "CronJob":
            return 0
        case "Pod":
            return 1
    replicas = workload.spec.get("replicas")
    return 1 if replicas is None else int(replicas)


def _in_order(inventory: Inventory) -> list[Resource]:
    ranks = {kind: rank for rank, kind in enumerate(ORDER)}
    return sorted(inventory, key=lambda resource: ranks.get(resource.kind, len(ORDER)))


def _patience(inventory: Inventory, known: Profiles) -> float:
    """How long everything may look still although it is not: start-up, termination, minReadySeconds."""
    longest = 0.0
    for workload in inventory.workloads():
        template = pod_template(workload)
        if template is None:
            continue
        profile = known.of(workload.kind, workload.namespace, workload.name)
        containers = template.spec.get("containers") or ()
        startup = max(
            (startup_seconds(profile, template.spec, template.annotations, c) for c in containers), default=0.0
        )
        grace = float(template.spec.get("terminationGracePeriodSeconds") or 30)
        ready = float(workload.spec.get("minReadySeconds") or 0) if workload.kind != "Pod" else 0.0
        longest = max(longest, startup + ready, grace)
    return min(longest, 600.0)
