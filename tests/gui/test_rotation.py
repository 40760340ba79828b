"""Another key for the vault, by the window: what opens it then, what is still exposed, written anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from cyberlib_client.gui.screens.keys.rotation import NewKey, RotationCard, WordsLeft
from tests.gui.test_keys import room
from tests.gui.test_window import Show, press, words
from tests.support.command_line import PASSPHRASE, SECOND, CommandLine
from tests.support.trees import make_tree


@pytest.fixture
def kept(tmp_path: Path) -> CommandLine:
    line = CommandLine(tmp_path, language="fr")
    line.make_vault()
    line("backup", str(make_tree(tmp_path / "documents", {"lettre.txt": b"fictif" * 1000})))
    return line


def test_the_key_is_changed_and_what_was_written_before_is_written_anew(
    kept: CommandLine, tmp_path: Path, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url) or True)
    shown = show(kept)
    keys = room(shown)
    (card,) = keys.findChildren(RotationCard)
    shown.until(card.isVisible)
    shown.settle()
    assert not card.rewrite.isVisible() and not card.exposed.isVisible()
    press(keys, "Changer la clé…")
    (form,) = keys.findChildren(NewKey)
    press(form, "Changer la clé")
    assert "Il manque" in words(form)
    form.typed.new.setText(SECOND)
    form.typed.again.setText(SECOND + "x")
    form.folder.setText(str(tmp_path / "nowhere"))
    form.secret.setText("not this one")
    press(form, "Changer la clé")
    assert "ne sont pas les mêmes" in words(form)
    form.typed.again.setText(SECOND)
    press(form, "Changer la clé")
    shown.settle()
    assert form.isVisible()  # no such folder: nothing was changed
    form.folder.setText(str(tmp_path))
    press(form, "Changer la clé")
    shown.until(form.proof.problem.isVisible)
    form.secret.setText(PASSPHRASE)
    press(form, "Changer la clé")
    shown.until(lambda: "La clé est changée" in keys.told.text)
    assert len(opened) == 1 and Path(opened[0].toLocalFile()).exists()
    shown.until(card.rewrite.isVisible)
    assert "Une ancienne clé ouvre encore" in card.exposed.text()
    press(card, "Réécrire 1 Go")
    shown.until(lambda: "Les anciens partent après" in card.exposed.text())
    assert len(kept.json("snapshots")["items"]) == 1
    (kept.profile / "credentials" / "device.json").unlink()
    with kept.secret(PASSPHRASE):
        assert "wrong_secret" in kept("snapshots", code=5).err
    with kept.secret(SECOND):
        assert len(kept.json("snapshots")["items"]) == 1


def test_words_that_no_kit_has_are_shown(
    kept: CommandLine, tmp_path: Path, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cyberlib_client.app.keys_told import KeyChangedTold, VaultKey

    shown = show(kept)
    keys = room(shown)
    (card,) = keys.findChildren(RotationCard)
    told = KeyChangedTold(VaultKey(1, 1, 10), 3, None, [f"mot{n}" for n in range(24)], "output_failed")
    card._was_changed(told)
    (left,) = card.findChildren(WordsLeft)
    assert all(f"{n + 1}. mot{n}" in words(left) for n in range(24)) and "output_failed" in words(left)
    press(left, "C’est recopié")
    assert not left.isVisible()
