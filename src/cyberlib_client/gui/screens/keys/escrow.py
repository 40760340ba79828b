"""Who else keeps what opens the vault, in parts; and requests for it, to which anybody here may say no."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ....app.clerk import questions_keys as q
from ....app.escrow_told import EscrowJoined, EscrowLeft, EscrowTold, ReleaseShown
from ....app.keys_told import SlotInfo
from ....app.wording.language import say
from ....app.wording.units import moment
from ....core.errors import CyberlibError
from ...bridge import Bridge
from ...widgets.basics import Card, IconLabel, Pill, button, clear, column, label, row
from ...words import error
from .escrow_forms import JoinEscrow, LeaveEscrow


class EscrowCard(Card):
    """`show_slots` first; what the host knows comes when it has answered."""

    def __init__(self, bridge: Bridge, changed: Callable[[str], object]) -> None:
        """`changed`: told in a sentence when it was joined or left."""
        super().__init__(say("Séquestre", "Escrow"))
        self._bridge, self._changed = bridge, changed
        self._lines = QVBoxLayout()
        self._lines.setSpacing(10)
        self.body.addLayout(self._lines)
        self.problem = label(kind="wrong", wrap=True)
        self.problem.hide()
        self.body.addWidget(self.problem)
        self._join = button(say("Rejoindre un séquestre…", "Join an escrow…"), self.join)
        self._leave = button(say("Quitter…", "Leave…"), self.leave, link=True)
        self.body.addLayout(row(self._join, self._leave, None))
        self._show(EscrowTold(state="off"))

    def show_slots(self, slots: list[SlotInfo]) -> None:
        """What opens the vault now. Asks for the rest, which takes the vault and its host."""
        on = any(slot.kind == "escrow" for slot in slots)
        self._show(EscrowTold(state="elsewhere" if on else "off"))
        self.look()

    def look(self) -> None:
        """How it stands."""
        self._bridge.ask(q.EscrowAsked, EscrowTold, self._show, failed=self._refuse)

    def join(self) -> None:
        """After its policy was read."""
        JoinEscrow(self, self._bridge, self._joined).open()

    def leave(self) -> None:
        """For good."""
        LeaveEscrow(self, self._bridge, self._left).open()

    def _joined(self, joined: EscrowJoined) -> None:
        words = say("Le séquestre est en place.", "The escrow stands.")
        if not joined.handed_in:
            words += say(
                f" Remettez à l’hébergeur : {', '.join(joined.files)}.",
                f" Hand to the host: {', '.join(joined.files)}.",
            )
        self._changed(
            words
            + say(
                " Faites un nouveau kit : il en porte l’empreinte.",
                " Make a new kit: it bears its fingerprint.",
            )
        )

    def _left(self, left: EscrowLeft) -> None:
        words = say("Le séquestre est quitté.", "The escrow is left.")
        if left.handed_in:
            words += say(" L’hébergeur a détruit ce qu’il avait.", " The host has destroyed what it had.")
        self._changed(words)

    def _show(self, told: EscrowTold) -> None:
        self.problem.hide()
        clear(self._lines)
        on = told.state != "off"
        self._join.setVisible(not on)
        self._leave.setVisible(on or told.at_host is True)
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
            "Des dépositaires gardent, en parts, de quoi rouvrir ce coffre. Le poste où il a été accepté dit"
            " qui ils sont.",
            "Officers keep, in parts, what opens this vault again. The machine where it was agreed to tells"
            " who they are.",
        )
    return say(
        "Personne d’autre ne garde de quoi ouvrir ce coffre. Le confier à des dépositaires est un choix qui"
        " vous revient.",
        "Nobody else keeps what opens this vault. Entrusting officers with it is for you to choose.",
    )
