"""What the vault takes, and where it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from PySide6.QtWidgets import QProgressBar

from ....app.clerk.home import HomeTold, StorageTold
from ....app.host_told import Card as Hosting
from ....app.times import iso_time
from ....app.wording.language import language, say
from ....app.wording.units import SNAPSHOT, many, month, size
from ....core.errors import CyberlibError
from ....core.forecast import Forecast
from ....core.spread import Spread
from ...widgets.basics import Card, IconLabel, Pill, button, clear, column, label, row
from ...words import error, no_vault_yet
from .hosting import HostingCard


def forecast_words(told: Forecast) -> str:
    """How long the room will last, as far as anybody can tell."""
    if told.kind == "full_by" and told.at is not None:
        when = month(iso_time(told.at))
        return say(
            f"Au rythme actuel de ce poste, plein vers {when}.",
            f"At this machine’s present rate, full by about {when}.",
        )
    if told.kind == "long":
        return say(
            "Au rythme actuel de ce poste, suffisant pour plus de cinq ans.",
            "At this machine’s present rate, enough for more than five years.",
        )
    if told.kind == "steady":
        return say("Le coffre ne grandit pas en ce moment.", "The vault does not grow at present.")
    return say(
        "Trop peu de jours pour dire quand ce sera plein.", "Too few days yet to tell when it will be full."
    )


def spread_words(told: Spread) -> str:
    """What the rule asks for, in as many words as home has room for."""
    if told.safe:
        return say(
            "Vos données existent en 3 exemplaires au moins, dont un hors du cabinet.",
            "There are 3 copies of your data at least, one of them outside the practice.",
        )
    lacks = []
    if told.copies < 3:
        more = 3 - told.copies
        lacks.append(say(f"{more} exemplaire{'s' * (more > 1)}", f"{more} cop{'ies' if more > 1 else 'y'}"))
    if told.media < 2:
        lacks.append(say("1 support", "1 medium"))
    if told.elsewhere < 1:
        lacks.append(say("1 ailleurs", "1 elsewhere"))
    listed = ", ".join(lacks)
    return say(
        f"Il faut 3 exemplaires, sur 2 supports, dont 1 hors du cabinet. Manque : {listed}.",
        f"It takes 3 copies, on 2 media, 1 outside the practice. Lacking: {listed}.",
    )


class Storage(Card):
    """What the vault takes, and how many copies there are. `see_copies`: shows them."""

    def __init__(self, see_copies: Callable[[], object]) -> None:
        super().__init__(say("Coffre", "Vault"))
        self._figure, self._words = label("–", "figure"), label(kind="small", wrap=True)
        self._bar, self._foot = QProgressBar(), label(kind="small", wrap=True)
        self._bar.setTextVisible(False)
        line_ = row(self._figure, self._words, gap=18)
        line_.setStretch(1, 1)
        self.body.addLayout(line_)
        self.body.addWidget(self._bar)
        self.body.addWidget(self._foot)
        self._rule, self._means = Pill(), label(kind="small", wrap=True)
        self._see = button(say("Voir les copies", "See the copies"), see_copies, link=True)
        self.body.addLayout(row(self._rule, self._see, None))
        self.body.addWidget(self._means)
        self.body.addStretch(1)
        self._bar.hide()
        self._files = 0

    def show_told(self, told: HomeTold) -> None:
        """What is known without asking the vault."""
        self._files = told.report.bytes
        spread = told.report.health.spread
        for each in (self._rule, self._see, self._means):
            each.setVisible(spread is not None)
        if spread is not None:
            kept = say("Règle 3-2-1 tenue", "3-2-1 rule kept")
            missed = say("Règle 3-2-1 non tenue", "3-2-1 rule not kept yet")
            self._rule.say(kept if spread.safe else missed, "ok" if spread.safe else "todo")
            self._means.setText(spread_words(spread))
        if told.place == "none":
            self._figure.setText("–")
            self._words.setText(no_vault_yet())
            self._foot.setText("")

    def show_absent(self) -> None:
        """The vault is not there now."""
        self._figure.setText("–")
        self._bar.hide()
        self._words.setText(
            say("Le coffre n’est pas joignable en ce moment.", "The vault cannot be reached now.")
        )
        self._foot.setText("")

    def show_storage(self, told: StorageTold) -> None:
        """What the vault's store says."""
        self._figure.setText(size(told.bytes))
        versions = many(told.snapshots, *SNAPSHOT)
        self._words.setText(
            say(
                f"pour {size(self._files)} de fichiers · {versions}",
                f"for {size(self._files)} of files · {versions}",
            )
        )
        room = told.room
        self._bar.setVisible(room is not None)
        if room is None:
            self._foot.setText(
                say(
                    "Les versions se partagent ce qui n’a pas changé.",
                    "Snapshots share what did not change.",
                )
            )
            return
        self._bar.setMaximum(1000)
        self._bar.setValue(min(1000, (room.total - room.left) * 1000 // room.total))
        total, left = size(room.total), size(room.left)
        if told.host is not None:
            self._bar.setAccessibleName(
                say("Place prise dans l’abonnement", "Share of the subscription in use")
            )
            words = say(
                f"{total} compris dans l’abonnement, il en reste {left}.",
                f"{total} in the subscription, {left} of them left.",
            )
        else:
            self._bar.setAccessibleName(say("Place prise sur le disque", "Share of the disk in use"))
            words = say(f"{left} libres sur le disque de {total}.", f"{left} free on the disk of {total}.")
        self._foot.setText(f"{words} {forecast_words(room.forecast)}")


_WARN_DAYS: Final = 60
"""As `app.hosting` warns."""


def _day(iso: str) -> str:
    return "/".join(reversed(iso.split("-"))) if language() == "fr" else iso


def _days_left(iso: str) -> int | None:
    try:
        return (date.fromisoformat(iso) - datetime.now().astimezone().date()).days
    except ValueError:
        return None  # shown as it is


def _sealed() -> str:
    return say(
        "Vos fichiers y sont illisibles sans votre clé.", "Without your key nobody can read them there."
    )


class Place(Card):
    """Where the vault is; at a host, what certifies the hosting."""

    def __init__(self) -> None:
        super().__init__(say("Hébergement", "Hosting"))
        self._icon = IconLabel("server", "ink", 28)
        self._name, self._words = label(kind="strong", wrap=True), label(kind="small", wrap=True)
        line_ = row(self._icon, column(self._name, self._words, gap=2), gap=14)
        line_.setStretch(1, 1)
        self.body.addLayout(line_)
        self._foot = label(kind="small", wrap=True)
        self.body.addWidget(self._foot)
        self._card: Hosting | None = None
        self._absent = ""
        self._validity = row()
        self._more = button(say("Voir la carte…", "See the card…"), self._open, link=True)
        self._more.hide()
        self.body.addLayout(row(self._validity, self._more, None))
        self.body.addStretch(1)

    def _open(self) -> None:
        if self._card is not None:
            HostingCard(self._card, self.window()).open()

    def show_told(self, told: HomeTold) -> None:
        """What is known without asking."""
        names = {
            "none": say("Pas de coffre", "No vault"),
            "folder": say("Sur un disque", "On a disk"),
            "bucket": say("Dans un stockage S3", "In an S3 storage"),
            "host": say("Chez votre hébergeur", "At your host"),
        }
        self._icon.show_icon("disk" if told.place == "folder" else "server", "ink")
        self.title.setText(
            say("Hébergement", "Hosting")
            if told.place == "host"
            else say("Où est le coffre", "Where the vault is")
        )
        self._name.setText(names.get(told.place, ""))
        self._words.setText(told.at)
        self._foot.setText(self._absent or (_sealed() if told.place != "none" else ""))

    def show_storage(self, told: StorageTold) -> None:
        """The hosting's card."""
        self._absent = ""
        card = told.host.card if told.host is not None else None
        if told.host is None or card is None:
            self._more.hide()
            clear(self._validity)
            self._foot.setText(_sealed())
            return
        self._name.setText(say(f"{card.host}, certifié HDS", f"{card.host}, HDS certified"))
        zones = len(told.host.zones)
        self._words.setText(
            say(
                f"{zones} centre{'s' * (zones > 1)} · certificat valable jusqu’au {_day(card.valid_until)}",
                f"{zones} data centre{'s' * (zones != 1)} · certificate valid until {_day(card.valid_until)}",
            )
        )
        self._card = card
        self._more.show()
        left = _days_left(card.valid_until)
        clear(self._validity)
        if card.withdrawn is not None or (left is not None and left < 0):
            self._validity.addWidget(Pill(say("Certificat retiré ou échu", "Certificate over"), "wrong"))
        elif left is not None and left <= _WARN_DAYS:
            self._validity.addWidget(Pill(say(f"Échoit dans {left} jours", f"Ends in {left} days"), "todo"))
        self._foot.setText(
            say(
                "C’est l’hébergement qui est certifié. Vos fichiers y sont illisibles sans votre clé.",
                "It is the hosting that is certified. Without your key nobody can read your files there.",
            )
        )

    def show_absent(self, raised: CyberlibError) -> None:
        """The vault is not there now. Said until it is there again."""
        self._absent = str(error(raised))
        self._foot.setText(self._absent)
