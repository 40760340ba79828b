"""Core dumps and priority on macOS."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

_IOPOL_TYPE_DISK: Final = 0  # <sys/resource.h>
_IOPOL_SCOPE_PROCESS: Final = 0
_IOPOL_UTILITY: Final = 4

if sys.platform == "darwin":
    from ..posix import nice, no_core_files

    class MacProcess:
        """See core.platform.Process."""

        def forbid_core_dumps(self) -> None:
            """Crash reports of macOS hold no memory but the stacks."""
            no_core_files()

        def give_memory_back(self) -> None:
            """macOS does."""

        def stand_back(self) -> None:
            """nice, and utility for disks (setiopolicy_np(3)); PRIO_DARWIN_BG would slow the network too."""
            nice()
            ctypes.CDLL(None).setiopolicy_np(_IOPOL_TYPE_DISK, _IOPOL_SCOPE_PROCESS, _IOPOL_UTILITY)
