"""Lifecycle hooks: pkg/kubelet/lifecycle/handlers_test.go, Kubernetes 1.36, and recordings of the real kubelet."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cluster.kubelet.stage import Stage, container, pod

WEB = [{"name": "web", "containerPort": 8080}]


def get(port: Any) -> dict[str, Any]:
    return {"httpGet": {"path": "/hello", "port": port}}


@pytest.mark.parametrize(
    ("port", "works"),
    [
        pytest.param(8080, True, id="somebody listens"),
        pytest.param("web", True, id="a port may be named"),
        pytest.param(8081, False, id="nobody listens"),
    ],
)
def test_an_http_poststart(port: Any, works: bool) -> None:
    app = container(ports=WEB, lifecycle={"postStart": get(port)})
    stage = Stage().run(1.8, pod(scripts={"app": {"http": {"8080": True}}}, containers=[app]))
    assert ("running" in stage.container()["state"]) is works
    if not works:
        waiting = stage.container()["state"]["waiting"]
        assert waiting["reason"] == "PostStartHookError"
        assert waiting["message"].startswith('HTTP lifecycle hook (/hello) for Container "app" in Pod "cart_shop(')
        assert waiting["message"].endswith(":8081: connect: connection refused")


def test_an_http_prestop_that_nobody_hears_fails_and_costs_no_time() -> None:
    app = container(lifecycle={"preStop": get(8080)})
    stage = Stage().run(5.0, pod(containers=[app]))
    stage.delete()
    stage.run(5.1)
    assert "FailedPreStopHook" in stage.reasons()
    assert stage.times("sigterm") == [5.0]


def test_a_sleep_goes_on_when_its_container_ends() -> None:
    """It is the kubelet that sleeps: the other container's SIGTERM comes at once, the pod stays to the end of it."""
    scripts = {"app": {"exitAfter": 7, "exitCode": 0}}
    app = container(lifecycle={"preStop": {"sleep": {"seconds": 6}}})
    stage = Stage().run(5.0, pod(scripts=scripts, containers=[app]))
    stage.delete()
    stage.run(10.5)
    assert stage.get() is not None
    stage.run(13.0)
    assert stage.get() is None


def test_a_command_ends_with_its_container() -> None:
    scripts = {"app": {"exitAfter": 7, "exitCode": 0, "hooks": {"bye": {"seconds": 20}}}}
    app = container(lifecycle={"preStop": {"exec": {"command": ["bye"]}}})
    stage = Stage().run(5.0, pod(scripts=scripts, containers=[app]))
    stage.delete()
    stage.run(9.0)
    assert "FailedPreStopHook" in stage.reasons()
    assert stage.get() is None
