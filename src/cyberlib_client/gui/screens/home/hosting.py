"""The card of the hosting: what is certified, until when, where, and who works on it."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from ....app.host_told import Card, SubProcessor
from ....app.wording.language import language, say
from ...widgets.basics import button, label, row


class HostingCard(QDialog):
    """All that the host states of its certification."""

    def __init__(self, card: Card, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Carte de certification de l’hébergement", "Certification of the hosting"))
        self.setMinimumWidth(600)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(28, 24, 28, 24)
        inside.setSpacing(14)
        inside.addWidget(label(self.windowTitle(), "title", wrap=True))
        lines = [
            (say("Hébergeur", "Host"), card.host),
            (say("Certificat HDS", "HDS certificate"), card.certificate),
            (say("Activités certifiées", "Certified activities"), ", ".join(map(str, card.activities))),
            (say("Valable", "Valid"), _span(card)),
            (say("Lieux", "Places"), ", ".join(each.name for each in card.places) or "–"),
            (
                say("Sous-traitants", "Sub-processors"),
                "\n".join(_sub_processor(each) for each in card.sub_processors) or "–",
            ),
        ]
        if card.withdrawn is not None:
            lines.append((say("Retiré le", "Withdrawn on"), _day(card.withdrawn[:10])))
        told = QGridLayout()
        told.setHorizontalSpacing(20)
        told.setVerticalSpacing(8)
        told.setColumnStretch(1, 1)
        for number, (what, words) in enumerate(lines):
            told.addWidget(label(what, "soft"), number, 0)
            told.addWidget(label(words, wrap=True), number, 1)
        inside.addLayout(told)
        inside.addWidget(
            label(
                say(
                    "C’est l’hébergement qui est certifié « hébergeur de données de santé », jamais le"
                    " logiciel. CyberLib chiffre vos fichiers avant qu’ils n’y partent.",
                    "It is the hosting that is certified for health data (HDS), never the software. CyberLib"
                    " encrypts your files before they go there.",
                ),
                "small",
                wrap=True,
            )
        )
        close = button(say("Fermer", "Close"), self.accept, main=True)
        close.setDefault(True)
        inside.addStretch(1)
        inside.addLayout(row(None, close))


def _span(card: Card) -> str:
    begun, end = _day(card.valid_from), _day(card.valid_until)
    return say(f"du {begun} au {end}", f"from {begun} to {end}")


def _day(iso: str) -> str:
    return "/".join(reversed(iso.split("-"))) if language() == "fr" else iso


def _sub_processor(each: SubProcessor) -> str:
    days = each.notice_days
    return say(
        f"{each.name} : {each.role} (changement annoncé {days} jours avant)",
        f"{each.name}: {each.role} (a change is announced {days} days before)",
    )
