"""A practice that is helped from afar, in its window: what it grants, the red bar, Stop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QPushButton, QWidget

from cyberlib_client.app.guidance.helping import Helping
from cyberlib_client.core.errors import CyberlibError
from cyberlib_client.core.guidance import messages as m
from cyberlib_client.gui.helping.window import HelpingWindow
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
    tap(shown, card, "Ouvrir une séance")
    shown.until(lambda: shown.window.guided.told is not None)
    return card


def tap(shown: Shown, card: QWidget, text: str) -> None:
    """Once it is there: the card is drawn anew at each change."""

    def there() -> bool:
        return any(
            b.text() == text and b.isVisible() and b.isEnabled() for b in card.findChildren(QPushButton)
        )

    shown.until(there)
    press(card, text)


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
    tap(shown, card, "Accorder")
    shown.until(lambda: "voit l’état de ce poste" in bar.text)
    assert isinstance(asked(shown, helping, m.AskState), m.Lines)
    tap(shown, card, "Accorder")
    shown.until(lambda: "voit les noms" in bar.text)
    (row,) = asked(shown, helping, m.AskSnapshots).rows
    (found,) = asked(shown, helping, lambda n: m.AskFind(n, row.id, "lettre")).rows
    tap(shown, card, "Accorder")
    shown.until(lambda: "peut proposer" in bar.text)
    (story.documents / "lettre.txt").unlink()
    shown.window.go("home")
    assert bar.isVisible()  # in every room
    assert asked(shown, helping, lambda n: m.Propose(n, row.id, [found.path])).state == "shown"
    shown.until(lambda: "propose une restauration" in bar.text)
    press(bar, "Voir la séance")
    assert shown.window.here == "help" and found.path in words(card)
    tap(shown, card, "Restaurer")
    shown.until(lambda: "Restauré : 1 fichier" in words(card))
    assert (story.documents / "lettre.txt").read_bytes() == b"fictif"
    tap(shown, card, "Retirer")
    shown.until(lambda: helping.told.granted == ["state", "names"])
    bar.stop.click()
    shown.until(lambda: not bar.isVisible())
    shown.until(lambda: "Séance terminée" in words(card))
    shown.until(lambda: helping.told.over and not shown.window.guided.goes_on)
    tap(shown, card, "Ouvrir une séance")
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
    tap(shown, card, "Ouvrir une séance")
    shown.until(lambda: card.problem.text())
    assert not shown.window.guided_bar.isVisible() and not shown.window.guided.goes_on


def test_support_helps_by_its_window(story: Story, show: Show) -> None:
    shown = show(story.desk)
    card = opened(shown)
    told = shown.window.guided.told
    assert told is not None
    support = HelpingWindow(str(story.folder / "support"), "", story.practice.ca)
    shown.bot.addWidget(support)
    support.show()
    support.joining.words.setText("abeille")
    press(support, "Rejoindre")
    shown.until(lambda: "huit" in words(support) and support.joining.problem.isVisible())
    support.joining.words.setText(" ".join(word[:4] for word in told.words))
    support.joining.credential.setText(str(story.folder / "none.json"))
    press(support, "Rejoindre")
    shown.until(lambda: "none.json" in support.joining.problem.text())
    support.joining.credential.setText(str(story.folder / "claire.json"))
    press(support, "Rejoindre")
    shown.until(lambda: support.helping is not None)
    assert "n’a encore rien accordé" in words(support) and support.joining.words.text() == ""
    assert not support.shows["state"].isEnabled()
    shown.until(lambda: "ne voit rien" in shown.window.guided_bar.text)
    tap(shown, card, "Accorder")
    shown.until(support.shows["state"].isEnabled)
    press(support, "État")
    shown.until(lambda: any("status.health" in row for row in rows(support)))
    shown.window.guided.decide("allow")
    shown.until(support.shows["snapshots"].isEnabled)
    press(support, "Versions")
    shown.until(lambda: len(rows(support)) == 1)
    enter(support, 0)
    shown.until(lambda: any(row.endswith("courrier/") for row in rows(support)))
    enter(support, next(n for n, row in enumerate(rows(support)) if row.endswith("courrier/")))
    shown.until(lambda: len(rows(support)) == 200 and support.more.isVisible())
    press(support, "Suite")
    shown.until(lambda: len(rows(support)) == 30)
    press(support, "Remonter")
    shown.until(lambda: any(row.endswith("courrier/") for row in rows(support)))
    support.text.setText("patient-007")
    press(support, "Chercher")
    shown.until(lambda: len(rows(support)) == 1)
    assert not support.propose.isEnabled()
    shown.window.guided.decide("allow")
    shown.until(support.propose.isEnabled)
    support.list.selectAll()
    press(support, "Proposer de restaurer")
    shown.until(lambda: "à lui de décider" in support.told.text())
    tap(shown, card, "Refuser")
    shown.until(lambda: "n’en veut pas" in support.told.text())
    shown.window.guided_bar.stop.click()
    shown.until(lambda: "Séance terminée" in support.state.text())
    assert not any(each.isEnabled() for each in support.shows.values())
    press(support, "Quitter la séance")
    assert support.joining.isVisible() and rows(support) == []
    support.close()


def rows(support: HelpingWindow) -> list[str]:
    items = (support.list.topLevelItem(n) for n in range(support.list.topLevelItemCount()))
    return [item.text(0) for item in items if item is not None]


def enter(support: HelpingWindow, place: int) -> None:
    item = support.list.topLevelItem(place)
    assert item is not None
    support.list.itemActivated.emit(item, 0)
