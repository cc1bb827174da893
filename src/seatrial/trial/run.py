"""One trial from an inventory to findings: settle, run the scenarios, judge, look for remedies, tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from seatrial.crew import side_by_side
from seatrial.findings.finding import Finding
from seatrial.manifests.inventory import Inventory
from seatrial.model.objects import Object
from seatrial.trial.event_log.lines import Sink
from seatrial.trial.event_log.log_file import LogFile, Part, writing
from seatrial.trial.judge import figures, judge
from seatrial.trial.judge_settling import judge_settling
from seatrial.trial.nodes_to_lose import nodes_to_lose
from seatrial.trial.profiles import Profiles
from seatrial.trial.remedies.ladders import remedies_for
from seatrial.trial.remedies.remedy import Remedy
from seatrial.trial.remedies.search import Found, search
from seatrial.trial.scenario import Scenario
from seatrial.trial.symptoms import Symptom
from seatrial.trial.tell import refusal_finding, tell
from seatrial.trial.voyage import Record, Voyage

VERIFY_PODS = 400
"""Remedies are tried on inventories of up to so many pods; on larger ones they are only named."""

Progress = Callable[[str], None]
Figures = dict[str, dict[str, Any]]
"""Workload key to its figures in one scenario."""


@dataclass(slots=True)
class Trial:
    """What a trial found. `timelines` holds one of each scenario, the settling first."""

    findings: list[Finding] = field(default_factory=list)
    timelines: list[dict[str, Any]] = field(default_factory=list)
    figures: dict[str, Figures] = field(default_factory=dict)
    """Workload key to scenario to figures."""
    replicas: dict[str, int] = field(default_factory=dict)
    assumptions: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Passage:
    """All runs of one scenario on one inventory; `timeline` is of the run in which users noticed most."""

    symptoms: list[Symptom]
    figures: Figures
    timeline: dict[str, Any]


def run(
    inventory: Inventory,
    nodes: Sequence[Object],
    known: Profiles,
    scenarios: Sequence[Scenario],
    *,
    seed: int = 0,
    verify: bool = True,
    hands: int = 1,
    progress: Progress = lambda _: None,
    log: LogFile | None = None,
) -> Trial:
    """Take an inventory on a trial on the given nodes, with so many processes at a time.

    All that happens goes to the log, but for what happens while remedies are tried.
    """
    return _Conductor(nodes, known, seed, hands).conduct(inventory, scenarios, verify, progress, log)


class _Conductor:
    def __init__(self, nodes: Sequence[Object], known: Profiles, seed: int, hands: int) -> None:
        self._nodes, self._known, self._seed, self._hands = nodes, known, seed, hands

    def conduct(
        self,
        inventory: Inventory,
        scenarios: Sequence[Scenario],
        verify: bool,
        progress: Progress,
        log: LogFile | None,
    ) -> Trial:
        progress("settling")
        parts = [None if log is None else log.part(1 + number) for number in range(1 + len(scenarios))]
        voyage, record = self._settled(inventory, parts[0])
        settling = judge_settling(record)
        trial = Trial(replicas=voyage.replicas(), assumptions=list(voyage.assumptions), timelines=[record.data])
        trial.findings.extend(refusal_finding(resource, text) for resource, text in voyage.refusals)
        if not voyage.settled:
            trial.assumptions.append("the cluster had not come to rest when the scenarios began")
        if verify and voyage.cluster.store.count("Pod") > VERIFY_PODS:
            verify = False
            trial.assumptions.append(f"remedies were not tried: more than {VERIFY_PODS} pods")
        progress(f"{len(scenarios)} scenarios")
        broken = _broken(voyage, settling)
        pieces = [partial(self._sail, voyage, s, broken, part) for s, part in zip(scenarios, parts[1:], strict=True)]
        passages = side_by_side(pieces, self._hands)
        for scenario, passage in zip(scenarios, passages, strict=True):
            trial.timelines.append(passage.timeline)
            for key, seen in passage.figures.items():
                trial.figures.setdefault(key, {})[scenario.name] = seen
        harms: list[tuple[Scenario | None, list[Symptom], Figures]] = [(None, settling, {})]
        harms.extend((s, p.symptoms, p.figures) for s, p in zip(scenarios, passages, strict=True))
        progress("trying remedies")
        self._tell(trial, voyage, harms, verify)
        return trial

    def _settled(self, inventory: Inventory, part: Part | None = None) -> tuple[Voyage, Record]:
        with writing(part) as sink:
            voyage = Voyage(inventory, self._nodes, self._known, seed=self._seed, log=sink)
            return voyage, voyage.settle()

    def _sail(self, voyage: Voyage, scenario: Scenario, broken: frozenset[str], part: Part | None = None) -> _Passage:
        """Run a scenario on a fork, or on one fork for each node that matters, and keep the worst of each workload."""
        with writing(part) as sink:
            return self._passage(voyage, scenario, broken, sink)

    def _passage(self, voyage: Voyage, scenario: Scenario, broken: frozenset[str], log: Sink | None) -> _Passage:
        symptoms: dict[tuple[str, str, str], Symptom] = {}
        worst: Figures = {}
        shown: dict[str, Any] = {}
        most = -1.0
        for place in nodes_to_lose(voyage, broken) if scenario.for_each == "node" else [""]:
            record = voyage.fork().run(scenario, place, log)
            for symptom in judge(record, broken):
                before = symptoms.get(symptom.key)
                if before is None or _harm(symptom) > _harm(before):
                    symptoms[symptom.key] = symptom
            harm = 0.0
            for workload in record.data["workloads"]:
                seen = figures(record, workload)
                harm += seen["failedRequests"]
                key = workload["key"]
                if key not in worst or _badness(seen) > _badness(worst[key]):
                    worst[key] = seen
            if harm > most:
                shown, most = record.data, harm
        return _Passage(_strongest(symptoms.values()), worst, shown)

    def _tell(
        self,
        trial: Trial,
        voyage: Voyage,
        harms: Sequence[tuple[Scenario | None, list[Symptom], Figures]],
        verify: bool,
    ) -> None:
        """Look for remedies of all symptoms, scenario by scenario, and put both down as findings."""
        ladders = [[(s, remedies_for(s, voyage)) for s in symptoms] for _, symptoms, _ in harms]
        known = frozenset((s.kind, s.workload) for _, symptoms, _ in harms for s in symptoms)
        pieces = [
            partial(self._search, voyage.inventory, scenario, rungs, known)
            for (scenario, _, _), rungs in zip(harms, ladders, strict=True)
        ]
        found = side_by_side(pieces, self._hands) if verify else [[] for _ in pieces]
        for (_, _, seen), rungs, remedies in zip(harms, ladders, found, strict=True):
            by_symptom = {remedy.symptom.key: remedy for remedy in remedies}
            for symptom, candidates in rungs:
                remedy = by_symptom.get(symptom.key)
                trial.findings.append(tell(voyage, symptom, remedy, candidates, seen.get(symptom.workload, {})))

    def _search(
        self,
        inventory: Inventory,
        scenario: Scenario | None,
        ladders: Sequence[tuple[Symptom, list[Remedy]]],
        known: frozenset[tuple[str, str]],
    ) -> list[Found]:
        return search(inventory, ladders, partial(self._attempt, scenario), known)

    def _attempt(self, scenario: Scenario | None, inventory: Inventory) -> tuple[list[Symptom], Figures]:
        voyage, record = self._settled(inventory)
        settling = judge_settling(record)
        if scenario is None:
            return settling, {}
        passage = self._sail(voyage, scenario, _broken(voyage, settling))
        return [*settling, *passage.symptoms], passage.figures


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
