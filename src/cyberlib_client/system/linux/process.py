"""Core dumps and priorities on Linux."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Final

_PR_SET_DUMPABLE: Final = 4  # prctl(2)
_IOPRIO_SET: Final = {"x86_64": 251, "aarch64": 30, "riscv64": 30}  # system call numbers
_WHO_PROCESS: Final = 1  # ioprio_set(2)
_BEST_EFFORT_LOWEST: Final = 2 << 13 | 7
_M_MMAP_THRESHOLD: Final = -3  # mallopt(3)
_LARGE: Final = 1 << 20  # bytes


if sys.platform == "linux":
    from ..posix import be_nice, no_core_files

    class LinuxProcess:
        """See core.platform.Process."""

        def forbid_core_dumps(self) -> None:
            """The limit alone does not stop a handler that the kernel pipes dumps to (core(5)); prctl does,
            and it bars debuggers of the same user as well."""
            no_core_files()
            _libc().prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)

        def lower_priority(self) -> None:
            """Nice 10, and the last turn at the disk where its scheduler knows turns. For the calling thread
            and those it starts from now on."""
            be_nice()
            number = _IOPRIO_SET.get(os.uname().machine)
            if number is not None:
                _libc().syscall(number, _WHO_PROCESS, 0, _BEST_EFFORT_LOWEST)

        def give_memory_back(self) -> None:
            """glibc raises the size from which it does so with each such block that is freed, and would keep
            tens of MiB (mallopt(3)); other C libraries have no such call, nor the habit."""
            mallopt = getattr(_libc(), "mallopt", None)
            if mallopt is not None:
                mallopt(_M_MMAP_THRESHOLD, _LARGE)

    def _libc() -> ctypes.CDLL:
        return ctypes.CDLL(None, use_errno=True)
