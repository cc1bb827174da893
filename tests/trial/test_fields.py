"""What is said of fields is said of fields that exist, with examples of them."""

from __future__ import annotations

import pytest

from seatrial.apis.explanation import explain
from seatrial.checks import fields as rules
from seatrial.manifests import yaml_reader
from seatrial.model.objects import dig
from seatrial.trial import fields

NEWEST = (1, 37)


@pytest.mark.parametrize(("kind", "path"), fields.known())
def test_the_field_exists(kind: str, path: str) -> None:
    assert explain(f"{kind}.{path}", NEWEST).path == path


@pytest.mark.parametrize(("kind", "path"), fields.known())
def test_an_example_holds_the_field(kind: str, path: str) -> None:
    known = fields.practice(kind, path)
    assert known is not None
    if path == "spec":
        return
    text = rules.example(kind, path) or known.example
    value = yaml_reader.read(text)
    for step in path.split("."):
        value = dig(value, step) if isinstance(value, dict) else dig(value, 0, step)
        assert value is not None, f"{step} of {path}"


def test_the_nearest_field_above_speaks() -> None:
    above = fields.practice("Pod", "spec.containers.livenessProbe")
    assert fields.practice("Pod", "spec.containers.livenessProbe.httpGet.port") == above
    assert fields.practice("Pod", "spec.hostname") is None
    assert fields.practice("Lease", "spec.holderIdentity") is None
