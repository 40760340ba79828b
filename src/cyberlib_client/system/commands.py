"""Programs of the system that adapters ask."""

from __future__ import annotations

import os
import subprocess
from typing import Final

from ..core.platform import Native

_SECONDS: Final = 60
_PLACES: Final = ("/usr/sbin", "/sbin", "/usr/bin", "/bin")


def asked(*command: Native) -> str:
    """What a program prints. OSError when it is not there, or fails: then with its last words."""
    environment = {
        **os.environ,
        "LC_ALL": "C",
        "PATH": os.pathsep.join((os.environ.get("PATH", ""), *_PLACES)),
    }
    try:
        done = subprocess.run(
            list(command),
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise OSError(None, "timed out") from None
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise OSError(None, words[-1] if words else f"exit {done.returncode}")
    return done.stdout.decode("utf-8", "surrogateescape")


def refusal(error: OSError) -> str:
    """Why there is no snapshot, as `core.volume_snapshots.VolumeSnapshots` has it."""
    return "no_program" if isinstance(error, FileNotFoundError) else f"refused: {error.strerror or error}"


def lies_below(path: bytes, folder: bytes) -> bool:
    """Whether a path is a folder or lies below it."""
    return path == folder or path.startswith(folder.rstrip(b"/") + b"/")
