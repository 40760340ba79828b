"""Letting a new machine in, at one that opens the vault: who asks, yes by the six words it shows, or no."""

from __future__ import annotations

from contextlib import suppress

from ..core import approval as core
from ..core.approval import Handed, Proof, Request
from ..core.errors import CyberlibError, IntegrityError, UsageError
from ..repository.vault import NewSlot, Vault
from ..state.approvals import Granted, read_asked, read_granted, write_granted
from ..transports.host.approval import Approval, ApprovalPost
from . import bootstrap, host_link, stores
from .approval_told import ApprovalShown
from .device_slot import free_slot_name
from .hosting import tell_approvals
from .session import Session
from .times import iso_time
from .wording.language import say


def post_at(session: Session, location: str) -> ApprovalPost:
    """To the host where a vault is. Raises UsageError("approval_no_host", at=…), as `host_link.store_at`."""
    if not stores.is_host(location):
        raise UsageError("approval_no_host", at=location)
    store = host_link.store_at(session, location)
    return ApprovalPost(store.client, store.vault)


def pending(session: Session) -> list[ApprovalShown]:
    """Requests about the profile's vault, the latest first; slots that were made for what came to nothing
    are removed. Nothing where the vault is at no host."""
    at = session.place.at
    if not stores.is_host(at):
        return []
    found = post_at(session, at).list()
    _tidy(session, found)
    return _all_shown(session, found)


def allow(session: Session, wanted: str, words: str, *, unproven: bool = False) -> ApprovalShown:
    """Lets the machine in whose request's id begins so, or the only one that asks. `words`: the six that it
    shows. `unproven`: without the vault's passphrase or words, so that the host holds it back. Told again
    after a failure, it goes on.

    Raises UsageError("approval_none", wanted=…), ("approval_ambiguous", wanted=…),
    as `core.approval.typed_words` and `check_request`, `Session.prove`, and what the host refuses.
    """
    typed = core.typed_words(words)
    post = post_at(session, session.place.at)
    found = post.list()
    approval = _chosen(found, wanted, ("asked",))
    request = _request(approval, post.vault)
    code = core.check_request(request, typed)
    if not unproven:
        session.prove()  # before the lock: a prompt must not hold others up
    granted = read_granted(session.profile)
    if approval.id not in granted:
        granted[approval.id] = _grant(session, request, code, "device" if unproven else "secret")
    told = post.answer(approval.id, granted[approval.id].answer)
    _tell(session, found, told)
    return shown(session, told)


def refuse(session: Session, wanted: str) -> list[ApprovalShown]:
    """Says no to the request whose id begins so; without one, to all that are not over.

    Raises UsageError("approval_none", wanted=…), ("approval_ambiguous", wanted=…), and what the host refuses.
    """
    post = post_at(session, session.place.at)
    found = post.list()
    standing = [each for each in found if _stands(each)]
    chosen = [_chosen(found, wanted, ("asked", "held", "open"))] if wanted else standing
    if not chosen:
        raise UsageError("approval_none", wanted=wanted)
    gone = [post.cancel(each.id) for each in chosen]
    _tidy(session, gone)
    _tell(session, found, *gone)
    return _all_shown(session, gone)


def _grant(session: Session, request: Request, code: core.Code, proof: Proof) -> Granted:
    """A slot for the new machine, and the answer that hands it over; both kept before the host hears of
    it."""
    vault, name = session.vault, request.body.device[:80]
    secret = bootstrap.random(core.SECRET_SIZE)
    with bootstrap.lock(session.profile):
        free = free_slot_name(vault, "device", say(f"{name} (approbation)", f"{name} (approval)"))
        slot = vault.add_slot(NewSlot("device", free, secret=secret), bootstrap.clock, bootstrap.random)
        session.remember_slots(vault)
        answer = core.make_answer(
            request,
            code,
            Handed(vault.id, slot.id, secret),
            device=session.settings.device or bootstrap.machine().machine_name(),
            proof=proof,
            time=iso_time(bootstrap.clock()),
        )
        made = Granted(slot.id, answer)
        write_granted(session.profile, {**read_granted(session.profile), request.digest.hex(): made})
    return made


def _tidy(session: Session, found: list[Approval]) -> None:
    """What this machine granted and nobody will take any more."""
    granted = read_granted(session.profile)
    over = [each for each in found if each.id in granted and (each.taken or not _stands(each))]
    if not over:
        return
    vault: Vault = session.vault
    with bootstrap.lock(session.profile):
        for each in over:
            made = granted.pop(each.id)
            if not each.taken and any(slot.id == made.slot for slot in vault.table.slots):
                vault.remove_slot(made.slot)
        session.remember_slots(vault)
        write_granted(session.profile, granted)


def _stands(approval: Approval) -> bool:
    return approval.state in ("asked", "held", "open") and not approval.taken


def _tell(session: Session, found: list[Approval], *now: Approval) -> None:
    changed = {each.id: each for each in now}
    standing = [each for each in found if _stands(changed.get(each.id, each))]
    tell_approvals(session, session.place.at, len(standing))


def _chosen(found: list[Approval], wanted: str, states: tuple[str, ...]) -> Approval:
    chosen = [
        each for each in found if each.state in states and not each.taken and each.id.startswith(wanted)
    ]
    if not chosen:
        raise UsageError("approval_none", wanted=wanted)
    if len(chosen) > 1:
        raise UsageError("approval_ambiguous", wanted=wanted)
    return chosen[0]


def _request(approval: Approval, place: str) -> Request:
    """The request, which is the one that the host says, and about this vault."""
    request = core.read_request(approval.request.encode())
    if request.digest.hex() != approval.id or request.body.place != place:
        raise IntegrityError("approval_malformed")
    return request


def shown(session: Session, approval: Approval) -> ApprovalShown:
    """One request. `here` is what this machine knows itself. IntegrityError("approval_malformed")."""
    request = core.read_request(approval.request.encode())
    mine = None
    with suppress(CyberlibError):
        mine = read_asked(session.profile)
    return ApprovalShown(
        id=approval.id,
        state="taken" if approval.taken and approval.state != "cancelled" else approval.state,
        device=request.body.device,
        here=mine is not None and request.data == mine.request,
        asked=approval.asked,
        opens=approval.opens or "",
        by=approval.by,
    )


def _all_shown(session: Session, found: list[Approval]) -> list[ApprovalShown]:
    """Without what is no request."""
    told = []
    for each in found:
        with suppress(IntegrityError):
            told.append(shown(session, each))
    return told
