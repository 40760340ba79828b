"""What this Windows does that our Windows code relies on: run it under Wine, and on Windows, to compare.

    python3 tools/windows/run.py --python tools/windows/limits.py     (under Wine)
    py tools\\windows\\limits.py                                        (on Windows)

Prints `yes` or `no` before each line; docs/admin/windows-tests.md holds the answers of the Wine in use.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Client, Listener
from pathlib import Path
from typing import Any

if sys.platform != "win32":
    sys.exit("These are questions to Windows.")

import _winapi
import msvcrt

_READ, _WRITE, _SHARE_ALL, _OPEN_EXISTING, _DIRECTORIES = 0x80000000, 0x40000000, 7, 3, 0x02000000
_HIDDEN, _READ_ONLY, _NOT_INDEXED = 0x2, 0x1, 0x2000
_NOBODY_READS = "D:P(D;;FR;;;WD)(A;;FA;;;BA)"  # an access list that forbids reading to everyone
_SDDL_REVISION, _ACCESS_LIST = 1, 4

kernel = ctypes.WinDLL("kernel32", use_last_error=True)
advapi = ctypes.WinDLL("advapi32", use_last_error=True)
kernel.CreateFileW.restype = ctypes.c_void_p

Probe = Callable[[Path], bool]
PROBES: list[tuple[str, Probe]] = []


def probe(claim: str) -> Callable[[Probe], Probe]:
    def add(function: Probe) -> Probe:
        PROBES.append((claim, function))
        return function

    return add


def opened(path: Path | str, access: int = _READ, share: int = _SHARE_ALL) -> ctypes.c_void_p:
    handle = kernel.CreateFileW(str(path), access, share, None, _OPEN_EXISTING, _DIRECTORIES, None)
    if handle in (None, ctypes.c_void_p(-1).value):
        raise ctypes.WinError(ctypes.get_last_error())
    return ctypes.c_void_p(handle)


def made(path: Path) -> Path:
    path.write_bytes(b"content")
    return path


def fails(action: Callable[[], Any]) -> bool:
    try:
        action()
    except OSError:
        return True
    return False


@probe("names ignore case")
def _(folder: Path) -> bool:
    made(folder / "Name")
    return (folder / "nAME").exists()


@probe("a rename may change the case of a name alone")
def _(folder: Path) -> bool:
    made(folder / "name").rename(folder / "NAME")
    return os.listdir(folder) == ["NAME"]


@probe("names such as `a<b` and `a?b` are refused")
def _(folder: Path) -> bool:
    return all(fails(partial(made, folder / name)) for name in ("a<b", "a>b", "a?b", "a*b", "a|b"))


@probe("dots and spaces at the end of a name are dropped")
def _(folder: Path) -> bool:
    made(folder / "name. ")
    return os.listdir(folder) == ["name"]


@probe("a name holds 255 letters with accents")
def _(folder: Path) -> bool:
    return made(folder / ("é" * 255)).exists()


@probe("a name may hold half a surrogate pair")
def _(folder: Path) -> bool:
    made(folder / "half\udc80")
    return os.listdir(folder) == ["half\udc80"]


@probe(r"paths of 400 letters work with \\?\ before them")
def _(folder: Path) -> bool:
    deep = "\\\\?\\" + str(folder)
    for _level in range(6):
        deep += "\\" + "d" * 60
        os.mkdir(deep)
    return made(Path(deep, "file")).stat().st_size > 0


@probe("the path of an open file is told, beyond 260 letters too")
def _(folder: Path) -> bool:
    deep = "\\\\?\\" + os.path.join(folder, *("d" * 60 for _ in range(6)))
    os.makedirs(deep)
    handle = opened(made(Path(deep, "file")))
    room = ctypes.create_unicode_buffer(32_768)
    length = kernel.GetFinalPathNameByHandleW(handle, room, len(room), 0)
    kernel.CloseHandle(handle)
    return bool(length) and room.value.casefold() == f"{deep}\\file".casefold()


@probe("an administrator flushes a whole volume")
def _(folder: Path) -> bool:
    handle = opened(f"\\\\.\\{folder.drive}", _WRITE)
    done = kernel.FlushFileBuffers(handle)
    kernel.CloseHandle(handle)
    return bool(done)


@probe("an open file cannot be removed, nor replaced")
def _(folder: Path) -> bool:
    with made(folder / "open").open("rb"):
        return fails((folder / "open").unlink) and fails(
            lambda: made(folder / "new").replace(folder / "open")
        )


@probe("a file opened for one program alone cannot be read by others")
def _(folder: Path) -> bool:
    handle = opened(made(folder / "alone"), share=0)
    refused = fails((folder / "alone").read_bytes)
    kernel.CloseHandle(handle)
    return refused


@probe("a lock ends with the program that holds it")
def _(folder: Path) -> bool:
    file = made(folder / "file")
    program = (
        "import msvcrt, sys, time; stream = open(sys.argv[1], 'r+b')\n"
        "msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1); print('locked', flush=True); time.sleep(20)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(file)], stdout=-1) as child:
        assert child.stdout is not None
        child.stdout.readline()
        with file.open("r+b") as stream:
            held = fails(partial(msvcrt.locking, stream.fileno(), msvcrt.LK_NBLCK, 1))
            child.kill()
            child.wait()
            return held and not fails(partial(msvcrt.locking, stream.fileno(), msvcrt.LK_LOCK, 1))


@probe("programs speak through a named pipe")
def _(_folder: Path) -> bool:
    with Listener(rf"\\.\pipe\cyberlib-probe-{os.getpid()}", "AF_PIPE") as listener:
        thread = threading.Thread(target=lambda: listener.accept().send("hello"))
        thread.start()
        with Client(listener.address) as client:
            heard = client.recv()
        thread.join()
    return bool(heard == "hello")


@probe("hard links are counted and share an identity")
def _(folder: Path) -> bool:
    os.link(made(folder / "one"), folder / "two")
    return os.stat(folder / "two").st_nlink == 2 and os.path.samefile(folder / "one", folder / "two")


@probe("the time of the last change is kept to 100 ns")
def _(folder: Path) -> bool:
    os.utime(made(folder / "old"), ns=(0, 1_500_000_000_123_456_700))
    return os.stat(folder / "old").st_mtime_ns == 1_500_000_000_123_456_700


@probe("the time of the last access can be set")
def _(folder: Path) -> bool:
    os.utime(made(folder / "old"), ns=(1_400_000_000 * 10**9, 1_500_000_000 * 10**9))
    return os.stat(folder / "old").st_atime_ns == 1_400_000_000 * 10**9


@probe("the time of creation is a time of its own")
def _(folder: Path) -> bool:
    os.utime(made(folder / "old"), ns=(0, 1_500_000_000 * 10**9))
    return os.stat(folder / "old").st_ctime_ns != 1_500_000_000 * 10**9


@probe("files keep the attributes hidden and read-only")
def _(folder: Path) -> bool:
    return _attributes_kept(made(folder / "file"), _HIDDEN | _READ_ONLY)


@probe("folders keep the attribute read-only")
def _(folder: Path) -> bool:
    (folder / "folder").mkdir()
    return _attributes_kept(folder / "folder", _READ_ONLY)


@probe("files keep the attribute not-indexed")
def _(folder: Path) -> bool:
    return _attributes_kept(made(folder / "file"), _NOT_INDEXED)


def _attributes_kept(path: Path, attributes: int) -> bool:
    kernel.SetFileAttributesW(str(path), attributes)
    kept = os.stat(path).st_file_attributes & attributes == attributes
    kernel.SetFileAttributesW(str(path), 0x80)
    return kept


@probe("an alternate stream is a part of its file")
def _(folder: Path) -> bool:
    made(folder / "file")
    made(Path(f"{folder}\\file:stream"))
    return os.listdir(folder) == ["file"]


@probe("the streams of a file can be listed")
def _(folder: Path) -> bool:
    answer = ctypes.create_string_buffer(1024)
    kernel.FindFirstStreamW.restype = ctypes.c_void_p
    found = kernel.FindFirstStreamW(str(made(folder / "file")), 0, answer, 0)
    return bool(found != ctypes.c_void_p(-1).value)


@probe("symbolic links can be made and read")
def _(folder: Path) -> bool:
    os.symlink("target", folder / "link")
    return os.readlink(folder / "link") == "target"


@probe("junctions can be made")
def _(folder: Path) -> bool:
    (folder / "target").mkdir()
    _winapi.CreateJunction(str(folder / "target"), str(folder / "junction"))
    return os.listdir(folder / "junction") == []


@probe("a sparse file takes less room than its size")
def _(folder: Path) -> bool:
    file, written, high = folder / "sparse", ctypes.c_ulong(), ctypes.c_ulong()
    handle = opened(made(file), _READ | _WRITE)
    kernel.DeviceIoControl(handle, 0x900C4, None, 0, None, 0, ctypes.byref(written), None)
    kernel.CloseHandle(handle)
    with file.open("r+b") as stream:
        stream.truncate(100_000_000)
    return bool(kernel.GetCompressedFileSizeW(str(file), ctypes.byref(high)) < 1_000_000)


@probe("an access list that forbids reading is kept, and obeyed")
def _(folder: Path) -> bool:
    descriptor = ctypes.c_void_p()
    advapi.ConvertStringSecurityDescriptorToSecurityDescriptorW(
        _NOBODY_READS, _SDDL_REVISION, ctypes.byref(descriptor), None
    )
    advapi.SetFileSecurityW(str(made(folder / "file")), _ACCESS_LIST, descriptor)
    return fails((folder / "file").read_bytes)


@probe("a file can be read with BackupRead")
def _(folder: Path) -> bool:
    handle, context, read = opened(made(folder / "file")), ctypes.c_void_p(), ctypes.c_ulong()
    data = ctypes.create_string_buffer(4096)
    done = kernel.BackupRead(handle, data, 4096, ctypes.byref(read), 0, 0, ctypes.byref(context))
    kernel.CloseHandle(handle)
    return bool(done and read.value)


@probe("a volume shadow copy can be prepared (VSS)")
def _(_folder: Path) -> bool:
    components = ctypes.c_void_p()
    ctypes.OleDLL("ole32").CoInitialize(None)
    create = ctypes.WinDLL("vssapi").CreateVssBackupComponentsInternal
    return bool(create(ctypes.byref(components)) == 0)


@probe("schtasks makes a task")
def _(folder: Path) -> bool:
    return _succeeds(
        folder, "schtasks", "/create", "/tn", "cyberlib-probe", "/tr", "cmd", "/sc", "daily", "/f"
    )


@probe("icacls prints an access list")
def _(folder: Path) -> bool:
    return _succeeds(folder, "icacls", str(folder)) and bool((folder / "output").read_bytes().strip())


def _succeeds(folder: Path, *command: str) -> bool:
    # Into a file: a service that the command starts would hold a pipe open.
    with (folder / "output").open("wb") as output:
        done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    return done.returncode == 0


@probe("Ctrl+Break reaches a program")
def _(_folder: Path) -> bool:
    program = "import time; print('started', flush=True); time.sleep(20)"
    flags = subprocess.CREATE_NEW_PROCESS_GROUP
    with subprocess.Popen([sys.executable, "-c", program], creationflags=flags, stdout=-1) as child:
        assert child.stdout is not None
        child.stdout.readline()
        try:
            child.send_signal(signal.CTRL_BREAK_EVENT)
            return child.wait(10) != 0
        except (OSError, SystemError):  # Python says so when the call itself fails
            return False
        finally:
            child.kill()


def main() -> None:
    wine = hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")
    print("Wine" if wine else "Windows", ".".join(map(str, sys.getwindowsversion().platform_version)))
    for claim, function in PROBES:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
            try:
                answer = function(Path(os.path.realpath(name)))
            except (OSError, ValueError, AttributeError):
                answer = False
        print("yes" if answer else "no ", claim, flush=True)


if __name__ == "__main__":
    main()
