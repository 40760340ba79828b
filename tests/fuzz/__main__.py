"""Hunts guided by coverage, with atheris (Linux):

    python -m tests.fuzz                         the names of the targets
    python -m tests.fuzz TARGET [LIBFUZZER…]     until stopped; -runs=N or -max_total_time=SECONDS ends it

What it finds is written beside the current folder as `crash-…`; a finding becomes a test of its own in the
tests of the part that failed.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "src"))

import atheris

with atheris.instrument_imports(include=["cyberlib_client"]):
    from tests.fuzz.targets import TARGETS, run


def main(arguments: list[str]) -> None:
    if not arguments or arguments[0] not in TARGETS:
        print(__doc__, "\n".join(TARGETS), sep="\n")
        return
    name = arguments[0]
    with tempfile.TemporaryDirectory() as seeds:
        for number, data in enumerate(TARGETS[name].seeds):
            Path(seeds, str(number)).write_bytes(data)
        atheris.Setup([sys.argv[0], *arguments[1:], seeds], lambda data: run(name, data))
        atheris.Fuzz()


main(sys.argv[1:])
