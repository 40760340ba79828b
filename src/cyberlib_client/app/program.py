"""How this program starts itself again."""

from __future__ import annotations

import os
import sys


def in_virtual_environment() -> bool:
    """Whether Python belongs to a virtual environment. On Windows its program only begins another one."""
    return sys.prefix != sys.base_prefix


def program() -> list[str]:
    """The words before the arguments: the frozen program, or Python with the package. `-P`: whatever lies in
    the folder it is begun in is not imported."""
    path = os.path.abspath(sys.executable)
    return [path] if getattr(sys, "frozen", False) else [path, "-P", "-m", "cyberlib_client"]
