"""`python -m benchmarks.host_loopback`: a backup to an embedded host on loopback beside one to a folder."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median

from .corpora import Corpus, prepare
from .disks import fresh_disk
from .host_serving import CyberlibAtHost, HostSettings, served
from .measure import read_through, run
from .scale import FULL
from .tools import Cyberlib, Tool, Vault

CORPORA = ("small", "office", "incompressible")
Figures = dict[tuple[str, str], list[float]]


def _turn(tool: Tool, name: str, vault: Vault, corpus: Corpus, work: Path, figures: Figures) -> None:
    with corpus.shown("before") as sources:
        if isinstance(tool, CyberlibAtHost):
            run(tool.enrol(vault, f"POSTE {vault.state.name}"), work)
        run(tool.init(vault), work)
        read_through(sources)
        for what in ("first backup", "nothing changed"):
            figures[what, name].append(run(tool.backup(vault, sources), work).wall)
        with fresh_disk(work, room=corpus.bytes, files=corpus.files) as target:
            figures["restore", name].append(run(tool.restore(vault, target), work).wall)


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.host_loopback", description=__doc__)
    parser.add_argument("corpora", nargs="*", default=CORPORA)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--work", type=Path, default=Path("build/benchmarks"))
    asked = parser.parse_args()
    work = asked.work.resolve()
    for corpus_name in asked.corpora:
        corpus = prepare(corpus_name, work, FULL)
        figures: Figures = defaultdict(list)
        for turn in range(asked.rounds):
            place = work / "loopback"
            shutil.rmtree(place, ignore_errors=True)
            with served(place / "host", HostSettings()) as host:
                tools: list[tuple[str, Tool]] = [("folder", Cyberlib()), ("host", CyberlibAtHost(host))]
                for name, tool in tools[:: -1 if turn % 2 else 1]:
                    vault = Vault(place / name / "store", place / name / "state")
                    vault.state.mkdir(parents=True)
                    _turn(tool, name, vault, corpus, work, figures)
            shutil.rmtree(place)
        for what in ("first backup", "nothing changed", "restore"):
            folder, far = (median(figures[what, name]) for name in ("folder", "host"))
            print(f"{corpus_name}, {what}: folder {folder:.2f} s, host {far:.2f} s, speed {folder / far:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
