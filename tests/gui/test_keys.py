"""What opens the vault: made, checked, changed, taken away; and the screen that is left alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton

from cyberlib_client.gui.screens.keys import keys as room_of_keys
from cyberlib_client.gui.screens.keys.forms import CheckKit, NewKit, NewPassphrase, Removal
from cyberlib_client.gui.screens.keys.keys import Keys
from cyberlib_client.gui.unlocking import Unlocking
from tests.gui.conftest import Shown
from tests.gui.test_window import Show, kept, practice, press, words
from tests.integration.test_kit import words_of
from tests.support.command_line import PASSPHRASE, CommandLine

__all__ = ["kept", "practice"]
NEW = "trombone-falaise-mercredi-soupe"


def room(shown: Shown) -> Keys:
    shown.window.go("keys")
    shown.settle()
    found = shown.window.rooms["keys"]
    assert isinstance(found, Keys)
    return found


def test_a_kit_is_made_checked_and_removed(
    kept: CommandLine, tmp_path: Path, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(room_of_keys, "show_file", opened.append)  # the system's own program
    stick = tmp_path / "clé"
    stick.mkdir()
    shown = show(kept)
    keys = room(shown)
    press(keys, "Nouveau kit de secours…")
    (form,) = keys.findChildren(NewKit)
    press(form, "Faire le kit")
    assert "Il manque le dossier." in words(form)
    form.folder.setText(str(tmp_path / "nulle part"))
    form.secret.setText("pas la bonne du tout")
    press(form, "Faire le kit")
    shown.settle()
    assert "pas de dossier" in words(form)
    form.folder.setText(str(stick))
    press(form, "Faire le kit")
    shown.settle()
    assert form.isVisible() and "phrase" in form.proof.problem.text()
    form.secret.setText(PASSPHRASE)
    press(form, "Faire le kit")
    shown.settle()
    (sheet,) = stick.iterdir()
    assert opened == [str(sheet)] and not form.isVisible() and form.secret.text() == ""
    assert str(sheet) in keys.told.text and "Imprimez" in keys.told.text
    typed = words_of(sheet)
    press(keys, "Contrôler un kit…")
    (check,) = keys.findChildren(CheckKit)
    check.typed.setPlainText("zzzzz ")
    assert "Le mot n° 1 n’est pas de la liste." in words(check)
    check.typed.setPlainText("zzzzz guignol yyyyy hibou xxxxx ")
    assert "Les mots n° 1, 3 et 5 ne sont pas de la liste." in words(check)
    check.typed.setPlainText(" ".join(typed[:23]))
    press(check, "Contrôler")
    shown.settle()
    assert "23" in check.problem.text()
    check.typed.setPlainText(" ".join(typed))
    press(check, "Contrôler")
    shown.settle()
    assert "Ce kit ouvre le coffre" in check.told.text()
    check.reject()
    assert check.typed.toPlainText() == ""
    (number,) = re.findall(r"Kit n° (\w+)", keys.told.text)
    (remove,) = [b for b in keys.findChildren(QPushButton) if number in b.accessibleName()]
    remove.click()
    (removal,) = keys.findChildren(Removal)
    removal.secret.setText(" ".join(typed))  # its own words are as good as the passphrase
    press(removal, "Retirer")
    shown.settle()
    assert "C’est retiré." in keys.told.text and number not in words(keys)


def test_the_passphrase_is_changed_and_a_further_one_added(kept: CommandLine, show: Show) -> None:
    shown = show(kept)
    keys = room(shown)
    press(keys, "Changer la phrase secrète…")
    (form,) = keys.findChildren(NewPassphrase)
    form.secret.setText(PASSPHRASE)
    form.new.setText("azertyuiop")
    press(form, "Changer")
    assert form.fresh.problem.text() and "ne sont pas les mêmes" in words(form)
    form.new.setText(NEW)
    form.again.setText(NEW)
    form.secret.setText("une tout autre phrase")
    press(form, "Changer")
    shown.settle()
    assert form.proof.problem.text()
    form.secret.setText(PASSPHRASE)
    assert not form.proof.problem.text()  # that was about what stood there before
    press(form, "Changer")
    shown.settle()
    assert "est changée" in keys.told.text and not form.isVisible()
    press(keys, "Ajouter une phrase secrète…")
    further = keys.findChildren(NewPassphrase)[-1]
    further.secret.setText(PASSPHRASE)  # the old one proves nothing any more
    further.name.setText("Dr Exemple")
    for field in (further.new, further.again):
        field.setText("pluie de clous sur le toit")
    press(further, "Ajouter")
    shown.settle()
    assert further.isVisible() and further.proof.problem.text()
    further.secret.setText(NEW)
    press(further, "Ajouter")
    shown.settle()
    assert "«\xa0Dr Exemple\xa0» ouvre le coffre." in keys.told.text
    kinds = [each["kind"] for each in kept.json("key", "list")["items"]]
    assert kinds.count("passphrase") == 2
    assert "passphrase" not in words(keys)  # names that nobody gave stay the program's


def test_with_several_passphrases_it_is_told_which_one_goes(kept: CommandLine, show: Show) -> None:
    shown = show(kept)
    keys = room(shown)
    press(keys, "Changer la phrase secrète…")
    (only,) = keys.findChildren(NewPassphrase)
    assert "L’ancienne n’ouvrira plus le coffre" in words(only)
    only.reject()
    press(keys, "Ajouter une phrase secrète…")
    further = keys.findChildren(NewPassphrase)[-1]
    further.secret.setText(PASSPHRASE)
    for field in (further.new, further.again):
        field.setText("pluie de clous sur le toit")
    press(further, "Ajouter")
    shown.settle()
    press(keys, "Changer la phrase secrète…")
    form = keys.findChildren(NewPassphrase)[-1]
    assert "Seule la phrase que vous donnez ici n’ouvrira plus le coffre" in words(form)
    assert "Si vous donnez les 24 mots, aucune n’est retirée" in words(form)
    form.secret.setText(PASSPHRASE)
    for field in (form.new, form.again):
        field.setText(NEW)
    press(form, "Changer")
    shown.settle()
    assert "est changée" not in keys.told.text and "retirez-y" in keys.told.text
    assert "passphrase (2)" not in words(keys)


def test_a_locked_window_shows_nothing_of_the_vault_without_a_passphrase(
    kept: CommandLine, show: Show
) -> None:
    shown = show(kept)
    room(shown)
    shown.window.go("restore")
    shown.settle()
    shown.window.lock()
    shown.settle()
    assert shown.window.here == "home" and "restore" not in shown.window.rooms
    for name in ("keys", "restore"):
        shown.window.go(name)
        shown.settle()
        assert "Le coffre est fermé." in words(shown.window.rooms[name])
    press(shown.window.rooms["restore"], "Ouvrir le coffre…")
    (dialog,) = shown.window.findChildren(Unlocking)
    dialog.secret.setText("pas la bonne du tout")
    press(dialog, "Ouvrir")
    shown.settle()
    assert dialog.isVisible()
    dialog.secret.setText(PASSPHRASE)
    press(dialog, "Ouvrir")
    shown.settle()
    assert not dialog.isVisible()
    assert "Le coffre est fermé." not in words(shown.window.rooms["restore"])
