"""A made-up outcome of a small shop: enough of everything that a report shows."""

from __future__ import annotations

from typing import Any

from seatrial.findings.finding import Cause, Finding, Fix, Location, Patch, ResourceRef
from seatrial.findings.outcome import Outcome, WorkloadLine
from seatrial.manifests.counts import Counts
from seatrial.manifests.places import Place

SCENARIOS = {
    "rollout": "A new version of everything is rolled out",
    "node-drain": "Every node is drained for maintenance, one after another",
    "node-crash": "A node dies without warning and does not come back",
    "config-change": "Every ConfigMap and Secret gets new content",
}
WORKLOADS = (
    ("Deployment", "web", 3, True), ("Deployment", "api", 3, True), ("Deployment", "cart", 1, True),
    ("Deployment", "checkout", 2, True), ("Deployment", "catalog", 2, True), ("Deployment", "payments", 3, True),
    ("Deployment", "worker", 2, False), ("StatefulSet", "cache", 3, True), ("DaemonSet", "log-agent", 4, False),
    ("Job", "migrate", 1, False),
)  # fmt: skip
NODES = tuple((f"node-{number}", f"europe-west4-{'abc'[number % 3]}", "e2-standard-4") for number in range(4))
SECONDS = 300.0

CART = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  namespace: shop
spec:
  replicas: 1
  selector:
    matchLabels: {app: cart}
  template:
    metadata:
      labels: {app: cart}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:2.4.1  # <script>alert("no")</script>
          ports: [{containerPort: 8080}]
"""
CART_DIFF = """\
--- a/k8s/cart.yaml
+++ b/k8s/cart.yaml
@@ -4,7 +4,7 @@
   name: cart
   namespace: shop
 spec:
-  replicas: 1
+  replicas: 2
   selector:
     matchLabels: {app: cart}
   template:
"""
CHECKOUT = """\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: checkout, namespace: shop}
spec:
  minAvailable: 2
  selector: {matchLabels: {app: checkout}}
"""
CHECKOUT_DIFF = """\
--- a/k8s/checkout.yaml
+++ b/k8s/checkout.yaml
@@ -2,5 +2,5 @@
 kind: PodDisruptionBudget
 metadata: {name: checkout, namespace: shop}
 spec:
-  minAvailable: 2
+  maxUnavailable: 1
   selector: {matchLabels: {app: checkout}}
