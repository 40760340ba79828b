r"""This machine takes another's place, by a file that answers all questions: for who deploys many.

    host = "https://sauvegarde.exemple.fr"
    contract_key_file = "contrat.cle"
    ca_file = "autorite.pem"              if the system does not know the host's certificate
    name = "ACCUEIL-2"                    this machine's name; the computer's by default
    from = "ACCUEIL"                      the machine whose place it takes
    open_by = "passphrase"                or "words", "approval", "escrow"
    secret_file = "phrase.txt"            the passphrase or the 24 words; with "escrow" the new passphrase
    accept_terms = "Dr Exemple"           who accepts the host's terms, if there are some to accept
    device_file = true                    its secrets in files rather than in the keychain
    restore = true                        what the old machine had, where it is absent here
    backup = true                         a first backup at the end

    [[folder]]                            where one is not to be where it is proposed
    from = 'D:\Cabinet\Lettres'
    to = "/home/dr.martin/Lettres"         "" to leave it out

Paths are relative to the file's own folder. Each step is done once: called again it goes on where it was.
"""

from __future__ import annotations

import os
import tomllib
from functools import partial
from pathlib import Path
from typing import Literal

import msgspec

from ..core.errors import UsageError
from ..core.format_v1.malformed import MALFORMED
from ..state import approvals, escrow
from ..state.host_access import sound_host_access
from ..state.typed_files import fault_of
from ..transports.host import records
from . import adopting, approval_asking, escrow_recovery, escrow_waiting, hosts, sources, vaults
from .adopting_told import Adoption
from .choosing import own_device
from .device_slot import Keeping
from .first_run_join import admit, ask_officers
from .host_link import client_of, host_address
from .passphrases import new_passphrase
from .paths import shown_native
from .replacing_told import Replacement, Step
from .session import Session
from .slots import slot_list
from .unlock import given_passphrase


class Folder(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"source": "from"}):
    """One of the old machine's, and where it is here."""

    source: str
    to: str


class Answers(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"previous": "from"}):
    """See the module; paths are absolute once it is read."""

    host: str
    contract_key_file: str
    previous: str
    open_by: Literal["passphrase", "words", "approval", "escrow"]
    ca_file: str = ""
    name: str = ""
    secret_file: str = ""
    accept_terms: str = ""
    device_file: bool = False
    restore: bool = False
    backup: bool = False
    folder: list[Folder] = []


def read_answers(path: str) -> Answers:
    """The answers in a file. UsageError("answers_unreadable", at=…, reason=…), ("answers_unfit", at=…,
    line=…, reason=…), ("answers_no_secret", at=…)."""
    shown = shown_native(os.path.abspath(path))
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise UsageError("answers_unreadable", at=shown, reason=error.strerror or "?") from None
    try:
        found = _parsed(data.decode("utf-8"))
    except MALFORMED as error:
        reason, line = fault_of(data, error, _parsed)
        raise UsageError("answers_unfit", at=shown, line=line, reason=reason) from None
    if found.open_by != "approval" and not found.secret_file:
        raise UsageError("answers_no_secret", at=shown)
    folder = os.path.dirname(os.path.abspath(path))
    files = {
        name: os.path.join(folder, os.path.expanduser(getattr(found, name)))
        for name in ("contract_key_file", "ca_file", "secret_file")
        if getattr(found, name)
    }
    return msgspec.structs.replace(found, **files)


def _parsed(text: str) -> Answers:
    return msgspec.convert(tomllib.loads(text), Answers)


def replace(session: Session, answers: Answers) -> Replacement:
    """Does what is not done yet. Raises what its steps raise: `hosts.enrol`, `hosts.terms`,
    `approval_asking`, `escrow_recovery`, `hosts.reassign`, `vaults.connect`, `adopting.adopt`,
    `backups.run_backup`; and UsageError("answers_not_agreed", version=…): the host has terms, and nobody
    accepts them."""
    done: list[Step] = []
    keeping: Keeping = "file" if answers.device_file else "keychain"
    _declare(session, answers, done)
    _accept(session, answers, done)
    made = Replacement(host_address(answers.host), _name(session), answers.previous, done)
    if session.settings.vault is None and answers.open_by in ("approval", "escrow"):
        ask = _ask if answers.open_by == "approval" else _ask_officers
        waits = ask(session, answers, made)
        if waits is not None:
            return waits
        done.append("asked")
    if session.settings.vault is None or _half_open(session, answers):
        _open(session, answers, keeping)
        session.fresh_settings()
    else:
        _take_place(session, answers)
    done += ("place", "opened")
    adoption = _folders(session, answers)
    done.append("folders")
    snapshot, unread = _back_up(session, answers, done)
    slots = slot_list(session, session.vault)
    return msgspec.structs.replace(made, slots=slots, adoption=adoption, snapshot=snapshot, unread=unread)


def _declare(session: Session, answers: Answers, done: list[Step]) -> None:
    access = sound_host_access(session.profile)
    address = host_address(answers.host)
    if access is None or not access.device or access.url != address:
        hosts.enrol(
            session,
            answers.host,
            answers.contract_key_file,
            name=answers.name,
            ca_file=answers.ca_file or None,
            keeping="file" if answers.device_file else "keychain",
        )
    done.append("declared")


