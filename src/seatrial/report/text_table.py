"""The table of a trial on a terminal: a line a workload, a column a scenario."""

from __future__ import annotations

from collections.abc import Sequence

from seatrial.findings.outcome import Outcome, WorkloadLine
from seatrial.findings.wording import counted
from seatrial.report.noticed import Matrix, Noticed
from seatrial.report.terminal import HUES, Terminal, plain, shortened

MANY = 40
"""Of more workloads than that, those whose users noticed nothing share one line."""
SHORTEST_WIDE_NAME = 24
SHORTEST_NAME = 14


def table(outcome: Outcome, terminal: Terminal) -> list[str]:
    """The lines of the table, worst workloads first; a list instead where the columns do not fit the width."""
    matrix = Matrix(outcome)
    shown = matrix.workloads
    if len(shown) > MANY:
        shown = [line for line in shown if not matrix.is_calm(line)]
    several = len({line.namespace for line in outcome.workloads}) > 1
    layouts = [_Layout(terminal, matrix, shown, several, compact=compact) for compact in (False, True)]
    fitting = next((layout for layout in layouts if layout.fits), None)
    lines = fitting.columns() if fitting else layouts[0].sentences()
    hidden = len(matrix.workloads) - len(shown)
    if hidden:
        lines.append(f"{terminal.mark('pass')} {counted(hidden, 'more workload')} whose users noticed nothing")
    return lines


class _Layout:
    """Column widths, once they are known to fit; `compact` cells are for narrow terminals."""

    def __init__(
        self, terminal: Terminal, matrix: Matrix, lines: Sequence[WorkloadLine], several: bool, *, compact: bool
    ) -> None:
        self.terminal = terminal
        self.matrix = matrix
        self.lines = lines
        self.names = [plain(f"{line.namespace}/{line.name}" if several else line.name) for line in lines]
        self.cells = [[matrix.cell(line, scenario) for scenario in matrix.scenarios] for line in lines]
        self.compact = compact
        self.gap = " " if compact else "  "
        self.widths = [
            max([len(name), *(len(self._label(row[column])) for row in self.cells)])
            for column, name in enumerate(matrix.scenarios)
        ]
        self.name = max([len("workload"), *map(len, self.names)])
        self.kind = max([0, *(len(line.kind) for line in lines)])
        fixed = len("✗ ") + len(self.gap) + len("pods") + sum(len(self.gap) + width for width in self.widths)
        if compact or fixed + self.name + len(self.gap) + self.kind > terminal.width:
            self.kind = 0
        self.name = min(self.name, max(SHORTEST_NAME if compact else SHORTEST_WIDE_NAME, terminal.width - fixed))
        self.fits = fixed + self.name <= terminal.width

    def columns(self) -> list[str]:
        head = ["workload".ljust(self.name)]
        if self.kind:
            head.append("kind".ljust(self.kind))
        head.append("pods")
        head += [name.ljust(width) for name, width in zip(self.matrix.scenarios, self.widths, strict=True)]
        paint = self.terminal.paint
        rows = [paint("  " + self.gap.join(head).rstrip(), "dim")]
        for line, name, cells in zip(self.lines, self.names, self.cells, strict=True):
            row = [shortened(name, self.name).ljust(self.name)]
            if self.kind:
                row.append(paint(line.kind.ljust(self.kind), "dim"))
            row.append(f"{line.replicas:4d}")
            row += [self._cell(cell, width) for cell, width in zip(cells, self.widths, strict=True)]
            rows.append(f"{self.terminal.mark(line.verdict)} {self.gap.join(row)}".rstrip())
        return rows

    def sentences(self) -> list[str]:
        rows: list[str] = []
        for line, name, cells in zip(self.lines, self.names, self.cells, strict=True):
            told = [
                f"{scenario} {cell.short}"
                for scenario, cell in zip(self.matrix.scenarios, cells, strict=True)
                if cell.label not in ("ok", "–")
            ]
            text = f"{name}, {counted(line.replicas, 'pod')}: {'; '.join(told) or 'nothing noticed'}"
            rows += self.terminal.wrapped(text, "    ", f"{self.terminal.mark(line.verdict)} ")
        return rows

    def _label(self, cell: Noticed) -> str:
        return cell.short if self.compact else cell.label

    def _cell(self, cell: Noticed, width: int) -> str:
        label = self._label(cell)
        painted = self.terminal.paint(label, HUES[cell.severity] if cell.severity else "dim")
        return painted + " " * (width - len(label))
