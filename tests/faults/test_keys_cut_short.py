"""The program ends, at whatever moment, while a vault is made, its words are renewed, its passphrase is
changed or a kit written: something that somebody has opens the vault, words that nobody typed back are still
owed, and the next try goes on from there."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pytest

from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.app.clerk import questions as q
from cyberlib_client.app.clerk import questions_first_run as f
from cyberlib_client.app.clerk import questions_keys as k
from cyberlib_client.app.clerk.answers import ANSWERS
from cyberlib_client.app.clerk.asking import Question
from cyberlib_client.app.clerk.clerk import Clerk
from cyberlib_client.core.errors import NeedsUnlock
from cyberlib_client.core.words import decode
from cyberlib_client.repository.unlocking import offered_key, offered_passphrase
from cyberlib_client.repository.vault import open_vault
from cyberlib_client.transports.folder import FolderStore
from tests.support.command_line import PASSPHRASE, SECOND

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform == "win32", reason="files are changed by other calls there"),
]

_CHANGING: Final = ("replace", "mkdir", "unlink", "rmdir", "fsync", "open")


class _Ended(BaseException):
    """The program is no more."""


class Here:
    """A folder with a profile and a vault, always at the same place, and a clerk who is asked one thing."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.kept = folder / "ici", folder / "avant"
        self.vault = self.folder / "coffre"
        self.folder.mkdir()

    def ask(self, kind: type[Question], **facts: Any) -> dict[str, Any]:
        output = BytesIO()
        clerk = Clerk(profile_at(str(self.folder / "profil")), output, ANSWERS)
        clerk.answer(kind(id=1, **facts))  # type: ignore[arg-type]
        told: dict[str, Any] = json.loads(output.getvalue().splitlines()[-1])
        return told

    def made(self) -> dict[str, Any]:
        return self.ask(q.VaultWanted, at=str(self.vault), secret=PASSPHRASE)

    def stand(self) -> dict[str, Any]:
        told: dict[str, Any] = self.ask(f.FirstRunAsked)["result"]
        return told

    def opens(self, secret: str | list[str]) -> bool:
        offered = (
            offered_passphrase(secret)
            if isinstance(secret, str)
            else offered_key("recovery", decode(" ".join(secret)))
        )
        try:
            open_vault(FolderStore(str(self.vault)), offered)
        except NeedsUnlock:
            return False
        return True

    def cut(self, do: Callable[[], object], step: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[bool]:
        """`do` ends before its first change of a file, and so many later at each `step`, until it came to its
        end: True then. Each begins from what is there now. By steps of 1 all moments were tried once."""
        shutil.copytree(self.folder, self.kept)
        at, ended = 1, False
        while not ended:
            shutil.rmtree(self.folder)
            shutil.copytree(self.kept, self.folder)
            with monkeypatch.context() as patched:
                for name in _CHANGING:
                    patched.setattr(os, name, self._counted(getattr(os, name), name))
                self._left = at
                try:
                    do()
                    ended = True
                except _Ended:
                    pass
            yield ended
            at += step

    def _counted(self, real: Callable[..., Any], name: str) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            if name == "open" and not args[1] & (os.O_WRONLY | os.O_RDWR):
                return real(*args, **more)
            self._left -= 1
            if self._left <= 0:  # nor does what comes after: nothing is tidied up
                raise _Ended
            return real(*args, **more)

        return call


@pytest.fixture
def here(tmp_path: Path) -> Here:
    made = Here(tmp_path)
    (made.folder / "docs").mkdir()
    assert made.ask(f.FolderChosen, at=str(made.vault))["is"] == "answer"
    made.ask(f.FoldersChosen, paths=[str(made.folder / "docs")])
    return made


def test_while_a_vault_is_made(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    ways = set()
    for _ in here.cut(here.made, 9, monkeypatch):
        stand = here.stand()
        assert stand["step"] == "key" and stand["wanted"] and not stand["words"] and not stand["lost"]
        way = "made"
        if not stand["vault"]:
            again = here.made()
            way = "again" if again["is"] == "answer" else again["error"]["code"]
            if way == "vault_exists":  # as the screen says then
                here.ask(f.VaultJoined, at=str(here.vault), secret=PASSPHRASE)
        if way in ways:
            continue
        ways.add(way)
        stand = here.stand()
        assert stand["vault"] and stand["step"] == "key"  # its words are owed
        words = here.ask(f.WordsRenewed, secret=PASSPHRASE)["result"]["words"]
        assert here.opens(words) and here.opens(PASSPHRASE)
    assert ways == {"made", "again", "vault_exists"}


def test_while_its_words_are_renewed(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    here.made()
    for _ in here.cut(lambda: here.ask(f.WordsRenewed, secret=PASSPHRASE), 17, monkeypatch):
        assert here.stand()["step"] == "key" and here.opens(PASSPHRASE)
        words = here.ask(f.WordsRenewed, secret=PASSPHRASE)["result"]["words"]
        assert here.opens(words)


def test_while_its_passphrase_is_changed(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    words = here.made()["result"]["words"]
    change = {"secret": PASSPHRASE, "new": SECOND}
    found = set()
    for ended in here.cut(lambda: here.ask(k.PassphraseChanged, **change), 10, monkeypatch):
        opens = here.opens(PASSPHRASE), here.opens(SECOND)
        assert any(opens) and here.opens(words)
        assert not ended or opens == (False, True)
        found.add(opens)
        if all(opens):
            assert here.ask(k.PassphraseChanged, **change)["is"] == "answer"
            assert not here.opens(PASSPHRASE) and here.opens(SECOND)
    assert (True, True) in found


def test_while_a_kit_is_written(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    words = here.made()["result"]["words"]
    paper = here.folder / "papier"
    paper.mkdir()
    make = {"secret": PASSPHRASE, "folder": str(paper)}
    for ended in here.cut(lambda: here.ask(k.KitWanted, **make), 7, monkeypatch):
        assert here.opens(words)
        files = list(paper.iterdir())
        assert len(files) == 1 or not ended
        assert all(each.read_bytes().rstrip().endswith(b"%%EOF") for each in files)
        if not ended:
            assert here.ask(k.KitWanted, **make)["is"] == "answer"


def test_words_are_owed_whatever_becomes_of_caches(here: Here) -> None:
    here.made()
    state = here.folder / "profil" / "state"
    shutil.rmtree(state)
    assert here.stand()["step"] == "key" and here.stand()["wanted"]
    state.mkdir(exist_ok=True)
    notes = here.folder / "profil" / "first-run.json"
    notes.rename(state / "first-run.json")  # where it was before
    assert here.stand()["step"] == "key"
    here.ask(f.WordsTyped)
    assert here.stand()["step"] == "backup" and notes.exists()
