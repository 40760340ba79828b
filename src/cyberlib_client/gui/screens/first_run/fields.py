"""What is typed to get to a host, or to a bucket; the same for a new vault and for one that is there."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from ....app.wording.language import say
from ...widgets.basics import button, column, forget, label, row
from .step import Way, file_button, typed


class _Fields(QWidget):
    """What both end with: a certificate of their own, which few have, and a note."""

    ca: QLineEdit

    def _end(self, inside: QVBoxLayout, own: str) -> None:
        self._special = button(own, self.show_ca, link=True)
        inside.addWidget(self._special)
        choose = file_button(self, say("Choisir…", "Choose…"), self.ca.accessibleName(), self.ca.setText)
        choose.setAccessibleName(self.ca.accessibleName())
        self._ca_line = QWidget()
        self._ca_line.setLayout(column(label(self.ca.accessibleName(), "strong"), row(self.ca, choose)))
        self._ca_line.hide()
        inside.addWidget(self._ca_line)
        self._note = label(kind="small-ink", wrap=True)
        self._note.hide()
        inside.addWidget(self._note)

    def show_ca(self) -> None:
        """The field for its own certificate."""
        self._ca_line.show()
        self.ca.setFocus()


class HostFields(_Fields):
    """Its address, and the contract key."""

    def __init__(self, way: Way) -> None:
        super().__init__()
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        self._declared, self._left_key = "", False
        self.key_file = ""
        self.at = typed(way, say("Adresse de l’hébergeur", "Address of the host"), "https://")
        self.key = typed(way, say("Clé de contrat", "Contract key"))
        self.ca = typed(way, say("Fichier de certificats (PEM)", "File of certificates (PEM)"))
        inside.addLayout(column(label(self.at.accessibleName(), "strong"), self.at))
        from_file = file_button(
            self,
            say("Depuis un fichier…", "From a file…"),
            say("Fichier de la clé de contrat", "File of the contract key"),
            self.take_key_file,
        )
        self._key_label = label(self.key.accessibleName(), "strong")
        self._key_line = QWidget()
        line = row(self.key, from_file)
        self._key_line.setLayout(line)
        inside.addLayout(column(self._key_label, self._key_line))
        own = say("L’hébergeur a son propre certificat…", "The host has a certificate of its own…")
        self._end(inside, own)

    @property
    def address(self) -> str:
        """As it was typed; `https://` may be left out."""
        at = self.at.text().strip()
        return at if "://" in at else f"https://{at}"

    def take_key_file(self, path: str) -> None:
        """The key is in a file."""
        self.key_file = path
        forget(self.key)
        self.key.setPlaceholderText(path)

    def show_told(self, declared: str, left_host: str, *, left_key: bool, again: bool = False) -> None:
        """`declared`: where this machine is declared already; `left_…`: what was left for it. `again`: as in
        `missing`."""
        self._declared, self._left_key = declared, left_key
        if not self.at.text():
            self.at.setText(declared or left_host)
        self.at.setReadOnly(bool(declared))
        wanted = (again or not declared) and not left_key
        self._key_label.setVisible(wanted)
        self._key_line.setVisible(wanted)
        self._special.setVisible(not declared)
        words = ""
        if declared:
            words = say("Ce poste y est déjà déclaré.", "This machine is declared there already.")
        elif left_key:
            words = say(
                "La clé de contrat a déjà été placée sur ce poste par votre informaticien.",
                "Your technician has put the contract key on this machine already.",
            )
        self._note.setText(words)
        self._note.setVisible(bool(words))

    def missing(self, *, again: bool = False) -> tuple[str, QWidget] | None:
        """What is to be typed first. `again`: the key is needed by a machine that is declared, too."""
        if not self.at.text().strip():
            return say("Il manque l’adresse de l’hébergeur.", "The address of the host is missing."), self.at
        if not ((self._declared and not again) or self._left_key or self.key.text().strip() or self.key_file):
            return say("Il manque la clé de contrat.", "The contract key is missing."), self.key
        return None

    def at_fault(self, code: str) -> QLineEdit:
        """The field that an error is about."""
        if code in ("ca_file_unreadable", "host_certificate", "host_certificate_unknown"):
            self.show_ca()
            return self.ca
        return self.key if "contract_key" in code else self.at


class BucketFields(_Fields):
    """Its name, the storage it is in, and the access key."""

    def __init__(self, way: Way) -> None:
        super().__init__()
        self._kept = ""
        self.at = typed(way, say("Compartiment", "Bucket"), say("s3://cabinet/coffre", "s3://practice/vault"))
        self.endpoint = typed(way, say("Adresse du stockage", "Address of the storage"), "https://")
        self.region = typed(way, say("Région", "Region"), say("souvent vide", "often empty"))
        self.key = typed(way, say("Identifiant de la clé d’accès", "Id of the access key"))
        self.secret = typed(way, say("Secret de la clé d’accès", "Secret of the access key"), secret=True)
        self.ca = typed(way, say("Certificats du stockage (PEM)", "Certificates of the storage (PEM)"))
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        where = row(_named(self.endpoint), _named(self.region), gap=12)
        where.setStretch(0, 3)
        where.setStretch(1, 1)
        inside.addLayout(where)
        inside.addLayout(_named(self.at))
        inside.addLayout(_named(self.key))
        inside.addLayout(
            column(label(self.secret.accessibleName(), "strong"), row(self.secret, shows(self.secret)))
        )
        own = say("Le stockage a son propre certificat…", "The storage has a certificate of its own…")
        self._end(inside, own)

    @property
    def location(self) -> str:
        """As it was typed; `s3://` may be left out."""
        at = self.at.text().strip()
        return at if not at or ":" in at else f"s3://{at}"

    @property
    def address(self) -> str:
        """The storage's; `https://` may be left out, and all of it for Amazon's."""
        at = self.endpoint.text().strip()
        return at if not at or "://" in at else f"https://{at}"

    @property
    def access_key(self) -> tuple[str, str] | None:
        """None where nothing was typed."""
        key, secret = self.key.text().strip(), self.secret.text().strip()
        return (key, secret) if key or secret else None

    def show_told(self, at: str, endpoint: str, region: str) -> None:
        """It was chosen before: its access key is kept."""
        self._kept = at
        if not self.at.text():
            self.at.setText(at)
            self.endpoint.setText(endpoint)
            self.region.setText(region)
        self._note.setText(
            say(
                "La clé d’accès de ce compartiment est déjà gardée sur ce poste.",
                "The access key to this bucket is kept on this machine already.",
            )
        )
        self._note.show()

    def clear_secret(self) -> None:
        """It is kept now, where nobody reads it."""
        forget(self.key, self.secret)

    def missing(self) -> tuple[str, QWidget] | None:
        """What is to be typed first."""
        if not self.address and not self.region.text().strip():
            words = say("Il manque l’adresse du stockage.", "The address of the storage is missing.")
            return words, self.endpoint
        if not self.location:
            return say("Il manque le compartiment.", "The bucket is missing."), self.at
        key = self.access_key
        if key is None and self._kept and self._kept == self.location:
            return None
        if key is None or not key[0]:
            return say("Il manque l’identifiant de la clé.", "The id of the access key is missing."), self.key
        if not key[1]:
            return say("Il manque le secret de la clé.", "The secret of the key is missing."), self.secret
        return None

    def at_fault(self, code: str) -> QLineEdit:
        """The field that an error is about."""
        if code in ("bucket_key_refused", "bucket_key_typed", "bucket_key_missing"):
            return self.key
        if code in ("bucket_certificate", "ca_file_unreadable"):
            self.show_ca()
            return self.ca
        if code == "bucket_region_bad":
            return self.region
        if code in ("bucket_endpoint", "bucket_endpoint_missing", "bucket_unreachable"):
            return self.endpoint
        return self.at


def _named(field: QLineEdit) -> QVBoxLayout:
    return column(label(field.accessibleName(), "strong"), field)


def shows(*fields: QLineEdit) -> QPushButton:
    """A button that shows what is typed, and hides it again."""

    def turn() -> None:
        hidden = fields[0].echoMode() is QLineEdit.EchoMode.Password
        for each in fields:
            each.setEchoMode(QLineEdit.EchoMode.Normal if hidden else QLineEdit.EchoMode.Password)
        made.setText(say("Cacher", "Hide") if hidden else say("Afficher", "Show"))

    made = button(say("Afficher", "Show"), turn, link=True)
    return made
