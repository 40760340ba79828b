"""How this program starts itself again."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any


def in_virtual_environment() -> bool:
    """Whether Python belongs to a virtual environment. On Windows its program only begins another one."""
    return sys.prefix != sys.base_prefix


def program() -> list[str]:
    """The words before the arguments: the frozen program, or Python with the package. `-P`: whatever lies in
    the folder it is begun in is not imported."""
    path = os.path.abspath(sys.executable)
    return [path] if getattr(sys, "frozen", False) else [path, "-P", "-m", "cyberlib_client"]


def let_go_of_streams() -> None:
    """What this process reads and writes from now on leads nowhere: whoever started it may be gone."""
    with open(os.devnull, "r+b", buffering=0) as nowhere:
        for stream in (0, 1, 2):
            os.dup2(nowhere.fileno(), stream)


def end(process: subprocess.Popen[Any], patience: float) -> None:
    """Asks a process to end, and makes it after so many seconds. It is gone when this returns."""
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
