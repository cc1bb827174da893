"""A Secret without its values keeps its keys, its type, and whatever the API server asks of it."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.apis import validation
from seatrial.model.objects import LAST_APPLIED, Object
from seatrial.model.secrets import concealed


def secret(**fields: Any) -> Object:
    annotations = {LAST_APPLIED: '{"data":{"p":"aHVudGVy"}}', "team": "shop"}
    metadata = {"name": "s", "namespace": "shop", "annotations": annotations}
    return Object(apiVersion="v1", kind="Secret", metadata=metadata, **fields)


SECRETS = [
    secret(data={"p": "aHVudGVy", "empty": ""}),
    secret(stringData={"p": "hunter"}, data={"q": "aHVudGVy"}),
    secret(type="kubernetes.io/dockerconfigjson", data={".dockerconfigjson": "eyJhdXRocyI6IHt9fQ=="}),
    secret(type="kubernetes.io/basic-auth", data={"username": "aHVudGVy", "password": "aHVudGVy"}),
    secret(type="kubernetes.io/ssh-auth", data={"ssh-privatekey": "aHVudGVy"}),
    secret(type="kubernetes.io/tls", data={"tls.crt": "aHVudGVy", "tls.key": "aHVudGVy"}),
    secret(),
]


@pytest.mark.parametrize("given", SECRETS, ids=lambda s: s.get("type", "Opaque"))
def test_keys_stay_and_values_go(given: Object) -> None:
    found = concealed(given)
    assert "unter" not in str(found)
    assert "aHVudGVy" not in str(found)
    assert found.annotations == {"team": "shop"}
    for field in ("data", "stringData"):
        assert (found.get(field) or {}).keys() == (given.get(field) or {}).keys()
    assert found.get("type") == given.get("type")
    assert concealed(found) == found


@pytest.mark.parametrize("given", SECRETS, ids=lambda s: s.get("type", "Opaque"))
def test_the_api_server_takes_it(given: Object) -> None:
    assert not validation.validate(concealed(given), (1, 37))
