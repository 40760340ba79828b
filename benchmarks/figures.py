"""Everything measured, by scenario, figure and tool; kept in a file so that a report needs no new run."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median
from typing import Any

from .measure import Cost


class Figures:
    """Values by figure (`first wall`) and tool. Seconds for wall and cpu, bytes for the others."""

    def __init__(self, values: dict[str, dict[str, list[float]]] | None = None) -> None:
        self.values = values or {}

    def add(self, figure: str, tool: str, value: float) -> None:
        self.values.setdefault(figure, {}).setdefault(tool, []).append(value)

    def add_cost(self, operation: str, tool: str, cost: Cost) -> None:
        """The three figures of one run: `… wall`, `… cpu`, `… peak`."""
        self.add(f"{operation} wall", tool, cost.wall)
        self.add(f"{operation} cpu", tool, cost.cpu)
        self.add(f"{operation} peak", tool, cost.peak)

    def median(self, figure: str, tool: str) -> float | None:
        """None when it was not measured."""
        values = self.values.get(figure, {}).get(tool)
        return median(values) if values else None

    def highest(self, ending: str, tool: str) -> float | None:
        """The highest value among the figures with that ending: the peak of all operations."""
        values = [v for name, by in self.values.items() if name.endswith(ending) for v in by.get(tool, [])]
        return max(values, default=None)


class Record:
    """The file of figures. Running a scenario again replaces all of its figures: ratios never mix runs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.scenarios: dict[str, dict[str, Any]] = {}
        if path.exists():
            self.scenarios = json.loads(path.read_text(encoding="utf-8"))

    def keep(self, scenario: str, figures: Figures, facts: dict[str, Any]) -> None:
        """Write what a scenario measured; `facts` are the date, the machine, the corpus, the versions."""
        self.scenarios[scenario] = {"facts": facts, "values": figures.values}
        self.path.write_text(json.dumps(self.scenarios, indent=1), encoding="utf-8")

    def figures(self, scenario: str) -> Figures:
        """Empty when the scenario was never run."""
        return Figures(self.scenarios.get(scenario, {}).get("values"))
