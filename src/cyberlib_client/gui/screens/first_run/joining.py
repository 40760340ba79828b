"""A vault that is there already, in the first screen: in a folder, at a host or in a bucket."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QButtonGroup, QCheckBox, QComboBox, QListView, QWidget

from ....app.first_run_told import VaultsThere, VaultThere
from ....app.wording.language import say
from ....app.wording.units import moment, size
from ...widgets.basics import column, label, row
from .fields import BucketFields, HostFields, shows
from .places import Option
from .step import Way, folder_button, typed

_WAYS_IN: Final = {
    "host": ("secret", "approval", "officers"),
    "folder": ("secret", "officers"),
    "bucket": ("secret",),
}
_APPROVAL: Final = 1


class Join(Option):
    """Where it is, and what opens it."""

    def __init__(self, way: Way, group: QButtonGroup) -> None:
        super().__init__(
            say("Ouvrir le coffre du cabinet", "Open the practice’s vault"),
            say(
                "Il existe déjà : pour restaurer après une panne, ou pour ajouter ce poste.",
                "It is there already: to restore after a failure, or to add this machine.",
            ),
            "key",
            group,
        )
        self.kind = QComboBox()
        self.kind.setAccessibleName(say("Où est ce coffre", "Where that vault is"))
        self.kind.view().setAccessibleName(self.kind.accessibleName())
        for words, name in (
            (
                say("Sur un disque ou un serveur du cabinet", "On a disk or a server of the practice"),
                "folder",
            ),
            (say("Chez un hébergeur", "At a host"), "host"),
            (say("Dans un stockage S3", "In an S3 storage"), "bucket"),
        ):
            self.kind.addItem(words, name)
        self.inside.addLayout(column(label(self.kind.accessibleName(), "strong"), self.kind))
        self.at = typed(way, say("Dossier de ce coffre", "Folder of that vault"))
        choose = folder_button(self, self.at.accessibleName(), self.at.setText)
        self._folder = QWidget()
        self._folder.setLayout(column(label(self.at.accessibleName(), "strong"), row(self.at, choose)))
        self.host, self.bucket = HostFields(way), BucketFields(way)
        for each in (self._folder, self.host, self.bucket):
            self.inside.addWidget(each)
        self._found = _Found()
        self.inside.addWidget(self._found)
        self.by = QComboBox()
        self.by.setAccessibleName(say("Ce qui l’ouvre", "What opens it"))
        self.by.view().setAccessibleName(self.by.accessibleName())
        self.by.addItem(say("La phrase secrète ou les 24 mots", "The passphrase or the 24 words"), "secret")
        self.by.addItem(
            say("Un autre poste du cabinet, où je peux aller", "Another machine of the practice"), "approval"
        )
        self.by.addItem(
            say("Je n’ai ni phrase secrète, ni kit", "I have neither passphrase nor kit"), "officers"
        )
        self._by = QWidget()
        self._by.setLayout(column(label(self.by.accessibleName(), "strong"), self.by))
        self.inside.addWidget(self._by)
        self.secret = typed(way, say("Phrase secrète ou 24 mots", "Passphrase or 24 words"), secret=True)
        self._secret = QWidget()
        self._secret.setLayout(
            column(label(self.secret.accessibleName(), "strong"), row(self.secret, shows(self.secret)))
        )
        self.inside.addWidget(self._secret)
        self.by.currentIndexChanged.connect(lambda _index: self._kind_chosen())
        self.kind.currentIndexChanged.connect(lambda _index: self._kind_chosen())
        self.host.at.textChanged.connect(lambda _text: self._found.forget())
        self._kind_chosen()

    @property
    def where(self) -> str:
        """ "folder", "host" or "bucket"."""
        return str(self.kind.currentData())

    @property
    def way_in(self) -> str:
        """ "secret", or at a host "approval": another machine opens it to this one; or "officers": those
        of an escrow do, wherever it is but in a bucket."""
        chosen = str(self.by.currentData())
        return chosen if chosen in _WAYS_IN[self.where] else "secret"

    def choose_way_in(self, name: str) -> None:
        """As if it were chosen."""
        self.by.setCurrentIndex(self.by.findData(name))

    def _kind_chosen(self) -> None:
        self._folder.setVisible(self.where == "folder")
        self.host.setVisible(self.where == "host")
        self.bucket.setVisible(self.where == "bucket")
        self._found.show_kind(at_host=self.where == "host")
        self._by.setVisible(self.where != "bucket")
        ways = self.by.view()
        if isinstance(ways, QListView):
            ways.setRowHidden(_APPROVAL, self.where != "host")
        if self.by.currentData() not in _WAYS_IN[self.where]:
            self.by.setCurrentIndex(0)
        self._secret.setVisible(self.way_in == "secret")

    def choose_kind(self, name: str) -> None:
        """As if it were chosen."""
        self.kind.setCurrentIndex(self.kind.findData(name))

    def show_found(self, told: VaultsThere) -> bool:
        """What there is at the host; whether somebody has to look at it first."""
        return self._found.show_told(told)

    @property
    def vault(self) -> str:
        """The one at the host that is to be opened, "" while none is known."""
        return self._found.vault

    @property
    def replaces(self) -> str:
        """The machine whose place this one takes, "" for none."""
        return self._found.replaces

    def missing(self) -> tuple[str, QWidget] | None:
        """What is to be typed first."""
        wrong: tuple[str, QWidget] | None = None
        if self.where == "host":
            wrong = self.host.missing(again=True)
        elif self.where == "bucket":
            wrong = self.bucket.missing()
        elif not self.at.text().strip():
            wrong = say("Il manque le dossier du coffre.", "The folder of the vault is missing."), self.at
        if wrong is None and self.way_in == "secret" and not self.secret.text().strip():
            wrong = say("Il manque ce qui l’ouvre.", "What opens it is missing."), self.secret
        return wrong


class _Found(QWidget):
    """The vaults at a host: which one, and whether this machine takes the place of another."""

    def __init__(self) -> None:
        super().__init__()
        self._asked = False
        self._vaults: list[VaultThere] = []
        self._seat = True
        self._which, self._old = QComboBox(), QComboBox()
        for each, name in (
            (self._which, say("Quel coffre", "Which vault")),
            (self._old, say("Quel poste est remplacé", "Which machine is replaced")),
        ):
            each.setAccessibleName(name)
            each.view().setAccessibleName(name)
        self._label = label(self._which.accessibleName(), "strong")
        self._old_label = label(self._old.accessibleName(), "strong")
        self._words = label(kind="small-ink", wrap=True)
        self.instead = QCheckBox(say("Ce poste en remplace un autre", "This machine replaces another"))
        self._loses = label(
            say(
                "Ce poste prend sa place : l’ancien n’aura plus accès au coffre, et oublie ce qui l’ouvre."
                " Ses fichiers restent où ils sont.",
                "This machine takes its place: the old one loses its access to the vault, and forgets what"
                " opens it. Its files stay where they are.",
            ),
            "small-ink",
            wrap=True,
        )
        self.setLayout(
            column(
                self._label,
                self._which,
                self._words,
                row(self.instead, None),
                self._old_label,
                self._old,
                self._loses,
            )
        )
        self._which.currentIndexChanged.connect(lambda _index: self._show_one())
        self.instead.toggled.connect(lambda _on: self._show_old())
        self.forget()

    def forget(self) -> None:
        """Another host is meant."""
        self._vaults, self._asked, self._seat = [], False, True
        self._show_one()

    def show_kind(self, *, at_host: bool) -> None:
        """It belongs to a host alone."""
        self.setVisible(at_host)

    @property
    def vault(self) -> str:
        """See Join."""
        return self._chosen.at if self._chosen is not None and self._asked else ""

    @property
    def _chosen(self) -> VaultThere | None:
        index = self._which.currentIndex()
        return self._vaults[index] if 0 <= index < len(self._vaults) else None

    @property
    def replaces(self) -> str:
        """See Join."""
        wanted = self._chosen is not None and self.instead.isChecked()
        return str(self._old.currentData() or "") if wanted else ""

    def show_told(self, told: VaultsThere) -> bool:
        """See Join."""
        self._vaults, self._seat, self._asked = told.vaults, told.seat, True
        self._which.clear()
        for each in told.vaults:
            names = ", ".join(each.devices) or say("plus aucun poste", "no machine any more")
            day = moment(each.created)
            self._which.addItem(
                say(
                    f"{names} – {size(each.bytes)}, depuis le {day}",
                    f"{names} – {size(each.bytes)}, since {day}",
                )
            )
        self._show_one()
        several, asks = len(told.vaults) > 1, self.instead.isChecked() and bool(self._old.count())
        doubtful = several or asks or not told.seat
        if doubtful:  # whoever does not see it hears of it
            (self._which if several else self._old if asks else self.instead).setFocus()
        return doubtful

    def _show_one(self) -> None:
        several = len(self._vaults) > 1
        self._which.setVisible(several)
        self._label.setVisible(several)
        self._old.clear()
        for each in self._chosen.machines if self._chosen is not None else []:
            day = moment(each.last_backup) if each.last_backup is not None else ""
            last = (
                say(f"dernière sauvegarde : {day}", f"last backup: {day}")
                if day
                else say("jamais sauvegardé", "never backed up")
            )
            self._old.addItem(f"{each.name} – {last}", each.name)
        self._show_old()
        self._words.setVisible(not self._seat)
        self._words.setText(
            say(
                "Le contrat n’a plus de place libre : sans place, ce poste peut restaurer, mais pas"
                " sauvegarder. Demandez une place à l’hébergeur, ou prenez celle d’un poste remplacé ; puis"
                " continuez.",
                "The contract has no free seat: without one this machine can restore, but not back up. Ask"
                " the host for a seat, or take that of a machine that is replaced; then continue.",
            )
        )

    def _show_old(self) -> None:
        shown = self.instead.isChecked() and bool(self._old.count())
        for each in (self._old_label, self._old, self._loses):
            each.setVisible(shown)
