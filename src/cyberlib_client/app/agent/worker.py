"""One job in a process of its own: memory goes back to the system when it ends, its priority is its own, and
what hangs or crashes in it does not take the agent along.

The first line of its standard input is an `Order`; later lines may ask it to stop, and so does the end of its
input: an agent that is gone asks for nothing more. Events go to its standard output, last `Ended`.
"""

from __future__ import annotations

import os
import threading
import time
from typing import BinaryIO, Final, Literal

import msgspec

from ...core.errors import CyberlibError, Failed, Stopped, Unreachable, UsageError
from ...core.events import Event as JobEvent
from ...core.events import Progress
from ...core.ports import CancelToken
from ...state.profile import Profile
from ...state.records import Trigger
from .. import bootstrap
from ..crash import write_report
from ..prompts import Nobody
from ..session import Session
from ..sources import Choice
from ..workplace import Notice
from .chore_list import kind_of
from .messages import (
    Alive,
    BackupJob,
    Begun,
    Ended,
    Event,
    IncidentTold,
    Job,
    NoticeTold,
    ProgressTold,
    encode,
    told,
)


class TellJob(msgspec.Struct, frozen=True, tag_field="do", tag="tell"):
    """The vault's host hears of the plan, and of runs that it does not know."""


class CanariesJob(msgspec.Struct, frozen=True, tag_field="do", tag="canaries"):
    """Decoys of the ransomware alarm are looked at."""


Errand = TellJob | CanariesJob
"""What no client asks for."""


class Order(msgspec.Struct, frozen=True):
    """What a worker is to do. `partial`: to look into `folders` (vault paths) alone, if all else is known.
    `patient`: nobody waits, others go first. `clock_moved`: as `Session.clock_moved`."""

    job: Job | Errand
    trigger: Trigger
    watched: bool = False
    patient: bool = True
    partial: bool = False
    folders: list[bytes] = []
    clock_moved: int = 0

    @property
    def of_all_sources(self) -> bool:
        """Whether it is a backup of what the profile protects, and not of paths that somebody named."""
        return isinstance(self.job, BackupJob) and not self.job.paths and not self.job.exclude

    @property
    def is_errand(self) -> bool:
        """Whether it is no run that anybody asked for, or plans."""
        return isinstance(self.job, TellJob | CanariesJob)


class Stop(msgspec.Struct, frozen=True):
    """Stop at a good point."""

    reason: str


_BEAT: Final = 30.0
"""Seconds between two looks at whether the work goes on."""

_COMMANDS: Final = {BackupJob: "backup", TellJob: "tell", CanariesJob: "canaries"}


def command_of(job: Job | Errand) -> str:
    """The command that does the same."""
    kind = kind_of(job)
    return kind.command if kind is not None else _COMMANDS[type(job)]


class Worker:
    """Does one order. `output`: where events go."""

    def __init__(self, profile: Profile, output: BinaryIO, cancel: CancelToken) -> None:
        self._profile = profile
        self._output = output
        self._lock = threading.Lock()
        self.cancel = cancel

    def work(self, order: Order) -> int:
        """Does it and tells all of it; the exit code of the command that does the same. Never raises."""
        exit_code, result, error = 1, msgspec.Raw(b"null"), None
        try:
            exit_code, result = self._do(order)
        except CyberlibError as raised:
            error = raised
        except KeyboardInterrupt:
            error = Stopped(by="system")
        except Exception as raised:  # noqa: BLE001 (whatever it is, the agent hears of it)
            command = command_of(order.job)
            report = write_report(self._profile, raised, command)
            error = Failed("internal_error", kind=type(raised).__name__, report=report)
        if error is not None:
            exit_code = error.exit_code
        self._tell(Ended(exit_code, result, told(error) if error is not None else None))
        return exit_code

    def _do(self, order: Order) -> tuple[int, msgspec.Raw]:
        session = Session(
            self._profile,
            Nobody(),
            listener=self._listen,
            notify=self._notify,
            cancel=self.cancel,
            watched=order.watched,
        )
        session.trigger, session.clock_moved = order.trigger, order.clock_moved
        try:
            return self._run(session, order)
        finally:
            session.closing.close()

    def _run(self, session: Session, order: Order) -> tuple[int, msgspec.Raw]:
        scope: Literal["full", "partial", ""] = ""
        if isinstance(order.job, BackupJob):
            scope = "partial" if order.partial else "full"
        self._tell(Begun(command_of(order.job), order.trigger, scope))
        if isinstance(order.job, BackupJob):
            return self._back_up(session, order, order.job)
        kind = kind_of(order.job)
        if kind is not None:
            done = kind.do(session, order.job)
            return done.exit_code, msgspec.Raw(encode(done.result))
        assert isinstance(order.job, TellJob | CanariesJob)
        return _do_errand(session, order.job), msgspec.Raw(b"null")

    def _back_up(self, session: Session, order: Order, job: BackupJob) -> tuple[int, msgspec.Raw]:
        from ..backups import run_backup
        from ..changed import since_last

        choice = Choice(
            [os.fsdecode(path) for path in job.paths],
            job.exclude,
            job.label,
            one_file_system=job.one_file_system,
            default_exclusions=job.default_exclusions,
        )
        session.limit("upload", job.limit_upload)
        changed = since_last(session, order.folders) if order.partial else None
        done = run_backup(session, choice, changed)
        return done.exit_code, msgspec.Raw(encode(done))

    def _listen(self, event: JobEvent) -> None:
        self._tell(ProgressTold(event) if isinstance(event, Progress) else IncidentTold(event))

    def _notify(self, notice: Notice) -> None:
        self._tell(NoticeTold(notice))

    def beat(self) -> None:
        """Tells that the work goes on, for as long as it does. For a thread of its own."""
        seen = -1
        while True:
            if seen != self.cancel.looks:
                seen = self.cancel.looks
                self._tell(Alive())
            time.sleep(_BEAT)

    def _tell(self, event: Event | Alive) -> None:
        with self._lock:
            try:
                self._output.write(encode(event) + b"\n")
                self._output.flush()
            except OSError:
                self.cancel.cancel("system")  # nobody listens any more


def _do_errand(session: Session, job: Errand) -> int:
    if isinstance(job, TellJob):
        from ..telling import tell_host

        return 0 if tell_host(session) else Unreachable.exit_code
    from ..alarms import check_canaries

    with bootstrap.lock(session.profile):
        check_canaries(session)
    return 0


def work(profile: Profile, given: BinaryIO, output: BinaryIO, cancel: CancelToken) -> int:
    """What the process of a worker does; `cancel` is set by signals as well. UsageError("bad_order") when it
    is not given an order."""
    bootstrap.process().forbid_core_dumps()
    bootstrap.process().give_memory_back()
    try:
        order = msgspec.json.decode(given.readline(), type=Order)
    except (msgspec.ValidationError, msgspec.DecodeError):
        raise UsageError("bad_order") from None
    if order.patient:
        bootstrap.process().stand_back()  # before there are threads, which would go on as they began
    worker = Worker(profile, output, cancel)
    threading.Thread(target=_hear, args=(given, worker.cancel), daemon=True).start()
    threading.Thread(target=worker.beat, daemon=True).start()
    return worker.work(order)


def _hear(given: BinaryIO, cancel: CancelToken) -> None:
    reason = "system"
    try:
        line = given.readline()
        if line:
            reason = msgspec.json.decode(line, type=Stop).reason
    except (OSError, ValueError, msgspec.ValidationError, msgspec.DecodeError):
        pass  # as good as gone
    cancel.cancel(reason)
