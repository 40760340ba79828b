"""What opens the vault: a passphrase, and 24 words that are written down and typed back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ....app.bootstrap import random
from ....app.clerk import questions as q
from ....app.clerk import questions_first_run as f
from ....app.keys_told import SlotAdded, VaultMade
from ....app.passphrases import made_up, weakness
from ....app.wording.language import say
from ....core.errors import CyberlibError
from ...widgets.basics import Card, IconLabel, Pill, button, column, forget, label, row
from ...words import error
from .fields import shows
from .step import Step, Way, typed
from .words import Again, Sheet, TypedBack


class Key(Step):
    """See the module. Its pages: a passphrase; the words; three of them; or the passphrase once more, for new
    words, where those of before were never typed back."""

    def __init__(self, way: Way) -> None:
        super().__init__(way, "", "")
        self.words: list[str] = []
        self.secret = _Secret(way)
        self.sheet = Sheet(way)
        self.again = Again(way)
        self.back: TypedBack | None = None
        for each in (self.secret, self.sheet, self.again):
            self.body.addWidget(each)
        self._here: QWidget = self.secret

    def _page(self, page: QWidget, title: str, intro: str) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setFocus()  # a field that is hidden would hand the keyboard on to the side bar
        for each in (self.secret, self.sheet, self.again, self.back):
            if each is not None:
                each.setVisible(each is page)
        self._here = page
        self.title.setText(title)
        self.intro.setText(intro)
        self.quiet()
        self.rest()

    @property
    def go_words(self) -> str:
        """See Step."""
        if self._here is self.sheet:
            return say("Je les ai notés", "I wrote them down")
        if self._here is self.again:
            return say("Faire de nouveaux mots", "Make new words")
        return say("Continuer", "Continue")

    @property
    def can_back(self) -> bool:
        """See Step: a vault that is made stays."""
        return not self.way.told.vault or self._here is self.back

    def enter(self) -> None:
        """See Step."""
        if not self.way.told.vault:
            self._page(
                self.secret,
                say("Votre clé", "Your key"),
                say(
                    "Une phrase secrète ouvre le coffre. Ni nous ni l’hébergeur ne la connaissons :"
                    " personne ne"
                    " peut la retrouver pour vous.",
                    "A passphrase opens the vault. Neither we nor the host know it: nobody can find it again"
                    " for you.",
                ),
            )
            self.secret.first.setFocus()
        elif self.words:
            self._show_words()
        else:
            self._page(
                self.again,
                say("De nouveaux mots de secours", "New recovery words"),
                say(
                    "Le coffre est là, mais personne n’a ses 24 mots, et ils ne peuvent plus être montrés."
                    " Donnez la phrase secrète : vous en aurez d’autres à leur place.",
                    "The vault is there, but nobody has its 24 words, and they cannot be shown again. Give"
                    " the passphrase: you will have others in their place.",
                ),
            )
            self.again.secret.setFocus()

    def go_back(self) -> bool:
        """See Step."""
        if self._here is self.back:
            self._show_words()
            return True
        return False

    def go_on(self) -> None:
        """See Step."""
        if self._here is self.secret:
            self._make()
        elif self._here is self.sheet:
            self._ask_back()
        elif self._here is self.again:
            self._renew()
        elif self.back is not None:
            wrong = self.back.wrong()
            if wrong is None:
                self.work(say("Un instant…", "One moment…"))
                self.bridge.ask(f.WordsTyped, None, self._known, failed=self.refuse)
            else:
                self.complain(*wrong)

    # ---- its pages

    def _make(self) -> None:
        wrong = self.secret.wrong(self.way.told.device)
        if wrong is not None:
            self.complain(*wrong)
            return
        self.work(say("Création du coffre…", "Making the vault…"))
        secret = self.secret.first.text()
        at = self.way.told.at
        self.bridge.ask(q.VaultWanted, VaultMade, self._made, failed=self._not_made, at=at, secret=secret)

    def _made(self, made: VaultMade) -> None:
        self.secret.clear()
        self.words = made.words or []
        self.way.look(self._show_words)

    def _not_made(self, raised: CyberlibError) -> None:
        words = str(error(raised))
        if raised.code == "vault_exists":
            words = say(
                "Il y a déjà un coffre dans ce dossier. S’il vient d’un premier essai interrompu, revenez au"
                " début par « Retour », choisissez « Ouvrir le coffre du cabinet » et donnez la phrase"
                " secrète de cet essai ; sinon, choisissez un autre dossier.",
                "There is a vault in this folder already. If it comes from a first try that was cut short, go"
                " to the beginning by “Back”, choose “Open the practice’s vault” and give the passphrase of"
                " that try; otherwise choose another folder.",
            )
        self.complain(words, self.secret.first if raised.code.startswith("passphrase_") else None)

    def _renew(self) -> None:
        if not self.again.secret.text():
            self.complain(
                say("Il manque la phrase secrète.", "The passphrase is missing."), self.again.secret
            )
            return
        self.work(say("Un instant…", "One moment…"))
        self.bridge.ask(
            f.WordsRenewed,
            SlotAdded,
            self._renewed,
            failed=self._not_renewed,
            secret=self.again.secret.text(),
        )

    def _not_renewed(self, raised: CyberlibError) -> None:
        words = str(error(raised))
        if raised.code == "wrong_secret":  # there are no words yet that anybody could give in its place
            words = say(
                "Cette phrase secrète n’ouvre pas ce coffre. Vérifiez les majuscules et le clavier.",
                "This passphrase does not open this vault. Check capitals and the keyboard.",
            )
        self.complain(words, self.again.secret)

    def _renewed(self, made: SlotAdded) -> None:
        forget(self.again.secret)
        self.words = made.words or []
        self._show_words()

    def _show_words(self) -> None:
        self.sheet.show_words(self.words)
        self._page(
            self.sheet,
            say("Vos 24 mots de secours", "Your 24 recovery words"),
            say(
                "Ils ouvrent le coffre si la phrase secrète est oubliée ou ce poste perdu. Notez-les sur"
                " papier,"
                " ou enregistrez le kit et imprimez-le. Gardez la feuille hors du cabinet.",
                "They open the vault if the passphrase is forgotten or this machine lost. Write them on"
                " paper,"
                " or save the kit and print it. Keep the sheet outside the practice.",
            ),
        )

    def _ask_back(self) -> None:
        if self.back is not None:
            self.back.hide()
            self.back.deleteLater()
        self.back = TypedBack(self.way, self.words)
        self.body.addWidget(self.back)
        self._page(
            self.back,
            say("Les avez-vous bien notés ?", "Did you write them down well?"),
            say("Retapez trois de ces mots.", "Type three of these words back."),
        )
        next(iter(self.back.typed.values())).setFocus()

    def _known(self, _nothing: object) -> None:
        self.words = []
        self.sheet.show_words([])
        if self.back is not None:
            self.back.deleteLater()
            self.back = None
        self.way.advance()


class _Secret(QWidget):
    """The passphrase: one's own, or one that is proposed."""

    def __init__(self, way: Way) -> None:
        super().__init__()
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(14)
        self.first = typed(way, say("Phrase secrète", "Passphrase"), secret=True)
        self.second = typed(way, say("Encore une fois", "Once more"), secret=True)
        self._shown = shows(self.first, self.second)
        propose = button(say("En proposer une", "Propose one"), self.propose)
        self.strength = Pill()
        self.strength.hide()
        self._words = label(kind="small", wrap=True)
        card = Card()
        card.body.setSpacing(10)
        card.body.addLayout(
            column(label(self.first.accessibleName(), "strong"), self.first, row(propose, self._shown, None))
        )  # below the field, in which all six words have room
        told = row(self.strength, self._words)
        told.setStretch(1, 1)
        card.body.addLayout(told)
        self._again = QWidget()
        again = column(label(self.second.accessibleName(), "strong"), self.second)
        self._again.setLayout(again)
        card.body.addWidget(self._again)
        inside.addWidget(card)
        note = Card(kind="note", margin=16)
        words = column(
            label(say("Pas de clé chez quelqu’un d’autre", "No key with anybody else"), "strong"),
            label(
                say(
                    "Vous seul ouvrez le coffre ; sans la phrase ni les 24 mots qui suivent, personne ne le"
                    " rouvrira. Confier de quoi le rouvrir à des dépositaires (le séquestre) est désactivé,"
                    " et reste votre choix, plus tard, dans « Clé et accès ».",
                    "You alone open the vault; without the passphrase or the 24 words that follow, nobody"
                    " ever will. Entrusting officers with what opens it again (escrow) is off, and stays your"
                    " choice, later, in “Key and access”.",
                ),
                "small-ink",
                wrap=True,
            ),
            gap=4,
        )
        line = row(IconLabel("lock", "brand", 24), words, gap=14)
        line.setStretch(1, 1)
        note.body.addLayout(line)
        inside.addWidget(note)
        self.proposed = ""
        self.first.textChanged.connect(self._weigh)
        self._weigh()

    def propose(self) -> None:
        """One that nobody guesses."""
        self.proposed = made_up(random)
        for each in (self.first, self.second):
            each.setEchoMode(QLineEdit.EchoMode.Normal)
            each.setText(self.proposed)
        self._shown.setText(say("Cacher", "Hide"))
        self._again.hide()
        self._weigh()

    def clear(self) -> None:
        """Nothing of it stays."""
        self.proposed = ""
        forget(self.first, self.second)

    def _weigh(self) -> None:
        text = self.first.text()
        proposed = bool(text) and text == self.proposed
        self._again.setVisible(not proposed)
        self.strength.setVisible(bool(text))
        if not text:
            words = say(
                "Douze signes au moins ; quatre mots sans lien entre eux font une bonne phrase.",
                "Twelve characters at least; four words that have nothing to do with one another make a"
                " good one.",
            )
        elif proposed:
            self.strength.say(say("Très forte", "Very strong"), "ok")
            words = say(
                "Six mots tirés au hasard parmi 2048. Notez-la avant de continuer.",
                "Six words drawn by chance from 2048. Note it before you go on.",
            )
        else:
            weak = weakness(text)
            self.strength.say(*((say("Trop faible", "Too weak"), "wrong") if weak else _strength(text)))
            words = error(weak).title if weak else ""
        self._words.setText(words)

    def wrong(self, device: str) -> tuple[str, QWidget] | None:
        """What is wrong with it, and where."""
        text = self.first.text()
        if not text:
            return say("Il manque la phrase secrète.", "The passphrase is missing."), self.first
        if (weak := weakness(text, [device])) is not None:
            return str(error(weak)), self.first
        if text != self.second.text():
            return say("Les deux phrases ne sont pas les mêmes.", "The two passphrases differ."), self.second
        return None


def _strength(text: str) -> tuple[str, str]:
    if (len(text) >= 20 and len(text.split()) >= 4) or len(text) >= 24:
        return say("Forte", "Strong"), "ok"
    return say("Suffisante", "Good enough"), "ok"
