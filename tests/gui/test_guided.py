"""A practice that is helped from afar, in its window: what it grants, the red bar, Stop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.app.guidance.helping import Helping
from cyberlib_client.core.errors import CyberlibError
from cyberlib_client.core.guidance import messages as m
from cyberlib_client.gui.screens.help.guided import BeGuided
from tests.gui.conftest import Shown
from tests.gui.test_window import Show, press, words
from tests.integration.test_guided import Story
from tests.support.hosts import serving


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with serving(tmp_path / "host") as host:
        made = Story(tmp_path, host)
        try:
            yield made
        finally:
            made.end()


def opened(shown: Shown) -> BeGuided:
    shown.window.go("help")
    (card,) = shown.window.rooms["help"].findChildren(BeGuided)
    press(card, "Ouvrir une séance")
    shown.until(lambda: shown.window.guided.told is not None)
    return card


def joined(story: Story, shown: Shown) -> Helping:
    told = shown.window.guided.told
    assert told is not None and len(told.words) == 8
    helping = story.helping(told.words)
    shown.until(lambda: "Claire Exemple" in shown.window.guided_bar.text)
    return helping


def asked(shown: Shown, helping: Helping, make: Any) -> Any:
    """An answer, while the window goes on."""
    import threading

    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(helping.ask(make)))
    thread.start()
    shown.until(lambda: not thread.is_alive())
    return found[0]


def test_a_practice_is_helped_step_by_step(story: Story, show: Show) -> None:
    shown = show(story.desk)
    bar = shown.window.guided_bar
    assert not bar.isVisible()
    card = opened(shown)
    assert "personne ne l’a rejointe" in bar.text and bar.isVisible()
    assert shown.window.guided.told is not None
    for word in shown.window.guided.told.words:
        assert word in words(card)
    helping = joined(story, shown)
    assert "ne voit rien" in bar.text
    assert isinstance(asked(shown, helping, m.AskState), m.No)
    shown.until(lambda: "demande à voir l’état" in bar.text)
    assert "L’assistance le demande." in words(card)
    press(card, "Accorder")
    shown.until(lambda: "voit l’état de ce poste" in bar.text)
    assert isinstance(asked(shown, helping, m.AskState), m.Lines)
    press(card, "Accorder")
    shown.until(lambda: "voit les noms" in bar.text)
    (row,) = asked(shown, helping, m.AskSnapshots).rows
    (found,) = asked(shown, helping, lambda n: m.AskFind(n, row.id, "lettre")).rows
    press(card, "Accorder")
    shown.until(lambda: "peut proposer" in bar.text)
    (story.documents / "lettre.txt").unlink()
    shown.window.go("home")
    assert bar.isVisible()  # in every room
    assert asked(shown, helping, lambda n: m.Propose(n, row.id, [found.path])).state == "shown"
    shown.until(lambda: "propose une restauration" in bar.text)
    press(bar, "Voir la séance")
    assert shown.window.here == "help" and found.path in words(card)
    press(card, "Restaurer")
    shown.until(lambda: "Restauré : 1 fichier" in words(card))
    assert (story.documents / "lettre.txt").read_bytes() == b"fictif"
    press(card, "Retirer")
    shown.until(lambda: helping.told.granted == ["state", "names"])
    bar.stop.click()
    shown.until(lambda: not bar.isVisible())
    shown.until(lambda: "Séance terminée" in words(card))
    shown.until(lambda: helping.told.over and not shown.window.guided.goes_on)
    press(card, "Ouvrir une séance")
    shown.until(lambda: shown.window.guided.told is not None)
    assert shown.window.guided.told is not None and shown.window.guided.told.state == "waiting"
    bar.stop.click()
    shown.until(lambda: not shown.window.guided.goes_on)


def test_a_window_that_is_locked_shows_nothing_more(story: Story, show: Show) -> None:
    shown = show(story.desk)
    opened(shown)
    helping = joined(story, shown)
    shown.window.guided.decide("allow")
    shown.until(lambda: helping.told.granted == ["state"])
    shown.window.lock()
    shown.until(lambda: helping.told.over)
    shown.until(lambda: not shown.window.guided_bar.isVisible())
    with pytest.raises(CyberlibError) as told:
        helping.ask(m.AskState)
    assert told.value.code == "guidance_over"


def test_without_a_host_it_is_said(tmp_path: Path, show: Show) -> None:
    from tests.support.command_line import CommandLine

    line = CommandLine(tmp_path)
    line.make_vault()
    shown = show(line)
    shown.window.go("help")
    (card,) = shown.window.rooms["help"].findChildren(BeGuided)
    press(card, "Ouvrir une séance")
    shown.until(lambda: card.problem.text())
    assert not shown.window.guided_bar.isVisible() and not shown.window.guided.goes_on
