"""Being let in: a new machine asks one of the practice that opens the vault, and opens it by its answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ..core import approval as core
from ..core.approval import Handed, Request
from ..core.errors import Failed, IntegrityError, NeedsUnlock, UsageError
from ..core.ports import Store
from ..repository.unlocking import but_for, offered_key
from ..repository.vault import Vault, open_vault
from ..state.approvals import Asked, forget_asked, read_asked, write_asked
from ..state.credentials import read_slots_seen
from ..transports.host import records
from ..transports.host.approval import Approval
from . import bootstrap, host_link, stores, vaults
from .approval import post_at, shown
from .approval_told import ApprovalAsked, ApprovalOpened, ApprovalShown
from .device_slot import Keeping
from .keys import put_device
from .paths import shown_native
from .session import Session
from .slots import slot_list
from .times import iso_time
from .unlock import Known, noted_device, open_by_device, tell_header


def ask(session: Session, at: str = "", *, anew: bool = False) -> ApprovalAsked:
    """Asks the machines that use a vault at this machine's host to let it in: the profile's, the one `at` an
    address, or the only one of the practice. A request that waits is told once more, unless `anew`.

    Raises UsageError("approval_no_host", at=…), ("approval_which_vault", at=…, places=…), ("not_enrolled"),
    ("approval_asked_other"): one waits that is about another vault, ("approval_over", state=…), and what the
    host refuses.
    """
    at = _place(session, at)
    waiting = None if anew else read_asked(session.profile)
    if waiting is not None and waiting.at != at:
        raise UsageError("approval_asked_other", at=waiting.at)
    if waiting is None:
        waiting = _new(session, at)
        again = False
    else:
        again = True
    request = core.read_request(waiting.request)
    told = post_at(session, at).ask(waiting.request)
    if told.state in ("cancelled", "expired"):
        raise UsageError("approval_over", state=f"approval_{told.state}")
    return ApprovalAsked(request.digest.hex(), at, waiting.words, request.body.time, again)


def standing(session: Session) -> ApprovalShown:
    """How this machine's request stands. Raises UsageError("approval_not_asked"), and what the host
    refuses."""
    asked = _asked(session)
    return shown(session, post_at(session, asked.at).show(_ident(asked)))


def withdraw(session: Session) -> ApprovalShown:
    """Forgets this machine's request, and tells the host so. Raises as `standing`."""
    asked = _asked(session)
    told = shown(session, post_at(session, asked.at).cancel(_ident(asked)))
    forget_asked(session.profile)
    return told


def place(session: Session) -> str:
    """Which vault this machine asked for. Raises UsageError("approval_not_asked")."""
    return _asked(session).at


def require_open(session: Session) -> Approval:
    """The request, answered. Raises UsageError("approval_not_asked"), ("approval_waiting"), ("approval_held",
    opens=…), ("approval_over", state=…), and what the host refuses."""
    asked = _asked(session)
    told = post_at(session, asked.at).show(_ident(asked))
    if told.state == "held":
        raise UsageError("approval_held", opens=told.opens or "")
    if told.state == "asked":
        raise UsageError("approval_waiting")
    if told.state != "open":
        raise UsageError("approval_over", state=f"approval_{told.state}")
    return told


def open_by(
    session: Session,
    *,
    keeping: Keeping = "keychain",
    device: str = "",
    once_open: Callable[[], object] | None = None,
) -> ApprovalOpened:
    """Opens the vault by the answer to this machine's request, which then opens it by itself. `once_open`: as
    for `vaults.connect`.

    Raises as `require_open` and `core.approval.open_answer`, Failed("approval_opens_nothing", at=…),
    IntegrityError("other_vault_there", at=…), UsageError("profile_has_vault"): with another one, and as
    `vaults.connect`. The request stays until all is done.
    """
    asked = _asked(session)
    request = core.read_request(asked.request)
    told = require_open(session)
    code = core.code_of(asked.words, request.body)
    answer, handed = core.open_answer(told.answer.encode(), request, code, asked.seed)
    known = session.settings.vault
    if known is not None and known.id != handed.vault:
        session.require_no_vault()
    if known is None:
        opening = partial(_open, session, handed)
        vaults.connect(
            session, asked.at, keeping=keeping, device=device, opening=opening, once_open=once_open
        )
        session.fresh_settings()
    vault = _open_again(session, handed)
    if known is not None and not _has_slot(session, vault):
        put_device(session, vault)
    _take_back(session, vault, handed)
    tell_header(session, vault)
    return ApprovalOpened(
        shown_native(session.place.at),
        vault.id,
        session.fresh_settings().device,
        answer.device,
        known is None,
        slot_list(session, vault),
    )


