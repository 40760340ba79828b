"""A process that waits within the system for a drive that does not answer: nobody can end it, and it keeps
the profile's lock. Whoever comes next is told so."""

from __future__ import annotations

import ctypes
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cyberlib_client.core.errors import Busy
from cyberlib_client.system.lock import ProcessLock
from tests.faults.disks import needs_root

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not os.path.exists("/dev/fuse"), reason="FUSE"),
]

_IN = struct.Struct("<IIQQIIII")
_OUT = struct.Struct("<IiQ")
_INIT = struct.Struct("<IIIIHHI")

_HOLDER = """
import os, sys
from cyberlib_client.system.lock import ProcessLock
with ProcessLock(sys.argv[1]):
    print("locked", flush=True)
    os.stat(sys.argv[2])
"""


@contextmanager
def drive_that_does_not_answer(at: Path) -> Iterator[threading.Event]:
    """A file system that takes each request and never answers one; the event is set with the first."""
    needs_root()
    at.mkdir()
    asked = threading.Event()
    fd = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={fd},rootmode=40000,user_id=0,group_id=0".encode()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"drive", os.fsencode(at), b"fuse", 0, options):
        raise OSError(ctypes.get_errno(), "mount")

    def serve() -> None:
        _, _, number, *_ = _IN.unpack_from(os.read(fd, 1 << 17))
        os.write(fd, _OUT.pack(_OUT.size + _INIT.size, 0, number) + _INIT.pack(7, 19, 4096, 0, 1, 1, 4096))
        os.read(fd, 1 << 17)
        asked.set()

    server = threading.Thread(target=serve, daemon=True)
    server.start()
    try:
        yield asked
    finally:
        os.close(fd)  # and with it all who wait are let go
        server.join()
        subprocess.run(["umount", "-l", at], check=True)


def test_a_process_that_nobody_can_end_is_told_of(tmp_path: Path) -> None:
    lock = os.fspath(tmp_path / "lock")
    with drive_that_does_not_answer(tmp_path / "lecteur") as asked:
        holder = subprocess.Popen(
            [sys.executable, "-c", _HOLDER, lock, tmp_path / "lecteur"], stdout=subprocess.PIPE
        )
        assert holder.stdout is not None and holder.stdout.readline() == b"locked\n"
        assert asked.wait(180)
        assert refusal(lock) == ("profile_busy", holder.pid)  # it may end yet
        holder.send_signal(signal.SIGKILL)
        with pytest.raises(subprocess.TimeoutExpired):
            holder.wait(0.3)
        assert refusal(lock) == ("profile_stuck", holder.pid)
    holder.wait(180)
    holder.stdout.close()
    with ProcessLock(lock):
        pass


def refusal(lock: str) -> tuple[str, object]:
    with pytest.raises(Busy) as caught, ProcessLock(lock):
        pass
    return caught.value.code, caught.value.facts["pid"]
