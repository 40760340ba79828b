"""Escrow as the customer has it: joined on their word, looked at, left again."""

from __future__ import annotations

import os
from typing import Final

import msgspec

from ..core.crypto import KEY_SIZE
from ..core.errors import CyberlibError, IntegrityError, UsageError
from ..core.escrow.consent import Consent, ConsentBody, Signer, check_ends, read_consent, sign_consent
from ..core.escrow.deposit import Deposit, entrust, read_deposit
from ..core.escrow.policy import Policy, read_policy
from ..core.format_v1.signed import vault_public_key
from ..core.format_v1.slots import Slot
from ..repository.vault import NewSlot, Vault
from ..state.escrow import Entrusted, read_entrusted, write_entrusted
from ..transports.host.escrow import EscrowPost
from . import bootstrap, escrow_files, escrow_post, escrow_text
from .device_identity import device_identity
from .escrow_files import CONSENT_FILE, DEPOSIT_FILE, LEAVING_FILE, POLICY_FILE
from .escrow_told import EscrowJoined, EscrowLeft, EscrowOffer, EscrowOfficer, EscrowTold, ReleaseShown
from .paths import shown_native, shown_text
from .proving import Proven, ahead
from .session import Session
from .slots import slot_list
from .times import iso_time
from .workplace import Notice

KIND: Final = "escrow"
_PROOF: Final = "passphrase or words of the vault"


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

    @property
    def offer(self) -> EscrowOffer:
        """All that is to be read before."""
        return EscrowOffer(self.told, escrow_text.text())

    def join(self, session: Session, who: str, folder: str | None) -> EscrowJoined:
        """A slot of the vault whose secret the officers get, in parts; the documents go to the vault's host,
        and to `folder`, which it takes where there is none.

        Raises UsageError("escrow_joined"), ("escrow_no_folder", at=…), what the host refuses, as
        `escrow_files.write_new`, Busy("profile_busy"), as `Session.prove`. Nothing stays of one that failed.
        """
        paths = []
        if folder is not None:
            paths = [os.path.join(folder, name) for name in (POLICY_FILE, DEPOSIT_FILE, CONSENT_FILE)]
            _check_folder(folder, paths)
        host = escrow_post.post(session)
        if host is None and folder is None:
            raise UsageError("escrow_to_missing")
        vault = session.vault
        _require_none(vault)
        session.prove()  # before the lock: a prompt must not hold others up
        proven = None
        if host is not None:
            subject = f"{host.vault}\n{self._policy.signed.digest.hex()}"
            proven = ahead(session, host.client, "escrow_join", subject)
        with bootstrap.lock(session.profile):
            _require_none(vault)
            if host is not None:
                _clear_host(session, vault, host)
            secret = bootstrap.random(KEY_SIZE)
            slot = vault.add_slot(NewSlot(KIND, KIND, secret=secret), bootstrap.clock, bootstrap.random)
            made: list[str] = []
            try:
                deposit = _entrust(vault, slot, self._policy, secret)
                consent = _agree(session, vault, slot, deposit, who, proven)
                kept = Entrusted(self._policy.signed.write(), deposit.data, consent.signed.write())
                for path, data in zip(paths, (kept.policy, kept.deposit, kept.consent), strict=False):
                    escrow_files.write_new(path, data, secret=False)
                    made.append(path)
                write_entrusted(session.profile, kept)
                if host is not None:
                    token = proven.token if proven is not None else ""
                    host.entrust(kept.policy, kept.deposit, kept.consent, token)
            except BaseException:
                for path in made:
                    escrow_files.remove(path)
                vault.remove_slot(slot.id)
                raise
            finally:
                session.remember_slots(vault)
        files = [shown_native(os.path.abspath(path)) for path in paths]
        told = _told(self._policy, consent, at_host=host is not None or None)
        return EscrowJoined(files, host is not None, told, slot_list(session, vault))


