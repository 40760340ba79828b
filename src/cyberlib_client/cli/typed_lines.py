"""Lines that somebody types while something else goes on."""

from __future__ import annotations

import queue
import sys
import threading


class TypedLines:
    """Read from standard input in a thread of their own; the end of it is a line too: None."""

    def __init__(self) -> None:
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, name="typed", daemon=True).start()

    def get(self, patience: float) -> str:
        """The next line. Raises queue.Empty where none was typed for so long, EOFError at the end."""
        line = self._lines.get(timeout=patience)
        if line is None:
            raise EOFError
        return line.strip()

    def _read(self) -> None:
        try:
            for line in sys.stdin:
                self._lines.put(line)
        except (OSError, ValueError):
            pass  # closed under us: as at its end
        self._lines.put(None)
