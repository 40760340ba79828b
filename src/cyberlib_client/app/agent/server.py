"""The agent's end of its local socket: any number of clients, none of which can hold up a job.

Each client has a thread that reads its questions and one that writes what it is sent. Between the agent and
that second thread lies a queue with a bound: of progress only the newest is kept, and who takes nothing of
the rest is let go.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Final, Protocol

import msgspec

from ... import __version__
from ...core.errors import CyberlibError, UsageError
from ...core.platform import Channel, Listener
from .messages import (
    MALFORMED,
    VERSION,
    Accepted,
    Answer,
    Asked,
    EndAsked,
    Event,
    FollowAsked,
    FromAgent,
    Hello,
    Job,
    Lines,
    PauseAsked,
    ProgressTold,
    ResumeAsked,
    StartAsked,
    StatusAsked,
    StopAsked,
    Told,
    Unfit,
    Welcome,
    encode,
    from_client,
    told,
)
from .orders import check_job
from .status import StatusInfo

_MOST: Final = 64
"""Clients at once."""

_ROOM: Final = 8 << 20
"""Bytes that may wait for a client."""

_READ: Final = 64 << 10
_GREETING: Final = 10.0
"""Seconds after which who has not said hello gives way to others."""

_LAST_WORDS: Final = 2.0
"""Seconds that a client has to take what it is sent before a connection ends."""


class Desk(Protocol):
    """What clients may ask of an agent. Each may raise CyberlibError."""

    def status(self) -> StatusInfo:
        """How it is."""

    def start(self, job: Job, watched: bool, client: Client) -> Accepted:
        """Puts a job into the queue; its events go to `client`."""

    def stop(self, job: int | None) -> int | None:
        """Stops a job."""

    def pause(self, until: int) -> None:
        """Starts nothing by itself until then."""

    def resume(self) -> None:
        """Goes on."""

    def end(self) -> None:
        """Ends the agent, soon."""


class Client:
    """One connection. `send` never waits."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._changed = threading.Condition()
        self._waiting: deque[list[bytes]] = deque()
        self._size = 0
        self._progress: dict[int, list[bytes]] = {}
        self._over = False
        self.since = time.monotonic()
        self.greeted = False
        self.follows = False
        self.in_order = threading.Lock()
        """Held until a question about a job is answered: what the job tells comes after."""

    def send(self, record: FromAgent) -> None:
        """Something for this client."""
        line = encode(record) + b"\n"
        job = record.job if isinstance(record, Told) and isinstance(record.event, ProgressTold) else None
        with self._changed:
            if self._over:
                return
            older = self._progress.get(job) if job is not None else None
            if older is not None:  # it has not been sent yet: the newest says it all
                self._size += len(line) - len(older[0])
                older[0] = line
                return
            cell = [line]
            if job is not None:
                self._progress[job] = cell
            self._waiting.append(cell)
            self._size += len(line)
            if self._size > _ROOM:
                self._waiting.clear()
                self._waiting.append([encode(Unfit("slow", VERSION)) + b"\n"])
                self._over = True
                self._end_soon()
            self._changed.notify()

    def _end_soon(self) -> None:
        """It may not even take what is being sent."""
        timer = threading.Timer(_LAST_WORDS, self.end)
        timer.daemon = True
        timer.start()

    def end(self) -> None:
        """Ends the connection, whatever it waits for."""
        self._channel.close()

    def hear(self, job: int, event: Event) -> None:
        """An event of a job that this client asked for, or of any when it follows."""
        with self.in_order:
            self.send(Told(job, event))

    def leave(self) -> None:
        """Nothing more is sent but what waits."""
        with self._changed:
            self._over = True
            self._changed.notify()

    def write(self) -> None:
        """Sends what comes, until the end. For a thread of its own."""
        try:
            while True:
                with self._changed:
                    while not self._waiting and not self._over:
                        self._changed.wait()
                    if not self._waiting:
                        return
                    cell = self._waiting.popleft()
                    self._size -= len(cell[0])
                    self._progress = {j: each for j, each in self._progress.items() if each is not cell}
                self._channel.send(cell[0])
        except OSError:
            self.leave()  # it is gone
        finally:
            self._channel.close()


