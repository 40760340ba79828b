"""How this program starts itself again."""

from __future__ import annotations

import os
import sys


def program() -> list[str]:
    """The words before the arguments: the frozen program, or Python with the package. `-P`: whatever lies in
    the folder it is begun in is not imported."""
    path = os.path.abspath(sys.executable)
    return [path] if getattr(sys, "frozen", False) else [path, "-P", "-m", "cyberlib_client"]
