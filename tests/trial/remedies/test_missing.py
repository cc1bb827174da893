"""What pods name and nobody has: a slip is corrected, everything else is added."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.manifests.inventory import Inventory
from seatrial.manifests.places import Place
from seatrial.manifests.resources import Resource
from seatrial.model.objects import Object
from seatrial.trial.remedies import missing
from seatrial.trial.remedies.remedy import apply


def config(name: str, kind: str = "ConfigMap", **data: str) -> Resource:
    return Resource(Object(apiVersion="v1", kind=kind, metadata={"name": name}, data=data), Place("x.yaml"))


def web(*volumes: dict[str, Any], env: tuple[dict[str, Any], ...] = ()) -> Resource:
    container = {"name": "c", "image": "i", "env": [{"name": "A", "valueFrom": source} for source in env]}
    named = [{"name": f"v{number}", **volume} for number, volume in enumerate(volumes)]
    spec = {"template": {"spec": {"containers": [container], "volumes": named}}}
    return Resource(Object(apiVersion="apps/v1", kind="Deployment", metadata={"name": "web"}, spec=spec), Place("x"))


def of(name: str) -> dict[str, Any]:
    return {"configMap": {"name": name}}


@pytest.mark.parametrize(
    ("workload", "there", "words"),
    [
        pytest.param(web(of("web-confg")), [config("web-config")], ["name the ConfigMap `web-config`"], id="a slip"),
        pytest.param(web(of("settings")), [config("web-config")], ["add the ConfigMap `settings`"], id="no slip"),
        pytest.param(
            web(of("board-a"), of("board")), [config("board")], ["add the ConfigMap `board-a`"],
            id="what is in use already was not meant",
        ),
        pytest.param(
            web(of("board-a"), of("board-b")), [config("board")], ["add the ConfigMaps `board-a`, `board-b`"],
            id="two are not both the same slip",
        ),
        pytest.param(
            web({"secret": {"secretName": "tls"}}, *(of(f"d{number}") for number in range(5))), [],
            ["add the ConfigMaps `d0`, `d1`, `d2` and 2 more", "add the Secret `tls`"], id="many of both kinds",
        ),
        pytest.param(
            web(env=({"configMapKeyRef": {"name": "web", "key": "colour"}},)), [config("web", color="red")],
            ["use the key `color` of `web`"], id="a slip in a key",
        ),
        pytest.param(
            web(env=({"configMapKeyRef": {"name": "web", "key": "size"}},)), [config("web", color="red")],
            ["add the key `size` to ConfigMap `web`"], id="a key that is not there",
        ),
    ],
)  # fmt: skip
def test_what_is_tried_first(workload: Resource, there: list[Resource], words: list[str]) -> None:
    first = missing.named(Inventory([workload, *there]), workload)[0]
    assert first is not None
    assert all(word in first.description for word in words)


def test_nothing_missing_nothing_to_do() -> None:
    workload = web(of("web"), {"configMap": {"name": "extra", "optional": True}})
    assert missing.named(Inventory([workload, config("web")]), workload) == [None, None]


def test_what_is_added_has_the_keys_that_are_asked_for() -> None:
    workload = web(env=({"secretKeyRef": {"name": "db", "key": "password"}},))
    inventory = Inventory([workload])
    first = missing.named(inventory, workload)[0]
    assert first is not None
    added = apply(inventory, [first]).get("Secret", "default", "db")
    assert added is not None
    assert added.object["stringData"] == {"password": missing.FILL_IN}
    assert first.changes[0].blames == ("spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef.name",)
