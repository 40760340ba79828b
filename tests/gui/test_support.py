"""Help, support and what asks for attention: through a real vault, clerk and agent."""

from __future__ import annotations

import contextlib
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from cyberlib_client import __version__
from cyberlib_client.app import bootstrap
from cyberlib_client.app.agent.messages import VERSION, Answer, Begun, Ended, ErrorTold, Welcome, encode
from cyberlib_client.app.agent.place import write_address
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.app.clerk import questions as q
from cyberlib_client.app.clerk.home import HomeTold
from cyberlib_client.app.contacts import Contact
from cyberlib_client.app.incidents import RULES
from cyberlib_client.app.messages import Message, error_texts, incident_message, notice_texts, waiting_message
from cyberlib_client.app.messages.health import HEALTH
from cyberlib_client.app.wording import language as wording
from cyberlib_client.app.wording.report_words import reason_of
from cyberlib_client.core.errors import Failed
from cyberlib_client.core.signs import Alarm, Reason
from cyberlib_client.gui.advice import IN_WINDOW
from cyberlib_client.gui.agreeing import Alarm as AlarmDialog
from cyberlib_client.gui.main import application
from cyberlib_client.gui.notifying import Notifier
from cyberlib_client.gui.screens.help.archive import Archiving
from cyberlib_client.gui.screens.help.explaining import Explaining
from cyberlib_client.gui.screens.help.help import Help
from cyberlib_client.gui.screens.help.support import letter
from cyberlib_client.gui.screens.help.topics import TOPICS, found, of_room
from cyberlib_client.gui.screens.rooms import ROOMS
from cyberlib_client.gui.tray import Tray
from cyberlib_client.gui.words import DOING, doing, for_window
from cyberlib_client.state.alarms import Alarms, read_alarms, write_alarms
from tests.gui.conftest import Shown
from tests.gui.test_window import press, words
from tests.support.command_line import PASSPHRASE, CommandLine

Show = Callable[[CommandLine], Shown]


@pytest.fixture
def french() -> Iterator[None]:
    """Commands that ran in this process chose their language."""
    before = wording.language()
    wording.choose("fr")
    yield
    wording.choose(before)


@pytest.mark.usefixtures("french")
def test_every_advice_has_a_button_or_an_honest_sentence() -> None:
    texts = {**error_texts(), **HEALTH}
    for code in {*HEALTH, *RULES, *error_texts()}:
        told = texts.get(reason_of(code))
        if told is None:
            continue
        for language in ("fr", "en"):
            message = for_window(Message(*told.of(language)), reason_of(code))
            assert "cyberlib " not in message.advice and " --" not in message.advice, code
            assert message.advice or doing(reason_of(code)) or not told.of(language)[1], code
    waiting = ("metered", "settling", "after_failure")
    known = {*error_texts(), *notice_texts(), *HEALTH, *waiting}
    assert set(IN_WINDOW) <= known  # what no message has any more needs no other advice
    for code in ("live_database", "device_left_out"):
        told_of = str(for_window(incident_message(code, {}, "fr")))
        assert told_of and "cyberlib" not in told_of and "--" not in told_of
    for code in waiting:
        assert "cyberlib " not in str(for_window(waiting_message(code, {"until": "12:00"}, "fr"), code))
    for topic in TOPICS:
        assert not topic.does or topic.does in DOING
        assert set(topic.rooms) <= {*ROOMS, "first_run"}
    assert all(of_room(room) for room in ROOMS)
    assert found("OUBLIÉE phrase") == found("oubliee phrase") != []
    assert found("rien de tel ici") == []
    for typed in (
        "mot de passe oublié",
        "ordinateur volé",
        "imprimer",
        "virus",
        "rançon",
        "disque plein",
        "supprimé",
    ):
        assert found(typed), typed  # as people say it, not as the answers do


