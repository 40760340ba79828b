"""Agents and clients over the system's own sockets or pipes: many clients, none of which holds up a job."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from cyberlib_client.app import bootstrap
from cyberlib_client.app.agent import jobs, server
from cyberlib_client.app.agent.client import AgentClient, agent_of
from cyberlib_client.app.agent.jobs import HANGS, HANGS_STOPPING, MOST, Child, Jobs, Process, Task
from cyberlib_client.app.agent.messages import (
    LONGEST,
    VERSION,
    Accepted,
    BackupJob,
    Begun,
    Ended,
    Event,
    Hello,
    Job,
    ProgressTold,
    StatusAsked,
    VerifyJob,
    encode,
)
from cyberlib_client.app.agent.place import write_address
from cyberlib_client.app.agent.server import Client, Server
from cyberlib_client.app.agent.status import StatusInfo
from cyberlib_client.app.agent.worker import Order
from cyberlib_client.core.errors import Busy, CyberlibError, Failed, UsageError
from cyberlib_client.core.events import Progress
from cyberlib_client.core.platform import Channel
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.state.profile import Profile

_DONE = Ended(0, msgspec.Raw(b'{"all":"well"}'))


class Work:
    """A worker whose events the test sends."""

    def __init__(self) -> None:
        self.events_to_come: list[Event] = []
        self.go = threading.Semaphore(0)
        self.stopped = ""

    def tell(self, *events: Event) -> None:
        for event in events:
            self.events_to_come.append(event)
            self.go.release()

    def end(self, ended: Ended = _DONE) -> None:
        self.tell(ended)
        self.go.release()

    def events(self):  # type: ignore[no-untyped-def]
        return self._next

    def _next(self) -> Event | None:
        self.go.acquire()
        return self.events_to_come.pop(0) if self.events_to_come else None

    def stop(self, reason: str) -> None:
        self.stopped = reason
        self.end(Ended(130))

    def kill(self) -> None:
        self.go.release()


class Desk:
    """An agent without a brain: its jobs are done by `Work`."""

    def __init__(self) -> None:
        self.works: list[Work] = []
        self.started = threading.Semaphore(0)
        self.server: Server | None = None
        self.jobs = Jobs(self._start, lambda order: order, self._event, lambda _over: None)
        self.pauses: list[int] = []

    def _start(self, _order: Order) -> Process:
        work = Work()
        self.works.append(work)
        self.started.release()
        return work

    def _event(self, task: Task, event: Event) -> None:
        if self.server is not None:
            self.server.tell(task.number, event)

    def status(self) -> StatusInfo:
        return StatusInfo(1, "x", 0, None, None, self.jobs.waiting, None, [], 0, [], [], "")

    def start(self, job: Job, watched: bool, client: Client) -> Accepted:
        number: list[int] = []
        ready = threading.Event()

        def hear(event: Event) -> None:
            ready.wait()
            client.hear(number[0], event)

        made, ahead = self.jobs.add(Order(job, "user", patient=False), hear)
        number.append(made)
        ready.set()
        return Accepted(made, ahead)

    def stop(self, job: int | None) -> int | None:
        return self.jobs.stop(job, "user")

    def pause(self, until: int) -> None:
        if until < 0:
            raise UsageError("bad_order")
        self.pauses.append(until)

    def resume(self) -> None:
        self.pauses.append(0)

    def end(self) -> None:
        raise Failed("agent_ending")


@pytest.fixture
def desk(profile: Profile) -> Iterator[Desk]:
    desk = Desk()
    profile.make()
    listener = bootstrap.local_sockets().listen(profile.root)
    desk.server = Server(listener, desk, 4711)
    write_address(profile, listener.address)
    desk.server.start()
    yield desk
    for work in desk.works:
        work.end()
    desk.jobs.close()
    desk.server.close()


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return Profile(str(tmp_path / "p"), bootstrap.private_files)


def connected(profile: Profile, hear: Callable[[int, Event], None] | None = None) -> AgentClient:
    client = agent_of(profile, hear)
    assert client is not None
    return client


def raw(profile: Profile) -> Channel:
    address = msgspec.json.decode(Path(profile.agent).read_bytes())["address"]
    return bootstrap.local_sockets().connect(address)


def said(channel: Channel) -> list[dict[str, object]]:
    """All that an agent says until it ends the connection."""
    data = b""
    while piece := channel.receive(1 << 16):
        data += piece
    channel.close()
    return [msgspec.json.decode(line) for line in data.splitlines()]


class Followed:
    """A job asked for in a thread of its own."""

    def __init__(self, client: AgentClient, job: Job) -> None:
        self.events: list[Event] = []
        self.cancel = CancelToken()
        self.place: Accepted | None = None
        self.ended: Ended | CyberlibError | None = None
        self._accepted = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(client, job))
        self._thread.start()
        assert self._accepted.wait(180)

    def _run(self, client: AgentClient, job: Job) -> None:
        try:
            self.ended = client.run(job, self.events.append, self._take, self.cancel)
        except CyberlibError as error:
            self.ended = error

    def _take(self, place: Accepted) -> None:
        self.place = place
        self._accepted.set()

    def join(self) -> Ended | CyberlibError | None:
        self._thread.join(180)
        assert not self._thread.is_alive()
        return self.ended


def test_nobody_is_there(profile: Profile) -> None:
    profile.make()
    assert agent_of(profile) is None
    profile.write(profile.agent, b'{"address": "nowhere-at-all", "pid": 1}')
    assert agent_of(profile) is None
    profile.write(profile.agent, b"{torn")
    assert agent_of(profile) is None


def test_questions_and_answers(desk: Desk, profile: Profile) -> None:
    with connected(profile) as client:
        assert client.pid == 4711
        assert client.status().version == "x"
        client.pause(12)
        client.resume()
        assert desk.pauses == [12, 0]
        with pytest.raises(UsageError) as caught:
            client.pause(-1)
        assert caught.value.code == "bad_order"
        with pytest.raises(Failed):
            client.end()
        assert client.stop() is None


def test_a_job_tells_who_asked_for_it_and_whoever_follows(desk: Desk, profile: Profile) -> None:
    heard: list[tuple[int, Event]] = []
    over = threading.Event()

    def hear(job: int, event: Event) -> None:
        heard.append((job, event))
        if isinstance(event, Ended):
            over.set()

    with connected(profile) as client, connected(profile, hear) as other, connected(profile) as deaf:
        other.follow()
        assert deaf.status().queued == 0
        run = Followed(client, BackupJob())
        desk.started.acquire()
        desk.works[0].tell(Begun("backup", "user", "full"), ProgressTold(Progress("backup", 1)))
        desk.works[0].end()
        assert run.join() == _DONE
        assert [type(event) for event in run.events] == [Begun, ProgressTold]
        assert over.wait(180)
        assert [type(event) for _, event in heard] == [Begun, ProgressTold, Ended]


def test_jobs_wait_for_one_another_and_people_come_first(desk: Desk, profile: Profile) -> None:
    with connected(profile) as client:
        first = Followed(client, BackupJob())
        desk.jobs.add(Order(BackupJob(), "schedule"))
        second = Followed(client, VerifyJob())
        assert first.place == Accepted(1, 0)
        assert second.place == Accepted(3, 1)
        for number in range(3):
            assert desk.started.acquire(timeout=180)
            desk.works[number].end()
        assert first.join() == second.join() == _DONE


def test_ctrl_c_stops_a_job_at_work_and_one_that_waits(desk: Desk, profile: Profile) -> None:
    with connected(profile) as client:
        working, waiting = Followed(client, BackupJob()), Followed(client, BackupJob())
        desk.started.acquire()
        waiting.cancel.cancel()
        ended = waiting.join()
        assert isinstance(ended, Ended) and ended.exit == 130
        working.cancel.cancel()
        ended = working.join()
        assert isinstance(ended, Ended) and ended.exit == 130
        assert desk.works[0].stopped == "user"


def test_a_client_that_goes_away_stops_nothing(desk: Desk, profile: Profile) -> None:
    client = connected(profile)
    run = Followed(client, BackupJob())
    desk.started.acquire()
    client.close()
    gone = run.join()
    assert isinstance(gone, Failed) and gone.code == "agent_gone"
    assert desk.works[0].stopped == ""
    assert desk.jobs.current is not None
    with connected(profile) as again:
        assert again.stop() == 1


def test_a_client_that_reads_nothing_holds_up_nobody(desk: Desk, profile: Profile) -> None:
    """Its channel is full after a few hundred kilobytes; thousands of events later it is let go."""
    slow = raw(profile)
    slow.send(encode(Hello(VERSION, "slow")) + b'\n{"say":"follow","id":1}\n')
    with connected(profile) as client:
        run = Followed(client, BackupJob())
        desk.started.acquire()
        notice = msgspec.json.decode(b'{"is":"begun","command":"' + b"x" * 10_000 + b'","trigger":"user"}')
        long = msgspec.convert(notice, Begun)
        for number in range(2_000):
            desk.works[0].tell(long, ProgressTold(Progress("backup", number)))
            while number % 100 == 99 and len(run.events) < number:  # this one reads as fast as it can
                time.sleep(0.01)
        desk.works[0].end()
        assert run.join() == _DONE
        assert sum(isinstance(event, Begun) for event in run.events) == 2_000
        last = [event for event in run.events if isinstance(event, ProgressTold)][-1]
        assert last.progress.files_done == 1_999
    told = said(slow)
    assert told[-1] == {"say": "unfit", "code": "slow", "version": VERSION}


@pytest.mark.parametrize(
    "line",
    [
        b"GET / HTTP/1.1\n",
        b"{}\n",
        b'{"say":"status","id":1}\n',  # without a greeting
        b'{"say":"hello","version":"one","program":"x"}\n',
        b"\xff\xfe\n",
        b"[" * 100_000 + b"\n",
        b'{"say":"hello","version":1,"program":"' + b"x" * LONGEST + b'"}\n',
        b"x" * (LONGEST + 10),
    ],
    ids=["http", "empty", "rude", "type", "bytes", "deep", "long", "endless"],
)
def test_what_is_not_understood_ends_the_connection_and_nothing_else(
    desk: Desk, profile: Profile, line: bytes
) -> None:
    channel = raw(profile)
    channel.send(line)
    assert said(channel) == [{"say": "unfit", "code": "message", "version": VERSION}]
    with connected(profile) as client:
        assert client.status().version == "x"


def test_another_version_is_told_which_this_one_is(desk: Desk, profile: Profile) -> None:
    channel = raw(profile)
    channel.send(encode(Hello(VERSION + 1, "newer")) + b"\n")
    assert said(channel) == [{"say": "unfit", "code": "version", "version": VERSION}]


def test_an_agent_of_another_version_is_named(profile: Profile) -> None:
    profile.make()
    listener = bootstrap.local_sockets().listen(profile.root)
    write_address(profile, listener.address)

    def answer() -> None:
        channel = listener.accept()
        assert channel is not None
        channel.receive(1000)
        channel.send(b'{"say":"unfit","code":"version","version":7}\n')
        channel.close()

    thread = threading.Thread(target=answer)
    thread.start()
    with pytest.raises(Failed) as caught:
        agent_of(profile)
    assert caught.value.code == "agent_unfit" and caught.value.facts == {"version": 7, "own": VERSION}
    thread.join()
    listener.close()


def test_an_answer_that_is_cut_is_told(desk: Desk, profile: Profile) -> None:
    with connected(profile) as client:
        assert desk.server is not None
        desk.server.close()
        with pytest.raises(Failed) as caught:
            client.status()
        assert caught.value.code == "agent_gone"


def test_a_question_that_is_no_question_is_refused(desk: Desk, profile: Profile) -> None:
    channel = raw(profile)
    channel.send(encode(Hello(VERSION, "x")) + b"\n" + encode(StatusAsked(1)) + b'\n{"say":"dance","id":2}\n')
    told = said(channel)
    assert [each["say"] for each in told] == ["welcome", "answer", "unfit"]


# ---- bounds ----------------------------------------------------------------------------------------


def until(seen: Callable[[], object]) -> None:
    end = time.monotonic() + 180
    while not seen():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def test_who_never_says_hello_gives_way(
    desk: Desk, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connected(profile) as early:
        silent = [raw(profile) for _ in range(63)]
        until(lambda: desk.server is not None and len(desk.server._clients) == 64)
        with pytest.raises(Failed) as caught:
            connected(profile)
        assert caught.value.code == "agent_gone"
        monkeypatch.setattr(server, "_GREETING", 0.0)
        with connected(profile) as late:
            assert late.status().version == early.status().version == "x"
        assert [said(each) for each in silent] == [[]] * 63


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe has no half that ends")
@pytest.mark.parametrize("ends", [True, False], ids=["asks no more", "stays"])
def test_who_reads_nothing_is_not_kept_for_ever(
    desk: Desk, profile: Profile, monkeypatch: pytest.MonkeyPatch, ends: bool
) -> None:
    monkeypatch.setattr(server, "_LAST_WORDS", 0.2)
    if not ends:
        monkeypatch.setattr(server, "_ROOM", 1 << 16)
    before = threading.active_count()
    address = msgspec.json.decode(Path(profile.agent).read_bytes())["address"]
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.connect(os.fsencode(address))
        deaf.sendall(encode(Hello(VERSION, "deaf")) + b"\n")
        with contextlib.suppress(OSError):  # let go meanwhile
            deaf.sendall((encode(StatusAsked(1)) + b"\n") * 20_000)
            if ends:
                deaf.shutdown(socket.SHUT_WR)
        assert desk.server is not None
        until(lambda: threading.active_count() <= before)
        assert desk.server._clients == set()


def test_only_so_many_jobs_wait(desk: Desk, profile: Profile) -> None:
    with connected(profile) as client:
        first = Followed(client, BackupJob())
        for _ in range(MOST):
            desk.jobs.add(Order(VerifyJob(), "user", patient=False))
        with pytest.raises(Busy) as caught:
            client.run(VerifyJob(), lambda _event: None, lambda _place: None, CancelToken())
        assert caught.value.code == "agent_full" and caught.value.facts == {"most": MOST}
        for number in range(2, MOST + 2):
            assert client.stop(number) == number
        desk.started.acquire()
        desk.works[0].end()
        assert first.join() == _DONE


def _jobs(work: Callable[[Order], Process]) -> tuple[Jobs, list[Ended]]:
    ended: list[Ended] = []
    return Jobs(
        work, lambda order: order, lambda _task, _event: None, lambda over: ended.append(over.ended)
    ), ended


def test_a_worker_that_hangs_is_killed_and_the_next_job_done() -> None:
    def start(order: Order) -> Process:
        seconds = "600" if isinstance(order.job, BackupJob) else "0"
        return Child([sys.executable, "-c", f"import time; time.sleep({seconds})"], order)

    queue, ended = _jobs(start)
    queue.add(Order(BackupJob(), "schedule"))
    queue.add(Order(VerifyJob(), "schedule"))
    until(lambda: queue.current is not None and queue.current.process is not None)
    queue.look(1_000.0)
    queue.look(1_000.0 + HANGS - 1)
    assert ended == []
    queue.look(1_000.0 + HANGS)
    until(lambda: len(ended) == 2)
    assert [each.error.code for each in ended if each.error] == ["worker_stuck", "worker_died"]
    queue.close()


class Unkillable(Work):
    """Stuck in the kernel."""

    def stop(self, reason: str) -> None:
        self.stopped = reason

    def kill(self) -> None:
        self.stopped = "killed"


def test_a_worker_that_nothing_ends_blocks_no_other() -> None:
    works: list[Unkillable] = []

    def start(_order: Order) -> Process:
        works.append(Unkillable())
        return works[-1]

    queue, ended = _jobs(start)
    queue.add(Order(BackupJob(), "schedule"))
    until(lambda: queue.current is not None and queue.current.process is not None)
    queue.look(0.0)
    assert queue.stop(None, "user") == 1
    queue.look(10.0)
    queue.look(10.0 + HANGS_STOPPING)
    assert works[0].stopped == "killed" and ended == []
    queue.look(10.0 + HANGS_STOPPING + jobs._PATIENCE)
    assert [each.error.code for each in ended if each.error] == ["worker_stuck"] and queue.current is None
    queue.add(Order(BackupJob(), "schedule"))
    until(lambda: len(works) == 2)
    works[0].end()  # it comes back at last: nobody hears of it
    works[1].end()
    until(lambda: len(ended) == 2)
    assert ended[1] == _DONE
    queue.close()


def test_a_worker_that_says_that_it_goes_on_is_left_alone() -> None:
    code = 'import time\nfor _ in range(600): print(\'{"is":"alive"}\', flush=True); time.sleep(0.05)'
    queue, ended = _jobs(lambda order: Child([sys.executable, "-c", code], order))
    queue.add(Order(BackupJob(), "schedule"))
    until(lambda: queue.current is not None and queue.current.process is not None)
    for hours in range(5):
        until(lambda: queue.current is not None and queue.current.heard)
        queue.look(hours * HANGS)
    assert ended == []
    assert queue.current is not None and queue.current.process is not None
    queue.current.process.kill()
    until(lambda: ended)
    queue.close()
