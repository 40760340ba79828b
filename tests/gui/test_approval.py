"""A new machine asks to be let in, as the practice sees it: told at home, answered where keys are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cyberlib_client.gui.screens.first_run.welcome import Welcome
from cyberlib_client.gui.screens.keys.approval import LetIn
from tests.gui.test_first_run import Wizard, home, line
from tests.gui.test_keys import room
from tests.gui.test_window import Show, press, words
from tests.integration.test_approval import Story
from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.escrow_story import result
from tests.support.hosts import serving

__all__ = ["home", "line"]


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with serving(tmp_path / "host") as host:
        made = Story(tmp_path, host)
        made.old.language = "fr"
        yield made


def test_it_is_told_at_home_and_let_in_by_its_words(story: Story, show: Show) -> None:
    shown_there = story.asked()
    story.old("backup", str(story.documents))
    shown = show(story.old)
    shown.settle()
    home = words(shown.window.rooms["home"])
    assert "Un nouveau poste demande l’accès" in home and "Voir les accès" in home
    keys = room(shown)
    shown.until(lambda: "« NEUF » demande l’accès" in words(keys).replace("\xa0", " "))
    assert shown_there not in words(keys)
    press(keys, "Lui ouvrir…")
    (form,) = keys.findChildren(LetIn)
    press(form, "Lui ouvrir")
    assert "Il manque les six mots." in words(form)
    form.words.setText(shown_there)
    press(form, "Lui ouvrir")
    assert "Il manque la phrase secrète." in words(form)
    form.secret.setText(PASSPHRASE)
    form.words.setText("un deux trois")
    press(form, "Lui ouvrir")
    shown.settle()
    assert "Il y a 3 mots" in form.of_words.problem.text() and form.isVisible()
    form.words.setText(" ".join(shown_there.split()[::-1]))
    press(form, "Lui ouvrir")
    shown.until(lambda: "ne sont pas ceux" in form.of_words.problem.text())
    form.words.setText(shown_there)
    form.secret.setText("pas la bonne du tout")
    press(form, "Lui ouvrir")
    shown.until(lambda: bool(form.proof.problem.text()))
    form.secret.setText(PASSPHRASE)
    press(form, "Lui ouvrir")
    shown.until(lambda: "peut ouvrir le coffre" in keys.told.text)
    assert not form.isVisible()
    assert result(story.new, "approval", "open", "--device-file")["connected"]
    keys.approvals.look()
    shown.until(lambda: not keys.approvals.isVisible())


def test_without_the_passphrase_a_day_passes_and_anybody_says_no(story: Story, show: Show) -> None:
    shown_there = story.asked()
    shown = show(story.old)
    keys = room(shown)
    shown.until(lambda: keys.approvals.isVisible())
    press(keys, "Lui ouvrir…")
    (form,) = keys.findChildren(LetIn)
    form.words.setText(shown_there)
    form.unproven.setChecked(True)
    assert not form.secret.isVisible() and "retient l’accès un jour" in words(form)
    press(form, "Lui ouvrir")
    shown.until(lambda: "aura l’accès le" in keys.told.text)
    shown.until(lambda: "sans la phrase secrète" in words(keys))
    assert result(story.new, "approval", "status")["state"] == "held"
    press(keys, "Refuser")
    shown.until(lambda: not keys.approvals.isVisible())
    assert story.new.error("approval", "open", code=2) == "approval_over"
    assert len(story.slots(story.old)) == 3


def test_a_new_machine_is_let_in_by_the_wizard(
    story: Story, line: CommandLine, home: Path, show: Show
) -> None:
    """It shows its words, is closed on the way, and goes on by itself once somebody has typed them."""
    shown = show(line)
    wizard = Wizard(shown)
    welcome = wizard.step()
    assert isinstance(welcome, Welcome)
    wizard.click("Ouvrir le coffre du cabinet")
    welcome.join.choose_kind("host")
    welcome.join.host.at.setText(story.practice.host.url)
    welcome.join.host.ca.setText(story.practice.ca)
    welcome.join.host.key.setText(story.practice.made.contract_key)
    welcome.join.choose_way_in("approval")
    assert not welcome.join.secret.isVisible()
    wizard.click("Continuer")
    shown.until(lambda: welcome.approved.isVisible() or wizard.problem)
    assert not wizard.problem
    there = welcome.approved.accessibleName().partition(":")[2].strip()
    shown.window.close()
    shown = show(line)
    wizard = Wizard(shown)
    welcome = wizard.step()
    assert isinstance(welcome, Welcome)
    shown.until(lambda: welcome.approved.isVisible())
    assert welcome.approved.accessibleName().endswith(there)
    assert story.allow(there)["state"] == "open"
    welcome.approved.look()
    shown.until(lambda: wizard.here == "protect" or wizard.problem)
    assert not wizard.problem
    names = story.slots(story.old)
    assert len(names) == 4 and not any("appro" in each for each in names)
    assert line.json("snapshots")["items"]


def test_a_new_machine_hears_of_a_no(story: Story, line: CommandLine, home: Path, show: Show) -> None:
    shown = show(line)
    wizard = Wizard(shown)
    welcome = wizard.step()
    assert isinstance(welcome, Welcome)
    wizard.click("Ouvrir le coffre du cabinet")
    welcome.join.choose_kind("host")
    welcome.join.host.at.setText(story.practice.host.url)
    welcome.join.host.ca.setText(story.practice.ca)
    welcome.join.host.key.setText(story.practice.made.contract_key)
    welcome.join.choose_way_in("approval")
    wizard.click("Continuer")
    shown.until(lambda: welcome.approved.isVisible() or wizard.problem)
    result(story.old, "approval", "refuse")
    welcome.approved.look()
    shown.until(lambda: "refusée" in wizard.problem)
    assert not welcome.approved.isVisible()
    wizard.click("Continuer")  # another one
    shown.until(lambda: welcome.approved.isVisible() or wizard.problem)
    assert [each["state"] for each in result(story.old, "approval", "list")] == ["asked", "cancelled"]
    press(welcome.approved, "Retirer la demande")
    shown.until(lambda: not welcome.approved.isVisible())
    assert {each["state"] for each in result(story.old, "approval", "list")} == {"cancelled"}
