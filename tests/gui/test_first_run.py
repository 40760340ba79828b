"""The first run: from the first screen to a file that was restored and compared, by real clicks and keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from cyberlib_client.app import first_run, first_run_join, vaults
from cyberlib_client.app.agent.client import agent_of
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.app.clerk.clerk import Clerk
from cyberlib_client.app.demo import make_practice
from cyberlib_client.app.workplace import BucketGiven
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.gui.screens.first_run.first_run import FirstRun
from cyberlib_client.gui.screens.first_run.key import Key
from cyberlib_client.gui.screens.first_run.protect import Protect
from cyberlib_client.gui.screens.first_run.welcome import Welcome
from cyberlib_host.services import terms
from tests.gui.conftest import Shown
from tests.gui.test_window import words
from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.hosts import OPERATOR, serving

Show = Callable[[CommandLine], Shown]
_CLICKS = 12
"""No more than these from the first screen to the first proven restore."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with the folders that a desktop makes, and a practice's files in them."""
    folder = tmp_path / "home"
    for name in ("Documents", "Desktop", "Downloads"):
        (folder / name).mkdir(parents=True)
        monkeypatch.setenv(f"XDG_{name.upper().removesuffix('S')}_DIR", str(folder / name))
        monkeypatch.setenv(f"XDG_{name.upper()}_DIR", str(folder / name))
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(folder / "Downloads"))
    monkeypatch.setenv("XDG_PICTURES_DIR", str(folder / "Pictures"))  # not there
    monkeypatch.setenv("HOME", str(folder))
    make_practice(folder / "Documents" / "Cabinet", size="tiny")
    (folder / "Desktop" / "note.txt").write_text("à rappeler", encoding="utf-8")
    (folder / "Desktop" / "~$note.docx").write_text("…", encoding="utf-8")
    return folder


@pytest.fixture
def line(tmp_path: Path) -> Iterator[CommandLine]:
    """A profile without anything; its agent ends with the test."""
    made = CommandLine(tmp_path, language="fr")  # it and the window are one process
    yield made
    client = agent_of(profile_at(str(made.profile)))
    if client is not None:
        with client:
            client.end()


class Wizard:
    """The first run of a window, as somebody uses it: clicks are counted."""

    def __init__(self, shown: Shown) -> None:
        self.shown, self.clicks = shown, 0
        shown.until(lambda: shown.window.first is not None)
        shown.settle()

    @property
    def first(self) -> FirstRun:
        assert self.shown.window.first is not None
        return self.shown.window.first

    @property
    def here(self) -> str:
        return self.first.here

    @property
    def told(self) -> str:
        return words(self.first)

    @property
    def problem(self) -> str:
        return self.first.steps[self.here].problem

    def step(self) -> object:
        return self.first.steps[self.here]

    def click(self, text: str) -> None:
        """The one thing of that name that can be pressed, by the mouse."""
        found = [
            each
            for each in self.first.findChildren(QAbstractButton)
            if each.isVisible() and each.text().strip() == text
        ]
        assert len(found) == 1, (text, self.told)
        assert found[0].isEnabled()
        self.clicks += 1
        self.shown.bot.mouseClick(found[0], Qt.MouseButton.LeftButton, pos=found[0].rect().center())
        self.shown.settle()

    def type_back(self, kept: list[str]) -> None:
        step = self.step()
        assert isinstance(step, Key) and step.back is not None
        for number, field in step.back.typed.items():
            field.setText(kept[number])


