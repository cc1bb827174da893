"""Changes that mend what never worked: requests that fit no node, ports that lead nowhere."""

from __future__ import annotations

from seatrial.cluster.store import Store
from seatrial.manifests import field_paths
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.json_patch import remove_operation, set_operation
from seatrial.manifests.resources import Resource
from seatrial.manifests.workloads import pod_template
from seatrial.model import pods, quantities
from seatrial.model.objects import dig
from seatrial.trial.remedies.changes import POD
from seatrial.trial.remedies.remedy import Change, Remedy
from seatrial.trial.routes import Route


def smaller_requests(workload: Resource, store: Store) -> Remedy | None:
    """Requests that fit the largest node, where the present ones fit none."""
    template = pod_template(workload)
    nodes = store.list("Node")
    if template is None or not nodes or not workload.spec.get("template"):
        return None
    asked = pods.requests(template.spec)
    operations, blames, words = [], [], []
    for name in ("cpu", "memory"):
        most = max(quantities.amount(name, dig(node, "status", "allocatable", name, default=0)) for node in nodes)
        if asked.get(name, 0) <= most:
            continue
        index, amount = _largest(template.spec.get("containers") or [], name)
        rest = asked[name] - amount
        fitting = max(1, most // 2 - rest)
        text = quantities.format_cpu(fitting) if name == "cpu" else f"{fitting // 2**20}Mi"
        operations.append(
            set_operation(workload.object, (*POD, "containers", index, "resources", "requests", name), text)
        )
        blames.append(f"spec.template.spec.containers[{index}].resources.requests.{name}")
        words.append(f"{name} {text}")
    if not operations:
        return None
    description = f"ask for what a node has ({', '.join(words)}), or give the cluster larger machines"
    return Remedy(description, (Change(workload, tuple(operations), blames=tuple(blames)),))


def _largest(containers: list[dict[str, object]], name: str) -> tuple[int, int]:
    amounts = [quantities.amount(name, dig(c, "resources", "requests", name, default=0)) for c in containers]
    index = max(range(len(amounts)), key=amounts.__getitem__)
    return index, amounts[index]


def without_foreign_selectors(workload: Resource, store: Store) -> Remedy | None:
    """No nodeSelector that no node satisfies."""
    selector = dig(workload.object, *POD, "nodeSelector", default={})
    nodes = store.list("Node")
    foreign = [k for k, v in selector.items() if not any(node.labels.get(k) == v for node in nodes)]
    if not foreign:
        return None
    operations = tuple(remove_operation((*POD, "nodeSelector", key)) for key in foreign)
    blames = tuple(f"spec.template.spec.nodeSelector[{key}]" for key in foreign)
    labels = ", ".join(f"{key}={selector[key]}" for key in foreign)
    return Remedy(f"drop the node selector {labels}, or label nodes so", (Change(workload, operations, blames=blames),))


def open_port(inventory: Inventory, route: Route) -> Remedy | None:
    """The port that there is, where a Service or an Ingress names one that there isn't."""
    if route.path.startswith("spec.ports"):
        template = pod_template(route.workload)
        declared = [
            p for c in (template.spec.get("containers") or () if template else ()) for p in c.get("ports") or ()
        ]
        if not declared:
            return None
        index = int(route.path.split("[", 1)[1].split("]", 1)[0])
        target = declared[0].get("name") or declared[0].get("containerPort")
        operation = set_operation(route.service.object, ("spec", "ports", index, "targetPort"), target)
        words = f"send Service `{route.service.name}` to port {target}"
        return Remedy(words, (Change(route.service, (operation,), blames=(route.path,)),))
    ports = route.service.spec.get("ports") or []
    if not ports or route.entrance.kind != "Ingress":
        return None
    parent = field_paths.parse(route.path)[:-1]
    operation = set_operation(route.entrance.object, parent, {"number": ports[0].get("port")})
    words = f"send Ingress `{route.entrance.name}` to port {ports[0].get('port')} of Service `{route.service.name}`"
    return Remedy(words, (Change(route.entrance, (operation,), blames=(route.path,)),))
