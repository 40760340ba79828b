"""What a command prints: text for people, one JSON document, or JSON lines as things happen.

    --json    {"version": 1, "command": …, "items": […]?, "result": …, "notices": […], "error": …, "exit": n}
    --jsonl   {"event": "progress" | "incident" | "notice" | "item", …} …, last {"event": "end", …}

Data go to standard output; in text mode progress, notices, incidents and errors to standard error. The
schemas are documented (docs/admin/exit-codes-and-json.md) and tested.
"""

from __future__ import annotations

import contextlib
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

import msgspec

from ..app.wording.language import language, say
from ..app.wording.units import moment
from ..core.events import Event, Incident, Progress
from .places import here

if TYPE_CHECKING:
    from ..app.messages import Fact, Message
    from ..app.workplace import Notice
    from ..core.errors import CyberlibError
    from .progress import Bar

T = TypeVar("T")
Mode = Literal["text", "json", "jsonl"]
VERSION: Final = 1

_LISTS: Final = frozenset(
    (
        "snapshots",
        "ls",
        "find",
        "versions",
        "diff",
        "key list",
        "sources list",
        "copy list",
        "refusals list",
        "refusals check",
        "certificate list",
        "guide log",
        "demo",
    ),
)
"""Commands whose document has items, also when they fail before the first."""

_UNFIT: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


class HungUp(Exception):
    """Whoever read standard output has had enough. Not an OSError, which click would take for its own."""


