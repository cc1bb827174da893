"""A small trial that is written down: two pods behind a Service, rolled out, drained, crashed and reconfigured."""

from __future__ import annotations

from pathlib import Path

from seatrial.capacity.fleet_spec import parse_fleet
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.places import Place
from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object
from seatrial.trial import run, scenario
from seatrial.trial.event_log.inputs import Inputs
from seatrial.trial.event_log.log_file import recording
from seatrial.trial.profiles import API_VERSION, read

NODES = parse_fleet("2xe2-standard-2")
LABELS = {"app": "web"}
MANIFESTS = [
    Object(
        apiVersion="v1", kind="Service", metadata={"name": "web"}, spec={"selector": LABELS, "ports": [{"port": 80}]}
    ),
    Object(apiVersion="v1", kind="ConfigMap", metadata={"name": "web"}, data={"a": "b"}),
    Object(
        apiVersion="v1", kind="Secret", metadata={"name": "pull"}, type="kubernetes.io/dockerconfigjson",
        data={".dockerconfigjson": "eyJodW50ZXIiOiA3fQ=="},
    ),
    Object(
        apiVersion="apps/v1", kind="Deployment", metadata={"name": "web", "annotations": None},
        spec={
            "replicas": 2, "selector": {"matchLabels": LABELS},
            "template": {
                "metadata": {"labels": LABELS},
                "spec": {"containers": [{"name": "web", "image": "web:1", "resources": {"limits": None}}]},
            },
        },
    ),
]  # fmt: skip
PROFILES = [Object(apiVersion=API_VERSION, kind="WorkloadProfiles", profiles={"default/Deployment/web": {"rps": 5}})]
SCENARIOS = [scenario.built_in(name) for name in scenario.BUILT_IN]


def record(path: Path, *, seed: int = 0, hands: int = 1) -> Path:
    """Run the trial and write its log."""
    inventory = Inventory(Resource(obj, Place("web.yaml")) for obj in MANIFESTS)
    known = read(Resource(obj, Place("profiles.yaml")) for obj in PROFILES)
    with recording(str(path), Inputs(seed, "1.37", NODES, MANIFESTS, PROFILES, SCENARIOS)) as log:
        run.run(inventory, NODES, known, SCENARIOS, seed=seed, verify=False, hands=hands, log=log)
    return path
