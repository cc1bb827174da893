"""What Go's decoders refuse: types, ranges, quantities, times, base64, unknown fields (Kubernetes 1.34)."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.apis import decoding, schemas
from seatrial.model import quantities
from tests.apis.samples import obj, pod, pod_of, said, service, workload

FORMAT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"


def decoded(thing: dict[str, Any], strict: bool = True) -> list[str]:
    schema = schemas.of_kind((1, 34), thing["apiVersion"], thing["kind"])
    assert schema is not None
    return [str(violation) for violation in decoding.decode(thing, schema, strict)]


@pytest.mark.parametrize(
    ("thing", "path", "message"),
    [
        (workload("Deployment", replicas="2"), "spec.replicas", 'string "2" into a field of type int32'),
        (workload("Deployment", replicas=1.5), "spec.replicas", "number 1.5 into a field of type int32"),
        (workload("Deployment", replicas=3000000000), "spec.replicas", "number 3000000000 into a field of type int32"),
        (pod_of(command="a b"), "spec.containers[0].command", 'string "a b" into a field of type list'),
        (pod_of(args=[1]), "spec.containers[0].args[0]", "number 1 into a field of type string"),
        (pod_of(args=[{"a": 1}]), "spec.containers[0].args[0]", "object into a field of type string"),
        (pod_of(env=[{"name": "A", "value": True}]), "spec.containers[0].env[0].value",
         "bool into a field of type string"),
        (pod(containers={}), "spec.containers", "object into a field of type list"),
        (obj("v1", "ConfigMap", data=[]), "data", "array into a field of type map"),
        (obj("v1", "ConfigMap", data={"a": 1}), "data.a", "number 1 into a field of type string"),
        (service(ports=[{"port": 80, "targetPort": 80.5}]), "spec.ports[0].targetPort",
         "number 80.5 into a field of type int32 or string"),
        (service(ports="80"), "spec.ports", 'string "80" into a field of type list'),
        (pod(hostNetwork="yes"), "spec.hostNetwork", 'string "yes" into a field of type bool'),
    ],
)  # fmt: skip
def test_wrong_types(thing: dict[str, Any], path: str, message: str) -> None:
    assert said(thing, (1, 34)) == [f"{path}: cannot unmarshal {message}"]


@pytest.mark.parametrize("value", [None, 0, 2, 2**31 - 1])
def test_numbers_that_fit(value: Any) -> None:
    assert decoded(workload("Deployment", replicas=value)) == []


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("100 m", FORMAT),
        ("128MB", FORMAT),
        ("1,5", FORMAT),
        (True, FORMAT),
        ("", FORMAT),
        ("512mi", "unable to parse quantity's suffix"),
        ("1e", "unable to parse quantity's suffix"),
    ],
)
def test_quantities(value: Any, message: str) -> None:
    asked = pod_of(resources={"limits": {"cpu": value}})
    assert decoded(asked) == [f"spec.containers[0].resources.limits.cpu: {message}"]


@given(
    st.from_regex(r" ?[+-]?([0-9]{1,4}(\.[0-9]{0,3})?|\.[0-9]{1,3})(Ki|Gi|[numkMG]|[eE][+-]?[0-9])? ?", fullmatch=True)
)
def test_every_quantity_that_is_decoded_can_be_parsed(text: str) -> None:
    ascii_only = text.isascii()
    taken = decoded(pod_of(resources={"limits": {"cpu": text}})) == []
    assert taken == ascii_only
    if taken:
        quantities.parse(text)


@pytest.mark.parametrize(
    ("value", "byte"),
    [("aGVsbG8", 4), ("x!", 1), ("not base64", 3), ("aGVsbG8==", 7), ("<base64>", 0)],
)
def test_base64(value: str, byte: int) -> None:
    assert decoded(obj("v1", "Secret", data={"a": value})) == [f"data.a: illegal base64 data at input byte {byte}"]


@given(st.binary(max_size=200))
def test_all_that_base64_can_say_is_read(data: bytes) -> None:
    assert decoded(obj("v1", "Secret", data={"a": base64.encodebytes(data).decode()})) == []


@pytest.mark.parametrize("stamp", [None, "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.678+02:00"])
def test_times(stamp: Any) -> None:
    assert decoded(obj("v1", "Pod", metadata={"name": "p", "creationTimestamp": stamp})) == []


@pytest.mark.parametrize("stamp", ["yesterday", "", "2026-01-02", "2026-13-02T03:04:05Z"])
def test_texts_that_are_no_times(stamp: str) -> None:
    assert decoded(obj("v1", "Pod", metadata={"name": "p", "creationTimestamp": stamp}))[0].startswith(
        f'metadata.creationTimestamp: parsing time "{stamp}"'
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"imagee": "x"}, 'unknown field "spec.containers[0].imagee", did you mean "image"?'),
        ({"livenessprobe": {}}, 'unknown field "spec.containers[0].livenessprobe", did you mean "livenessProbe"?'),
        ({"xyz": 1}, 'unknown field "spec.containers[0].xyz"'),
    ],
)
def test_unknown_fields(fields: dict[str, Any], message: str) -> None:
    assert decoded(pod_of(**fields)) == [f"{message[15 : message.index(chr(34), 15)]}: {message}"]
    assert decoded(pod_of(**fields), strict=False) == []


def test_unknown_fields_do_not_hide_what_else_is_wrong() -> None:
    assert said(pod_of(imagee="x", image=None), (1, 34))[1:] == ["spec.containers[0].image: Required value"]


def test_null_may_stand_anywhere() -> None:
    empty = pod(
        nodeSelector=None, volumes=[None], containers=[{"name": "c", "image": "i:1", "env": None, "args": [None]}]
    )
    assert decoded(empty) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (["spec", "containers", 0, "image"], "spec.containers[0].image"),
        (["metadata", "labels", "app.kubernetes.io/name"], "metadata.labels[app.kubernetes.io/name]"),
        (["data", "a-b"], "data.a-b"),
        ([], ""),
    ],
)
def test_paths_are_kubernetes_own(path: list[str | int], text: str) -> None:
    assert decoding.field_path(path) == text


def test_the_decoder_drops_what_it_does_not_know() -> None:
    """So that no rule of a newer version looks at a field which this version does not have."""
    claims = pod(resourceClaims=[{"name": "a", "resourceClaimName": 5}])
    assert said(claims, (1, 25)) == ['spec.resourceClaims: unknown field "spec.resourceClaims"']
