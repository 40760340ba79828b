"""The screen that is left: at once, whatever is at work, and with every name."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from cyberlib_client.app import bootstrap
from cyberlib_client.app.agent.messages import ProgressTold
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.app.clerk import questions as q
from cyberlib_client.app.clerk.questions_settings import RatesChanged
from cyberlib_client.app.network_told import NetworkShown
from cyberlib_client.app.rates_wanted import RatesWanted
from cyberlib_client.app.sources_told import SourceInfo
from cyberlib_client.core.errors import CyberlibError
from cyberlib_client.core.events import Progress
from cyberlib_client.gui.screens.activity.activity import Activity
from cyberlib_client.gui.screens.keys.forms import CheckKit
from cyberlib_client.gui.screens.settings.absence import Absence
from cyberlib_client.gui.unlocking import Unlocking
from tests.gui.conftest import Shown
from tests.gui.test_window import Show, choose, kept, opened, practice, press, words
from tests.support.command_line import PASSPHRASE, CommandLine

__all__ = ["kept", "practice"]


def clerk_of(shown: Shown) -> int:
    """The number of its process."""
    process = shown.bridge._clerk._process
    assert process is not None
    return process.pid


def is_closed(shown: Shown) -> bool:
    """Whether restoring takes the passphrase."""
    shown.window.go("restore")
    shown.settle()
    return "Le coffre est fermé." in words(shown.window.rooms["restore"])


def test_locking_closes_dialogs_and_waits_for_nothing(kept: CommandLine, show: Show, qtbot: QtBot) -> None:
    shown = show(kept)
    window = shown.window
    restore = opened(shown, "Courriers")
    assert restore.listing.rowCount()
    os.kill(clerk_of(shown), signal.SIGSTOP)  # at work on something that takes hours
    try:
        restore.search.setText("Martin")
        dialog = CheckKit(restore, shown.bridge)
        dialog.open()
        dialog.typed.setPlainText("abandon abandon")
        shown.until(lambda: QGuiApplication.focusWindow() is dialog.windowHandle())
        qtbot.keyClick(dialog.windowHandle(), Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        shown.until(lambda: window.locked)
        shown.until(lambda: not isValid(dialog))  # gone with its words
        assert window.here == "home" and "restore" not in window.rooms
    finally:
        os.kill(clerk_of(shown), signal.SIGCONT)
    assert is_closed(shown)
    os.kill(clerk_of(shown), signal.SIGKILL)  # the next one opens nothing either
    shown.until(lambda: shown.bridge._clerk._process is None)
    assert is_closed(shown)


def test_what_is_being_restored_goes_on_unseen(kept: CommandLine, tmp_path: Path, show: Show) -> None:
    shown = show(kept)
    room = opened(shown, "Courriers")
    choose(room, "lettre.txt")
    shown.settle()
    os.kill(clerk_of(shown), signal.SIGSTOP)
    room.taking.restore(str(tmp_path / "back"))
    assert room.busy
    shown.window.lock()
    assert shown.window.here == "home" and not room.listing.rowCount() and "lettre" not in words(room)
    os.kill(clerk_of(shown), signal.SIGCONT)
    shown.settle()
    assert [each.name for each in (tmp_path / "back").rglob("*.txt")] == ["lettre.txt"]
    assert is_closed(shown) and "lettre" not in words(shown.window)
    press(shown.window.rooms["restore"], "Ouvrir le coffre…")
    (dialog,) = shown.window.findChildren(Unlocking)
    dialog.secret.setText(PASSPHRASE)
    press(dialog, "Ouvrir")
    shown.settle()
    assert room.listing.rowCount() and not shown.window.locked


def test_no_room_of_a_locked_window_names_a_file(line: CommandLine, practice: Path, show: Show) -> None:
    (practice / "~$Martin scanner.docx").write_text("fictif")  # left out, and named as an example
    line("sources", "add", str(practice), "--exclude", "~$*")
    line("backup")
    history = bootstrap.history(profile_at(str(line.profile)))
    subject = f"{practice}/Durand biopsie.pdf"
    history.raise_incident("file_damaged", subject, "warning", {"path": subject}, bootstrap.clock())
    history.close()
    shown = show(line)
    told = ProgressTold(Progress("read", 1, current="Cabinet/Petit ordonnance.txt"))

    def everything() -> str:
        for name in ("folders", "activity"):
            shown.window.go(name)
            shown.settle()
        activity = shown.window.rooms["activity"]
        assert isinstance(activity, Activity)
        activity.now.heard(told)
        shown.until(lambda: not activity.now._draw.isActive())
        return "\n".join(words(room) for room in shown.window.rooms.values()) + activity.now._file.text()

    names = ("Martin", "Durand", "Petit")
    assert [name for name in names if name in everything()] == list(names)
    shown.window.lock()
    assert not [name for name in names if name in everything()]


def test_a_window_in_front_that_nobody_touches_is_emptied(
    kept: CommandLine, show: Show, qtbot: QtBot
) -> None:
    shown = show(kept)
    window, clock = shown.window, shown.window.left_alone
    opened(shown, "Courriers")
    shown.until(lambda: QGuiApplication.focusWindow() is window.windowHandle())
    assert clock.isActive() and clock.interval() == 600_000
    clock.setTimerType(Qt.TimerType.PreciseTimer)  # another is set to a full second, earlier or later
    clock.start(100_000_000)
    shown.until(lambda: clock.remainingTime() < 100_000_000)
    clock.setInterval(600_000)
    before = clock.remainingTime()
    qtbot.wait(100)
    qtbot.keyClick(window.windowHandle(), Qt.Key.Key_Shift)
    shown.until(lambda: clock.remainingTime() > before - 100)  # counted anew
    clock.start(1)
    shown.until(lambda: "restore" not in window.rooms)
    assert window.here == "home"
    assert not is_closed(shown)  # without a passphrase: whoever restores in a hurry may not have it


def test_how_long_is_chosen_and_kept(kept: CommandLine, show: Show) -> None:
    shown = show(kept)
    clock = shown.window.left_alone
    shown.window.go("settings")
    shown.settle()
    room = shown.window.rooms["settings"]
    assert "Après 10 minutes sans y toucher" in words(room) and clock.isActive()
    title = "Quand personne n’est devant la fenêtre"

    def choose_minutes(minutes: int) -> None:
        (change,) = (
            each
            for each in room.findChildren(QAbstractButton)
            if each.accessibleName() == f"Modifier… {title}"
        )
        change.click()
        (dialog,) = (each for each in room.findChildren(Absence) if each.isVisible())
        assert "Ctrl+L" in words(dialog)
        dialog.chosen.setCurrentIndex(dialog.chosen.findData(minutes))
        dialog.go.click()
        shown.settle()

    choose_minutes(30)
    assert "Après 30 minutes" in words(room) and clock.interval() == 30 * 60_000
    choose_minutes(0)
    assert "La fenêtre reste telle quelle" in words(room) and not clock.isActive()
    clock.again()  # somebody touches it
    assert not clock.isActive()
    settings = kept.profile / "settings.toml"
    assert "left_alone = 0" in settings.read_text(encoding="utf-8")
    shown.window.close()

    shown = show(kept)
    shown.settle()
    assert not shown.window.left_alone.isActive()
    shown.window.go("settings")
    shown.settle()
    room = shown.window.rooms["settings"]
    assert "La fenêtre reste telle quelle" in words(room)
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("left_alone = 0", "left_alone = 45"), encoding="utf-8")  # by hand
    room.enter()
    shown.settle()
    assert "Après 45 minutes" in words(room) and shown.window.left_alone.interval() == 45 * 60_000
    choose_minutes(5)
    assert "Après 5 minutes" in words(room)
    press(room, "Revenir en arrière")
    shown.settle()
    assert "Après 45 minutes" in words(room)
    shown.window.lock()
    shown.settle()
    shown.window.go("settings")
    shown.settle()
    (change,) = (each for each in room.findChildren(QAbstractButton) if each.accessibleName().endswith(title))
    change.click()
    (asked,) = shown.window.findChildren(Unlocking)  # a locked window changes nothing
    asked.reject()


def test_no_secret_comes_back_into_its_field(kept: CommandLine, show: Show) -> None:
    """What was typed hidden, shown afterwards, and taken back by Ctrl+Z."""
    shown = show(kept)
    shown.window.unlock(lambda _nothing: None)
    (dialog,) = shown.window.findChildren(Unlocking)
    dialog.secret.insert(PASSPHRASE)
    press(dialog, "Annuler")
    press(dialog, "Afficher")
    dialog.secret.undo()
    assert dialog.secret.text() == ""
    dialog.secret.insert(PASSPHRASE)
    press(dialog, "Ouvrir")
    shown.settle()
    assert not dialog.isVisible()
    dialog.secret.undo()
    assert dialog.secret.text() == ""


def test_nothing_is_changed_in_a_locked_window(line: CommandLine, practice: Path, show: Show) -> None:
    line("sources", "add", str(practice))
    shown = show(line)
    shown.window.lock()
    shown.settle()
    refused: list[CyberlibError] = []
    shown.bridge.ask(
        q.SourceRemoved, SourceInfo, lambda _gone: None, failed=refused.append, path=str(practice)
    )
    shown.bridge.ask(
        RatesChanged, NetworkShown, lambda _now: None, failed=refused.append, rates=RatesWanted("", "", [])
    )
    shown.bridge.ask(
        q.SourceAdded, SourceInfo, lambda _made: None, failed=refused.append, path=str(practice.parent)
    )
    shown.settle()
    assert [error.code for error in refused] == ["locked"] * 3

    shown.window.go("folders")
    shown.settle()
    press(shown.window.rooms["folders"], "Retirer")
    (asked,) = shown.window.findChildren(Unlocking)
    assert "Cabinet" in (line.profile / "settings.toml").read_text(encoding="utf-8")
    asked.secret.setText(PASSPHRASE)
    press(asked, "Ouvrir")
    shown.settle()
    assert not shown.window.locked
    assert "n’est plus sauvegardé" in words(shown.window.rooms["folders"])
    assert line.json("sources", "list")["items"] == []


def test_the_lock_outlives_the_window(kept: CommandLine, show: Show) -> None:
    """Whoever ends the program and starts it again has not the passphrase either. It is known by what was
    noted of the vault, where that is out of reach."""
    shown = show(kept)
    shown.window.lock()
    shown.settle()
    os.kill(clerk_of(shown), signal.SIGKILL)
    shown.until(lambda: shown.bridge._clerk._process is None)
    shown.bridge.close()

    away = kept.vault.rename(kept.vault.with_name("ailleurs"))
    shown = show(kept)
    shown.settle()
    assert shown.window.locked
    refused: list[CyberlibError] = []
    rates = RatesWanted("", "", [])
    shown.bridge.ask(RatesChanged, NetworkShown, lambda _now: None, failed=refused.append, rates=rates)
    shown.settle()
    assert [error.code for error in refused] == ["locked"]

    def tried(secret: str) -> Unlocking:
        dialog = Unlocking(shown.bridge, lambda _nothing: None, shown.window)
        dialog.secret.setText(secret)
        press(dialog, "Ouvrir")
        shown.settle()
        return dialog

    assert "n’ouvrent ce coffre" in tried("une autre phrase").problem.text()
    assert "Le mot n° 3" in tried(" ".join([*kept.words[:2], "zzz", *kept.words[3:]])).problem.text()
    assert tried(" ".join(kept.words)).result() == Unlocking.DialogCode.Accepted
    shown.window.lock()
    shown.settle()
    assert "n’ouvrent ce coffre" in tried("encore une autre phrase").problem.text()
    shown.bridge.close()

    away.rename(kept.vault)
    shown = show(kept)
    shown.settle()
    assert shown.window.locked and is_closed(shown)
    shown.window.unlock(lambda _nothing: None)
    (dialog,) = shown.window.findChildren(Unlocking)
    dialog.secret.setText(PASSPHRASE)
    press(dialog, "Ouvrir")
    shown.settle()
    assert not shown.window.locked and not is_closed(shown)
    shown.bridge.close()

    shown = show(kept)
    assert not is_closed(shown) and not shown.window.locked


def test_a_lock_of_a_vault_that_is_gone_locks_no_other(kept: CommandLine, show: Show) -> None:
    shown = show(kept)
    shown.window.lock()
    shown.settle()
    shown.bridge.close()
    (kept.profile / "settings.toml").unlink()
    shown = show(kept)
    shown.until(lambda: shown.window.first is not None)
    assert not shown.window.locked
