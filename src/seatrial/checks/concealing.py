"""Keeps secrets out of reports: more people may see their excerpts and diffs than the files."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain

from seatrial.checks import secret_values
from seatrial.findings.finding import Finding
from seatrial.manifests.inventory import Inventory

CONCEALED = "•••"
SHORTEST = 4
"""Letters of a value from which on it is looked for in diffs: shorter ones are words that mean other things, too."""
_WORDS = re.compile(r"\S[^\n]*")


def sources(inventory: Inventory, findings: Iterable[Finding]) -> dict[str, str]:
    """The texts of the files that findings speak of, all values of secrets replaced; lines stay where they are."""
    files = sorted({finding.location.place.file for finding in findings} & inventory.texts.keys())
    extents: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for found in _secrets(inventory):
        file = found.resource.place.file
        if file in files and (extent := inventory.extent(found.resource, found.path)):
            extents[file].append(extent)
    return {file: _without(inventory.texts[file], sorted(extents[file])) for file in files}


def diffs(inventory: Inventory, findings: Sequence[Finding]) -> list[Finding]:
    """The findings, with all values of secrets replaced in the diffs of their fixes; the operations have none."""
    values = sorted({line for found in _secrets(inventory) for line in _lines(found.value)}, key=lambda v: (-len(v), v))
    if not values:
        return list(findings)
    known = re.compile("|".join(re.escape(value) for value in values))
    return [_concealed(finding, known) for finding in findings]


def _secrets(inventory: Inventory) -> Iterable[secret_values.SecretValue]:
    places = (secret_values.in_secrets, secret_values.in_env, secret_values.in_config_maps)
    return chain.from_iterable(place(inventory) for place in places)


def _lines(value: str) -> list[str]:
    return [line.strip() for line in value.splitlines() if len(line.strip()) >= SHORTEST]


def _without(text: str, extents: Sequence[tuple[int, int]]) -> str:
    parts, end = [], 0
    for start, stop in extents:
        if start >= end:  # what an anchor brings stands elsewhere, perhaps twice
            parts += [text[end:start], _WORDS.sub(CONCEALED, text[start:stop])]
            end = stop
    return "".join([*parts, text[end:]])


def _concealed(finding: Finding, known: re.Pattern[str]) -> Finding:
    if finding.fix is None or not any(known.search(patch.diff) for patch in finding.fix.patches):
        return finding
    patches = tuple(replace(patch, diff=known.sub(CONCEALED, patch.diff)) for patch in finding.fix.patches)
    return replace(finding, fix=replace(finding.fix, patches=patches))
