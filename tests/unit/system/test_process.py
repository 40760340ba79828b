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


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="root becomes another user")
def test_a_user_whose_process_is_closed_still_learns_about_volumes() -> None:
    """Such a process's files under /proc belong to root."""
    code = """
import os
system.process, system.volumes  # loaded while the interpreter's own files can be read
os.setuid(65534)
system.process.forbid_core_dumps()
print(system.volumes.volume_of("/proc"))
"""
    assert _python(code) == "proc"


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
def test_priority_is_lowered_once() -> None:
    code = """
import ctypes, os
IOPRIO_GET = {"x86_64": 252, "aarch64": 31}[os.uname().machine]
for _ in range(2):
    system.process.lower_priority()
print(os.getpriority(os.PRIO_PROCESS, 0), ctypes.CDLL(None).syscall(IOPRIO_GET, 1, 0))
"""
    best_effort, lowest = 2 << 13, 7
    assert _python(code) == f"{max(10, os.getpriority(os.PRIO_PROCESS, 0))} {best_effort | lowest}"


@pytest.mark.skipif(sys.platform != "win32", reason="seen through Windows' own calls")
def test_windows_shows_no_dialogs_and_gives_way() -> None:
    code = """
import ctypes
system.process.forbid_core_dumps()
system.process.lower_priority()
kernel32 = ctypes.WinDLL("kernel32")
kernel32.GetCurrentProcess.restype = ctypes.c_void_p
kernel32.GetPriorityClass.argtypes = [ctypes.c_void_p]
print(hex(kernel32.GetErrorMode()), hex(kernel32.GetPriorityClass(kernel32.GetCurrentProcess())))
"""
    assert _python(code) == "0x8003 0x4000"


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

    def test_names_lead_back_to_the_ids_of_this_machine(self) -> None:
        machine = this_system().machine
        names = {
            "users": {4242: "root", 17: "no such user", 5: "a\0b", 6: ""},
            "groups": {3: "no such group"},
        }
        assert machine.owner_ids(names) == {"users": {4242: 0}, "groups": {}}

    def test_a_mapping_without_groups_is_taken(self) -> None:
        assert this_system().machine.owner_ids({}) == {"users": {}, "groups": {}}
