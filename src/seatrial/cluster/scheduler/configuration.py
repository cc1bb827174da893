"""KubeSchedulerConfiguration: profiles, plugin sets, weights, arguments (kubescheduler.config.k8s.io/v1, 1.36).

What upstream offers and is not modelled is named in `Configuration.unsupported`; what upstream would refuse is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seatrial.cluster.scheduler.framework import FilterPlugin, ScorePlugin
from seatrial.cluster.scheduler.pod_info import DEFAULT_SCHEDULER
from seatrial.cluster.scheduler.profile import (
    DEFAULT_PROFILE,
    NOT_MODELLED,
    PLUGINS,
    WEIGHTS,
    Profile,
    make_profile,
)
from seatrial.cluster.scheduler.scheduling_queue import INITIAL_BACKOFF, MAX_BACKOFF

API_GROUP = "kubescheduler.config.k8s.io/"
WITHOUT_EFFECT = frozenset(
    {
        "apiVersion", "kind", "metadata", "leaderElection", "clientConnection", "enableProfiling", "parallelism",
        "enableContentionProfiling", "healthzBindAddress", "metricsBindAddress", "delayCacheUntilActive",
    }
)  # fmt: skip
"""Fields that do not bear on which node a pod gets."""
POINTS = (
    "preEnqueue", "queueSort", "preFilter", "filter", "postFilter", "preScore", "score", "reserve", "permit", "preBind",
    "bind", "postBind",
)  # fmt: skip
"""Extension points at which plugins are switched on and off."""


class ConfigurationError(ValueError):
    """The document is no configuration that kube-scheduler would take."""


@dataclass(frozen=True)
class Configuration:
    """What a scheduler is made from."""

    profiles: Sequence[Profile] = (DEFAULT_PROFILE,)
    initial_backoff: float = INITIAL_BACKOFF
    max_backoff: float = MAX_BACKOFF
    unsupported: Sequence[str] = ()
    """Parts of the document that are not modelled, by path."""


DEFAULT_CONFIGURATION = Configuration()


def parse(document: Any) -> Configuration:
    """Read a KubeSchedulerConfiguration.

    Raises:
        ConfigurationError: where kube-scheduler would refuse it; the message says where and what.
    """
    if not isinstance(document, Mapping) or document.get("kind") != "KubeSchedulerConfiguration":
        raise ConfigurationError("kind is not KubeSchedulerConfiguration")
    if not str(document.get("apiVersion", "")).startswith(API_GROUP):
        raise ConfigurationError(f"apiVersion is not {API_GROUP}v1")
    unsupported = [name for name in document if name not in WITHOUT_EFFECT and name not in _HANDLED]
    share = document.get("percentageOfNodesToScore")
    profiles = []
    for i, found in enumerate(document.get("profiles") or [{}]):
        profiles.append(_profile(found, f"profiles[{i}]", share, unsupported))
    names = [profile.scheduler_name for profile in profiles]
    if len(set(names)) < len(names):
        raise ConfigurationError("profiles: two of them have the same schedulerName")
    if document.get("extenders"):
        unsupported.append("extenders")
    initial = float(document.get("podInitialBackoffSeconds") or INITIAL_BACKOFF)
    longest = float(document.get("podMaxBackoffSeconds") or MAX_BACKOFF)
    if longest < initial:
        raise ConfigurationError("podMaxBackoffSeconds is less than podInitialBackoffSeconds")
    return Configuration(tuple(profiles), initial, longest, tuple(unsupported))


_HANDLED = frozenset(
    {"percentageOfNodesToScore", "profiles", "extenders", "podInitialBackoffSeconds", "podMaxBackoffSeconds"}
)


def _profile(found: Mapping[str, Any], path: str, share: int | None, unsupported: list[str]) -> Profile:
    plugins = found.get("plugins") or {}
    args = _args(found.get("pluginConfig") or (), path, unsupported)
    percentage = found.get("percentageOfNodesToScore", share)
    if percentage is not None and not 0 <= int(percentage) <= 100:
        raise ConfigurationError(f"{path}.percentageOfNodesToScore is not between 0 and 100")
    filters = [name for name, plugin in PLUGINS.items() if issubclass(plugin, FilterPlugin)]
    scoring = dict(WEIGHTS)
    others = {"preEnqueue": ["SchedulingGates"], "postFilter": ["DefaultPreemption"]}
    for point in ("multiPoint", *POINTS):
        chosen = plugins.get(point)
        if not chosen:
            continue
        where = f"{path}.plugins.{point}"
        if point in ("multiPoint", "filter"):
            filters = _switch(filters, chosen, where, unsupported, FilterPlugin)
        if point in ("multiPoint", "score"):
            scoring = _switch_scores(scoring, chosen, where, unsupported)
        for name in others:
            if point in ("multiPoint", name):
                others[name] = _switch(others[name], chosen, where, unsupported, None)
    try:
        return make_profile(
            filters=filters,
            weights=scoring,
            args=args,
            preemption="DefaultPreemption" in others["postFilter"],
            gates="SchedulingGates" in others["preEnqueue"],
            scheduler_name=found.get("schedulerName") or DEFAULT_SCHEDULER,
            percentage_of_nodes_to_score=int(percentage or 0),
        )
    except ValueError as error:
        raise ConfigurationError(f"{path}.pluginConfig: {error}") from error


def _args(entries: Iterable[Mapping[str, Any]], path: str, unsupported: list[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for entry in entries:
        name = str(entry.get("name"))
        if name not in PLUGINS:
            unsupported.append(f"{path}.pluginConfig[{name}]")
        found[name] = dict(entry.get("args") or {})
    return found


def _disabled(chosen: Mapping[str, Any]) -> set[str]:
    return {str(entry.get("name")) for entry in chosen.get("disabled") or ()}


def _enabled(chosen: Mapping[str, Any], where: str, unsupported: list[str]) -> list[tuple[str, int]]:
    """Plugins switched on, with their weights; those that are not modelled are noted."""
    found = []
    for entry in chosen.get("enabled") or ():
        name = str(entry.get("name"))
        if name in PLUGINS:
            found.append((name, int(entry.get("weight") or 0)))
        elif name not in NOT_MODELLED and f"{where}[{name}]" not in unsupported:
            unsupported.append(f"{where}[{name}]")
    return found


def _switch(
    present: Sequence[str], chosen: Mapping[str, Any], where: str, unsupported: list[str], kind: type | None
) -> list[str]:
    off = _disabled(chosen)
    kept = [name for name in present if "*" not in off and name not in off]
    for name, _ in _enabled(chosen, where, unsupported):
        if name not in kept and (kind is None or issubclass(PLUGINS[name], kind)):
            kept.append(name)
    return kept


def _switch_scores(
    present: Mapping[str, int], chosen: Mapping[str, Any], where: str, unsupported: list[str]
) -> dict[str, int]:
    off = _disabled(chosen)
    kept = {name: weight for name, weight in present.items() if "*" not in off and name not in off}
    for name, weight in _enabled(chosen, where, unsupported):
        if issubclass(PLUGINS[name], ScorePlugin):
            kept[name] = weight or kept.get(name) or WEIGHTS.get(name, 1)
    return kept
