"""Who else keeps what opens the vault, in parts; and requests for it, to which anybody here may say no."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ....app.clerk import questions_keys as q
from ....app.escrow_told import EscrowTold, ReleaseShown
from ....app.keys_told import SlotInfo
from ....app.wording.language import say
from ....app.wording.units import moment
from ....core.errors import CyberlibError
from ...bridge import Bridge
from ...widgets.basics import Card, IconLabel, Pill, button, clear, column, label, row
from ...words import error


class EscrowCard(Card):
    """`show_slots` first; what the host knows comes when it has answered."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(say("Séquestre", "Escrow"))
        self._bridge = bridge
        self._lines = QVBoxLayout()
        self._lines.setSpacing(10)
        self.body.addLayout(self._lines)
        self.problem = label(kind="wrong", wrap=True)
        self.problem.hide()
        self.body.addWidget(self.problem)
        self._show(EscrowTold(state="off"))

    def show_slots(self, slots: list[SlotInfo]) -> None:
        """What opens the vault now. Asks for the rest, which takes the vault and its host."""
        on = any(slot.kind == "escrow" for slot in slots)
        self._show(EscrowTold(state="elsewhere" if on else "off"))
        self.look()

    def look(self) -> None:
        """How it stands."""
        self._bridge.ask(q.EscrowAsked, EscrowTold, self._show, failed=self._refuse)

    def _show(self, told: EscrowTold) -> None:
        self.problem.hide()
        clear(self._lines)
        on = told.state != "off"
        pill = Pill(say("Activé", "On"), "ok") if on else Pill(say("Désactivé", "Off"), "")
        words = label(_words(told), "soft", wrap=True)
        inside = row(pill, words)
        inside.setStretch(1, 1)
        self._lines.addLayout(inside)
        for each in told.officers:
            self._lines.addWidget(label(f"{each.name}, {each.organisation}", "small-ink", wrap=True))
        for release in told.releases:
            if release.state in ("waiting", "open"):
                self._lines.addWidget(self._release(release))

    def _release(self, release: ReleaseShown) -> QWidget:
        made = Card(kind="note" if release.here else "note-wrong", margin=12)
        when = moment(release.asked)
        if release.here:
            title = say(f"Ce poste a demandé l’accès, le {when}", f"This machine asked for access, on {when}")
        else:
            title = say(
                f"« {release.workstation} » demande l’accès à votre coffre, le {when}",
                f"“{release.workstation}” asks for access to your vault, on {when}",
            )
        opens = moment(release.opens)
        if release.state == "waiting":
            until = say(f"Remise aux dépositaires le {opens}.", f"Handed to the officers on {opens}.")
        else:
            until = say(
                f"Les dépositaires l’ont depuis le {opens} ; réponses reçues : {release.answered}.",
                f"The officers have it since {opens}; answers here: {release.answered}.",
            )
        mine = say(
            f" Lisez-leur ces six mots quand ils appellent : {' '.join(release.words)}.",
            f" Read these six words to them when they call: {' '.join(release.words)}.",
        )
        other = say(
            " Si personne du cabinet ne l’a voulu, refusez.", " If nobody of the practice wants it, say no."
        )
        no = button(say("Refuser", "Say no"), lambda: self._no(release.id), main=not release.here)
        no.setAccessibleName(
            say(f"Refuser la demande de {release.workstation}", f"Say no to {release.workstation}’s request")
        )
        text = column(
            label(title, "strong", wrap=True),
            label(until + (mine if release.here else other), "small-ink", wrap=True),
            gap=4,
        )
        inside = row(
            IconLabel("key" if release.here else "alert", "brand" if release.here else "wrong"), text, no
        )
        inside.setStretch(1, 1)
        made.body.addLayout(inside)
        made.setAccessibleName(title)
        return made

    def _no(self, release: str) -> None:
        self._bridge.ask(
            q.ReleaseRefused,
            list[ReleaseShown],
            lambda _gone: self.look(),
            failed=self._refuse,
            release=release,
        )

    def _refuse(self, raised: CyberlibError) -> None:
        self.problem.setText(str(error(raised)))
        self.problem.show()


def _words(told: EscrowTold) -> str:
    if told.policy and told.state == "on":
        return say(
            f"Accepté par {told.who}, le {moment(told.since)}. {told.needed} de ces dépositaires, ensemble,"
            f" peuvent rouvrir ce coffre. Convention n° {told.policy}, empreinte {told.fingerprint}.",
            f"Agreed to by {told.who}, on {moment(told.since)}. {told.needed} of these officers together can"
            f" open this vault again. Policy no. {told.policy}, fingerprint {told.fingerprint}.",
        )
    if told.state != "off":
        return say(
            "Des dépositaires gardent, en parts, de quoi rouvrir ce coffre. Votre informaticien peut vous"
            " dire qui ils sont, et quitter le séquestre.",
            "Officers keep, in parts, what opens this vault again. Your technician can tell you who they are,"
            " and leave the escrow.",
        )
    return say(
        "Personne d’autre ne garde une copie de votre clé. C’est un choix qui vous revient : votre"
        " informaticien peut le mettre en place avec vous.",
        "Nobody else keeps a copy of your key. It is for you to choose: your technician can set it up with"
        " you.",
    )
