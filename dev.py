"""The one entry for whoever works on CyberLib. Needs Python 3.11 and nothing else.

    python3 dev.py demo [ARG…]    see it work: a fictitious practice, saved and restored; in the
                                  window where there is a screen
    python3 dev.py test           style, types, layers and every test
    python3 dev.py test ARG…      only these tests: the arguments go to pytest
    python3 dev.py test --windows [ARG…]   the unit and contract tests on a Windows Python (Wine)
    python3 dev.py lint           style, types and layers alone
    python3 dev.py run ARG…       the `cyberlib` command
    python3 dev.py gui [ARG…]     the window
    python3 dev.py screenshots --out DIR   pictures of every screen
    python3 dev.py bench [ARG…]   measure, beside restic and borg
    python3 dev.py lock [--upgrade]   choose and record the dependencies again

The first call makes `.venv` beside this file with the dependencies recorded in `requirements/`, each
checked by its hash; later calls see that nothing changed and start at once. (On Windows: `py dev.py`.)
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 (who reads the refusal has an older one)
    sys.exit(f"CyberLib needs Python 3.11 or newer; this is {sys.version.split()[0]}.")

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from tools.dev import checks, debian, environment, lock, window  # noqa: E402
from tools.dev.process import call  # noqa: E402


def demo(args: list[str]) -> int:
    kind = "desktop" if window.can_be_seen() else "host"
    return call([environment.ensure(kind), "-m", "cyberlib_client", "demo", *args])


def run(args: list[str]) -> int:
    return call([environment.ensure("run"), "-m", "cyberlib_client", *args])


def test(args: list[str]) -> int:
    python = environment.ensure("test")
    if "--windows" in args and sys.platform != "win32":
        rest = [arg for arg in args if arg != "--windows"]
        return call([python, ROOT / "tools" / "windows" / "run.py", *rest], cwd=ROOT)
    args = [arg for arg in args if arg != "--windows"]
    debian.provide_test_programs()
    return checks.test(python, args)


def lint(_args: list[str]) -> int:
    return 1 if checks.lint(environment.ensure("test")) else 0


def gui(args: list[str]) -> int:
    return call([environment.ensure("desktop"), "-m", "cyberlib_client.gui", *args])


def screenshots(args: list[str]) -> int:
    python = environment.ensure("desktop")
    return call([python, "-m", "tools.screenshots", *args], cwd=ROOT)


def bench(args: list[str]) -> int:
    return call([environment.ensure("test"), "-m", "benchmarks", *args], cwd=ROOT)


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "demo": demo,
    "test": test,
    "lint": lint,
    "run": run,
    "gui": gui,
    "screenshots": screenshots,
    "bench": bench,
    "lock": lock.write,
}


def main(args: list[str]) -> int:
    command = COMMANDS.get(args[0]) if args else None
    if command is None:
        print(__doc__, file=sys.stderr)
        return 0 if args in (["-h"], ["--help"]) else 2
    return command(args[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
