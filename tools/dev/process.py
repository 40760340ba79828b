"""Running other programs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


def call(
    command: Sequence[str | Path], *, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> int:
    """Run a program with our own input and output; its exit code (128 + signal when it was killed).

    An interrupt reaches the program too: it is left to end in its own way.
    """
    sys.stdout.flush()
    full = {**os.environ, **(env or {})}
    with subprocess.Popen([str(part) for part in command], cwd=cwd, env=full) as process:
        while True:
            try:
                code = process.wait()
            except KeyboardInterrupt:
                continue
            return 128 - code if code < 0 else code


def note(text: str) -> None:
    """Tell what set-up is doing, apart from the output of what was asked for."""
    print(f"dev.py: {text}", file=sys.stderr, flush=True)


def give_up(text: str) -> SystemExit:
    return SystemExit(f"dev.py: {text}")
