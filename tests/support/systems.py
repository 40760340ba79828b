"""What the machine under the tests is."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

WINE: Final = sys.platform == "win32" and hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")
"""Windows' programs on another system, which lacks some of what Windows has."""
