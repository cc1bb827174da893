"""From the text of an expression to something that runs (apiextensions-apiserver schema/cel/compilation.go, 1.36).

Parsing and type checking are cel-cpp's, by way of the package cel-expr-python. A `Scope` has the variables and types
that the rules of one schema see.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cel_expr_python import cel

from seatrial.apis.cel import evaluation, libraries, literals, syntax
from seatrial.apis.cel.cost import Meter
from seatrial.apis.cel.schema_types import Types
from seatrial.apis.cel.schema_values import Schema
from seatrial.apis.violations import Version

SELF, OLD_SELF = "self", "oldSelf"
_DEEPEST = 260
"""Levels of an expression beyond which it is not run. The compiler goes 32 calls deep, cel-go 250."""
_NESTED = "the expression is nested too deeply to be run here"
_NOISE = re.compile(r"\AINVALID_ARGUMENT: | \[INVALID_ARGUMENT\]\Z")
_TYPE_NAME = re.compile(r"resource\.Object\d+")


class CompileError(ValueError):
    """An expression is none, or its types do not fit. The text is the compiler's."""


class TooDeep(CompileError):
    """An expression is nested more deeply than can be followed here; to Kubernetes it may be a good one."""


@dataclass(frozen=True, slots=True)
class Program:
    """An expression that runs. `uses_old_self` tells whether it compares with before."""

    run: evaluation.Run
    uses_old_self: bool

    def evaluate(self, variables: dict[str, Any], meter: Meter) -> Any:
        """What the expression gives; the meter knows what it costs.

        Raises:
            CelError: where it fails.
            OverBudget: where it costs more than the meter allows.
        """
        return self.run(evaluation.Frame(dict(variables), meter))


class Scope:
    """Compiles the expressions of one schema."""

    def __init__(self, schema: Schema, version: Version, *, resource: bool = False) -> None:
        self._types = Types()
        self._version = version
        self.type = self._types.type_of(schema, resource=resource)
        """The type of `self`, None where rules cannot see the value."""
        self._environments: dict[bool, Any] = {}

    def compile(self, expression: str, wanted: str, *, optional_old_self: bool = False) -> Program:
        """An expression, ready to run; `optional_old_self` makes `oldSelf` an optional value.

        Args:
            expression: the text.
            wanted: the type that it must have, BOOL or STRING.
            optional_old_self: whether `oldSelf` is there on creation too.

        Raises:
            CompileError: where the text is no expression of these types.
            TooDeep: where it is nested too deeply to tell.
        """
        try:
            compiled = self._environment(optional_old_self).compile(expression)
        except (RuntimeError, UnicodeEncodeError) as error:
            if "max recursion depth" in str(error):
                raise TooDeep(_NESTED) from None
            raise CompileError(_message(str(error))) from None
        if compiled.return_type().name() != wanted:
            raise CompileError(f"cel expression must evaluate to a {wanted.lower()}")
        try:
            checked = syntax.parse(compiled.serialize(), _DEEPEST)
            problem = next(literals.problems(checked.root), None)
            run = evaluation.runnable(checked.root)
        except (syntax.TooDeep, RecursionError):
            raise TooDeep(_NESTED) from None
        if problem is not None:
            raise CompileError(problem)
        return Program(run, OLD_SELF in checked.names)

    def _environment(self, optional_old_self: bool) -> Any:
        made = self._environments.get(optional_old_self)
        if made is None:
            own = self.type or "dyn"
            if optional_old_self:  # the compiler takes optional types from its configuration only
                name = f"{{name: {OLD_SELF}, {libraries.as_yaml(f'optional_type<{own}>')[1:]}"
                config = _configuration(self._version, name)
                made = cel.NewEnv(self._types, config=config, variables={SELF: cel.Type(own)})
            else:
                variables = dict.fromkeys((SELF, OLD_SELF), cel.Type(own))
                made = cel.NewEnv(self._types, config=_configuration(self._version), variables=variables)
            self._environments[optional_old_self] = made
        return made


@lru_cache(maxsize=64)
def _configuration(version: Version, *variables: str) -> Any:
    """The compiler's configuration; reading it takes longer than anything that is done with it."""
    return cel.NewEnvConfigFromYaml(libraries.declarations(version, variables))


def _message(text: str) -> str:
    return _TYPE_NAME.sub("object", _NOISE.sub("", text.strip()))
