"""Flow control, claims of devices, reviews and certificates: upstream's validation tests restated."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apis.samples import obj, paths, said

Fields = dict[str, Any]
FLOW = "flowcontrol.apiserver.k8s.io/v1"
DEVICES = "resource.k8s.io/v1"


def rule(**fields: Any) -> Fields:
    everything = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"], "namespaces": ["*"]}
    return {"subjects": [{"kind": "User", "user": {"name": "a"}}], "resourceRules": [{**everything, **fields}]}


def flow(*rules: Fields, **spec: Any) -> Fields:
    return obj(FLOW, "FlowSchema", spec={"priorityLevelConfiguration": {"name": "p"}, "rules": list(rules), **spec})


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        (flow(), []),
        (flow(rule()), []),
        (flow(rule(namespaces=[], clusterScope=True)), []),
        (flow(priorityLevelConfiguration=None), ["spec.priorityLevelConfiguration.name"]),
        (flow(matchingPrecedence=0), []),
        (flow(matchingPrecedence=-1), ["spec.matchingPrecedence"]),
        (flow(matchingPrecedence=1), ["spec.matchingPrecedence"]),
        (flow(matchingPrecedence=10_001), ["spec.matchingPrecedence"]),
        (flow(distinguisherMethod={"type": "ByMood"}), ["spec.distinguisherMethod.type"]),
        (flow({}), ["spec.rules[0].subjects", "spec.rules[0]"]),
        (flow(rule(verbs=["feed"])), ["spec.rules[0].resourceRules[0].verbs"]),
        (flow(rule(verbs=["*", "get"])), ["spec.rules[0].resourceRules[0].verbs"]),
        (flow(rule(apiGroups=[])), ["spec.rules[0].resourceRules[0].apiGroups"]),
        (flow(rule(namespaces=[])), ["spec.rules[0].resourceRules[0].namespaces"]),
        (flow(rule(namespaces=["A"])), ["spec.rules[0].resourceRules[0].namespaces[0]"]),
        (flow({**rule(), "subjects": [{"kind": "Robot"}]}), ["spec.rules[0].subjects[0].kind"]),
        (flow({**rule(), "subjects": [{"kind": "Group"}]}), ["spec.rules[0].subjects[0].group"]),
        (
            flow({**rule(), "subjects": [{"kind": "ServiceAccount", "serviceAccount": {"name": "*"}}]}),
            ["spec.rules[0].subjects[0].serviceAccount.namespace"],
        ),
        (
            flow({**rule(), "subjects": [{"kind": "User", "user": {"name": "a"}, "group": {"name": "b"}}]}),
            ["spec.rules[0].subjects[0].group"],
        ),
    ],
)
def test_flow_schemas(schema: Fields, found: list[str]) -> None:
    assert paths(schema) == found


def level(**limited: Any) -> Fields:
    fields = {"limitResponse": {"type": "Reject"}, **limited}
    return obj(FLOW, "PriorityLevelConfiguration", spec={"type": "Limited", "limited": fields})


def queue(**queuing: Any) -> Fields:
    return level(limitResponse={"type": "Queue", "queuing": queuing})


@pytest.mark.parametrize(
    ("configuration", "found"),
    [
        (level(), []),
        (level(nominalConcurrencyShares=0), []),
        (level(nominalConcurrencyShares=-1), ["spec.limited.nominalConcurrencyShares"]),
        (level(lendablePercent=101), ["spec.limited.lendablePercent"]),
        (level(limitResponse={"type": "Queue"}), ["spec.limited.limitResponse.queuing"]),
        (level(limitResponse={}), ["spec.limited.limitResponse.type"]),
        (queue(), []),
        (queue(queues=512, handSize=6), []),
        (queue(queues=512, handSize=8), ["spec.limited.limitResponse.queuing.handSize"]),
        (queue(queues=4, handSize=5), ["spec.limited.limitResponse.queuing.handSize"]),
        (queue(queues=-1, handSize=-1), [f"spec.limited.limitResponse.queuing.{f}" for f in ("queues", "handSize")]),
        (obj(FLOW, "PriorityLevelConfiguration", spec={"type": "Exempt"}), ["spec.type"]),
        (obj(FLOW, "PriorityLevelConfiguration", spec={"type": "Limited"}), ["spec.limited"]),
        (obj(FLOW, "PriorityLevelConfiguration", spec={}), ["spec.type"]),
    ],
)
def test_priority_levels(configuration: Fields, found: list[str]) -> None:
    assert paths(configuration) == found


def claim(*requests: Fields, api_version: str = DEVICES, **devices: Any) -> Fields:
    return obj(api_version, "ResourceClaim", spec={"devices": {"requests": list(requests), **devices}})


GPU: Fields = {"name": "gpu", "exactly": {"deviceClassName": "gpu.example.com"}}


@pytest.mark.parametrize(
    ("claimed", "found"),
    [
        (claim(GPU), []),
        (claim(GPU, GPU), ["spec.devices.requests[1]"]),
        (claim({"name": "gpu"}), ["spec.devices.requests[0]"]),
        (claim({**GPU, "name": "A"}), ["spec.devices.requests[0].name"]),
        (claim({"name": "gpu", "exactly": {}}), ["spec.devices.requests[0].exactly.deviceClassName"]),
        (
            claim({"name": "gpu", "exactly": {"deviceClassName": "g", "allocationMode": "All", "count": 2}}),
            ["spec.devices.requests[0].exactly.count"],
        ),
        (
            claim({"name": "gpu", "exactly": {"deviceClassName": "g", "allocationMode": "Some"}}),
            ["spec.devices.requests[0].exactly.allocationMode"],
        ),
        (claim({**GPU, "firstAvailable": [{"name": "a", "deviceClassName": "b"}]}), ["spec.devices.requests[0]"]),
        (claim({"name": "gpu", "firstAvailable": [{"name": "a", "deviceClassName": "b"}]}), []),
        (
            claim({"name": "gpu", "exactly": {"deviceClassName": "g", "selectors": [{}]}}),
            ["spec.devices.requests[0].exactly.selectors[0].cel"],
        ),
        (claim(GPU, constraints=[{"requests": ["gpu"], "matchAttribute": "example.com/numa"}]), []),
        (
            claim(GPU, constraints=[{"requests": ["cpu"], "matchAttribute": "numa"}]),
            ["spec.devices.constraints[0].requests[0]", "spec.devices.constraints[0].matchAttribute"],
        ),
        (claim(GPU, config=[{"requests": ["gpu"]}]), ["spec.devices.config[0].opaque"]),
        (
            claim(GPU, config=[{"opaque": {"driver": "gpu.example.com"}}]),
            ["spec.devices.config[0].opaque.parameters"],
        ),
        (claim({"name": "gpu", "deviceClassName": "g"}, api_version="resource.k8s.io/v1beta1"), []),
        (
            claim({"name": "gpu"}, api_version="resource.k8s.io/v1beta1"),
            ["spec.devices.requests[0].exactly.deviceClassName"],
        ),
    ],
)
def test_claims_of_devices(claimed: Fields, found: list[str]) -> None:
    assert paths(claimed) == found


def test_templates_and_classes_of_devices() -> None:
    template = obj(DEVICES, "ResourceClaimTemplate", spec={"spec": {"devices": {"requests": [{"name": "a"}]}}})
    assert said(template) == [
        "spec.spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required"
    ]
    too_many = obj(DEVICES, "DeviceClass", spec={"selectors": [{"cel": {"expression": "true"}}] * 33})
    assert said(too_many) == ["spec.selectors: Too many: 33: must have at most 32 items"]


@pytest.mark.parametrize(
    ("review", "found"),
    [
        ({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": "t"}}, []),
        (
            {
                "apiVersion": "authorization.k8s.io/v1",
                "kind": "SubjectAccessReview",
                "spec": {"user": "jane", "resourceAttributes": {"verb": "get", "resource": "pods"}},
            },
            [],
        ),
        (
            {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": {}},
            ["spec.resourceAttributes", "spec.user"],
        ),
    ],
)
def test_reviews_need_no_name(review: Fields, found: list[str]) -> None:
    assert paths(review) == found


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({}, []),
        ({"usages": []}, ["spec.usages"]),
        ({"signerName": ""}, ["spec.signerName"]),
        ({"request": None}, ["spec.request"]),
        ({"expirationSeconds": 60}, ["spec.expirationSeconds"]),
    ],
)
def test_certificates_are_asked_for_under_any_name(fields: Fields, found: list[str]) -> None:
    spec = {"request": "LS0t", "signerName": "a.example/b", "usages": ["client auth"], **fields}
    asked = obj("certificates.k8s.io/v1", "CertificateSigningRequest", spec=spec)
    assert paths({**asked, "metadata": {"name": "Node:One"}}) == found


@pytest.mark.parametrize(
    ("name", "signer", "found"),
    [
        ("example.com:foo:v1", "example.com/foo", []),
        ("v1", "example.com/foo", ["metadata.name"]),
        ("v1", "", []),
        ("example.com:v1", "", ["metadata.name"]),
    ],
)
def test_trust_bundles_are_named_after_their_signer(name: str, signer: str, found: list[str]) -> None:
    bundle = obj("certificates.k8s.io/v1", "ClusterTrustBundle", spec={"signerName": signer, "trustBundle": "pem"})
    assert paths({**bundle, "metadata": {"name": name}}) == found
