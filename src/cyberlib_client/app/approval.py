"""Letting a new machine in, at one that opens the vault: who asks, yes by the six words it shows, or no."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from ..core import approval as core
from ..core.approval import Handed, Proof, Request
from ..core.errors import CyberlibError, IntegrityError, UsageError
from ..core.format_v1.slots import SLOT_ID_SIZE
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

_LEFT: Final = 7 * 86_400 * 10**9
"""Nanoseconds after which a machine that took an answer and did nothing with it is not waited for."""


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
    post = post_at(session, at)
    found = post.list()
    _tidy(session, found, post)
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
    if approval.id not in granted or not _there(session.vault, granted[approval.id]):
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
    it, and noted before the slot is there: one that nothing tells of would never be removed."""
    vault, name = session.vault, request.body.device[:80]
    secret, slot = bootstrap.random(core.SECRET_SIZE), bootstrap.random(SLOT_ID_SIZE)
    with bootstrap.lock(session.profile):
        free = free_slot_name(vault, "device", say(f"{name} (approbation)", f"{name} (approval)"))
        answer = core.make_answer(
            request,
            code,
            Handed(vault.id, slot.hex(), secret),
            device=session.settings.device or bootstrap.machine().machine_name(),
            proof=proof,
            time=iso_time(bootstrap.clock()),
        )
        made = Granted(slot.hex(), answer)
        write_granted(session.profile, {**read_granted(session.profile), request.digest.hex(): made})
        new = NewSlot("device", free, secret=secret, id=slot)
        vault.add_slot(new, bootstrap.clock, bootstrap.random)
        session.remember_slots(vault)
    return made


def _tidy(session: Session, found: list[Approval], post: ApprovalPost | None = None) -> None:
    """Removes what this machine granted and nobody will take any more. `post`: all there is was found, and
    what it does not list, since there were many after it, is asked for."""
    granted = read_granted(session.profile)
    listed = {each.id: each for each in found}
    wanted = [ident for ident in granted if ident in listed or post is not None]
    if not wanted:
        return
    vault: Vault = session.vault
    over = [ident for ident in wanted if _is_over(vault, granted[ident], ident, listed.get(ident), post)]
    if not over:
        return
    with bootstrap.lock(session.profile):
        for ident in over:
            made = granted.pop(ident)
            if _there(vault, made):
                vault.remove_slot(made.slot)
        session.remember_slots(vault)
        write_granted(session.profile, granted)


def _is_over(
    vault: Vault, made: Granted, ident: str, listed: Approval | None, post: ApprovalPost | None
) -> bool:
    """Whether nobody needs the slot any more. One that took the answer opens the vault by it, and removes it
    then; what it left for days, it left for ever."""
    if listed is None and post is not None:
        try:
            listed = post.show(ident)
        except CyberlibError as error:
            return error.code == "host_approval_unknown"
    if listed is None or not listed.taken:
        return listed is not None and not _stands(listed)
    return not _there(vault, made) or listed.asked < iso_time(bootstrap.clock() - _LEFT)


def _there(vault: Vault, made: Granted) -> bool:
    return any(slot.id == made.slot for slot in vault.table.slots)


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
