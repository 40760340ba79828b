"""Getting into a vault again through its escrow: this machine asks, and it alone puts the parts together."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from ..core.errors import Failed, IntegrityError, NeedsUnlock, UsageError
from ..core.escrow.consent import Consent, Scope, read_consent
from ..core.escrow.deposit import Deposit, read_deposit
from ..core.escrow.policy import Policy, read_policy
from ..core.escrow.release import (
    Request,
    RequestBody,
    assemble,
    check_consented,
    make_request,
    read_answer,
    read_request,
)
from ..core.escrow.sealing import SEED_SIZE, SealingKey
from ..core.escrow.signing import split
from ..core.ports import Store
from ..repository.unlocking import but_for, offered_key
from ..repository.vault import NewSlot, Vault, open_vault
from ..state.credentials import read_slots_seen
from ..state.escrow import Asked, forget_asked, read_asked, write_asked
from . import bootstrap, escrow_files, escrow_post, host_link, stores, vaults
from .device_slot import Keeping, free_slot_name
from .escrow_files import CONSENT_FILE, DEPOSIT_FILE, POLICY_FILE
from .escrow_told import EscrowAsked, EscrowOfficer, EscrowOpened
from .passphrases import new_passphrase
from .paths import shown_native
from .session import Session
from .slots import slot_info, slot_list
from .times import iso_time
from .unlock import given_passphrase, tell_header
from .workplace import Notice

_ID_SIZE = 16


class Papers(NamedTuple):
    """Files that the host has, or the customer kept."""

    policy: str
    deposit: str
    consent: str


def papers_in(folder: str) -> Papers:
    """The files that `escrow.join` wrote there."""
    names = (POLICY_FILE, DEPOSIT_FILE, CONSENT_FILE)
    return Papers(*(os.path.join(folder, name) for name in names))


def ask(
    session: Session,
    papers: Papers | None,
    to: str,
    at: str = "",
    *,
    anew: bool = False,
    scope: Scope = "holder",
) -> EscrowAsked:
    """A request for what was entrusted, in a new file, or handed to the host where the vault is: that of the
    profile, or at `at`. One that waits is told once more, unless `anew`. `papers`: None for the host's.

    Raises as `escrow_files.read` and `write_new`, `core.escrow` for documents that do not belong together,
    UsageError("escrow_asked_other"): one waits that is about something else, ("escrow_to_missing"): neither
    host nor file, ("escrow_release_over", state=…): it was cancelled, and as `escrow_post.papers`.
    """
    if to:
        escrow_files.check_free(to)
    known = session.settings.vault
    at = at or (known.at if known is not None else "")
    host = escrow_post.post_at(session, at)
    if host is None and not to:
        raise UsageError("escrow_to_missing")
    policy, deposit, consent = _read(session, papers, at)
    request, again = _made(session, deposit, consent, (policy, at, scope), anew=anew)
    if to:
        escrow_files.write_new(to, request.data, secret=False)
    release = host.ask(request.data) if host is not None else None
    if release is not None and release.state not in ("waiting", "open"):
        raise UsageError("escrow_release_over", state=f"release_{release.state}")
    return EscrowAsked(
        file=shown_native(os.path.abspath(to)) if to else "",
        opens=release.opens if release is not None else "",
        vault=deposit.body.vault,
        words=request.words,
        needed=policy.body.needed,
        officers=[EscrowOfficer(each.id, each.name, each.organisation) for each in policy.body.officers],
        time=request.body.time,
        again=again,
    )


def _read(session: Session, papers: Papers | None, at: str) -> tuple[Policy, Deposit, Consent]:
    if papers is not None:
        policy = escrow_files.read(papers.policy, read_policy)
        deposit = escrow_files.read(papers.deposit, lambda data: read_deposit(data, policy))
        return policy, deposit, escrow_files.read(papers.consent, read_consent)
    if not at:
        raise UsageError("escrow_place_missing")
    texts = escrow_post.papers(session, at)
    policy = read_policy(texts[0])
    return policy, read_deposit(texts[1], policy), read_consent(texts[2])


def _made(
    session: Session, deposit: Deposit, consent: Consent, given: tuple[Policy, str, Scope], *, anew: bool
) -> tuple[Request, bool]:
    """The request, and whether it was there already."""
    policy, at, scope = given
    waiting = None if anew else read_asked(session.profile)
    if waiting is not None:
        request = read_request(waiting.request)
        if waiting.deposit != deposit.data or request.body.scope != scope:
            raise UsageError("escrow_asked_other")
        check_consented(request, deposit, consent)
        return request, True
    seed = bootstrap.random(SEED_SIZE)
    request = _request(_name(session, at), deposit, SealingKey(seed), scope)
    check_consented(request, deposit, consent)
    session.profile.make()
    with bootstrap.lock(session.profile):
        # First: an answer to a request whose key is lost opens nothing.
        asked = Asked(seed, request.data, policy.signed.write(), deposit.data, at)
        write_asked(session.profile, asked)
    return request, False


def open_by(
    session: Session,
    answers: list[str],
    at: str = "",
    *,
    keeping: Keeping = "keychain",
    device: str = "",
    once_open: Callable[[], object] | None = None,
) -> EscrowOpened:
    """Opens the vault by officers' answers, and gives it a new passphrase. `answers`: files, none for those
    that the host has. `at`: where the vault is, of a profile that has none, and asked elsewhere.
    `once_open`: as for `vaults.connect`.

    Raises UsageError("escrow_not_asked"), ("escrow_place_missing"), ("profile_has_vault"): with another
    one, Failed("escrow_opens_nothing", at=…), ("other_vault_there", at=…), as
    `core.escrow.release.assemble` and `read_answer`, `passphrases.new_passphrase`, `vaults.connect`. The
    request stays until all is done.
    """
    asked = read_asked(session.profile)
    if asked is None:
        raise UsageError("escrow_not_asked")
    if read_request(asked.request).body.scope != "holder":
        raise UsageError("escrow_request_covered")
    known = session.settings.vault
    at = known.at if known is not None else at or asked.at
    if not at:
        raise UsageError("escrow_place_missing")
    given = _given(answers) if answers else escrow_post.answers(session, at)
    secret, vault_id = _assembled(asked, given)
    if known is not None and known.id != vault_id:
        session.require_no_vault()
    # Before the vault is opened: what fails later finds the profile as it was.
    passphrase = new_passphrase(session, given_passphrase(session), [session.settings.device])
    if known is None:
        opening = partial(open_vault_by, session, secret, vault_id)
        vaults.connect(session, at, keeping=keeping, device=device, opening=opening, once_open=once_open)
        session.fresh_settings()
    vault = open_vault_by(session, secret, vault_id, session.store)
    with bootstrap.lock(session.profile):
        name = free_slot_name(vault, "passphrase", "passphrase")
        slot = vault.add_slot(
            NewSlot("passphrase", name, passphrase=passphrase), bootstrap.clock, bootstrap.random
        )
        session.remember_slots(vault)
        forget_asked(session.profile)
    tell_header(session, vault)
    session.notify(Notice("escrow_was_used"))
    return EscrowOpened(
        shown_native(session.place.at),
        vault.id,
        session.fresh_settings().device,
        known is None,
        slot_info(slot),
        slot_list(session, vault),
    )


def require_answers(session: Session) -> None:
    """Returns where the answers that the host has open what this machine asked for. Raises
    UsageError("escrow_answers_missing", …), as `open_by`."""
    asked = read_asked(session.profile)
    if asked is None:
        raise UsageError("escrow_not_asked")
    _assembled(asked, escrow_post.answers(session, asked.at))


def _name(session: Session, at: str) -> str:
    """As the practice and its host know this machine."""
    at_host = host_link.name_here(session.profile) if stores.is_host(at) else ""
    return at_host or session.settings.device or bootstrap.machine().machine_name()


def _request(name: str, deposit: Deposit, key: SealingKey, scope: Scope) -> Request:
    return make_request(
        RequestBody(
            kind="cyberlib escrow request",
            version=1,
            id=bootstrap.random(_ID_SIZE).hex(),
            vault=deposit.body.vault,
            deposit=deposit.digest.hex(),
            scope=scope,
            workstation=name,
            time=iso_time(bootstrap.clock()),
            key=key.public.hex(),
        )
    )


def _given(files: list[str]) -> list[bytes]:
    def whole(data: bytes) -> bytes:
        split(data)
        return data

    return [escrow_files.read(path, whole) for path in files]


def _assembled(asked: Asked, given: list[bytes]) -> tuple[bytes, str]:
    """The secret, and the id of its vault."""
    policy = read_policy(asked.policy)
    deposit, request = read_deposit(asked.deposit, policy), read_request(asked.request)
    read = [read_answer(each, policy) for each in given]
    return assemble(request, deposit, policy, SealingKey(asked.seed), read), deposit.body.vault


def open_vault_by(session: Session, secret: bytes, vault_id: str, store: Store) -> Vault:
    """The vault that the secret opens. Raises Failed("escrow_opens_nothing", at=…), ("other_vault_there",
    at=…), and as `open_vault`."""
    seen = read_slots_seen(session.profile, vault_id)
    offered = but_for(offered_key("escrow", secret), seen.removed)
    try:
        vault = open_vault(store, offered, least_generation=seen.generation, first=seen.tables)
    except NeedsUnlock:
        raise Failed("escrow_opens_nothing", at=shown_native(store.location)) from None
    if vault.id != vault_id:
        raise IntegrityError("other_vault_there", at=shown_native(store.location))
    return vault
