"""Small sound objects, and what is said of them when one thing is changed."""

from __future__ import annotations

from typing import Any

from seatrial.apis import validation
from seatrial.apis.violations import Version

Json = dict[str, Any]
LATEST: Version = (1, 37)


def said(obj: Json, version: Version = LATEST) -> list[str]:
    """Everything that the API server holds against an object, as `path: message`."""
    return [str(violation) for violation in validation.validate(obj, version)]


def paths(obj: Json, version: Version = LATEST) -> list[str]:
    """The fields that the API server names."""
    return [violation.path for violation in validation.validate(obj, version)]


def container(**fields: Any) -> Json:
    return {"name": "c", "image": "i:1", **fields}


def pod_spec(**fields: Any) -> Json:
    return {"containers": [container()], **fields}


def template(**spec: Any) -> Json:
    return {"metadata": {"labels": {"app": "a"}}, "spec": pod_spec(**spec)}


def obj(api_version: str, kind: str, **fields: Any) -> Json:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}, **fields}


def pod(**spec: Any) -> Json:
    return obj("v1", "Pod", spec=pod_spec(**spec))


def pod_of(**fields: Any) -> Json:
    """A pod with one container of these fields."""
    return pod(containers=[container(**fields)])


def workload(kind: str, **spec: Any) -> Json:
    return obj("apps/v1", kind, spec={"selector": {"matchLabels": {"app": "a"}}, "template": template(), **spec})


def job(**spec: Any) -> Json:
    return obj("batch/v1", "Job", spec={"template": template(restartPolicy="Never"), **spec})


def cron_job(**spec: Any) -> Json:
    job_template = {"spec": {"template": template(restartPolicy="OnFailure")}}
    return obj("batch/v1", "CronJob", spec={"schedule": "* * * * *", "jobTemplate": job_template, **spec})


def service(**spec: Any) -> Json:
    return obj("v1", "Service", spec={"ports": [{"port": 80}], **spec})


def claim(**spec: Any) -> Json:
    requests = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    return obj("v1", "PersistentVolumeClaim", spec={**requests, **spec})


def volume(**spec: Any) -> Json:
    given = {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/x"}}
    return obj("v1", "PersistentVolume", spec={**given, **spec})


def ingress(**spec: Any) -> Json:
    return obj("networking.k8s.io/v1", "Ingress", spec=spec)


def backend(**port: Any) -> Json:
    return {"service": {"name": "web", "port": port or {"number": 80}}}


def autoscaler(**spec: Any) -> Json:
    target = {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "maxReplicas": 3}
    return obj("autoscaling/v2", "HorizontalPodAutoscaler", spec={**target, **spec})
