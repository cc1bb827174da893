"""What a node keeps for itself: kube-reserved and the kubelet's eviction threshold, by provider. Pure arithmetic.

Sources, each checked in the tests against figures that the providers publish:

- GKE: "Plan GKE Standard node sizes" (tiers of CPU and memory; 1,060 m on shared-core machines).
- EKS: amazon-eks-ami, `nodeadm/internal/kubelet/config.go` and `eni_max_pods.go` (81fec2e).
- AKS: "Node resource reservations" (azure-aks-docs fb060ab), before and since Kubernetes 1.29. The page speaks of MB;
  the kubelets it configures carry `Mi`, so MiB it is.
- generic: the kubelet's own defaults (Kubernetes 1.36): nothing reserved, eviction below 100 MiB.

What firmware and kernel take off the advertised memory (1 to 7.5 %) is not known from a machine's name: not modelled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Provider = Literal["gke", "eks", "aks", "generic"]

EKS_PODS_OF_SMALL, EKS_PODS_OF_LARGE = 110, 250
"""With prefix delegation nodeadm caps pods at the first up to 30 vCPUs, at the second above."""

_GKE_CPU = ((1, 60), (1, 10), (2, 5), (None, 2.5))
_AKS_CPU = ((1, 60), (1, 40), (2, 20), (None, 10))
"""(cores, millicores reserved of each): a tier after the other, None for all the rest."""
_GKE_MEMORY = ((4096, 0.25), (4096, 0.20), (8192, 0.10), (114_688, 0.06), (None, 0.02))
"""(MiB, share reserved)."""

Tiers = tuple[tuple[int | None, float], ...]


@dataclass(frozen=True, slots=True)
class Reservation:
    """What pods cannot have of a node: millicores, and MiB for the system and below the eviction threshold."""

    cpu: int
    memory_mib: int
    eviction_mib: int


def reservation(
    provider: Provider, cpus: int, memory_mib: int, max_pods: int, *, shared_core: bool = False, minor: int = 36
) -> Reservation:
    """What `provider` reserves on such a node at Kubernetes 1.`minor`; `shared_core`: GKE's e2-micro to -medium."""
    match provider:
        case "gke":
            cpu = 1060 if shared_core else _tiered(cpus, _GKE_CPU)
            return Reservation(cpu, _gke_memory(memory_mib), 100)
        case "eks":
            return Reservation(_tiered(cpus, _GKE_CPU), 255 + 11 * max_pods, 100)
        case "aks" if minor >= 29:
            return Reservation(_tiered(cpus, _AKS_CPU), min(20 * max_pods + 50, memory_mib // 4), 100)
        case "aks":
            return Reservation(_tiered(cpus, _AKS_CPU), _gke_memory(memory_mib), 750)
        case "generic":
            return Reservation(0, 0, 100)


def eks_max_pods(interfaces: int, addresses: int, cpus: int, *, prefixes: bool = False) -> int:
    """Pods that an EKS node has addresses for: interfaces × (addresses − 1) + 2; prefixes: 16 for each."""
    if not prefixes:
        return interfaces * (addresses - 1) + 2
    return min(interfaces * (addresses - 1) * 16 + 2, EKS_PODS_OF_SMALL if cpus <= 30 else EKS_PODS_OF_LARGE)


def _gke_memory(memory_mib: int) -> int:
    return 255 if memory_mib < 1024 else _tiered(memory_mib, _GKE_MEMORY)


def _tiered(amount: int, tiers: Tiers) -> int:
    reserved, left = 0.0, amount
    for width, share in tiers:
        part = left if width is None else min(left, width)
        reserved += part * share
        left -= part
    return int(reserved)
