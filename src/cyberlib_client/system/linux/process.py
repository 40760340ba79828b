"""Core dumps and memory on Linux."""

from __future__ import annotations

import ctypes
import platform
import sys
from typing import Final

_PR_SET_DUMPABLE: Final = 4  # prctl(2)
_M_MMAP_THRESHOLD: Final = -3  # mallopt(3)
_LARGE: Final = 1 << 20  # bytes
_IOPRIO_WHO_PROCESS: Final = 1  # ioprio_set(2), which no C library wraps
_IOPRIO_CLASS_BE: Final = 2
_IOPRIO_SET: Final = {"x86_64": 251, "aarch64": 30, "riscv64": 30, "ppc64le": 273, "s390x": 282}


if sys.platform == "linux":
    from ..posix import nice, no_core_files

    class LinuxProcess:
        """See core.platform.Process."""

        def forbid_core_dumps(self) -> None:
            """The limit alone does not stop a handler that the kernel pipes dumps to (core(5)); prctl does,
            and it bars debuggers of the same user as well."""
            no_core_files()
            _libc().prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)

        def give_memory_back(self) -> None:
            """glibc raises the size from which it does so with each such block that is freed, and would keep
            tens of MiB (mallopt(3)); other C libraries have no such call, nor the habit."""
            mallopt = getattr(_libc(), "mallopt", None)
            if mallopt is not None:
                mallopt(_M_MMAP_THRESHOLD, _LARGE)

        def stand_back(self) -> None:
            """nice, and the last of the best-effort class for disks: the idle class may wait for ever."""
            nice()
            number = _IOPRIO_SET.get(platform.machine())
            if number is not None:
                _libc().syscall(number, _IOPRIO_WHO_PROCESS, 0, _IOPRIO_CLASS_BE << 13 | 7)

    def _libc() -> ctypes.CDLL:
        return ctypes.CDLL(None, use_errno=True)
