"""One run of the program: what was asked of it as a whole, and how it may be stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Concatenate, NoReturn, ParamSpec, TypeVar

import click

from ..core.ports import CancelToken
from .ending import endings
from .output import Output
from .prompt import TerminalPrompt
from .words import refuse_together

if TYPE_CHECKING:
    from types import FrameType

    from ..app.session import Session

P = ParamSpec("P")
R = TypeVar("R")

INTERRUPTED = 130


@dataclass
class Run:
    """What every command gets."""

    profile: str | None = None
    passphrase_file: str | None = None
    recovery_file: str | None = None
    copy: str = ""
    output: Output = field(default_factory=Output)
    cancel: CancelToken = field(default_factory=CancelToken)
    forms: set[str] = field(default_factory=set)
    """Of the output, as the options ask for them."""
    _at_work: bool = False
    _stoppable: bool = False
    _asking: bool = False

    def prove_by(self, recovery_file: str | None) -> None:
        """Takes the 24 words from a file. click.UsageError when another file is given as well."""
        refuse_together(("--recovery-file", recovery_file), ("--passphrase-file", self.passphrase_file))
        self.recovery_file = recovery_file

    @cached_property
    def session(self) -> Session:
        """The session of this run, made when it is first needed."""
        from ..app.bootstrap import process, profile_at
        from ..app.session import Session

        process().forbid_core_dumps()
        process().give_memory_back()
        session = Session(
            profile_at(self.profile),
            self.prompt,
            listener=self.output.listen,
            notify=self.output.notify,
            cancel=self.cancel,
            environ=os.environ,
            passphrase_file=self.passphrase_file,
            recovery_file=self.recovery_file,
            watched=self.output.is_watched,
        )
        session.copy = self.copy
        return session

    def close(self) -> None:
        """Ends what the session holds open."""
        if "session" in self.__dict__:
            self.session.closing.close()

    @cached_property
    def prompt(self) -> TerminalPrompt:
        """Whom to ask."""
        return TerminalPrompt(before=self.output.close_bar, asking=self._set_asking)

    def _set_asking(self, asking: bool) -> None:
        self._asking = asking

    @contextlib.contextmanager
    def stoppable(self) -> Iterator[None]:
        """Within, the first Ctrl-C asks the job to stop at a good point; the second stops the program."""
        self._stoppable = True
        try:
            yield
        finally:
            self._stoppable = False

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Within, Ctrl-C may interrupt. Before and after it only notes that it was asked: how a command ends
        is told in full. Raises KeyboardInterrupt if it was asked already."""
        self._at_work = True
        try:
            if self.cancel.cancelled:
                raise KeyboardInterrupt
            yield
        finally:
            self._at_work = False

    @contextlib.contextmanager
    def signals(self, asked: Sequence[int]) -> Iterator[None]:
        """Within, Ctrl-C and a request to end come here. `asked`: those that came before."""
        numbers = endings()
        before = [signal.signal(number, self._signalled) for number in numbers]
        for number in asked[:1]:
            self._note(number)
        try:
            yield
        finally:
            for number, handler in zip(numbers, before, strict=True):
                signal.signal(number, handler)

    def _signalled(self, number: int, _frame: FrameType | None) -> None:
        if self.cancel.cancelled:
            if number in (signal.SIGINT, signal.SIGTERM):
                _leave_at_once()
            return  # a terminal that was closed is told of by the system and by the shell
        self._note(number)
        if self._at_work and (self._asking or not self._stoppable):
            self.output.interrupt()

    def _note(self, number: int) -> None:
        self.cancel.cancel("user" if number == signal.SIGINT else "system")


def _leave_at_once() -> NoReturn:
    # Whatever was being written has a temporary name: nothing needs to be put in order.
    if sys.stderr.isatty():
        os.write(2, b"\x1b[?25h\n")  # the cursor, which a progress bar hides
    os._exit(INTERRUPTED)


pass_run: Callable[[Callable[Concatenate[Run, P], R]], Callable[P, R]] = click.make_pass_decorator(Run)
"""Gives a command its Run."""
