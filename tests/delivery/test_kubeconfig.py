"""Which cluster is meant, and what is said where there is no way to it."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
import yaml

from seatrial.delivery.errors import ClusterError
from seatrial.delivery.live_cluster import LiveCluster

from .api_server import TOKEN, Cluster
from .conftest import config


def test_the_current_context_and_its_namespace(kubeconfig: Path) -> None:
    cluster = LiveCluster()
    assert str(cluster) == "context harbour, namespace shop"
    assert cluster.version == "1.34"


@pytest.mark.parametrize(
    ("namespace", "everywhere", "told"),
    [("web", False, "context harbour, namespace web"), (None, True, "context harbour")],
)
def test_another_namespace_or_all(kubeconfig: Path, namespace: str | None, everywhere: bool, told: str) -> None:
    assert str(LiveCluster(namespace=namespace, everywhere=everywhere)) == told


def test_a_list_of_files_is_one_kubeconfig(
    kubeconfig: Path, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As kubectl has it: the first file that names a current context names it."""
    other = tmp_path / "other"
    other.write_text(yaml.safe_dump(config("island", address, {"token": TOKEN})))
    monkeypatch.setenv("KUBECONFIG", f"{kubeconfig}:{tmp_path / 'gone'}:{other}")
    assert str(LiveCluster()) == "context harbour, namespace shop"
    assert str(LiveCluster("island")) == "context island, namespace default"


def test_the_file_at_home(kubeconfig: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".kube").mkdir()
    kubeconfig.rename(tmp_path / ".kube" / "config")
    monkeypatch.delenv("KUBECONFIG")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert str(LiveCluster()) == "context harbour, namespace shop"


def plugin(folder: Path, script: str) -> dict[str, object]:
    """A user that a plugin signs in, its command relative to the kubeconfig."""
    file = folder / "plugin.sh"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": str(file), "interactiveMode": "Never"}}


def test_plugins_sign_in(address: str, kubeconfig: Path, tmp_path: Path) -> None:
    credential = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": TOKEN},
    }
    kubeconfig.write_text(
        yaml.safe_dump(config("cloud", address, plugin(tmp_path, f"echo '{json.dumps(credential)}'")))
    )
    assert LiveCluster().version == "1.34"


def test_what_a_plugin_complains_of_is_said(address: str, kubeconfig: Path, tmp_path: Path) -> None:
    broken = plugin(tmp_path, "echo 'session expired, run login' >&2; exit 1")
    kubeconfig.write_text(yaml.safe_dump(config("cloud", address, broken)))
    with pytest.raises(
        ClusterError, match=r"^context cloud: cannot sign in: .*session expired, run login; sign in anew$"
    ):
        LiveCluster()


@pytest.mark.parametrize(
    ("text", "context", "complaint"),
    [
        ("", None, r"no usable kubeconfig: .*; mend it$"),
        ("a: [", None, r"no usable kubeconfig: .*; mend it$"),
        (None, "island", r'^no context "island" in the kubeconfig; there are harbour$'),
    ],
)
def test_kubeconfigs_that_lead_nowhere(kubeconfig: Path, text: str | None, context: str | None, complaint: str) -> None:
    if text is not None:
        kubeconfig.write_text(text)
    with pytest.raises(ClusterError, match=complaint):
        LiveCluster(context)


def test_no_kubeconfig_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "gone"))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    with pytest.raises(ClusterError, match=r"^no kubeconfig at .*gone; set KUBECONFIG, or sign in to a cluster first$"):
        LiveCluster()


def test_a_pod_without_a_service_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "gone"))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.delenv("KUBERNETES_SERVICE_PORT", raising=False)
    with pytest.raises(ClusterError, match=r"^no kubeconfig, and no usable service account: "):
        LiveCluster()


def test_no_current_context(kubeconfig: Path, address: str) -> None:
    content = config("harbour", address, {"token": TOKEN})
    del content["current-context"]
    kubeconfig.write_text(yaml.safe_dump(content))
    with pytest.raises(
        ClusterError, match=r"^no current context in the kubeconfig; name one with --context: .*harbour$"
    ):
        LiveCluster()
    assert LiveCluster("harbour").version == "1.34"


def test_credentials_that_are_not_accepted(kubeconfig: Path, address: str) -> None:
    kubeconfig.write_text(yaml.safe_dump(config("harbour", address, {"token": "old"})))
    with pytest.raises(ClusterError, match=r"^context harbour \(http://.*\): the credentials are not accepted \(401\)"):
        LiveCluster().read()


@pytest.mark.parametrize(
    ("server", "reason"),
    [
        ("http://127.0.0.1:1", "not reachable: .*Connection refused"),
        ("https://{address}", "not reachable: "),
        ("http://nowhere.invalid", "no such host"),
    ],
)
def test_servers_that_are_not_there(kubeconfig: Path, address: str, server: str, reason: str) -> None:
    at = server.replace("{address}", address.removeprefix("http://"))
    kubeconfig.write_text(yaml.safe_dump(config("harbour", at, {"token": TOKEN})))
    with pytest.raises(ClusterError, match=rf"^context harbour \({at}\): {reason}") as caught:
        LiveCluster().read()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("minor", "version"), [("36", "1.36"), ("27+", "1.27"), ("20", "1.25"), ("99", "1.37")])
def test_versions_are_brought_within_those_that_have_schemas(
    cluster: Cluster, kubeconfig: Path, minor: str, version: str
) -> None:
    cluster.minor = minor
    assert LiveCluster().version == version
