"""The practice lets the support restore, sees what it read, and ends it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cyberlib_client.app.wording import language
from cyberlib_client.gui.screens.keys.covers import GiveCover
from tests.gui.test_keys import room
from tests.gui.test_window import Show, press, words
from tests.integration.test_covered import Covered
from tests.support.command_line import PASSPHRASE
from tests.support.escrow_story import result
from tests.support.hosts import serving


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Covered]:
    with serving(tmp_path / "host") as host:
        made = Covered(tmp_path, host)
        made.begin()
        made.practice.language = "fr"
        yield made


def test_it_is_granted_seen_and_ended(story: Covered, show: Show) -> None:
    shown = show(story.practice)
    keys = room(shown)
    shown.until(lambda: "« NEUF » demande à restaurer pour vous" in words(keys).replace("\xa0", " "))
    assert " ".join(story.asked["words"]) not in words(keys)
    press(keys, "Autoriser…")
    (form,) = keys.findChildren(GiveCover)
    press(form, "Autoriser")
    assert words(form).count("À remplir.") == 3
    form.who.setText("Dr Exemple")
    form.reason.setText("essai")
    form.path.setText(str(story.documents / "a"))
    form.words.setText(" ".join(reversed(story.asked["words"])))
    form.secret.setText(PASSPHRASE)
    press(form, "Autoriser")
    shown.until(lambda: bool(form.of_words.problem.text()))
    form.words.setText(" ".join(story.asked["words"]))
    form.secret.setText("pas la bonne du tout")
    press(form, "Autoriser")
    shown.until(lambda: bool(form.proof.problem.text()))
    form.secret.setText(PASSPHRASE)
    press(form, "Autoriser")
    shown.until(lambda: "est autorisée jusqu’au" in keys.told.text)
    shown.until(lambda: "peut lire dans votre coffre" in words(keys))
    assert "Par Dr Exemple" in words(keys) and str(story.documents / "a") in words(keys)
    story.a_day_passes()
    papers = story.papers_of("for officers")
    for who in ("anne", "claire"):
        story.answer(papers, who)
    snapshot = story.practice.json("snapshots")["items"][-1]["id"]
    back = str(story.folder / "back")
    result(story.staff, "covered", "restore", f"{snapshot[:8]}:{story.documents / 'a'}", "--to", back)
    language.choose("fr")
    keys.covers.look()
    shown.until(lambda: "lettre.txt" in words(keys.covers))
    press(keys.covers, "Retirer")
    shown.until(lambda: "ne peut plus rien lire" in words(keys.covers))
    assert "lettre.txt" in words(keys.covers) and "rejoignez le séquestre" in keys.told.text
