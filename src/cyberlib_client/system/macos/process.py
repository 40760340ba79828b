"""Core dumps and priorities on macOS."""

from __future__ import annotations

import sys

from . import api

if sys.platform == "darwin":
    from ..posix import be_nice, no_core_files

    class MacProcess:
        """See core.platform.Process."""

        def forbid_core_dumps(self) -> None:
            """Crash reports of macOS hold no memory but the stacks."""
            no_core_files()

        def lower_priority(self) -> None:
            """Nice 10, and disk requests as of a background task."""
            be_nice()
            api.give_way_at_disk()

        def give_memory_back(self) -> None:
            """macOS does."""
