"""The part of an explanation that tells of production."""

from __future__ import annotations

from seatrial.report import practice


def test_all_parts() -> None:
    shown = practice.render("Pods wait.", ["one", "two"], "spec:\n  a: 1\n").splitlines()
    assert shown == [
        "IN PRODUCTION:", "    Pods wait.", "", "    Looked at by: one, two (docs/checks).", "",
        "    Example:", "      spec:", "        a: 1",
    ]  # fmt: skip


def test_nothing_known_nothing_said() -> None:
    assert practice.render("", [], "") == ""


def test_of_many_rules_the_first_are_named() -> None:
    assert "rule-11 and 3 more" in " ".join(practice.render("", [f"rule-{n}" for n in range(15)], "").split())
