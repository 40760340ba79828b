"""A buffer that each thread uses again and again: what was written is read back into it and compared."""

from __future__ import annotations

import threading

_local = threading.local()


def scratch(size: int) -> bytearray:
    """The calling thread's buffer, of `size` bytes or more, with whatever it held last."""
    buffer: bytearray | None = getattr(_local, "buffer", None)
    if buffer is None or len(buffer) < size:
        buffer = _local.buffer = bytearray(size)
    return buffer
