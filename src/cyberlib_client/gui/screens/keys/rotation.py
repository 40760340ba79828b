"""Another key for the vault: why, what it does and does not, and what was written before, written anew."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from ....app.clerk import questions_keys as q
from ....app.keys_told import KeyChangedTold, KeyRewritten, VaultKey
from ....app.wording.language import say
from ....app.wording.units import WORD as WORDS
from ....app.wording.units import many, moment, size
from ....core.errors import CyberlibError
from ....core.events import Progress
from ...bridge import Bridge
from ...widgets.basics import Card, button, label, row
from ...widgets.files import ask_folder
from ...widgets.form import Field
from ...words import error_line
from .forms import Fresh, Proved, show_file

_WIDTH = 640


class RotationCard(Card):
    """`changed`: told in a sentence once there is another key."""

    def __init__(self, bridge: Bridge, changed: Callable[[str], object]) -> None:
        super().__init__(say("La clé du coffre", "The vault’s key"))
        self._bridge, self._changed = bridge, changed
        self._asked: int | None = None
        self.body.addWidget(
            label(
                say(
                    "À changer si un kit est perdu, un poste volé, ou un séquestre quitté : ce qui s’écrit"
                    " ensuite est hors d’atteinte de qui avait l’ancienne.",
                    "To be changed if a kit is lost, a machine stolen, or an escrow left: what is written"
                    " from then on is out of reach of whoever had the former one.",
                ),
                "soft",
                wrap=True,
            )
        )
        self.exposed = label(wrap=True)
        self.exposed.hide()
        self.body.addWidget(self.exposed)
        self.change = button(say("Changer la clé…", "Change the key…"), self._change)
        self.rewrite = button(say("Réécrire 1 Go", "Write 1 GB anew"), self._rewrite)
        self.stop = button(say("Arrêter", "Stop"), self._stop)
        for each in (self.rewrite, self.stop):
            each.hide()
        self.body.addLayout(row(self.change, self.rewrite, self.stop, None))
        self.problem = label(kind="wrong", wrap=True)
        self.problem.hide()
        self.body.addWidget(self.problem)
        self.hide()

    def look(self) -> None:
        """How often it was changed, and what is still exposed."""
        self.show()
        self._bridge.ask(q.VaultKeyAsked, VaultKey, self.show_key, failed=lambda _raised: None)

    def show_key(self, key: VaultKey) -> None:
        """As it stands."""
        self.exposed.setVisible(bool(key.changes))
        self.rewrite.setVisible(bool(key.exposed_packs) and self._asked is None)
        if key.exposed_packs:
            self.exposed.setText(
                say(
                    f"Une ancienne clé ouvre encore {size(key.exposed_bytes)}, écrits avant le changement."
                    " Les réécrire les met hors d’atteinte, après le délai de conservation des suppressions.",
                    f"A former key still opens {size(key.exposed_bytes)}, written before it was changed."
                    " Writing them anew puts them out of reach, once deletions have waited their time.",
                )
            )
        elif key.changes:
            self.exposed.setText(
                say(
                    "Aucune ancienne clé n’ouvre ce qui est dans le coffre.",
                    "No former key opens anything in the vault.",
                )
            )

    def _change(self) -> None:
        NewKey(self, self._bridge, self._was_changed).open()

    def _was_changed(self, told: KeyChangedTold) -> None:
        if told.kit is not None:
            self._changed(
                say(
                    f"La clé est changée ; les {told.gone} anciens accès n’ouvrent plus rien de nouveau. Kit"
                    f" écrit : {told.kit.file}. Imprimez-le deux fois, puis effacez ce fichier, et détruisez"
                    " les anciens kits.",
                    f"The key is changed; the {told.gone} former ways in open nothing new. Kit written:"
                    f" {told.kit.file}. Print it twice, then delete that file, and destroy the former kits.",
                )
            )
            show_file(told.kit.file)
        else:
            self._changed(
                say("La clé est changée. Recopiez les 24 mots.", "The key is changed. Copy the 24 words.")
            )
            WordsLeft(self, told).open()

    def _rewrite(self) -> None:
        self.problem.hide()
        self.rewrite.hide()
        self.stop.show()
        self._asked = self._bridge.ask(
            q.KeyWrittenAnew, KeyRewritten, self._rewritten, failed=self._failed, stands=self._moves
        )

    def _moves(self, progress: Progress) -> None:
        self.exposed.setText(
            say(f"Réécrit : {size(progress.bytes_done)}…", f"Written anew: {size(progress.bytes_done)}…")
        )

    def _rewritten(self, done: KeyRewritten) -> None:
        self._over()
        self.show_key(done.key)
        until = moment(done.until) if done.until else ""
        if until:
            self.exposed.setText(
                say(
                    f"{size(done.rewritten)} réécrits. Les anciens partent après le {until}.",
                    f"{size(done.rewritten)} written anew. The former ones go after {until}.",
                )
            )

    def _failed(self, raised: CyberlibError) -> None:
        self._over()
        self.problem.setText(error_line(raised))
        self.problem.show()
        self.look()

    def _over(self) -> None:
        self._asked = None
        self.stop.hide()

    def _stop(self) -> None:
        if self._asked is not None:
            self._bridge.stop(self._asked)


class NewKey(Proved):
    """What opens the vault now, a new passphrase, and where the new kit goes."""

    def __init__(self, parent: QWidget, bridge: Bridge, then: Callable[[KeyChangedTold], object]) -> None:
        super().__init__(
            parent,
            bridge,
            say("Changer la clé du coffre", "Change the vault’s key"),
            say(
                "La phrase secrète, tous les kits et les accès des autres postes tombent : ils se rouvrent"
                " par la nouvelle phrase, ou par le nouveau kit. Ce qui est déjà écrit reste lisible par"
                " l’ancienne clé, tant que ce n’est pas réécrit.",
                "The passphrase, all kits and the other machines’ access fall: they open again by the new"
                " passphrase, or by the new kit. What is written already stays readable by the former key"
                " until it is written anew.",
            ),
            say("Changer la clé", "Change the key"),
            then,
        )
        self.typed = Fresh()
        self.body.addLayout(self.typed)
        name = say("Dossier où écrire le nouveau kit", "Folder to write the new kit to")
        self.folder = QLineEdit()
        self.folder.setAccessibleName(name)
        choose = button(say("Choisir…", "Choose…"), self._choose)
        hint = say("Une clé USB de préférence.", "A USB stick, best.")
        self.where = Field(name, row(self.folder, choose), hint, named=self.folder)
        self.body.addLayout(self.where)
        self.body.addStretch(1)
        self.fit(_WIDTH, 640)

    def _choose(self) -> None:
        ask_folder(self, self.folder.accessibleName(), self.folder.setText, self.folder.text())

    def _save(self) -> None:
        folder = self.folder.text().strip()
        self.where.refuse("" if folder else say("Il manque le dossier.", "The folder is missing."))
        if self.typed.is_fit() and folder:
            self._ask(q.KeyChanged, KeyChangedTold, self._done, new=self.typed.new.text(), folder=folder)


class WordsLeft(QDialog):
    """The key is changed and no kit could be written: the words, until they are copied."""

    def __init__(self, parent: QWidget, told: KeyChangedTold) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Recopiez ces 24 mots", "Copy these 24 words"))
        inside = QVBoxLayout(self)
        inside.setContentsMargins(28, 24, 28, 24)
        inside.setSpacing(12)
        inside.addWidget(label(self.windowTitle(), "title"))
        why = say(
            f"Le kit n’a pas pu être écrit ({told.problem}). Ces {many(len(told.words), *WORDS)} sont la"
            " seule clé de secours : recopiez-les sur papier, puis contrôlez-les par « Contrôler un kit ».",
            f"The kit could not be written ({told.problem}). These {many(len(told.words), *WORDS)} are the"
            " only recovery key: copy them to paper, then check them by “Check a kit”.",
        )
        inside.addWidget(label(why, wrap=True))
        for start in range(0, len(told.words), 6):
            part = told.words[start : start + 6]
            inside.addWidget(label("   ".join(f"{start + n}. {w}" for n, w in enumerate(part, 1)), "strong"))
        inside.addLayout(row(None, button(say("C’est recopié", "They are copied"), self.accept, main=True)))
