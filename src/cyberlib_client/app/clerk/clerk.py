"""Answers a window's questions in a process of its own: one after the other, but for those that take long and
need nothing of the others, which are answered beside them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import msgspec

from ...core.errors import CyberlibError, Failed, NeedsUnlock, Unreachable, UsageError
from ...core.events import Event, Progress
from ...core.ports import CancelToken
from ...state.profile import Profile
from ..agent.messages import told
from ..crash import write_report
from ..prompts import Nobody
from ..session import Session
from ..workplace import Notice, PersonGiven, Way
from ..workplace import Question as Agreement
from . import questions as q
from .asking import Question
from .asking_now import AskingNow
from .locking import Lock
from .naming import Naming

if TYPE_CHECKING:
    from ..guidance.customer import Guided

_PART: Final = 400
"""Items of a part: drawn at once, and no longer on the way than a blink."""


_BLINK: Final = 0.1
"""Seconds after which what was found is shown, be it little."""


class _Given(Nobody):
    """Whom the session asks: the secret that the window handed over, once."""

    def __init__(self) -> None:
        self.secret: str | None = None
        self.new: str | None = None
        self.who: PersonGiven | None = None

    def passphrase(self, *, refused: CyberlibError | None, left: int, proof: bool) -> str | None:
        """See workplace.Prompt."""
        if refused is not None and self.secret is None:
            raise refused  # there is nobody to ask again: the window does
        given, self.secret = self.secret, None
        return given

    def new_passphrase(self, weakness: Callable[[str], UsageError | None]) -> str | None:
        """See workplace.Prompt. Raises why it is too weak."""
        given, self.new, self.secret = self.new or self.secret, None, None
        weak = weakness(given) if given is not None else None
        if weak is not None:
            raise weak
        return given

    def person(
        self, action: str, *, ways: Set[Way], refused: CyberlibError | None, left: int
    ) -> PersonGiven | None:
        """See workplace.Prompt: once, for a code serves once."""
        given, self.who = self.who, None
        return given

    def agreed(self, question: Agreement, why: CyberlibError | None = None) -> bool | None:
        """See workplace.Prompt: without a keychain, a file. Nothing would happen by itself otherwise, and
        the window tells it."""
        return True if question == "file_for_keychain" else None


class Clerk:
    """`output`: where what it says goes; `answers`: what answers each kind of question."""

    def __init__(self, profile: Profile, output: BinaryIO, answers: Mapping[type[Question], Answer]) -> None:
        self._profile = profile
        self._output = output
        self._answers = answers
        self._given = _Given()
        self._open: Session | None = None
        self._copy = ""
        self._copied: Session | None = None
        self._left = Lock(profile)
        self.naming = Naming()
        self._now = AskingNow()
        self._lock = threading.Lock()
        self._cancelled: set[int] = set()
        self._at_work: dict[int, CancelToken] = {}
        self._saying = threading.Lock()
        self._closing = False
        self.guided: Guided | None = None
        """The meeting with support that goes on."""

    def cancel(self, number: int) -> None:
        """The question is not waited for any more. From any thread."""
        with self._lock:
            token = self._at_work.get(number)
            if token is not None:
                token.cancel("user")
            else:
                self._cancelled.add(number)

    def cancel_all(self) -> None:
        """The window is gone: what is at work stops at a good point, what waits is not begun."""
        with self._lock:
            self._closing = True
            for token in self._at_work.values():
                token.cancel("user")

    def answer(self, asked: q.Asked) -> None:
        """Answers one. Never raises. From any thread, where its session is its own (`beside`)."""
        token = CancelToken()
        with self._lock:
            self._at_work[asked.id] = token
            if self._closing or asked.id in self._cancelled:
                self._cancelled.discard(asked.id)
                token.cancel("user")
        self._now.begin(asked, token)
        try:
            token.check()
            result = self._answers[type(asked)](self, asked, token)
            self.say(q.Answered(asked.id, msgspec.Raw(q.encode(result))))
        except CyberlibError as error:
            if isinstance(error, Unreachable):
                self._now.given_up()
            self.say(q.Refused(asked.id, told(error)))
        except Exception as error:  # noqa: BLE001 (whatever it is, the window hears of it)
            kind = type(error).__name__
            report = write_report(self._profile, error, type(asked).__name__)
            self.say(q.Refused(asked.id, told(Failed("internal_error", kind=kind, report=report))))
        finally:
            self._now.end()
            with self._lock:
                del self._at_work[asked.id]

    def use_the_time(self) -> None:
        """While nobody asks: learns a little more of the vault's names. Never raises."""
        try:
            self.naming.go_on()
        except CyberlibError:
            pass  # a search reads for itself, and tells what cannot be read
        except Exception as error:  # noqa: BLE001 (a clerk goes on)
            write_report(self._profile, error, "naming")

    def say(self, said: q.FromClerk) -> None:
        """One line to the window. From any thread."""
        line = q.encode(said) + b"\n"
        try:
            with self._saying:
                self._output.write(line)
                self._output.flush()
        except OSError:
            os._exit(0)  # the window is gone

    def session(self, number: int, token: CancelToken) -> Session:
        """One that knows the settings as they are now."""
        return Session(
            self._profile,
            self._given,
            listener=self._listener(number),
            notify=self._notifier(number),
            cancel=token,
            asking=self._now,
            watched=True,
        )

    def allowed(self, number: int, token: CancelToken) -> Session:
        """As `session`. Raises NeedsUnlock while somebody has to give a secret before anything is told of the
        vault or changed."""
        if self._left.holds(number):
            raise NeedsUnlock("locked")
        return self.session(number, token)

    def opened(self, number: int, token: CancelToken) -> Session:
        """The one whose vault stays open; opened anew when the profile has another vault meanwhile.

        Raises NeedsUnlock where the window has to give a secret first."""
        now = self.allowed(number, token)
        if self._open is None or self._open.place != now.place:
            now.unlock()
            self._open = now
        return self._given_to(self._open, number, token)

    def reading(self, number: int, token: CancelToken) -> Session:
        """The one to list and restore from: the vault, or the copy that was chosen. Raises as `opened`, and
        what reaching a copy raises."""
        if not self._copy:
            return self.opened(number, token)
        now = self.allowed(number, token)
        now.copy = self._copy
        if self._copied is None or self._copied.place != now.place:
            now.unlock()
            self._copied = now
        return self._given_to(self._copied, number, token)

    def read_from(self, copy: str, number: int, token: CancelToken) -> None:
        """Chooses; see `questions.ReadFrom`. What cannot be reached is not chosen."""
        before = self._copy
        self._copy, self._copied = copy, None
        try:
            if copy:
                self.reading(number, token)
        except NeedsUnlock:
            raise  # it is chosen: the secret that comes opens it
        except CyberlibError:
            self._copy = before
            raise

    def _given_to(self, session: Session, number: int, token: CancelToken) -> Session:
        """For a question of this number from now on."""
        session.cancel, session.listener = token, self._listener(number)
        session.notify = self._notifier(number)
        session.incomplete = False
        return session

    def beside(self, number: int, token: CancelToken) -> Session:
        """A session of its own with the vault open, for what is answered beside other questions. Raises as
        `opened`."""
        made = self.allowed(number, token)
        made.prompt = Nobody()  # a secret that is handed over is for the question that it was given with
        opened = self._open
        if opened is not None and opened.place == made.place:
            made.share(opened)
        else:
            made.unlock()
        return made

    def alone(self, number: int, token: CancelToken) -> Session:
        """As `beside` for work that only `token` stops; the vault is opened when it is first needed."""
        self.allowed(number, token)
        made = Session(
            self._profile,
            Nobody(),
            listener=self._listener(number),
            notify=self._notifier(number),
            cancel=token,
            watched=True,
        )
        opened = self._open
        if opened is not None and made.settings.vault == opened.place:
            made.share(opened)
        return made

    def still_locked(self, number: int, token: CancelToken) -> bool:
        """For a window that begins. See Lock.lift_for."""
        return self._left.lift_for(self.session(number, token))

    @property
    def locked(self) -> bool:
        """Whether somebody has to give a secret before anything of the vault is told."""
        return self._left.stands

    def forbid(self, number: int) -> None:
        """Somebody leaves, by the question with this number: until a passphrase or words were given, this
        machine's own secret opens nothing for any that is asked after it. From any thread."""
        self._left.set(number, self._open)

    def lock(self, number: int, token: CancelToken) -> None:
        """The same, and what is open is forgotten, with the names that were learned of it."""
        self.forbid(number)
        if not self._left.knows_secrets:
            session = self.session(number, token)
            with suppress(CyberlibError), session.closing:  # nothing was opened yet, or it is out of reach
                session.unlock()
                self._left.set(number, session)
        self._open = self._copied = None
        self.naming.end()
        self.naming = Naming()

    def keep(self, session: Session) -> None:
        """The vault that this one opened is the one that stays open."""
        if not self.locked:
            self._open = session

    def unlock(self, secret: str, number: int, token: CancelToken) -> None:
        """Opens the vault by what was typed. Raises NeedsUnlock("wrong_secret") and what opening raises."""
        self.give(secret)
        session = self.session(number, token)
        session.copy = self._copy
        try:
            session.unlock()
            if self.locked:
                session.prove()
        except Unreachable:
            if not self._left.proven(session, secret):
                raise
            self._left.lift()
            return  # whoever is there may see what can be seen without it
        finally:
            self._given.secret = None
        self._left.lift()
        if self._copy:
            self._copied = session
        else:
            self._open = session

    def give(self, secret: str | None) -> None:
        """What opens the vault the next time that somebody is asked."""
        self._given.secret = secret
        self._open = self._copied = None

    def give_person(self, who: PersonGiven) -> None:
        """Who is there, the next time that the host asks."""
        self._given.who = who

    @contextmanager
    def proved_by(self, secret: str | None, new: str | None = None) -> Iterator[None]:
        """For this long somebody who is asked for a secret gives this one, and `new` where a new one is asked
        for. What is open stays open."""
        self._given.secret, self._given.new = secret, new
        try:
            yield
        finally:
            self._given.secret = self._given.new = None

    def parts(self, number: int, items: Iterable[Any]) -> None:
        """Tells a long list as it comes."""
        part: list[Any] = []
        told = time.monotonic()
        for item in items:
            part.append(item)
            if len(part) >= _PART or time.monotonic() - told > _BLINK:
                self.say(q.Part(number, msgspec.Raw(q.encode(part))))
                part, told = [], time.monotonic()
        if part:
            self.say(q.Part(number, msgspec.Raw(q.encode(part))))

    def _listener(self, number: int) -> Callable[[Event], None]:
        def listen(event: Event) -> None:
            if isinstance(event, Progress):
                self.say(q.Stands(number, event))

        return listen

    def _notifier(self, number: int) -> Callable[[Notice], None]:
        return lambda notice: self.say(q.Noticed(number, notice))


Answer = Callable[[Clerk, Any, CancelToken], object]
"""Answers a question. Raises what the window is to be told."""
