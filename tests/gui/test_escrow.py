"""A request for what was entrusted, as the practice sees it: told at home, and refused where keys are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cyberlib_client.gui.screens.keys.escrow_forms import JoinEscrow, LeaveEscrow
from tests.gui.test_keys import room
from tests.gui.test_window import Show, press, words
from tests.support.command_line import PASSPHRASE
from tests.support.escrow_at_host import AtHost
from tests.support.hosts import serving


@pytest.fixture
def story(tmp_path: Path) -> Iterator[AtHost]:
    with serving(tmp_path / "host") as host:
        made = AtHost(tmp_path, host)
        made.join_here()
        made.practice.language = "fr"
        yield made


def test_somebody_asks_for_access_and_the_practice_says_no(story: AtHost, show: Show) -> None:
    asked = story.ask_here()
    story.practice("backup")
    shown = show(story.practice)
    shown.settle()
    at_home = words(shown.window.rooms["home"])
    assert "Quelqu’un demande aux dépositaires" in at_home and "Voir les accès" in at_home
    keys = room(shown)
    shown.until(lambda: "« NEUF » demande l’accès" in words(keys).replace("\xa0", " "))
    told = words(keys)
    assert "Accepté par Dr Exemple" in told and "Claire, Notaire" in told
    assert " ".join(asked["words"]) not in told  # they are for who asked
    press(keys, "Refuser")
    shown.until(lambda: "demande l’accès" not in words(keys))
    assert story.operator.json("escrow", "list") == []
    shown.window.go("home")
    shown.until(lambda: "Quelqu’un demande" not in words(shown.window.rooms["home"]))


def test_without_escrow_it_is_off_and_says_whose_choice_it_is(story: AtHost, show: Show) -> None:
    with story.practice.secret(PASSPHRASE):
        story.practice("escrow", "leave")
    shown = show(story.practice)
    keys = room(shown)
    assert "Désactivé" in words(keys) and "vous revient" in words(keys)


def test_it_is_joined_after_reading_and_left_again(tmp_path: Path, show: Show) -> None:
    with serving(tmp_path / "host") as host:
        story = AtHost(tmp_path, host)
        story.practice.language = "fr"
        shown = show(story.practice)
        keys = room(shown)
        shown.until(lambda: "Rejoindre un séquestre…" in words(keys))
        press(keys, "Rejoindre un séquestre…")
        (form,) = keys.findChildren(JoinEscrow)
        press(form, "Voir la convention")
        assert words(form).count("À remplir.") == 3
        form.policy.setText(str(tmp_path / "nulle part"))
        form.fingerprint.setText("0000 0000")
        form.who.setText("Dr Exemple")
        press(form, "Voir la convention")
        shown.settle()
        assert "nulle part" in form.of_policy.problem.text() and not form.shown.isVisible()
        form.policy.setText(story.office.at("policy"))
        press(form, "Voir la convention")
        shown.settle()
        assert story.fingerprint in form.of_fingerprint.problem.text()
        form.fingerprint.setText(story.fingerprint.upper())
        press(form, "Voir la convention")
        shown.settle()
        assert "Claire, Notaire" in words(form) and "ne dépend plus de vous seul" in words(form)
        press(form, "Leur confier")
        assert "Cochez la case" in words(form)
        form.agreed.setChecked(True)
        form.secret.setText("pas la bonne du tout")
        press(form, "Leur confier")
        shown.settle()
        assert form.isVisible() and form.proof.problem.text()
        form.fingerprint.setText(story.fingerprint)  # anything else is to be read anew
        assert not form.agreed.isVisible() and not form.agreed.isChecked()
        press(form, "Voir la convention")
        shown.settle()
        form.agreed.setChecked(True)
        form.secret.setText(PASSPHRASE)
        press(form, "Leur confier")
        shown.until(lambda: "Le séquestre est en place." in keys.told.text)
        shown.until(lambda: "Accepté par Dr Exemple" in words(keys))
        assert story.post(story.practice).show().state == "joined" and not form.isVisible()
        press(keys, "Quitter…")
        (leaving,) = keys.findChildren(LeaveEscrow)
        leaving.secret.setText(PASSPHRASE)
        press(leaving, "Quitter")
        shown.until(lambda: "L’hébergeur a détruit" in keys.told.text)
        assert story.post(story.practice).show().state == "left"
        shown.until(lambda: "Désactivé" in words(keys))