def status(session: Session) -> EscrowTold:
    """How it stands, from the vault's table and the documents kept here. Raises what opening raises,
    IntegrityError("escrow_…") for documents that were altered."""
    slots = [slot.id for slot in session.vault.table.slots if slot.type == KIND]
    kept = _kept(session)
    host = escrow_post.post(session)
    there = host.show() if host is not None else None
    releases = escrow_post.shown(session, there.releases) if there is not None else []
    at_host = there.state == "joined" if there is not None else None
    if kept is not None and kept[2].body.slot in slots:
        return _told(kept[0], kept[2], at_host=at_host, releases=releases)
    return EscrowTold(
        state="elsewhere" if slots else "off", left=kept is not None, at_host=at_host, releases=releases
    )


def leave(session: Session, folder: str | None) -> EscrowLeft:
    """Removes the slot: what the officers hold opens nothing that is stored from then on. The withdrawal is
    signed where this machine or the host has the consent, handed to the host, and written to `folder`. An
    earlier one that the host did not get is made anew.

    Raises UsageError("escrow_not_joined"), ("escrow_no_folder", at=…), Busy("profile_busy"), as
    `escrow_files.write_new`, as `Session.prove`.
    """
    path = os.path.join(folder, LEAVING_FILE) if folder is not None else ""
    if folder is not None:
        _check_folder(folder, [path])
    vault, host = session.vault, escrow_post.post(session)
    stale = None if _has_slot(vault) or host is None else _stale(vault, host)
    if not _has_slot(vault) and stale is None:
        raise UsageError("escrow_not_joined")
    session.prove()  # before the lock: a prompt must not hold others up
    agreed = stale or _agreed(session, vault, host)
    proven = None
    if host is not None and agreed is not None:
        proven = ahead(session, host.client, "escrow_leave", agreed.digest.hex())
    with bootstrap.lock(session.profile):
        gone = [slot for slot in vault.table.slots if slot.type == KIND]
        for slot in gone:
            vault.remove_slot(slot.id)
        session.remember_slots(vault)
        leaving = _ending(session, agreed, proven).signed.write() if agreed is not None else b""
        kept = read_entrusted(session.profile)
        if leaving and kept is not None:
            write_entrusted(session.profile, msgspec.structs.replace(kept, leaving=leaving))
    for slot in gone:
        session.notify(Notice("old_copies_open", {"slot": slot.name}))
    token = proven.token if proven is not None else ""
    handed = host is not None and bool(leaving) and escrow_post.withdraw(session, host, leaving, token)
    if leaving and path:
        escrow_files.write_new(path, leaving, secret=False)
    written = shown_native(os.path.abspath(path)) if path and leaving else ""
    return EscrowLeft(written, bool(leaving), handed, slot_list(session, vault))


def agreed_here(session: Session, vault: Vault) -> Policy | None:
    """The policy of the slot that stands, where this machine has the papers and they can be read."""
    kept = _standing_here(session, vault)
    return kept[0] if kept is not None else None


def _standing_here(session: Session, vault: Vault) -> tuple[Policy, Deposit, Consent] | None:
    """The papers of the slot that stands; damaged ones keep nobody from leaving, nor from a kit."""
    try:
        kept = _kept(session)
    except CyberlibError:
        return None
    slots = {slot.id for slot in vault.table.slots if slot.type == KIND}
    return kept if kept is not None and kept[2].body.slot in slots else None


def _kept(session: Session) -> tuple[Policy, Deposit, Consent] | None:
    """What this machine agreed to for its vault. Raises as the readers of `core.escrow`."""
    kept = read_entrusted(session.profile)
    if kept is None:
        return None
    policy, consent = read_policy(kept.policy), read_consent(kept.consent)
    if consent.body.vault != session.vault.id:
        return None  # of a vault that this profile had before
    return policy, read_deposit(kept.deposit, policy), consent


