"""The figures of a finding in one sentence, without those that its message tells already."""

from __future__ import annotations

from typing import Any

from seatrial.findings.finding import Finding, Fix
from seatrial.findings.wording import clock, counted, lasting

NAMES = {
    "failedRequestsPerSecond": "failed requests per second",
    "lastState": "ended with",
    "exitCode": "exit code",
}
"""Keys of evidence that read badly when only taken apart at their capitals."""
TOLD = frozenset({"pods", "asked", "pending", "updated", "ready", "stalePods", "path"})
"""What the message of its symptom or the cause beside it always tells."""


def sentence(finding: Finding) -> str:
    """What was seen: `816 of 4,920 requests failed (17 %); at worst 0 pods ready; in spells over 3 min`."""
    evidence = dict(finding.evidence)
    parts = _requests(evidence) + _times(evidence, finding.message)
    for key, value in evidence.items():
        if key not in TOLD and isinstance(value, (str, int, float)) and not isinstance(value, bool) and value != "":
            said = f"{value:,}" if isinstance(value, (int, float)) else value
            if not _told(said, finding.message):
                parts.append(f"{_name(key)} {said}")
    return "; ".join(parts)


def effect(fix: Fix) -> str:
    """What a change that was tried did: `failed requests 820 → 0`; "" where nothing comparable is known."""
    parts = []
    for key, name in (("failedRequests", "failed requests"), ("outageSeconds", "seconds of outage")):
        before, after = fix.before.get(key), fix.after.get(key)
        if isinstance(before, (int, float)) and isinstance(after, (int, float)) and before != after:
            parts.append(f"{name} {before:,.0f} → {after:,.0f}")
    return ", ".join(parts)


def tried(fix: Fix) -> str:
    """Whether the change is known to help, in words."""
    return {True: "tried: works", False: "tried: does not help", None: "not tried"}[fix.verified]


def _requests(evidence: dict[str, Any]) -> list[str]:
    failed, served = evidence.pop("failedRequests", None), evidence.pop("servedRequests", 0)
    evidence.pop("failedShare", None)
    if not isinstance(failed, (int, float)) or not failed:
        return []
    total = failed + served
    share = 100 * failed / total
    percent = f"{share:.0f} %" if share >= 1 else "below 1 %"
    return [f"{round(failed):,} of {counted(total, 'request')} failed ({percent})"]


def _times(evidence: dict[str, Any], message: str) -> list[str]:
    parts = []
    least = evidence.pop("minReady", None)
    if least is not None and " ready pods" not in message:
        parts.append(f"at worst {counted(least, 'pod')} ready")
    longest = evidence.pop("longestOutage", None)
    if longest and clock(longest[0]) not in message:
        parts.append(f"nothing served from {clock(longest[0])} to {clock(longest[1])}")
    span = evidence.pop("recoverySeconds", None) or 0.0
    troubled = max(evidence.get("failingSeconds") or 0.0, evidence.get("outageSeconds") or 0.0)
    if troubled and span > 1.5 * troubled:
        parts.append(f"in spells over {lasting(span)}")
    for key in ("outageSeconds", "failingSeconds", "unreadySeconds", "seconds"):
        evidence.pop(key, None)
    return parts


def _told(said: str, message: str) -> bool:
    return said in message or said.rsplit("/", 1)[-1] in message


def _name(key: str) -> str:
    if key in NAMES:
        return NAMES[key]
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in key)
