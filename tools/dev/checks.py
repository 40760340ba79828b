"""What a change must pass: style, types on the three systems, layers, tests."""

from __future__ import annotations

import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .environment import ROOT
from .process import call, note

WORKERS = 2  # checks at a time
TESTERS = max(5, (os.cpu_count() or 2) + 3)
"""Processes of pytest: three more than processors, since many tests wait for servers and programs."""

# What must be typed, and for which systems; the rest runs on the developers' Linux alone.
_TYPED = {
    "linux": ("src", "dev.py", "tools", "benchmarks"),
    "win32": ("src", "dev.py", "tools/dev"),
    "darwin": ("src", "dev.py", "tools/dev"),
}


def _commands(python: Path) -> dict[str, list[str]]:
    """The slowest first, since two run at a time. pyproject.toml and .importlinter configure them."""
    start = [str(python), "-m"]
    commands = {}
    for system, typed in _TYPED.items():
        cache = f".mypy_cache/{system}"  # one each: mypy throws away a cache made for another system
        present = [path for path in typed if (ROOT / path).exists()]
        commands[f"types ({system})"] = [
            *start, "mypy", "--strict", "--platform", system, "--cache-dir", cache, *present
        ]  # fmt: skip
    commands["style"] = [*start, "ruff", "check", "--quiet", "--output-format", "concise", "."]
    commands["format"] = [*start, "ruff", "format", "--check", "--quiet", "."]
    commands["layers"] = [str(python.parent / "lint-imports"), "--no-logo"]
    return commands


def lint(python: Path) -> list[str]:
    """Run all but the tests; the names of those that failed, with their words printed."""
    failed = []
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        running = {name: pool.submit(_run, command) for name, command in _commands(python).items()}
        for name, ended in running.items():
            code, output, seconds = ended.result()
            print(f"{'FAIL' if code else 'ok  '} {name} ({seconds:.1f} s)", flush=True)
            if code:
                print(output, flush=True)
                failed.append(name)
    return failed


def _run(command: list[str]) -> tuple[int, str, float]:
    start = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    )
    return done.returncode, done.stdout, time.monotonic() - start


def test(python: Path, args: list[str]) -> int:
    """Everything; or, when arguments name tests, those alone. pytest's closing line comes last."""
    failed = [] if args else lint(python)
    if failed:
        note(f"failed before the tests: {', '.join(failed)}; the tests run all the same")
    # tests/conftest.py repeats the failed checks in pytest's summary, above its closing line.
    told = {"CYBERLIB_FAILED_CHECKS": ", ".join(failed)}
    code = call(
        [python, "-m", "pytest", "-n", str(TESTERS), "--dist", "worksteal", *args], cwd=ROOT, env=told
    )
    return code or (1 if failed else 0)
