"""`python -m cyberlib_client`, and the program `cyberlib`: from here on, Ctrl-C is no traceback."""

from __future__ import annotations

import signal
import sys

from .cli.ending import endings

_asked: list[int] = []


def _ask(number: int, _frame: object) -> None:
    _asked.append(number)


def start() -> None:
    """The console script. Does not return."""
    # What is needed to say that the command was stopped is not even loaded: that takes a moment.
    for number in endings():
        signal.signal(number, _ask)
    if sys.argv[1:] == ["--capture"]:  # begun by a backup, for one database
        from .files.capturing import serve

        sys.exit(serve())
    if sys.argv[1:] == ["--draw-page"]:  # begun by a window, for one page
        from .app.drawing import serve as draw

        sys.exit(draw())
    from .cli.main import leave, main

    leave(main(sys.argv[1:], _asked))


if __name__ == "__main__":
    start()
