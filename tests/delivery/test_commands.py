"""Commands with `--cluster`, from the outside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from seatrial.cli.main import seatrial

from .api_server import Cluster
from .test_live_cluster import BOATS, VALUE, obj, secret

CONTAINER = {"name": "web", "image": "nginx:1.27", "ports": [{"containerPort": 80}]}


def deployment(name: str, replicas: int) -> dict[str, Any]:
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [CONTAINER]}}
    spec = {"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": template}
    return obj("Deployment", name, "apps/v1", spec=spec, status={"readyReplicas": replicas})


def service(name: str) -> dict[str, Any]:
    return obj("Service", name, spec={"clusterIP": "10.0.0.7", "selector": {"app": name}, "ports": [{"port": 80}]})


def run(*arguments: str) -> Result:
    return CliRunner().invoke(seatrial, arguments)


@pytest.fixture
def shop(cluster: Cluster, kubeconfig: Path) -> Cluster:
    """One replica behind a Service, and a Secret."""
    cluster.objects = [deployment("web", 1), service("web"), secret("db", "password")]
    return cluster


def test_check_names_live_objects(shop: Cluster) -> None:
    result = run("check", "--cluster")
    assert "harbour/shop/Deployment/web: warning: web has one replica behind Service web" in result.stdout
    assert result.stdout.splitlines()[-1].endswith("in 3 resources in the cluster")
    assert result.exit_code == 0


def test_a_trial_of_what_is_there_on_nodes_like_those_there(shop: Cluster) -> None:
    sizes = {"cpu": "4", "memory": "16Gi", "pods": "110"}
    status = {"allocatable": sizes, "conditions": [{"type": "Ready", "status": "True"}]}
    shop.objects += [obj("Node", f"n-{n}", namespace="", status=status) for n in range(2)]
    result = run("trial", "--cluster", "--scenario", "node-drain", "-o", "json")
    outcome = json.loads(result.stdout)
    assert outcome["assumptions"][0] == "nodes: 2, those of context harbour, namespace shop"
    (finding,) = [f for f in outcome["findings"] if f["symptom"] == "outage"]
    assert finding["location"] == {
        "file": "harbour/shop/Deployment/web", "line": 0, "column": 0, "path": finding["location"]["path"],
    }  # fmt: skip
    assert any("a/harbour/shop/Deployment/web" in (patch["diff"] or "") for patch in finding["fix"]["patches"])


def test_a_trial_of_manifests_laid_over_what_is_there(shop: Cluster, tmp_path: Path) -> None:
    """The file names no namespace: it goes where kubectl would put it, and takes the place of what is there."""
    manifest = deployment("web", 2)
    del manifest["metadata"]["namespace"]
    (tmp_path / "web.yaml").write_text(yaml.safe_dump(manifest))
    result = run("trial", str(tmp_path), "--cluster", "--scenario", "rollout", "--no-verify", "-o", "json")
    (workload,) = json.loads(result.stdout)["workloads"]
    assert (workload["namespace"], workload["replicas"]) == ("shop", 2)


@pytest.mark.parametrize("output", ["yaml", "json"])
def test_render_prints_manifests_and_no_secrets(shop: Cluster, output: str) -> None:
    result = run("render", "--cluster", "-o", output)
    printed = json.loads(result.stdout) if output == "json" else list(yaml.safe_load_all(result.stdout))
    assert [each["kind"] for each in printed] == ["Secret", "Service", "Deployment"]
    assert "clusterIP" not in printed[1]["spec"]
    assert VALUE not in result.stdout
    assert result.stderr.splitlines() == [
        'seatrial: context harbour: Secrets: 1; their values were not read and stand as "redacted"'
    ]


def test_rendered_objects_pass_as_manifests(shop: Cluster, tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(run("render", "--cluster").stdout)
    assert run("validate", str(tmp_path)).exit_code == 0


def test_validate_goes_by_the_version_of_the_cluster(shop: Cluster) -> None:
    assert json.loads(run("validate", "--cluster", "-o", "json").stdout)["summary"]["kubernetes"] == "1.34"
    asked_for = run("validate", "--cluster", "--kube-version", "1.36", "-o", "json")
    assert json.loads(asked_for.stdout)["summary"]["kubernetes"] == "1.36"


@pytest.mark.parametrize("command", ["validate", "check"])
def test_manifests_are_judged_by_the_definitions_of_the_cluster(
    cluster: Cluster, kubeconfig: Path, tmp_path: Path, command: str
) -> None:
    cluster.objects = [BOATS, obj("Boat", "of the cluster", "example.com/v1", spec={"sails": "none"})]
    (tmp_path / "boat.yaml").write_text(yaml.safe_dump(obj("Boat", "mine", "example.com/v1", spec={"sails": "two"})))
    assert run(command, str(tmp_path)).exit_code == 0
    outcome = json.loads(run(command, str(tmp_path), "--cluster", "-o", "json").stdout)
    assert [finding["resource"]["name"] for finding in outcome["findings"]] == ["mine"]


def test_explain_knows_the_definitions_of_the_cluster(cluster: Cluster, kubeconfig: Path, tmp_path: Path) -> None:
    cluster.objects = [BOATS]
    assert "sails\t<integer>" in run("explain", "boat.spec", "--cluster").stdout
    (tmp_path / "boats.yaml").write_text(yaml.safe_dump(BOATS))
    assert run("explain", "boat.spec", str(tmp_path)).stdout == run("explain", "boat.spec", "--cluster").stdout
    assert run("explain", "boat.spec").exit_code == 2


def test_n_is_a_namespace_with_a_cluster_and_a_number_without(shop: Cluster, tmp_path: Path) -> None:
    shop.objects.append(obj("ConfigMap", "a", namespace="web"))
    counts = json.loads(run("validate", "--cluster", "-n", "web", "-o", "json").stdout)["inputs"]
    assert counts["resources"] == 1
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(obj("ConfigMap", "a")))
    assert run("validate", "-n", "2", str(tmp_path)).exit_code == 0
    result = run("validate", "-n", "web", str(tmp_path))
    assert (result.exit_code, "a namespace goes with --cluster" in result.output) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["check"], "Name files or folders, or give --cluster"),
        (["check", ".", "--context", "harbour"], "--context goes with --cluster"),
        (["check", "--cluster", "-n", "a", "-A"], "--namespace and --all-namespaces: give one of them"),
        (["validate", "--cluster", "-n", "a", "-A"], "-n a: --namespace or --all-namespaces is given already"),
        (["render", ".", "--cluster"], "render prints either PATHs or --cluster"),
        (["check", "--cluster", "--context", "island"], 'no context "island" in the kubeconfig'),
        (["check", "--cluster", "-n", "empty"], "context harbour, namespace empty: nothing there that somebody wrote"),
        (["validate", "--cluster", "-n", "empty"], "context harbour, namespace empty: nothing there"),
    ],
)
def test_bad_usage_is_one_line_and_exit_code_2(shop: Cluster, arguments: list[str], told: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert told in result.output
    assert result.stdout == ""
