"""A container runtime whose containers do what annotations of their pods say, as in the recordings of the real kubelet.

`sim/containers`: {container: {"runs": [...]}}, the n-th start follows the n-th entry and the last one repeats.
`sim/images`: {image: {"pull": seconds, "fail": n}}, the first n pulls fail. Images named `present/...` are on the node.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from seatrial.cluster.kubelet.runtime import Answer, Exit, HookRun, Process, Pull, StartError
from seatrial.model.objects import Object, dig

PULL_SECONDS = 0.2
EXIT_SECONDS = 0.2
"""From SIGTERM to the end of a container about which nothing is said."""
FOREVER = float("inf")


class ScriptedProcess:
    """One run of a container, by its script."""

    def __init__(self, script: Mapping[str, Any]) -> None:
        self._script = script

    def exit(self) -> Exit | None:
        """`exitAfter`, `exitCode`, `oomKilled`."""
        after = self._script.get("exitAfter")
        if after is None:
            return None
        if self._script.get("oomKilled"):
            return Exit(float(after), 137, "OOMKilled")
        return Exit(float(after), int(self._script.get("exitCode", 0)))

    def answer(self, handler: Mapping[str, Any], at: float) -> Answer:
        """By `checks`, and by the ports that are listened to."""
        if command := dig(handler, "exec", "command"):
            return self._exec(str(command[0]), at)
        if get := handler.get("httpGet"):
            return self._http(get, at)
        if socket := handler.get("tcpSocket"):
            return self._tcp(str(socket.get("port")), at)
        return Answer("ok")

    def steady_until(self, handler: Mapping[str, Any], at: float) -> float:
        """Until the next edge of the checks that are asked."""
        checks = [self._check(word) for word in self._words(handler)]
        spans = [span for check in checks for span in (*check.get("ok", ()), *check.get("hang", ()))]
        return min((edge for span in spans for edge in span if edge is not None and edge > at), default=FOREVER)

    def hook(self, handler: Mapping[str, Any]) -> HookRun:
        """By `hooks`; a sleep takes its seconds, an HTTP request none."""
        if sleep := handler.get("sleep"):
            return HookRun(float(sleep.get("seconds", 0)))
        if get := handler.get("httpGet"):
            return HookRun(refused=not dig(self._script, "http", str(get.get("port"))))
        word = str(dig(handler, "exec", "command", 0, default=""))
        script = dig(self._script, "hooks", word, default={})
        return HookRun(float(script.get("seconds", 0)), int(script.get("code", 0)))

    def on_sigterm(self) -> Exit | None:
        """By `term`."""
        term = self._script.get("term")
        if term == "ignore":
            return None
        if term is None:
            return Exit(EXIT_SECONDS, 0)
        return Exit(float(term.get("after", 0)), int(term.get("code", 0)))

    def termination_log(self) -> str:
        """`message`."""
        return str(self._script.get("message", ""))

    def log_tail(self) -> str:
        """By `logs`, each with the end of its line."""
        lines: Sequence[str] = self._script.get("logs", ["started"])
        return "".join(f"{line}\n" for line in lines)

    def _words(self, handler: Mapping[str, Any]) -> list[str]:
        """The checks that a handler leads to: the one that it names, and for HTTP those that redirects name."""
        if command := dig(handler, "exec", "command"):
            return [str(command[0])]
        if get := handler.get("httpGet"):
            words: list[str] = []
            word = _page(get.get("path"))
            while word and word not in words:
                words.append(word)
                word = _page(urlsplit(str(self._check(word).get("location", ""))).path)
            return words
        return [str(dig(self._script, "tcp", str(dig(handler, "tcpSocket", "port")), default=""))]

    def _check(self, word: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = dig(self._script, "checks", word, default={})
        return found

    def _state(self, word: str, at: float) -> str:
        check = self._check(word)
        if _within(check.get("hang", ()), at):
            return "hang"
        return "ok" if "ok" not in check or _within(check["ok"], at) else "failed"

    def _exec(self, word: str, at: float) -> Answer:
        match self._state(word, at):
            case "hang":
                return Answer("hang")
            case "ok":
                return Answer("ok")
        return Answer("failed", f"{word} failed", 1)

    def _http(self, get: Mapping[str, Any], at: float) -> Answer:
        if not dig(self._script, "http", str(get.get("port"))):
            return Answer("refused")
        word = _page(get.get("path"))
        check = self._check(word)
        match self._state(word, at):
            case "hang":
                return Answer("hang")
            case "ok":
                return Answer("ok", code=200)
        return Answer("failed", code=int(check.get("httpCode", 503)), location=str(check.get("location", "")))

    def _tcp(self, port: str, at: float) -> Answer:
        word = dig(self._script, "tcp", port)
        if word is None:
            return Answer("refused")
        state = self._state(str(word), at)
        return Answer("refused") if state == "failed" else Answer("hang" if state == "hang" else "ok")


class ScriptedRuntime:
    """The runtime of the one node of a recording."""

    def __init__(self, pods: Iterable[Object]) -> None:
        self._images: dict[str, Mapping[str, Any]] = {}
        for pod in pods:
            self._images.update(_annotation(pod, "sim/images"))

    def present(self, image: str) -> bool:
        """Images named `present/...`."""
        return image.startswith("present/")

    def runs_as_root(self, image: str) -> bool:
        """The recorded runtime's images name no user."""
        return True

    def pull(self, image: str, attempt: int) -> Pull:
        """By `sim/images`."""
        script = self._images.get(image, {})
        seconds = float(script.get("pull", PULL_SECONDS))
        if attempt > int(script.get("fail", 0)):
            return Pull(seconds)
        return Pull(
            seconds,
            f'rpc error: code = NotFound desc = failed to pull and unpack image "{image}": '
            f'failed to resolve reference "{image}": {image}: not found',
        )

    def start(self, pod: Object, container: Mapping[str, Any], run: int) -> Process:
        """By `sim/containers`.

        Raises:
            StartError: where the script says so.
        """
        script = _annotation(pod, "sim/containers").get(container["name"], {})
        runs = script.get("runs") or [script]
        script = runs[min(run, len(runs) - 1)]
        if error := script.get("startError"):
            raise StartError(error)
        return ScriptedProcess(script)


def _page(path: str | None) -> str:
    return (path or "/").lstrip("/")


def _annotation(pod: Object, name: str) -> dict[str, Any]:
    return dict(json.loads(pod.annotations.get(name) or "{}"))


def _within(spans: Iterable[Sequence[float | None]], at: float) -> bool:
    return any((start or 0) <= at and (end is None or at < end) for start, end in spans)
