"""A request for what was entrusted, as the practice sees it: told at home, and refused where keys are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gui.test_keys import room
from tests.gui.test_window import Show, press, words
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
    with story.practice.secret("agrafe-horloge-sapin-tunnel"):
        story.practice("escrow", "leave")
    shown = show(story.practice)
    keys = room(shown)
    assert "Désactivé" in words(keys) and "vous revient" in words(keys)
