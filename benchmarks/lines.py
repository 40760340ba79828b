"""The lines that CyberLib has to reach, and what was reached."""

from __future__ import annotations

from typing import Literal, NamedTuple

from .figures import Figures, Record

OURS, PEERS = "cyberlib", ("restic", "borg")
Unit = Literal["s", "bytes", "times"]


class Line(NamedTuple):
    """One line of the table. `limit` is a ratio to the better of `peers`, or without peers a value in `unit`.

    `figure` is a figure of the scenario; `over` divides it by another one of the same tool. A figure that
    begins with `highest ` is the highest of all figures with that ending.
    """

    title: str
    scenario: str
    figure: str
    unit: Unit
    limit: float
    peers: tuple[str, ...] = PEERS
    over: str | None = None


class Reached(NamedTuple):
    """A line with its values; None where nothing was measured."""

    line: Line
    ours: float | None
    peers: dict[str, float | None]

    @property
    def ratio(self) -> float | None:
        """Ours to the better peer's."""
        measured = [v for name in self.line.peers if (v := self.peers[name]) is not None]
        return self.ours / min(measured) if self.ours is not None and measured and min(measured) else None

    @property
    def met(self) -> bool | None:
        """None when it cannot be judged."""
        value = self.ratio if self.line.peers else self.ours
        return None if value is None else value <= self.line.limit


KIB, MB = 1024, 1_000_000
LINES = (
    Line("first backup, many small files: wall", "small", "first wall", "s", 0.40),
    Line("first backup, many small files: processor time", "small", "first cpu", "s", 0.50),
    Line("first backup, office and images: wall", "office", "first wall", "s", 0.60),
    Line("first backup, incompressible: wall", "incompressible", "first wall", "s", 0.60),
    Line("nothing changed, many small files: wall", "small", "unchanged wall", "s", 0.30),
    Line("practice database after a day's work: bytes added", "database", "day added", "bytes", 0.10),
    Line(
        "2 GB database, 1 % of its rows edited: bytes added",
        "large-database",
        "edited added",
        "bytes",
        0.25,
    ),
    Line("2 GB database, 1 % of its rows edited: wall", "large-database", "edited wall", "s", 0.70),
    Line(
        "bytes inserted near the head of 2 GB: bytes added",
        "incompressible",
        "inserted added",
        "bytes",
        1.0,
    ),
    Line(
        "one small file changed among 50,000: bytes added",
        "small",
        "one changed added",
        "bytes",
        100 * KIB,
        (),
    ),
    Line(
        "200 MB database, restore after 100 days to restore after one: wall",
        "hundred-days",
        "restore last day wall",
        "times",
        1.5,
        (),
        "restore first day wall",
    ),
    Line("restore of everything, small files: wall", "small", "restore wall", "s", 0.60),
    Line("restore of everything, large files: wall", "incompressible", "restore wall", "s", 0.80),
    Line(
        "restore of everything, small files: wall until it is on the disk",
        "small",
        "restore to the disk wall",
        "s",
        0.60,
    ),
    Line(
        "restore of everything, large files: wall until it is on the disk",
        "incompressible",
        "restore to the disk wall",
        "s",
        0.80,
    ),
    Line("restore of everything, 2 GB database: wall", "large-database", "restore wall", "s", 0.80),
    Line(
        "restore of everything, 2 GB database: wall until it is on the disk",
        "large-database",
        "restore to the disk wall",
        "s",
        0.80,
    ),
    Line("verify all data, small files: wall", "small", "verify wall", "s", 0.60),
    Line("verify all data, large files: wall", "incompressible", "verify wall", "s", 0.60),
    Line("verify all data, 2 GB database: wall", "large-database", "verify wall", "s", 0.60),
    Line("vault size, many small files", "small", "first vault", "bytes", 0.82),
    Line("listing snapshots, unlocked: wall", "small", "snapshots wall", "s", 0.60, ("restic",)),
    Line("listing one file out of 50,000, unlocked: wall", "small", "list file wall", "s", 0.60, ("restic",)),
    Line("peak memory of any operation, 50,000 files", "small", "highest peak", "bytes", 150 * MB, ()),
    Line("peak memory of any operation, 1,000,000 files", "tiny", "highest peak", "bytes", 300 * MB, ()),
    Line(
        "peak memory of any operation, one 2 GB file",
        "incompressible",
        "highest peak",
        "bytes",
        150 * MB,
        (),
    ),
    Line(
        "peak memory of any operation, 2 GB database", "large-database", "highest peak", "bytes", 150 * MB, ()
    ),
)


def judge(line: Line, record: Record) -> Reached:
    """The line's values out of what was measured."""
    figures = record.figures(line.scenario)
    return Reached(line, _value(line, figures, OURS), {name: _value(line, figures, name) for name in PEERS})


def _value(line: Line, figures: Figures, tool: str) -> float | None:
    if line.figure.startswith("highest "):
        return figures.highest(line.figure.removeprefix("highest "), tool)
    value = figures.median(line.figure, tool)
    if line.over is None or value is None:
        return value
    below = figures.median(line.over, tool)
    return value / below if below else None
