"""A Job's podFailurePolicy and successPolicy.

As pkg/controller/job/pod_failure_policy.go and success_policy.go (Kubernetes 1.36).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from seatrial.cluster.controllers import job_indexes
from seatrial.model.objects import Object


def match_failure(job: Object, pod: Object) -> tuple[str, str]:
    """The action for a failed pod, `Count` where no rule matches, and for FailJob the reason in words."""
    rules = (job.spec.get("podFailurePolicy") or {}).get("rules") or ()
    for i, rule in enumerate(rules):
        if rule["action"] == "FailIndex" and job_indexes.limit_per_index(job) is None:
            continue
        if (codes := rule.get("onExitCodes")) is not None:
            status = _exit_that_matches(codes, pod)
            if status is not None:
                name, code = status
                what = f"Container {name} for pod {pod.namespace}/{pod.name} failed with exit code {code}"
                return rule["action"], f"{what} matching {rule['action']} rule at index {i}"
        elif (wanted := _condition_that_matches(rule.get("onPodConditions") or (), pod)) is not None:
            what = f"Pod {pod.namespace}/{pod.name} has condition {wanted}"
            return rule["action"], f"{what} matching {rule['action']} rule at index {i}"
    return "Count", ""


def _exit_that_matches(requirement: Mapping[str, Any], pod: Object) -> tuple[str, int] | None:
    status = pod.status
    for container in [*(status.get("containerStatuses") or ()), *(status.get("initContainerStatuses") or ())]:
        if requirement.get("containerName") not in (None, container.get("name")):
            continue
        code = ((container.get("state") or {}).get("terminated") or {}).get("exitCode", 0)
        if code and (code in requirement["values"]) == (requirement["operator"] == "In"):
            return container["name"], code
    return None


def _condition_that_matches(requirements: Iterable[Mapping[str, Any]], pod: Object) -> str | None:
    for requirement in requirements:
        for condition in pod.status.get("conditions") or ():
            if condition["type"] == requirement["type"] and condition["status"] == requirement.get("status", "True"):
                return str(condition["type"])
    return None


def match_success(job: Object, succeeded: set[int]) -> str | None:
    """What the successPolicy says about these succeeded indexes; None: the Job has to go on."""
    completions = int(job.spec.get("completions") or 0)
    for i, rule in enumerate((job.spec.get("successPolicy") or {}).get("rules") or ()):
        asked, count = rule.get("succeededIndexes"), rule.get("succeededCount")
        found = succeeded if asked is None else succeeded & (wanted := job_indexes.parsed(asked, completions))
        enough = len(found) >= int(count) if count is not None else asked is not None and found == wanted
        if enough:
            return f"Matched rules at index {i}"
    return None
