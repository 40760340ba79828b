"""Pseudo-terminals, and talking to the program at one. POSIX only: elsewhere nothing of it may be called."""

from __future__ import annotations

import os
import select
import struct
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple

from tests.support.command_line import CommandLine

if sys.platform != "win32":
    import fcntl
    import pty
    import termios

PATIENCE: Final = 120.0  # seconds without a word after which a test gives up


class Talk(NamedTuple):
    """How a conversation ended."""

    code: int
    screen: str
    out: str


@contextmanager
def terminal(columns: int | None = None) -> Iterator[tuple[int, int]]:
    """Descriptors of both ends; a terminal of so many columns, whatever its system makes of None.

    The second is the program's, and is closed by whoever handed it over.
    """
    ours, theirs = pty.openpty()
    if columns is not None:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    try:
        yield ours, theirs
    finally:
        os.close(ours)


Answer = str | None | Callable[[], str]


def talk(line: CommandLine, args: Sequence[str], answers: Sequence[tuple[str, Answer]]) -> Talk:
    """Runs a command at a terminal, answering each question (a piece of what is shown) in turn.

    An answer may be worked out while the question stands; None only waits for what is shown. Standard
    output is a file; standard input and standard error are the terminal.
    """
    line.profile.parent.mkdir(exist_ok=True)
    out = line.profile.parent / "out.txt"
    with terminal() as (ours, theirs), out.open("wb") as stdout:
        line.environment["TERM"] = "xterm"
        process = line.start(
            *args,
            stdin=theirs,
            stdout=stdout,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # so that Ctrl-C reaches it
        )
        os.close(theirs)
        screen, heard, left = b"", 0, list(answers)
        deadline = time.monotonic() + PATIENCE
        while True:
            ready, _, _ = select.select([ours], [], [], 0.1)
            if ready:
                try:
                    screen += os.read(ours, 65536)
                except OSError:  # the other end is closed
                    break
                deadline = time.monotonic() + PATIENCE
            elif process.poll() is not None:
                break
            assert time.monotonic() < deadline, screen.decode("utf-8", "replace")
            if left and (at := screen.find(left[0][0].encode(), heard)) >= 0:
                heard = at + len(left[0][0].encode())
                answer = left.pop(0)[1]
                answer = answer() if callable(answer) else answer
                if answer is not None:  # else only waited for
                    os.write(ours, answer.encode(errors="surrogateescape") + b"\n")
        code = process.wait(PATIENCE)
    assert left == [], (screen, left)
    return Talk(code, screen.decode("utf-8", "replace"), out.read_text(encoding="utf-8"))
