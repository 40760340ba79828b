"""Core dumps on macOS."""

from __future__ import annotations

import sys

if sys.platform == "darwin":
    from ..posix import no_core_files

    class MacProcess:
        """See core.platform.Process."""

        def forbid_core_dumps(self) -> None:
            """Crash reports of macOS hold no memory but the stacks."""
            no_core_files()

        def give_memory_back(self) -> None:
            """macOS does."""
