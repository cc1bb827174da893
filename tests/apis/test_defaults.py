"""What the API server fills in, row by row: upstream's pkg/apis/*/v1/defaults_test.go restated (Kubernetes 1.36)."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.apis import defaults
from seatrial.model.objects import Object, dig

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}}
TEMPLATE = {"spec": {"containers": [{"name": "c", "image": "i:1"}]}}


def pod(**spec: Any) -> Object:
    return defaults.apply(Object({**POD, "spec": {"containers": [{"name": "c", "image": "i:1"}], **spec}}))


def container(**fields: Any) -> Any:
    return dig(pod(containers=[{"name": "c", "image": "i:1", **fields}]), "spec", "containers", 0)


def of(api_version: str, kind: str, **fields: Any) -> Object:
    return defaults.apply(Object({"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}, **fields}))


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("nginx", "Always"),
        ("nginx:latest", "Always"),
        ("nginx:1.29", "IfNotPresent"),
        ("registry:5000/nginx", "Always"),
        ("registry:5000/nginx:v1", "IfNotPresent"),
        ("nginx@sha256:" + "0" * 64, "IfNotPresent"),
        ("", "IfNotPresent"),
    ],
)
def test_an_image_is_pulled_always_where_its_tag_is_latest(image: str, policy: str) -> None:
    assert container(image=image)["imagePullPolicy"] == policy


def test_a_pod_gets_what_SetDefaults_Pod_and_PodSpec_give() -> None:
    spec = pod().spec
    assert spec["restartPolicy"] == "Always"
    assert spec["dnsPolicy"] == "ClusterFirst"
    assert spec["terminationGracePeriodSeconds"] == 30
    assert spec["schedulerName"] == "default-scheduler"
    assert spec["securityContext"] == {}
    assert spec["enableServiceLinks"] is True


def test_zero_seconds_of_grace_stay_zero() -> None:
    assert pod(terminationGracePeriodSeconds=0).spec["terminationGracePeriodSeconds"] == 0


def test_null_counts_as_missing() -> None:
    assert pod(restartPolicy=None).spec["restartPolicy"] == "Always"


def test_requests_come_from_limits_one_by_one() -> None:
    resources = container(resources={"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "100m"}})["resources"]
    assert resources["requests"] == {"cpu": "100m", "memory": "1Gi"}


def test_a_template_keeps_its_requests_as_they_are() -> None:
    template = {"spec": {"containers": [{"name": "c", "resources": {"limits": {"cpu": "1"}}}]}}
    found = of("apps/v1", "Deployment", spec={"template": template})
    assert dig(found, "spec", "template", "spec", "containers", 0, "resources") == {"limits": {"cpu": "1"}}


def test_a_probe_with_zeros_gets_the_defaults() -> None:
    probe = container(livenessProbe={"httpGet": {"port": 80}, "periodSeconds": 0, "failureThreshold": 5})[
        "livenessProbe"
    ]
    assert probe == {
        "httpGet": {"port": 80, "path": "/", "scheme": "HTTP"},
        "timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 5,
    }  # fmt: skip


def test_ports_of_a_pod_in_the_host_network_are_host_ports() -> None:
    found = pod(hostNetwork=True, containers=[{"name": "c", "ports": [{"containerPort": 80}]}])
    assert dig(found, "spec", "containers", 0, "ports") == [{"containerPort": 80, "protocol": "TCP", "hostPort": 80}]


@pytest.mark.parametrize(
    ("volume", "expected"),
    [
        ({"name": "v"}, {"name": "v", "emptyDir": {}}),
        ({"name": "v", "secret": {}}, {"name": "v", "secret": {"defaultMode": 420}}),
        ({"name": "v", "configMap": {"defaultMode": 256}}, {"name": "v", "configMap": {"defaultMode": 256}}),
        ({"name": "v", "hostPath": {"path": "/"}}, {"name": "v", "hostPath": {"path": "/", "type": ""}}),
        (
            {"name": "v", "projected": {"sources": [{"serviceAccountToken": {"path": "t"}}]}},
            {
                "name": "v",
                "projected": {
                    "sources": [{"serviceAccountToken": {"path": "t", "expirationSeconds": 3600}}],
                    "defaultMode": 420,
                },
            },
        ),
    ],
)
def test_volumes(volume: dict[str, Any], expected: dict[str, Any]) -> None:
    assert pod(volumes=[volume]).spec["volumes"] == [expected]


@pytest.mark.parametrize(
    ("limits", "requests", "containers", "expected"),
    [
        ({"cpu": "2"}, {}, [{}], {"cpu": "2"}),
        ({"cpu": "2"}, {}, [{"cpu": "500m"}], {"cpu": "500m"}),
        ({"cpu": "2", "memory": "1Gi"}, {"cpu": "1"}, [{"cpu": "500m"}], {"cpu": "1", "memory": "1Gi"}),
    ],
    ids=["from limits", "from containers", "given"],
)
def test_pod_level_requests(
    limits: dict[str, str], requests: dict[str, str], containers: list[dict[str, str]], expected: dict[str, str]
) -> None:
    found = pod(
        resources={"limits": limits, **({"requests": requests} if requests else {})},
        containers=[{"name": f"c{i}", "resources": {"requests": r}} for i, r in enumerate(containers)],
    )
    assert found.spec["resources"]["requests"] == expected


@pytest.mark.parametrize(
    ("spec", "strategy"),
    [
        ({}, {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"}}),
        ({"strategy": {"type": "Recreate"}}, {"type": "Recreate"}),
        (
            {"strategy": {"rollingUpdate": {"maxSurge": 0}}},
            {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": "25%"}, "type": "RollingUpdate"},
        ),
    ],
)
def test_deployment_strategy(spec: dict[str, Any], strategy: dict[str, Any]) -> None:
    found = of("apps/v1", "Deployment", spec={"template": TEMPLATE, **spec}).spec
    assert found["strategy"] == strategy
    assert (found["replicas"], found["revisionHistoryLimit"], found["progressDeadlineSeconds"]) == (1, 10, 600)


def test_a_stateful_set() -> None:
    found = of("apps/v1", "StatefulSet", spec={"template": TEMPLATE, "volumeClaimTemplates": [{"spec": {}}]}).spec
    assert found["updateStrategy"] == {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}
    assert found["podManagementPolicy"] == "OrderedReady"
    assert found["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}
    assert dig(found, "volumeClaimTemplates", 0, "spec", "volumeMode") == "Filesystem"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, {"completions": 1, "parallelism": 1, "backoffLimit": 6, "podReplacementPolicy": "TerminatingOrFailed"}),
        ({"parallelism": 3}, {"completions": None, "parallelism": 3}),
        ({"completions": 3}, {"completions": 3, "parallelism": 1}),
        ({"backoffLimitPerIndex": 1}, {"backoffLimit": 2147483647}),
        ({"podFailurePolicy": {"rules": []}}, {"podReplacementPolicy": "Failed"}),
    ],
)
def test_a_job(spec: dict[str, Any], expected: dict[str, Any]) -> None:
    found = of("batch/v1", "Job", spec={"template": TEMPLATE, **spec}).spec
    assert {name: found.get(name) for name in expected} == expected


def test_a_job_without_labels_takes_its_templates() -> None:
    found = of("batch/v1", "Job", spec={"template": {**TEMPLATE, "metadata": {"labels": {"a": "b"}}}})
    assert found.labels == {"a": "b"}


def test_a_cron_jobs_template_is_no_job_yet() -> None:
    found = of("batch/v1", "CronJob", spec={"jobTemplate": {"spec": {"template": TEMPLATE}}}).spec
    assert found["concurrencyPolicy"] == "Allow"
    assert "backoffLimit" not in found["jobTemplate"]["spec"]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, {"type": "ClusterIP", "sessionAffinity": "None", "internalTrafficPolicy": "Cluster"}),
        ({"type": "ExternalName"}, {"internalTrafficPolicy": None, "externalTrafficPolicy": None}),
        ({"type": "NodePort"}, {"externalTrafficPolicy": "Cluster", "allocateLoadBalancerNodePorts": None}),
        ({"type": "LoadBalancer"}, {"externalTrafficPolicy": "Cluster", "allocateLoadBalancerNodePorts": True}),
        ({"externalIPs": ["1.2.3.4"]}, {"externalTrafficPolicy": "Cluster"}),
        ({"sessionAffinity": "ClientIP"}, {"sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 10800}}}),
        ({"ports": [{"port": 80}]}, {"ports": [{"port": 80, "protocol": "TCP", "targetPort": 80}]}),
    ],
)
def test_a_service(spec: dict[str, Any], expected: dict[str, Any]) -> None:
    found = of("v1", "Service", spec=spec).spec
    assert {name: found.get(name) for name in expected} == expected


def test_an_autoscaler_without_metrics_keeps_cpu_at_80_percent() -> None:
    found = of("autoscaling/v2", "HorizontalPodAutoscaler", spec={"maxReplicas": 3}).spec
    assert found["minReplicas"] == 1
    assert dig(found, "metrics", 0, "resource", "target", "averageUtilization") == 80
    assert "behavior" not in found


def test_an_autoscalers_behaviour_is_completed_on_both_sides() -> None:
    behavior = {"scaleDown": {"stabilizationWindowSeconds": 60}}
    found = of("autoscaling/v2", "HorizontalPodAutoscaler", spec={"behavior": behavior}).spec["behavior"]
    assert found["scaleUp"]["stabilizationWindowSeconds"] == 0
    assert found["scaleDown"] == {
        "stabilizationWindowSeconds": 60,
        "selectPolicy": "Max",
        "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}],
    }


@pytest.mark.parametrize(("egress", "types"), [(None, ["Ingress"]), ([], ["Ingress"]), ([{}], ["Ingress", "Egress"])])
def test_network_policy_types(egress: Any, types: list[str]) -> None:
    spec = {"podSelector": {}, **({} if egress is None else {"egress": egress})}
    assert of("networking.k8s.io/v1", "NetworkPolicy", spec=spec).spec["policyTypes"] == types


def test_limits_of_containers() -> None:
    limits = [
        {"type": "Container", "max": {"cpu": "2"}, "min": {"memory": "1Mi"}},
        {"type": "Pod", "max": {"cpu": "4"}},
    ]
    found = of("v1", "LimitRange", spec={"limits": limits}).spec["limits"]
    assert found[0]["default"] == {"cpu": "2"}
    assert found[0]["defaultRequest"] == {"cpu": "2", "memory": "1Mi"}
    assert found[1] == limits[1]


def test_a_namespace_is_labelled_with_its_name() -> None:
    assert of("v1", "Namespace").labels == {"kubernetes.io/metadata.name": "x"}


OBJECTS = [
    (version, kind, {"spec": {"template": TEMPLATE, "volumeClaimTemplates": [{}], "ports": [{"port": 1}]}})
    for version, kind in defaults.DEFAULTS
]


@pytest.mark.parametrize(("version", "kind", "fields"), OBJECTS, ids=[f"{v}/{k}" for v, k, _ in OBJECTS])
def test_defaults_lack_nothing_the_second_time(version: str, kind: str, fields: dict[str, Any]) -> None:
    once = of(version, kind, **fields)
    assert defaults.apply(once) is once


def test_nothing_is_changed_in_place_and_the_rest_is_shared() -> None:
    volumes = [{"name": "v", "emptyDir": {}}]
    before = Object({**POD, "spec": {"containers": [{"name": "c"}], "volumes": volumes}})
    after = defaults.apply(before)
    assert before == {**POD, "spec": {"containers": [{"name": "c"}], "volumes": volumes}}
    assert after.spec["volumes"] is volumes
    assert after["metadata"] is before["metadata"]


def test_kinds_without_defaults_come_back_as_they_are() -> None:
    obj = Object({"apiVersion": "example.com/v1", "kind": "Deployment"})
    assert defaults.apply(obj) is obj
