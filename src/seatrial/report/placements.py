"""Where pods were placed, as a table for people: drawn from the plain data that `seatrial schedule -o json` prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Entry = Mapping[str, Any]


def as_text(result: Mapping[str, Any]) -> str:
    """One line a pod, then what is left of it all."""
    entries: Sequence[Entry] = result["pods"]
    width = max((len(entry["pod"]) for entry in entries), default=3)
    node_width = max((len(name) for name in (*result["nodes"], "(none)")), default=6)
    lines = [f"{'POD'.ljust(width)}  {'NODE'.ljust(node_width)}  WHY"]
    for entry in entries:
        node = entry["chosen"] or "(none)"
        lines.append(f"{entry['pod'].ljust(width)}  {node.ljust(node_width)}  {_why(entry, result['nodes'])}".rstrip())
    not_modelled = [f"not modelled: {text}" for text in result.get("notModelled") or ()]
    return "\n".join([*lines, "", *_summary(entries), *not_modelled]) + "\n"


def _why(entry: Entry, nodes: Sequence[str]) -> str:
    if entry.get("gated"):
        return "held back by its scheduling gates"
    if entry["chosen"] is None:
        return f"0/{len(nodes)} nodes: {', '.join(_refusals(entry))}{_preemption(entry)}"
    feasible, total = entry["feasible"], entry["total"]
    if len(feasible) == 1:
        return "the only node that it fits"
    best = max(total)
    tied = total.count(best)
    among = f"score {best}, best of {len(feasible)} nodes"
    return f"{among}, {tied} of them equal" if tied > 1 else among


def _refusals(entry: Entry) -> Iterator[str]:
    counts: Counter[str] = Counter()
    for refusal in entry.get("rejected") or ():
        for reason in refusal["reasons"]:
            counts[reason] += len(refusal["nodes"])
    yield from (f"{number} {reason}" for reason, number in sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _preemption(entry: Entry) -> str:
    found = entry.get("preemption")
    if not found:
        return ""
    return f"; would preempt {', '.join(found['victims'])} on {found['node']}"


def _summary(entries: Sequence[Entry]) -> Iterator[str]:
    placed = sum(entry["chosen"] is not None for entry in entries)
    gated = sum(bool(entry.get("gated")) for entry in entries)
    waiting = len(entries) - placed - gated
    yield f"{placed} placed, {waiting} without a node" + (f", {gated} gated" if gated else "")


def explained(found: Sequence[Entry]) -> str:
    """Why each pod is where it is, or nowhere."""
    return "\n".join(line for entry in found for line in (*_explained(entry), ""))


def _explained(entry: Entry) -> Iterator[str]:
    yield f"{entry['pod']}: {entry['node'] or 'no node'}"
    if entry["message"]:
        yield f"  {entry['message']}"
    width = max((len(refusal["node"]) for refusal in entry["nodes"]), default=0)
    for refusal in entry["nodes"]:
        yield f"  {refusal['node'].ljust(width)}  {refusal['plugin']}: {', '.join(refusal['reasons'])}"
        if refusal["change"]:
            yield f"  {' ' * width}  -> {refusal['change']}"
    if entry["scores"]:
        yield from _score_table(entry["scores"])


def _score_table(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    plugins = [name for name in rows[0]["plugins"] if any(row["plugins"][name] for row in rows)]
    head = ["NODE", "TOTAL", *plugins]
    cells = [[row["node"], str(row["total"]), *(str(row["plugins"][name]) for name in plugins)] for row in rows]
    widths = [max(len(row[i]) for row in [head, *cells]) for i in range(len(head))]
    for row in [head, *cells]:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
