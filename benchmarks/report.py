"""The tables, as text for a screen and as a page of the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from . import lines
from .figures import Record
from .lines import OURS, PEERS, Reached
from .scenarios import SCENARIOS

TOOLS = (OURS, *PEERS)
HEADER = ("line", *TOOLS, "ratio to the better", "at most", "met")


def shown(value: float | None, unit: str) -> str:
    """A value with its unit, three significant digits or so."""
    if value is None:
        return "–"
    if unit == "s":
        return f"{value:.2f} s"
    if unit == "times":
        return f"{value:.2f} ×"
    for size, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if abs(value) >= size:
            return f"{value / size:.3g} {name}" if value < 100 * size else f"{value / size:.0f} {name}"
    return f"{value:.0f} B"


def row(reached: Reached) -> tuple[str, ...]:
    """One line as cells under `HEADER`."""
    line = reached.line
    limit = f"{line.limit:.2f}" if line.peers else shown(line.limit, line.unit)
    ratio = reached.ratio
    return (
        line.title,
        shown(reached.ours, line.unit),
        *(shown(reached.peers[name], line.unit) for name in PEERS),
        f"{ratio:.2f}" if ratio is not None and line.peers else "–",
        f"{limit} of restic" if line.peers == ("restic",) else limit,
        {True: "yes", False: "NO", None: "–"}[reached.met],
    )


def as_text(record: Record, scenarios: Iterable[str]) -> str:
    """The lines of these scenarios in columns."""
    wanted = set(scenarios)
    rows = [HEADER, *(row(lines.judge(line, record)) for line in lines.LINES if line.scenario in wanted)]
    widths = [max(len(cells[column]) for cells in rows) for column in range(len(HEADER))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) for cells in rows
    )


def as_page(record: Record) -> str:
    """A page of Markdown: the lines, then every figure, then how it was measured."""
    parts = [
        "# Benchmarks",
        "A host, its line and its load: [benchmarks-host.md](benchmarks-host.md). The agent:"
        " [benchmarks-agent.md](benchmarks-agent.md); its ransomware alarm:"
        " [benchmarks-alarm.md](benchmarks-alarm.md).",
        "Written by `python -m benchmarks`; do not edit. Medians; tools take turns in the same run on the"
        " same machine, where a scenario names several; sources are in memory, but for the million tiny"
        " files; encryption and compression are on. Only ratios within a scenario compare. MB = 10⁶ bytes.",
        "## What has to be reached",
        _table(HEADER, [row(lines.judge(line, record)) for line in lines.LINES]),
        "“The better” is the better of restic and borg on that line; a line without a ratio has a limit of"
        " its own. Every tool's restore is compared with its sources, byte by byte, in its first round;"
        " cyberlib's with owners, hard links, extended attributes and the folders' modes and times too, and"
        " so is, for small files, what the rescue file brings back with the words alone. `… to the disk` is"
        " a command and `sync -f` after it: cyberlib ends when the disk has the files, the others when the"
        " system has them.",
        "## Everything measured",
        *(_scenario(name, record) for name in SCENARIOS if name in record.scenarios),
    ]
    return "\n\n".join(parts) + "\n"


def _scenario(name: str, record: Record) -> str:
    facts: dict[str, Any] = record.scenarios[name]["facts"]
    figures = record.figures(name)
    operations = dict.fromkeys(figure.rpartition(" ")[0] for figure in figures.values)
    tools = [tool for tool in TOOLS if tool in facts["versions"]]
    cells = []
    for operation in operations:
        for tool in tools:
            values = [
                figures.median(f"{operation} {kind}", tool)
                for kind in ("wall", "cpu", "peak", "added", "vault")
            ]
            units = ("s", "s", "bytes", "bytes", "bytes")
            spread = _spread(figures.values.get(f"{operation} wall", {}).get(tool, []))
            cells.append((operation, tool, *map(shown, values, units), spread))
    header = (
        "operation",
        "tool",
        "wall",
        "processor",
        "peak memory",
        "bytes added",
        "vault",
        "wall from … to",
    )
    about = [f"{key}: {value}" for key, value in facts.items() if key not in ("versions", "commands")]
    about += [f"{tool}: {facts['versions'][tool]}" for tool in tools]
    commands = [f"    {command}" for tool in tools for command in facts["commands"][tool]]
    return "\n\n".join(
        [
            f"### {SCENARIOS[name].title[0].upper()}{SCENARIOS[name].title[1:]}",
            "\n".join(f"- {fact}" for fact in about),
            _table(header, cells),
            "\n".join(commands),
        ]
    )


def _spread(values: Sequence[float]) -> str:
    return f"{min(values):.2f} … {max(values):.2f} s ({len(values)})" if values else "–"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    ruler = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (header, ruler, *rows))
