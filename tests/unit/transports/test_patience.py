"""How long what may pass is tried again."""

from __future__ import annotations

import time

import pytest

from cyberlib_client.core.errors import Failed, Unreachable
from cyberlib_client.transports.http import Http, Line, TryAgain


@pytest.fixture
def http() -> Http:
    return Http(Line(patience=0.3), "https://host", lambda _s, _b: Failed("x"), http2=False, heard=True)


def _busy() -> TryAgain:
    return TryAgain(Unreachable("host_unreachable", at="https://host"), 0.0)


def test_what_took_long_before_it_broke_is_tried_again(http: Http) -> None:
    """As content does that is on its way for minutes when the line is cut."""
    calls: list[int] = []

    def once() -> str:
        calls.append(len(calls))
        if len(calls) == 1:
            time.sleep(0.5)  # longer than patience
            raise _busy()
        return "done"

    assert http.patiently(once) == "done"
    assert len(calls) == 2


def test_patience_ends(http: Http) -> None:
    calls: list[int] = []

    def once() -> str:
        calls.append(1)
        raise _busy()

    with pytest.raises(Unreachable) as ended:
        http.patiently(once)
    assert ended.value.code == "host_unreachable"
    assert len(calls) >= 2


def test_what_does_not_pass_is_not_tried_again(http: Http) -> None:
    calls: list[int] = []

    def once() -> str:
        calls.append(1)
        raise Failed("store_full")

    with pytest.raises(Failed):
        http.patiently(once)
    assert calls == [1]
    calls.clear()

    def then() -> str:
        calls.append(1)
        raise _busy() if len(calls) == 1 else Failed("store_full")

    with pytest.raises(Failed):
        http.patiently(then)
    assert len(calls) == 2


def test_whoever_looks_on_is_told_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    line = Line(patience=0.6, on_outage=lambda error: told.append(error.code))
    http = Http(line, "https://host", lambda _s, _b: Failed("x"), http2=False, heard=True)
    calls: list[int] = []

    def once() -> str:
        calls.append(1)
        if len(calls) < 3:
            raise _busy()
        return "done"

    assert http.patiently(once) == "done"
    assert told == []
    monkeypatch.setattr("cyberlib_client.transports.http._TOLD_SECONDS", -1.0)
    calls.clear()
    assert http.patiently(once) == "done"
    assert told == ["host_unreachable"] * 2
