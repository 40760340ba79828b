"""A second copy added, or what is noted of it changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from ....app.clerk import questions_settings as q
from ....app.copies_told import CopyInfo
from ....app.wording.language import Both, say
from ....core.errors import CyberlibError
from ...bridge import Bridge
from ...widgets.basics import button, column, row
from ...widgets.files import ask_file, ask_folder
from ...widgets.form import Field, Form
from ...words import error

_EVERY: Final[tuple[tuple[str, Both], ...]] = (
    ("1 d", Both("Une fois par jour, quand elle est branchée", "Once a day, while it is plugged in")),
    ("7 d", Both("Une fois par semaine, quand elle est branchée", "Once a week, while it is plugged in")),
    ("", Both("À la main seulement", "By hand alone")),
)
_OF_NAME: Final = ("copy_name_taken", "bad_copy")
_FOLDER: Final = "CyberLib"


class _Copy(Form):
    """What both have."""

    def __init__(self, parent: QWidget, bridge: Bridge, title: str, lead: str, go: str) -> None:
        super().__init__(parent, title, lead, go, self._save)
        self._bridge = bridge
        self.name = QLineEdit()
        self.named = Field(
            say("Son nom", "Its name"),
            self.name,
            say("Par exemple : disque du lundi.", "Such as: Monday’s disk."),
        )
        self.every = QComboBox()
        for value, words in _EVERY:
            self.every.addItem(str(words), value)
        self.parity = QCheckBox(
            say(
                "De quoi réparer un disque qui perd des octets (un huitième de place en plus)",
                "What repairs a disk that loses bytes (an eighth more space)",
            )
        )
        self.elsewhere = QCheckBox(
            say("Gardée ailleurs qu’au cabinet", "Kept at another place than the practice")
        )

    def _save(self) -> None:
        raise NotImplementedError

    def _fill(self) -> None:
        self.body.addLayout(self.named)
        self.body.addLayout(Field(say("Quand la faire", "When to make it"), self.every))
        self.body.addLayout(column(self.parity, self.elsewhere, gap=6))
        self.body.addStretch(1)

    def _failed(self, raised: CyberlibError) -> None:
        self.refuse("")
        self.named.refuse("")
        if raised.code in _OF_NAME:
            self.named.refuse(str(error(raised)))
        else:
            self.refuse(str(error(raised)))


class Adding(_Copy):
    """`then` takes the copy that was added."""

    def __init__(self, parent: QWidget, bridge: Bridge, then: Callable[[CopyInfo], object]) -> None:
        super().__init__(
            parent,
            bridge,
            say("Ajouter une copie", "Add a copy"),
            say(
                "Elle est chiffrée comme le coffre, et se restaure sans lui.",
                "It is encrypted as the vault is, and is restored from without it.",
            ),
            say("Ajouter", "Add"),
        )
        self._then = then
        self.kind = QComboBox()
        self.kind.addItem(say("Sur un disque ou un partage", "On a disk or a share"), "folder")
        self.kind.addItem(say("Dans un stockage S3", "In an S3 storage"), "bucket")
        self.kind.currentIndexChanged.connect(lambda _index: self._kind_chosen())
        self.at = QLineEdit()
        self._choose = button(say("Choisir…", "Choose…"), self._ask_folder)
        self._choose.setAutoDefault(False)
        self._inside = button("", self._go_inside, link=True)
        self._inside.setAutoDefault(False)
        self._inside.hide()
        typed = row(self.at, self._choose, gap=8)
        typed.setStretch(0, 1)
        self.place = Field(say("Où", "Where"), column(self.kind, typed, gap=8), " ", named=self.at)
        self.endpoint, self.region, self.key_file = QLineEdit(), QLineEdit(), QLineEdit()
        self.key_file.setReadOnly(True)
        key = button(say("Choisir…", "Choose…"), self._ask_key)
        key.setAutoDefault(False)
        held = row(self.key_file, key, gap=8)
        held.setStretch(0, 1)
        self.in_file = QCheckBox(
            say("Garder la clé dans un fichier (pas de trousseau)", "Keep the key in a file (no keychain)")
        )
        self._bucket = QWidget()
        inside = column(
            Field(
                say("Adresse du stockage", "Address of the storage"),
                self.endpoint,
                say("Par exemple https://s3.exemple.fr", "Such as https://s3.example.com"),
            ),
            Field(say("Région", "Region"), self.region, say("Souvent vide.", "Often empty.")),
            Field(
                say("Fichier de la clé d’accès", "File with the access key"),
                held,
                say("Deux lignes : l’identifiant, puis le secret.", "Two lines: its id, then its secret."),
                named=self.key_file,
            ),
            self.in_file,
            gap=12,
        )
        self._bucket.setLayout(inside)
        self.body.addLayout(self.place)
        self.body.addLayout(row(self._inside, None))
        self.body.addWidget(self._bucket)
        self._fill()
        self.fit(640, 640)
        self._kind_chosen()
        self.at.setFocus()  # before its name: it is asked first

    def _kind_chosen(self) -> None:
        bucket = self.kind.currentData() == "bucket"
        self._bucket.setVisible(bucket)
        self._choose.setHidden(bucket)
        self.at.setPlaceholderText("s3://…" if bucket else "")
        self.place.hint.setText(
            say("Son compartiment, comme s3://cabinet/copie.", "Its bucket, such as s3://practice/copy.")
            if bucket
            else say(
                "Un dossier vide du disque, que CyberLib reconnaît ensuite où qu’il soit branché.",
                "An empty folder of the disk, which CyberLib knows again wherever it is plugged in.",
            )
        )
        self.place.hint.show()

    def _ask_folder(self) -> None:
        title = say("Le dossier de la copie", "The folder of the copy")
        ask_folder(self, title, self.at.setText, self.at.text())

    def _ask_key(self) -> None:
        ask_file(
            self, say("Le fichier de la clé d’accès", "The file with the access key"), self.key_file.setText
        )

    def _go_inside(self) -> None:
        self.at.setText(f"{self.at.text().rstrip('/')}/{_FOLDER}")
        self._inside.hide()
        self.place.refuse("")

    def _save(self) -> None:
        self.place.refuse("")
        self.named.refuse("")
        if not self.at.text().strip():
            self.place.refuse(say("Il manque l’endroit.", "The place is missing."))
            return
        if not self.name.text().strip():
            self.named.refuse(say("Il manque le nom.", "The name is missing."))
            return
        bucket = self.kind.currentData() == "bucket"
        self.wait()
        self._bridge.ask(
            q.CopyWanted,
            CopyInfo,
            self._added,
            failed=self._failed,
            name=self.name.text().strip(),
            at=self.at.text().strip(),
            every=self.every.currentData(),
            parity=self.parity.isChecked(),
            elsewhere=self.elsewhere.isChecked(),
            endpoint=self.endpoint.text().strip() if bucket else "",
            region=self.region.text().strip() if bucket else "",
            key_file=self.key_file.text() if bucket else "",
            in_file=bucket and self.in_file.isChecked(),
        )

    def _failed(self, raised: CyberlibError) -> None:
        if raised.code in _OF_NAME or "at" not in raised.facts:
            super()._failed(raised)
            return
        self.refuse("")
        self.place.refuse(str(error(raised)))
        self._inside.setVisible(raised.code == "folder_not_empty")
        self._inside.setText(
            say(f"Utiliser un dossier « {_FOLDER} » dans celui-ci", f"Use a folder “{_FOLDER}” in it")
        )

    def _added(self, made: CopyInfo) -> None:
        self.accept()
        self._then(made)


class Changing(_Copy):
    """`then` takes what was noted before and what is now."""

    def __init__(
        self,
        parent: QWidget,
        bridge: Bridge,
        copy: CopyInfo,
        then: Callable[[CopyInfo, CopyInfo], object],
    ) -> None:
        super().__init__(
            parent,
            bridge,
            say(f"La copie « {copy.name} »", f"The copy “{copy.name}”"),
            say("Son disque n’a pas à être là.", "Its disk need not be there."),
            say("Enregistrer", "Save"),
        )
        self._copy, self._then = copy, then
        self.name.setText(copy.name)
        if self.every.findData(copy.every) < 0:
            self.every.addItem(copy.every, copy.every)
        self.every.setCurrentIndex(self.every.findData(copy.every))
        self.parity.setChecked(copy.parity)
        self.elsewhere.setChecked(copy.elsewhere)
        self._fill()
        self.fit(600, 440)

    def _save(self) -> None:
        self.wait()
        self._bridge.ask(
            q.CopyChangeWanted,
            CopyInfo,
            self._changed,
            failed=self._failed,
            name=self._copy.name,
            new=self.name.text().strip(),
            every=self.every.currentData(),
            parity=self.parity.isChecked(),
            elsewhere=self.elsewhere.isChecked(),
        )

    def _changed(self, now: CopyInfo) -> None:
        self.accept()
        self._then(self._copy, now)
