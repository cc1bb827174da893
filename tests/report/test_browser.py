"""The HTML report in a real browser: it draws without complaint, plays, follows links, and works from the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from seatrial.report import html

from . import shop
from .browser import Browser

pytestmark = pytest.mark.real

SEEK = (
    """(t => { const s = document.querySelector('.track input'); s.value = t; s.dispatchEvent(new Event('input')); })"""
)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "shop.html"
    path.write_text(html.render(shop.outcome()), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def browser(running: Browser) -> Iterator[Browser]:
    running.complaints.clear()
    yield running
    assert running.complaints == []


def state_of(browser: Browser, name: str) -> object:
    return browser.ask(f"document.querySelector('.pod[aria-label^=\"{name},\"]')?.dataset.state ?? 'gone'")


def test_the_page_opens_at_its_verdict_and_fetches_nothing(browser: Browser, report: Path) -> None:
    browser.open(report)
    assert browser.ask("document.querySelector('h1').textContent") == "Fail"
    assert browser.ask("performance.getEntriesByType('resource').length") == 0


@pytest.mark.parametrize("scenario", shop.SCENARIOS)
def test_every_scenario_draws_a_chart_for_each_workload(browser: Browser, report: Path, scenario: str) -> None:
    browser.open(report, f"#scenario={scenario}", height=4000)
    assert browser.ask("document.querySelector('[aria-selected=true]').textContent") == scenario
    assert browser.ask("document.querySelectorAll('.plot canvas').length") == len(shop.WORKLOADS)


def test_the_slider_moves_pods_nodes_and_clock_together(browser: Browser, report: Path) -> None:
    browser.open(report, "#scenario=node-drain")
    cart = "cart-7d9c-bx0k"
    seen = []
    for t in (0, 20, 40, 80):
        browser.ask(f"{SEEK}({t})")
        node = browser.ask("document.querySelector('.node').dataset.state")
        seen.append((browser.ask("document.querySelector('.clock').firstChild.data"), node, state_of(browser, cart)))
    assert seen == [
        ("00:00", "ready", "ready"),
        ("00:20", "cordoned", "terminating"),
        ("00:40", "cordoned", "gone"),
        ("01:20", "ready", "gone"),
    ]
    assert state_of(browser, f"{cart}-n") == "ready"


def test_play_goes_on_until_it_is_paused(browser: Browser, report: Path) -> None:
    browser.open(report, "#scenario=rollout")
    browser.ask("document.querySelector('.play').click()")
    browser.ask("new Promise(r => { const w = () => +document.querySelector('.track input').value > 2 ? r() : "
                "requestAnimationFrame(w); w(); })")  # fmt: skip
    assert browser.ask("document.querySelector('.play').getAttribute('aria-label')") == "Pause"
    browser.ask("document.querySelector('.play').click()")
    stopped = browser.ask("document.querySelector('.track input').value")
    browser.settle()
    assert browser.ask("document.querySelector('.track input').value") == stopped


def test_a_link_of_a_finding_opens_the_moment_and_follows_the_workload(browser: Browser, report: Path) -> None:
    browser.open(report)
    browser.ask("document.querySelector('a.watch[href*=\"node-drain\"]').click()")
    browser.settle()
    assert browser.ask("document.querySelector('.clock').firstChild.data") == "00:31"
    assert browser.ask("document.querySelector('.lane.chosen b').textContent") == "cart"


def test_the_slider_obeys_the_keyboard(browser: Browser, report: Path) -> None:
    browser.open(report, "#scenario=rollout&t=10")
    browser.ask("document.querySelector('.track input').focus()")
    for key in ("ArrowRight", "ArrowRight", "PageUp", "ArrowLeft"):
        browser.press(key)
    assert browser.ask("document.querySelector('.clock').firstChild.data") == "00:21"


def test_arrow_keys_go_from_pod_to_pod_and_tell_each(browser: Browser, report: Path) -> None:
    browser.open(report, "#scenario=rollout")
    browser.ask("document.querySelector('.pod[tabindex=\"0\"]').focus()")
    first = browser.ask("document.activeElement.ariaLabel")
    browser.press("ArrowRight")
    assert browser.ask("document.activeElement.ariaLabel") != first
    assert "node-0" in str(browser.ask("document.querySelector('.tip').textContent"))


def test_findings_are_filtered_by_severity_and_words(browser: Browser, report: Path) -> None:
    browser.open(report)
    shown = "[...document.querySelectorAll('.finding')].filter(f => f.offsetHeight).length"
    everything = browser.ask(shown)
    browser.ask("document.querySelector('.filter.is-error input').click()")
    assert browser.ask(shown) == everything - 5
    browser.ask(
        "(s => { s.value = 'no such thing'; s.dispatchEvent(new Event('input')); })(document.getElementById('search'))"
    )
    assert browser.ask(shown) == 0
    assert browser.ask("document.getElementById('none-left').offsetHeight") > 0


def test_a_quiet_end_is_cut_off_and_said(browser: Browser, report: Path) -> None:
    browser.open(report, "#scenario=rollout")
    assert browser.ask("document.querySelector('.what').textContent").endswith("after 01:32 all is quiet.")
    assert browser.ask("document.querySelector('.clock small').textContent") == " / 01:32"
    browser.open(report, "#scenario=node-crash")
    assert browser.ask("document.querySelector('.clock small').textContent") == " / 05:00"


def test_zooming_in_shows_a_shorter_stretch_that_follows_the_time(browser: Browser, report: Path) -> None:
    browser.open(report, "#scenario=node-crash&t=100")
    labels = "[...document.querySelectorAll('.axis .scale span')].map(s => s.textContent)"
    assert browser.ask(labels)[-1] == "05:00"
    for _ in range(2):
        browser.ask("document.querySelectorAll('.zoom')[1].click()")
    assert browser.ask(labels)[-1] == "02:17"
    assert float(browser.ask("document.querySelector('.lines').style.getPropertyValue('--now')")) == pytest.approx(0.5)
    browser.ask(f"{SEEK}(280)")
    assert browser.ask(labels)[-1] == "05:00"


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_is_wider_than_the_window(browser: Browser, report: Path, width: int) -> None:
    browser.open(report, "#scenario=node-crash&t=60", width=width)
    assert browser.ask("document.documentElement.scrollWidth") <= width
