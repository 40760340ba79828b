"""Settings changed in the window: seen in what the command line tells, undone, refused beside the field."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QPushButton

from cyberlib_client.app.agent.client import agent_of
from cyberlib_client.app.bootstrap import clock, profile_at
from cyberlib_client.app.forecasting import grown
from cyberlib_client.app.prompts import Nobody
from cyberlib_client.app.session import Session
from cyberlib_client.app.wording import language
from cyberlib_client.gui.screens.copies.choosing import Adding, Changing
from cyberlib_client.gui.screens.copies.copies import Copies
from cyberlib_client.gui.screens.folders.excluding import Excluding
from cyberlib_client.gui.screens.folders.folders import Folders
from cyberlib_client.gui.screens.home.home import Home
from cyberlib_client.gui.screens.settings.keeping import Applying, Keeping
from cyberlib_client.gui.screens.settings.settings import Settings
from cyberlib_client.gui.screens.settings.timing import Conditions, Rates, Timing
from cyberlib_client.state.records import RunRecord
from tests.gui.conftest import Shown
from tests.gui.test_window import press, words
from tests.support.command_line import PASSPHRASE, CommandLine

Show = Callable[[CommandLine], Shown]


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    folder = tmp_path / "Cabinet"
    for name, size in (("Courriers/lettre.txt", 100), ("Films/un.mp4", 5000), ("Films/deux.mp4", 7000)):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
    return folder


def excluded(line: CommandLine) -> list[list[str]]:
    """Of each source, as the command line tells; the window goes on in French."""
    items = line.json("sources", "list")["items"]
    language.choose("fr")
    return [each["exclude"] for each in items]


def test_what_a_folder_leaves_out_is_seen_while_typed(line: CommandLine, practice: Path, show: Show) -> None:
    line("sources", "add", str(practice), "--exclude", "*.bak")
    shown = show(line)
    shown.window.go("folders")
    shown.settle()
    room = shown.window.rooms["folders"]
    assert isinstance(room, Folders)
    shown.until(lambda: "3 fichiers · 12,1 Ko" in words(room))
    press(room, "Exclusions…")
    (dialog,) = room.findChildren(Excluding)

    def typed(kind: int, text: str) -> None:
        dialog.kind.setCurrentIndex(kind)
        dialog.text.setText(text)
        shown.until(lambda: not dialog._soon.isActive())
        shown.settle()

    typed(1, "mp4")
    assert dialog.taken.text() == "1 fichier · 100 o"
    assert "2 fichiers, 12,0 Ko" in dialog.left.text()
    assert "*.mp4" in words(dialog) and "ce que vous tapez" in words(dialog)
    typed(0, "Filmes")
    assert "« Filmes/ » ne laisse rien de côté" in dialog.remark.text().replace("\xa0", " ")
    typed(2, "a[b")
    assert "ne peut pas servir" in dialog.field.problem.text() and dialog.field.problem.isVisible()
    press(dialog, "Enregistrer")
    shown.settle()
    assert dialog.isVisible()  # what is refused is not saved
    typed(0, str(practice / "Films"))
    assert not dialog.field.problem.isVisible()
    press(dialog, "Ajouter")
    shown.settle()
    assert dialog.text.text() == "" and excluded(line) == [["*.bak"]]
    typed(1, "bak2")
    press(dialog, "Enregistrer")  # what is still typed counts
    shown.settle()
    assert excluded(line) == [["*.bak", "/Films/", "*.bak2"]]
    assert "Noté pour" in room.told.text
    shown.until(lambda: "1 fichier · 100 o" in words(room))
    press(room, "Revenir en arrière")
    shown.settle()
    assert excluded(line) == [["*.bak"]]
    press(room, "Retirer")
    shown.settle()
    assert excluded(line) == []
    press(room, "Revenir en arrière")
    shown.settle()
    assert excluded(line) == [["*.bak"]]


def told(line: CommandLine, *words: str) -> dict[str, Any]:
    """What the command line says; the window goes on in French."""
    result: dict[str, Any] = line.json(*words)["result"]
    language.choose("fr")
    return result


def test_times_conditions_and_rates(line: CommandLine, practice: Path, show: Show) -> None:
    line("sources", "add", str(practice))
    before = told(line, "schedule", "show")
    shown = show(line)
    shown.window.go("settings")
    shown.settle()
    room = shown.window.rooms["settings"]
    assert isinstance(room, Settings)
    assert "Chaque jour à 12:30 et 19:00, et peu après chaque changement." in words(room)
    room._when.change.click()
    (timing,) = room.findChildren(Timing)
    timing.times.setText("25:00")
    shown.until(lambda: timing.fields["bad_times"].problem.isVisible())
    press(timing, "Enregistrer")
    shown.settle()
    assert timing.isVisible() and told(line, "schedule", "show") == before
    timing.times.setText("8h30")
    for day in timing.days[5:]:
        day.setChecked(False)
    shown.until(lambda: "Lun-ven à 08:30" in timing.meaning.text())
    assert "La prochaine à heure dite" in timing.meaning.text()
    press(timing, "Enregistrer")
    shown.settle()
    assert told(line, "schedule", "show") == before | {"times": ["08:30"], "days": [0, 1, 2, 3, 4]}
    assert "Lun-ven à 08:30" in words(room) and "Noté." in room.told.text
    press(room, "Revenir en arrière")
    shown.settle()
    assert told(line, "schedule", "show") == before
    room._conditions.change.click()
    (conditions,) = room.findChildren(Conditions)
    conditions.hours.setText("lun-ven 8-20")
    shown.until(lambda: conditions.fields["bad_run_hours"].problem.isVisible())
    conditions.hours.setText("lun-ven 08:00-20:00; sam 09:00-12:00")
    conditions.battery.setCurrentIndex(3)
    conditions.metered.setChecked(True)
    press(conditions, "Enregistrer")
    shown.settle()
    now = told(line, "schedule", "show")
    assert now["battery_from"] is None and now["metered"] and len(now["hours"]) == 2
    press(room, "Revenir en arrière")
    shown.settle()
    assert told(line, "schedule", "show") == before
    room._rates.change.click()
    (rates,) = room.findChildren(Rates)
    rates.upload.setText("vite")
    press(rates, "Enregistrer")
    shown.settle()
    assert rates._fields[0].problem.isVisible()
    rates.upload.setText("2 Mbit/s")
    press(rates, "Ajouter des heures")
    for typed, text in zip(rates._spans[0], ("lun-ven", "08:00-19:00", "500 kbit/s"), strict=False):
        typed.setText(text)
    press(rates, "Enregistrer")
    shown.settle()
    network = told(line, "network", "show")
    assert network["upload"] == 2_000_000 and network["hours"][0]["upload"] == 500_000
    assert "Lun-ven 08:00–19:00" in words(room)
    press(room, "Revenir en arrière")
    shown.settle()
    assert told(line, "network", "show")["upload"] is None


def test_a_policy_is_seen_proved_applied_and_undone(line: CommandLine, practice: Path, show: Show) -> None:
    line("sources", "add", str(practice))
    for text in ("one", "two", "three"):
        (practice / "Courriers" / "lettre.txt").write_text(text, encoding="utf-8")
        line("backup")
    shown = show(line)
    shown.window.go("settings")
    shown.settle()
    room = shown.window.rooms["settings"]
    assert isinstance(room, Settings)
    assert "Aucune règle" in words(room) and "Aucune version n’est en quarantaine" in words(room)
    room._kept.change.click()
    (keeping,) = room.findChildren(Keeping)
    keeping.presets[None].setChecked(True)
    keeping.numbers["last"].setValue(1)
    shown.until(lambda: "2 versions sur 3 partiraient" in keeping.meaning.text())
    press(keeping, "Enregistrer")
    shown.settle()
    assert keeping.secret.isVisible() and not told(line, "retention", "show")["chosen"]
    keeping.secret.setText("pas la bonne")
    press(keeping, "Enregistrer")
    shown.settle()
    assert keeping.proof.problem.isVisible()
    keeping.secret.setText(PASSPHRASE)
    press(keeping, "Enregistrer")
    shown.settle()
    assert told(line, "retention", "show")["last"] == 1 and "Rien n’est effacé" in room.told.text
    press(room, "Appliquer maintenant…")
    shown.settle()
    press(room.findChildren(Applying)[-1], "Mettre en quarantaine")
    shown.settle()
    assert "2 versions en quarantaine" in room.told.text
    backs = [each for each in room.findChildren(QPushButton) if each.text() == "Rétablir"]
    assert len(backs) == 2
    backs[0].click()
    shown.settle()
    assert "est rétablie" in room.told.text
    assert len(line.json("snapshots")["items"]) == 2


def test_a_copy_is_added_renamed_and_removed(
    line: CommandLine, practice: Path, tmp_path: Path, show: Show
) -> None:
    line("sources", "add", str(practice))
    line("backup")
    disk = tmp_path / "disque"
    disk.mkdir()
    (disk / "photo.jpg").write_bytes(b"x")
    shown = show(line)
    shown.window.go("copies")
    shown.settle()
    room = shown.window.rooms["copies"]
    assert isinstance(room, Copies)
    assert "2 exemplaires, sur 1 support," in words(room)
    press(room, "Ajouter une copie…")
    (adding,) = room.findChildren(Adding)
    press(adding, "Ajouter")
    assert adding.place.problem.isVisible()
    adding.at.setText(str(disk))
    press(adding, "Ajouter")
    assert adding.named.problem.isVisible()
    adding.name.setText("Lundi")
    press(adding, "Ajouter")
    shown.settle()
    assert adding.place.problem.isVisible() and adding.isVisible()
    adding._inside.click()
    press(adding, "Ajouter")
    shown.settle()
    assert not adding.isVisible(), words(adding)
    line("copy", "Lundi")
    language.choose("fr")
    room.enter()
    shown.settle()
    assert "À jour" in words(room) and "branchée" in words(room)
    press(room, "Modifier…")
    changing = room.findChildren(Changing)[-1]
    changing.name.setText("Mardi/soir")
    press(changing, "Enregistrer")
    shown.settle()
    assert changing.named.problem.isVisible()
    changing.name.setText("Mardi")
    changing.parity.setChecked(True)
    changing.every.setCurrentIndex(1)
    press(changing, "Enregistrer")
    shown.settle()
    (copy,) = listed(line)
    assert (copy["name"], copy["every"], copy["parity"]) == ("Mardi", "7 d", True)
    assert copy["copied"] is not None and copy["snapshots"] == 1  # what is known of it moved along
    press(room, "Revenir en arrière")
    shown.settle()
    (copy,) = listed(line)
    assert (copy["name"], copy["every"], copy["parity"]) == ("Lundi", "1 d", False)
    press(room, "Retirer")
    shown.settle()
    assert listed(line) == [] and (disk / "CyberLib" / "snapshots").is_dir()
    press(room, "Revenir en arrière")
    shown.settle()
    assert [each["name"] for each in listed(line)] == ["Lundi"]
    line("copy", "change", "Lundi", "--name", "Jeudi")
    assert line.error("copy", "change", "Lundi", "--name", "X", code=2) == "copy_unknown"
    assert [each["name"] for each in listed(line)] == ["Jeudi"]


def listed(line: CommandLine) -> list[dict[str, Any]]:
    """The copies; the window goes on in French."""
    items: list[dict[str, Any]] = line.json("copy", "list")["items"]
    language.choose("fr")
    return items


def test_home_foretells_when_the_room_is_used_up(line: CommandLine, practice: Path, show: Show) -> None:
    line("sources", "add", str(practice))
    line("backup")
    shown = show(line)
    shown.settle()
    home = shown.window.rooms["home"]
    assert isinstance(home, Home)
    assert "libres sur le disque" in words(home) and "Trop peu de jours" in words(home)
    profile = profile_at(str(line.profile))
    session = Session(profile, Nobody())
    day, now = 86_400 * 10**9, clock()
    with session.closing:
        left = shutil.disk_usage(line.profile).free
        for days in range(40, 0, -4):
            at = now - days * day
            record = RunRecord("backup", "schedule", at, at, "completed", stored=left // 200, scope="full")
            session.history.end(session.history.begin("backup", "schedule", at), record)
        told = grown(session, now)
    assert len(told) == 10  # without the first in the history, which took all that there was
    home._place_asked = False
    home.enter()
    shown.until(lambda: "Au rythme actuel de ce poste, plein vers" in words(home))


def test_an_agent_at_work_heeds_what_is_changed(line: CommandLine, practice: Path, show: Show) -> None:
    line("sources", "add", str(practice))
    line("backup")
    shown = show(line)
    shown.window.go("settings")
    shown.window.do("agent")
    try:
        shown.until(lambda: shown.bridge.agent is not None and shown.bridge.agent.next_run)
        shown.settle()
        room = shown.window.rooms["settings"]
        assert isinstance(room, Settings) and shown.bridge.agent is not None
        before = shown.bridge.agent.next_run
        room._when.change.click()
        (timing,) = room.findChildren(Timing)
        timing.times.setText("")
        timing.every.setCurrentIndex(timing.every.findData(28_800))
        press(timing, "Enregistrer")
        shown.until(lambda: shown.bridge.agent is not None and shown.bridge.agent.next_run != before)
        assert "Toutes les 8 h" in words(room) and "La prochaine à heure dite" in words(room)
    finally:
        client = agent_of(profile_at(str(line.profile)))
        assert client is not None
        with client:
            client.end()
