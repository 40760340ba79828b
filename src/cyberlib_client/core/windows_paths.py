r"""How Windows' paths are written, as text alone.

Source: "Maximum Path Length Limitation" and "Naming Files, Paths, and Namespaces", Microsoft Learn.
"""

from __future__ import annotations

import sys


def extended(path: str, *, windows: bool = sys.platform == "win32") -> str:
    r"""An absolute and normal path in the form that Windows opens whatever its length and whatever its names
    end with: `\\?\C:\…`, `\\?\UNC\server\share\…`; one that is in it, or names a device, as it is.
    Elsewhere than on Windows every path is as it is."""
    if not windows or path.startswith(("\\\\?\\", "\\\\.\\")):
        return path
    if path.startswith("\\\\"):
        return "\\\\?\\UNC\\" + path[2:]
    return "\\\\?\\" + path