"""


def reference(kind: str, name: str) -> ResourceRef:
    version = {"Job": "batch/v1", "PodDisruptionBudget": "policy/v1"}.get(kind, "apps/v1")
    return ResourceRef(version, kind, "shop", name)


def outcome() -> Outcome:
    findings = tuple(sorted([*_shown(), *_checked()], key=lambda finding: finding.order))
    return Outcome(
        inputs=Counts(files=14, documents=33, resources=31, skipped=2),
        verdict="fail",
        findings=findings,
        workloads=tuple(_lines(findings)),
        assumptions=(
            "nodes: 4 × e2-standard-4 in 3 zones: the smallest fleet that holds everything with one node to spare",
            "profiles.yaml states how 6 of 10 workloads behave; the others start in 5 s and end 2 s after SIGTERM",
        ),
        not_modelled=(
            "NetworkPolicy (3): no packet is filtered",
            "cert-manager.io/v1 Certificate (1): custom resource",
        ),
        summary={"nodes": 4, "scenarios": list(SCENARIOS), "seed": 0},
        timelines=tuple(_timeline(name, title) for name, title in SCENARIOS.items()),
        sources={"k8s/cart.yaml": CART, "k8s/checkout.yaml": CHECKOUT},
    )


def finding(kind: str, name: str, **more: Any) -> Finding:
    given: dict[str, Any] = {
        "rule": "trial-outage", "severity": "error", "message": "it fails", "resource": reference(kind, name),
        "location": Location(Place(f"k8s/{name}.yaml", 7, 3), "spec.replicas"),
    }  # fmt: skip
    return Finding(**{**given, **more})


def _shown() -> list[Finding]:
    cart = reference("Deployment", "cart")
    replicas = Location(Place("k8s/cart.yaml", 7, 3), "spec.replicas")
    figures = {"failedRequests": 820, "servedRequests": 5180, "minReady": 0, "outageSeconds": 41.0,
               "longestOutage": [31.0, 72.0], "recoverySeconds": 41.0, "node": "node-1"}  # fmt: skip
    two = Fix(
        "run 2 replicas and spread them over nodes",
        (Patch(cart, ({"op": "replace", "path": "/spec/replicas", "value": 2},), None, CART_DIFF),),
        verified=True, before={"failedRequests": 820}, after={"failedRequests": 0},
    )  # fmt: skip
    budget = reference("PodDisruptionBudget", "checkout")
    minimum = Location(Place("k8s/checkout.yaml", 5, 3), "spec.minAvailable")
    return [
        finding("Deployment", "cart", scenario="node-drain", symptom="outage", location=replicas, evidence=figures,
                cause=(Cause(cart, "spec.replicas", replicas),), fix=two,
                message="during a node drain (node-1) `cart` had 0 ready pods from 00:31 to 01:12; 41 s; "
                        "820 requests failed"),
        finding("Deployment", "cart", scenario="node-crash", symptom="outage", location=replicas,
                evidence={**figures, "failedRequests": 6180, "outageSeconds": 309.0, "node": "node-1"},
                cause=(Cause(cart, "spec.replicas", replicas),), fix=two,
                message="during the loss of a node (node-1) `cart` had 0 ready pods from 00:10 to 05:19; 5 min 9 s; "
                        "6,180 requests failed"),
        finding("Deployment", "checkout", rule="trial-stuck", scenario="node-drain", symptom="stuck", location=minimum,
                evidence={"node": "node-2", "pod": "checkout-7c9d-b4x2k",
                          "answer": "Cannot evict pod as it would violate the pod's disruption budget."},
                cause=(Cause(budget, "spec.minAvailable", minimum),),
                fix=Fix("let one pod go at a time", (Patch(budget, (), None, CHECKOUT_DIFF),), verified=True),
                message="a drain of node-2 never ends: `checkout` may not be evicted: Cannot evict pod as it would "
                        "violate the pod's disruption budget."),
        finding("Deployment", "api", rule="trial-errors", scenario="rollout", symptom="errors",
                location=Location(Place("k8s/api.yaml", 22, 11), "spec.template.spec.containers[0]"),
                evidence={"failedRequests": 1440, "servedRequests": 34560, "failedShare": 0.04, "minReady": 3,
                          "failingSeconds": 36.0},
                message="during a rollout 1,440 requests to `api` failed, in 36 s all told",
                fix=Fix("give `api` a readiness probe", (), verified=None)),
        finding("Deployment", "web", rule="trial-stale-config", severity="warning", scenario="config-change",
                symptom="stale-config", location=Location(Place("k8s/web.yaml", 31, 13), "spec.template"),
                evidence={"config": "ConfigMap/web-nginx", "stalePods": 3, "pods": 3, "seconds": 120},
                message="2 min after ConfigMap `web-nginx` changed, 3 of 3 pods of `web` still run with the old "
                        "content, and nothing will restart them"),
        finding("Job", "migrate", rule="trial-pending", scenario="settle", symptom="pending",
                location=Location(Place("k8s/migrate.yaml", 19, 20), "spec.template.spec.containers[0].resources"),
                evidence={"pending": 1, "pods": 1, "scheduler": "0/4 nodes are available: 4 Insufficient cpu."},
                message="`migrate` does not run as asked: its pod finds no node: 0/4 nodes are available: "
                        "4 Insufficient cpu."),
    ]  # fmt: skip


def _checked() -> list[Finding]:
    return [
        finding(kind, name, rule="image-tag", severity="warning", covers=("9", "N7"),
                location=Location(Place(f"k8s/{name}.yaml", 16, 18), "spec.template.spec.containers[0].image"),
                message=f"container `{name}` runs an image without a fixed tag: two nodes may run two versions",
                fix=Fix("name a version"))
        for kind, name, _, _ in WORKLOADS[3:]
    ] + [
        finding("DaemonSet", "log-agent", rule="limits", severity="note",
                location=Location(Place("k8s/log-agent.yaml", 14, 9)), message="no memory limit"),
    ]  # fmt: skip


def _lines(findings: tuple[Finding, ...]) -> list[WorkloadLine]:
    lines = []
    for kind, name, replicas, _ in WORKLOADS:
        mine = [found for found in findings if found.resource.name == name]
        worst: Any = "pass"
        if any(found.severity == "warning" for found in mine):
            worst = "warn"
        if any(found.severity == "error" for found in mine):
            worst = "fail"
        figures: dict[str, dict[str, Any]] = {
            scenario: {"failedRequests": 0, "servedRequests": 6000, "minReady": replicas, "outageSeconds": 0.0,
                       "longestOutage": None, "failingSeconds": 0.0, "unreadySeconds": 0.0, "recoverySeconds": 0.0}
            for scenario in SCENARIOS
        }  # fmt: skip
        for found in mine:
            if found.scenario in figures:
                known = {key: value for key, value in found.evidence.items() if key in figures[found.scenario]}
                figures[found.scenario].update(known)
        lines.append(WorkloadLine(kind, "shop", name, worst, replicas, figures))
    return lines


def _timeline(name: str, title: str) -> dict[str, Any]:
    pods = [pod for row in WORKLOADS for pod in _pods(name, *row)]
    marks = {
        "rollout": [(10.0, "roll out 8 workloads")],
        "node-drain": [(10.0, "drain node-0"), (80.0, "node-0 is back"), (100.0, "drain node-1")],
        "node-crash": [(10.0, "node-1 dies"), (50.0, "node-1 is found dead"), (260.0, "its pods are evicted")],
        "config-change": [(10.0, "change 5 ConfigMaps and 2 Secrets")],
    }[name]
    nodes = []
    for number, (node, zone, machine) in enumerate(NODES):
        steps: list[list[Any]] = [[0.0, "ready"]]
        if name == "node-drain" and number < 2:
            steps += [[10.0 + 90 * number, "cordoned"], [80.0 + 90 * number, "ready"]]
        if name == "node-crash" and number == 1:
            steps += [[50.0, "down"]]
        nodes.append({"name": node, "zone": zone, "machine": machine, "steps": steps})
    return {
        "scenario": name,
        "title": title,
        "seconds": SECONDS,
        "marks": [{"t": t, "text": text} for t, text in marks],
        "workloads": [_workload(name, row, pods) for row in WORKLOADS],
        "nodes": nodes,
        "pods": pods,
    }


def _pods(scenario: str, kind: str, workload: str, replicas: int, service: bool) -> list[dict[str, Any]]:
    found = []
    for index in range(replicas):
        node: str | None = f"node-{(index + len(workload)) % len(NODES)}"
        name = f"{workload}-{index}" if kind == "StatefulSet" else f"{workload}-7d9c-{'bcdfg'[index]}x{index}k"
        steps: list[list[Any]] = [[0.0, "ready"]]
        heir: list[list[Any]] = []
        if kind == "Job":
            steps, node = [[0.0, "pending"]], None
        elif scenario == "rollout" and kind == "Deployment":
            begin = 14.0 + 22 * index
            steps += [[begin + 12, "terminating"], [begin + 20, "gone"]]
            heir = [[begin, "pending"], [begin + 1, "starting"], [begin + 6, "unready"], [begin + 11, "ready"]]
        elif scenario == "node-drain" and node == "node-0" and kind not in ("DaemonSet",):
            steps += [[11.0, "terminating"], [31.0, "gone"]]
            heir = [[11.5, "pending"], [12.0, "starting"], [30.0, "unready"], [72.0, "ready"]]
        elif scenario == "node-crash" and node == "node-1":
            steps += [[50.0, "unready"]] + ([[260.0, "terminating"]] if kind == "Deployment" else [])
            if kind == "Deployment":
                heir = [[260.0, "pending"], [261.0, "starting"], [268.0, "unready"], [275.0, "ready"]]
        found.append({"name": name, "workload": f"shop/{kind}/{workload}", "node": node, "steps": steps})
        if heir:
            other = f"node-{(index + len(workload) + 2) % len(NODES)}"
            twin: dict[str, Any] = {
                "name": f"{name}-n",
                "workload": f"shop/{kind}/{workload}",
                "node": other,
                "steps": heir,
            }
            found.append(twin)
    return found


def _workload(scenario: str, row: tuple[str, str, int, bool], pods: list[dict[str, Any]]) -> dict[str, Any]:
    kind, name, replicas, service = row
    key = f"shop/{kind}/{name}"
    mine = [pod["steps"] for pod in pods if pod["workload"] == key]
    times = sorted({0.0, *(step[0] for steps in mine for step in steps)})
    rate = 20.0 * replicas if service else 0.0
    steps = []
    for time in times:
        states = [next((state for at, state in reversed(own) if at <= time), "gone") for own in mine]
        ready, pending = states.count("ready"), states.count("pending")
        unready = sum(state in ("starting", "unready", "crashing") for state in states)
        lost = rate if not ready else rate * 0.2 if "unready" in states and name in ("api", "catalog") else 0.0
        steps.append([time, ready, unready, pending, rate - lost, lost])
    ends = [*times[1:], SECONDS]
    outages = [[s[0], end] for s, end in zip(steps, ends, strict=True) if service and not s[1] and end > s[0]]
    failed = sum(s[5] * (end - s[0]) for s, end in zip(steps, ends, strict=True))
    served = sum(s[4] * (end - s[0]) for s, end in zip(steps, ends, strict=True))
    return {"key": key, "kind": kind, "namespace": "shop", "name": name, "replicas": replicas, "service": service,
            "steps": steps, "served": served, "failed": failed, "outages": outages}  # fmt: skip
