"""Whatever stands where in a manifest, it is judged, and what is called sound can be worked with."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.checks import validity
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.places import Place
from seatrial.manifests.resources import Resource
from seatrial.model import pods
from seatrial.model.objects import Object
from tests.apis import samples

SAMPLES = [
    samples.pod(
        volumes=[{"name": "v", "emptyDir": {"sizeLimit": "1Gi"}}, {"name": "c", "configMap": {"name": "c"}}],
        containers=[
            samples.container(
                ports=[{"containerPort": 80}],
                env=[{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
                resources={"requests": {"cpu": "1"}, "limits": {"cpu": 1, "memory": "1Gi"}},
                readinessProbe={"httpGet": {"path": "/", "port": "http"}},
                volumeMounts=[{"name": "v", "mountPath": "/v"}],
            )
        ],
        tolerations=[{"key": "a", "operator": "Exists"}],
        topologySpreadConstraints=[{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}],
    ),
    samples.workload("Deployment", strategy={"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0}}),
    samples.workload("StatefulSet", serviceName="s"),
    samples.cron_job(timeZone="Etc/UTC"),
    samples.service(ports=[{"port": 80, "targetPort": "http"}], selector={"app": "a"}),
    samples.ingress(rules=[{"host": "a.example", "http": {"paths": [samples.backend()]}}]),
    samples.obj("policy/v1", "PodDisruptionBudget", spec={"minAvailable": "50%", "selector": {}}),
    samples.autoscaler(),
]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4) | st.just("1Gi"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def places_in(value: Any) -> list[tuple[str | int, ...]]:
    """The paths of everything below a value."""
    steps: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        steps = list(value.items())
    elif isinstance(value, list):
        steps = list(enumerate(value))
    return [(step, *rest) for step, below in steps for rest in [(), *places_in(below)]]


def put(value: Any, place: tuple[str | int, ...], new: Any) -> Any:
    if not place:
        return new
    changed = put(value[place[0]], place[1:], new)
    if isinstance(value, dict):
        return {**value, place[0]: changed}
    return [changed if index == place[0] else item for index, item in enumerate(value)]


@st.composite
def spoilt(draw: st.DrawFn) -> Any:
    sample = draw(st.sampled_from(SAMPLES))
    for _ in range(draw(st.integers(1, 2))):
        sample = put(sample, draw(st.sampled_from(places_in(sample))), draw(JUNK))
    return sample


@settings(max_examples=300)
@given(obj=spoilt(), version=st.sampled_from(["1.25", "1.34", "1.37"]))
def test_anything_is_judged(obj: Any, version: str) -> None:
    inventory = Inventory([Resource(Object(obj), Place("m.yaml", 1))])
    found = validity.judge(inventory, version)
    assert all(isinstance(finding.message, str) for finding in found)
    for resource in validity.sound(inventory, found):
        if resource.object["kind"] == "Pod":
            pods.requests(resource.object["spec"])
