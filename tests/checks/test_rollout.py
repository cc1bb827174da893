"""Strategies, volumes for one node, selectors that overlap, pods without a controller."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.scenes import found, named, service, severities, workload

DATA = {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]}
RECREATE: dict[str, Any] = {"strategy": {"type": "Recreate"}}


def claim(*modes: str) -> dict[str, Any]:
    return named("PersistentVolumeClaim", "data", spec={"accessModes": list(modes)})


def rolling(**figures: Any) -> dict[str, Any]:
    return {"strategy": {"type": "RollingUpdate", "rollingUpdate": figures}}


@pytest.mark.parametrize(
    ("modes", "spec", "expected"),
    [
        (["ReadWriteOnce"], {}, 1),
        (["ReadWriteOncePod"], {}, 1),
        (["ReadWriteMany"], {}, 0),
        (["ReadWriteOnce", "ReadWriteMany"], {}, 0),
        (["ReadWriteOnce"], RECREATE, 0),
        (["ReadWriteOnce"], rolling(maxSurge=0, maxUnavailable=1), 0),
        (["ReadWriteOnce"], {"replicas": 2, **rolling(maxSurge=0, maxUnavailable=1)}, 1),
    ],
)
def test_volumes_for_one_node(modes: list[str], spec: dict[str, Any], expected: int) -> None:
    given = workload(pod=DATA, **spec)
    assert len(found("rolling-update-with-single-node-volume", given, claim(*modes))) == expected


def test_a_claim_that_is_kept_elsewhere_is_not_judged() -> None:
    assert found("rolling-update-with-single-node-volume", workload(pod=DATA)) == []


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, []),
        ({"replicas": 3}, []),
        ({"replicas": 3, **RECREATE}, ["warning"]),
        (rolling(maxUnavailable=1), ["error"]),
        ({"replicas": 2, **rolling(maxUnavailable=1)}, []),
        ({"replicas": 2, **rolling(maxUnavailable="100%")}, ["error"]),
        ({"replicas": 3, **rolling(maxUnavailable="99%")}, []),  # rounded down
        ({"replicas": 0, **rolling(maxUnavailable=1)}, []),
    ],
)
def test_a_rollout_keeps_pods_that_serve(spec: dict[str, Any], expected: list[str]) -> None:
    assert severities("rollout-takes-all-down", workload(**spec), service()) == expected


def test_recreate_is_right_where_a_volume_asks_for_it() -> None:
    assert found("rollout-takes-all-down", workload(pod=DATA, **RECREATE), service()) == []


def test_overlapping_selectors() -> None:
    assert severities("selectors-overlap", workload(name="a", app="x"), workload(name="b", app="x")) == ["error"]
    assert severities("selectors-overlap", workload(name="a"), workload(name="b")) == []
    assert severities("selectors-overlap", workload(name="a", app="x"), workload("Job", "b", app="x")) == []


def test_overlap_between_folders_of_variants_may_be_meant() -> None:
    both = [workload(name="a", app="x"), workload(name="b", app="x"), service("s"), service("s")]
    files = ("one/a.yaml", "two/b.yaml", "one/s.yaml", "two/s.yaml")
    assert severities("selectors-overlap", *both, files=files) == ["warning"]


@pytest.mark.parametrize(
    ("pod", "expected"),
    [
        ({}, ["warning"]),
        ({"restartPolicy": "Never"}, ["note"]),
        ({"metadata": {"name": "p", "annotations": {"helm.sh/hook": "test"}}}, []),
        ({"metadata": {"name": "p", "ownerReferences": [{"kind": "ReplicaSet", "name": "r", "uid": "u"}]}}, []),
    ],
)
def test_pods_belong_to_a_controller(pod: dict[str, Any], expected: list[str]) -> None:
    metadata = pod.pop("metadata", {"name": "p"})
    spec = {"containers": [{"name": "c", "image": "c:1"}], **pod}
    given = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
    assert severities("pod-without-controller", given) == expected