class Server:
    """Lets clients in and answers them."""

    def __init__(self, listener: Listener, desk: Desk, pid: int) -> None:
        self._listener = listener
        self._desk = desk
        self._pid = pid
        self._lock = threading.Lock()
        self._clients: set[Client] = set()
        self._writers: list[threading.Thread] = []

    def start(self) -> None:
        """From now on clients may come."""
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Lets all go, once they have what waits for them."""
        self._listener.close()
        with self._lock:
            clients, writers = list(self._clients), list(self._writers)
        for client in clients:
            client.leave()
        until = time.monotonic() + _LAST_WORDS
        for writer in writers:
            writer.join(max(0.0, until - time.monotonic()))

    def tell(self, job: int, event: Event, besides: Client | None = None) -> None:
        """What all who follow are to hear, but for the one who heard it already."""
        with self._lock:
            following = [client for client in self._clients if client.follows and client is not besides]
        for client in following:
            client.hear(job, event)

    def _accept(self) -> None:
        while True:
            try:
                channel = self._listener.accept()
            except OSError:
                continue  # that one went away while it came in
            if channel is None:
                return
            client = Client(channel)
            if not self._has_room():
                channel.close()
                continue
            with self._lock:
                self._clients.add(client)
            writer = threading.Thread(target=client.write, daemon=True)
            with self._lock:
                self._writers = [each for each in self._writers if each.is_alive()] + [writer]
            writer.start()
            threading.Thread(target=self._serve, args=(channel, client, writer), daemon=True).start()

    def _has_room(self) -> bool:
        """Whether one more may come; for it, all that never said what they want are let go."""
        late = time.monotonic() - _GREETING
        with self._lock:
            if len(self._clients) < _MOST:
                return True
            silent = {each for each in self._clients if not each.greeted and each.since < late}
            self._clients -= silent
        for each in silent:
            each.end()
        return bool(silent)

    def _serve(self, channel: Channel, client: Client, writer: threading.Thread) -> None:
        lines = Lines()
        try:
            while data := channel.receive(_READ):
                for line in lines.feed(data):
                    self._take(client, line)
        except OSError:
            pass
        except (ValueError, *MALFORMED):
            client.send(Unfit("message", VERSION))
        except _Unfit:
            client.send(Unfit("version", VERSION))
        finally:
            with self._lock:
                self._clients.discard(client)
            client.leave()
            writer.join(_LAST_WORDS)
            client.end()  # who asks no more may not read any more either

    def _take(self, client: Client, line: bytes) -> None:
        said = from_client(line)
        if isinstance(said, Hello):
            if said.version != VERSION:
                raise _Unfit
            client.send(Welcome(VERSION, f"cyberlib {__version__}", self._pid))
            client.greeted = True
            return
        if not client.greeted:
            raise ValueError("no hello")
        if isinstance(said, StartAsked):
            with client.in_order:  # of nothing else: a job that is stopped tells this very client of it
                self._reply(said, client)
        else:
            self._reply(said, client)

    def _reply(self, said: Asked, client: Client) -> None:
        try:
            answer = Answer(said.id, msgspec.Raw(encode(self._answer(said, client))))
        except CyberlibError as error:
            answer = Answer(said.id, error=told(error))
        client.send(answer)

    def _answer(self, said: Asked, client: Client) -> object:
        desk = self._desk
        match said:
            case StatusAsked():
                return desk.status()
            case FollowAsked():
                client.follows = True
            case StartAsked():
                check_job(said.job)
                return desk.start(said.job, said.watched, client)
            case StopAsked():
                return desk.stop(said.job)
            case PauseAsked():
                desk.pause(said.until)
            case ResumeAsked():
                desk.resume()
            case EndAsked():
                desk.end()
            case _:
                raise UsageError("bad_order")
        return None


class _Unfit(Exception):
    """A client of another version."""
