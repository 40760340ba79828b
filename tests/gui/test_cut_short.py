"""What happens in the middle of things: an agent that dies, folders that are gone, disks that are full."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog

from cyberlib_client.app.agent.client import agent_of
from cyberlib_client.app.backups import run_backup
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.app.prompts import Nobody
from cyberlib_client.app.session import Session
from cyberlib_client.app.sources import Choice
from cyberlib_client.core.errors import NeedsUnlock
from cyberlib_client.gui import bridge
from cyberlib_client.gui.screens.help.explaining import Explaining
from cyberlib_client.gui.screens.keys.forms import CheckKit
from cyberlib_client.gui.screens.restore.restore import Restore
from cyberlib_client.gui.screens.restore.told import Told
from cyberlib_client.gui.unlocking import Unlocking
from tests.faults.disks import MIB, mounted_ext4
from tests.gui.test_window import Show, practice, press, words
from tests.support.command_line import PASSPHRASE, CommandLine

__all__ = ["practice"]


def _fill(disk: Path) -> None:
    """To its last byte; most of it is given back with the file "tout"."""
    for name, piece in (("tout", b"x" * 65_536), ("reste", b"x")):
        with open(disk / name, "wb", buffering=0) as full, contextlib.suppress(OSError):
            while full.write(piece):
                pass


def _end_agent(line: CommandLine) -> None:
    client = agent_of(profile_at(str(line.profile)))
    assert client is not None
    with client:
        client.end()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_agent_that_dies_at_work_is_told_and_the_next_goes_on(
    line: CommandLine, practice: Path, show: Show
) -> None:
    with open(practice / "gros.bin", "wb") as large:
        for _ in range(100):
            large.write(os.urandom(1 << 20))
    line("sources", "add", str(practice))
    shown = show(line)
    shown.settle()
    press(shown.window.rooms["home"], "Sauvegarder maintenant")
    shown.until(lambda: shown.bridge.agent is not None and shown.bridge.agent.job is not None)
    agent = shown.bridge.agent
    assert agent is not None
    os.kill(agent.pid, signal.SIGKILL)
    shown.until(lambda: shown.bridge.agent is None)
    shown.settle()
    assert "a été interrompu" in shown.window.banner.text
    assert "relancez" in shown.window.banner.text and "agent_died" in shown.window.banner.text
    activity = shown.window.rooms["activity"]
    assert "rien ne se fait seul" in words(activity)

    press(activity, "Sauvegarder maintenant")
    shown.until(lambda: "Terminée" in words(activity))
    assert line.json("snapshots")["items"][-1]["files"] == 3
    _end_agent(line)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_agent_that_stands_still_is_told_until_it_goes_on(
    line: CommandLine, practice: Path, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bridge, "_PATIENCE", 1.0)
    line("sources", "add", str(practice))
    shown = show(line)
    shown.settle()
    press(shown.window.rooms["home"], "Sauvegarder maintenant")
    activity = shown.window.rooms["activity"]
    shown.until(lambda: "Terminée" in words(activity) and shown.bridge.agent is not None)
    agent = shown.bridge.agent
    assert agent is not None
    os.kill(agent.pid, signal.SIGSTOP)
    try:
        shown.until(lambda: "ne répond pas" in shown.window.banner.text)
        assert str(agent.pid) in shown.window.banner.text and "agent_stuck" in shown.window.banner.text
        shown.window.banner.hide()
        shown.window.banner.say("", "")
        press(activity, "Sauvegarder maintenant")
        shown.until(lambda: "agent_stuck" in shown.window.banner.text)
    finally:
        os.kill(agent.pid, signal.SIGCONT)
    shown.until(lambda: shown.bridge.agent is not None)
    _end_agent(line)


def test_the_rules_of_a_folder_that_is_gone_say_so(line: CommandLine, practice: Path, show: Show) -> None:
    line("sources", "add", str(practice))
    shutil.rmtree(practice)
    shown = show(line)
    shown.window.go("folders")
    shown.settle()
    folders = shown.window.rooms["folders"]
    assert "Introuvable" in words(folders)
    press(folders, "Exclusions…")
    (dialog,) = shown.window.findChildren(QDialog)
    shown.until(lambda: "n’est pas là en ce moment" in words(dialog))
    assert "0 fichier" not in words(dialog) and "Rien n’est laissé" not in words(dialog)
    dialog.close()


def test_words_that_are_no_kit_say_what_is_wrong(line: CommandLine, practice: Path, show: Show) -> None:
    line("sources", "add", str(practice))
    kept = list(line.words)
    shown = show(line)
    shown.window.go("keys")
    shown.settle()
    press(shown.window.rooms["keys"], "Contrôler un kit…")
    (dialog,) = shown.window.findChildren(CheckKit)

    def tried(text: str) -> str:
        dialog.typed.setPlainText(text)
        press(dialog, "Contrôler")
        shown.settle()
        return words(dialog)

    assert "Mots comptés\xa0: 23, au lieu de 24" in tried(" ".join(kept[:-1]))
    assert "1 mot sur 24" in tried(kept[0])
    told = tried(" ".join([*kept[:4], "zzzzz", *kept[5:]]))
    assert told.count("n° 5 n’est pas") == 1
    assert "deux sont échangés" in tried(" ".join([kept[1], kept[0], *kept[2:]]))
    told = tried("\n".join(f"{number}. {word.upper()}" for number, word in enumerate(kept, 1)))
    assert "Ce kit ouvre le coffre" in told and "Fermer" in told and "Annuler" not in told
    dialog.typed.setPlainText("autre")
    assert "Annuler" in words(dialog)
    dialog.close()

    shown.window.lock()
    shown.settle()
    asked = Unlocking(shown.bridge, lambda _nothing: None, shown.window)
    for typed, why in (
        (" ".join(kept[:-1]), "Mots comptés\xa0: 23"),
        (" ".join([*kept[:4], "zzzzz", *kept[5:]]), "Le mot n° 5"),
        ("quelque chose d’autre", "n’ouvrent ce coffre"),
    ):
        asked.secret.setText(typed)
        press(asked, "Ouvrir")
        shown.settle()
        assert why in asked.problem.text(), asked.problem.text()
    asked.secret.setText(" ".join(kept))
    press(asked, "Ouvrir")
    shown.settle()
    assert asked.result() == QDialog.DialogCode.Accepted


def test_a_report_that_cannot_be_saved_says_why_in_french(
    line: CommandLine, practice: Path, tmp_path: Path, show: Show
) -> None:
    line("sources", "add", str(practice))
    line("backup")
    shown = show(line)
    shown.window.go("restore")
    shown.settle()
    room = shown.window.rooms["restore"]
    assert isinstance(room, Restore)
    shown.until(room.listing.rowCount)
    room.table.selectAll()
    shown.settle()
    out = tmp_path / "dehors"
    room.taking.restore(str(out))
    shown.until(lambda: not room.taking.bringing.at_work)
    assert room.taking.open.text() == "Ouvrir le dossier" and room.taking.open.isVisible()
    press(room, "Compte rendu…")
    (report,) = room.findChildren(Told)
    report.save(str(tmp_path / "absent" / "rapport.csv"))
    assert "n’existe pas" in report.problem.text() or "introuvable" in report.problem.text()
    assert "No such" not in report.problem.text() and report.isVisible()
    report.save(str(tmp_path / "rapport.csv"))
    assert "lettre.txt" in (tmp_path / "rapport.csv").read_text(encoding="utf-8-sig")
    if sys.platform == "win32":
        return
    with mounted_ext4(tmp_path / "disk", 24 * MIB) as disk:
        (disk / "rapport.csv").write_text("celui d’avant", encoding="utf-8")
        _fill(disk)
        before = sorted(each.name for each in disk.iterdir())
        report.save(str(disk / "rapport.csv"))
        assert "plus de place" in report.problem.text()
        assert (disk / "rapport.csv").read_text(encoding="utf-8") == "celui d’avant"
        assert sorted(each.name for each in disk.iterdir()) == before


@pytest.mark.skipif(sys.platform == "win32", reason="mounts")
def test_an_agent_that_cannot_begin_says_why(practice: Path, tmp_path: Path, show: Show) -> None:
    """The disk of the settings is full: the button that starts a backup is not pressed in vain."""
    with mounted_ext4(tmp_path / "disk", 24 * MIB) as disk:
        line = CommandLine(disk, language="fr")
        with line.secret(PASSPHRASE):
            line("vault", "create", "--at", str(tmp_path / "coffre"), "--device-file")
        line("sources", "add", str(practice))
        shown = show(line)
        shown.settle()
        _fill(disk)
        press(shown.window.rooms["home"], "Sauvegarder maintenant")
        shown.until(lambda: shown.window.banner.text)
        assert "Plus de place" in shown.window.banner.text, shown.window.banner.text
        (disk / "tout").unlink()
        press(shown.window.rooms["activity"], "Sauvegarder maintenant")
        shown.until(lambda: "Terminée" in words(shown.window.rooms["activity"]))
        _end_agent(line)
        shown.until(lambda: shown.bridge.agent is None)
        shown.bridge.close()


@pytest.mark.parametrize("lost", ["note", "secret"])
def test_a_machine_that_lost_its_secret_is_given_another(
    line: CommandLine, practice: Path, show: Show, lost: str
) -> None:
    """Nobody may have to give a passphrase for each backup, nor call for a command."""
    line("sources", "add", str(practice))
    line("backup")
    credentials = line.profile / "credentials"
    if lost == "note":
        (credentials / "device.json").write_bytes(b"")
        session = Session(profile_at(str(line.profile)), Nobody())
        session.trigger = "schedule"
        with session.closing, pytest.raises(NeedsUnlock):
            run_backup(session, Choice())
    else:
        (file,) = credentials.glob("device-*")
        file.unlink()
    shown = show(line)
    shown.settle()
    if lost == "note":
        home = shown.window.rooms["home"]
        assert "ne s’ouvre plus de lui-même" in words(home)
        press(home, "Donner la phrase secrète")
    else:
        shown.window.do("backup")
        shown.until(lambda: "locked" in shown.window.banner.text)
        press(shown.window.banner, "En savoir plus")
        (explaining,) = shown.window.findChildren(Explaining)
        press(explaining, "Donner la phrase secrète")
    (dialog,) = shown.window.findChildren(Unlocking)
    assert dialog.by_itself.isVisible() and dialog.by_itself.isChecked()
    dialog.secret.setText("une autre phrase")
    press(dialog, "Ouvrir")
    shown.settle()
    assert "n’ouvrent ce coffre" in dialog.problem.text()
    dialog.secret.setText(PASSPHRASE)
    press(dialog, "Ouvrir")
    shown.settle()
    activity = shown.window.rooms["activity"]
    shown.until(lambda: words(activity).count("Terminée") == 2)  # by the agent, which nobody can ask
    _end_agent(line)
    kinds = [slot["kind"] for slot in line.json("key", "list")["items"]]
    assert kinds.count("device") == (2 if lost == "note" else 1)  # which one it was, nobody knows then
    shown.window.unlock(lambda _nothing: None)
    (asked,) = (each for each in shown.window.findChildren(Unlocking) if each.isVisible())
    assert not asked.by_itself.isVisible() and not asked.by_itself.isChecked()


def test_settings_cut_in_two_say_how_to_go_on(line: CommandLine, practice: Path, show: Show) -> None:
    line("sources", "add", str(practice))
    line("backup")
    settings = line.profile / "settings.toml"
    settings.write_bytes(settings.read_bytes()[:40])
    shown = show(line)
    shown.settle()
    told = words(shown.window.rooms["home"])
    assert "n’est pas perdu" in told and "Ouvrir le coffre du cabinet" in told
    assert "Attestation" not in told
    shown.bridge.close()
    settings.rename(settings.with_suffix(".abîmé"))
    shown = show(line)
    shown.until(lambda: shown.window.first is not None)
    shown.settle()
    assert shown.window.first is not None
    assert "Ouvrir le coffre du cabinet" in words(shown.window.first)
