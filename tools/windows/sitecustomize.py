"""Runs at the start of every Python in the Wine prefix: makes up for a fault of Wine, and for nothing else.

About once in five thousand times Wine fails to start a program and answers ERROR_INTERNAL_ERROR; the
program has not begun to run, so starting it again is safe. Windows never gives this answer.
"""

from __future__ import annotations

import sys
import time

if sys.platform == "win32":
    import _winapi
    from typing import Any

    _ERROR_INTERNAL_ERROR = 1359
    _TRIES = 5
    _create_process = _winapi.CreateProcess

    def _create_process_again(*args: Any) -> tuple[int, int, int, int]:
        for left in reversed(range(_TRIES)):
            try:
                return _create_process(*args)
            except OSError as error:
                if error.winerror != _ERROR_INTERNAL_ERROR or not left:
                    raise
            time.sleep(0.1)
        raise AssertionError("the last try returns or raises")

    _winapi.CreateProcess = _create_process_again
