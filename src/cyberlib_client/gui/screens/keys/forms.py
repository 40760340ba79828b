"""What is asked before something changes that opens the vault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from ....app.clerk import questions_keys as q
from ....app.clerk.asking import Question
from ....app.keys_told import RecoveryKitChecked, RecoveryKitMade, SlotAdded, SlotInfo, SlotRemoved
from ....app.passphrases import weakness
from ....app.wording.language import say
from ....app.wording.units import WORD, many, moment
from ....core.errors import CyberlibError
from ....core.words import listed, written_words
from ...bridge import Bridge
from ...widgets.basics import button, forget, label, row
from ...widgets.files import ask_folder
from ...widgets.form import Field, Form
from ...words import error, meant

_WIDTH: Final = 620
_OF_SECRET: Final = ("wrong_secret", "proof_needed", "locked")
_WORDS: Final = 24


def hidden(name: str) -> QLineEdit:
    """A field for a secret."""
    made = QLineEdit()
    made.setEchoMode(QLineEdit.EchoMode.Password)
    made.setAccessibleName(name)
    return made


class Proved(Form):
    """A form that begins with the passphrase: this machine opens the vault by itself, whoever sits at it."""

    def __init__(
        self, parent: QWidget, bridge: Bridge, title: str, lead: str, go: str, then: Callable[[Any], object]
    ) -> None:
        super().__init__(parent, title, lead, go, self._save)
        self._bridge, self._then = bridge, then
        name = say("Phrase secrète actuelle, ou 24 mots", "Present passphrase, or 24 words")
        self.secret = hidden(name)
        self.proof = Field(name, self.secret)
        self.secret.textChanged.connect(lambda _text: self.proof.refuse(""))
        self.body.addLayout(self.proof)

    def _save(self) -> None:
        raise NotImplementedError

    def _ask(self, kind: type[Question], result: Any, then: Callable[[Any], None], **facts: Any) -> None:
        self.proof.refuse("")
        self.refuse("")
        if not self.secret.text().strip():
            self.proof.refuse(say("Il manque la phrase secrète.", "The passphrase is missing."))
            return
        self.wait()
        facts["secret"] = self.secret.text()
        self._bridge.ask(kind, result, then, failed=self._failed, **facts)

    def _failed(self, raised: CyberlibError) -> None:
        self.refuse("")
        if raised.code in _OF_SECRET or raised.code.startswith("recovery_word"):
            self.proof.refuse(str(error(meant(raised, self.secret.text()))))
            self.secret.setFocus()
        else:
            self.refuse(str(error(raised)))

    def _done(self, told: object) -> None:
        self.accept()
        self._then(told)

    def done(self, result: int) -> None:
        """See QDialog. No secret stays in a field."""
        forget(*self.findChildren(QLineEdit))
        super().done(result)


class NewKit(Proved):
    """A kit is written to a folder, and shown so that it is printed."""

    def __init__(self, parent: QWidget, bridge: Bridge, then: Callable[[RecoveryKitMade], object]) -> None:
        super().__init__(
            parent,
            bridge,
            say("Nouveau kit de secours", "New recovery kit"),
            say(
                "Deux pages à imprimer : 24 mots qui ouvrent le coffre, un code QR et la marche à suivre. Les"
                " kits d’avant restent bons tant que vous ne les retirez pas.",
                "Two pages to print: 24 words that open the vault, a QR code and what to do. Earlier kits"
                " stay good until you remove them.",
            ),
            say("Faire le kit", "Make the kit"),
            then,
        )
        name = say("Dossier où l’écrire", "Folder to write it to")
        self.folder = QLineEdit()
        self.folder.setAccessibleName(name)
        choose = button(say("Choisir…", "Choose…"), self._choose)
        hint = say("Une clé USB de préférence.", "A USB stick, best.")
        self.where = Field(name, row(self.folder, choose), hint, named=self.folder)
        self.body.addLayout(self.where)
        self.body.addStretch(1)
        self.fit(_WIDTH, 420)

    def _choose(self) -> None:
        ask_folder(self, self.folder.accessibleName(), self.folder.setText, self.folder.text())

    def _save(self) -> None:
        folder = self.folder.text().strip()
        self.where.refuse("" if folder else say("Il manque le dossier.", "The folder is missing."))
        if folder:
            self._ask(q.KitWanted, RecoveryKitMade, self._done, folder=folder)


def _of_no_list(places: list[str]) -> str:
    """All at once: on the telephone each would take a round."""
    if len(places) == 1:
        return say(f"Le mot n° {places[0]} n’est pas de la liste.", f"Word {places[0]} is not in the list.")
    *most, last = places
    first = ", ".join(most)
    return say(
        f"Les mots n° {first} et {last} ne sont pas de la liste.",
        f"Words {first} and {last} are not in the list.",
    )


def show_file(path: str) -> None:
    """In the system's own program, from where it is printed."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(path))


