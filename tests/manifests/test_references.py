"""What refers to what, and who selects whose pods."""

from __future__ import annotations

import json
from typing import Any

import pytest

from seatrial.manifests import documents, sources
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.references import Reference, autoscalers_of, budgets_of, references, services_of
from seatrial.manifests.workloads import WORKLOADS, pod_template

SHOP = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web, namespace: shop}
spec:
  serviceName: web-headless
  template:
    metadata: {labels: {app: web, tier: front}, annotations: {a: b}}
    spec:
      serviceAccountName: runner
      priorityClassName: high
      imagePullSecrets: [{name: pull}]
      initContainers:
        - name: i
          envFrom: [{configMapRef: {name: env}}, {secretRef: {name: env-secret, optional: true}}]
      containers:
        - name: c
          env:
            - {name: A, valueFrom: {configMapKeyRef: {name: keys, key: a}}}
            - {name: B, valueFrom: {secretKeyRef: {name: keys, key: b, optional: true}}}
            - {name: C, value: x}
      volumes:
        - {name: v1, configMap: {name: files}}
        - {name: v2, configMap: {name: files, items: [{key: x}, {key: z}]}}
        - {name: v3, secret: {secretName: tls}}
        - {name: v4, persistentVolumeClaim: {claimName: data}}
        - {name: v5, projected: {sources: [{secret: {name: p}}]}}
---
apiVersion: v1
kind: Service
metadata: {name: web-headless, namespace: shop}
spec: {clusterIP: None, selector: {app: web}}
---
apiVersion: v1
kind: Service
metadata: {name: web-headless}
spec: {selector: {app: web}}
---
apiVersion: v1
kind: Service
metadata: {name: external, namespace: shop}
spec: {type: ExternalName}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: all, namespace: shop}
spec: {selector: {}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: other, namespace: shop}
spec: {selector: {matchLabels: {app: other}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: shop}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: web}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec:
  defaultBackend: {service: {name: fallback, port: {number: 80}}}
  rules:
    - http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web-headless, port: {number: 80}}}}]}
"""
SPEC = "spec.template.spec"


def inventory(text: str) -> Inventory:
    found, problems = documents.read(text.encode(), "f.yaml")
    assert not problems
    return Inventory(resource for document in found for resource in sources.expanded(document))


def test_every_reference_of_a_workload_is_found_with_its_field() -> None:
    shop = inventory(SHOP)
    assert references(shop).of(shop.resources[0]) == (
        Reference("ServiceAccount", "shop", "runner", f"{SPEC}.serviceAccountName"),
        Reference("PriorityClass", "", "high", f"{SPEC}.priorityClassName"),
        Reference("Secret", "shop", "pull", f"{SPEC}.imagePullSecrets[0].name", optional=True),
        Reference("ConfigMap", "shop", "env", f"{SPEC}.initContainers[0].envFrom[0].configMapRef.name"),
        Reference("Secret", "shop", "env-secret", f"{SPEC}.initContainers[0].envFrom[1].secretRef.name", optional=True),
        Reference("ConfigMap", "shop", "keys", f"{SPEC}.containers[0].env[0].valueFrom.configMapKeyRef.name", key="a"),
        Reference("Secret", "shop", "keys", f"{SPEC}.containers[0].env[1].valueFrom.secretKeyRef.name", True, "b"),
        Reference("ConfigMap", "shop", "files", f"{SPEC}.volumes[0].configMap.name"),
        Reference("ConfigMap", "shop", "files", f"{SPEC}.volumes[1].configMap.name", key="x"),
        Reference("ConfigMap", "shop", "files", f"{SPEC}.volumes[1].configMap.name", key="z"),
        Reference("Secret", "shop", "tls", f"{SPEC}.volumes[2].secret.secretName"),
        Reference("PersistentVolumeClaim", "shop", "data", f"{SPEC}.volumes[3].persistentVolumeClaim.claimName"),
        Reference("Secret", "shop", "p", f"{SPEC}.volumes[4].projected.sources[0].secret.name"),
        Reference("Service", "shop", "web-headless", "spec.serviceName"),
    )


def test_targets_users_and_what_is_missing() -> None:
    shop = inventory(SHOP)
    index = references(shop)
    workload, service = shop.resources[:2]
    assert index.target(index.of(workload)[-1]) is service
    users = [(resource.kind, reference.path) for resource, reference in index.users_of(service)]
    assert users == [
        ("StatefulSet", "spec.serviceName"),
        ("Ingress", "spec.rules[0].http.paths[0].backend.service.name"),
    ]
    missing = {reference.name for _, reference in index.dangling()}
    assert missing == {"runner", "high", "env", "keys", "files", "tls", "data", "p", "fallback"}


def test_who_selects_the_pods() -> None:
    shop = inventory(SHOP)
    workload = shop.resources[0]
    assert [(service.name, service.namespace) for service in services_of(shop, workload)] == [("web-headless", "shop")]
    assert [budget.name for budget in budgets_of(shop, workload)] == ["all"]
    assert [autoscaler.name for autoscaler in autoscalers_of(shop, workload)] == ["web"]


@pytest.mark.parametrize("kind", WORKLOADS)
def test_each_workload_has_a_pod_template(kind: str) -> None:
    pod: dict[str, Any] = {"metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}}, "spec": {"hostNetwork": True}}
    paths = {"Pod": "", "CronJob": "spec.jobTemplate.spec.template."}
    path = paths.get(kind, "spec.template.")
    body = pod
    for step in reversed(path.split(".")[:-1]):
        body = {step: body}
    group = {"Pod": "v1", "ReplicationController": "v1", "Job": "batch/v1", "CronJob": "batch/v1"}.get(kind, "apps/v1")
    text = json.dumps({"apiVersion": group, "kind": kind, **body})
    template = pod_template(inventory(text).resources[0])
    assert template is not None
    assert (template.spec, template.labels, template.annotations) == ({"hostNetwork": True}, {"a": "b"}, {"c": "d"})
    assert (template.path, template.metadata_path) == (f"{path}spec", f"{path}metadata")


def test_what_is_no_workload_has_none() -> None:
    for text in (
        "apiVersion: v1\nkind: Service\n",
        "apiVersion: example.com/v1\nkind: Deployment\nspec: {template: {}}\n",
    ):
        resource = inventory(text).resources[0]
        assert pod_template(resource) is None
        assert services_of(Inventory([resource]), resource) == budgets_of(Inventory([resource]), resource) == []
