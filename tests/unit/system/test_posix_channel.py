"""Sockets of Linux and macOS: who gets in, and where they lie."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("named pipes there", allow_module_level=True)

from cyberlib_client.app.bootstrap import local_sockets, profile_at
from cyberlib_client.core.platform import Channel

STRANGER = 65_534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")

CONNECT = """
import socket, sys
end = socket.socket(socket.AF_UNIX)
end.connect(sys.argv[1])
print(end.recv(100))
"""
LISTEN = """
import os, sys
from cyberlib_client.system.posix_channel import PosixSockets
os.setresuid(int(sys.argv[2]), int(sys.argv[2]), int(sys.argv[2]))
listener = PosixSockets().listen(sys.argv[1])
print(listener.address, flush=True)
listener.accept().send(b"in")
listener.accept()
"""


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A short path that everybody may walk down to."""
    place = Path(tempfile.mkdtemp(prefix="cl-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


@pytest.fixture
def folder(open_place: Path) -> Path:
    profile = profile_at(str(open_place / "p"))
    profile.make()
    return Path(profile.root)


def _as_stranger(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["setpriv", f"--reuid={STRANGER}", "--clear-groups", "/usr/bin/python3", "-c", script, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_socket_is_closed_to_others(folder: Path) -> None:
    before = os.umask(0)
    try:
        listener = local_sockets().listen(str(folder))
    finally:
        os.umask(before)
    found = os.lstat(listener.address)
    assert stat.S_ISSOCK(found.st_mode)
    assert stat.S_IMODE(found.st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    listener.close()
    assert not os.path.lexists(listener.address)


@pytest.mark.parametrize("mode", [0o750, 0o701, 0o722])
def test_a_folder_that_others_may_enter_is_refused(folder: Path, mode: int) -> None:
    folder.chmod(mode)
    with pytest.raises(PermissionError):
        local_sockets().listen(str(folder))
    folder.chmod(0o700)
    assert list(folder.iterdir()) == []


@as_root
def test_the_folder_of_another_user_is_refused(folder: Path) -> None:
    os.chown(folder, STRANGER, STRANGER)
    with pytest.raises(PermissionError):
        local_sockets().listen(str(folder))


@as_root
def test_another_user_is_turned_away(folder: Path) -> None:
    """By the rights of the socket; and, should those be opened, by who the system says it is."""
    listener = local_sockets().listen(str(folder))
    accepted: list[Channel | None] = []
    server = threading.Thread(target=lambda: accepted.append(listener.accept()))
    server.start()
    stranger = _as_stranger(CONNECT, listener.address)
    assert "PermissionError" in stranger.communicate(timeout=180)[1]
    folder.chmod(0o755)
    os.chmod(listener.address, 0o666)
    stranger = _as_stranger(CONNECT, listener.address)
    told, wrong = stranger.communicate(timeout=180)
    assert (told, wrong) == ("b''\n", "")  # it was connected, and closed at once
    assert accepted == []
    ours = local_sockets().connect(listener.address)
    server.join(180)
    (theirs,) = accepted
    assert theirs is not None
    theirs.send(b"x")
    assert ours.receive(1) == b"x"
    ours.close()
    theirs.close()
    listener.close()


@as_root
def test_a_user_lets_root_in_and_root_asks_no_user(folder: Path) -> None:
    """Who listens belongs to another: what is asked for there could be anybody's answer."""
    os.chown(folder, STRANGER, STRANGER)
    folder.parent.chmod(0o777)
    command = [sys.executable, "-c", LISTEN, str(folder), str(STRANGER)]
    told = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, env=told, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().rstrip("\n")
        with socket.socket(socket.AF_UNIX) as root:
            root.connect(address)
            assert root.recv(10) == b"in"
        with pytest.raises(PermissionError):
            local_sockets().connect(address)
        process.kill()


def test_a_path_too_long_for_a_socket_gives_way_to_a_short_one(
    folder: Path, open_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = open_place / "run"
    place.mkdir()
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(place))
    profile = profile_at(str(folder / ("é" * 60)))
    profile.make()
    listener = local_sockets().listen(profile.root)
    with pytest.raises(OSError):
        local_sockets().listen(profile.root)
    home = Path(listener.address).parent
    assert home.parent == place
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert len(os.fsencode(listener.address)) < 104
    accepted: list[Channel | None] = []
    server = threading.Thread(target=lambda: accepted.append(listener.accept()))
    server.start()
    ours = local_sockets().connect(listener.address)
    server.join(180)
    assert accepted[0] is not None
    accepted[0].close()
    ours.close()
    listener.close()
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("length", [90, 91, 92, 93, 94, 95, 96, 97, 98])
def test_no_length_of_a_path_is_one_too_many(open_place: Path, length: int) -> None:
    name = "x" * (length - len(str(open_place)) - 1)
    profile = profile_at(str(open_place / name))
    profile.make()
    listener = local_sockets().listen(profile.root)
    assert stat.S_ISSOCK(os.lstat(listener.address).st_mode)
    listener.close()


def test_what_is_no_socket_is_replaced_and_a_link_is_not_followed(folder: Path, open_place: Path) -> None:
    victim = open_place / "victim"
    victim.write_bytes(b"content")
    listener = local_sockets().listen(str(folder))
    listener.close()
    Path(listener.address).symlink_to(victim)
    again = local_sockets().listen(str(folder))
    assert stat.S_ISSOCK(os.lstat(again.address).st_mode)
    again.close()
    assert victim.read_bytes() == b"content"