class CheckKit(Form):
    """The words of a sheet are typed; what is no word of the list is said at once."""

    def __init__(self, parent: QWidget, bridge: Bridge) -> None:
        super().__init__(
            parent,
            say("Contrôler un kit", "Check a kit"),
            say(
                "Tapez les 24 mots de la feuille, ou collez ce que dit son code QR. Rien n’est restauré ni"
                " gardé.",
                "Type the 24 words of the sheet, or paste what its QR code says. Nothing is restored or"
                " kept.",
            ),
            say("Contrôler", "Check"),
            self._save,
        )
        self._bridge = bridge
        name = say("Les 24 mots", "The 24 words")
        self.typed = QPlainTextEdit()
        self.typed.setTabChangesFocus(True)
        self.typed.setFixedHeight(110)
        self.typed.setAccessibleName(name)
        self.typed.textChanged.connect(self._look)
        self.words = Field(name, self.typed)
        self.body.addLayout(self.words)
        self.count = label("", "small")
        self.told = label("", wrap=True)
        self.body.addWidget(self.count)
        self.body.addWidget(self.told)
        self.body.addStretch(1)
        self.fit(_WIDTH, 460)
        self._look()

    def _look(self) -> None:
        written = written_words(self.typed.toPlainText())
        # The last word may not be finished yet.
        finished = written if self.typed.toPlainText()[-1:].isspace() else written[:-1]
        wrong = [str(at) for at, each in enumerate(finished, 1) if listed(each) is None]
        self.words.refuse(_of_no_list(wrong) if wrong else "")
        counted = many(len(written), *WORD)
        self.count.setText(say(f"{counted} sur {_WORDS}", f"{counted} of {_WORDS}"))
        self.told.clear()
        self.ends_well(ended=False)

    def _save(self) -> None:
        self.refuse("")
        self.wait()
        words = self.typed.toPlainText()
        self._bridge.ask(q.KitTried, RecoveryKitChecked, self._checked, failed=self._failed, words=words)

    def _failed(self, raised: CyberlibError) -> None:
        of_a_word = raised.code == "recovery_word_unknown"  # said once, at the field
        self.refuse("" if of_a_word else str(error(raised)))
        if of_a_word:
            self.words.refuse(str(error(raised)))

    def _checked(self, checked: RecoveryKitChecked) -> None:
        self.refuse("")
        number, since = checked.slot.id[:8], moment(checked.slot.created)
        words = say(
            f"✓ Ce kit ouvre le coffre : n° {number}, fait le {since}.",
            f"✓ This kit opens the vault: {number}, made {since}.",
        )
        if checked.newer:
            words += say(" Il en existe un plus récent.", " There is a newer one.")
        self.told.setText(words)
        self.told.setAccessibleName(words)
        self.ends_well()

    def done(self, result: int) -> None:
        """See QDialog. The words do not stay."""
        self.typed.clear()
        super().done(result)


