"""Escrow as the customer has it: joined on their word, looked at, left again."""

from __future__ import annotations

import os
from typing import Final

import msgspec

from ..core.crypto import KEY_SIZE
from ..core.errors import IntegrityError, UsageError
from ..core.escrow.consent import Action, Consent, ConsentBody, Signer, check_ends, read_consent, sign_consent
from ..core.escrow.deposit import Deposit, entrust, read_deposit
from ..core.escrow.policy import Policy, read_policy
from ..core.format_v1.signed import vault_public_key
from ..core.format_v1.slots import Slot
from ..repository.vault import NewSlot, Vault
from ..state.escrow import Entrusted, read_entrusted, write_entrusted
from . import bootstrap, escrow_files, escrow_text
from .device_identity import device_identity
from .escrow_told import EscrowJoined, EscrowLeft, EscrowOfficer, EscrowTold
from .paths import shown_native, shown_text
from .session import Session
from .slots import slot_list
from .times import iso_time
from .workplace import Notice

KIND: Final = "escrow"
_PROOF: Final = "passphrase or words of the vault"
POLICY_FILE: Final = "escrow-policy.json"
DEPOSIT_FILE: Final = "escrow-deposit.json"
CONSENT_FILE: Final = "escrow-consent.json"
LEAVING_FILE: Final = "escrow-withdrawal.json"


class Joining:
    """A policy about to be entrusted to: read once, so that what was shown is what is agreed to."""

    def __init__(self, policy: str, fingerprint: str) -> None:
        """`fingerprint`: as it came to the customer by another way than the file.

        Raises as `escrow_files.read`, `core.escrow.policy.read_policy`,
        IntegrityError("escrow_fingerprint_other", got=…)."""
        self._policy: Policy = escrow_files.read(policy, read_policy)
        if _digits(fingerprint) != _digits(self._policy.fingerprint):
            raise IntegrityError("escrow_fingerprint_other", got=self._policy.fingerprint)

    @property
    def told(self) -> EscrowTold:
        """The policy as it would stand."""
        return _told(self._policy, None)

    def join(self, session: Session, who: str, folder: str) -> EscrowJoined:
        """A slot of the vault whose secret the officers get, in parts; the documents go to `folder`.

        Raises UsageError("escrow_joined"), ("escrow_no_folder", at=…), as `escrow_files.write_new`,
        Busy("profile_busy"), as `Session.prove`. Nothing stays of one that failed.
        """
        paths = [os.path.join(folder, name) for name in (POLICY_FILE, DEPOSIT_FILE, CONSENT_FILE)]
        _check_folder(folder, paths)
        vault = session.vault
        _require_none(vault)
        session.prove()  # before the lock: a prompt must not hold others up
        with bootstrap.lock(session.profile):
            _require_none(vault)
            secret = bootstrap.random(KEY_SIZE)
            slot = vault.add_slot(NewSlot(KIND, KIND, secret=secret), bootstrap.clock, bootstrap.random)
            made: list[str] = []
            try:
                deposit = _entrust(vault, slot, self._policy, secret)
                consent = _sign(session, vault, slot, deposit, who, "join", None)
                kept = Entrusted(self._policy.signed.write(), deposit.data, consent.signed.write())
                for path, data in zip(paths, (kept.policy, kept.deposit, kept.consent), strict=True):
                    escrow_files.write_new(path, data, secret=False)
                    made.append(path)
                write_entrusted(session.profile, kept)
            except BaseException:
                for path in made:
                    escrow_files.remove(path)
                vault.remove_slot(slot.id)
                raise
            finally:
                session.remember_slots(vault)
        files = [shown_native(os.path.abspath(path)) for path in paths]
        return EscrowJoined(files, _told(self._policy, consent), slot_list(session, vault))


def status(session: Session) -> EscrowTold:
    """How it stands, from the vault's table and the documents kept here. Raises what opening raises,
    IntegrityError("escrow_…") for documents that were altered."""
    slots = [slot.id for slot in session.vault.table.slots if slot.type == KIND]
    kept = _kept(session)
    if kept is None:
        return EscrowTold(state="elsewhere" if slots else "off")
    policy, _, consent = kept
    if consent.body.slot in slots:
        return _told(policy, consent)
    return EscrowTold(state="elsewhere" if slots else "off", left=True)


