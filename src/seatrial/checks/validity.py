"""Turns what an API server would refuse into findings.

Rules: `schema`, `api-server`, `api-version`, `repeated-key`, `unreadable`.

`validate`, `check` and `trial` all begin here. `sound` gives the part of an inventory that a server would take: only
that is checked and goes on a trial.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from seatrial.apis import custom_resources, lifecycle, schemas, validation
from seatrial.apis.custom_resources import CustomKind, Served
from seatrial.apis.decoding import field_path, nearest
from seatrial.apis.violations import Errors, Version, Violation
from seatrial.checks.kind_filter import EVERYTHING, KindFilter
from seatrial.findings.finding import Finding, Location, ResourceRef, reference_to
from seatrial.findings.outcome import JudgedResource, Status
from seatrial.manifests.documents import Document, Problem
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.lists import is_list
from seatrial.manifests.resources import Resource
from seatrial.manifests.sources import Reading
from seatrial.model.objects import Object, group_of

if TYPE_CHECKING:
    from seatrial.checks.schema_locations import SchemaLocations

RULES = {"decode": "schema", "strict": "schema", "invalid": "api-server"}
NOT_AN_API = ("config.k8s.io", "kubeadm.k8s.io", "kind.x-k8s.io", "client.authentication.k8s.io", "audit.k8s.io")
"""Groups (or their ends) of configuration files that look like objects and are sent to no API server."""


CustomKinds = dict[tuple[str, str], Served]
"""(apiVersion, kind) to what a CustomResourceDefinition among the manifests serves."""

DEFINITION = "CustomResourceDefinition"


@dataclass(slots=True)
class Judgement:
    """What came of an inventory: findings, and how many resources nobody could judge, by kind."""

    findings: list[Finding] = field(default_factory=list)
    without_schema: dict[str, int] = field(default_factory=dict)
    not_api_kinds: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    rules_not_run: dict[str, int] = field(default_factory=dict)
    valid: int = 0
    invalid: int = 0
    errors: int = 0
    resources: list[JudgedResource] = field(default_factory=list)

    def add(self, other: Judgement) -> None:
        """Take in what came of another share of the same manifests."""
        self.findings += other.findings
        for mine, theirs in (
            (self.without_schema, other.without_schema),
            (self.not_api_kinds, other.not_api_kinds),
            (self.skipped, other.skipped),
            (self.rules_not_run, other.rules_not_run),
        ):
            for name, count in theirs.items():
                mine[name] = mine.get(name, 0) + count
        self.valid += other.valid
        self.invalid += other.invalid
        self.errors += other.errors
        self.resources += other.resources

    def sentences(self) -> list[str]:
        """What was not looked at, for `notModelled`."""
        told = [
            f"{count} {kind}: no schema for this custom resource; add its CustomResourceDefinition to the manifests"
            for kind, count in sorted(self.without_schema.items())
        ]
        told += [
            f"{count} {kind}: not a Kubernetes API kind, skipped" for kind, count in sorted(self.not_api_kinds.items())
        ]
        told += [
            f"rule not run: {why}" + (f" ({count} times)" if count > 1 else "")
            for why, count in sorted(self.rules_not_run.items())
        ]
        return told


def judge(inventory: Inventory, kube_version: str, strict: bool = True) -> list[Finding]:
    """Findings on everything that the API server of that version would refuse, in the order of the files.

    Raises:
        ValueError: where `kube_version` is no version that there are schemas for.
    """
    return examine(inventory, kube_version, strict).findings


def examine(
    inventory: Inventory,
    kube_version: str,
    strict: bool = True,
    chosen: KindFilter = EVERYTHING,
) -> Judgement:
    """As `judge`, with what could not be judged.

    Raises:
        ValueError: where `kube_version` is no version that there are schemas for.
    """
    definitions = [*inventory.definitions, *inventory.of_kind(DEFINITION)]
    return examine_with(custom_kinds(definitions), inventory, kube_version, strict, chosen)


def examine_with(
    custom: CustomKinds,
    inventory: Inventory,
    kube_version: str,
    strict: bool = True,
    chosen: KindFilter = EVERYTHING,
    locations: SchemaLocations | None = None,
    *,
    refused: Collection[tuple[str, int]] = (),
    listed: Collection[Status] = (),
) -> Judgement:
    """As `examine`, where `custom` are all custom kinds there are: the inventory is a share of a larger one.

    `locations` have schemas of other kinds; `refused` are documents (file, number) that a server would not take as they
    are written; resources of the statuses `listed` are noted one by one.

    Raises:
        ValueError: where `kube_version` is no version that there are schemas for.
    """
    version = schemas.parse_version(kube_version)
    judge_of = _Judge(inventory, version, strict, chosen, custom, locations, refused, listed)
    for resource in inventory:
        judge_of.see(resource)
    return judge_of.judgement


def custom_kinds(definitions: Iterable[Resource]) -> CustomKinds:
    """(apiVersion, kind) to schema of all that CustomResourceDefinitions serve."""
    found: CustomKinds = {}
    for definition in definitions:
        if definition.object.get("apiVersion") == "apiextensions.k8s.io/v1":
            found |= custom_resources.kinds_of(definition.object)
    return found


@dataclass(slots=True)
class _Judge:
    """Judges the resources of one inventory one after the other."""

    inventory: Inventory
    version: Version
    strict: bool
    chosen: KindFilter
    custom: CustomKinds
    locations: SchemaLocations | None = None
    refused: Collection[tuple[str, int]] = ()
    listed: Collection[Status] = ()
    judgement: Judgement = field(default_factory=Judgement)

    def see(self, resource: Resource) -> None:
        """Judge one resource and note what came of it."""
        obj = resource.object
        untyped = _untyped(obj)
        if untyped is not None:
            self._note(resource, "error", [untyped])
            return
        api_version, kind = obj["apiVersion"], obj["kind"]
        if self.chosen.skips(api_version, kind):
            _count(self.judgement.skipped, f"{api_version} {kind}")
            self._note(resource, "skipped")
        elif self.chosen.rejects(api_version, kind):
            self._note(resource, "error", [Violation("kind", f"{kind} is not wanted here (--reject)", "strict")])
        elif not is_api_group(api_version, kind):
            _count(self.judgement.not_api_kinds, f"{api_version} {kind}")
        else:
            violations = self._violations(obj, api_version, kind)
            if violations is None:
                self._lacks_a_schema(resource, f"{api_version} {kind}")
            else:
                self._note(resource, "invalid" if violations or self._is_refused(resource) else "valid", violations)
            self._warn_of_retirement(resource, api_version, kind)

    def _violations(self, obj: Object, api_version: str, kind: str) -> list[Violation] | None:
        """What a server would hold against an object; None where nobody can say."""
        schema = schemas.of_kind(self.version, api_version, kind)
        if schema is not None:
            return validation.against(obj, schema, self.version, self.strict)
        served = self.custom.get((api_version, kind))
        known = served.schema() if served is not None else None
        if known is not None:
            return self._custom(obj, known, f"{kind}.{group_of(api_version)}")
        if served is None:
            unserved = _unserved(api_version, kind, self.version, self.custom)
            if unserved:
                return unserved
        return self.locations.violations(obj, api_version, kind) if self.locations is not None else None

    def _custom(self, obj: Object, known: CustomKind, named: str) -> list[Violation]:
        errors = Errors(self.version)
        examined = known.examine(obj, self.strict)
        found = examined.violations
        for why in examined.not_run:
            _count(self.judgement.rules_not_run, f"{named}: {why}")
        if isinstance(obj.get("metadata"), dict | None) and not any(v.path.startswith("metadata") for v in found):
            validation.object_meta(obj, errors, namespaced=known.namespaced, core=False)
        return [*found, *errors.found]

    def _lacks_a_schema(self, resource: Resource, kind: str) -> None:
        _count(self.judgement.without_schema, kind)
        if self.chosen.ignore_missing_schemas:
            self._note(resource, "skipped")
        else:
            self._note(resource, "error", [Violation("apiVersion", f"no schema for {kind}")])

    def _is_refused(self, resource: Resource) -> bool:
        return bool(self.refused) and (resource.place.file, resource.place.document) in self.refused

    def _note(self, resource: Resource, status: Status, violations: Sequence[Violation] = ()) -> None:
        """Count a resource, with what is to be said of it as findings."""
        self.judgement.valid += status == "valid"
        self.judgement.invalid += status == "invalid"
        self.judgement.errors += status == "error"
        if status in self.listed:
            self.judgement.resources.append(JudgedResource(reference_to(resource), resource.place, status))
        for violation in violations:
            rule = "api-version" if _is_of_version(violation) else RULES[violation.type]
            self.judgement.findings.append(_finding(self.inventory, resource, rule, violation))

    def _warn_of_retirement(self, resource: Resource, api_version: str, kind: str) -> None:
        retired = lifecycle.retirement(api_version, kind, self.version)
        if retired is None or lifecycle.is_removed(retired, self.version):
            return
        told = Violation("apiVersion", retired.sentence(api_version, kind, self.version), "strict")
        finding = _finding(self.inventory, resource, "api-version", told)
        self.judgement.findings.append(replace(finding, severity="warning"))


def _is_of_version(violation: Violation) -> bool:
    return violation.path == "apiVersion" and violation.type == "invalid"


def _count(counts: dict[str, int], name: str) -> None:
    counts[name] = counts.get(name, 0) + 1


def _untyped(obj: Object) -> Violation | None:
    """What keeps anybody from telling what a document is."""
    for name in ("apiVersion", "kind"):
        value = obj.get(name)
        if value is None or value == "":
            return Violation(name, f"Required value: {name} not set", "decode")
        if not isinstance(value, str):
            return Violation(name, "must be a text in quotes", "decode")
    return None


def is_api_group(api_version: str, kind: str) -> bool:
    """Whether objects of a group are meant for an API server, and not for a program's command line."""
    if (api_version, kind) == ("v1", "Config") or api_version == "builtin":  # a kubeconfig, a kustomize plugin
        return False
    return not group_of(api_version).endswith(NOT_AN_API)


