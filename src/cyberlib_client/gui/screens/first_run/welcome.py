"""Where the vault is to be: at a host, in a folder, or one that is there already."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup

from ....app.clerk import questions_first_run as q
from ....app.first_run_told import PlaceTold
from ....app.hosts_told import Enrolled
from ....app.keys_told import VaultOpened
from ....app.wording.language import say
from ....core.errors import CyberlibError
from ...widgets.basics import forget
from ...words import error
from .places import Folder, Host, Join
from .step import Step, Way


class Welcome(Step):
    """See the module."""

    def __init__(self, way: Way) -> None:
        super().__init__(
            way,
            say("Bienvenue. Où garder vos sauvegardes ?", "Welcome. Where shall your backups be kept?"),
            say(
                "Elles sont chiffrées sur ce poste : là où elles sont gardées, personne ne peut les lire.",
                "They are encrypted on this machine: where they are kept, nobody can read them.",
            ),
        )
        group = QButtonGroup(self)
        self.host = Host(way, group)
        self.folder = Folder(way, group)
        self.join = Join(way, group)
        for each in (self.host, self.folder, self.join):
            self.body.addWidget(each)
            each.radio.toggled.connect(lambda _chosen: self.quiet())
        self._anyway = ""

    @property
    def can_back(self) -> bool:
        """See Step."""
        return False

    def enter(self) -> None:
        """See Step."""
        told = self.way.told
        self.host.show_told(told.host, told.left_host, left_key=told.left_key)
        if told.place == "folder" and not self.folder.at.text():
            self.folder.at.setText(told.at)
        if not any(each.radio.isChecked() for each in (self.host, self.folder, self.join)):
            (self.folder if told.place == "folder" else self.host).radio.setChecked(True)

    def go_on(self) -> None:
        """See Step."""
        chosen = next(e for e in (self.host, self.folder, self.join) if e.radio.isChecked())
        missing = chosen.missing()
        if missing is not None:
            self.complain(*missing)
        elif chosen is self.host:
            self._enrol()
        elif chosen is self.folder:
            self._choose()
        else:
            self.work(say("Ouverture…", "Opening…"))
            at, secret = self.join.at.text().strip(), self.join.secret.text()
            self.bridge.ask(
                q.VaultJoined, VaultOpened, self._joined, failed=self._not_joined, at=at, secret=secret
            )

    # ---- at a host

    def _enrol(self) -> None:
        self.work(say("Connexion à l’hébergeur…", "Reaching the host…"))
        host = self.host
        self.bridge.ask(
            q.EnrolWanted,
            Enrolled,
            self._enrolled,
            failed=self._not_enrolled,
            host=host.address,
            contract_key=host.key.text(),
            contract_key_file=host.key_file,
            ca_file=host.ca.text().strip(),
        )

    def _enrolled(self, made: Enrolled) -> None:
        forget(self.host.key)
        if made.state == "surplus":
            self.complain(
                say(
                    "Le contrat n’a plus de place libre pour ce poste. Demandez-en une à l’hébergeur, puis"
                    " réessayez.",
                    "The contract has no free seat for this machine. Ask the host for one, then try again.",
                )
            )
            return
        self.way.advance()

    def _not_enrolled(self, raised: CyberlibError) -> None:
        at = self.host.key if "contract_key" in raised.code else self.host.at
        if raised.code in ("ca_file_unreadable", "host_certificate", "host_certificate_unknown"):
            self.host.show_ca()
            at = self.host.ca
        self.complain(str(error(raised)), at)

    # ---- in a folder

    def _choose(self) -> None:
        self.work(say("Un instant…", "One moment…"))
        at = self.folder.at.text().strip()
        self.bridge.ask(q.FolderChosen, PlaceTold, self._chosen, failed=self._not_chosen, at=at)

    def _chosen(self, told: PlaceTold) -> None:
        if told.same_disk and self._anyway != told.at:
            self._anyway = told.at
            self.folder.warn(told)
            self.rest()
            return
        self.way.advance()

    def _not_chosen(self, raised: CyberlibError) -> None:
        words = str(error(raised))
        if raised.code == "vault_exists":
            words = say(
                "Il y a déjà un coffre dans ce dossier. Choisissez « Ouvrir le coffre du cabinet », ou un"
                " autre dossier.",
                "There is a vault in this folder already. Choose “Open the practice’s vault”, or another"
                " folder.",
            )
        self.complain(words, self.folder.at)

    # ---- one that is there

    def _joined(self, _opened: VaultOpened) -> None:
        forget(self.join.secret)
        self.way.advance()

    def _not_joined(self, raised: CyberlibError) -> None:
        self.complain(str(error(raised)), self.join.secret)