def test_a_practice_is_protected_at_a_host(line: CommandLine, home: Path, tmp_path: Path, show: Show) -> None:
    with serving(tmp_path / "host") as host:
        made = host.organisation()
        with host.context.database.write() as connection:
            terms.publish(host.context, connection, "Conditions fictives\nArticle 1", host.clock(), OPERATOR)
        shown = show(line)
        wizard = Wizard(shown)
        assert wizard.here == "welcome" and "Étape 1 sur 6" in wizard.told
        assert not any(each.isVisible() for each in shown.window.side.buttons.values())
        welcome = wizard.step()
        assert isinstance(welcome, Welcome)
        welcome.host.fields.at.setText(host.url)
        (tmp_path / "ca.pem").write_text(host.ca, encoding="utf-8")
        welcome.host.fields.ca.setText(str(tmp_path / "ca.pem"))
        wizard.click("Continuer")
        assert "Il manque la clé de contrat" in wizard.problem
        welcome.host.fields.key.setText("une-cle-de-contrat-inventee")
        wizard.click("Continuer")
        assert wizard.here == "welcome" and "clé de contrat" in wizard.problem
        wizard.clicks = 0  # nobody goes wrong from here on
        welcome.host.fields.key.setText(made.contract_key)
        wizard.click("Continuer")
        assert wizard.here == "terms" and "Version 1" in wizard.told
        welcome.host.fields.key.undo()
        assert welcome.host.fields.key.text() == ""  # no secret comes back
        wizard.click("Accepter et continuer")
        wizard.click("Retour")
        wizard.click("Retour")
        assert "y est déjà déclaré" in wizard.told
        wizard.click("Continuer")
        assert wizard.here == "terms" and "Vous les avez acceptées" in wizard.told
        wizard.click("Continuer")
        wizard.clicks = 2
        assert wizard.here == "protect"
        assert "Documents" in wizard.told and "rarement utile" in wizard.told
        assert "Laissé de côté\xa0: 1 élément" in wizard.told
        wizard.click("Continuer")
        assert [each["path"] for each in line.json("sources", "list")["items"]] == [
            str(home / "Documents"),
            str(home / "Desktop"),
        ]
        assert wizard.here == "key"
        wizard.click("En proposer une")
        assert "Très forte" in wizard.told
        wizard.click("Continuer")
        key = wizard.step()
        assert isinstance(key, Key) and len(key.words) == 24
        kept = list(key.words)
        wizard.click("Je les ai notés")
        wizard.type_back(kept)
        assert "protégé" not in wizard.told
        wizard.click("Continuer")
        assert wizard.here == "backup"
        written = {each.text().rpartition(". ")[2].strip() for each in wizard.first.findChildren(QLabel)}
        assert len(set(kept) & written) < 4  # nor do the words stay behind the screens that follow
        shown.until(lambda: "La première sauvegarde est faite" in wizard.told)
        assert "protégé" not in wizard.told
        wizard.click("Continuer")
        assert wizard.here == "proof"
        shown.until(lambda: "Votre poste est protégé" in wizard.told)
        assert "comparés, identiques" in wizard.told
        wizard.click("Aller à l’accueil")
        assert wizard.clicks <= _CLICKS
        assert shown.window.here == "home" and shown.window.side.buttons["home"].isVisible()
        assert line.json("report")["result"]["health"]["proof"] is not None
        again = show(line)
        again.settle()
        assert again.window.first is None


class Keyboard:
    """Somebody without a mouse."""

    def __init__(self, shown: Shown) -> None:
        self.shown = shown
        shown.window.activateWindow()
        shown.bot.waitUntil(shown.window.isActiveWindow, timeout=60_000)

    def strike(self, key: Qt.Key) -> None:
        self.shown.bot.keyClick(QApplication.focusWidget() or self.shown.window, key)
        if key is not Qt.Key.Key_Tab:
            self.shown.settle()

    def tab_to(self, name: str) -> QWidget:
        """By the Tab key, to the one of that name."""
        for _ in range(40):
            focus = QApplication.focusWidget()
            if focus is not None and name in (focus.accessibleName(), getattr(focus, "text", str)()):
                return focus
            self.strike(Qt.Key.Key_Tab)
        raise AssertionError(f"the Tab key does not lead to {name}")

    def type(self, name: str, text: str) -> None:
        """Into a field, in place of what was there; Enter goes on."""
        field = self.tab_to(name)
        assert isinstance(field, QLineEdit)
        field.selectAll()
        self.shown.bot.keyClicks(field, text)

    def press(self, name: str) -> None:
        self.tab_to(name)
        self.strike(Qt.Key.Key_Space)


