"""KubeSchedulerConfiguration: what is honoured, what is named as not modelled, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.cluster.scheduler import configuration
from seatrial.cluster.scheduler.configuration import ConfigurationError
from seatrial.cluster.scheduler.placing import schedule
from seatrial.cluster.scheduler.profile import WEIGHTS, Profile
from tests.cluster.scheduler.making import node, pod


def config(**fields: Any) -> dict[str, Any]:
    return {"apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration", **fields}


def profile(**fields: Any) -> Profile:
    return configuration.parse(config(profiles=[fields])).profiles[0]


def names(found: Profile) -> list[str]:
    return [plugin.name for plugin in found.filters]


def test_an_empty_configuration_is_the_default_one() -> None:
    made = configuration.parse(config())
    assert made.profiles[0].weights == WEIGHTS
    assert names(made.profiles[0]) == names(configuration.DEFAULT_CONFIGURATION.profiles[0])
    assert made.unsupported == ()


def test_plugins_are_switched_off_and_weighed() -> None:
    made = profile(
        plugins={
            "filter": {"disabled": [{"name": "NodePorts"}]},
            "score": {"disabled": [{"name": "*"}], "enabled": [{"name": "NodeResourcesFit", "weight": 5}]},
            "postFilter": {"disabled": [{"name": "*"}]},
        }
    )
    assert "NodePorts" not in names(made)
    assert made.weights == {"NodeResourcesFit": 5}
    assert made.preemption is None


def test_multi_point_switches_everywhere() -> None:
    made = profile(plugins={"multiPoint": {"disabled": [{"name": "PodTopologySpread"}]}})
    assert "PodTopologySpread" not in names(made)
    assert "PodTopologySpread" not in made.weights


def test_arguments_reach_the_plugin() -> None:
    packing = profile(
        pluginConfig=[{"name": "NodeResourcesFit", "args": {"scoringStrategy": {"type": "MostAllocated"}}}],
        percentageOfNodesToScore=100,
    )
    nodes = [node("empty"), node("busy")]
    running = pod("running", cpu="2", memory="4Gi", nodeName="busy")
    assert schedule(nodes, [running, pod("new")], profile=packing)["default/new"] == "busy"
    assert schedule(nodes, [running, pod("new")])["default/new"] == "empty"


def test_several_profiles_and_timings() -> None:
    made = configuration.parse(
        config(profiles=[{}, {"schedulerName": "batch"}], podInitialBackoffSeconds=2, podMaxBackoffSeconds=20)
    )
    assert [p.scheduler_name for p in made.profiles] == ["default-scheduler", "batch"]
    assert (made.initial_backoff, made.max_backoff) == (2.0, 20.0)


def test_what_is_not_modelled_is_named() -> None:
    made = configuration.parse(
        config(
            extenders=[{"urlPrefix": "http://extender"}],
            somethingNew=1,
            profiles=[
                {
                    "plugins": {"score": {"enabled": [{"name": "MyOwn", "weight": 1}]}},
                    "pluginConfig": [{"name": "MyOwn"}],
                }
            ],
        )
    )
    assert set(made.unsupported) == {
        "extenders", "somethingNew", "profiles[0].plugins.score[MyOwn]", "profiles[0].pluginConfig[MyOwn]",
    }  # fmt: skip


REFUSED = [
    (None, "kind"),
    ({"kind": "Pod"}, "kind"),
    ({"kind": "KubeSchedulerConfiguration", "apiVersion": "v1"}, "apiVersion"),
    (config(profiles=[{}, {}]), "schedulerName"),
    (config(podInitialBackoffSeconds=20, podMaxBackoffSeconds=10), "podMaxBackoffSeconds"),
    (config(profiles=[{"percentageOfNodesToScore": 101}]), "percentageOfNodesToScore"),
    (
        config(
            profiles=[{"pluginConfig": [{"name": "NodeResourcesFit", "args": {"scoringStrategy": {"type": "Best"}}}]}]
        ),
        "Best",
    ),
]


@pytest.mark.parametrize(("document", "named"), REFUSED)
def test_what_upstream_refuses_is_refused(document: Any, named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        configuration.parse(document)