def test_the_help_room_names_whom_to_ask_and_makes_the_archive(
    line: CommandLine, tmp_path: Path, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = line.profile / "settings.toml"
    text = (
        '\n[support]\nname = "Informatique du Port"\nmail = "aide@port.example"\nphone = "02 00 00 00 00"\n'
    )
    settings.write_text(settings.read_text("utf-8") + text, encoding="utf-8")
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()) or True)
    shown = show(line)
    shown.window.activateWindow()
    shown.until(shown.window.isActiveWindow)
    shown.bot.keyClick(shown.window, Qt.Key.Key_F1)
    (over,) = shown.window.findChildren(Explaining)
    assert str(of_room("home")[0].question) in words(over)
    press(over, "Toute l’aide")
    shown.settle()
    room = shown.window.rooms["help"]
    assert isinstance(room, Help) and shown.window.here == "help"
    assert "Informatique du Port" in words(room) and "02 00 00 00" in words(room)
    assert f"CyberLib {__version__}" in words(room)
    press(room, "Écrire un courriel")
    assert opened[0].startswith("mailto:aide@port.example?subject=CyberLib")
    assert "store_full" in letter(Contact("host", mail="a@b.example"), "store_full").toString()
    room.search.setText("fichier disparu")
    shown.settle()
    assert "Un fichier a disparu" in words(room) and "kit de secours ?" not in words(room)
    room.search.setText("xyzzy")
    assert "Aucune question" in words(room)
    press(room, "Préparer l’archive…")
    (archiving,) = shown.window.findChildren(Archiving)
    assert "history.json" in words(archiving) and "Rien n’est envoyé" in words(archiving)
    archiving.write(str(tmp_path / "nowhere" / "at" / "all" / "a.zip"))
    shown.settle()
    assert "[diagnosis_not_written]" in archiving.told.text() and "dossier" in archiving.told.text()
    archiving.write(str(tmp_path))
    shown.settle()
    (made,) = tmp_path.glob("cyberlib-diagnostic-*.zip")
    assert str(made) in archiving.told.text()
    with zipfile.ZipFile(made) as read:
        assert "Port" not in read.read("settings.json").decode()
    press(archiving, "Ouvrir le dossier")
    assert opened[1].endswith(tmp_path.name)


def test_an_error_is_explained_and_its_code_copied(line: CommandLine, show: Show) -> None:
    shown = show(line)
    shown.window.say_error(Failed("agent_gone"))
    press(shown.window.banner, "En savoir plus")
    (over,) = shown.window.findChildren(Explaining)
    assert "agent_gone" in words(over) and "[agent_gone]" not in words(over)
    press(over, "Copier le code")
    assert QApplication.clipboard().text() == "agent_gone"
    press(over, "Fermer")
    shown.settle()


def test_what_asks_for_attention_is_counted_and_has_its_button(
    line: CommandLine, tmp_path: Path, show: Show
) -> None:
    folder = tmp_path / "Cabinet"
    folder.mkdir()
    (folder / "a.txt").write_text("fictif", encoding="utf-8")
    line("sources", "add", str(folder))
    line("backup")
    profile, now = profile_at(str(line.profile)), bootstrap.clock()
    history = bootstrap.history(profile)
    history.raise_incident("vault_damaged", "", "critical", {}, now)
    history.raise_incident("terms_to_accept", "", "warning", {}, now)
    alarm = Alarm(now, "critical", 9, 12, now, "", (Reason("broken", 12, 0, 9),))
    vault = line.json("vault", "info")["result"]["id"]
    write_alarms(profile, Alarms(vault=vault, alarm=alarm))
    history.raise_incident("ransomware_alarm", "", "critical", {}, now)
    history.close()
    shown = show(line)
    shown.settle()
    buttons = shown.window.side.buttons
    assert buttons["activity"].badge == 3 and buttons["activity"].accessibleName() == "Activité, 3 à regarder"
    assert buttons["home"].badge >= 3
    home = shown.window.rooms["home"]
    assert "Vérifier le coffre" in words(home) and "Lire les conditions" in words(home)
    press(home, "Lire les conditions")
    shown.settle()
    terms = next(each for each in shown.window.findChildren(QWidget) if type(each).__name__ == "Terms")
    assert "[not_enrolled]" in words(terms)
    press(terms, "Fermer")
    shown.window.go("activity")
    shown.settle()
    press(shown.window.rooms["activity"], "Voir l’alarme")
    shown.settle()
    (dialog,) = shown.window.findChildren(AlarmDialog)
    assert "Débranchez" in words(dialog) and "12 fichiers" in words(dialog)
    press(dialog, "Lever l’alarme")
    assert "Il manque" in words(dialog)
    dialog.secret.setText("pas la bonne phrase")
    press(dialog, "Lever l’alarme")
    shown.settle()
    assert dialog.isVisible() and dialog.secret.text() == "" and "phrase" in dialog.problem.text()
    dialog.secret.setText(PASSPHRASE)
    press(dialog, "Lever l’alarme")
    shown.settle()
    assert read_alarms(profile).alarm is None and shown.window.here == "home"
    assert "Voir l’alarme" not in words(home)