def test_a_folder_by_the_keyboard_alone_closed_on_the_way(
    line: CommandLine, home: Path, tmp_path: Path, show: Show
) -> None:
    shown = show(line)
    wizard, keys = Wizard(shown), Keyboard(shown)
    assert wizard.here == "welcome"
    keys.tab_to("Chez un hébergeur")
    keys.strike(Qt.Key.Key_Down)
    welcome = wizard.step()
    assert isinstance(welcome, Welcome) and welcome.folder.radio.isChecked()
    for at, problem in (
        ("", "Il manque le dossier"),
        (str(home / "Desktop" / "note.txt"), "n’est pas un dossier"),
        ("/proc/coffre", "/proc"),
    ):
        keys.type("Dossier du coffre", at)
        keys.strike(Qt.Key.Key_Return)
        assert wizard.here == "welcome" and problem in wizard.problem, at
    keys.type("Dossier du coffre", str(home))  # as a disk that somebody has at hand
    keys.strike(Qt.Key.Key_Return)
    inside = home / "CyberLib"
    assert not wizard.problem and "ne sera pas touché" in wizard.told
    assert welcome.folder.at.text() == str(inside) and not inside.exists()
    inside.mkdir()
    (inside / "note.txt").write_text("fictif", encoding="utf-8")
    keys.strike(Qt.Key.Key_Return)  # nor is that one free: it is not gone deeper for ever
    assert "contient autre chose" in wizard.problem and welcome.folder.at.text() == str(inside)
    keys.type("Dossier du coffre", str(line.vault))
    keys.strike(Qt.Key.Key_Return)
    assert wizard.here == "welcome" and "sur le disque de ce poste" in wizard.told  # said, and may be done
    keys.strike(Qt.Key.Key_Return)
    assert wizard.here == "protect" and "Étape 2 sur 5" in wizard.told and not line.vault.exists()
    protect = wizard.step()
    assert isinstance(protect, Protect)
    for folder in protect.folders:
        if folder.box.isChecked():
            keys.press(folder.box.accessibleName())
    keys.press("Continuer")
    assert "au moins un dossier" in wizard.problem
    keys.press(protect.folders[1].box.accessibleName())
    keys.press("Continuer")
    assert wizard.here == "key"
    shown.window.close()

    shown = show(line)  # another day
    wizard, keys = Wizard(shown), Keyboard(shown)
    assert wizard.here == "key" and len(line.json("sources", "list")["items"]) == 1
    for first, second, problem in (
        ("azertyuiopqs", "azertyuiopqs", "clavier"),
        (PASSPHRASE, "autre chose encore", "ne sont pas les mêmes"),
    ):
        keys.type("Phrase secrète", first)
        keys.type("Encore une fois", second)
        keys.strike(Qt.Key.Key_Return)
        assert problem in wizard.problem and not line.vault.exists()
    keys.type("Encore une fois", PASSPHRASE)
    keys.strike(Qt.Key.Key_Return)
    key = wizard.step()
    assert isinstance(key, Key) and len(key.words) == 24 and key.words[23] in wizard.told
    lost = key.words
    shown.window.close()  # before they were typed back

    shown = show(line)
    wizard, keys = Wizard(shown), Keyboard(shown)
    assert wizard.here == "key" and "ne peuvent plus être montrés" in wizard.told
    keys.type("Phrase secrète", "pas la bonne du tout")
    keys.strike(Qt.Key.Key_Return)
    assert wizard.problem
    keys.type("Phrase secrète", PASSPHRASE)
    keys.strike(Qt.Key.Key_Return)
    key = wizard.step()
    assert isinstance(key, Key) and len(key.words) == 24 and key.words != lost
    kept = list(key.words)
    key.sheet.save(str(tmp_path / "nulle part"))
    shown.settle()
    assert "nulle part" in wizard.told
    key.sheet.save(str(tmp_path))
    shown.settle()
    (kit,) = tmp_path.glob("*.pdf")
    assert kit.name in wizard.told and kit.read_bytes().startswith(b"%PDF-")
    keys.press("Je les ai notés")
    assert key.back is not None
    numbers = list(key.back.typed)
    for number in numbers:
        name = f"Mot numéro {number + 1}"
        keys.type(name, "erreur" if number == numbers[1] else f" {kept[number].upper()} ")
    keys.strike(Qt.Key.Key_Return)
    assert f"mot numéro {numbers[1] + 1} n’est pas" in wizard.problem
    keys.type(f"Mot numéro {numbers[1] + 1}", kept[numbers[1]])
    keys.strike(Qt.Key.Key_Return)
    assert wizard.here == "backup"
    assert [each["kind"] for each in line.json("key", "list")["items"]].count("recovery") == 1
    shown.until(lambda: "La première sauvegarde est faite" in wizard.told)
    keys.press("Continuer")
    shown.until(lambda: "Votre poste est protégé" in wizard.told)
    keys.press("Aller à l’accueil")
    assert shown.window.here == "home"