def _agreed(session: Session, vault: Vault, host: EscrowPost | None) -> Consent | None:
    """The consent of the slot that stands, as far as it is known here or at the host."""
    kept = _standing_here(session, vault)
    if kept is not None:
        return kept[2]
    slots = {slot.id for slot in vault.table.slots if slot.type == KIND}
    there = _at_host(vault, host) if host is not None else None
    return there if there is not None and there.body.slot in slots else None


def _stale(vault: Vault, host: EscrowPost) -> Consent | None:
    """What the host goes on holding although its slot is gone: a withdrawal, or the end of a join that
    failed, did not reach it."""
    there = _at_host(vault, host)
    slots = {slot.id for slot in vault.table.slots}
    return there if there is not None and there.body.slot not in slots else None


def _at_host(vault: Vault, host: EscrowPost) -> Consent | None:
    there = host.show()
    if there.state != "joined" or there.consent is None:
        return None
    consent = read_consent(there.consent.encode())
    ours = (vault.id, vault_public_key(vault.keys).hex())
    return consent if (consent.body.vault, consent.body.vault_key) == ours else None


def _clear_host(session: Session, vault: Vault, host: EscrowPost) -> None:
    """Before an escrow is joined. Raises what the host refuses."""
    stale = _stale(vault, host)
    if stale is not None:
        host.withdraw(_ending(session, stale).signed.write())


def _ending(session: Session, joined: Consent, proven: Proven | None = None) -> Consent:
    proof = _PROOF if proven is None else f"{_PROOF}; {proven.how}"
    body = msgspec.structs.replace(joined.body, action="leave", former=joined.digest.hex(), proof=proof)
    leaving = _signed(session, body)
    check_ends(leaving, joined)
    return leaving


def _entrust(vault: Vault, slot: Slot, policy: Policy, secret: bytes) -> Deposit:
    ids = (vault.keys.vault_id, bytes.fromhex(slot.id))
    return entrust(secret, vault=ids[0], slot=ids[1], policy=policy, random=bootstrap.random)


def _agree(
    session: Session, vault: Vault, slot: Slot, deposit: Deposit, who: str, proven: Proven | None
) -> Consent:
    body = ConsentBody(
        kind="cyberlib escrow consent",
        version=1,
        action="join",
        scope="holder",
        vault=vault.id,
        vault_key=vault_public_key(vault.keys).hex(),
        slot=slot.id,
        policy=deposit.body.policy,
        deposit=deposit.digest.hex(),
        who=who,
        proof=_PROOF if proven is None else f"{_PROOF}; {proven.how}",
        text="",
        text_version="",
        time="",
        device=Signer("", "", "", ""),
    )
    return _signed(session, body)


def _signed(session: Session, body: ConsentBody) -> Consent:
    """By this machine, now, of the text as it is shown here."""
    signer = device_identity(session)
    device, (version, digest) = signer.device, escrow_text.name_and_digest()
    whole = msgspec.structs.replace(
        body,
        text=digest,
        text_version=version,
        time=iso_time(bootstrap.clock()),
        device=Signer(device.id.hex(), device.name, device.key.hex(), device.certificate.hex()),
    )
    return sign_consent(whole, signer.signing)


def _told(
    policy: Policy,
    consent: Consent | None,
    *,
    at_host: bool | None = None,
    releases: list[ReleaseShown] | None = None,
) -> EscrowTold:
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
        at_host=at_host,
        releases=releases or [],
    )


def _require_none(vault: Vault) -> None:
    if _has_slot(vault):
        raise UsageError("escrow_joined")


def _has_slot(vault: Vault) -> bool:
    return any(slot.type == KIND for slot in vault.table.slots)


def _check_folder(folder: str, paths: list[str]) -> None:
    if not os.path.isdir(folder):
        raise UsageError("escrow_no_folder", at=folder)
    for path in paths:
        escrow_files.check_free(path)


def _digits(fingerprint: str) -> str:
    return "".join(fingerprint.split()).lower()