class Output:
    """Prints for one command. `listen` and `notify` may be called from any thread."""

    def __init__(self) -> None:
        self.mode: Mode = "text"
        self.command = ""
        self._notices: list[Notice] = []
        self._result: Any = None
        self._items = -1
        self._lock = threading.Lock()
        self._bar: Bar | None = None
        self._interrupted = False
        self.writing = False
        """Within a write to standard output: an error there is the output's, not the program's."""

    # ---- while a command runs -------------------------------------------------------------------

    @property
    def is_watched(self) -> bool:
        """Whether somebody, or a program, follows the progress."""
        return self.mode == "jsonl" or (self.mode == "text" and sys.stderr.isatty())

    def listen(self, event: Event) -> None:
        """Takes a running job's events."""
        with self._lock:
            if self.mode == "jsonl":
                kind = "progress" if isinstance(event, Progress) else "incident"
                self._line({"event": kind, **msgspec.to_builtins(event)})
            elif self.mode == "text":
                if isinstance(event, Progress):
                    self._show(event)
                else:
                    self._warn(incident_text(event))

    def notify(self, notice: Notice) -> None:
        """Takes a notice: told at once, and once."""
        with self._lock:
            if notice in self._notices:
                return
            self._notices.append(notice)
            if self.mode == "jsonl":
                self._line({"event": "notice", **self._notice(notice)})
            elif self.mode == "text":
                told = self._notice(notice)
                self._warn(f"{told['title']} {told['advice']}")

    def items(self, items: Iterable[T], line: Callable[[T], str], *, at_once: bool = False) -> int:
        """Prints a list as it comes; how many there were. `at_once`: nothing is gathered before it goes."""
        number = 0
        for item in items:
            with self._lock:
                if self.mode == "text":
                    self._drop_bar()
                    self._text(line(item))
                    if at_once:
                        self.flush()
                elif self.mode == "jsonl":
                    self._line({"event": "item", "item": item})
                else:
                    self._begin_items()
                    data = msgspec.json.encode(item)
                    first, self._items = not self._items, self._items + 1
                    self.raw(data if first else b"," + data)
            number += 1
        if self.mode == "json" and self._items < 0:
            self._begin_items()
        return number

    @staticmethod
    def _fit(text: str) -> str:
        """No text of ours, however it came about, moves the cursor or turns the line around."""
        return _UNFIT.sub(lambda m: f"\\u{ord(m[0]):04x}", text)

    def remark(self, text: str) -> None:
        """A word for people that is no data."""
        with self._lock:
            self._warn(text)

    def result(self, result: Any, text: Callable[[], Iterable[str]]) -> None:
        """Takes what a command found out; `text` makes the lines for people."""
        self.close_bar()
        if self.mode == "text":
            for line in text():
                self._text(line)
        else:
            self._result = result

    # ---- the end --------------------------------------------------------------------------------

    def end(self, exit_code: int, error: CyberlibError | None = None) -> None:
        """Closes the document, or says the error."""
        self.close_bar()
        if self.mode == "text":
            if error is not None:
                self._warn(error_text(error))
            return
        tail = {
            "result": self._result,
            "notices": [self._notice(n) for n in self._notices],
            "error": error_record(error) if error is not None else None,
            "exit": exit_code,
        }
        if self.mode == "jsonl":
            self._line({"event": "end", "version": VERSION, "command": self.command, **tail})
            return
        if self.command in _LISTS:
            self._begin_items()
        if self._items >= 0:
            self.raw(b"]," + msgspec.json.encode(tail)[1:] + b"\n")
        else:
            self.raw(msgspec.json.encode({"version": VERSION, "command": self.command, **tail}) + b"\n")
        self.flush()

    def close_bar(self) -> None:
        """Takes the progress bar away."""
        with self._lock:
            self._drop_bar()

    # ---- how ------------------------------------------------------------------------------------

    def _drop_bar(self) -> None:
        bar, self._bar = self._bar, None
        if bar is not None:
            with contextlib.suppress(OSError):
                bar.close()

    def _begin_items(self) -> None:
        if self._items < 0:
            head = msgspec.json.encode({"version": VERSION, "command": self.command})
            self._items = 0
            self.raw(head[:-1] + b',"items":[')

    def _notice(self, notice: Notice) -> dict[str, Any]:
        from ..app.messages import notice_message

        return _told(notice.code, notice.facts, notice_message)

    def _show(self, progress: Progress) -> None:
        if self._bar is None:
            if not sys.stderr.isatty():
                return
            from .progress import Bar

            self._bar = Bar()
        with contextlib.suppress(OSError):  # a terminal that went away stops no job
            self._bar.show(progress)

    def _warn(self, text: str) -> None:
        with contextlib.suppress(OSError):  # whether somebody hears it changes nothing of what is done
            if self._bar is not None:
                self._bar.print(self._fit(text))
            else:
                print(self._fit(text), file=sys.stderr, flush=True)  # noqa: T201

    def _line(self, record: dict[str, Any]) -> None:
        self.raw(msgspec.json.encode(record) + b"\n")
        self.flush()

    def raw(self, data: bytes) -> None:
        """Bytes on standard output as they are. Raises HungUp."""
        with self._written():
            sys.stdout.buffer.write(data)

    def flush(self) -> None:
        """All that was printed goes where it should, or an error says that it could not. Raises HungUp."""
        with self._written():
            sys.stdout.flush()

    def text(self, line: str) -> None:
        """A line on standard output, whatever the form of the rest: help. Raises HungUp."""
        self._text(line)
        self.flush()

    def interrupt(self) -> None:
        """Raises KeyboardInterrupt: now, or once what is being written is whole."""
        if not self.writing:
            raise KeyboardInterrupt
        self._interrupted = True

    def _text(self, line: str) -> None:
        with self._written():
            sys.stdout.write(self._fit(line) + "\n")

    @contextlib.contextmanager
    def _written(self) -> Iterator[None]:
        self.writing = True
        try:
            yield
        except BrokenPipeError:
            raise HungUp from None
        self.writing = False
        if self._interrupted:
            self._interrupted = False
            raise KeyboardInterrupt


def error_record(error: CyberlibError) -> dict[str, Any]:
    """An error as JSON has it."""
    from ..app.messages import error_message

    return _told(error.code, error.facts, error_message)


def error_text(error: CyberlibError) -> str:
    """An error as people read it: what happened, what to do, its code."""
    told = error_record(error)
    begin = say("Erreur :", "Error:")
    return f"{begin} {told['title']} {told['advice']}".rstrip() + f" [{error.code}]"


def _told(code: str, facts: Mapping[str, Fact], message: Callable[..., Message]) -> dict[str, Any]:
    from ..app.paths import shown_native

    shown = {
        name: shown_native(fact) if isinstance(fact, str) and name != "problem" else fact
        for name, fact in facts.items()
    }
    named = {name: _named(name, fact) if isinstance(fact, str) else fact for name, fact in shown.items()}
    words = message(code, named, language())
    return {"code": code, "facts": shown, "title": words.title, "advice": words.advice}


def _named(name: str, fact: str) -> str:
    """A fact as people write it."""
    return moment(fact) if name == "time" else here(fact)


def incident_text(incident: Incident) -> str:
    """An incident on one line."""
    from ..app.messages import incident_message

    colon = say(" :", ":")
    words = incident_message(incident.code, incident.detail, language())
    return f"! {here(incident.path)}{colon} {words}"