def _accept(session: Session, answers: Answers, done: list[Step]) -> None:
    shown = hosts.terms(session, accept=bool(answers.accept_terms), user=answers.accept_terms)
    if not shown.accepted:
        raise UsageError("answers_not_agreed", version=shown.version)
    done.append("terms")


def _ask(session: Session, answers: Answers, made: Replacement) -> Replacement | None:
    """What is to wait for; None once another machine has let this one in."""
    asked = approval_asking.ask(session, _vault_of(session, answers))
    try:
        approval_asking.require_open(session)
    except UsageError as error:
        if error.code not in ("approval_waiting", "approval_held"):
            raise
        opens = str(error.facts.get("opens") or "")
        return msgspec.structs.replace(made, waiting=error.code, words=asked.words, opens=opens)
    return None


def _ask_officers(session: Session, answers: Answers, made: Replacement) -> Replacement | None:
    """The same of the officers of its escrow: the request is held back, then answered by enough of them."""
    session.passphrase_file = answers.secret_file
    new_passphrase(session, given_passphrase(session), [made.name])  # said today, and not in a day
    ask_officers(session, _vault_of_place(session, answers), key_file=answers.contract_key_file)
    standing = escrow_waiting.standing(session)
    if standing.state == "open" and _enough(session):
        return None
    waiting = "escrow_waiting" if standing.state == "open" else "escrow_held"
    return msgspec.structs.replace(made, waiting=waiting, words=standing.words, opens=standing.opens)


def _enough(session: Session) -> bool:
    try:
        escrow_recovery.require_answers(session)
    except UsageError as error:
        if error.code != "escrow_answers_missing":
            raise
        return False
    return True


def _half_open(session: Session, answers: Answers) -> bool:
    """Whether the vault was opened by others, and what follows on it was cut short."""
    if answers.open_by == "approval":
        return approvals.read_asked(session.profile) is not None
    return answers.open_by == "escrow" and escrow.read_asked(session.profile) is not None


def _vault_of(session: Session, answers: Answers) -> str:
    """The vault that the old machine used, "" where that cannot be told: then there is to be one alone."""
    client = client_of(session)
    found = client.ask("GET", "/v1/vaults", records.VaultList).vaults
    using = [each.id for each in found if answers.previous in each.devices]
    return f"{client.url}/v1/vaults/{using[0]}" if len(using) == 1 else ""


def _take_place(session: Session, answers: Answers) -> None:
    """It is asked for each time, since only the host knows whether it was done."""
    hosts.reassign(session, answers.previous, answers.contract_key_file)


def _open(session: Session, answers: Answers, keeping: Keeping) -> None:
    """The place is taken once the vault is open, and not by an answer file with a wrong passphrase: the
    machine that loses it may be the last that opens the vault."""
    taking = partial(_take_place, session, answers)
    if answers.open_by == "approval":
        approval_asking.open_by(session, keeping=keeping, device=answers.name, once_open=taking)
        return
    if answers.open_by == "escrow":
        session.passphrase_file = answers.secret_file
        escrow_recovery.open_by(session, [], keeping=keeping, device=answers.name, once_open=taking)
        return
    at = _vault_of_place(session, answers)
    if answers.open_by == "words":
        session.recovery_file = answers.secret_file
    else:
        session.passphrase_file = answers.secret_file
    vaults.connect(session, at, keeping=keeping, device=answers.name, once_open=taking)


def _vault_of_place(session: Session, answers: Answers) -> str:
    """Where the vault is that goes with the place; this machine may read it from now on. What cannot be
    taken is refused before anything is opened."""
    client = client_of(session)
    found = client.ask("GET", "/v1/devices", records.DeviceList).devices
    old = next((each for each in found if answers.previous in (each.name, each.id)), None)
    if old is None or old.vault is None or old.replaced_by is not None or answers.previous == _name(session):
        taken = hosts.reassign(session, answers.previous, answers.contract_key_file)
        return taken.vault or taken.host
    at = f"{client.url}/v1/vaults/{old.vault}"
    admit(session, at, hosts.read_contract_key(session, answers.contract_key_file))
    return at


def _folders(session: Session, answers: Answers) -> Adoption | None:
    chosen = {each.source: each.to for each in answers.folder}
    try:
        return adopting.adopt(session, answers.previous, chosen, restore=answers.restore)
    except UsageError as error:
        if error.code not in ("no_snapshot", "device_unknown", "adopt_nothing"):
            raise
        return None  # the old machine never backed anything up


def _back_up(session: Session, answers: Answers, done: list[Step]) -> tuple[str, int]:
    """The first snapshot of this machine, and how much of it could not be read; one is enough."""
    if not answers.backup or not session.fresh_settings().sources:
        return "", 0
    own = own_device(session)
    first = session.snapshots.latest_of(own) if own is not None else None
    if first is not None:
        done.append("backup")
        return first.id, 0
    from .backups import run_backup

    made = run_backup(session, sources.Choice())
    done.append("backup")
    return made.snapshot.id, made.unread


def _name(session: Session) -> str:
    access = sound_host_access(session.profile)
    return access.name if access is not None else ""