def test_each_thing_is_told_once_beside_the_clock(line: CommandLine, show: Show) -> None:
    shown = show(line)
    told: list[str] = []
    notifier = Notifier(lambda sentence, _grave: told.append(sentence))
    failed = Ended(
        1, error=ErrorTold("Failed", "store_full", {"at": "/srv/Quatremarre", "path": "Quatremarre.odt"})
    )
    for number in range(2):
        notifier.happened(number, Begun("backup", "schedule"))
        notifier.happened(number, failed)
    notifier.happened(3, Begun("drill", "schedule"))
    notifier.happened(3, Ended(0))
    assert len(told) == 2 and "échec" in told[0] and "Quatremarre" not in "".join(told)
    notifier.happened(4, Begun("backup", "schedule"))
    notifier.happened(4, Ended(0))
    notifier.happened(5, failed)
    assert len(told) == 3  # it was well in between
    reports: list[HomeTold] = []
    shown.bridge.ask(q.HomeAsked, HomeTold, reports.append, days=1)
    shown.settle()
    calm = reports[0].report.health
    history = bootstrap.history(profile_at(str(line.profile)))
    history.raise_incident("vault_damaged", "", "critical", {}, bootstrap.clock())
    history.close()
    shown.bridge.ask(q.HomeAsked, HomeTold, reports.append, days=1)
    shown.settle()
    for each in (calm, reports[1].report.health, reports[1].report.health):
        notifier.health(each)
    assert len(told) == 4
    # and where no tray is, nothing hides: closing leaves
    assert not QSystemTrayIcon.isSystemTrayAvailable()
    tray = Tray(shown.window, application())
    left: list[str] = []
    shown.window.leave = lambda _then: left.append("left")  # type: ignore[method-assign]
    shown.window.close()
    assert left == ["left"] and shown.window.isVisible()
    tray.tell("rien", grave=False)
    shown.settle()
    # and where it went away while the window was hidden, the window comes back, but not at once
    shown.window.hide()
    tray.tick()
    assert shown.window.isHidden()
    tray.tick()
    assert shown.window.isVisible()
    shown.settle()


def test_an_agent_of_another_version_is_told_once_and_to_who_asks(line: CommandLine, show: Show) -> None:
    profile = profile_at(str(line.profile))
    listener = bootstrap.local_sockets().listen(profile.root)
    write_address(profile, listener.address)
    greeted: list[int] = []

    def answer() -> None:
        while (channel := listener.accept()) is not None:
            channel.receive(1000)
            channel.send(b'{"say":"unfit","code":"version","version":7}\n')
            channel.close()
            greeted.append(7)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    shown = show(line)
    told: list[str] = []
    shown.bridge.failed.connect(lambda error: told.append(error.code))
    shown.until(lambda: "autre version" in shown.window.banner.text)
    assert "Redémarrez ce poste" in shown.window.banner.text
    shown.until(lambda: len(greeted) >= 2)  # it was tried again
    first = len(told)
    assert first <= 1  # none where it was told before somebody listened here
    shown.window.do("resume")
    shown.until(lambda: told == ["agent_unfit"] * (first + 1))
    shown.settle()
    listener.close()
    shown.bridge.close()
    thread.join(180)


@pytest.mark.parametrize("answer", [b'{"pid":"?"}', b'"\\ud800"', b"[]"])
def test_an_agent_whose_answers_mean_nothing_is_told_and_asked_again(
    line: CommandLine, show: Show, answer: bytes
) -> None:
    """The window never listened to an agent again, without a word."""
    profile = profile_at(str(line.profile))
    listener = bootstrap.local_sockets().listen(profile.root)
    write_address(profile, listener.address)
    greeted: list[int] = []

    def serve() -> None:
        while (channel := listener.accept()) is not None:
            greeted.append(1)
            said = [Welcome(VERSION, "?", 1), Answer(1), Answer(2, result=msgspec.Raw(answer))]
            with contextlib.closing(channel), contextlib.suppress(OSError):  # it may be let go at any time
                for each in said:
                    channel.receive(1000)
                    channel.send(encode(each) + b"\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    shown = show(line)
    shown.until(lambda: "autre version" in shown.window.banner.text)
    assert "?" not in shown.window.banner.text
    asked = len(greeted)
    shown.until(lambda: len(greeted) > asked)
    shown.settle()
    listener.close()
    shown.bridge.close()
    thread.join(180)
