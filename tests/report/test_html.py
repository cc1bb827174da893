"""The HTML report: whole in itself, the same bytes for the same outcome, and deaf to what manifests try to say."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from seatrial.findings.outcome import Outcome
from seatrial.findings.verdict import Verdict
from seatrial.manifests.counts import Counts
from seatrial.report import html

from . import shop


@pytest.fixture(scope="module")
def page() -> str:
    return html.render(shop.outcome())


class Tags(HTMLParser):
    """All elements with their attributes, and whether they are closed as they were opened."""

    VOID = frozenset({"meta", "input", "br", "path", "link", "img"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag, f"</{tag}> closes something else"


def test_every_element_is_closed(page: str) -> None:
    assert Tags(page).open == []


def test_nothing_is_fetched(page: str) -> None:
    for tag, attributes in Tags(page).found:
        assert "src" not in attributes, tag
        assert tag not in ("link", "iframe", "img", "object")
        assert not (attributes.get("href") or "#").startswith(("http", "//"))
    assert not re.search(r"@import|url\(", page)


def test_the_policy_allows_our_script_and_style_by_hash_and_nothing_else(page: str) -> None:
    policy = next(a["content"] or "" for tag, a in Tags(page).found if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for element in ("script", "style"):
        text = re.findall(rf"<{element}>(.*?)</{element}>", page, re.DOTALL)
        assert len(text) == 1
        digest = base64.b64encode(hashlib.sha256(text[0].encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in policy


def test_no_element_carries_a_style_or_a_handler_that_the_policy_would_block(page: str) -> None:
    for _, attributes in Tags(page).found:
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]


def test_the_timelines_stand_in_the_page_as_they_are(page: str) -> None:
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    assert json.loads(data[1])["timelines"] == list(shop.outcome().timelines)


HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)> `</code><b>`"


def test_what_manifests_hold_is_text() -> None:
    outcome = shop.outcome()
    timeline = {**outcome.timelines[0], "title": HOSTILE, "scenario": HOSTILE}
    hostile = replace(
        outcome,
        findings=tuple(replace(found, message=HOSTILE, rule=HOSTILE) for found in outcome.findings),
        assumptions=(HOSTILE,),
        timelines=(timeline,),
        sources={"k8s/cart.yaml": shop.CART.replace("cart", HOSTILE)},
    )
    tags = Tags(html.render(hostile))
    assert tags.open == []
    assert [tag for tag, _ in tags.found].count("script") == 2
    assert "img" not in [tag for tag, _ in tags.found]


def test_a_finding_shows_its_line_its_change_and_when_to_watch(page: str) -> None:
    assert 'is-hit"><span class="num">7</span>' in page
    assert re.search(r'is-remove"><span class="num">7</span>.*?  replicas: 1', page)
    assert re.search(r'is-add"><span class="num">7</span>.*?  replicas: 2', page)
    assert "tried: works" in page
    assert 'href="#scenario=node-drain&amp;workload=shop/Deployment/cart&amp;t=31.0"' in page


def test_where_nothing_was_down_the_moment_to_watch_is_the_first_failed_request(page: str) -> None:
    assert 'href="#scenario=rollout&amp;workload=shop/Deployment/api&amp;t=20.0"' in page


def test_all_parts_are_there(page: str) -> None:
    for text in (
        "Findings",
        "Scenarios",
        "Assumptions",
        "Not modelled",
        "Inputs",
        "NetworkPolicy (3)",
        "5 min · 6,180",
    ):
        assert text in page


def test_equal_outcomes_give_equal_bytes(page: str) -> None:
    assert html.render(shop.outcome()) == page


@pytest.mark.parametrize(
    ("severity", "verdict", "scenario", "sentence"),
    [
        ("error", "fail", "rollout", "1 of 10 workloads would have let users down."),
        ("error", "fail", "", "Something is wrong, though no scenario showed it to users."),
        ("warning", "warn", "rollout", "1 of 10 workloads would have troubled users."),
        ("warning", "warn", "", "Users would have noticed nothing."),
        ("note", "pass", "node-crash", "Users would have noticed nothing that a manifest can prevent."),
    ],
)
def test_the_verdict_says_whose_users_would_have_noticed(
    severity: str, verdict: Verdict, scenario: str, sentence: str
) -> None:
    found = shop.finding("Deployment", "cart", severity=severity, scenario=scenario)
    assert f"<p>{sentence}</p>" in html.render(replace(shop.outcome(), verdict=verdict, findings=(found,)))


def test_an_outcome_without_workloads_is_a_page_too() -> None:
    page = html.render(Outcome(inputs=Counts(files=1), verdict="pass"))
    assert "Nothing was found." in page
    assert Tags(page).open == []


def test_hundreds_of_equal_findings_do_not_swell_the_page() -> None:
    many = tuple(
        shop.finding("Deployment", f"d{number}", rule="image-tag", severity="warning") for number in range(2000)
    )
    page = html.render(replace(shop.outcome(), findings=many))
    assert page.count('class="finding ') == html.FULL_OF_CHECK + 1
    assert "d1999" in page