def test_left_for_later_and_a_vault_that_is_there(
    line: CommandLine, home: Path, tmp_path: Path, show: Show
) -> None:
    other = CommandLine(tmp_path / "other", language="fr")
    other.make_vault()
    shown = show(line)
    wizard = Wizard(shown)
    wizard.click("Plus tard")
    assert shown.window.here == "home" and not line.vault.exists()
    assert "Créer le coffre" in words(shown.window.rooms["home"])
    shown.window.do("make")
    shown.settle()
    assert shown.window.setting_up
    wizard.click("Ouvrir le coffre du cabinet")
    welcome = wizard.step()
    assert isinstance(welcome, Welcome)
    welcome.join.at.setText(str(tmp_path / "nulle part"))
    welcome.join.secret.setText("pas la bonne")
    wizard.click("Continuer")
    assert "nulle part" in wizard.problem
    welcome.join.at.setText(str(other.vault))
    wizard.click("Continuer")
    assert wizard.problem and wizard.here == "welcome"
    welcome.join.secret.setText(" ".join(other.words))
    wizard.click("Continuer")
    assert wizard.here == "protect"
    assert not welcome.join.secret.text()
    assert "Restaurer d’abord des fichiers de ce coffre…" in wizard.told
    (home / "Desktop").rename(home / "Ailleurs")  # vanished meanwhile
    wizard.click("Continuer")
    assert wizard.here == "protect" and "Desktop" in wizard.problem


def test_what_was_left_for_the_machine_and_a_host_that_is_down(
    line: CommandLine, home: Path, tmp_path: Path, show: Show
) -> None:
    line.profile.mkdir()
    (line.profile / "enrolment.toml").write_text(
        'host = "https://127.0.0.1:9"\ncontract_key_file = "key"', encoding="utf-8"
    )
    (line.profile / "key").write_text("une-cle-inventee", encoding="utf-8")
    wizard = Wizard(show(line))
    assert "placée sur ce poste" in wizard.told
    welcome = wizard.step()
    assert isinstance(welcome, Welcome) and welcome.host.fields.at.text() == "https://127.0.0.1:9"
    wizard.click("Continuer")
    assert wizard.here == "welcome" and "127.0.0.1:9" in wizard.problem
    assert "notice" not in wizard.problem
    nameless = [
        type(each).__name__
        for each in wizard.first.findChildren(QWidget)
        if each.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not each.accessibleName()
        and not (isinstance(each, QAbstractButton) and each.text())
        and each.metaObject().className() not in ("QScrollBar",)
    ]
    assert nameless == []


def test_what_was_left_and_cannot_be_read_is_told(line: CommandLine, home: Path, show: Show) -> None:
    line.profile.mkdir()
    (line.profile / "enrolment.toml").write_text('host = "https://h"\nkey = "x"', encoding="utf-8")
    wizard = Wizard(show(line))
    assert "ne se lit pas" in wizard.problem and "réglage inconnu\xa0: key" in wizard.problem
    assert str(line.profile / "enrolment.toml") in wizard.problem and "ligne 2" in wizard.problem
    welcome = wizard.step()
    assert isinstance(welcome, Welcome) and welcome.host.fields.at.text() == ""
    welcome.folder.radio.click()  # going on by oneself puts it away
    assert not wizard.problem and welcome.can_go


def test_settings_that_were_lost_lead_to_the_vault_that_is_there(
    line: CommandLine, home: Path, show: Show
) -> None:
    clerk = Clerk(profile_at(str(line.profile)), BytesIO(), {})
    clerk.give(PASSPHRASE)
    session = clerk.session(1, CancelToken())
    first_run.choose_folder(session, str(line.vault))
    first_run.protect(session, [str(home / "Desktop")])
    first_run.make(session, str(line.vault))
    (line.profile / "settings.toml").write_bytes(b"")
    wizard = Wizard(show(line))
    assert "Ne refaites pas de coffre" in wizard.problem
    welcome = wizard.step()
    assert isinstance(welcome, Welcome) and welcome.join.radio.isChecked()
    assert welcome.join.at.text() == str(line.vault)
    welcome.join.secret.setText(PASSPHRASE)
    wizard.click("Continuer")
    assert wizard.here == "protect" and not wizard.problem