def _unserved(api_version: str, kind: str, version: Version, custom: CustomKinds) -> list[Violation]:
    """Nobody serves this kind: it is gone, misspelt, in the wrong group, or a custom resource without a schema."""
    retired = lifecycle.retirement(api_version, kind, version)
    if retired is not None:
        return [Violation("apiVersion", retired.sentence(api_version, kind, version))]
    group = group_of(api_version)
    described = [name for name, other in custom if other == kind and group_of(name) == group]
    if group not in lifecycle.built_in_groups(version) and not described:
        return []
    message = f'no matches for kind "{kind}" in version "{api_version}"'
    elsewhere = described or lifecycle.versions_of(version, kind)
    if elsewhere:
        return [Violation("apiVersion", f"{message}; {kind} is in {', '.join(elsewhere)}")]
    near = nearest(kind, list(lifecycle.kinds(version)))
    return [Violation("apiVersion", f'{message}, did you mean "{near}"?' if near else message)]


def _finding(inventory: Inventory, resource: Resource, rule: str, violation: Violation) -> Finding:
    message = str(violation) if violation.type != "strict" and rule != "api-version" else violation.message
    location = Location(inventory.locate(resource, violation.path), violation.path)
    return Finding(rule, "error", message, reference_to(resource), location)


def of_documents(reading: Reading, strict: bool = True) -> list[Finding]:
    """What is wrong with documents as such: they cannot be read, are no objects, or have a key twice."""
    return [
        *repeated_keys(reading.documents, strict),
        *strays(reading.strays),
        *unreadable(reading.problems),
    ]


