"""What `seatrial validate` found, as an Outcome.

The files are read and judged in shares, several side by side where there are many, and each share is forgotten when it
has been judged: memory does not grow with the input. What the shares have in common, the definitions of custom
resources, is looked for first, in the files that may hold some.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from importlib import import_module

from seatrial.apis import schemas
from seatrial.apis.validation import RULES, rules_of
from seatrial.checks import validity
from seatrial.checks.kind_filter import EVERYTHING, KindFilter
from seatrial.checks.schema_locations import SchemaLocations
from seatrial.checks.validity import CustomKinds, Judgement
from seatrial.crew import side_by_side
from seatrial.findings.finding import Finding
from seatrial.findings.outcome import Outcome, Status
from seatrial.findings.verdict import verdict_of
from seatrial.manifests import documents, sources
from seatrial.manifests.counts import Counts
from seatrial.manifests.documents import FileContent, Problem
from seatrial.manifests.rendering import Plan
from seatrial.manifests.resources import Resource
from seatrial.manifests.sources import Reading

SHARE = 100
"""Files of a share: enough to make up for the handing over, few enough to occupy all hands to the end."""
MANY = 300
"""Files from which on several hands are quicker than one."""
_KEPT = 4 << 20
"""Bytes of files with definitions whose content is kept, as the schemas taken from it are; it is not read again."""
_REMEMBERED = 20_000
"""Files of which it is remembered that nothing was found in them: some ten megabytes at most."""
_MAY_DEFINE = (
    re.compile(validity.DEFINITION.encode()),
    re.compile(rb"\\[xuU]"),
    re.compile(rb'"[^"\\\n]*\\\r?\n'),
    re.compile(rb"binary"),
    re.compile(rb"\A(?:\xff\xfe|\xfe\xff)"),
)
"""A file with none of these holds no definition: the word itself, or what may hide it (escapes, UTF-16 ...)."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How to judge: the options of `seatrial validate`."""

    kube_version: str
    strict: bool = True
    chosen: KindFilter = EVERYTHING
    locations: SchemaLocations | None = None
    listed: Collection[Status] = ()
    """Which resources the outcome lists; none cost the least."""
    stop_early: bool = False
    """Whether nothing is read behind the first file with an error."""


@dataclass(slots=True)
class Known:
    """What is known of a run: what CustomResourceDefinitions serve, and files that need not be read again.

    `before` are those that were read to find the definitions, as far as they are kept.
    """

    custom: CustomKinds = field(default_factory=dict)
    before: dict[str, FileContent] = field(default_factory=dict)
    sound: dict[bytes, Validation] = field(default_factory=dict)
    """What came of files in which nothing was found, by the hash of their bytes."""


@dataclass(slots=True)
class Validation:
    """What came of all files, or of a share of them."""

    judgement: Judgement = field(default_factory=Judgement)
    of_documents: list[Finding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)

    def add(self, other: Validation) -> None:
        """Take in the next share."""
        self.judgement.add(other.judgement)
        self.of_documents += other.of_documents
        self.problems += other.problems
        mine, theirs = self.counts, other.counts
        self.counts = Counts(
            mine.files + theirs.files,
            mine.documents + theirs.documents,
            mine.resources + theirs.resources,
            mine.skipped + theirs.skipped,
        )

    @property
    def is_silent(self) -> bool:
        """Whether it names nothing that has a place: a file with the same content would get the same."""
        judgement = self.judgement
        return not (self.of_documents or self.problems or judgement.findings or judgement.resources)

    @property
    def failed(self) -> bool:
        """Whether there is an error."""
        return any(finding.severity == "error" for finding in (*self.judgement.findings, *self.of_documents))

    def outcome(self, terms: Terms) -> Outcome:
        """All that was found, worst first."""
        judgement, counts = self.judgement, self.counts
        findings = [*judgement.findings, *self.of_documents]
        findings.sort(key=lambda finding: finding.order)
        skipped = sum(judgement.not_api_kinds.values())
        return Outcome(
            inputs=Counts(counts.files, counts.documents, counts.resources - skipped, counts.skipped + skipped),
            verdict=verdict_of(findings),
            findings=tuple(findings),
            not_modelled=tuple(judgement.sentences()),
            summary={
                "kubernetes": terms.kube_version,
                **self._figures(terms),
                "withoutSchema": sum(judgement.without_schema.values()),
            },
            resources=tuple(judgement.resources),
        )

    def _figures(self, terms: Terms) -> dict[str, int]:
        """Resources and what could not be read, each counted once."""
        judgement = self.judgement
        no_objects = sum(not finding.resource.kind for finding in self.of_documents)
        let_pass = sum(judgement.without_schema.values()) if terms.chosen.ignore_missing_schemas else 0
        return {
            "valid": judgement.valid,
            "invalid": judgement.invalid,
            "errors": judgement.errors + no_objects,
            "skipped": sum(judgement.skipped.values()) + let_pass,
        }


