"""What a sync does: kuberuntime_manager_test.go TestComputePodActions..., Kubernetes 1.36, restated as rows."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.cluster.kubelet import pod_actions
from seatrial.cluster.kubelet.containers import ContainerStatus, PodStatus
from seatrial.model.objects import Object

IMAGE = "app:1"


def run(name: str, state: str = "running", code: int = 0, image: str = IMAGE) -> ContainerStatus:
    finished = {"finished_at": 5.0, "exit_code": code} if state == "exited" else {}
    return ContainerStatus(f"id-{name}", name, 0, state, 1.0, image, **finished)  # type: ignore[arg-type]  # two states


def exited(name: str, code: int) -> ContainerStatus:
    return run(name, "exited", code)


def spec(*names: str, policy: str = "Always", init: list[dict[str, Any]] | None = None, **fields: Any) -> Object:
    containers = [{"name": name, "image": IMAGE, **fields} for name in names]
    made = {"containers": containers, "restartPolicy": policy}
    if init:
        made["initContainers"] = [{"image": IMAGE, **c} for c in init]
    return Object({"kind": "Pod", "metadata": {"name": "pod"}, "spec": made})


def summary(pod: Object, *runs: ContainerStatus, ready: bool = True, **results: bool) -> dict[str, Any]:
    found = {(key.split("_")[0], "id-" + key.split("_")[1]): good for key, good in results.items()}
    status = PodStatus(1 if ready or runs else 0, ready, "10.0.0.1", runs)
    actions = pod_actions.compute(pod, status, found)  # type: ignore[arg-type]  # keys are probe types
    return {
        "kill_pod": actions.kill_pod, "sandbox": actions.create_sandbox,
        "kill": [order.message for order in actions.kill],
        "init": [c["name"] for c in actions.init], "start": [c["name"] for c in actions.start],
    }  # fmt: skip


def expected(**fields: Any) -> dict[str, Any]:
    return {"kill_pod": False, "sandbox": False, "kill": [], "init": [], "start": [], **fields}


TWO = spec("a", "b")
SIDECAR = {"name": "side", "restartPolicy": "Always"}


@pytest.mark.parametrize(
    ("pod", "runs", "want"),
    [
        pytest.param(TWO, [run("a"), run("b")], expected(), id="everything runs"),
        pytest.param(TWO, [run("a")], expected(start=["b"]), id="start what is missing"),
        pytest.param(TWO, [run("a"), exited("b", 0)], expected(start=["b"]), id="Always restarts a success"),
        pytest.param(
            spec("a", "b", policy="OnFailure"), [exited("a", 0), exited("b", 1)], expected(start=["b"]),
            id="OnFailure restarts a failure",
        ),
        pytest.param(
            spec("a", "b", policy="Never"), [exited("a", 1), run("b")], expected(), id="Never restarts nothing"
        ),
        pytest.param(
            spec("a", "b", policy="Never"), [exited("a", 1), exited("b", 0)], expected(kill_pod=True),
            id="nothing to run: kill the pod",
        ),
        pytest.param(
            TWO, [run("a"), run("b", image="app:0")],
            expected(kill=["Container b definition changed, will be restarted"], start=["b"]), id="another image",
        ),
    ],
)  # fmt: skip
def test_ordinary_containers(pod: Object, runs: list[ContainerStatus], want: dict[str, Any]) -> None:
    assert summary(pod, *runs) == want


@pytest.mark.parametrize(
    ("policy", "probe", "want"),
    [
        ("Always", "liveness", expected(kill=["Container a failed liveness probe, will be restarted"], start=["a"])),
        ("OnFailure", "startup", expected(kill=["Container a failed startup probe, will be restarted"], start=["a"])),
        ("Never", "liveness", expected(kill=["Container a failed liveness probe"])),
    ],
)
def test_a_failed_probe_kills(policy: str, probe: str, want: dict[str, Any]) -> None:
    assert summary(spec("a", "b", policy=policy), run("a"), run("b"), **{f"{probe}_a": False}) == want


@pytest.mark.parametrize(
    ("pod", "runs", "want"),
    [
        pytest.param(TWO, [], expected(kill_pod=True, sandbox=True, start=["a", "b"]), id="a new pod"),
        pytest.param(
            spec("a", init=[{"name": "first"}, {"name": "second"}]), [],
            expected(kill_pod=True, sandbox=True, init=["first"]), id="init containers come first",
        ),
        pytest.param(
            spec("a", policy="Never"), [exited("a", 1)], expected(kill_pod=True), id="never a second sandbox",
        ),
        pytest.param(
            spec("a", "b", policy="OnFailure"), [exited("a", 0), exited("b", 1)],
            expected(kill_pod=True, sandbox=True, start=["b"]), id="what succeeded is not run again",
        ),
    ],
)  # fmt: skip
def test_without_a_sandbox(pod: Object, runs: list[ContainerStatus], want: dict[str, Any]) -> None:
    assert summary(pod, *runs, ready=False) == want


INIT = spec("app", init=[{"name": "one"}, {"name": "two"}])


@pytest.mark.parametrize(
    ("pod", "runs", "want"),
    [
        pytest.param(INIT, [], expected(init=["one"]), id="the first"),
        pytest.param(INIT, [run("one")], expected(), id="wait for it"),
        pytest.param(INIT, [exited("one", 0)], expected(init=["two"]), id="then the second"),
        pytest.param(INIT, [exited("one", 0), exited("two", 1)], expected(init=["two"]), id="again after a failure"),
        pytest.param(INIT, [exited("one", 0), exited("two", 0)], expected(start=["app"]), id="then the rest"),
        pytest.param(
            INIT, [exited("two", 0)], expected(start=["app"]), id="the last one decides: others may be removed"
        ),
        pytest.param(
            spec("app", policy="Never", init=[{"name": "one"}]), [exited("one", 1)], expected(kill_pod=True),
            id="Never: a failure is the end",
        ),
    ],
)  # fmt: skip
def test_init_containers(pod: Object, runs: list[ContainerStatus], want: dict[str, Any]) -> None:
    assert summary(pod, *runs) == want


WITH_SIDECAR = spec("app", init=[SIDECAR, {"name": "one"}])
PROBED = spec("app", init=[{**SIDECAR, "startupProbe": {"exec": {}}}, {"name": "one"}])


@pytest.mark.parametrize(
    ("pod", "runs", "results", "want"),
    [
        pytest.param(WITH_SIDECAR, [run("side")], {}, expected(init=["one"]), id="what follows need not wait"),
        pytest.param(PROBED, [run("side")], {}, expected(), id="a startup probe holds it back"),
        pytest.param(PROBED, [run("side")], {"startup_side": True}, expected(init=["one"]), id="until it succeeds"),
        pytest.param(
            PROBED, [run("side")], {"startup_side": False},
            expected(kill=["Init container side failed startup probe"], init=["side"]), id="or fails",
        ),
        pytest.param(
            WITH_SIDECAR, [exited("side", 1), exited("one", 0), run("app")], {}, expected(init=["side"]),
            id="restarted beside the rest",
        ),
        pytest.param(
            WITH_SIDECAR, [run("side"), exited("one", 0), run("app")], {"liveness_side": False},
            expected(kill=["Init container side failed liveness probe"], init=["side"]), id="liveness",
        ),
        pytest.param(
            spec("app", policy="Never", init=[SIDECAR]), [exited("side", 1), exited("app", 0)], {},
            expected(kill_pod=True), id="not restarted once the rest is through",
        ),
    ],
)  # fmt: skip
def test_sidecars(pod: Object, runs: list[ContainerStatus], results: dict[str, bool], want: dict[str, Any]) -> None:
    assert summary(pod, *runs, **results) == want