def test_a_vault_made_otherwise_is_left_alone(line: CommandLine, home: Path, show: Show) -> None:
    wizard = Wizard(show(line))
    wizard.click("Plus tard")  # something is noted
    line.make_vault()
    shown = show(line)
    shown.settle()
    assert shown.window.first is None and shown.window.here == "home"


class _Killed(BaseException):
    """The program ends here."""


@pytest.mark.parametrize("at", ["noted", "adopted"])
def test_words_are_owed_by_a_vault_whose_making_was_cut_short(
    at: str, line: CommandLine, home: Path, monkeypatch: pytest.MonkeyPatch, show: Show
) -> None:
    line("sources", "add", str(home / "Desktop"))
    clerk = Clerk(profile_at(str(line.profile)), BytesIO(), {})
    clerk.give(PASSPHRASE)
    session = clerk.session(1, CancelToken())
    first_run.choose_folder(session, str(line.vault))
    make, part = (first_run, "create") if at == "noted" else (vaults, "_adopt")
    real = getattr(make, part)

    def killed(*args: Any) -> None:
        if at == "noted":
            real(*args)
        raise _Killed

    with session.closing, monkeypatch.context() as patched:
        patched.setattr(make, part, killed)
        with pytest.raises(_Killed):
            first_run.make(session, str(line.vault))
    assert (line.vault / "vault").exists()
    shown = show(line)
    wizard = Wizard(shown)
    assert wizard.here == "key"
    if at == "adopted":  # the vault is there, and the profile does not know it
        wizard.click("En proposer une")
        wizard.click("Continuer")
        assert "premier essai interrompu" in wizard.problem
        wizard.click("Retour")
        wizard.click("Retour")
        wizard.click("Ouvrir le coffre du cabinet")
        welcome = wizard.step()
        assert isinstance(welcome, Welcome)
        welcome.join.at.setText(str(line.vault))
        welcome.join.secret.setText(PASSPHRASE)
        wizard.click("Continuer")
    assert wizard.here == "key" and "ne peuvent plus être montrés" in wizard.told
    key = wizard.step()
    assert isinstance(key, Key)
    key.again.secret.setText("pas la bonne")
    wizard.click("Faire de nouveaux mots")
    assert "n’ouvre pas ce coffre" in wizard.problem and "24 mots" not in wizard.problem
    key.again.secret.setText(PASSPHRASE)
    wizard.click("Faire de nouveaux mots")
    kept = list(key.words)
    wizard.click("Je les ai notés")
    wizard.type_back(kept)
    wizard.click("Continuer")
    assert wizard.here == "backup"
    shown.until(lambda: "La première sauvegarde est faite" in wizard.told)


def test_a_vault_whose_opening_was_cut_short_still_asks_for_folders(
    line: CommandLine, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, show: Show
) -> None:
    other = CommandLine(tmp_path / "autre")
    other.vault = line.vault
    other.make_vault()
    clerk = Clerk(profile_at(str(line.profile)), BytesIO(), {})
    clerk.give(PASSPHRASE)
    session = clerk.session(1, CancelToken())
    real = vaults._adopt

    def killed(*args: Any) -> None:
        real(*args)
        raise _Killed

    with session.closing, monkeypatch.context() as patched:
        patched.setattr(vaults, "_adopt", killed)
        with pytest.raises(_Killed):
            first_run_join.join(session, str(line.vault), bucket=BucketGiven())
    shown = show(line)
    wizard = Wizard(shown)
    assert wizard.here == "protect"
    wizard.click("Continuer")
    assert wizard.here == "backup"  # the practice has the words of this vault
    shown.until(lambda: "La première sauvegarde est faite" in wizard.told)


def test_no_room_is_shown_before_the_first_run(line: CommandLine, home: Path, show: Show) -> None:
    seen: list[str] = []
    shown = show(line)
    home_room = shown.window.rooms["home"]
    watch = QTimer()
    watch.timeout.connect(lambda: seen.append("home") if home_room.isVisible() else None)
    watch.start(0)
    assert not home_room.isVisible()
    wizard = Wizard(shown)
    watch.stop()
    assert wizard.here == "welcome" and not seen
    wizard.click("Plus tard")
    assert home_room.isVisible()