def _open_again(session: Session, handed: Handed) -> Vault:
    """The vault, once this machine knows it. What travelled may be gone from it already, without the answer
    to that having come: then this machine opens it by its own."""
    try:
        return _open(session, handed, session.store)
    except Failed:
        seen = read_slots_seen(session.profile, handed.vault)
        own = open_by_device(session, session.store, session.place, Known(seen.generation, seen.tables))
        if own is None:
            raise
        return own


def _has_slot(session: Session, vault: Vault) -> bool:
    """Whether this machine opens the vault by itself already."""
    seen = read_slots_seen(session.profile, vault.id)
    known = Known(seen.generation, seen.tables)
    return open_by_device(session, session.store, session.place, known) is not None


def _take_back(session: Session, vault: Vault, handed: Handed) -> None:
    """What travelled opens nothing any more, once this machine has a way in of its own."""
    mine = noted_device(session)
    with bootstrap.lock(session.profile):
        if mine is not None and any(slot.id == mine.slot for slot in vault.table.slots):
            if any(slot.id == handed.slot for slot in vault.table.slots):
                vault.remove_slot(handed.slot)
            forget_asked(session.profile)
        session.remember_slots(vault)


def _new(session: Session, at: str) -> Asked:
    place = post_at(session, at).vault
    seed, words = core.new_seed(bootstrap.random), core.new_words(bootstrap.random)
    name = host_link.name_here(session.profile)
    request, _ = core.make_request(place, name, iso_time(bootstrap.clock()), words, seed, bootstrap.random)
    asked = Asked(seed, words, request.data, at)
    session.profile.make()
    with bootstrap.lock(session.profile):
        # First: an answer to a request whose key is lost opens nothing.
        write_asked(session.profile, asked)
    return asked


def _place(session: Session, at: str) -> str:
    known = session.settings.vault
    at = at or (known.at if known is not None else "")
    if at and not stores.is_host(at):
        raise UsageError("approval_no_host", at=at)
    if "/v1/vaults/" in at:
        return at
    client = host_link.client_of(session)
    if at and host_link.host_address(at) != client.url:
        raise UsageError("host_other", at=at)
    found = client.ask("GET", "/v1/vaults", records.VaultList).vaults
    places = [f"{client.url}/v1/vaults/{each.id}" for each in found]
    if len(places) != 1:
        raise UsageError("approval_which_vault", at=client.url, places=", ".join(places) or "—")
    return places[0]


def _asked(session: Session) -> Asked:
    asked = read_asked(session.profile)
    if asked is None:
        raise UsageError("approval_not_asked")
    return asked


def _ident(asked: Asked) -> str:
    return _request_of(asked).digest.hex()


def _request_of(asked: Asked) -> Request:
    return core.read_request(asked.request)


def _open(session: Session, handed: Handed, store: Store) -> Vault:
    seen = read_slots_seen(session.profile, handed.vault)
    offered = but_for(offered_key("device", handed.secret), seen.removed)
    try:
        vault = open_vault(store, offered, least_generation=seen.generation, first=seen.tables)
    except NeedsUnlock:
        raise Failed("approval_opens_nothing", at=shown_native(store.location)) from None
    if vault.id != handed.vault:
        raise IntegrityError("other_vault_there", at=shown_native(store.location))
    return vault
