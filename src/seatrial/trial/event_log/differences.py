"""What changed between two versions of an object, in words that fit on a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

KEYS = ("type", "name", "uid", "key", "ip", "containerPort", "topologyKey")
"""Fields by which items of lists are told apart, the most telling first."""
TARGET = "targetRef"
"""What an endpoint points to; its name tells endpoints apart."""
LONGEST = 72
"""Longer values are cut."""
UNTOLD = frozenset({"resourceVersion", "managedFields", "observedGeneration", "generation", "ownerReferences"})
"""Fields that follow from others."""


def differences(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> list[str]:
    """Each field that changed as `path old → new`; times are left out, since something else changed with them.

    Conditions read `Ready False → True`.
    """
    return list(_below("", old or {}, new or {}))


def _below(path: str, old: Any, new: Any) -> Iterator[str]:
    if old is new or old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for field in [*old, *(f for f in new if f not in old)]:
            if field not in UNTOLD and not field.endswith("Time"):
                yield from _below(_joined(path, field), old.get(field), new.get(field))
    elif _is_keyed(old) and _is_keyed(new):
        yield from _items(path, old or [], new or [])
    elif isinstance(new, Mapping) and old is None:
        yield from _below(path, {}, new) if new else [f"{path} {{}}"]
    elif isinstance(old, Mapping) and new is None:
        yield f"{path} gone"
    else:
        yield _told(path, old, new)


def _items(path: str, old: list[Any], new: list[Any]) -> Iterator[str]:
    before = {_name(item): item for item in old}
    after = {_name(item): item for item in new}
    for name in [*before, *(n for n in after if n not in before)]:
        item, then = after.get(name), before.get(name)
        if path.endswith("conditions"):
            yield from _condition(name, then, item)
        elif item is None:
            yield f"{path}[{name}] gone"
        else:
            yield from _below(f"{path}[{name}]", _without_name(then or {}, name), _without_name(item, name))


def _without_name(item: Mapping[str, Any], name: str | None) -> dict[str, Any]:
    return {k: v for k, v in item.items() if k != TARGET and not (k in KEYS and v == name)}


def _condition(name: str | None, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Iterator[str]:
    if new is None:
        yield f"{name} gone"
        return
    was, now = (old or {}).get("status"), new.get("status")
    reason = f" ({new['reason']})" if new.get("reason") else ""
    if was != now:
        yield f"{name} {f'{was} → ' if was else ''}{now}{reason}"
    elif (old or {}).get("reason") != new.get("reason"):
        yield f"{name} {now}{reason}"


def _told(path: str, old: Any, new: Any) -> str:
    if new is None:
        return f"{path} gone"
    return f"{path} {_short(new)}" if old in (None, "") else f"{path} {_short(old)} → {_short(new)}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else _plain(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(_short(item) for item in value)}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{k}: {_short(v)}' for k, v in value.items())}}}"
    return str(value)


def _is_keyed(items: Any) -> bool:
    """Whether all items carry a field that tells them apart; None stands for a list that is not there."""
    if items is None:
        return True
    return isinstance(items, list) and all(isinstance(i, Mapping) and _name(i) is not None for i in items)


def _name(item: Mapping[str, Any]) -> str | None:
    """What tells an item from others of its list: of endpoints the pod."""
    target = item.get(TARGET)
    names = target if isinstance(target, Mapping) else item
    return next((str(names[key]) for key in KEYS if key in names), None)


def _joined(path: str, field: str) -> str:
    return f"{path}.{field}" if path else field
