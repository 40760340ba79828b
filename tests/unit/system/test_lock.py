"""One run at a time, also when the holder is killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cyberlib_client.core.errors import Busy, Failed
from cyberlib_client.system import this_system

HOLD = """
import sys
from cyberlib_client.system import this_system
with this_system().process_lock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lock"


@contextmanager
def _holder(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that holds the lock until it is killed or its input ends."""
    told = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, env=told, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().strip() == b"held"
            yield process
        finally:
            process.kill()


def _assert_busy(path: Path, pid: int) -> None:
    with pytest.raises(Busy) as caught, this_system().process_lock(str(path)):
        pass
    assert caught.value.code == "profile_busy"
    assert caught.value.facts == {"pid": pid}


def test_a_second_process_is_told_who_is_there(path: Path) -> None:
    with _holder(path) as other:
        _assert_busy(path, other.pid)
        _assert_busy(path, other.pid)  # nor did the attempt disturb anything


def test_a_killed_holder_leaves_the_way_free(path: Path) -> None:
    with _holder(path) as other:
        other.kill()
        other.wait()
        with this_system().process_lock(str(path)):
            _assert_busy(path, os.getpid())


def test_the_end_of_a_run_leaves_the_way_free(path: Path) -> None:
    for _ in range(2):
        with this_system().process_lock(str(path)):
            pass
    with _holder(path):
        pass


def test_an_error_within_leaves_the_way_free(path: Path) -> None:
    with pytest.raises(KeyError), this_system().process_lock(str(path)):
        raise KeyError
    with this_system().process_lock(str(path)):
        pass


def test_the_same_process_cannot_enter_twice(path: Path) -> None:
    with this_system().process_lock(str(path)):
        _assert_busy(path, os.getpid())


@pytest.mark.parametrize("content", [b"", b"not a pid", b"99999999999999999999 and more" * 10])
def test_a_file_left_with_anything_in_it_does_no_harm(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with this_system().process_lock(str(path)):
        _assert_busy(path, os.getpid())


def test_a_missing_folder_is_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "absent" / "lock"
    with pytest.raises(Failed) as caught, this_system().process_lock(str(path)):
        pass
    assert caught.value.code == "lock_not_made"
    assert caught.value.facts["path"] == str(path)


@pytest.mark.skipif(sys.platform == "win32", reason="links of POSIX")
def test_a_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"content")
    path.symlink_to(victim)
    with pytest.raises(Failed), this_system().process_lock(str(path)):
        pass
    assert victim.read_bytes() == b"content"
