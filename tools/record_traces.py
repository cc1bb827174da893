"""Records what the controllers of a real cluster do in the scenarios that `seatrial replay` plays.

    .venv/bin/python tools/record_traces.py --context kind-record --out build/traces SCENARIO.json[.gz] ...

Everything goes through kubectl. The scenario's nodes are made up: this program is their kubelet, the very one that the
replay uses, so that pods behave as their annotations say. See docs/recording.md.
"""

from __future__ import annotations

import argparse
import gzip
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

from seatrial.apis.kinds import is_namespaced
from seatrial.cluster.api_server import ApiServer, Propagation
from seatrial.cluster.cluster import Cluster
from seatrial.model.objects import EPOCH, Key, Object, evolve
from seatrial.trial.replay import controllers
from seatrial.trial.replay.controllers_rows import Row, Watch
from seatrial.trial.replay.controllers_steps import Step, Steps
from seatrial.trial.replay.scripted_kubelet import LEASES, ScriptedKubelets

WATCHED = (
    "pods", "events", "replicasets.apps", "deployments.apps", "statefulsets.apps", "daemonsets.apps", "jobs.batch",
    "cronjobs.batch", "endpointslices.discovery.k8s.io", "poddisruptionbudgets.policy",
    "horizontalpodautoscalers.autoscaling",
)  # fmt: skip
"""What is watched in a scenario's namespace; each kind is a watch of its own."""
UNWATCHED = frozenset({"Node", "Lease"})
"""What only this program writes."""
LOOK = 0.02
"""Seconds between looks at what is due while nothing comes in."""
WRITERS = 8
"""kubectl calls of the made-up kubelets at a time: one takes about a tenth of a second."""
CODES = {"TooManyRequests": 429, "InternalError": 500, "NotFound": 404, "Forbidden": 403, "Conflict": 409}
"""The HTTP codes behind the reasons that kubectl prints."""
ENOUGH_TIME = 120.0
"""Seconds after which a kubectl call is given up."""


class Refused(RuntimeError):
    """kubectl did not do what it was asked; the text is its own."""


class Kubectl:
    """kubectl with one context."""

    def __init__(self, context: str, program: str = "kubectl") -> None:
        self._command = [program, f"--context={context}"]

    def run(self, *args: str, given: Any = None) -> str:
        """What kubectl prints; `given` goes to its standard input as JSON.

        Raises:
            Refused: where it fails.
        """
        text = None if given is None else json.dumps(given)
        finished = subprocess.run(
            [*self._command, *args], input=text, capture_output=True, text=True, timeout=ENOUGH_TIME, check=False
        )
        if finished.returncode:
            raise Refused(finished.stderr.strip())
        return finished.stdout

    def watch(self, *args: str) -> subprocess.Popen[str]:
        """kubectl as it goes on printing."""
        return subprocess.Popen([*self._command, *args], stdout=subprocess.PIPE, text=True)


def watch_events(stream: Iterable[str]) -> Iterator[tuple[str, Object]]:
    """The events of `kubectl get -o json --watch --output-watch-events`: JSON documents one behind the other."""
    decoder, text = json.JSONDecoder(), ""
    for line in stream:
        text += line
        if not line.startswith(("{", "}")):
            continue  # in the middle of a document: kubectl indents what is inside
        try:
            event, end = decoder.raw_decode(text)
        except ValueError:
            continue  # the document goes on in the next line
        text = text[end:].lstrip()
        yield event["type"], Object(event["object"])