def leave(session: Session, folder: str | None) -> EscrowLeft:
    """Removes the slot: what the officers hold opens nothing that is stored from then on. The withdrawal is
    signed where this machine has the consent, and written to `folder`.

    Raises UsageError("escrow_not_joined"), ("escrow_no_folder", at=…), Busy("profile_busy"), as
    `escrow_files.write_new`, as `Session.prove`.
    """
    path = os.path.join(folder, LEAVING_FILE) if folder is not None else ""
    if folder is not None:
        _check_folder(folder, [path])
    vault = session.vault
    _require_one(vault)
    session.prove()
    kept = read_entrusted(session.profile)
    documents = _kept(session)
    with bootstrap.lock(session.profile):
        gone = [slot for slot in vault.table.slots if slot.type == KIND]
        for slot in gone:
            vault.remove_slot(slot.id)
        session.remember_slots(vault)
        leaving = _withdrawal(session, vault, gone, documents)
        if leaving is not None and kept is not None:
            data = leaving.signed.write()
            write_entrusted(session.profile, msgspec.structs.replace(kept, leaving=data))
            if path:
                escrow_files.write_new(path, data, secret=False)
    for slot in gone:
        session.notify(Notice("old_copies_open", {"slot": slot.name}))
    written = shown_native(os.path.abspath(path)) if path and leaving is not None else ""
    return EscrowLeft(written, leaving is not None, slot_list(session, vault))


def _kept(session: Session) -> tuple[Policy, Deposit, Consent] | None:
    """What this machine agreed to for its vault. Raises as the readers of `core.escrow`."""
    kept = read_entrusted(session.profile)
    if kept is None:
        return None
    policy, consent = read_policy(kept.policy), read_consent(kept.consent)
    if consent.body.vault != session.vault.id:
        return None  # of a vault that this profile had before
    return policy, read_deposit(kept.deposit, policy), consent


def _withdrawal(
    session: Session, vault: Vault, gone: list[Slot], documents: tuple[Policy, Deposit, Consent] | None
) -> Consent | None:
    if documents is None:
        return None
    _, deposit, consent = documents
    slot = next((each for each in gone if each.id == consent.body.slot), None)
    if slot is None:
        return None
    leaving = _sign(session, vault, slot, deposit, consent.body.who, "leave", consent)
    check_ends(leaving, consent)
    return leaving


def _entrust(vault: Vault, slot: Slot, policy: Policy, secret: bytes) -> Deposit:
    ids = (vault.keys.vault_id, bytes.fromhex(slot.id))
    return entrust(secret, vault=ids[0], slot=ids[1], policy=policy, random=bootstrap.random)


def _sign(
    session: Session,
    vault: Vault,
    slot: Slot,
    deposit: Deposit,
    who: str,
    action: Action,
    former: Consent | None,
) -> Consent:
    signer = device_identity(session)
    device, (version, digest) = signer.device, escrow_text.name_and_digest()
    body = ConsentBody(
        kind="cyberlib escrow consent",
        version=1,
        action=action,
        scope="holder",
        vault=vault.id,
        vault_key=vault_public_key(vault.keys).hex(),
        slot=slot.id,
        policy=deposit.body.policy,
        deposit=deposit.digest.hex(),
        who=who,
        proof=_PROOF,
        text=digest,
        text_version=version,
        time=iso_time(bootstrap.clock()),
        device=Signer(device.id.hex(), device.name, device.key.hex(), device.certificate.hex()),
        former=former.digest.hex() if former is not None else "",
    )
    return sign_consent(body, signer.signing)


def _told(policy: Policy, consent: Consent | None) -> EscrowTold:
    body = policy.body
    return EscrowTold(
        state="on" if consent is not None else "off",
        policy=body.number,
        host=body.host,
        fingerprint=policy.fingerprint,
        needed=body.needed,
        officers=[EscrowOfficer(each.id, each.name, each.organisation) for each in body.officers],
        who=shown_text(consent.body.who) if consent is not None else "",
        since=consent.body.time if consent is not None else "",
    )


def _require_none(vault: Vault) -> None:
    if any(slot.type == KIND for slot in vault.table.slots):
        raise UsageError("escrow_joined")


def _require_one(vault: Vault) -> None:
    if not any(slot.type == KIND for slot in vault.table.slots):
        raise UsageError("escrow_not_joined")


def _check_folder(folder: str, paths: list[str]) -> None:
    if not os.path.isdir(folder):
        raise UsageError("escrow_no_folder", at=folder)
    for path in paths:
        escrow_files.check_free(path)


def _digits(fingerprint: str) -> str:
    return "".join(fingerprint.split()).lower()
