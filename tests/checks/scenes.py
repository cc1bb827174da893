"""Short ways to write the manifests that rules are tried on."""

from __future__ import annotations

from typing import Any

import yaml

from seatrial.checks import judge
from seatrial.findings.finding import Finding
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.places import Place
from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object


def inventory(*objects: dict[str, Any] | str, files: tuple[str, ...] = ()) -> Inventory:
    """An inventory of objects, each in a file of its own; text may hold several documents."""
    found = []
    for number, given in enumerate(objects):
        file = files[number] if files else f"{number}.yaml"
        values = [value for value in yaml.safe_load_all(given) if value] if isinstance(given, str) else [given]
        found += [Resource(Object(value), Place(file, 1, 1, index)) for index, value in enumerate(values)]
    return Inventory(found)


def found(rule: str, *objects: dict[str, Any] | str, files: tuple[str, ...] = ()) -> list[Finding]:
    """What one rule finds."""
    return judge(inventory(*objects, files=files), select=[rule])


def severities(rule: str, *objects: dict[str, Any] | str, files: tuple[str, ...] = ()) -> list[str]:
    """How bad one rule finds it, finding by finding."""
    return [finding.severity for finding in found(rule, *objects, files=files)]


def container(**fields: Any) -> dict[str, Any]:
    """A container that declares port 8080 under the name http."""
    return {"name": "app", "image": "app:1", "ports": [{"name": "http", "containerPort": 8080}], **fields}


def workload(
    kind: str = "Deployment",
    name: str = "web",
    *,
    app: str | None = None,
    containers: list[dict[str, Any]] | None = None,
    pod: dict[str, Any] | None = None,
    annotations: dict[str, str] | None = None,
    **spec: Any,
) -> dict[str, Any]:
    """A workload whose pods carry the label `app`; `pod` goes into the pod's spec, the rest beside the template."""
    labels = {"app": app or name}
    template = {
        "metadata": {"labels": labels, "annotations": annotations or {}},
        "spec": {"containers": containers or [container()], **(pod or {})},
    }
    if kind == "CronJob":
        spec = {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": template}}, **spec}
    else:
        selector = {} if kind == "Job" else {"selector": {"matchLabels": labels}}
        spec = {**selector, "template": template, **spec}
    group = "batch/v1" if kind in ("Job", "CronJob") else "apps/v1"
    return {"apiVersion": group, "kind": kind, "metadata": {"name": name}, "spec": spec}


def service(name: str = "web", *, selector: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    """A Service that selects the label `app` of its own name and sends port 80 to port http."""
    ports = [{"port": 80, "targetPort": "http"}]
    spec = {"selector": selector or {"app": name}, "ports": ports, **spec}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


def budget(name: str = "web", *, app: str | None = None, **spec: Any) -> dict[str, Any]:
    """A PodDisruptionBudget over the label `app`, its name by default."""
    spec = {"selector": {"matchLabels": {"app": app or name}}, **spec}
    return {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": name}, "spec": spec}


def autoscaler(name: str = "web", *, target: str = "web", cpu: int = 70, **spec: Any) -> dict[str, Any]:
    """A HorizontalPodAutoscaler of a Deployment by CPU utilisation."""
    metric = {
        "type": "Resource",
        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": cpu}},
    }
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": target}
    spec = {"scaleTargetRef": reference, "minReplicas": 2, "maxReplicas": 10, "metrics": [metric], **spec}
    return {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": name}, "spec": spec}


def named(kind: str, name: str, api_version: str = "v1", **fields: Any) -> dict[str, Any]:
    """Any object with a name."""
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, **fields}
