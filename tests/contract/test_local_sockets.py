"""Channels between processes of one user: the same promises on every system."""

from __future__ import annotations

import errno
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from cyberlib_client.app.bootstrap import local_sockets, profile_at
from cyberlib_client.core.platform import Channel, Listener

SCRIPT = Path(__file__).parents[1] / "support" / "echo_listener.py"
LARGE = 3 << 20
PATIENCE = 180.0
"""Seconds after which something that should have woken is taken to hang."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    profile = profile_at(str(tmp_path / "profil"))
    profile.make()
    return Path(profile.root)


@pytest.fixture
def listener(folder: Path) -> Iterator[Listener]:
    made = local_sockets().listen(str(folder))
    yield made
    made.close()


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(40) as pool:
        yield pool


Pair = tuple[Channel, Channel]


@pytest.fixture
def pair(listener: Listener, threads: ThreadPoolExecutor) -> Iterator[Pair]:
    """Both ends of a connection."""
    ends = _connect(listener, threads)
    yield ends
    for end in ends:
        end.close()


def _connect(listener: Listener, threads: ThreadPoolExecutor) -> Pair:
    accepted = threads.submit(listener.accept)
    ours = local_sockets().connect(listener.address)
    theirs = accepted.result(PATIENCE)
    assert theirs is not None
    return ours, theirs


def _read(channel: Channel, size: int) -> bytes:
    parts = []
    while size:
        part = channel.receive(min(size, 1 << 16))
        assert part, f"{size} bytes are missing"
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _asleep(waiting: Future[object]) -> None:
    """A thread that has begun to wait has nothing to show; what follows holds whether it has or not."""
    with pytest.raises(TimeoutError):
        waiting.result(0.1)


@contextmanager
def _process(folder: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, str(SCRIPT), str(folder), *more]
    told = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        command, env=told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().rstrip("\n")
        finally:
            process.kill()


def test_bytes_go_both_ways(pair: Pair) -> None:
    ours, theirs = pair
    ours.send(b"question\0\xff")
    assert _read(theirs, 10) == b"question\0\xff"
    theirs.send(b"answer")
    assert ours.receive(3) == b"ans"
    assert ours.receive(100) == b"wer"
    ours.send(b"")
    ours.send(b"more")
    assert _read(theirs, 4) == b"more"


def test_large_messages_cross(pair: Pair, threads: ThreadPoolExecutor) -> None:
    """Neither end waits for the other to have sent all of its own."""
    sent = [random.Random(number).randbytes(LARGE) for number in range(2)]
    sending = [threads.submit(end.send, data) for end, data in zip(pair, sent, strict=True)]
    reading = [threads.submit(_read, end, LARGE) for end in pair]
    assert reading[0].result(PATIENCE) == sent[1]
    assert reading[1].result(PATIENCE) == sent[0]
    for each in sending:
        each.result(PATIENCE)


def test_what_was_sent_before_the_end_arrives(pair: Pair) -> None:
    ours, theirs = pair
    ours.send(b"x" * 20_000)
    ours.close()
    assert _read(theirs, 20_000) == b"x" * 20_000
    assert theirs.receive(1) == b""
    assert theirs.receive(1) == b""


def test_an_end_that_leaves_without_having_read_is_an_end(pair: Pair) -> None:
    ours, theirs = pair
    theirs.send(b"never read")
    ours.close()
    assert theirs.receive(100) == b""
    with pytest.raises(OSError):
        for _ in range(100):
            theirs.send(b"x" * 10_000)


def test_the_end_wakes_the_other_end(pair: Pair, threads: ThreadPoolExecutor) -> None:
    ours, theirs = pair
    waiting: Future[object] = threads.submit(theirs.receive, 1)
    _asleep(waiting)
    ours.close()
    assert waiting.result(PATIENCE) == b""


def test_close_wakes_who_receives(pair: Pair, threads: ThreadPoolExecutor) -> None:
    ours, _ = pair
    waiting: Future[object] = threads.submit(ours.receive, 1)
    _asleep(waiting)
    ours.close()
    assert waiting.result(PATIENCE) == b""
    assert ours.receive(1) == b""
    with pytest.raises(OSError):
        ours.send(b"x")
    ours.close()


def test_close_wakes_who_sends(pair: Pair, threads: ThreadPoolExecutor) -> None:
    ours, _ = pair
    waiting: Future[object] = threads.submit(ours.send, b"x" * (8 << 20))
    _asleep(waiting)
    ours.close()
    with pytest.raises(OSError):
        waiting.result(PATIENCE)


def test_close_of_a_listener_wakes_who_accepts(folder: Path, threads: ThreadPoolExecutor) -> None:
    listener = local_sockets().listen(str(folder))
    waiting: Future[object] = threads.submit(listener.accept)
    _asleep(waiting)
    listener.close()
    assert waiting.result(PATIENCE) is None
    assert listener.accept() is None
    listener.close()
    with pytest.raises((FileNotFoundError, ConnectionRefusedError)):
        local_sockets().connect(listener.address)


def test_channels_outlive_their_listener(listener: Listener, threads: ThreadPoolExecutor) -> None:
    ours, theirs = _connect(listener, threads)
    listener.close()
    theirs.send(b"still here")
    assert _read(ours, 10) == b"still here"
    ours.close()
    theirs.close()


def test_many_clients_at_once(folder: Path, threads: ThreadPoolExecutor) -> None:
    """More than the system lets wait, each with its own answer."""
    start = threading.Barrier(30)

    def ask(address: str, number: int) -> bytes:
        data = random.Random(number).randbytes(20_000)
        start.wait(PATIENCE)
        channel = local_sockets().connect(address)
        channel.send(data)
        answer = _read(channel, len(data))
        channel.close()
        assert answer == data
        return answer

    with _process(folder) as (_, address):
        asked = [threads.submit(ask, address, number) for number in range(30)]
        assert len({each.result(PATIENCE) for each in asked}) == 30


def test_there_is_one_listener_per_folder(folder: Path, tmp_path: Path) -> None:
    with _process(folder) as (process, address):
        with pytest.raises(OSError) as caught:
            local_sockets().listen(str(folder))
        assert caught.value.errno == errno.EADDRINUSE
        channel = local_sockets().connect(address)  # nor did the attempt disturb anything
        channel.send(b"there")
        assert _read(channel, 5) == b"there"
        channel.close()
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE) == 0
    first = local_sockets().listen(str(folder))
    with pytest.raises(OSError):
        local_sockets().listen(str(folder))
    other = profile_at(str(tmp_path / "autre"))
    other.make()
    second = local_sockets().listen(other.root)
    assert first.address != second.address
    first.close()
    second.close()


def test_a_killed_process_leaves_the_way_free(folder: Path, threads: ThreadPoolExecutor) -> None:
    with _process(folder, "silent") as (process, address):
        channel = local_sockets().connect(address)
        waiting: Future[object] = threads.submit(channel.receive, 1)
        _asleep(waiting)
        process.kill()
        process.wait(PATIENCE)
        assert waiting.result(PATIENCE) == b""
        channel.close()
    with pytest.raises((FileNotFoundError, ConnectionRefusedError)):
        local_sockets().connect(address)
    listener = local_sockets().listen(str(folder))
    for end in _connect(listener, threads):
        end.close()
    listener.close()


def test_a_client_that_is_killed_is_an_end(listener: Listener, threads: ThreadPoolExecutor) -> None:
    script = (
        "import sys; from cyberlib_client.app.bootstrap import local_sockets;"
        "c = local_sockets().connect(sys.argv[1]); c.send(b'here'); sys.stdin.read()"
    )
    accepted = threads.submit(listener.accept)
    command = [sys.executable, "-c", script, listener.address]
    told = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, env=told, stdin=subprocess.PIPE) as process:
        theirs = accepted.result(PATIENCE)
        assert theirs is not None
        assert _read(theirs, 4) == b"here"
        process.kill()
        process.wait(PATIENCE)
        assert theirs.receive(1) == b""
        theirs.close()


def test_a_client_that_leaves_at_once_disturbs_nobody(
    listener: Listener, threads: ThreadPoolExecutor
) -> None:
    for _ in range(3):
        gone = threads.submit(listener.accept)
        local_sockets().connect(listener.address).close()
        channel = gone.result(PATIENCE)
        assert channel is not None
        assert channel.receive(1) == b""
        channel.close()
    for end in _connect(listener, threads):
        end.close()


def test_where_nobody_listens(folder: Path) -> None:
    address = local_sockets().listen(str(folder))
    address.close()
    with pytest.raises(FileNotFoundError):
        local_sockets().connect(address.address)


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        local_sockets().listen(str(tmp_path / "absent"))
