"""A trial's log: what is in it, that it leads back to the objects of the run, and that the run can be made again."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from seatrial.cluster.store import Store
from seatrial.manifests.sources import InputError
from seatrial.trial.event_log.inputs import Inputs
from seatrial.trial.event_log.log_file import recording
from seatrial.trial.event_log.playback import Playback, State, moment, only_run, run_names
from seatrial.trial.event_log.reading import EventLog, is_event_log
from seatrial.trial.event_log.run_log import digest_of
from seatrial.trial.event_log.showing import happenings, objects_at, verification
from seatrial.trial.event_log.telling import Filter
from seatrial.trial.event_log.verifying import verify
from seatrial.trial.voyage import Voyage
from tests.trial.event_log import voyages

ROOT = Path(__file__).parents[3]
EVERYTHING = Filter()


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return voyages.record(tmp_path_factory.mktemp("log") / "web.jsonl")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_every_line_is_as_the_schema_says(log: Path) -> None:
    schema = json.loads((ROOT / "docs/schema/event-log-v1.json").read_text("utf-8"))
    validator = jsonschema_rs.validator_for(schema)
    assert [line for line in lines(log) if not validator.is_valid(line)] == []


def test_all_types_of_lines_are_there_in_order(log: Path) -> None:
    found = lines(log)
    assert list(dict.fromkeys(line["type"] for line in found)) == [
        "header", "input", "run", "change", "requests", "end", "step",
    ]  # fmt: skip
    assert run_names(EventLog(str(log))) == [
        "settle", "rollout", "node-drain", "node-crash/node-1", "config-change",
    ]  # fmt: skip
    for run in run_names(EventLog(str(log))):
        times = [line["t"] for line in found if line.get("run") == run]
        assert times == sorted(times)


def test_the_same_trial_gives_the_same_bytes(log: Path, tmp_path: Path) -> None:
    assert voyages.record(tmp_path / "again.jsonl", hands=2).read_bytes() == log.read_bytes()
    assert voyages.record(tmp_path / "other.jsonl", seed=1).read_bytes() != log.read_bytes()


def test_a_compressed_log_is_the_same_log(log: Path, tmp_path: Path) -> None:
    packed = voyages.record(tmp_path / "web.jsonl.gz")
    assert gzip.decompress(packed.read_bytes()) == log.read_bytes()
    assert is_event_log(str(packed))
    assert run_names(EventLog(str(packed))) == run_names(EventLog(str(log)))


def test_the_changes_lead_to_the_final_store() -> None:
    """Through every scenario: objects rebuilt from the lines are those in the store."""
    settling: list[bytes] = []
    inventory = Inputs(0, "1.37", manifests=voyages.MANIFESTS).inventory("web.yaml")
    known = Inputs(0, "1.37", profiles=voyages.PROFILES).known_profiles("web.yaml")
    voyage = Voyage(inventory, voyages.NODES, known, log=settling.append)
    voyage.settle()
    settled = rebuilt(State(), settling)
    assert settled == everything(voyage.cluster.store)
    for scenario in voyages.SCENARIOS:
        written: list[bytes] = []
        record = voyage.fork().run(scenario, "node-1" if scenario.for_each else "", written.append)
        assert rebuilt(State(settled), written) == everything(record.voyage.cluster.store)


def rebuilt(state: State, written: list[bytes]) -> dict[Any, Any]:
    changes = [line for line in map(json.loads, written) if line["type"] == "change"]
    for change in changes:
        state.apply(change)
    end = json.loads(written[-1])
    assert (end["changes"], end["objects"]) == (len(changes), len(state.objects))
    assert end["digest"] == state.digest()
    return state.objects


def everything(store: Store) -> dict[Any, Any]:
    return {obj.key: obj for kind in store.kinds() for obj in store.list(kind)}


def test_a_digest_does_not_depend_on_order() -> None:
    one, other = voyages.MANIFESTS[:2]
    backwards = type(one)(reversed(one.items()))
    assert digest_of([one, other]) == digest_of([other, backwards]) != digest_of([one])


def test_the_same_happens_again(log: Path) -> None:
    found = verify(EventLog(str(log)))
    assert found.difference is None
    assert found.runs == 5
    assert found.lines == len([line for line in lines(log) if line["type"] not in ("header", "input")])
    assert "".join(verification(found, "text")).startswith("the same: ")


def cut_a_pod_short(found: list[dict[str, Any]]) -> int:
    """Lose one change of a pod; gives the line from which on another thing is written down."""
    number = next(i for i, line in enumerate(found) if line.get("kind") == "Pod" and line["run"] == "rollout")
    del found[number]
    return number + 1


def another_name(found: list[dict[str, Any]]) -> int:
    number = next(i for i, line in enumerate(found) if line["type"] == "step")
    found[number]["text"] = "something else"
    return number + 1


def a_line_more(found: list[dict[str, Any]]) -> int:
    found.append({"type": "end", "run": "config-change", "t": 1.0, "digest": ""})
    return len(found)


@pytest.mark.parametrize("change", [cut_a_pod_short, another_name, a_line_more])
def test_the_first_difference_is_named(
    log: Path, tmp_path: Path, change: Callable[[list[dict[str, Any]]], int]
) -> None:
    found = lines(log)
    number = change(found)
    edited = tmp_path / "edited.jsonl"
    edited.write_text("".join(json.dumps(line) + "\n" for line in found), "utf-8")
    difference = verify(EventLog(str(edited))).difference
    assert difference is not None
    assert difference.number == number


def test_the_objects_of_a_moment(log: Path) -> None:
    before = moment(EventLog(str(log)), "node-crash/node-1", 0)
    after = moment(EventLog(str(log)), "node-crash/node-1", 120)
    ready = {
        obj.name: next(c["status"] for c in obj.status["conditions"] if c["type"] == "Ready")
        for obj in after.objects if obj.kind == "Node"
    }  # fmt: skip
    assert ready == {"node-1": "Unknown", "node-2": "True"}
    assert after.now - before.now == 120
    assert moment(EventLog(str(log)), "settle", 1e6).objects == before.objects


def test_a_run_must_be_named_where_there_are_several(log: Path) -> None:
    with pytest.raises(InputError, match="several runs; name one of settle, rollout"):
        only_run(EventLog(str(log)))
    with pytest.raises(InputError, match="has no run nonsense; it has settle, rollout"):
        list(Playback(EventLog(str(log))).happenings("nonsense"))


@pytest.mark.parametrize(
    ("wanted", "run", "expected"),
    [
        (
            Filter(kinds=("deployment",)),
            "rollout",
            "MODIFIED  Deployment default/web  spec.template.metadata.annotations",
        ),
        (Filter(names=("web*",)), "node-drain", "Normal    Pod default/web-"),
        (Filter(names=("web",)), "settle", "REQUESTS  default/Deployment/web  5/s served, 0/s failed"),
        (EVERYTHING, "node-crash/node-1", "STEP      node-1 dies"),
        (Filter(kinds=("Node",)), "node-crash/node-1", "Ready True → Unknown (NodeStatusUnknown)"),
    ],
)
def test_what_happened_as_text(log: Path, wanted: Filter, run: str, expected: str) -> None:
    assert expected in "".join(happenings(EventLog(str(log)), wanted, run, "text"))


def test_what_happened_as_data(log: Path) -> None:
    rows = json.loads("".join(happenings(EventLog(str(log)), Filter(kinds=("Pod",)), "rollout", "json")))["rows"]
    wanted = [row for row in lines(log) if row.get("run") == "rollout" and row.get("kind", "Pod") == "Pod"]
    assert rows == [row for row in wanted if row["type"] in ("run", "change", "end")]


def test_objects_print_as_kubectl_prints_them(log: Path) -> None:
    pods = Filter(kinds=("Pod",), namespace="default")
    table = "".join(objects_at(EventLog(str(log)), pods, "settle", 60, "text")).splitlines()
    assert [row.split()[0::2] for row in table] == [["KIND", "STATE"], ["Pod", "ready"], ["Pod", "ready"]]
    found = json.loads("".join(objects_at(EventLog(str(log)), pods, "settle", 60, "json")))
    assert (found["kind"], len(found["items"])) == ("List", 2)
    stream = "".join(objects_at(EventLog(str(log)), pods, "settle", 60, "yaml"))
    assert stream.count("---\napiVersion: v1\nkind: Pod\n") == 2


OLDER, NEWER = '"schemaVersion":1', '"schemaVersion":9'
DAMAGE: dict[str, tuple[Callable[[list[str]], list[str]], str]] = {
    "cut off between lines": (lambda found: found[:-1], "breaks off"),
    "cut off in a line": (lambda found: [*found[:-1], found[-1][:20]], "not JSON"),
    "a line of something else": (lambda found: [*found[:9], '{"type": "tale"}', *found[9:]], "no line of an event log"),
    "a change missing": (
        lambda found: [line for line in found if '"event":"ADDED"' not in line or '"kind":"Pod"' not in line],
        "changes an object that is not there",
    ),
    "a later format": (lambda found: [found[0].replace(OLDER, NEWER), *found[1:]], "is not 1"),
    "another end": (lambda found: [line.replace("sha256:", "sha256:00") for line in found], "do not lead to"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_told_with_the_line(log: Path, tmp_path: Path, name: str) -> None:
    damage, message = DAMAGE[name]
    broken = tmp_path / "broken.jsonl"
    broken.write_text("\n".join(damage(log.read_text("utf-8").splitlines())) + "\n", "utf-8")
    with pytest.raises(InputError, match=rf"broken\.jsonl:\d+: .*{message}"):
        list(Playback(EventLog(str(broken))).happenings())


def test_a_log_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "web.jsonl"
    with pytest.raises(ZeroDivisionError):
        interrupted(path)
    assert list((tmp_path / "deep").iterdir()) == []


def interrupted(path: Path) -> None:
    with recording(str(path), Inputs(0, "1.37")) as log:
        assert log is not None
        raise ZeroDivisionError


def test_a_place_where_nothing_can_be_written_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot write"), recording(str(tmp_path / "file" / "x"), Inputs(0, "1.37")):
        pytest.fail("no trial should begin")


def test_a_log_holds_no_value_of_a_secret(log: Path) -> None:
    text = log.read_text()
    assert '".dockerconfigjson":"eyJyZWRhY3RlZCI6dHJ1ZX0="' in text
    assert '".dockerconfigjson":"eyJjaGFuZ2VkIjp0cnVlfQ=="' in text, "the change of configuration reaches Secrets too"
    assert "eyJodW50ZXIiOiA3fQ" not in text