def strays(documents: Iterable[Document]) -> Iterator[Finding]:
    """Lists and words where kubectl expects objects: it refuses them."""
    for document in documents:
        what = "a list" if isinstance(document.value, list) else "a single value"
        message = f"{what} is no Kubernetes object: expected apiVersion, kind and metadata"
        yield Finding("schema", "error", message, ResourceRef("", "", "", ""), Location(document.place))


def repeated_keys(documents: Iterable[Document], strict: bool = True) -> Iterator[Finding]:
    """Keys that a mapping has twice: Kubernetes takes the last, and nobody meant that; in JSON it refuses them."""
    for document in documents:
        if not document.repeated and not document.duplicates:
            continue
        value: Any = document.value
        obj = Object(value) if isinstance(value, dict) else Object()
        if not obj.get("kind"):
            continue
        named = ResourceRef(str(obj.get("apiVersion") or ""), obj.kind, obj.namespace, obj.name)
        is_sent = strict and not is_list(obj) and is_api_group(named.api_version, named.kind)
        refused = document.duplicates if is_sent else ()
        for repeated, path in zip_longest(document.repeated, refused):
            if repeated is not None and repeated.merged:
                continue
            place = document.place
            if repeated is not None:
                place = replace(place, line=document.first_line + repeated.line - 1, column=repeated.column)
            if path is not None:
                field_name = field_path(list(path))
                message = f'duplicate field "{field_name}"'
                yield Finding("schema", "error", message, named, Location(place, field_name))
            elif repeated is not None:
                message = f'key "{repeated.key}" stands here twice; the last one holds'
                yield Finding("repeated-key", "warning", message, named, Location(place))


def unreadable(problems: Iterable[Problem]) -> Iterator[Finding]:
    """Documents that could not be read, for commands that go on with the others."""
    for problem in problems:
        message = f"{problem.message}; {problem.advice}"
        yield Finding("unreadable", "error", message, ResourceRef("", "", "", ""), Location(problem.place))


def sound(inventory: Inventory, findings: Iterable[Finding]) -> Inventory:
    """The resources that no error speaks against, and that an API server would be sent at all."""
    refused = {
        (finding.location.place.file, finding.location.place.document, finding.resource)
        for finding in findings
        if finding.severity == "error"
    }
    kept = [
        resource
        for resource in inventory
        if (resource.place.file, resource.place.document, reference_to(resource)) not in refused
        and is_api_group(str(resource.object.get("apiVersion") or ""), resource.kind)
    ]
    return Inventory(kept, problems=inventory.problems, texts=inventory.texts, unseen=inventory.unseen)
