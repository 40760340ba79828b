"""Officers open a vault to a machine: a new one in the first run, and one whose own way in is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.app.wording import language
from cyberlib_client.gui.screens.first_run.key import Key
from cyberlib_client.gui.screens.first_run.welcome import Welcome
from cyberlib_client.gui.screens.keys.ask_officers import AskOfficers
from cyberlib_client.gui.screens.keys.by_officers import ByOfficers
from cyberlib_client.gui.unlocking import Unlocking
from cyberlib_client.transports.host.people import PeoplePost
from tests.gui.test_first_run import Wizard, home, line
from tests.gui.test_window import Show, press, words
from tests.integration.test_people import MAIL, PASSWORD, enrolled
from tests.support.command_line import CommandLine
from tests.support.escrow_at_host import AtHost
from tests.support.escrow_story import Story
from tests.support.hosts import serving

__all__ = ["home", "line"]

NEW = "une toute nouvelle phrase 7"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[AtHost]:
    with serving(tmp_path / "host") as host:
        made = AtHost(tmp_path, host)
        made.join_here()
        yield made


def begin(story: AtHost, shown: Any) -> tuple[Wizard, Welcome]:
    wizard = Wizard(shown)
    welcome = wizard.step()
    assert isinstance(welcome, Welcome)
    wizard.click("Ouvrir le coffre du cabinet")
    welcome.join.choose_kind("host")
    welcome.join.host.at.setText(story.customer.host.url)
    welcome.join.host.ca.setText(story.customer.ca)
    welcome.join.host.key.setText(story.customer.made.contract_key)
    welcome.join.choose_way_in("officers")
    assert not welcome.join.secret.isVisible()
    wizard.click("Continuer")
    shown.until(lambda: welcome.officers.isVisible() or wizard.problem)
    assert not wizard.problem
    return wizard, welcome


def read_words(asking: ByOfficers) -> list[str]:
    return asking.accessibleName().partition(":")[2].split()


def choose(asking: ByOfficers, secret: str, again: str) -> None:
    language.choose("fr")  # commands that ran in this process chose theirs
    asking.secret.first.setText(secret)
    asking.secret.again.setText(again)
    press(asking, "Ouvrir le coffre")


def test_a_new_machine_with_nothing_but_the_contract_key(
    story: AtHost, line: CommandLine, home: Path, show: Show
) -> None:
    """Asked, closed on the way, answered, opened with a new passphrase; then 24 new words."""
    shown = show(line)
    _wizard, welcome = begin(story, shown)
    there = read_words(welcome.officers)
    shown.until(lambda: "Retenue jusqu’au" in words(welcome.officers))
    assert "Claire (Notaire)" in words(welcome.officers) and not welcome.officers.secret.isVisible()
    person = enrolled(story.host, story.customer.made, PeoplePost(story.post(story.practice).client))
    story.host.clock.advance(seconds=-60)  # officers' tools have a clock of their own
    press(welcome.officers, "Je suis titulaire\xa0: ne pas attendre…")
    who = shown.window.who_is_there
    shown.until(lambda: who.shown is not None)
    asking_who = who.shown
    assert asking_who is not None
    asking_who.mail.setText(MAIL)
    asking_who.password.setText(PASSWORD)
    asking_who.code.setText(person.code(1))
    press(asking_who, "Continuer")
    shown.until(lambda: "Retenue jusqu’au" not in words(welcome.officers))
    shown.window.close()
    story.answer_all(there, "anne")
    shown = show(line)
    wizard = Wizard(shown)
    again = wizard.step()
    assert isinstance(again, Welcome)
    asking = again.officers
    shown.until(lambda: "Réponses reçues : 1 sur 2" in words(asking).replace("\xa0", " "))
    assert read_words(asking) == there and not asking.secret.isVisible()
    (story.folder / "for officers").rename(story.folder / "used")
    story.answer_all(there, "claire")
    language.choose("fr")
    asking.look()
    shown.until(lambda: asking.secret.isVisible())
    choose(asking, NEW, NEW + "8")
    assert "Ce n’est pas la même." in words(asking)
    choose(asking, "azerty", "azerty")
    shown.until(lambda: bool(asking.secret.of_first.problem.text()))
    choose(asking, NEW, NEW)
    shown.until(lambda: wizard.here == "protect" or wizard.problem)
    assert not wizard.problem
    shown.until(lambda: wizard.first.go.text() == "Continuer")
    wizard.click("Continuer")
    shown.until(lambda: wizard.here == "key" or wizard.problem)
    key = wizard.step()
    assert isinstance(key, Key) and "24 mots" in wizard.told
    key.again.secret.setText(NEW)
    wizard.click("Faire de nouveaux mots")
    shown.until(lambda: len(key.words) == 24 or wizard.problem)
    assert line.json("snapshots")["items"]
    kinds = [slot["kind"] for slot in story.practice.json("key", "list")["items"]]
    assert kinds.count("recovery") == 1 and kinds.count("passphrase") == 2


def test_the_request_is_taken_back_or_turned_down(
    story: AtHost, line: CommandLine, home: Path, show: Show
) -> None:
    shown = show(line)
    wizard, welcome = begin(story, shown)
    press(welcome.officers, "Annuler la demande")
    shown.until(lambda: not welcome.officers.isVisible())
    assert story.operator.json("escrow", "list") == []
    language.choose("fr")
    wizard.click("Continuer")
    shown.until(lambda: welcome.officers.isVisible() or wizard.problem)
    assert not wizard.problem and len(story.operator.json("escrow", "list")) == 1
    story.practice("escrow", "cancel")
    language.choose("fr")
    welcome.officers.look()
    shown.until(lambda: "refusée" in wizard.problem)
    assert not welcome.officers.isVisible()


def test_a_machine_whose_own_way_in_is_lost_with_answers_in_files(tmp_path: Path, show: Show) -> None:
    story = Story(tmp_path)
    story.join()
    story.practice.language = "fr"
    for each in (story.practice.profile / "credentials").rglob("*"):
        if each.is_file():
            each.unlink()
    shown = show(story.practice)
    shown.window.unlock(lambda _nothing: None)
    (unlocking,) = shown.window.findChildren(Unlocking)
    press(unlocking, "Ni phrase secrète, ni mots…")
    (form,) = unlocking.findChildren(AskOfficers)
    press(form, "Demander aux dépositaires")
    shown.until(lambda: form.asking.papers.isVisible())
    form.asking.papers.give(str(story.papers), str(tmp_path))
    press(form, "Écrire la demande")
    shown.until(lambda: bool(read_words(form.asking)))
    there = read_words(form.asking)
    (tmp_path / "escrow-request.json").rename(story.office.at("request"))
    form.asking.take_answer(story.answer("anne", there))
    choose(form.asking, NEW, NEW)
    shown.until(lambda: bool(form.asking.problem.text()))  # one is not enough
    for who in ("anne", "claire"):
        form.asking.take_answer(
            story.office.at(f"{who}.request.answer") if who == "anne" else story.answer(who, there)
        )
    choose(form.asking, NEW, NEW)
    shown.until(lambda: not unlocking.isVisible() or unlocking.problem.isVisible())
    assert not unlocking.isVisible() and not shown.window.locked
    with story.practice.secret(NEW):
        assert story.practice.json("snapshots")["items"]
