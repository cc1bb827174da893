"""Runs the rules of a custom resource (apiextensions-apiserver schema/cel/validation.go, Kubernetes 1.36).

A `Validator` stands at each node of the schema that has rules at or below it. Rules that compare with before run only
where there is a before. What cannot be run is told apart from what is broken: `Found.not_run`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from seatrial.apis.cel import field_paths
from seatrial.apis.cel.compiler import OLD_SELF, SELF, CompileError, Program, Scope, TooDeep
from seatrial.apis.cel.cost import CALL_LIMIT, RESOURCE_LIMIT, Meter, OverBudget
from seatrial.apis.cel.schema_values import EMBEDDED, LIST_KEYS, LIST_TYPE, Schema, of_resource, value_of
from seatrial.apis.cel.values import NOTHING, CelError, Maybe, NoSuchOverload
from seatrial.apis.violations import Version, Violation, shown

RULES = "x-kubernetes-validations"
LONGEST_MESSAGE = 5 * 1024
"""Bytes of a message that an expression may give."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, compiled; `problem` says why it is not run where it could not be."""

    text: str
    message: str = ""
    message_expression: str = ""
    reason: str = ""
    field_path: str = ""
    optional_old_self: bool = False
    program: Program | None = None
    message_program: Program | None = None
    problem: str = ""

    @property
    def shown(self) -> str:
        """What stands for the rule in errors."""
        return self.message.strip() or self.text.strip()

    @property
    def detail(self) -> str:
        """What a broken rule says where no expression says it."""
        return self.message.strip() or f"failed rule: {self.text.strip()}"


@dataclass(slots=True)
class Found:
    """What came of running rules; `left` is what the rules to come may cost."""

    violations: list[Violation] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)
    left: int = RESOURCE_LIMIT


