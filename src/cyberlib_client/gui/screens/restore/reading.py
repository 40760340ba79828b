"""From where one restores: the vault, or a second copy when the vault cannot be reached."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from ....app.clerk import questions as q
from ....app.copies_told import CopyInfo
from ....app.wording.language import say
from ....app.wording.units import moment
from ....core.errors import CyberlibError, NeedsUnlock
from ...room import House
from ...widgets.basics import Card, button, clear, label, row

_MOST: Final = 3
"""Copies that are offered: those made last."""


class Reading(Card):
    """Hidden while the vault is read. `anew`: what is shown is of another place now."""

    def __init__(
        self, house: House, anew: Callable[[], object], failed: Callable[[CyberlibError], object]
    ) -> None:
        super().__init__(kind="note", margin=12)
        self._house, self._anew, self._failed = house, anew, failed
        self._line = row()
        self.body.addLayout(self._line)
        self.copy = ""
        self._unsure = True  # whether the clerk reads the same: another such room may have chosen before
        self.hide()

    def settle(self) -> None:
        """Before anything is asked: what is read is what this says."""
        if self._unsure:
            self._unsure = False
            self._house.bridge.ask(
                q.ReadFrom, None, lambda _nothing: None, failed=lambda _error: None, copy=self.copy
            )

    def offer(self) -> None:
        """The vault cannot be read: what else is within reach."""
        if not self.copy:
            self._house.bridge.ask(q.CopiesAsked, list[CopyInfo], self._offered, failed=lambda _error: None)

    def reached(self) -> None:
        """The vault can be read."""
        if not self.copy:
            self.hide()

    def _offered(self, copies: list[CopyInfo]) -> None:
        there = [each for each in copies if each.copied is not None and each.here is not False]
        there.sort(key=lambda each: each.copied or "", reverse=True)
        if self.copy or not copies:
            return
        clear(self._line)
        words = say(
            "Vos données sont aussi sur une copie : on peut restaurer depuis elle.",
            "Your data is on a copy too: it can be restored from there.",
        )
        if not there:
            words = say(
                "Vos données sont aussi sur une copie, qui n’est pas branchée. Branchez son disque, puis"
                " « Réessayer ».",
                "Your data is on a copy too, which is not plugged in. Plug in its disk, then “Try again”.",
            )
        self._line.addWidget(label(words, wrap=True), 1)
        for each in there[:_MOST]:
            text = say(f"Restaurer depuis « {each.name} »", f"Restore from “{each.name}”")
            self._line.addWidget(button(text, partial(self.choose, each.name, each.copied or "")))
        self.show()

    def choose(self, copy: str, made: str) -> None:
        """Reads from a copy, made at a time; "" for the vault."""
        self._house.bridge.ask(
            q.ReadFrom, None, lambda _nothing: self._chosen(copy, made),
            failed=partial(self._refused, copy, made), copy=copy,
        )  # fmt: skip

    def _refused(self, copy: str, made: str, raised: CyberlibError) -> None:
        if isinstance(raised, NeedsUnlock):
            self._unsure = True  # the clerk has chosen; whoever is asked for the secret may close the dialog
            self._house.unlock(lambda _nothing: self._chosen(copy, made))
        else:
            self._failed(raised)

    def _chosen(self, copy: str, made: str) -> None:
        self.copy, self._unsure = copy, False
        clear(self._line)
        if copy:
            words = say(
                f"Vous restaurez depuis la copie « {copy} », faite le {moment(made)}. Ce qui a été sauvegardé"
                " depuis n’y est pas.",
                f"You restore from the copy “{copy}”, made {moment(made)}. What was backed up since is not in"
                " it.",
            )
            self._line.addWidget(label(words, wrap=True), 1)
            back = say("Revenir au coffre", "Back to the vault")
            self._line.addWidget(button(back, partial(self.choose, "", "")))
        self.setVisible(bool(copy))
        self._anew()
