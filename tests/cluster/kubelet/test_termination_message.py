"""Termination messages: kuberuntime_container_linux.go getTerminationMessage and normalizeStatus, Kubernetes 1.36."""

from __future__ import annotations

import pytest

from seatrial.cluster.kubelet.termination_message import termination_message
from seatrial.trial.replay.kubelet_runtime import ScriptedProcess
from tests.cluster.kubelet.stage import container, pod


def process(written: str, *logs: str) -> ScriptedProcess:
    return ScriptedProcess({"message": written, "logs": [line for log in logs for line in log.splitlines()]})


LINES = "".join(f"{number}\n" for number in range(100))


@pytest.mark.parametrize(
    ("policy", "written", "code", "log", "message"),
    [
        pytest.param("File", "why", 1, "log\n", "why", id="what it wrote"),
        pytest.param("File", "", 1, "log\n", "", id="nothing else, by default"),
        pytest.param("FallbackToLogsOnError", "why", 1, "log\n", "why", id="what it wrote comes first"),
        pytest.param("FallbackToLogsOnError", "", 1, "log\n", "log\n", id="then its log"),
        pytest.param("FallbackToLogsOnError", "", 0, "log\n", "", id="not where all went well"),
        pytest.param("FallbackToLogsOnError", "", 1, LINES, LINES[LINES.index("20\n") :], id="80 lines"),
        pytest.param("FallbackToLogsOnError", "", 1, "x" * 3000 + "y" * 47, "x" * 2000 + "y" * 47 + "\n", id="2048"),
        pytest.param("File", "x" * 1000 + "y" * 4000, 1, "", "x" * 96 + "y" * 4000, id="4096 bytes"),
    ],
)
def test_the_message(policy: str, written: str, code: int, log: str, message: str) -> None:
    spec = container(terminationMessagePolicy=policy)
    assert termination_message(pod(), spec, process(written, log), code) == message


def test_containers_share_what_a_pod_may_say() -> None:
    many = pod(containers=[container(f"c{number}") for number in range(6)])
    assert termination_message(many, container(), process("x" * 1000 + "y" * 4000), 1) == ("x" * 96 + "y" * 4000)[:2048]