class KubectlApi(ApiServer):
    """The writes of the made-up kubelets, done by kubectl; what they lead to comes back through the watches."""

    def __init__(self, cluster: Cluster, kubectl: Kubectl) -> None:
        super().__init__(cluster.clock, cluster.store, cluster.chance)
        self._kubectl = kubectl
        self._pool = ThreadPoolExecutor(WRITERS)

    def create(self, obj: Object) -> Object:
        """Create the object, and its status with it; one that is there already is fine."""
        self._kubectl.run("apply", "-f", "-", given={k: v for k, v in obj.items() if k != "status"})
        if obj.get("status"):
            self._kubectl.run(*_patch(obj, {"status": obj["status"]}), "--subresource=status")
        return self._known(obj)

    def update(self, obj: Object) -> Object:
        """Write the spec."""
        self._pool.submit(self._quietly, *_patch(obj, {"spec": obj.spec}))
        return self._known(obj)

    def update_status(self, obj: Object, status: dict[str, Any]) -> Object:
        """Write the status."""
        self._pool.submit(self._quietly, *_patch(obj, {"status": status}), "--subresource=status")
        return self._known(evolve(obj, status=status))

    def delete(
        self, key: Key, *, grace: int | None = None, propagation: Propagation = "Background", uid: str | None = None
    ) -> Object | None:
        """Delete the object; a pod with `grace` 0 is gone."""
        kind, namespace, name = key
        at_once = ("--grace-period=0", "--force") if grace == 0 else ()
        self._pool.submit(self._quietly, "delete", kind, name, *_in(namespace), "--wait=false", *at_once)
        return self.store.get(*key)

    def _known(self, obj: Object) -> Object:
        """The object as written; what is not watched is remembered at once."""
        return self.store.put(obj) if obj.kind in UNWATCHED else obj

    def _quietly(self, *args: str) -> None:
        try:
            self._kubectl.run(*args)
        except Refused as refusal:
            print(f"kubectl {args[0]}: {refusal}", file=sys.stderr)


def _patch(obj: Object, body: Mapping[str, Any]) -> list[str]:
    kind = "merge" if obj.kind == "Lease" else "strategic"
    return ["patch", obj.kind, obj.name, *_in(obj.namespace), f"--type={kind}", "-p", json.dumps(body)]


def _in(namespace: str) -> tuple[str, ...]:
    return ("-n", namespace) if namespace else ()


class Mirror(Cluster):
    """A real cluster as its watches show it, with a clock that shows the time of day."""

    def __init__(self, kubectl: Kubectl) -> None:
        super().__init__()
        self.clock.now = _now()
        self.api: ApiServer = KubectlApi(self, kubectl)
        self._incoming: queue.Queue[tuple[str, Object]] = queue.Queue()
        self._kubectl = kubectl
        self._watches: list[subprocess.Popen[str]] = []

    def follow(self, resource: str, namespace: str) -> None:
        """Watch one kind in one namespace from now on."""
        watch = self._kubectl.watch("get", resource, "-n", namespace, "-o", "json", "--watch", "--output-watch-events")
        self._watches.append(watch)
        assert watch.stdout is not None  # it is a pipe
        threading.Thread(target=self._read, args=(watch.stdout,), daemon=True).start()

    def _read(self, stream: IO[str]) -> None:
        for event in watch_events(stream):
            self._incoming.put(event)

    def run(self, seconds: float) -> None:
        """Do what is due and note what comes in, for so long."""
        end = _now() + seconds
        while _now() < end:
            self.clock.run(_now())
            try:
                event = self._incoming.get(timeout=LOOK)
            except queue.Empty:
                continue
            self.clock.run(_now())
            self.note(*event)

    def note(self, event: str, obj: Object) -> None:
        """Take over what a watch says of an object."""
        if event == "DELETED":
            if self.store.get(*obj.key) is not None:
                self.store.remove(obj.key)
        elif event in ("ADDED", "MODIFIED"):
            self.store.put(obj)

    def stop(self) -> None:
        """End the watches."""
        for watch in self._watches:
            watch.terminate()
            watch.wait()


def _now() -> float:
    """The time of day in seconds since virtual time began."""
    return time.time() - EPOCH.timestamp()


class KubectlSteps(Steps):
    """A scenario's steps, done by kubectl."""

    def __init__(self, mirror: Cluster, kubectl: Kubectl, kubelets: ScriptedKubelets, watch: Watch, name: str) -> None:
        super().__init__(mirror, kubelets, watch, name)
        self._kubectl = kubectl

    def _ask(self, *args: str, given: Any = None, namespaced: bool = True) -> str:
        return self._kubectl.run(*args, *(("-n", self._namespace) if namespaced else ()), given=given)

    def _apply(self, step: Step) -> None:
        objects = step.get("objects") or [step.get("object") or step.get("body")]
        self._ask("apply", "-f", "-", given={"apiVersion": "v1", "kind": "List", "items": list(objects)})

    def _patch(self, step: Step) -> None:
        kind = f"--type={step.get('type', 'strategic')}"
        self._ask("patch", step["kind"], step["name"], kind, "-p", json.dumps(step["body"]))

    def _scale(self, step: Step) -> None:
        self._ask("scale", f"{step['kind']}/{step['name']}", f"--replicas={step['replicas']}")

    def _delete(self, step: Step) -> dict[str, Any]:
        names = [step["name"]] if "name" in step else [p.name for p in self._chosen(step)]
        cascade = f"--cascade={step.get('propagation', 'Background').lower()}"
        grace = (f"--grace-period={step['grace']}",) if "grace" in step else ()
        force = ("--force",) if step.get("grace") == 0 else ()
        namespaced = is_namespaced(step)
        self._ask("delete", step["kind"], *names, cascade, "--wait=false", *grace, *force, namespaced=namespaced)
        return {"names": names}

    def _evict(self, step: Step) -> dict[str, Any]:
        names = [step["name"]] if "name" in step else [p.name for p in self._chosen(step)]
        return {"results": [[name, self._evicted(name)] for name in names]}

    def _evicted(self, name: str) -> str:
        metadata = {"name": name, "namespace": self._namespace}
        eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata}
        path = f"/api/v1/namespaces/{self._namespace}/pods/{name}/eviction"
        try:
            self._ask("create", "--raw", path, "-f", "-", given=eviction, namespaced=False)
        except Refused as refusal:
            return answer(str(refusal))
        return "evicted"

    def _cordon(self, step: Step) -> None:
        self._ask("cordon", step["node"], namespaced=False)

    def _uncordon(self, step: Step) -> None:
        self._ask("uncordon", step["node"], namespaced=False)


