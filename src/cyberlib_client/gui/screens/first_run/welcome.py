"""Where the vault is to be: at a host, in a folder, or one that is there already."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtWidgets import QButtonGroup, QWidget

from ....app.approval_told import ApprovalOpened
from ....app.clerk import questions_first_run as q
from ....app.escrow_told import EscrowOpened
from ....app.first_run_told import BucketTold, PlaceTold, VaultsThere
from ....app.hosts_told import Enrolled
from ....app.keys_told import VaultOpened
from ....app.messages import error_message
from ....app.wording.language import Both, language, say
from ....core.errors import CyberlibError
from ...agreeing import Terms
from ...widgets.basics import forget
from ...words import error
from ..keys.by_officers import ByOfficers
from .approved import Approved
from .joining import Join
from .places import Bucket, Folder, Host
from .step import Step, Way

_WAITING_FOR: Final = Both("En attente des dépositaires…", "Waiting for the officers…")


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
        self.bucket = Bucket(way, group)
        self.join = Join(way, group)
        self._options = (self.host, self.folder, self.bucket, self.join)
        for each in self._options:
            self.body.addWidget(each)
            each.radio.toggled.connect(lambda _chosen: self.quiet())
        self.approved = Approved(
            self.bridge, self._let_in, self._not_joined, self.rest, lambda: self.way.reveal(self.approved)
        )
        self.join.inside.addWidget(self.approved)
        self.officers = ByOfficers(
            self.bridge, self._by_officers, self._not_joined, self.rest, self._officers_shown
        )
        self.join.inside.addWidget(self.officers)
        self._anyway = ""

    @property
    def can_back(self) -> bool:
        """See Step."""
        return False

    def enter(self) -> None:
        """See Step."""
        told = self.way.told
        self.host.fields.show_told(told.host, told.left_host, left_key=told.left_key)
        self.join.host.show_told(told.host, told.left_host, left_key=told.left_key, again=True)
        if told.place == "bucket":
            self.bucket.fields.show_told(told.at, told.endpoint, told.region)
        if told.place == "folder" and not self.folder.at.text():
            self.folder.at.setText(told.at)
        if told.lost and not any(each.radio.isChecked() for each in self._options):
            self._begin_with_the_lost()
        if told.asked and not self.approved.asked:
            self._ask_again(told.asked)
        if told.officers and not self.officers.asked:
            self._ask_officers_again(told.officers)
        if not any(each.radio.isChecked() for each in self._options):
            {"folder": self.folder, "bucket": self.bucket}.get(told.place, self.host).radio.setChecked(True)
        if told.left_unfit and not told.host:
            self.complain(str(error_message("enrolment_file_unfit", told.left_unfit, language())))

    def _begin_with_the_lost(self) -> None:
        told = self.way.told
        self.join.radio.setChecked(True)
        if told.place:
            self.join.choose_kind(told.place)
        if told.place == "folder":
            self.join.at.setText(told.at)
        elif told.place == "bucket":
            self.join.bucket.show_told(told.at, told.endpoint, told.region)
        self.complain(
            say(
                "Ce poste a déjà un coffre, mais ses réglages ont disparu : le fichier settings.toml est vide"
                " ou absent. Ne refaites pas de coffre : ouvrez celui-ci, plus haut, avec la phrase secrète"
                " ou les 24 mots. Les sauvegardes y sont toutes ; il"
                " restera à choisir de nouveau les dossiers.",
                "This machine has a vault already, but its settings are gone: the file settings.toml is empty"
                " or absent. Do not make another vault: open that one, above, with the passphrase or the 24"
                " words. All backups are in it; what is left is to choose the folders again.",
            ),
        )

    def go_on(self) -> None:
        """See Step."""
        chosen = next(each for each in self._options if each.radio.isChecked())
        missing = chosen.missing()
        if missing is not None:
            self.complain(*missing)
        elif chosen is self.host:
            self._enrol()
        elif chosen is self.folder:
            self._choose()
        elif chosen is self.bucket:
            self._choose_bucket()
        elif self.join.where == "host" and not self.join.vault:
            self._look_for_vaults()
        else:
            self._open()

    # ---- at a host

    def _enrol(self) -> None:
        self.work(say("Connexion à l’hébergeur…", "Reaching the host…"))
        host = self.host.fields
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
        forget(self.host.fields.key)
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
        self.complain(str(error(raised)), self.host.fields.at_fault(raised.code))

    # ---- in a bucket

    def _choose_bucket(self) -> None:
        self.work(say("Connexion au stockage…", "Reaching the storage…"))
        fields = self.bucket.fields
        self.bridge.ask(
            q.BucketChosen,
            BucketTold,
            self._bucket_chosen,
            failed=self._not_bucket,
            at=fields.location,
            endpoint=fields.address,
            region=fields.region.text().strip(),
            key=fields.access_key,
            ca_file=fields.ca.text().strip(),
        )

    def _bucket_chosen(self, _told: BucketTold) -> None:
        self.bucket.fields.clear_secret()
        self.way.advance()

    def _not_bucket(self, raised: CyberlibError) -> None:
        words = str(error(raised))
        if raised.code == "vault_exists":
            words = say(
                "Il y a déjà un coffre dans ce compartiment. Choisissez « Ouvrir le coffre du cabinet », ou"
                " un autre compartiment.",
                "There is a vault in this bucket already. Choose “Open the practice’s vault”, or another"
                " bucket.",
            )
        self.complain(words, self.bucket.fields.at_fault(raised.code))

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
        if raised.code == "folder_not_empty" and self.folder.propose_inside():
            self.rest()
            return
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

    def _look_for_vaults(self) -> None:
        self.work(say("Connexion à l’hébergeur…", "Reaching the host…"))
        host = self.join.host
        self.bridge.ask(
            q.VaultsThereAsked,
            VaultsThere,
            self._found,
            failed=self._not_joined,
            host=host.address,
            contract_key=host.key.text(),
            contract_key_file=host.key_file,
            ca_file=host.ca.text().strip(),
        )

    def _found(self, told: VaultsThere) -> None:
        if not told.vaults:
            self.complain(
                say(
                    "Le cabinet n’a pas encore de coffre chez cet hébergeur. Choisissez plus haut « Chez un"
                    " hébergeur » pour en faire un.",
                    "The practice has no vault at this host yet. Choose “At a host” above to make one.",
                ),
                self.join.host.at,
            )
            return
        doubtful = self.join.show_found(told)
        if not told.agreed:
            self.rest()
            Terms(self.way.house, self, self.quiet if doubtful else self._open).open()
        elif doubtful:
            self.rest()
        else:
            self._open()

    def _ask_again(self, at: str) -> None:
        """What was asked on another day goes on."""
        self.join.radio.setChecked(True)
        self.join.choose_kind("host")
        self.join.choose_way_in("approval")
        self.work(say("En attente de l’autre poste…", "Waiting for the other machine…"))
        self.approved.ask(at, contract_key_file=self.join.host.key_file)

    def _ask_approval(self) -> None:
        self.work(say("En attente de l’autre poste…", "Waiting for the other machine…"))
        self.approved.ask(self.join.vault, **self._at_host())

    def _at_host(self) -> dict[str, Any]:
        host = self.join.host
        key, file = host.key.text(), host.key_file
        return {"contract_key": key, "contract_key_file": file, "replaces": self.join.replaces}

    def _let_in(self, _opened: ApprovalOpened) -> None:
        forget(self.join.secret, self.join.host.key)
        self.way.advance()

    def _ask_officers_again(self, at: str) -> None:
        self.join.radio.setChecked(True)
        self.join.choose_kind("host" if "/v1/vaults/" in at else "folder")
        self.join.choose_way_in("officers")
        if self.join.where == "folder":
            self.join.at.setText(at)
        self.officers.go_on()

    def _ask_officers(self) -> None:
        join = self.join
        self.work(str(_WAITING_FOR))
        if join.where == "host":
            self.officers.ask(join.vault, **self._at_host())
        else:
            self.officers.ask(join.at.text().strip())

    def _officers_shown(self, part: QWidget) -> None:
        self.work(str(_WAITING_FOR))
        self.way.reveal(part)

    def _by_officers(self, _opened: EscrowOpened, _secret: str) -> None:
        forget(self.join.secret, self.join.host.key)
        self.way.advance()

    def left(self) -> None:
        """See Step."""
        self.approved.stop()
        self.officers.stop()

    def _open(self) -> None:
        if self.join.way_in != "secret":
            (self._ask_approval if self.join.way_in == "approval" else self._ask_officers)()
            return
        self.work(say("Ouverture…", "Opening…"))
        join, bucket = self.join, self.join.bucket
        where: dict[str, Any] = {"at": join.at.text().strip()}
        if join.where == "host":
            where = {"at": join.vault, **self._at_host()}
        elif join.where == "bucket":
            where = {
                "at": bucket.location,
                "endpoint": bucket.address,
                "region": bucket.region.text().strip(),
                "key": bucket.access_key,
                "ca_file": bucket.ca.text().strip(),
            }
        self.bridge.ask(
            q.VaultJoined,
            VaultOpened,
            self._joined,
            failed=self._not_joined,
            secret=join.secret.text(),
            **where,
        )

    def _joined(self, _opened: VaultOpened) -> None:
        forget(self.join.secret, self.join.host.key)
        self.join.bucket.clear_secret()
        self.way.advance()

    def _not_joined(self, raised: CyberlibError) -> None:
        at = self.join.secret
        if self.join.where == "host" and raised.code.startswith(("host_", "contract_key", "ca_file")):
            at = self.join.host.at_fault(raised.code)
        elif self.join.where == "bucket" and raised.code.startswith(("bucket_", "ca_file")):
            at = self.join.bucket.at_fault(raised.code)
        self.complain(str(error(raised)), at)
