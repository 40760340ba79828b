"""Who asks at each moment, and how long that waits for a store that does not answer."""

from __future__ import annotations

import threading

import pytest

from cyberlib_client.app.clerk import asking_now
from cyberlib_client.app.clerk import questions as q
from cyberlib_client.app.clerk.asking_now import AskingNow
from cyberlib_client.core.errors import Stopped
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.transports.http import Line

RESTORE = q.RestoreAsked(1, "", ["a"])
LOOK = q.KeysAsked(2)


def test_who_looks_waits_a_little_and_less_once_it_was_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(asking_now.time, "monotonic", lambda: now[0])
    asking = AskingNow()
    line = Line(hurry=asking.hurry)
    asking.begin(LOOK, CancelToken())
    first = line.waits()
    assert 1 < first < Line().waits() and line.hears() < Line().hears()
    asking.given_up()
    assert line.waits() < first
    now[0] += 60
    assert line.waits() == first
    asking.end()


def test_a_restore_waits_as_a_backup_does() -> None:
    asking = AskingNow()
    line = Line(hurry=asking.hurry)
    asking.begin(RESTORE, CancelToken())
    asking.given_up()
    assert (line.waits(), line.hears()) == (Line().waits(), Line().hears())


def test_a_line_that_waits_less_anyhow_does_so() -> None:
    line = Line(patience=0.5, silence=0.25, hurry=lambda: 10.0)
    assert (line.waits(), line.hears()) == (0.5, 0.25)


def test_who_gave_up_stops_nobody_else() -> None:
    """The line was opened for the first question; it serves the next."""
    asking = AskingNow()
    first, second, beside = CancelToken(), CancelToken(), CancelToken()
    asking.begin(LOOK, first)
    first.cancel()
    with pytest.raises(Stopped):
        asking.cancel.check()
    asking.end()
    asking.cancel.check()
    asking.begin(RESTORE, second)
    ready, go_on, heard = threading.Event(), threading.Event(), list[bool]()

    def work() -> None:
        asking.begin(LOOK, beside)
        ready.set()
        go_on.wait(180)
        heard.append(asking.cancel.cancelled)
        asking.end()

    other = threading.Thread(target=work)
    other.start()
    ready.wait(180)
    beside.cancel()
    asking.cancel.check()
    go_on.set()
    other.join()
    assert heard == [True]
    second.cancel()
    with pytest.raises(Stopped):
        asking.cancel.check()
    helping = threading.Thread(target=lambda: heard.append(asking.cancel.cancelled))
    helping.start()
    helping.join()
    assert heard == [True, True]