def answer(text: str) -> str:
    """What kubectl says of a refusal as the recordings have it: the HTTP code and the message."""
    reason, _, message = text.removeprefix("Error from server ").partition(": ")
    code = CODES.get(reason.strip("()"), 500)
    return f"{code} {message or reason}"


def record(scenario: Mapping[str, Any], kubectl: Kubectl) -> list[Row]:
    """Play a scenario on the cluster behind kubectl; gives the rows that its watches showed.

    Raises:
        Refused: where kubectl refuses a step.
    """
    namespace = f"rec-{scenario['name']}"
    kubectl.run("apply", "-f", "-", given={"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    mirror = Mirror(kubectl)
    kubelets = ScriptedKubelets(mirror)
    nodes = controllers.nodes(scenario)
    try:
        kubelets.start()
        for node in nodes:
            kubelets.register(node)
        for resource in WATCHED:
            mirror.follow(resource, namespace)
        mirror.run(controllers.NODES_BEFORE)
        watch = Watch(mirror, namespace)
        steps = KubectlSteps(mirror, kubectl, kubelets, watch, namespace)
        begin = mirror.clock.now
        steps.do({"do": "apply", "objects": scenario["objects"]})
        for step in scenario["steps"]:
            mirror.clock.at(begin + float(step["at"]), steps.do, step)
        mirror.run(begin + float(scenario["seconds"]) - _now())
        return watch.rows
    finally:
        mirror.stop()
        kubectl.run("delete", "namespace", namespace, "--wait=false")
        for node in nodes:
            kubectl.run("delete", "node", node.name, "--ignore-not-found")
            kubectl.run("delete", "lease", node.name, "-n", LEASES, "--ignore-not-found")


def read(path: Path) -> dict[str, Any]:
    """The scenario of a recording or of a file that holds nothing else."""
    data = path.read_bytes()
    case = json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
    found: dict[str, Any] = case.get("scenario", case)
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Record every scenario that is named; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--context", required=True, help="the kubectl context of a cluster that may be played with")
    parser.add_argument("--kubectl", default="kubectl", help="the kubectl to call")
    parser.add_argument("--out", type=Path, default=Path("build/traces"), help="where recordings go")
    parser.add_argument("scenarios", nargs="+", type=Path, help="scenarios, or recordings to be made anew")
    options = parser.parse_args(argv)
    kubectl = Kubectl(options.context, options.kubectl)
    options.out.mkdir(parents=True, exist_ok=True)
    for path in options.scenarios:
        scenario = read(path)
        if any(obj["kind"] == "HorizontalPodAutoscaler" for obj in scenario["objects"]):
            print(f"{scenario['name']}: left out, it needs a metrics API that publishes what scenarios say")
            continue
        try:
            version = json.loads(kubectl.run("version", "-o", "json"))["serverVersion"]["gitVersion"]
            case = {"scenario": scenario, "kubernetes": version, "rows": record(scenario, kubectl)}
        except Refused as refusal:
            print(f"{path}: {refusal}", file=sys.stderr)
            return 1
        file = options.out / f"{scenario['name']}.json.gz"
        file.write_bytes(gzip.compress(json.dumps(case).encode(), mtime=0))
        print(f"{scenario['name']}: {len(case['rows'])} rows in {file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