class Fresh(QVBoxLayout):
    """A new passphrase, twice; what is weak is said at once."""

    def __init__(self) -> None:
        super().__init__()
        self.setSpacing(12)
        new, again = say("Nouvelle phrase secrète", "New passphrase"), say("Encore une fois", "Once more")
        self.new, self.again = hidden(new), hidden(again)
        self.fresh, self.second = Field(new, self.new), Field(again, self.again)
        self.new.textChanged.connect(self._weigh)
        self.addLayout(self.fresh)
        self.addLayout(self.second)

    def _weigh(self) -> None:
        weak = weakness(self.new.text()) if self.new.text() else None
        self.fresh.refuse(str(error(weak)) if weak is not None else "")

    def is_fit(self) -> bool:
        """Whether it will do; else it is said why not."""
        self._weigh()
        same = self.new.text() == self.again.text()
        self.second.refuse(
            "" if same else say("Les deux phrases ne sont pas les mêmes.", "The two passphrases differ.")
        )
        if not self.new.text():
            self.fresh.refuse(say("Il manque la nouvelle phrase.", "The new passphrase is missing."))
        return bool(self.new.text()) and same and weakness(self.new.text()) is None


class NewPassphrase(Proved):
    """Another passphrase in place of the present one, or beside it under a name."""

    def __init__(
        self,
        parent: QWidget,
        bridge: Bridge,
        then: Callable[[SlotAdded], object],
        *,
        further: bool,
        several: bool = False,
    ) -> None:
        lead = say(
            "L’ancienne n’ouvrira plus le coffre ; les copies faites avant s’ouvrent encore par elle.",
            "The old one will not open the vault any more; copies made before still open by it.",
        )
        if several:
            lead = say(
                "Seule la phrase que vous donnez ici n’ouvrira plus le coffre ; les autres l’ouvrent encore."
                " Si vous donnez les 24 mots, aucune n’est retirée : retirez ensuite dans la liste"
                " celle qui est oubliée. Les copies faites avant s’ouvrent encore par l’ancienne.",
                "Only the passphrase you give here will not open the vault any more; the others still do. If"
                " you give the 24 words, none is removed: remove the forgotten one in the list afterwards."
                " Copies made before still open by the old one.",
            )
        beside = say(
            "Pour une autre personne du cabinet : elle ouvre le coffre comme la vôtre.",
            "For somebody else of the practice: it opens the vault as yours does.",
        )
        super().__init__(
            parent,
            bridge,
            say("Ajouter une phrase secrète", "Add a passphrase")
            if further
            else say("Changer la phrase secrète", "Change the passphrase"),
            beside if further else lead,
            say("Ajouter", "Add") if further else say("Changer", "Change"),
            then,
        )
        self.name = QLineEdit()
        if further:
            self.body.addLayout(Field(say("Son nom", "Its name"), self.name))
        self._further = further
        self.typed = Fresh()
        self.new, self.again, self.fresh = self.typed.new, self.typed.again, self.typed.fresh
        self.second = self.typed.second
        self.body.addLayout(self.typed)
        self.body.addStretch(1)
        self.fit(_WIDTH, 540 if further else 480)

    def _save(self) -> None:
        if self.typed.is_fit():
            new = self.new.text()
            if self._further:
                name = self.name.text().strip()
                self._ask(q.PassphraseAdded, SlotAdded, self._done, new=new, name=name)
            else:
                self._ask(q.PassphraseChanged, SlotAdded, self._done, new=new)


class Removal(Proved):
    """Something is to open the vault no more."""

    def __init__(
        self,
        parent: QWidget,
        bridge: Bridge,
        slot: SlotInfo,
        name: str,
        then: Callable[[SlotRemoved], object],
    ) -> None:
        super().__init__(
            parent,
            bridge,
            say(f"Retirer « {name} » ?", f"Remove “{name}”?"),
            say(
                "Il n’ouvrira plus le coffre. Les copies du coffre faites avant s’ouvrent encore par lui.",
                "It will not open the vault any more. Copies of the vault made before still open by it.",
            ),
            say("Retirer", "Remove"),
            then,
        )
        self._slot = slot
        self.body.addStretch(1)
        self.fit(_WIDTH, 320)

    def _save(self) -> None:
        self._ask(q.SlotTaken, SlotRemoved, self._done, slot=self._slot.id)
