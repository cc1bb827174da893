"""The functions of rules, beside the tables of apiserver's own tests (pkg/cel/library/*_test.go, Kubernetes 1.36)."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.apis.cel.compiler import CompileError, Scope
from seatrial.apis.cel.cost import Meter
from seatrial.apis.cel.values import CelError

NEWEST = (1, 37)
SCOPE = Scope({"type": "object", "properties": {"any": {"x-kubernetes-int-or-string": True}}}, NEWEST)


def holds(expression: str, scope: Scope = SCOPE) -> bool:
    return bool(scope.compile(expression, "BOOL").evaluate({}, Meter()))


@pytest.mark.parametrize(
    "expression",
    [
        # ip_test.go
        "ip('127.0.0.1').isLoopback() && !ip('192.168.0.1').isLoopback() && ip('::1').isLoopback()",
        "isIP('192.168.0.1') && isIP('2001:db8::68') && !isIP('192.168.0.1.0') && !isIP('192.168.0.0/24')",
        "!isIP('::ffff:1.2.3.4') && !isIP('fe80::1%en0') && !isIP('010.0.0.1')",
        "ip('192.168.0.1').family() == 4 && ip('2001:db8::68').family() == 6",
        "ip('0.0.0.0').isUnspecified() && ip('::').isUnspecified()",
        "ip('224.0.0.1').isLinkLocalMulticast() && !ip('224.0.1.1').isLinkLocalMulticast()",
        "ip('ff02::1').isLinkLocalMulticast() && !ip('fd00::1').isLinkLocalMulticast()",
        "ip('169.254.169.254').isLinkLocalUnicast() && ip('fe80::1').isLinkLocalUnicast()",
        "ip('192.168.0.1').isGlobalUnicast() && !ip('255.255.255.255').isGlobalUnicast()",
        "ip.isCanonical('127.0.0.1') && ip.isCanonical('2001:db8::abcd') && !ip.isCanonical('2001:DB8::ABCD')",
        "string(ip('192.168.0.1')) == '192.168.0.1' && type(ip('::1')) == net.IP",
        # cidr_test.go
        "cidr('192.168.0.0/24').containsIP(ip('192.168.0.1')) && !cidr('192.168.0.0/24').containsIP('192.168.1.1')",
        "cidr('192.168.0.0/24').containsCIDR('192.168.0.0/25')",
        "!cidr('192.168.0.0/24').containsCIDR('192.168.0.0/23')",
        "cidr('192.168.0.1/24').masked() == cidr('192.168.0.0/24') && cidr('192.168.0.0/24').prefixLength() == 24",
        "string(cidr('192.168.0.1/24').ip()) == '192.168.0.1'",
        "!isCIDR('192.168.0.0') && !isCIDR('::ffff:1.2.3.4/24')",
        "isCIDR('2001:db8::/32') && !isCIDR('192.168.0.0/33') && !isCIDR('192.168.0.0/08')",
        # quantity_test.go
        "quantity('12Mi').compareTo(quantity('12582912')) == 0 && quantity('200M').isGreaterThan(quantity('50k'))",
        "isQuantity('20') && !isQuantity('20Mo') && !isQuantity('-5MiG') && !isQuantity(' 1')",
        "quantity('50k').asInteger() == 50000 && !quantity('50.703').isInteger() && sign(quantity('-1')) == -1",
        "quantity('50k').add(quantity('20')) == quantity('50020') && quantity('50k').sub(20) == quantity('49980')",
        "quantity('10.5').asApproximateFloat() == 10.5 && !quantity('9999999999999999999999999999G').isInteger()",
        # semver_test.go
        "semver('1.2.3').major() == 1 && semver('1.2.3').minor() == 2 && semver('1.2.3').patch() == 3",
        "semver('1.0.0-alpha').isLessThan(semver('1.0.0'))",
        "semver('1.0.0-alpha.1').isGreaterThan(semver('1.0.0-alpha'))",
        "semver('1.0.0-2').isLessThan(semver('1.0.0-alpha')) && semver('1.0.0+a') == semver('1.0.0+b')",
        "isSemver('1.0.0-beta') && !isSemver('v1.0') && !isSemver('01.2.3') && isSemver('v01.2', true)",
        "semver('v1.02', true) == semver('1.2.0')",
        "!isSemver('1-beta', true) && !isSemver('99999999999999999999.0.0')",
        # format_test.go
        "!format.dns1123Label().validate('my-name').hasValue() && format.dns1123Label().validate('my.name').hasValue()",
        "!format.named('labelValue').value().validate('').hasValue() && !format.named('none').hasValue()",
        "format.uuid().validate('x').value() == ['does not match the UUID format']",
        "!format.dns1123LabelPrefix().validate('my-name-').hasValue()",
        "!format.datetime().validate('2021-01-01T00:00:00Z').hasValue()",
        # urls.go
        "url('https://user:pw@example.com:80/a%20b?x=1&y=2&x=3#f').getHost() == 'example.com:80'",
        "url('https://[::1]:80/').getHostname() == '::1' && url('https://[::1]:80/').getPort() == '80'",
        "url('https://example.com/a%20b').getEscapedPath() == '/a%20b' && url('/path').getScheme() == ''",
        "url('https://e.com/?x=1&y=a%20b&x=3').getQuery() == {'x': ['1', '3'], 'y': ['a b']}",
        "isURL('https://example.com') && isURL('/a') && !isURL('a') && !isURL('../a') && !isURL(':80') && !isURL('')",
        "!isURL('https://a b.com/') && !isURL('https://e.com:port/')",
        "!isURL('https://e.com/%zz') && isURL('mailto:a')",
        # regex.go
        "'abc 123'.find('[0-9]+') == '123' && 'abc'.find('[0-9]+') == ''",
        "'123 abc 456'.findAll('[0-9]+') == ['123', '456'] && '1 2 3'.findAll('[0-9]', 2) == ['1', '2']",
        # lists.go
        "[1, 2, 2].isSorted() && !['b', 'a'].isSorted() && [1, 3].sum() == 4 && [0.5, 1.5].sum() == 2.0",
        "[duration('1m'), duration('1s')].sum() == duration('61s') && ['a', 'c'].max() == 'c' && [2u, 1u].min() == 1u",
        "[1, 2, 2, 3].indexOf(2) == 1 && [1, 2, 2, 3].lastIndexOf(2) == 2 && ['a'].indexOf('x') == -1",
        "[1, 2].includes(2) && !'a'.includes('b') && 'a'.includes('a')",
        "[1, 2, 3, 4].slice(1, 3) == [2, 3] && [[1], [2]].flatten() == [1, 2] && [3, 1].sort() == [1, 3]",
        "[1, 1, 2].distinct() == [1, 2] && lists.range(3) == [0, 1, 2] && [1, 2].reverse() == [2, 1]",
        "['b', 'aa'].sortBy(x, x.size()) == ['b', 'aa'] && [1, 2].first().value() == 1 && ![].last().hasValue()",
        "sets.contains([1, 2], [2]) && sets.equivalent([1, 2, 2], [2, 1]) && !sets.intersects([1], [2])",
        # ext/strings.go
        "'tacocat'.charAt(3) == 'o' && 'hello'.indexOf('l') == 2 && 'hello'.lastIndexOf('l') == 3",
        "['a', 'b'].join('-') == 'a-b' && 'TacoÀ'.lowerAscii() == 'tacoÀ' && 'TacoÀ'.upperAscii() == 'TACOÀ'",
        "'hello hello'.replace('he', 'we', 1) == 'wello hello' && 'a b c'.split(' ', 2) == ['a', 'b c']",
        "'abc'.split('') == ['a', 'b', 'c'] && 'tacocat'.substring(0, 4) == 'taco' && ' a\\n'.trim() == 'a'",
        "'%s %d %.2f %x %X %b %o'.format(['a', 1, 2.345, 255, 'k', 5, 8]) == 'a 1 2.35 ff 6B 101 10'",
        "'%s'.format([{'b': [1, 2], 'a': [3]}]) == '{a: [3], b: [1, 2]}' && strings.quote('a\"b') == '\"a\\\\\"b\"'",
        # standard library
        "1 / 2 == 0 && -7 / 2 == -3 && -7 % 2 == -1 && 7u / 2u == 3u && 1.0 / 4.0 == 0.25",
        "1 < 1.5 && 2u > 1 && 1u <= 1.0 && dyn(1) == 1.0 && dyn(1) != dyn('1') && 'a' < 'b' && b'a' < b'b'",
        "int('42') == 42 && int(3.9) == 3 && uint(5) == 5u",
        "double('1.5') == 1.5 && bool('true') && string(1.5) == '1.5'",
        "string(b'abc') == 'abc' && bytes('é').size() == 2 && 'é'.size() == 1 && string(true) == 'true'",
        "timestamp('2023-01-01T00:00:00Z') + duration('1h') == timestamp('2023-01-01T01:00:00Z')",
        "timestamp('2023-01-01T00:00:00Z').getHours('+02:00') == 2",
        "timestamp('2023-01-01T00:00:00Z').getDayOfWeek() == 0",
        "timestamp('2023-07-01T00:00:00Z').getHours('Europe/Berlin') == 2 && duration('90m').getHours() == 1",
        "string(duration('1h1s')) == '3601s'",
        "string(timestamp('2023-01-01T00:00:00.5Z')) == '2023-01-01T00:00:00.5Z'",
        # macros
        "[1, 2, 3].exists_one(x, x > 2) && [1, 2].map(x, x > 1, x * 2) == [4] && [1, 2].filter(x, x > 1) == [2]",
        "{'a': 1, 'b': 2}.exists(k, k == 'b')",
        "[1, 2].all(i, v, i < v) && {'a': 1}.transformMap(k, v, v + 1) == {'a': 2}",
        "[1, 2].transformList(i, v, i * v) == [0, 2] && {'a': 1}.transformMapEntry(k, v, {v: k}) == {1: 'a'}",
        "[1, 0].exists(x, 1 / x == 1) && ![0, 1].all(x, 1 / x == 2) && [[1, 2], [3]].all(x, x.all(y, y > 0))",
        "[[1], [2]].map(x, x.map(y, y + 1)) == [[2], [3]] && [1, 2].all(x, [3, 4].exists(y, y > x) && x < 3)",
        "false && 1 / 0 == 1 || true || 1 / 0 == 1",
        # optional values
        "{'a': 1}.?a.orValue(2) == 1 && {'a': 1}[?'b'].orValue(2) == 2 && [1][?3].or(optional.of(4)).value() == 4",
        "{'a': {'b': 1}}.?a.b.optMap(x, x + 1).value() == 2 && !optional.ofNonZeroValue('').hasValue()",
        "[?optional.none(), 1] == [1] && {?'a': optional.of(1)} == {'a': 1} && has({'a': {'b': 1}}.?a.b)",
        "optional.of(1) == optional.of(1)",
        "optional.none() != optional.of(1) && {'a': 1}.?a.optFlatMap(x, optional.of(x)).value() == 1",
    ],
)  # fmt: skip
def test_it_holds(expression: str) -> None:
    assert holds(expression)


@pytest.mark.parametrize(
    ("expression", "error"),
    [
        ("1 / 0 == 1", "division by zero"),
        ("1 % 0 == 1", "modulus by zero"),
        ("9223372036854775807 + 1 > 0", "integer overflow"),
        ("1u - 2u == 0u", "unsigned integer overflow"),
        ("int('1e3') == 1", 'strconv.ParseInt: parsing "1e3": invalid syntax'),
        ("[1][2] == 1", "index out of bounds: 2"),
        ("{'a': 1}.b == 1", "no such key: b"),
        ("dyn('a') + dyn(1) == 'a1'", "no such overload: _+_"),
        ("dyn(1) && true", "no such overload"),
        ("[].map(x, x).min() == 1", "min called on empty list"),
        ("sign(quantity('Mi')) == 1", "quantities must match the regular expression"),
        ("ip('x').family() == 4", 'IP Address "x" parse error during conversion from string'),
        ("cidr('10.0.0.0').prefixLength() == 8", "network address parse error during conversion from string"),
        ("url('a').getHost() == ''", "URL parse error during conversion from string"),
        ("semver('1').major() == 1", "No Major.Minor.Patch elements found"),
        ("'a'.charAt(3) == ''", "index out of range: 3"),
        ("'abc'.substring(2, 1) == ''", "invalid substring range. start: 2, end: 1"),
        ("'%d'.format(['a']) == ''", "error during formatting: %d does not take string"),
        ("'a'.matches(dyn('(')) ", "error parsing regexp"),
        ("timestamp(dyn('x')) == timestamp('2023-01-01T00:00:00Z')", 'cannot parse "x" as a timestamp'),
        ("optional.none().value() == 1", "optional.none() dereference"),
        ("timestamp('9999-12-31T23:59:59Z') + duration('1h') > timestamp('2023-01-01T00:00:00Z')", "overflow"),
    ],
)  # fmt: skip
def test_it_fails(expression: str, error: str) -> None:
    with pytest.raises(CelError) as caught:
        holds(expression)
    assert error in str(caught.value)


@pytest.mark.parametrize(
    ("expression", "version", "compiles"),
    [
        ("optional.of(1).hasValue()", (1, 27), False),
        ("optional.of(1).hasValue()", (1, 28), True),
        ("sets.contains([1], [1])", (1, 28), False),
        ("isIP('::1')", (1, 29), False),
        ("isIP('::1')", (1, 30), True),
        ("[1].all(i, v, true)", (1, 31), False),
        ("[1].all(i, v, true)", (1, 32), True),
        ("isSemver('1.0.0')", (1, 32), False),
        ("[1].sort() == [1]", (1, 33), False),
        ("[1].sort() == [1]", (1, 34), True),
        ("[1].includes(1)", (1, 36), False),
        ("[1].includes(1)", (1, 37), True),
    ],
)
def test_functions_came_with_versions(expression: str, version: tuple[int, int], compiles: bool) -> None:
    scope = Scope({"type": "object"}, version)
    if compiles:
        assert holds(expression, scope)
    else:
        with pytest.raises(CompileError):
            scope.compile(expression, "BOOL")


@pytest.mark.parametrize(
    "expression",
    ["1 +", "foo", "'a' == 1", "1", "has(self.zz)", "[1, 'a'] == []", "{'a': 1, 'b': 'c'} == {}", "'a'.matches('(')",
     "duration('x') == duration('1s')", "timestamp('x') == timestamp('y')", "self.any.all(x)", "size(1) == 1"],
)  # fmt: skip
def test_it_does_not_compile(expression: str) -> None:
    with pytest.raises(CompileError):
        SCOPE.compile(expression, "BOOL")


def test_deep_expressions_are_refused_and_break_nothing() -> None:
    deep: Any = "(" * 5000 + "true" + ")" * 5000
    with pytest.raises(CompileError):
        SCOPE.compile(deep, "BOOL")
    assert holds(" || ".join(["false"] * 200 + ["true"]))
