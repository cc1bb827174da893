"""Workloads, Jobs and CronJobs: pkg/apis/apps/validation and pkg/apis/batch/validation tests restated."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.apis.violations import Version
from tests.apis.samples import container, cron_job, job, obj, paths, pod_spec, said, template, workload

Fields = dict[str, Any]
KINDS = ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet")


@pytest.mark.parametrize("kind", KINDS)
def test_sound_workloads(kind: str) -> None:
    assert said(workload(kind)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_pods_of_workloads_are_kept_running(kind: str) -> None:
    assert said(workload(kind, template=template(restartPolicy="Never"))) == [
        'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_their_templates_are_looked_into(kind: str) -> None:
    assert paths(workload(kind, template=template(containers=[container(image="")]))) == [
        "spec.template.spec.containers[0].image"
    ]


@pytest.mark.parametrize("kind", ["Deployment", "ReplicaSet", "StatefulSet"])
def test_replicas_are_not_negative(kind: str) -> None:
    assert said(workload(kind, replicas=-1)) == ["spec.replicas: Invalid value: -1: must be greater than or equal to 0"]


@pytest.mark.parametrize(
    ("strategy", "found"),
    [
        ({"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}, []),
        ({"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}, [".rollingUpdate.maxUnavailable"]),
        ({"rollingUpdate": {"maxSurge": "0%", "maxUnavailable": 0}}, [".rollingUpdate.maxUnavailable"]),
        ({"rollingUpdate": {"maxUnavailable": "101%"}}, [".rollingUpdate.maxUnavailable"]),
        ({"rollingUpdate": {"maxSurge": "200%"}}, []),
        ({"rollingUpdate": {"maxUnavailable": "25"}}, [".rollingUpdate.maxUnavailable"]),
        ({"rollingUpdate": {"maxSurge": -1}}, [".rollingUpdate.maxSurge"]),
        ({"type": "Recreate", "rollingUpdate": {}}, [".rollingUpdate"]),
        ({"type": "rolling"}, [""]),
    ],
)
def test_strategies_of_deployments(strategy: Fields, found: list[str]) -> None:
    assert paths(workload("Deployment", strategy=strategy)) == [f"spec.strategy{path}" for path in found]


def test_the_deadline_is_longer_than_ready_takes() -> None:
    assert said(workload("Deployment", progressDeadlineSeconds=30, minReadySeconds=30)) == [
        "spec.progressDeadlineSeconds: Invalid value: 30: must be greater than minReadySeconds"
    ]


@pytest.mark.parametrize(
    ("rolling", "found"),
    [
        ({}, []),
        ({"maxSurge": 1, "maxUnavailable": 0}, []),
        ({"maxSurge": 1}, ["maxSurge"]),
        ({"maxUnavailable": 0}, ["maxUnavailable"]),
        ({"maxUnavailable": "101%"}, ["maxUnavailable"]),
    ],
)
def test_strategies_of_daemon_sets(rolling: Fields, found: list[str]) -> None:
    prefix = "spec.updateStrategy.rollingUpdate."
    assert paths(workload("DaemonSet", updateStrategy={"rollingUpdate": rolling})) == [prefix + path for path in found]


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({"podManagementPolicy": "Any"}, ["spec.podManagementPolicy"]),
        ({"updateStrategy": {"type": "OnDelete", "rollingUpdate": {}}}, ["spec.updateStrategy.rollingUpdate"]),
        ({"updateStrategy": {"rollingUpdate": {"partition": -1}}}, ["spec.updateStrategy.rollingUpdate.partition"]),
        ({"updateStrategy": {"type": "Recreate"}}, ["spec.updateStrategy"]),
        ({"ordinals": {"start": -1}}, ["spec.ordinals.start"]),
        ({"persistentVolumeClaimRetentionPolicy": {"whenScaled": "Keep"}},
         ["spec.persistentVolumeClaimRetentionPolicy.whenScaled"]),
    ],
)  # fmt: skip
def test_stateful_sets(spec: Fields, found: list[str]) -> None:
    assert paths(workload("StatefulSet", **spec)) == found


def test_claim_templates_are_volumes_of_a_stateful_sets_pods() -> None:
    mounted = template(containers=[container(volumeMounts=[{"name": "data", "mountPath": "/d"}])])
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    claims = [{"metadata": {"name": "data"}, "spec": claim}]
    assert said(workload("StatefulSet", template=mounted, volumeClaimTemplates=claims)) == []
    assert paths(workload("StatefulSet", template=mounted)) == ["spec.template.spec.containers[0].volumeMounts[0].name"]


@pytest.mark.parametrize(
    ("claim", "version", "found"),
    [
        ({}, (1, 33), []),
        ({}, (1, 34), ["accessModes", "resources[storage]"]),
        ({"accessModes": ["Once"], "resources": {"requests": {"storage": "1Gi"}}}, (1, 34), ["accessModes"]),
    ],
)
def test_claim_templates_are_claims_since_1_34(claim: Fields, version: Version, found: list[str]) -> None:
    claims = [{"metadata": {"name": "data"}, "spec": claim}]
    said_of = paths(workload("StatefulSet", volumeClaimTemplates=claims), version)
    assert said_of == [f"spec.volumeClaimTemplates[0].spec.{path}" for path in found]


def test_what_the_stateful_set_controller_sets_is_not_looked_at() -> None:
    named = template(hostname="Web", subdomain="Web")
    assert said(workload("StatefulSet", template=named), (1, 34)) == []
    assert len(said(workload("StatefulSet", template=named), (1, 33))) == 2
    assert len(said(workload("Deployment", template=named))) == 2


@pytest.mark.parametrize("kind", ["Deployment", "ReplicaSet", "StatefulSet"])
def test_a_selector_that_cannot_be_used_hides_the_template(kind: str) -> None:
    """`ValidateDeploymentSpec`: LabelSelectorAsSelector fails, and the template is not looked at."""
    broken = workload(kind, selector={"matchLabels": {"app": "a b"}}, template={"spec": {"containers": []}})
    assert paths(broken)[:2] == ["spec.selector.matchLabels", "spec.selector"]
    assert "spec.template.spec.containers" not in paths(broken)


def test_a_stateful_sets_name_becomes_a_host_name() -> None:
    assert paths({**workload("StatefulSet"), "metadata": {"name": "a.b"}}) == ["metadata.name"]


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({"template": template()}, []),
        ({"selector": {"app": "b"}, "template": template()}, ["spec.template.metadata.labels"]),
        ({"template": {"spec": pod_spec()}}, ["spec.selector"]),
        ({"selector": {"app": "a"}}, ["spec.template"]),
    ],
)
def test_replication_controllers(spec: Fields, found: list[str]) -> None:
    assert paths(obj("v1", "ReplicationController", spec=spec)) == found


def test_a_job_ends() -> None:
    assert said(job()) == []
    assert said(job(template=template())) == [
        'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'
    ]


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({"parallelism": -1}, ["parallelism"]),
        ({"completionMode": "Indexed", "parallelism": 2}, ["completions"]),
        ({"completionMode": "indexed"}, ["completionMode"]),
        ({"backoffLimitPerIndex": 1}, ["backoffLimitPerIndex"]),
        ({"selector": {"matchLabels": {"app": "a"}}}, ["selector"]),
        ({"manualSelector": True, "selector": {"matchLabels": {"app": "a"}}}, []),
        ({"manualSelector": True}, ["selector", "template.metadata.labels"]),
        ({"selector": {}}, []),
        ({"template": {**template(restartPolicy="Never"), "metadata": {"labels": {"job-name": "y"}}}},
         ["template.metadata.labels[job-name]"]),
        ({"podFailurePolicy": {"rules": [{"action": "Stop", "onPodConditions": [{"type": "A"}]}]}},
         ["podFailurePolicy.rules[0].action"]),
        ({"podFailurePolicy": {"rules": [{"action": "FailJob"}]}}, ["podFailurePolicy.rules[0]"]),
        ({"podFailurePolicy": {"rules": [{"action": "FailJob", "onExitCodes": {"operator": "In", "values": [0]}}]}},
         ["podFailurePolicy.rules[0].onExitCodes.values[0]"]),
        ({"podFailurePolicy": {"rules": []}, "podReplacementPolicy": "TerminatingOrFailed"}, ["podReplacementPolicy"]),
        ({"successPolicy": {"rules": [{"succeededCount": 1}]}}, ["successPolicy"]),
    ],
)  # fmt: skip
def test_jobs(spec: Fields, found: list[str]) -> None:
    assert paths(job(**spec)) == [f"spec.{path}" for path in found]


@pytest.mark.parametrize(
    "schedule",
    ["* * * * *", "*/5 0-6,12 1 jan,MAR mon-fri", "@daily", "@every 1h30m", "0 0 * * ?", "5/15 * * * *", "0 0 1 1 0"],
)
def test_schedules(schedule: str) -> None:
    assert said(cron_job(schedule=schedule)) == []


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ("* * * *", "expected exactly 5 fields, found 4: [* * * *]"),
        ("60 * * * *", "end of range (60) above maximum (59): 60"),
        ("* * * * 7", "end of range (7) above maximum (6): 7"),
        ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
        ("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"),
        ("*/0 * * * *", "step of range should be a positive number: */0"),
        ("a * * * *", 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax'),
        ("@never", "unrecognized descriptor: @never"),
    ],
)
def test_schedules_that_are_none(schedule: str, message: str) -> None:
    assert said(cron_job(schedule=schedule)) == [f'spec.schedule: Invalid value: "{schedule}": {message}']


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({"schedule": ""}, ["spec.schedule"]),
        ({"concurrencyPolicy": "Maybe"}, ["spec.concurrencyPolicy"]),
        ({"startingDeadlineSeconds": -1}, ["spec.startingDeadlineSeconds"]),
        ({"timeZone": ""}, ["spec.timeZone"]),
        ({"timeZone": "Local"}, ["spec.timeZone"]),
        ({"schedule": "TZ=UTC 0 0 * * *"}, ["spec.schedule"]),
        ({"jobTemplate": {"spec": {"template": template()}}}, ["spec.jobTemplate.spec.template.spec.restartPolicy"]),
    ],
)
def test_cron_jobs(spec: Fields, found: list[str]) -> None:
    assert paths(cron_job(**spec)) == found


def test_a_cron_jobs_name_leaves_room_for_its_jobs() -> None:
    named = {**cron_job(), "metadata": {"name": "a" * 53}}
    assert said(named) == [f'metadata.name: Invalid value: "{"a" * 53}": must be no more than 52 characters']
