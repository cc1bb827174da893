"""Defaults of workloads: apps/v1, batch/v1 and ReplicationController (pkg/apis/*/v1/defaults.go, Kubernetes 1.36)."""

from __future__ import annotations

from seatrial.apis.defaults.filling import Fields, created, each, filled, within
from seatrial.apis.defaults.pods import pod_template
from seatrial.apis.defaults.volumes import claim_template

ROLLING_UPDATE = "RollingUpdate"
MAX_INT32 = 2**31 - 1


def deployment(obj: Fields) -> Fields:
    """A Deployment."""
    return created(obj, "spec", _deployment_spec)


def _deployment_spec(spec: Fields) -> Fields:
    spec = filled(spec, {"replicas": 1, "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600})
    spec = created(spec, "strategy", _deployment_strategy)
    return created(spec, "template", pod_template)


def _deployment_strategy(strategy: Fields) -> Fields:
    strategy = filled(strategy, {"type": ROLLING_UPDATE})
    return created(strategy, "rollingUpdate", _quarters) if strategy["type"] == ROLLING_UPDATE else strategy


def _quarters(rolling: Fields) -> Fields:
    return filled(rolling, {"maxUnavailable": "25%", "maxSurge": "25%"})


def replica_set(obj: Fields) -> Fields:
    """A ReplicaSet."""
    return created(obj, "spec", _replica_set_spec)


def _replica_set_spec(spec: Fields) -> Fields:
    return created(filled(spec, {"replicas": 1}), "template", pod_template)


def daemon_set(obj: Fields) -> Fields:
    """A DaemonSet."""
    return created(obj, "spec", _daemon_set_spec)


def _daemon_set_spec(spec: Fields) -> Fields:
    spec = filled(spec, {"revisionHistoryLimit": 10})
    spec = created(spec, "updateStrategy", _daemon_set_strategy)
    return created(spec, "template", pod_template)


def _daemon_set_strategy(strategy: Fields) -> Fields:
    strategy = filled(strategy, {"type": ROLLING_UPDATE})
    return created(strategy, "rollingUpdate", _one_by_one) if strategy["type"] == ROLLING_UPDATE else strategy


def _one_by_one(rolling: Fields) -> Fields:
    return filled(rolling, {"maxUnavailable": 1, "maxSurge": 0})


def stateful_set(obj: Fields) -> Fields:
    """A StatefulSet."""
    return created(obj, "spec", _stateful_set_spec)


def _stateful_set_spec(spec: Fields) -> Fields:
    spec = filled(spec, {"podManagementPolicy": "OrderedReady", "replicas": 1, "revisionHistoryLimit": 10})
    spec = created(spec, "updateStrategy", _stateful_set_strategy)
    spec = created(spec, "persistentVolumeClaimRetentionPolicy", _retention)
    spec = each(spec, "volumeClaimTemplates", claim_template)
    return created(spec, "template", pod_template)


def _stateful_set_strategy(strategy: Fields) -> Fields:
    if not strategy.get("type"):
        strategy = filled({**strategy, "type": ROLLING_UPDATE}, {"rollingUpdate": {}})
    return within(strategy, "rollingUpdate", _partition) if strategy["type"] == ROLLING_UPDATE else strategy


def _partition(rolling: Fields) -> Fields:
    return filled(rolling, {"partition": 0})


def _retention(policy: Fields) -> Fields:
    return filled(policy, {"whenDeleted": "Retain", "whenScaled": "Retain"})


def job(obj: Fields) -> Fields:
    """A Job; without labels it takes its template's."""
    obj = created(obj, "spec", _job_spec)
    return _labelled_as_template(obj, obj["spec"])


def _job_spec(spec: Fields) -> Fields:
    if spec.get("completions") is None and spec.get("parallelism") is None:
        spec = {**spec, "completions": 1, "parallelism": 1}
    per_index = spec.get("backoffLimitPerIndex") is not None
    spec = filled(
        spec,
        {
            "parallelism": 1,
            "backoffLimit": MAX_INT32 if per_index else 6,
            "completionMode": "NonIndexed",
            "suspend": False,
            "manualSelector": False,
            "podReplacementPolicy": "Failed" if spec.get("podFailurePolicy") else "TerminatingOrFailed",
        },
    )
    spec = within(spec, "podFailurePolicy", _failure_policy)
    return created(spec, "template", pod_template)


def _failure_policy(policy: Fields) -> Fields:
    return each(policy, "rules", _failure_rule)


def _failure_rule(rule: Fields) -> Fields:
    return each(rule, "onPodConditions", _condition_pattern)


def _condition_pattern(pattern: Fields) -> Fields:
    return filled(pattern, {"status": "True"})


def _labelled_as_template(obj: Fields, spec: Fields) -> Fields:
    metadata = obj.get("metadata") or {}
    labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels")
    if not labels or metadata.get("labels"):
        return obj
    return {**obj, "metadata": {**metadata, "labels": labels}}


def cron_job(obj: Fields) -> Fields:
    """A CronJob."""
    return created(obj, "spec", _cron_job_spec)


def _cron_job_spec(spec: Fields) -> Fields:
    defaults = {
        "concurrencyPolicy": "Allow",
        "suspend": False,
        "successfulJobsHistoryLimit": 3,
        "failedJobsHistoryLimit": 1,
    }
    return created(filled(spec, defaults), "jobTemplate", _job_template)


def _job_template(template: Fields) -> Fields:
    return created(template, "spec", _template_job_spec)


def _template_job_spec(spec: Fields) -> Fields:
    """Only the pod template: a Job's own defaults come when the controller makes the Job."""
    return created(spec, "template", pod_template)


def replication_controller(obj: Fields) -> Fields:
    """A ReplicationController; selector and labels come from its template where it has none."""
    obj = created(obj, "spec", _replication_controller_spec)
    return _labelled_as_template(obj, obj["spec"])


def _replication_controller_spec(spec: Fields) -> Fields:
    spec = filled(spec, {"replicas": 1})
    spec = within(spec, "template", pod_template)
    labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels")
    return {**spec, "selector": labels} if labels and not spec.get("selector") else spec


def pod_template_object(obj: Fields) -> Fields:
    """A PodTemplate."""
    return created(obj, "template", pod_template)
