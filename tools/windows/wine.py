"""Running Windows programs under Wine, in a prefix that shares nothing with the user's own."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PureWindowsPath
from typing import IO

# What Windows programs are told of the Linux environment; the rest (XDG_*, SSL_CERT_FILE, …) would mislead.
_PASSED = ("CI", "TZ", "PYTEST_ADDOPTS")
_PASSED_PREFIXES = ("CYBERLIB_", "HYPOTHESIS_")
_PLACES = ("/usr/lib/wine/wine64", "/usr/lib/wine/wine")  # Debian keeps wine64 out of PATH
_OUTPUT = "cp1252"  # what Western European Windows writes into a pipe
_GRACE = 10  # seconds for what a stopped or ended program leaves behind


class Wine:
    """Wine's loader with a prefix under `folder`, an absolute path."""

    def __init__(self, folder: Path) -> None:
        self.prefix = folder / "prefix"
        self.drive_c = self.prefix / "drive_c"
        self.log = folder / "setup.log"
        self._home = folder / "home"

    def create(self) -> None:
        """Make the prefix anew, an empty Windows 10. Raises CalledProcessError; the log has Wine's words."""
        if self.prefix.exists():
            self._stop()
            shutil.rmtree(self.prefix)
        self._home.mkdir(parents=True, exist_ok=True)
        self.quiet("wineboot", "--init")
        self.quiet("reg", "add", r"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f")

    def _stop(self) -> None:
        """End what still runs in the prefix, and only there: programs left behind, Wine's own server."""
        server = _loader().with_name("wineserver")
        for option in ("--kill", "--wait"):
            subprocess.call([server, option], env=self._environment(), stderr=subprocess.DEVNULL)

    def path(self, path: Path) -> str:
        """How Windows programs call a Linux file: `C:` is the prefix's own disk, `Z:` all of Linux."""
        if path.is_relative_to(self.drive_c):
            return str(PureWindowsPath("C:/", path.relative_to(self.drive_c)))
        return str(PureWindowsPath("Z:" + str(path)))

    def quiet(self, *command: str) -> None:
        """Run a program with its output in the log. Raises CalledProcessError when it fails."""
        with self._started(command, {}, None) as process, self.log.open("ab") as log:
            assert process.stdout is not None
            shutil.copyfileobj(process.stdout, log)
            code = process.wait()
        if code:
            raise subprocess.CalledProcessError(code, command)

    def run(self, *command: str, env: Mapping[str, str], cwd: Path) -> int:
        """Run a program, showing its output as it comes; its exit code (as Linux has it: 0 to 255)."""
        with self._started(command, env, cwd) as process:
            assert process.stdout is not None
            show = threading.Thread(target=_show, args=(process.stdout,), daemon=True)
            show.start()
            code = process.wait()
            show.join(_GRACE)  # a program left behind may hold the pipe open
        return code if code >= 0 else 128 - code

    @contextlib.contextmanager
    def _started(
        self, command: Sequence[str], env: Mapping[str, str], cwd: Path | None
    ) -> Iterator[subprocess.Popen[bytes]]:
        # Wine gives a Windows program no usable handle for a regular file: output always goes through a pipe.
        process = subprocess.Popen(
            [*_fixed_addresses(), _loader(), *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=cwd or self.prefix.parent,
            env={**self._environment(), **env},
            start_new_session=True,
        )
        try:
            yield process
        finally:
            _end_group(process)

    def _environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if k in _PASSED or k.startswith(_PASSED_PREFIXES)}
        return kept | {
            "HOME": str(self._home),  # Wine links "Documents" and its like to it
            "LC_ALL": "C.UTF-8",  # file names in UTF-8; the Windows code page is 1252
            "PATH": os.defpath,
            "WINEDEBUG": "-all",
            # No .NET, no HTML engine (both would ask to be downloaded), no entries in the desktop's menus.
            "WINEDLLOVERRIDES": "mscoree,mshtml=;winemenubuilder.exe=",
            "WINEPREFIX": str(self.prefix),
        }


def find() -> Path | None:
    """64-bit Wine's loader, if it is installed."""
    places = [Path(place) for place in (*_PLACES, shutil.which("wine64")) if place]
    return next((place for place in places if place.exists()), None)


def version() -> str:
    """As `wine64 --version` prints it."""
    return subprocess.check_output([_loader(), "--version"], text=True).strip()


def _loader() -> Path:
    loader = find()
    if loader is None:
        raise LookupError("Wine is not installed.")
    return loader


def _fixed_addresses() -> list[str]:
    """Without address randomisation, where allowed: a mapping in Wine's way makes a program's start fail."""
    setarch = shutil.which("setarch")
    if setarch and subprocess.call([setarch, "-R", "true"], stderr=subprocess.DEVNULL) == 0:
        return [setarch, "-R"]
    return []


def _show(pipe: IO[bytes]) -> None:
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(_OUTPUT)(errors="replace"), True)
    while data := os.read(pipe.fileno(), 65536):
        sys.stdout.write(decoder.decode(data))
        sys.stdout.flush()


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """No program that was started outlives this call, however it was left. (Wine's server ends by itself.)"""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
            return
