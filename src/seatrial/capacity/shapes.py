"""Machine shapes by name: `e2-standard-4`, `m6i.xlarge`, `Standard_D4s_v5`, or any size as `4cpu-16Gi`.

The clouds' machines stand in `machines.toml` beside this module; what pods can have of one, `allocatable` works out.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from seatrial.capacity import allocatable
from seatrial.capacity.allocatable import Provider
from seatrial.model import quantities
from seatrial.model.pods import Resources

MIB = 2**20
DISK = 100 * 2**30
"""Bytes of disk for images, logs and emptyDirs: GKE's default boot disk; clouds sell it apart from the machine."""
DISK_EVICTION = 0.10
"""The kubelet evicts below this share of free disk (nodefs.available<10%, Kubernetes 1.36)."""
USUAL_MAX_PODS = 110
MAX_PODS: dict[Provider, int] = {"gke": USUAL_MAX_PODS, "aks": 250, "generic": USUAL_MAX_PODS}
"""Pods on a node where nobody says otherwise: the kubelet's default; AKS with Azure CNI Overlay, its default."""

_GENERIC = re.compile(r"(?P<cpus>\d+)cpu-(?P<memory>\d+(?:\.\d+)?[KMGT]i)")


class UnknownShape(ValueError):
    """No machine is known by that name; the text says which come near it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One machine type: vCPUs, memory in bytes, and the most pods that its kubelet takes."""

    name: str
    provider: Provider
    cpus: int
    memory: int
    max_pods: int
    arch: str = "amd64"
    shared_core: bool = False

    def capacity(self) -> Resources:
        """All that the machine has."""
        return {"cpu": self.cpus * 1000, "memory": self.memory, "ephemeral-storage": DISK, "pods": self.max_pods}

    def allocatable(self) -> Resources:
        """What is left for pods, DaemonSets' included."""
        kept = allocatable.reservation(
            self.provider, self.cpus, self.memory // MIB, self.max_pods, shared_core=self.shared_core
        )
        return {
            "cpu": self.cpus * 1000 - kept.cpu,
            "memory": max(0, self.memory - (kept.memory_mib + kept.eviction_mib) * MIB),
            "ephemeral-storage": int(DISK * (1 - DISK_EVICTION)),
            "pods": self.max_pods,
        }


def shape(name: str) -> Shape:
    """The machine of that name; case does not matter, and `Standard_` may be left out.

    Raises:
        UnknownShape: where there is none.
    """
    if match := _GENERIC.fullmatch(name):
        cpus, memory = int(match["cpus"]), quantities.whole(match["memory"])
        if not cpus or not memory:
            raise UnknownShape(f"a machine of {name!r} has nothing to run pods on")
        return Shape(name, "generic", cpus, memory, MAX_PODS["generic"])
    known = _catalogue()
    found = known.get(name.lower()) or known.get(f"standard_{name.lower()}")
    if found is None:
        near = difflib.get_close_matches(name.lower(), known, n=3, cutoff=0.7)
        hint = f"did you mean {' or '.join(known[n].name for n in near)}?" if near else "give its size, as in 4cpu-16Gi"
        raise UnknownShape(f"unknown machine shape {name!r}; {hint}")
    return found


def shapes() -> tuple[Shape, ...]:
    """Every machine that is known by name, family by family."""
    return tuple(_catalogue().values())


@cache
def _catalogue() -> dict[str, Shape]:
    text = resources.files("seatrial.capacity").joinpath("machines.toml").read_text("utf-8")
    document = tomllib.loads(text)
    addresses = document["aws"]["addresses"]
    return {s.name.lower(): s for family in document["family"] for s in _members(family, addresses)}


def _members(family: dict[str, Any], addresses: dict[str, tuple[int, int]]) -> Iterator[Shape]:
    sizes: dict[str, int] = family.get("sizes") or {str(cpus): cpus for cpus in family["cpus"]}
    provider: Provider = family["provider"]
    for size, cpus in sizes.items():
        gib = family["gib"][size] if "gib" in family else cpus * family["gib_per_cpu"]
        if provider == "eks":
            max_pods = allocatable.eks_max_pods(*addresses[family.get("enis", {}).get(size, size)], cpus)
        else:
            max_pods = MAX_PODS[provider]
        yield Shape(
            name=family["name"].format(cpus=cpus, size=size),
            provider=provider,
            cpus=cpus,
            memory=round(gib * 1024) * MIB,
            max_pods=max_pods,
            arch=family.get("arch", "amd64"),
            shared_core=family.get("shared_core", False),
        )