@dataclass(slots=True)
class Validator:
    """The rules of one node of a schema, and the validators below it."""

    schema: Schema
    rules: tuple[Rule, ...] = ()
    items: Validator | None = None
    values: Validator | None = None
    properties: dict[str, Validator] = field(default_factory=dict)
    all_of: tuple[Validator, ...] = ()
    is_root: bool = False

    def validate(
        self, data: Any, old: Any = None, path: str = "", *, ratchet: bool = True, budget: int = RESOURCE_LIMIT
    ) -> Found:
        """Run all rules on a resource.

        Args:
            data: the resource, with defaults, without fields that its schema does not know.
            old: what it was, None where it is new.
            path: the field that `data` is, "" for a whole resource.
            ratchet: whether rules about what has not changed are let be (CRDValidationRatcheting).
            budget: what all rules together may cost.
        """
        found = Found(left=budget)
        self._validate(data, old, path, found, old is None if ratchet else None)
        return found

    def _validate(self, data: Any, old: Any, path: str, found: Found, changed: bool | None) -> None:
        """As `validate`. `changed` tells whether what is around has changed, None where nobody asks."""
        if data is None or found.left < 0:
            return
        if changed is not None and old is not None:
            changed = data != old
        if self.rules:
            self._run(data, old, path, found, changed is False)
        for validator in self.all_of:
            validator._validate(data, old, path, found, changed)
        if isinstance(data, list) and self.items is not None:
            before = _by_keys(old, self.schema)
            for index, item in enumerate(data):
                was = before.get(_keys_of(item, self.schema))
                self.items._validate(item, was, f"{path}[{index}]", found, changed)
        elif isinstance(data, dict):
            before = old if isinstance(old, dict) else {}
            for name, value in data.items():
                if self.values is not None:
                    self.values._validate(value, before.get(name), f"{path}[{name}]", found, changed)
                below = self.properties.get(name)
                if below is not None:
                    typed = self.is_root and name in ("apiVersion", "kind")  # both objects come in one version
                    where = f"{path}.{name}" if path else name
                    below._validate(value, before.get(name), where, found, None if typed else changed)

    def _run(self, data: Any, old: Any, path: str, found: Found, is_old: bool) -> None:
        variables, problem = self._variables(data, old)
        for rule in self.rules:
            if found.left < 0:
                return
            if rule.program is None:
                if rule.problem:
                    found.not_run.append(" ".join(f"{rule.text}: {rule.problem}".split()))
                continue
            if rule.program.uses_old_self and old is None and not rule.optional_old_self:
                continue
            if problem is not None:
                found.violations.append(self._invalid(path, f"{problem} evaluating rule: {rule.shown}"))
                continue
            given = variables
            if rule.optional_old_self:
                given = {**variables, OLD_SELF: Maybe(True, variables[OLD_SELF]) if OLD_SELF in variables else NOTHING}
            self._run_one(rule, given, data, path, found, lenient=is_old and not rule.program.uses_old_self)

    def _variables(self, data: Any, old: Any) -> tuple[dict[str, Any], CelError | None]:
        try:
            variables = {SELF: value_of(data, self.schema)}
            if old is not None:
                variables[OLD_SELF] = value_of(old, self.schema)
        except CelError as error:
            return {}, error
        return variables, None

    def _run_one(
        self, rule: Rule, variables: dict[str, Any], data: Any, path: str, found: Found, *, lenient: bool
    ) -> None:
        """Run a rule that is compiled; where it is `lenient` a value that breaks it may stay as it is."""
        assert rule.program is not None
        try:
            result = _spending(rule.program, variables, found)
        except NoSuchOverload as error:
            hint = "call arguments did not match a supported operator, function or macro signature for rule: "
            found.violations.append(self._invalid(path, f"'{error}': {hint}{rule.shown}"))
        except OverBudget as error:
            found.violations.append(self._invalid(path, str(error).format(f"rule: {rule.shown}")))
        except CelError as error:
            found.violations.append(self._invalid(path, f"{error} evaluating rule: {rule.shown}"))
        else:
            if result is not True and not lenient:
                found.violations.append(self._broken(rule, variables, data, path, found))

    def _invalid(self, path: str, detail: str) -> Violation:
        """What went wrong with a rule, told of the type of the value."""
        return Violation(path, f"Invalid value: {shown(self.schema.get('type', ''))}: {detail}")

    def _broken(self, rule: Rule, variables: dict[str, Any], data: Any, path: str, found: Found) -> Violation:
        detail = rule.detail
        if rule.message_program is not None:
            try:
                detail = _message(rule.message_program, variables, found) or detail
            except OverBudget as error:
                what = f"messageExpression: {shown(rule.message_expression)}"
                told = str(error).replace("validation failed", "messageExpression evaluation failed")
                return self._invalid(f"{path}{rule.field_path}", told.format(what).rpartition("': ")[2])
        where = f"{path}{rule.field_path}" if path else rule.field_path.removeprefix(".")
        value = "" if self.schema.get("type") in ("object", "array") else f": {shown(data)}"
        match rule.reason:
            case "FieldValueForbidden":
                return Violation(where, f"Forbidden: {detail}")
            case "FieldValueRequired":
                return Violation(where, f"Required value: {detail}")
            case "FieldValueDuplicate":
                return Violation(where, f"Duplicate value{value}")
        return Violation(where, f"Invalid value{value}: {detail}")


def _spending(program: Program, variables: dict[str, Any], found: Found) -> Any:
    """What a program gives; what it costs is taken from what is left.

    Raises:
        CelError: where it fails.
        OverBudget: where it costs too much. The text has a place for what it was that did.
    """
    meter = Meter(CALL_LIMIT)
    try:
        result = program.evaluate(variables, meter)
    except OverBudget as error:
        found.left = -1
        raise OverBudget(
            f"'{error}': no further validation rules will be run due to call cost exceeds limit for {{}}"
        ) from None
    finally:
        found.left -= meter.spent
    if found.left < 0:
        raise OverBudget("validation failed due to running out of cost budget, no further validation rules will be run")
    return result


