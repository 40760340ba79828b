"""`python -m benchmarks [SCENARIO…] [--quick] [--tools …] [--work DIR] [--out FILE]`."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from . import install, machine, report
from .corpora import prepare
from .disks import kind
from .figures import Figures, Record
from .lines import OURS, PEERS
from .measure import CommandFailed
from .scale import FULL, QUICK, Scale
from .scenarios import GB, SCENARIOS, Bench
from .tools import Borg, Cyberlib, Restic, Tool


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the scenarios asked for, all by default; print the lines; write the page when asked."""
    asked = _parser().parse_args(arguments)
    scale = QUICK if asked.quick else FULL
    if asked.rounds:
        scale = scale._replace(rounds=asked.rounds)
    names = list(dict.fromkeys(asked.scenarios)) or list(SCENARIOS)
    unknown = [name for name in names if name not in SCENARIOS]
    if unknown:
        print(f"no scenario {unknown[0]}; there are: {', '.join(SCENARIOS)}", file=sys.stderr)
        return 2
    work = Path(asked.work).absolute()
    work.mkdir(parents=True, exist_ok=True)
    record = Record(work / f"figures-{scale.name}.json")
    if not asked.report:
        if not _room(work, names, scale):
            return 1
        try:
            _run(names, asked.tools.split(","), work, scale, record)
        except (CommandFailed, install.CannotInstall) as error:
            print(error, file=sys.stderr)
            return 1
    print(report.as_text(record, names))
    if asked.out:
        Path(asked.out).write_text(report.as_page(record), encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    listed = "\n".join(
        f"  {name:16}{s.title} (disk: keeps {s.kept // GB} GB, uses {s.used // GB} GB)"
        for name, s in SCENARIOS.items()
    )
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="cyberlib, restic and borg side by side. All of it takes some hours.",
        epilog=f"scenarios:\n{listed}",
    )
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="all when none is given")
    parser.add_argument(
        "--quick", action="store_true", help="small corpora, one round: tries the harness only"
    )
    parser.add_argument("--rounds", type=int, help="turns of every tool in each scenario")
    parser.add_argument("--tools", default=",".join((OURS, *PEERS)), help="which, separated by commas")
    parser.add_argument(
        "--report", action="store_true", help="measure nothing, report what was measured before"
    )
    parser.add_argument("--out", help="write the page of all results there")
    place = Path(tempfile.gettempdir(), "cyberlib-benchmarks")
    parser.add_argument(
        "--work", default=str(place), help=f"corpora and vaults, kept for later runs ({place})"
    )
    return parser


def _run(names: Sequence[str], tool_names: Sequence[str], work: Path, scale: Scale, record: Record) -> None:
    tools = [_tool(name, work) for name in tool_names]
    versions = {tool.name: tool.version() for tool in tools}
    for name in names:
        scenario = SCENARIOS[name]
        corpus = prepare(scenario.corpus, work, scale)
        print(f"{scenario.title}: {corpus.files} files, {corpus.bytes / 1e6:.0f} MB", flush=True)
        figures = Figures()
        scenario.run(Bench(corpus, tools, work, scale, figures))
        facts = {
            "date": datetime.now(UTC).strftime("%Y-%m-%d"),
            "scale": f"{scale.name}, {scale.rounds} rounds",
            "sources": f"{corpus.files:,} files, {corpus.bytes / 1e6:,.0f} MB",
            **machine.facts(work),
            "restores onto": kind(),
            "versions": versions,
            "commands": {tool.name: tool.describe() for tool in tools},
        }
        record.keep(name, figures, facts)


def _tool(name: str, work: Path) -> Tool:
    if name == "restic":
        return Restic(install.restic())
    if name == "borg":
        return Borg(install.borg(work))
    if name == OURS:
        return Cyberlib()
    raise SystemExit(f"no tool {name}: {OURS}, {', '.join(PEERS)}")


def _room(work: Path, names: Sequence[str], scale: Scale) -> bool:
    """Corpora stay, vaults go: all corpora and the vaults of the hungriest scenario must fit."""
    scenarios = [SCENARIOS[name] for name in names]
    kept = sum({scenario.corpus: scenario.kept for scenario in scenarios}.values())
    needed = kept + max(scenario.used for scenario in scenarios) if scale.name == FULL.name else 2 * GB
    free = shutil.disk_usage(work).free
    if free < needed:
        print(f"{work} has {free // GB} GB free; this takes {needed // GB} GB: give --work", file=sys.stderr)
    return free >= needed


if __name__ == "__main__":
    sys.exit(main())
