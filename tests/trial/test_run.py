"""Whole trials of small inventories: what users notice, why, and which change was tried and found to work."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.capacity.fleet_spec import parse_fleet
from seatrial.findings.finding import Finding
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.places import Place
from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object
from seatrial.trial import profiles, run, scenario
from seatrial.trial.run import Trial

FLEET = parse_fleet("3xe2-standard-2")
PROBE = {"tcpSocket": {"port": "http"}, "periodSeconds": 2}
PAUSE = {"preStop": {"sleep": {"seconds": 5}}}


def deployment(replicas: int = 2, *, container: dict[str, Any] | None = None, **spec: Any) -> Object:
    """A Deployment `web` that does everything right, but for what is changed."""
    labels = {"app": "web"}
    main = {
        "name": "web",
        "image": "web:1",
        "ports": [{"name": "http", "containerPort": 8080}],
        "readinessProbe": PROBE,
        "lifecycle": PAUSE,
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}},
        **(container or {}),
    }
    pod = {
        "containers": [{k: v for k, v in main.items() if v is not None}],
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": labels},
            }
        ],
        **spec.pop("pod", {}),
    }
    return Object(
        apiVersion="apps/v1",
        kind="Deployment",
        metadata={"name": "web", "namespace": "shop"},
        spec={
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
            **spec,
        },
    )


SERVICE = Object(
    apiVersion="v1",
    kind="Service",
    metadata={"name": "web", "namespace": "shop"},
    spec={"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": "http"}]},
)


def budget(**spec: Any) -> Object:
    return Object(
        apiVersion="policy/v1",
        kind="PodDisruptionBudget",
        metadata={"name": "web", "namespace": "shop"},
        spec={"selector": {"matchLabels": {"app": "web"}}, **spec},
    )


def profile(**facts: Any) -> Object:
    return Object(apiVersion="seatrial.dev/v1alpha1", kind="WorkloadProfiles", profiles={"shop/Deployment/web": facts})


def sail(*objects: Object, name: str, verify: bool = True) -> Trial:
    inventory = Inventory([Resource(obj, Place(f"{i}.yaml", 1)) for i, obj in enumerate(objects)])
    return run.run(inventory, FLEET, profiles.read(inventory), [scenario.built_in(name)], verify=verify)


def only(trial: Trial) -> Finding:
    worse = [finding for finding in trial.findings if finding.severity != "note"]
    assert len(worse) == 1, [finding.message for finding in trial.findings]
    return worse[0]


@pytest.mark.parametrize("name", scenario.BUILT_IN)
def test_a_workload_done_right_is_not_noticed(name: str) -> None:
    trial = sail(deployment(), SERVICE, budget(maxUnavailable=1), name=name)
    assert [finding.message for finding in trial.findings if finding.severity != "note"] == []


CASES = [
    pytest.param(
        [deployment(1), SERVICE, profile(startupSeconds=20)],
        "node-drain", "outage", "spec.replicas", id="one replica goes down with its node",
    ),
    pytest.param(
        [deployment(container={"readinessProbe": None}), SERVICE, budget(maxUnavailable=1), profile(startupSeconds=12)],
        "rollout", "outage", "spec.template.spec.containers[0].readinessProbe", id="ready before it serves",
    ),
    pytest.param(
        [deployment(container={"lifecycle": None}), SERVICE, budget(maxUnavailable=1)],
        "rollout", "errors", "spec.template.spec.containers[0].lifecycle", id="gone before its endpoint is",
    ),
    pytest.param(
        [deployment(), SERVICE, budget(minAvailable=2)],
        "node-drain", "stuck", "spec.minAvailable", id="a budget that never gives way",
    ),
    pytest.param(
        [deployment(pod={"nodeSelector": {"kubernetes.io/hostname": "node-2"}}), SERVICE],
        "node-crash", "outage", "spec.template.spec.nodeSelector", id="all replicas on one node",
    ),
    pytest.param(
        [
            deployment(container={"envFrom": [{"configMapRef": {"name": "web"}}]}), SERVICE, budget(maxUnavailable=1),
            Object(apiVersion="v1", kind="ConfigMap", metadata={"name": "web", "namespace": "shop"}, data={"A": "1"}),
        ],
        "config-change", "stale-config", "spec.template.spec.containers[0].envFrom[0].configMapRef.name",
        id="environment is read once",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("objects", "name", "symptom", "cause"), CASES)
def test_a_flaw_is_seen_blamed_and_mended(objects: list[Object], name: str, symptom: str, cause: str) -> None:
    finding = only(sail(*objects, name=name))
    assert (finding.scenario, finding.symptom) == (name, symptom)
    assert cause in [blamed.path for blamed in finding.cause]
    assert finding.fix is not None
    assert finding.fix.verified, finding.fix.description


SETTLING = [
    pytest.param(
        [deployment(container={"resources": {"requests": {"cpu": "64"}}})],
        "pending", "spec.template.spec.containers[0].resources.requests.cpu", id="larger than any node",
    ),
    pytest.param(
        [deployment(pod={"nodeSelector": {"disktype": "ssd"}})],
        "pending", "spec.template.spec.nodeSelector[disktype]", id="a label that no node has",
    ),
    pytest.param(
        [
            deployment(container={"livenessProbe": {"tcpSocket": {"port": "http"}, "failureThreshold": 2}}),
            profile(startupSeconds=40),
        ],
        "restart-loop", "spec.template.spec.containers[0].livenessProbe", id="killed while it starts",
    ),
    pytest.param(
        [
            deployment(container={"envFrom": [{"configMapRef": {"name": "web-confg"}}]}),
            Object(apiVersion="v1", kind="ConfigMap", metadata={"name": "web-config", "namespace": "shop"}, data={}),
        ],
        "stuck", "spec.template.spec.containers[0].envFrom[0].configMapRef.name", id="a misspelt ConfigMap",
    ),
    pytest.param(
        [deployment(), Object({**SERVICE, "spec": {**SERVICE.spec, "ports": [{"port": 80, "targetPort": "web"}]}})],
        "outage", "spec.ports[0].targetPort", id="a Service's port that leads nowhere",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("objects", "symptom", "cause"), SETTLING)
def test_what_never_comes_up_is_told_before_anything_is_done(objects: list[Object], symptom: str, cause: str) -> None:
    finding = only(sail(*objects, name="rollout"))
    assert (finding.scenario, finding.symptom) == ("settle", symptom)
    assert cause in [blamed.path for blamed in finding.cause]
    assert finding.fix is not None
    assert finding.fix.verified, finding.fix.description


def test_the_same_seed_gives_the_same_run_with_any_number_of_hands() -> None:
    objects = [deployment(1), SERVICE, profile(startupSeconds=20)]
    inventory = Inventory([Resource(obj, Place("x.yaml", 1)) for obj in objects])
    scenarios = [scenario.built_in(name) for name in ("rollout", "node-drain")]
    first, second = (
        run.run(inventory, FLEET, profiles.read(inventory), scenarios, seed=7, hands=hands) for hands in (1, 2)
    )
    assert first.findings == second.findings
    assert first.timelines == second.timelines


def test_a_dead_node_is_noticed_when_the_grace_period_is_over() -> None:
    """50 s after the last heartbeat (up to 10.4 s before the crash) and at most a round and a half of 5 s later."""
    trial = sail(deployment(), SERVICE, budget(maxUnavailable=1), name="node-crash", verify=False)
    timeline = trial.timelines[-1]
    ((died, _),) = [(mark["t"], mark["text"]) for mark in timeline["marks"]]
    (down,) = [t for node in timeline["nodes"] for t, state in node["steps"] if state == "down"]
    assert 39.0 < down - died < 58.0
