"""One trial from an inventory to an outcome: settle, run the scenarios, judge, look for remedies, say it as
findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from seatrial.findings.finding import Finding
from seatrial.manifests.inventory import Inventory
from seatrial.model.objects import Object
from seatrial.trial.judge import figures, judge
from seatrial.trial.judge_settling import judge_settling
from seatrial.trial.nodes_to_lose import nodes_to_lose
from seatrial.trial.profiles import Profiles
from seatrial.trial.remedies.ladders import remedies_for
from seatrial.trial.remedies.search import Found, search
from seatrial.trial.scenario import Scenario
from seatrial.trial.symptoms import Symptom
from seatrial.trial.tell import refusal_finding, tell
from seatrial.trial.voyage import SETTLE, Record, Voyage

VERIFY_PODS = 400
"""Remedies are tried on inventories of up to so many pods; on larger ones they are only named."""

Progress = Callable[[str], None]


@dataclass(slots=True)
class Trial:
    """What a trial found. `runs` holds the record that is shown of each scenario, the settling first."""

    findings: list[Finding] = field(default_factory=list)
    runs: list[Record] = field(default_factory=list)
    figures: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    """Workload key to scenario to figures."""
    replicas: dict[str, int] = field(default_factory=dict)
    assumptions: list[str] = field(default_factory=list)


def run(
    inventory: Inventory,
    nodes: Sequence[Object],
    known: Profiles,
    scenarios: Sequence[Scenario],
    *,
    seed: int = 0,
    verify: bool = True,
    progress: Progress = lambda _: None,
) -> Trial:
    """Take an inventory on a trial on the given nodes."""
    return _Conductor(nodes, known, seed, verify, progress).conduct(inventory, scenarios)


@dataclass(slots=True)
class _Result:
    """All runs of one scenario on one inventory; `shown` is the one in which users noticed most."""

    symptoms: list[Symptom]
    figures: dict[str, dict[str, Any]]
    shown: Record


class _Conductor:
    def __init__(self, nodes: Sequence[Object], known: Profiles, seed: int, verify: bool, progress: Progress) -> None:
        self._nodes, self._known, self._seed = nodes, known, seed
        self._verify, self._progress = verify, progress

    def conduct(self, inventory: Inventory, scenarios: Sequence[Scenario]) -> Trial:
        self._progress("settling")
        voyage, record = self._settled(inventory)
        trial = Trial(replicas=voyage.replicas(), assumptions=list(voyage.assumptions), runs=[record])
        if not voyage.settled:
            trial.assumptions.append("the cluster had not come to rest when the scenarios began")
        trial.findings.extend(refusal_finding(inventory, resource, text) for resource, text in voyage.refusals)
        verify = self._verify and voyage.cluster.store.count("Pod") <= VERIFY_PODS
        if self._verify and not verify:
            trial.assumptions.append(f"remedies were not tried: more than {VERIFY_PODS} pods")
        settling = judge_settling(record)
        self._add(trial, voyage, None, settling, verify)
        broken = _broken(voyage, settling)
        for scenario in scenarios:
            self._progress(scenario.name)
            result = self._sail(voyage, scenario, broken)
            trial.runs.append(result.shown)
            for key, seen in result.figures.items():
                trial.figures.setdefault(key, {})[scenario.name] = seen
            self._add(trial, voyage, scenario, result.symptoms, verify, result.figures)
        return trial

    def _settled(self, inventory: Inventory) -> tuple[Voyage, Record]:
        voyage = Voyage(inventory, self._nodes, self._known, seed=self._seed)
        return voyage, voyage.settle()

    def _sail(self, voyage: Voyage, scenario: Scenario, broken: frozenset[str]) -> _Result:
        """Run a scenario on a fork, or on one fork for each node that matters, and keep the worst of each workload."""
        places = nodes_to_lose(voyage) if scenario.for_each == "node" else [""]
        symptoms: dict[tuple[str, str, str], Symptom] = {}
        worst: dict[str, dict[str, Any]] = {}
        shown: Record | None = None
        most = -1.0
        for place in places:
            record = voyage.fork().run(scenario, place)
            for symptom in judge(record, broken):
                before = symptoms.get(symptom.key)
                if before is None or _harm(symptom) > _harm(before):
                    symptoms[symptom.key] = symptom
            harm = 0.0
            for workload in record.data["workloads"]:
                seen = figures(record, workload)
                if place:
                    seen["node"] = place
                harm += seen["failedRequests"]
                before_seen = worst.get(workload["key"])
                if before_seen is None or _badness(seen) > _badness(before_seen):
                    worst[workload["key"]] = seen
            if harm > most:
                shown, most = record, harm
        assert shown is not None
        return _Result(_strongest(symptoms.values()), worst, shown)

    def _add(
        self,
        trial: Trial,
        voyage: Voyage,
        scenario: Scenario | None,
        symptoms: Sequence[Symptom],
        verify: bool,
        seen: dict[str, dict[str, Any]] | None = None,
    ) -> None:
        """Look for remedies of symptoms, and put both down as findings."""
        ladders = [(symptom, remedies_for(symptom, voyage)) for symptom in symptoms]
        remedies: dict[tuple[str, str, str], Found] = {}
        if verify:
            for found in search(voyage.inventory, ladders, self._attempt(scenario)):
                remedies[found.symptom.key] = found
        for symptom, rungs in ladders:
            trial.findings.append(
                tell(voyage, symptom, remedies.get(symptom.key), rungs, (seen or {}).get(symptom.workload, {}))
            )

    def _attempt(
        self, scenario: Scenario | None
    ) -> Callable[[Inventory], tuple[list[Symptom], dict[str, dict[str, Any]]]]:
        def attempt(inventory: Inventory) -> tuple[list[Symptom], dict[str, dict[str, Any]]]:
            voyage, record = self._settled(inventory)
            settling = judge_settling(record)
            if scenario is None:
                return settling, {}
            result = self._sail(voyage, scenario, _broken(voyage, settling))
            return [*settling, *result.symptoms], result.figures

        return attempt


def _broken(voyage: Voyage, settling: Sequence[Symptom]) -> frozenset[str]:
    """Workloads whose state before the scenario hides what the scenario does to them.

    One of which a single entrance leads nowhere is not: its other users are asked.
    """
    reached = {key for key, flows in voyage.open_flows().items() if flows}
    return frozenset(s.workload for s in settling if s.kind != "outage" or s.workload not in reached)


def _harm(symptom: Symptom) -> tuple[int, float]:
    ranks = {"error": 2, "warning": 1, "note": 0}
    return ranks[symptom.severity], float(symptom.evidence.get("failedRequests", 0))


def _badness(seen: dict[str, Any]) -> tuple[float, float, float]:
    return seen["outageSeconds"], seen["failedRequests"], seen["unreadySeconds"]


def _strongest(symptoms: Iterable[Symptom]) -> list[Symptom]:
    """An outage in one run makes failed requests of the same workload in another not worth telling."""
    found = list(symptoms)
    out = {(s.workload, s.scenario) for s in found if s.kind == "outage"}
    return [s for s in found if s.kind != "errors" or (s.workload, s.scenario) not in out]


def timelines(trial: Trial) -> tuple[dict[str, Any], ...]:
    """The timelines of all runs that are shown, the settling first."""
    return tuple(record.data for record in trial.runs)


__all__ = ["SETTLE", "Trial", "run", "timelines"]
