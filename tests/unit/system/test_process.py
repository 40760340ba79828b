"""What a process asks for itself, seen from a process that asked; and the names of machine and user."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from cyberlib_client.system import this_system

linux = pytest.mark.skipif(sys.platform != "linux", reason="seen through Linux' own calls")


def _python(code: str) -> str:
    """What a fresh Python prints."""
    told = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    start = "from cyberlib_client.system import this_system; system = this_system()\n"
    done = subprocess.run([sys.executable, "-c", start + code], env=told, stdout=subprocess.PIPE, text=True)
    assert done.returncode == 0
    return done.stdout.strip()


@linux
def test_neither_core_files_nor_debuggers() -> None:
    code = """
import ctypes, resource
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
system.process.forbid_core_dumps()
PR_GET_DUMPABLE = 3
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0))
"""
    assert _python(code) == "(0, 0) 0"


@linux
def test_large_blocks_that_are_freed_are_no_longer_held() -> None:
    code = """
def held():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGESIZE")

import os
def use():
    for _ in range(3):
        blocks = [bytearray(8 << 20) for _ in range(4)]
        # glibc keeps what is freed below what is still in use
        last = bytearray(3 << 20)
        blocks.clear()
    return last

system.process.give_memory_back()
before = held()
last = use()
print((held() - before) >> 20)
"""
    assert int(_python(code)) <= 4


@linux
def test_processor_and_disk_to_everybody_else_first() -> None:
    """Read back from the kernel, for the process, a thread and a child that it starts afterwards."""
    code = """
import os, subprocess, sys, threading
asked = "import ctypes, os, platform; number = {'x86_64': 252, 'aarch64': 31}[platform.machine()]; "
asked += "p = ctypes.CDLL(None).syscall(number, 1, 0); "
asked += "print(os.getpriority(os.PRIO_PROCESS, 0), p >> 13, p & 7)"
system.process.stand_back()
system.process.stand_back()
exec(asked)
thread = threading.Thread(target=exec, args=(asked,)); thread.start(); thread.join()
subprocess.run([sys.executable, "-c", asked])
"""
    assert _python(code).splitlines() == ["10 2 7"] * 3


@pytest.mark.skipif(sys.platform != "win32", reason="seen through Windows' own calls")
def test_windows_gives_way() -> None:
    code = """
import ctypes
kernel32 = ctypes.WinDLL("kernel32")
kernel32.GetCurrentProcess.restype = ctypes.c_void_p
kernel32.GetPriorityClass.argtypes = (ctypes.c_void_p,)
system.process.stand_back()
print(hex(kernel32.GetPriorityClass(kernel32.GetCurrentProcess())))
"""
    assert _python(code) == "0x4000"


@pytest.mark.skipif(sys.platform != "win32", reason="seen through Windows' own calls")
def test_windows_shows_no_dialogs() -> None:
    code = """
import ctypes
system.process.forbid_core_dumps()
print(hex(ctypes.WinDLL("kernel32").GetErrorMode()))
"""
    assert _python(code) == "0x8003"


def test_this_system_is_the_one_python_runs_on() -> None:
    assert this_system().name == {"linux": "linux", "win32": "windows", "darwin": "macos"}[sys.platform]


def test_machine_and_user_have_names() -> None:
    machine = this_system().machine
    assert machine.machine_name().strip()
    assert machine.user_name().strip()
    if sys.platform == "linux":
        assert machine.machine_name() == os.uname().nodename.partition(".")[0]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no numbers for owners")
class TestOwners:
    def test_known_ids_have_names_and_unknown_ones_are_left_out(self) -> None:
        names = this_system().machine.owner_names(
            {0, 3_999_999_999, -1, 1 << 40}, {0, 3_999_999_999, 1 << 70}
        )
        assert names["users"] == {0: "root"}
        assert list(names["groups"]) == [0]
