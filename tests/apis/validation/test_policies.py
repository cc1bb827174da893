"""Budgets, autoscalers, quotas, rights, priorities, admission and extensions: upstream's validation tests restated."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apis.samples import autoscaler, obj, paths, said

Fields = dict[str, Any]
RBAC = "rbac.authorization.k8s.io/v1"


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({"minAvailable": 1}, []),
        ({"maxUnavailable": "50%"}, []),
        ({"minAvailable": 1, "maxUnavailable": 1}, ["spec"]),
        ({"minAvailable": -1}, ["spec.minAvailable"]),
        ({"minAvailable": "101%"}, ["spec.minAvailable"]),
        ({"minAvailable": "half"}, ["spec.minAvailable"]),
        ({"minAvailable": 1, "unhealthyPodEvictionPolicy": "Never"}, ["spec.unhealthyPodEvictionPolicy"]),
    ],
)
def test_budgets(spec: Fields, found: list[str]) -> None:
    assert paths(obj("policy/v1", "PodDisruptionBudget", spec=spec)) == found


def resource(**target: Any) -> Fields:
    return {"type": "Resource", "resource": {"name": "cpu", "target": target}}


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({}, []),
        ({"maxReplicas": 0}, ["maxReplicas", "maxReplicas"]),
        ({"minReplicas": -1}, ["minReplicas"]),
        ({"minReplicas": 0}, ["metrics"]),
        ({"minReplicas": 4}, ["maxReplicas"]),
        ({"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment"}}, ["scaleTargetRef.name"]),
        ({"scaleTargetRef": {"kind": "Deployment", "name": "web"}}, ["scaleTargetRef.apiVersion"]),
        ({"scaleTargetRef": {"kind": "ReplicationController", "name": "web"}}, []),
        ({"scaleTargetRef": {"apiVersion": "a/b/c", "kind": "Deployment", "name": "web"}},
         ["scaleTargetRef.apiVersion"]),
        ({"metrics": [resource(type="Utilization", averageUtilization=80)]}, []),
        ({"metrics": [resource(type="Utilization", averageUtilization=0)]},
         ["metrics[0].resource.target.averageUtilization"]),
        ({"metrics": [resource(type="Utilization")]}, ["metrics[0].resource.target.averageUtilization"]),
        ({"metrics": [resource(type="utilization", averageUtilization=80)]}, ["metrics[0].resource.target.type"]),
        ({"metrics": [{"type": "Resource"}]}, ["metrics[0].resource"]),
        ({"metrics": [{"type": "Cpu"}]}, ["metrics[0].type"]),
        ({"metrics": [{"type": "Pods", "pods": {"metric": {}, "target": {"type": "Value", "averageValue": "1"}}}]},
         ["metrics[0].pods.metric.name"]),
        ({"behavior": {"scaleDown": {"stabilizationWindowSeconds": 3601}}},
         ["behavior.scaleDown.stabilizationWindowSeconds"]),
        ({"behavior": {"scaleUp": {"policies": [{"type": "Pods", "value": 0, "periodSeconds": 1801}]}}},
         ["behavior.scaleUp.policies[0].value", "behavior.scaleUp.policies[0].periodSeconds"]),
        ({"behavior": {"scaleUp": {"selectPolicy": "max"}}}, ["behavior.scaleUp.selectPolicy"]),
    ],
)  # fmt: skip
def test_autoscalers(spec: Fields, found: list[str]) -> None:
    assert paths(autoscaler(**spec)) == [f"spec.{path}" for path in found]


@pytest.mark.parametrize(
    ("limit", "found"),
    [
        ({"type": "Container", "max": {"cpu": "2"}, "min": {"cpu": "1"}}, []),
        ({"type": "Container", "max": {"cpu": "1"}, "min": {"cpu": "2"}}, ["defaultRequest[cpu]", "min[cpu]"]),
        ({"type": "Pod", "default": {"cpu": "1"}}, ["default"]),
        ({"type": "Node"}, ["type"]),
        ({"type": "PersistentVolumeClaim", "max": {"cpu": "1"}}, ["limits"]),
        ({"type": "Container", "maxLimitRequestRatio": {"cpu": "0.5"}}, ["maxLimitRequestRatio[cpu]"]),
    ],
)
def test_limit_ranges(limit: Fields, found: list[str]) -> None:
    said_of = set(paths(obj("v1", "LimitRange", spec={"limits": [limit]})))
    assert {f"spec.limits[0].{path}" for path in found} <= said_of
    assert bool(found) == bool(said_of)


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({"hard": {"pods": 5, "requests.cpu": "1", "count/deployments.apps": 2}}, []),
        ({"hard": {"pod": 5}}, ["spec.hard[pod]", "spec.hard[pod]"]),
        ({"hard": {"pods": "0.5"}}, ["spec.hard[pods]"]),
        ({"hard": {"pods": 1}, "scopes": ["BestEffort", "NotBestEffort"]}, ["spec.scopes"]),
        ({"hard": {"services": 1}, "scopes": ["BestEffort"]}, ["spec.scopes"]),
        ({"hard": {"pods": 1}, "scopes": ["Best"]}, ["spec.scopes"]),
    ],
)
def test_quotas(spec: Fields, found: list[str]) -> None:
    assert paths(obj("v1", "ResourceQuota", spec=spec)) == found


@pytest.mark.parametrize(
    ("kind", "rule", "found"),
    [
        ("Role", {"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}, []),
        ("Role", {"apiGroups": [""], "resources": ["pods"]}, ["rules[0].verbs"]),
        ("Role", {"verbs": ["get"], "resources": ["pods"]}, ["rules[0].apiGroups"]),
        ("Role", {"verbs": ["get"], "nonResourceURLs": ["/x"]}, ["rules[0].nonResourceURLs"]),
        ("ClusterRole", {"verbs": ["get"], "nonResourceURLs": ["/x"]}, []),
        (
            "ClusterRole",
            {"verbs": ["get"], "nonResourceURLs": ["/x"], "resources": ["p"]},
            ["rules[0].nonResourceURLs"],
        ),
    ],
)
def test_roles(kind: str, rule: Fields, found: list[str]) -> None:
    assert paths(obj(RBAC, kind, rules=[rule])) == found


def test_names_of_roles_are_path_segments() -> None:
    assert said({**obj(RBAC, "Role"), "metadata": {"name": "system:node"}}) == []
    assert paths({**obj(RBAC, "Role"), "metadata": {"name": "a/b"}}) == ["metadata.name"]


@pytest.mark.parametrize(
    ("kind", "fields", "found"),
    [
        ("RoleBinding", {}, []),
        ("ClusterRoleBinding", {"roleRef": {"kind": "Role", "name": "r"}}, ["roleRef.kind"]),
        ("RoleBinding", {"roleRef": {"kind": "Role"}}, ["roleRef.name"]),
        ("RoleBinding", {"subjects": [{"kind": "ServiceAccount", "name": "s"}]}, []),
        ("ClusterRoleBinding", {"subjects": [{"kind": "ServiceAccount", "name": "s"}]}, ["subjects[0].namespace"]),
        ("RoleBinding", {"subjects": [{"kind": "Robot", "name": "s"}]}, ["subjects[0].kind"]),
        ("RoleBinding", {"subjects": [{"kind": "User", "name": "s", "apiGroup": "x"}]}, ["subjects[0].apiGroup"]),
    ],
)
def test_bindings(kind: str, fields: Fields, found: list[str]) -> None:
    assert paths(obj(RBAC, kind, **{"roleRef": {"kind": "ClusterRole", "name": "r"}, **fields})) == found


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"value": 1000}, []),
        ({"value": 1000000001}, ["value"]),
        ({"value": 1, "preemptionPolicy": "Always"}, ["preemptionPolicy"]),
        ({"value": 1, "metadata": {"name": "system-mine"}}, ["metadata.name"]),
    ],
)
def test_priority_classes(fields: Fields, found: list[str]) -> None:
    assert paths({**obj("scheduling.k8s.io/v1", "PriorityClass"), **fields}) == found


@pytest.mark.parametrize(
    ("taint", "found"),
    [
        ({"key": "a", "effect": "NoSchedule"}, []),
        ({"key": "a"}, ["metadata.taints[0].effect"]),
        ({"key": "a b", "effect": "NoSchedule"}, ["metadata.taints[0].key"]),
        ({"key": "a", "effect": "Never"}, ["metadata.taints[0].effect"]),
    ],
)
def test_taints(taint: Fields, found: list[str]) -> None:
    assert paths(obj("v1", "Node", spec={"taints": [taint]})) == found


def hook(**fields: Any) -> Fields:
    sound = {
        "name": "a.example.com", "sideEffects": "None", "admissionReviewVersions": ["v1"],
        "clientConfig": {"service": {"name": "s", "namespace": "n"}},
        "rules": [{"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}],
    }  # fmt: skip
    return {**sound, **fields}


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({}, []),
        ({"name": "a"}, ["name"]),
        ({"sideEffects": None}, ["sideEffects"]),
        ({"sideEffects": "Some"}, ["sideEffects"]),
        ({"timeoutSeconds": 31}, ["timeoutSeconds"]),
        ({"failurePolicy": "Retry"}, ["failurePolicy"]),
        ({"clientConfig": {}}, ["clientConfig"]),
        ({"clientConfig": {"url": "http://x"}}, ["clientConfig.url"]),
        ({"clientConfig": {"service": {"name": "s"}}}, ["clientConfig.service.namespace"]),
        ({"admissionReviewVersions": []}, ["admissionReviewVersions"]),
        ({"admissionReviewVersions": ["v2"]}, ["admissionReviewVersions"]),
        ({"rules": [{}]}, [f"rules[0].{name}" for name in ("operations", "apiGroups", "apiVersions", "resources")]),
        ({"rules": [{"operations": ["*", "CREATE"], "apiGroups": [""], "apiVersions": ["*"], "resources": ["*", "a"]}]},
         ["rules[0].operations", "rules[0].resources"]),
    ],
)  # fmt: skip
def test_webhooks(fields: Fields, found: list[str]) -> None:
    webhooks = obj("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", webhooks=[hook(**fields)])
    assert paths(webhooks) == [f"webhooks[0].{path}" for path in found]


def definition(**spec: Any) -> Fields:
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}
    sound = {
        "group": "example.com", "scope": "Namespaced", "names": {"plural": "widgets", "kind": "Widget"},
        "versions": [version],
    }  # fmt: skip
    made = obj("apiextensions.k8s.io/v1", "CustomResourceDefinition", spec={**sound, **spec})
    return {**made, "metadata": {"name": "widgets.example.com"}}


def schema(**fields: Any) -> Fields:
    root = {"type": "object", "properties": {"spec": fields}}
    return {"versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": root}}]}


SPEC = "spec.versions[0].schema.openAPIV3Schema.properties[spec]"


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({}, []),
        ({"scope": "namespaced"}, ["spec.scope"]),
        ({"names": {"plural": "things", "kind": "Thing"}}, ["metadata.name"]),
        ({"versions": [{"name": "v1", "served": True, "storage": True}]}, ["spec.versions[0].schema.openAPIV3Schema"]),
        (schema(type="object"), []),
        (schema(), [f"{SPEC}.type"]),
        (schema(**{"x-kubernetes-int-or-string": True}), []),
        (schema(type="array"), [f"{SPEC}.items"]),
        (schema(type="text"), [f"{SPEC}.type"]),
        (schema(type="array", items={"type": "object"}, **{"x-kubernetes-list-type": "map"}),
         [f"{SPEC}.x-kubernetes-list-map-keys"]),
        (schema(type="object", additionalProperties=False), []),
    ],
)  # fmt: skip
def test_definitions_of_custom_resources(spec: Fields, found: list[str]) -> None:
    assert paths(definition(**spec)) == found


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"data": {"a.b-c_d": "x"}}, []),
        ({"data": {"a key": "x"}}, ["data[a key]"]),
        ({"data": {"..": "x"}}, ["data[..]"]),
        ({"data": {"a": "x"}, "binaryData": {"a": "eA=="}}, ["data[a]"]),
        ({"data": {"a": "x" * 1048577}}, [""]),
    ],
)
def test_config_maps(fields: Fields, found: list[str]) -> None:
    assert paths(obj("v1", "ConfigMap", **fields)) == found


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"type": "kubernetes.io/tls"}, ["data[tls.crt]", "data[tls.key]"]),
        ({"type": "kubernetes.io/tls", "stringData": {"tls.crt": "", "tls.key": ""}}, []),
        ({"type": "kubernetes.io/dockerconfigjson"}, ["data[.dockerconfigjson]"]),
        (
            {"type": "kubernetes.io/dockerconfigjson", "stringData": {".dockerconfigjson": "{"}},
            ["data[.dockerconfigjson]"],
        ),
        ({"type": "kubernetes.io/basic-auth"}, ["data[username]", "data[password]"]),
        ({"type": "kubernetes.io/ssh-auth"}, ["data[ssh-privatekey]"]),
        ({"type": "example.com/any"}, []),
    ],
)
def test_secrets(fields: Fields, found: list[str]) -> None:
    assert paths(obj("v1", "Secret", **fields)) == found
