"""The clerk of a window, in its own process, asked as the window asks it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import msgspec
import pytest

from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.app.clerk import questions as q
from cyberlib_client.app.clerk.asking import Question
from cyberlib_client.app.clerk.clerk import Clerk
from cyberlib_client.app.clerk.client import ClerkClient
from cyberlib_client.app.clerk.questions_settings import RulesTriedAsked
from cyberlib_client.app.source_rules import SourceRules
from cyberlib_client.app.sources import SourceInfo
from cyberlib_client.core.errors import CyberlibError
from cyberlib_client.core.ports import CancelToken
from tests.integration.test_cli_host import Practice
from tests.support.command_line import CommandLine
from tests.support.hosts import serving

PATIENCE = 180
"""Seconds until an answer that does not come fails a test; nothing waits for so long."""


class Asking:
    """A clerk, and all that it says in the order in which it does."""

    def __init__(self, line: CommandLine) -> None:
        self.client = ClerkClient(profile_at(str(line.profile)))
        self._heard: SimpleQueue[tuple[int, Any]] = SimpleQueue()

    def ask(self, kind: type[Question], **facts: object) -> int:
        """The number of the question."""
        return self.client.ask(kind, lambda number, said: self._heard.put((number, said)), **facts)

    def next(self) -> tuple[int, q.FromClerk | CyberlibError]:
        """The next that is said, and of which question."""
        return self._heard.get(timeout=PATIENCE)

    def end_of(self, number: int) -> q.FromClerk | CyberlibError:
        """How a question ended; what is said of others before that is not heard again."""
        while True:
            of, said = self.next()
            if of == number and isinstance(said, q.Answered | q.Refused | CyberlibError):
                return said


@pytest.fixture
def asking(line: CommandLine) -> Iterator[Asking]:
    made = Asking(line)
    yield made
    made.client.close()


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A folder that takes a while to count."""
    for number in range(60_000):
        if number % 1000 == 0:
            below = tmp_path / "large" / f"{number // 1000}"
            below.mkdir(parents=True)
        (below / f"courrier {number}.txt").touch()
    return tmp_path / "large"


@pytest.mark.parametrize("rules", [False, True])
def test_others_are_answered_while_a_large_folder_is_counted(
    line: CommandLine, asking: Asking, large: Path, rules: bool
) -> None:
    line("sources", "add", str(large))
    asking.end_of(asking.ask(q.SourcesAsked))  # it runs, and has loaded what that takes
    if rules:
        counting = asking.ask(RulesTriedAsked, path=str(large), rules=SourceRules(["*.tmp"], False, True))
    else:
        counting = asking.ask(q.PreviewAsked, paths=[str(large)])
    waiting = asking.ask(q.PreviewAsked, paths=[str(large)])  # after the other one
    number, said = asking.next()
    assert number == counting and isinstance(said, q.Stands)
    sources = asking.ask(q.SourcesAsked)
    while number != sources:
        number, said = asking.next()
        assert number == sources or (number == counting and isinstance(said, q.Stands))
    assert isinstance(said, q.Answered)
    (source,) = msgspec.json.decode(said.result, type=list[SourceInfo])
    assert source.path == str(large)
    asking.client.cancel(waiting)
    asking.client.cancel(counting)
    for each in (counting, waiting):
        ended = asking.end_of(each)
        assert isinstance(ended, q.Refused) and ended.error.code == "stopped"


def test_who_gives_up_while_the_vault_is_opened_leaves_it_open_for_the_next(tmp_path: Path) -> None:
    """What reaches the vault was made for the first question, which nobody waits for any more."""
    found: list[int] = []

    def opens_and_is_given_up(clerk: Clerk, asked: Any, token: CancelToken) -> object:
        clerk.opened(asked.id, token)
        clerk.cancel(asked.id)
        token.check()
        return None

    def lists(clerk: Clerk, asked: Any, token: CancelToken) -> object:
        found.append(len(clerk.opened(asked.id, token).snapshots.items))
        return None

    with serving(tmp_path / "host") as host:
        practice = Practice(host, tmp_path)
        line = practice.station("ACCUEIL")
        practice.vault(line)
        profile, output = profile_at(str(line.profile)), io.BytesIO()
        clerk = Clerk(profile, output, {q.KeysAsked: opens_and_is_given_up, q.SnapshotsAsked: lists})
        clerk.answer(q.KeysAsked(1))
        clerk.answer(q.SnapshotsAsked(2))
        assert b"stopped" in output.getvalue() and found == [0], output.getvalue()
        clerk.opened(3, CancelToken()).closing.close()
