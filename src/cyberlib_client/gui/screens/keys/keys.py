"""What opens the vault: passphrases, recovery kits, workstations."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtWidgets import QPushButton, QVBoxLayout

from ....app.clerk import questions as q
from ....app.keys_told import RecoveryKitMade, SlotAdded, SlotInfo, SlotRemoved
from ....app.wording.language import Both, say
from ....app.wording.units import moment
from ....core.errors import CyberlibError, NeedsUnlock
from ...room import House, Room
from ...widgets.basics import Card, IconLabel, Pill, button, clear, column, label, line, row
from ...widgets.form import Told
from ...words import no_vault_yet
from .approval import ApprovalCard
from .covers import CoversCard
from .escrow import EscrowCard
from .forms import CheckKit, NewKit, NewPassphrase, Removal, show_file
from .people import PeopleCard
from .rotation import RotationCard

_KINDS: Final = {
    "passphrase": (Both("Phrase secrète", "Passphrase"), "key"),
    "recovery": (Both("Kit de secours", "Recovery kit"), "text"),
    "device": (Both("Poste de travail", "Workstation"), "lock"),
    "escrow": (Both("Séquestre", "Escrow"), "shield"),
}

_OWN: Final = ("passphrase", "recovery")
"""Of these one must stay."""


def _named(slot: SlotInfo) -> bool:
    """Whether somebody gave it its name: else it is of its kind and a number, such as "passphrase (2)"."""
    return re.fullmatch(rf"{re.escape(slot.kind)}( \(\d+\))?", slot.name) is None


class Keys(Room):
    """See the module."""

    def __init__(self, house: House) -> None:
        super().__init__(house, say("Clé et accès", "Key and access"))
        lock = button(say("Verrouiller", "Lock"), house.lock, sign="lock")
        lock.setToolTip(
            say(
                "Restaurer et voir les accès demandera la phrase secrète (Ctrl+L).",
                "To restore and to see what opens the vault will take the passphrase (Ctrl+L).",
            )
        )
        self.column.addLayout(row(label(say("Clé et accès", "Key and access"), "title"), None, lock))
        self.told = Told()
        self.column.addWidget(self.told)
        self.approvals = ApprovalCard(self.bridge, self._escrow_changed)
        self.column.addWidget(self.approvals)
        self.covers = CoversCard(self.bridge, self._escrow_changed)
        self.column.addWidget(self.covers)
        kit = self._kit()
        self.column.addWidget(kit)
        self._card = Card(say("Ce qui ouvre le coffre", "What opens the vault"))
        self._lines = QVBoxLayout()
        self._passphrases = 0
        self._lines.setSpacing(10)
        self._card.body.addLayout(self._lines)
        change = button(say("Changer la phrase secrète…", "Change the passphrase…"), self.change)
        add = button(say("Ajouter une phrase secrète…", "Add a passphrase…"), self.add, link=True)
        self._card.body.addLayout(row(change, add, None))
        self.column.addWidget(self._card)
        self.rotation = RotationCard(self.bridge, self._escrow_changed)
        self.column.addWidget(self.rotation)
        self._of_vault = (lock, kit, change, add)
        self.escrow = EscrowCard(self.bridge, self._escrow_changed)
        self.column.addWidget(self.escrow)
        self.people = PeopleCard(self.bridge, self._escrow_changed)
        self.column.addWidget(self.people)
        self.column.addStretch(1)

    def _kit(self) -> Card:
        card = Card(say("Le kit de secours", "The recovery kit"))
        card.body.addWidget(
            label(
                say(
                    "Personne d’autre que vous ne peut ouvrir le coffre : ni l’hébergeur, ni l’éditeur. Le"
                    " kit, sur papier et hors du cabinet, l’ouvre quand la phrase est oubliée ou le poste"
                    " perdu.",
                    "Nobody but you can open the vault: neither the host nor the publisher. The kit, on"
                    " paper and outside the practice, opens it when the passphrase is forgotten or the"
                    " machine lost.",
                ),
                "soft",
                wrap=True,
            )
        )
        card.body.addLayout(
            row(
                button(say("Nouveau kit de secours…", "New recovery kit…"), self.make_kit, main=True),
                button(say("Contrôler un kit…", "Check a kit…"), self.check_kit),
                None,
            )
        )
        return card

    def enter(self) -> None:
        """See Room."""
        self.bridge.ask(q.KeysAsked, list[SlotInfo], self._show, failed=self._failed)

    # ---- what is done

    def make_kit(self) -> None:
        """A new sheet."""
        NewKit(self, self.bridge, self._made).open()

    def check_kit(self) -> None:
        """Does a sheet still open the vault?"""
        CheckKit(self, self.bridge).open()

    def change(self) -> None:
        """Another passphrase."""
        several = self._passphrases > 1
        then = self._changed_of_several if several else self._changed
        NewPassphrase(self, self.bridge, then, further=False, several=several).open()

    def add(self) -> None:
        """A further passphrase."""
        NewPassphrase(self, self.bridge, self._added, further=True).open()

    def _made(self, made: RecoveryKitMade) -> None:
        self.told.say(
            say(
                f"Kit n° {made.slot.id[:8]} écrit : {made.file}. Imprimez-le deux fois, puis effacez ce"
                f" fichier.",
                f"Kit {made.slot.id[:8]} written: {made.file}. Print it twice, then delete that file.",
            )
        )
        show_file(made.file)
        self.enter()

    def _changed(self, _added: SlotAdded) -> None:
        self.told.say(say("La phrase secrète est changée.", "The passphrase is changed."))
        self.enter()

    def _changed_of_several(self, _added: SlotAdded) -> None:
        # By the 24 words none was removed: it is not known which was meant.
        self.told.say(
            say(
                "La nouvelle phrase secrète ouvre le coffre. Celles qui l’ouvrent sont dans la liste :"
                " retirez-y celle qui ne sert plus.",
                "The new passphrase opens the vault. Those that open it are in the list: remove there the"
                " one that is not used any more.",
            )
        )
        self.enter()

    def _added(self, added: SlotAdded) -> None:
        self.told.say(say(f"« {added.slot.name} » ouvre le coffre.", f"“{added.slot.name}” opens the vault."))
        self.enter()

    def _removed(self, removed: SlotRemoved) -> None:
        words = say("C’est retiré.", "It is removed.")
        if all(slot.kind != "recovery" for slot in removed.left):
            words += say(
                " Il n’y a plus aucun kit : faites-en un nouveau.", " There is no kit left: make a new one."
            )
        self.told.say(words)
        self.enter()

    def _escrow_changed(self, words: str) -> None:
        self.told.say(words)
        self.enter()

    # ---- what is shown

    def _failed(self, raised: CyberlibError) -> None:
        clear(self._lines)
        self.escrow.hide()  # nothing is known of it
        self.approvals.hide()
        self.covers.hide()
        self.rotation.hide()
        self.people.hide()
        if raised.code == "no_vault":
            self._show_doable(vault=False)
            making = button(
                say("Créer le coffre", "Make the vault"), lambda: self.house.do("make"), main=True
            )
            self._lines.addLayout(row(label(no_vault_yet(), "soft"), None, making))
            return
        if not isinstance(raised, NeedsUnlock):
            self.house.say_error(raised)
            return
        opening = button(
            say("Ouvrir le coffre…", "Open the vault…"),
            lambda: self.house.unlock(lambda _nothing: self.enter()),
            main=True,
            sign="lock",
        )
        self._lines.addLayout(
            row(label(say("Le coffre est fermé.", "The vault is closed."), "soft"), None, opening)
        )

    def _show_doable(self, *, vault: bool) -> None:
        """What needs a vault is not offered without one."""
        for each in self._of_vault:
            each.setVisible(vault)

    def _show(self, slots: list[SlotInfo]) -> None:
        clear(self._lines)
        self._show_doable(vault=True)
        self._passphrases = sum(slot.kind == "passphrase" for slot in slots)
        ways = sum(slot.kind in _OWN for slot in slots)
        self.escrow.show()
        self.escrow.show_slots(slots)
        self.approvals.look()
        self.covers.look()
        self.rotation.look()
        self.people.look()
        for slot in slots:
            words, sign = _KINDS.get(slot.kind, (Both(slot.kind, slot.kind), "key"))
            since = say(f"depuis le {moment(slot.created)}", f"since {moment(slot.created)}")
            number = say(f"n° {slot.id[:8]}", f"No. {slot.id[:8]}")
            chosen = f"{slot.name} · " if _named(slot) else ""
            text = column(
                label(str(words), "strong"), label(f"{chosen}{number} · {since}", "small", wrap=True), gap=2
            )
            made = row(IconLabel(sign, "brand", 24), text, gap=14)
            made.setStretch(1, 1)
            if slot.here:
                made.addWidget(Pill(say("Ce poste", "This machine"), "ok"))
            if slot.kind not in _OWN or ways > 1:
                made.addWidget(self._remove_button(slot, str(words)))
            self._lines.addLayout(made)
            self._lines.addWidget(line())

    def _remove_button(self, slot: SlotInfo, kind: str) -> QPushButton:
        name = slot.name if _named(slot) else kind
        made = button(
            say("Retirer…", "Remove…"),
            lambda: Removal(self, self.bridge, slot, name, self._removed).open(),
            link=True,
        )
        made.setAccessibleName(say(f"Retirer {name} {slot.id[:8]}", f"Remove {name} {slot.id[:8]}"))
        return made
