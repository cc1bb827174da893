"""URLs in rules: `url(self.host).getHostname()` (apiserver pkg/cel/library/urls.go over net/url, 1.36)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from seatrial.apis.cel.functions.overloads import Overload, function, method
from seatrial.apis.cel.values import CelError, Map, Opaque

_NAME = "kubernetes.URL"
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PORT = re.compile(r"(?::[0-9]*)?", re.ASCII)
_HOST = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:\[\]<>\"]|%[89A-Fa-f][0-9A-Fa-f]|[^\x00-\x7f])*")
_USER = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*")
_PATH_KEPT = "/$&+,:;=@!'()*[]~"


@dataclass(frozen=True, slots=True)
class URL(Opaque):
    """The parts of a URL, as they are written but for the scheme."""

    cel_type = _NAME
    scheme: str
    host: str
    path: str
    query: str
    fragment: str


def parse(text: str) -> URL:
    """A URL as ParseRequestURI takes it: with a scheme, or a path from the root.

    Raises:
        CelError: where the text is none.
    """
    failed = f'URL parse error during conversion from string: parse "{text}": '
    if _CONTROL.search(text):
        raise CelError(f"{failed}net/url: invalid control character in URL")
    if text == "":
        raise CelError(f"{failed}empty url")
    scheme, rest = _scheme(text, failed)
    if not rest.startswith("/"):
        if not scheme:
            raise CelError(f"{failed}invalid URI for request")
        return URL(scheme, "", "", *_behind_path(rest)[1:])
    host = ""
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        authority, slash, behind = rest[2:].partition("/")
        for mark in "?#":
            if mark in authority:
                cut = authority.index(mark)
                authority, slash, behind = authority[:cut], "", authority[cut:] + slash + behind
        host, rest = _host(authority, failed), slash + behind
    path, query, fragment = _behind_path(rest)
    if _BAD_ESCAPE.search(path):
        bad = path[path.index("%") :][:3]
        raise CelError(f'{failed}invalid URL escape "{bad}"')
    return URL(scheme.lower(), host, path, query, fragment)


def _scheme(text: str, failed: str) -> tuple[str, str]:
    match = _SCHEME.match(text)
    if match:
        return match[1], text[match.end() :]
    if text.startswith(":"):
        raise CelError(f"{failed}missing protocol scheme")
    first = text.split("/")[0].split("?")[0]
    if ":" in first:
        raise CelError(f"{failed}first path segment in URL cannot contain colon")
    return "", text


def _host(authority: str, failed: str) -> str:
    user, at, host = authority.rpartition("@")
    if at and not _USER.fullmatch(user):
        raise CelError(f"{failed}net/url: invalid userinfo")
    if host.startswith("["):
        end = host.rfind("]")
        if end < 0:
            raise CelError(f"{failed}missing ']' in host")
        port = host[end + 1 :]
    else:
        port = host[host.rindex(":") :] if ":" in host else ""
    if not _PORT.fullmatch(port):
        raise CelError(f'{failed}invalid port "{port}" after host')
    if not _HOST.fullmatch(host):
        raise CelError(f"{failed}invalid character in host name")
    return host


def _behind_path(rest: str) -> tuple[str, str, str]:
    before, _, fragment = rest.partition("#")
    path, _, query = before.partition("?")
    return path, query, fragment


def _is_url(text: str) -> bool:
    try:
        parse(text)
    except CelError:
        return False
    return True


def _hostname(url: URL) -> str:
    host = url.host
    if host.startswith("["):
        return host[1 : host.rindex("]")]
    return host.partition(":")[0]


def _port(url: URL) -> str:
    behind = url.host[url.host.rindex("]") :] if url.host.startswith("[") else url.host
    return behind.partition(":")[2]


def _escaped_path(url: URL) -> str:
    return quote(unquote_to_bytes(url.path), safe=_PATH_KEPT) if not url.path.isascii() or " " in url.path else url.path


def _query(url: URL) -> Map:
    found: dict[str, list[str]] = {}
    for pair in url.query.split("&"):
        if pair == "" or ";" in pair:
            continue
        name, _, value = pair.partition("=")
        if _BAD_ESCAPE.search(pair):
            continue
        found.setdefault(_unescaped(name), []).append(_unescaped(value))
    return Map(found.items())


def _unescaped(text: str) -> str:
    return unquote_to_bytes(text.replace("+", " ")).decode("utf-8", "replace")


LIBRARY: tuple[Overload, ...] = (
    function(f"url(string): {_NAME}", parse),
    function("isURL(string): bool", _is_url),
    method(f"{_NAME}.getScheme(): string", lambda url: url.scheme),
    method(f"{_NAME}.getHost(): string", lambda url: url.host),
    method(f"{_NAME}.getHostname(): string", _hostname),
    method(f"{_NAME}.getPort(): string", _port),
    method(f"{_NAME}.getEscapedPath(): string", _escaped_path),
    method(f"{_NAME}.getQuery(): map<string, list<string>>", _query),
)
