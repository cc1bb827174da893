"""What a terminal shows: the table, the findings worst first, the verdict; in any width, with colour or without."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.findings.outcome import Outcome, WorkloadLine
from seatrial.manifests.counts import Counts
from seatrial.report import text

from . import shop

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def shown(width: int = 100, *, colour: bool = False) -> str:
    return text.render(shop.outcome(), colour=colour, width=width, report_path="build/shop.html")


def row(rendered: str, name: str) -> str:
    return next(line for line in rendered.splitlines() if re.match(rf"[✗!✓] {name}\b", line))


@pytest.mark.parametrize(
    ("workload", "cells"),
    [
        ("cart", ["✗", "cart", "Deployment", "1", "ok", "ok", "41 s · 820", "5 min · 6,180", "ok"]),
        ("api", ["✗", "api", "Deployment", "3", "ok", "36 s · 1,440", "ok", "ok", "ok"]),
        ("checkout", ["✗", "checkout", "Deployment", "2", "ok", "ok", "stuck", "ok", "ok"]),
        ("web", ["!", "web", "Deployment", "3", "ok", "ok", "ok", "ok", "stale"]),
        ("migrate", ["✗", "migrate", "Job", "1", "pending", "–", "–", "–", "–"]),
    ],
)
def test_a_workload_is_one_line_with_what_users_noticed_in_each_scenario(workload: str, cells: list[str]) -> None:
    mark, _, rest = row(shown(), workload).partition(" ")
    assert [mark, *re.split(r"\s{2,}", rest)] == cells


@pytest.mark.parametrize("width", [66, 80, 100, 120, 200])
def test_the_table_fits_the_terminal(width: int) -> None:
    rendered = shown(width).split("\n\n")[0].splitlines()
    assert all(len(line) <= max(width, 82) for line in rendered[:-1])
    assert "41" in row(shown(width), "cart")


def test_a_narrow_terminal_gets_cells_without_spaces() -> None:
    assert "41s/820" in row(shown(76), "cart")


def test_where_no_table_fits_only_what_was_noticed_is_told() -> None:
    line = row(shown(60), "cart")
    assert line == "✗ cart, 1 pod: node-drain 41s/820; node-crash 5m/6,180"


def test_a_finding_tells_what_happens_what_was_seen_why_and_the_change() -> None:
    rendered = shown()
    begin = rendered.index("during a node drain (node-1) `cart`")
    finding = rendered[begin : rendered.index("\n\n", begin)]
    assert "seen  820 of 6,000 requests failed (14 %)\n" in finding
    assert "why   spec.replicas k8s/cart.yaml:7:3" in finding
    assert "fix   run 2 replicas and spread them over nodes (tried: works, failed requests 820 → 0)" in finding


def test_a_change_is_shown_where_it_first_helps_and_not_again() -> None:
    rendered = shown()
    assert rendered.count("-  replicas: 1\n") == rendered.count("+  replicas: 2\n") == 1
    assert rendered.index("+  replicas: 2") < rendered.index("… the change shown above")


def test_only_what_a_trial_showed_says_whether_its_change_was_tried() -> None:
    lines = shown().splitlines()
    assert "    fix   give `api` a readiness probe (not tried)" in lines
    assert "    fix   name a version" in lines


def test_findings_come_worst_first() -> None:
    titles = re.findall(r"^[✗!·] (error|warning|note) ", shown(), re.MULTILINE)
    assert titles == sorted(titles, key=["error", "warning", "note"].index)


def test_what_repeats_is_told_once_with_the_other_places() -> None:
    rendered = shown()
    assert rendered.count("without a fixed tag") == 1
    assert "also  catalog k8s/catalog.yaml:16:18" in rendered


def test_many_workloads_whose_users_noticed_nothing_share_a_line() -> None:
    calm = tuple(
        WorkloadLine("Deployment", "shop", f"calm-{number}", "pass", 1, {"rollout": {}}) for number in range(50)
    )
    outcome = replace(shop.outcome(), workloads=(*shop.outcome().workloads, *calm))
    rendered = text.render(outcome, colour=False, width=100)
    assert "55 more workloads whose users noticed nothing" in rendered
    assert "calm-7" not in rendered
    assert row(rendered, "cart")


def test_the_end_is_the_verdict_and_the_place_of_the_report() -> None:
    assert shown().endswith(
        "FAIL  5 errors, 8 warnings, 1 note in 31 resources in 14 files; 2 documents skipped: not Kubernetes\n"
        "      10 workloads: 4 fail, 6 warn, 0 pass\n"
        "      report: build/shop.html\n"
    )


def test_colour_changes_nothing_but_colour() -> None:
    assert ESCAPE.sub("", shown(colour=True)) == shown()
    assert "\x1b" not in shown()


def test_an_empty_outcome_is_a_pass() -> None:
    outcome = Outcome(inputs=Counts(files=1, documents=1, resources=1), verdict="pass")
    assert text.render(outcome, colour=False, width=80) == "PASS  nothing found in 1 resource in 1 file\n"


def test_check_prints_a_line_a_finding_that_editors_can_follow() -> None:
    rendered = text.render_check(shop.outcome(), colour=False, width=80)
    lines = rendered.splitlines()
    assert len(lines) == len(shop.outcome().findings) + 2
    assert all(
        re.match(r"k8s/[a-z-]+\.yaml:\d+:\d+: (error|warning|note): \w+/[\w-]+: .* \[[\w-]+\]$", x) for x in lines[:-2]
    )
    assert lines[:-2] == sorted(lines[:-2], key=lambda line: line.split(":")[0])


def test_a_path_stays_whole_in_a_narrow_terminal() -> None:
    path = "deploy/kubernetes/" + "environments/" * 6 + "cart.yaml"
    found = shop.finding("Deployment", "cart", message=f"see {path} for it", scenario="rollout")
    assert path in text.render(replace(shop.outcome(), findings=(found,)), colour=False, width=60)


@settings(max_examples=40)
@given(message=st.text(max_size=80), name=st.text(max_size=40), width=st.integers(1, 200))
def test_any_text_can_be_shown(message: str, name: str, width: int) -> None:
    found = shop.finding("Deployment", name, message=message, scenario="rollout")
    outcome = replace(shop.outcome(), findings=(found,))
    shown = text.render(outcome, colour=False, width=width) + text.render_check(outcome, colour=False, width=width)
    assert shown.endswith("\n")
    assert shown.replace("\n", "").isprintable(), "a manifest commands the terminal"