def _message(program: Program, variables: dict[str, Any], found: Found) -> str:
    """What the expression for a message says, "" where it says nothing that can be used.

    Raises:
        OverBudget: where it costs too much.
    """
    try:
        text = _spending(program, variables, found)
    except CelError:
        return ""
    text = text.strip() if isinstance(text, str) else ""
    return "" if "\n" in text or len(text.encode("utf-8", "replace")) > LONGEST_MESSAGE else text


def _keys_of(item: Any, schema: Schema) -> str | None:
    """What tells an item of a list with keys from the others, None for other lists: their items have no before."""
    if schema.get(LIST_TYPE) != "map" or not isinstance(item, dict):
        return None
    return repr([item.get(key) for key in schema.get(LIST_KEYS) or ()])


def _by_keys(old: Any, schema: Schema) -> dict[str | None, Any]:
    if schema.get(LIST_TYPE) != "map" or not isinstance(old, list):
        return {}
    return {_keys_of(item, schema): item for item in reversed(old)}


def validator_of(structural: Schema, version: Version, *, resource: bool = True) -> Validator | None:
    """The validators of a schema, None where it has no rules; `resource` tells that it is that of a whole resource."""
    made = _validator(structural, structural, version, resource=resource)
    if made is not None:
        made.is_root = True
    return made


def _validator(asked: Schema, node: Schema, version: Version, *, resource: bool) -> Validator | None:
    """The validator of a node; `asked` has the rules, which may stand in an `allOf` beside the schema itself."""
    made = Validator(of_resource(node) if resource else node)
    made.rules = tuple(compiled(asked, node, version, resource=resource))
    made.items = _below(asked.get("items"), node.get("items"), version)
    made.values = _below(asked.get("additionalProperties"), node.get("additionalProperties"), version)
    for name, below in _dict(asked, "properties").items():
        validator = _below(below, _dict(node, "properties").get(name), version)
        if validator is not None:
            made.properties[name] = validator
    parts = asked.get("allOf")
    nested = (
        _validator(part, node, version, resource=resource)
        for part in (parts if isinstance(parts, list) else ())
        if isinstance(part, dict)
    )
    made.all_of = tuple(validator for validator in nested if validator is not None)
    has_some = made.rules or made.items or made.values or made.properties or made.all_of
    return made if has_some else None


def _below(asked: Any, node: Any, version: Version) -> Validator | None:
    if not isinstance(asked, dict) or not isinstance(node, dict):
        return None
    return _validator(asked, node, version, resource=bool(node.get(EMBEDDED)))


def _dict(schema: Schema, name: str) -> Schema:
    found = schema.get(name)
    return found if isinstance(found, dict) else {}


def compiled(asked: Schema, node: Schema, version: Version, *, resource: bool) -> Iterator[Rule]:
    """The rules of one node of a schema, compiled."""
    rules = asked.get(RULES)
    scope: Scope | None = None
    for rule in rules if isinstance(rules, list) else ():
        if not isinstance(rule, dict) or not str(rule.get("rule") or "").strip():
            continue
        scope = scope or Scope(node, version, resource=resource)
        yield _compiled(rule, node, scope)


def _compiled(rule: Schema, node: Schema, scope: Scope) -> Rule:
    optional = rule.get("optionalOldSelf") is True
    text, expression = str(rule["rule"]), str(rule.get("messageExpression") or "")
    made = Rule(
        text, str(rule.get("message") or ""), expression, str(rule.get("reason") or ""), optional_old_self=optional
    )
    if scope.type is None:
        return replace(made, problem="rules cannot see values of this schema")
    try:
        program = scope.compile(text, "BOOL", optional_old_self=optional)
    except CompileError as error:
        return replace(made, problem=str(error) if isinstance(error, TooDeep) else f"it does not compile: {error}")
    message_program = None
    if expression:
        # Where it does not compile, the definition is told so; the message or the rule's text says it instead.
        with suppress(CompileError):
            message_program = scope.compile(expression, "STRING", optional_old_self=optional)
    field_path = field_paths.normal(str(rule.get("fieldPath") or ""), node)
    return replace(made, field_path=field_path, program=program, message_program=message_program)