def validate(
    plan: Plan, paths: Sequence[str], terms: Terms, *, definitions: Sequence[Resource] = (), hands: int = 1
) -> Validation:
    """Read and judge the files of a plan; `definitions` describe custom resources and are not judged.

    The result does not depend on `hands`, the number of processes.

    Raises:
        InputError: where a file cannot be opened.
        BadLocation: where a schema of the user's cannot be used.
        ValueError: where the version is none that there are schemas for.
    """
    done = Validation(of_documents=list(validity.unreadable(plan.problems)), problems=list(plan.problems))
    done.counts = Counts(len(plan.skipped), len(plan.problems), 0, len(plan.skipped))
    with _collector_at_rest():
        known = look_for_definitions(plan, definitions)
        shares = _shares(plan, 1 if terms.stop_early else SHARE)
        pieces = [partial(_judged, share, tuple(paths), terms, known) for share in shares]
        hands = hands if len(plan.files) >= MANY else 1
        if hands > 1:
            _prepare(terms)
        judged = (piece() for piece in pieces) if terms.stop_early else side_by_side(pieces, hands)
        for validation in judged:
            done.add(validation)
            if terms.stop_early and done.failed:
                break
    return done


def _prepare(terms: Terms) -> None:
    """Load what all hands are going to need, so that each need not do it again."""
    import_module("seatrial.manifests.positions")  # with PyYAML
    schemas.served(schemas.parse_version(terms.kube_version))
    for api_version, kind in RULES:
        rules_of(api_version, kind)


def validate_readings(readings: Iterable[Reading], terms: Terms, definitions: Sequence[Resource] = ()) -> Validation:
    """Judge what is read elsewhere, part by part; each brings the definitions of its own custom resources.

    Raises:
        BadLocation: where a schema of the user's cannot be used.
        ValueError: where the version is none that there are schemas for.
    """
    done = Validation()
    for reading in readings:
        done.add(_of_reading(reading, terms, validity.custom_kinds([*definitions, *reading.inventory.definitions])))
        if terms.stop_early and done.failed:
            break
    return done


def look_for_definitions(plan: Plan, definitions: Sequence[Resource] = ()) -> Known:
    """What the definitions in the files of a plan serve, and those beside them.

    Raises:
        InputError: where a file cannot be opened.
    """
    found = Known(validity.custom_kinds(definitions))
    kept = 0
    of_content: dict[bytes, CustomKinds] = {}
    for file in plan.files:
        data = sources.data_of(plan, file)
        if not _may_define(data):
            continue
        digest = _digest(data)
        if digest not in of_content:
            content = documents.read(data, file)
            if kept + len(data) <= _KEPT:
                found.before[file] = content
                kept += len(data)
            resources = (resource for document in content[0] for resource in sources.expanded(document))
            of_content[digest] = validity.custom_kinds(r for r in resources if r.kind == validity.DEFINITION)
        found.custom |= of_content[digest]
    return found


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()


def _may_define(data: bytes) -> bool:
    return any(sign.search(data) for sign in _MAY_DEFINE)


def _shares(plan: Plan, size: int) -> list[Plan]:
    return [_part(plan, plan.files[at : at + size]) for at in range(0, len(plan.files), size)]


def _part(plan: Plan, files: list[str]) -> Plan:
    return Plan(files, plan.rendered)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Manifests make many objects and no cycles: looking for some is a quarter of the time, and finds none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _judged(share: Plan, paths: tuple[str, ...], terms: Terms, known: Known) -> Validation:
    done = Validation()
    for file in share.files:
        done.add(_of_file(file, share, paths, terms, known))
    return done


def _of_file(file: str, share: Plan, paths: tuple[str, ...], terms: Terms, known: Known) -> Validation:
    """What is said of a file; of one like another in which nothing was found, the same again, without reading it."""
    data = sources.data_of(share, file)
    digest = _digest(data)
    like = None if file in paths else known.sound.get(digest)
    if like is not None:
        return like
    content = known.before.get(file) or documents.read(data, file)
    reading = sources.read_planned(_part(share, [file]), paths, before={file: content})
    found = _of_reading(reading, terms, known.custom)
    if found.is_silent and file not in paths and len(known.sound) < _REMEMBERED:
        known.sound[digest] = found
    return found


def _of_reading(reading: Reading, terms: Terms, custom: CustomKinds) -> Validation:
    of_documents = validity.of_documents(reading, terms.strict)
    judgement = validity.examine_with(
        custom, reading.inventory, terms.kube_version, terms.strict, terms.chosen, terms.locations,
        refused={(f.location.place.file, f.location.place.document) for f in of_documents if f.severity == "error"},
        listed=terms.listed,
    )  # fmt: skip
    return Validation(judgement, of_documents, list(reading.problems), reading.counts)
