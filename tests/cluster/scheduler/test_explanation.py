"""Why a pod is nowhere or where it is: `explain`, and the two commands over it."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from seatrial.cli.main import seatrial
from seatrial.cluster.scheduler import explanation
from seatrial.cluster.store import Store
from tests.cluster.scheduler.making import HOSTNAME, ZONE, affinity, node, pod, spread, term

TAINT = {"key": "dedicated", "value": "gpu", "effect": "NoSchedule"}


def test_each_refusal_says_what_would_have_to_change() -> None:
    nodes = [
        node("cordoned", unschedulable=True),
        node("tainted", taints=[TAINT]),
        node("other", labels={"disk": "hdd"}),
        node("full", cpu="1", labels={"disk": "ssd"}),
    ]
    entry = explanation.explain(Store(), nodes, [pod("p", cpu="2", nodeSelector={"disk": "ssd"})], "p")[0]
    assert {found["node"]: (found["plugin"], found["change"]) for found in entry["nodes"]} == {
        "cordoned": ("NodeUnschedulable", "uncordon the node"),
        "tainted": ("TaintToleration", "tolerate dedicated=gpu:NoSchedule"),
        "other": ("NodeAffinity", "label the node disk=ssd"),
        "full": ("NodeResourcesFit", "ask for 1 cpu at most instead of 2 (1 of 1 left)"),
    }
    assert entry["message"].startswith("0/4 nodes are available: 1 Insufficient cpu")


def test_rules_between_pods_are_explained() -> None:
    apart = affinity("podAntiAffinity", term(HOSTNAME))
    pods = [pod(f"p-{i}", affinity=apart) for i in range(2)]
    refusal = explanation.explain(Store(), [node("n")], pods, "p")[1]["nodes"][0]
    assert refusal["change"] == "add domains of kubernetes.io/hostname, or only prefer the anti-affinity"
    even = [pod(f"p-{i}", topologySpreadConstraints=[spread(ZONE)]) for i in range(2)]
    nodes = [node("a", zone="a"), node("b", zone="b", pods="0")]
    refusals = explanation.explain(Store(), nodes, even, "default/p")[1]["nodes"]
    assert "has 1 of these pods, another domain 0: raise maxSkew above 1" in refusals[0]["change"]


def test_a_placed_pod_shows_its_scores_best_first() -> None:
    entry = explanation.explain(Store(), [node("a", cpu="2"), node("b", cpu="8")], [pod("p")], "p")[0]
    assert entry["node"] == "b"
    assert [row["node"] for row in entry["scores"]] == ["b", "a"]
    assert entry["scores"][0]["total"] == sum(entry["scores"][0]["plugins"].values())


MANIFEST = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "web:1", resources: {requests: {cpu: "30"}}}
"""


def test_the_command_explains_the_pods_of_a_workload(tmp_path: Path) -> None:
    file = tmp_path / "web.yaml"
    file.write_text(MANIFEST)
    result = CliRunner().invoke(seatrial, ["why-pending", "web", str(file), "--nodes", "1xe2-standard-4"])
    assert result.exit_code == 0
    assert result.output.count("NodeResourcesFit: Insufficient cpu") == 2
    assert "-> ask for" in result.output
    missing = CliRunner().invoke(seatrial, ["why-pending", "nobody", str(file), "--nodes", "1xe2-standard-4"])
    assert missing.exit_code == 2


def test_schedule_takes_manifests_and_cases(tmp_path: Path) -> None:
    manifest, case = tmp_path / "web.yaml", tmp_path / "case.json"
    manifest.write_text(MANIFEST)
    case.write_text(json.dumps({"case": {"nodes": [node("n")], "pods": [pod("p")]}}))
    text = CliRunner().invoke(seatrial, ["schedule", str(manifest), "--nodes", "1xe2-standard-4"])
    assert text.exit_code == 0
    assert "0 placed, 2 without a node" in text.output
    data = CliRunner().invoke(seatrial, ["schedule", str(case), "-o", "json"])
    assert json.loads(data.output)["pods"][0]["chosen"] == "n"
    assert "notModelled" not in json.loads(data.output)
    claims = [{"name": "gpu", "resourceClaimName": "gpu"}]
    case.write_text(json.dumps({"case": {"nodes": [node("n")], "pods": [pod("p", resourceClaims=claims)]}}))
    said = CliRunner().invoke(seatrial, ["schedule", str(case)])
    assert "not modelled: DynamicResources" in said.output
    case.write_bytes(b"\x1f\x8bnonsense")
    broken = CliRunner().invoke(seatrial, ["schedule", str(case)])
    assert broken.exit_code == 2
