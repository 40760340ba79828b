"""Escrow is joined, after its policy and what it means were read; and left again."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from ....app.clerk import questions_keys as q
from ....app.escrow_told import EscrowJoined, EscrowLeft, EscrowOffer
from ....app.wording.language import say
from ....core.errors import CyberlibError
from ...bridge import Bridge
from ...widgets.basics import Card, button, clear, label, row
from ...widgets.files import ask_file, ask_folder
from ...widgets.form import Field
from ...words import error
from .forms import Proved

_WIDTH = 640
_OF_POLICY = ("escrow_policy_", "escrow_file_", "escrow_malformed")


class JoinEscrow(Proved):
    """The policy first; what it says, and what it means, before anything is agreed to."""

    def __init__(self, parent: QWidget, bridge: Bridge, then: Callable[[EscrowJoined], object]) -> None:
        super().__init__(
            parent,
            bridge,
            say("Rejoindre un séquestre", "Join an escrow"),
            say(
                "Des dépositaires gardent, en parts, de quoi rouvrir votre coffre si la phrase secrète et le"
                " kit sont perdus. Votre hébergeur ou votre informaticien vous remet la convention.",
                "Officers keep, in parts, what opens your vault again if the passphrase and the kit are lost."
                " Your host or your technician hands you the policy.",
            ),
            say("Voir la convention", "See the policy"),
            then,
        )
        named = say("Fichier de la convention", "File of the policy")
        self.policy = QLineEdit()
        self.policy.setAccessibleName(named)
        choose = button(say("Choisir…", "Choose…"), lambda: ask_file(self, named, self.policy.setText))
        self.of_policy = Field(named, row(self.policy, choose), named=self.policy)
        self.fingerprint = QLineEdit()
        self.of_fingerprint = Field(
            say("Empreinte lue sur le contrat papier", "Fingerprint, read from the paper contract"),
            self.fingerprint,
            say("Six groupes de quatre signes.", "Six groups of four characters."),
        )
        self.who = QLineEdit()
        self.of_who = Field(say("Vos prénom et nom", "Your full name"), self.who)
        where = say("Dossier pour une copie des documents", "Folder for a copy of the documents")
        self.folder = QLineEdit()
        self.folder.setAccessibleName(where)
        look = button(say("Choisir…", "Choose…"), lambda: ask_folder(self, where, self.folder.setText))
        hint = say(
            "Facultatif quand le coffre est chez un hébergeur.", "Not needed where the vault is at a host."
        )
        self.of_folder = Field(where, row(self.folder, look), hint, named=self.folder)
        for each in (self.of_policy, self.of_fingerprint, self.of_who, self.of_folder):
            self.body.insertLayout(self.body.count() - 1, each)
        self.shown = Card(kind="note", margin=16)
        self.shown.hide()
        self.body.insertWidget(self.body.count() - 1, self.shown)
        self.agreed = QCheckBox(say("J’ai lu, et je le veux ainsi.", "I have read it, and want it so."))
        self.agreed.hide()
        self.body.insertWidget(self.body.count() - 1, self.agreed)
        self.body.addStretch(1)
        for field in (self.policy, self.fingerprint):
            field.textChanged.connect(lambda _text: self._unread())
        self._read = False
        self.fit(_WIDTH, 720)

    def _unread(self) -> None:
        """Another policy is meant: what was read was of the one before."""
        self._read = False
        self.shown.hide()
        self.agreed.hide()
        self.agreed.setChecked(False)
        self._words = say("Voir la convention", "See the policy")
        self.go.setText(self._words)

    def _save(self) -> None:
        missing = say("À remplir.", "To be filled in.")
        for field, inside in (
            (self.of_policy, self.policy),
            (self.of_fingerprint, self.fingerprint),
            (self.of_who, self.who),
        ):
            field.refuse("" if inside.text().strip() else missing)
        if not all(each.text().strip() for each in (self.policy, self.fingerprint, self.who)):
            return
        policy, fingerprint = self.policy.text().strip(), self.fingerprint.text().strip()
        if not self._read:
            self.refuse("")
            self.wait()
            self._bridge.ask(
                q.EscrowOffered,
                EscrowOffer,
                self._show,
                failed=self._failed,
                policy=policy,
                fingerprint=fingerprint,
            )
        elif not self.agreed.isChecked():
            self.refuse(say("Cochez la case si vous le voulez ainsi.", "Tick the box if you want it so."))
        else:
            self._ask(
                q.EscrowWanted,
                EscrowJoined,
                self._done,
                policy=policy,
                fingerprint=fingerprint,
                who=self.who.text().strip(),
                folder=self.folder.text().strip(),
            )

    def _show(self, offer: EscrowOffer) -> None:
        self._read = True
        clear(self.shown.body)
        told = offer.told
        title = say(
            f"Convention n° {told.policy} de {told.host} : {told.needed} dépositaires sur"
            f" {len(told.officers)}",
            f"Policy no. {told.policy} of {told.host}: {told.needed} officers of {len(told.officers)}",
        )
        self.shown.body.addWidget(label(title, "strong", wrap=True))
        for each in told.officers:
            self.shown.body.addWidget(label(f"{each.name}, {each.organisation}", "small-ink", wrap=True))
        for line in offer.text.splitlines():
            self.shown.body.addWidget(label(line, "small-ink", wrap=True))
        self.shown.setAccessibleName(title)
        self.shown.show()
        self.agreed.show()
        self._words = say("Leur confier", "Entrust them")
        self.refuse("")

    def _failed(self, raised: CyberlibError) -> None:
        self.of_policy.refuse("")
        self.of_fingerprint.refuse("")
        self.of_folder.refuse("")
        fields = {"escrow_fingerprint_other": self.of_fingerprint, "escrow_to_missing": self.of_folder}
        fields["escrow_no_folder"] = self.of_folder
        field = fields.get(raised.code, self.of_policy if raised.code.startswith(_OF_POLICY) else None)
        if field is None:
            super()._failed(raised)
        else:
            self.refuse("")
            field.refuse(str(error(raised)))


class LeaveEscrow(Proved):
    """What the officers have is to open the vault no more."""

    def __init__(self, parent: QWidget, bridge: Bridge, then: Callable[[EscrowLeft], object]) -> None:
        super().__init__(
            parent,
            bridge,
            say("Quitter le séquestre ?", "Leave the escrow?"),
            say(
                "Ce que les dépositaires ont n’ouvrira plus le coffre ; l’hébergeur détruit ce qu’il garde."
                " Phrase secrète et kit perdus, plus personne ne pourra le rouvrir. Une copie du coffre faite"
                " avant reste exposée.",
                "What the officers have will not open the vault any more; the host destroys what it keeps."
                " With passphrase and kit lost, nobody will be able to open it again. A copy of the vault"
                " made before stays exposed.",
            ),
            say("Quitter", "Leave"),
            then,
        )
        self.body.addStretch(1)
        self.fit(_WIDTH, 360)

    def _save(self) -> None:
        self._ask(q.EscrowLeaving, EscrowLeft, self._done)
