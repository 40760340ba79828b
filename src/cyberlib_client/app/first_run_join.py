"""The first run, where the vault is not in a folder: one that is there already, at a host or in a bucket, and
a bucket for a new one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ..core.errors import CyberlibError, NeedsUnlock, UsageError
from ..core.escrow.consent import Scope
from ..state.bucket_access import read_bucket_access
from ..state.escrow import read_asked
from ..state.first_run import FirstRunNotes, read_first_run
from ..transports.host import records
from . import approval_asking, bucket_link, escrow_recovery, escrow_waiting, stores
from .approval_told import ApprovalOpened
from .enrolment_placed import placed
from .escrow_told import EscrowAsked, EscrowOpened
from .first_run import contract_key_of, declare, note
from .first_run_told import BucketTold, MachineThere, VaultsThere, VaultThere
from .host_link import client_of
from .hosts import reassign_by_key, terms
from .paths import same_folder
from .session import Session
from .vaults import VaultOpened, check_place, connect
from .workplace import BucketGiven


def choose_bucket(session: Session, at: str, given: BucketGiven) -> BucketTold:
    """The vault is to be in a bucket: it is asked for, its access key is kept (in the keychain, or where
    there is none in a file of its user's alone), and nothing is made.

    Raises as `vaults.create` of its place, and as `bucket_link.store_at` and `keep`.
    """
    session.require_no_vault()
    session.bucket = given
    wanted = bucket_link.settings_of(at, "", given)
    check_place(session, at)
    bucket_link.new_store_at(session, at, given)
    session.profile.make()
    before = read_bucket_access(session.profile)
    try:
        bucket_link.keep(session, given, "keychain")
    except NeedsUnlock as error:
        if error.code != "keychain_unavailable":
            raise
        bucket_link.keep(session, given, "file")
    if before.secret and before.secret != read_bucket_access(session.profile).secret:
        bucket_link.forget(session, before)
    note(session, place="bucket", at=wanted.at, endpoint=given.endpoint, region=given.region, away=False)
    return BucketTold(wanted.at, wanted.endpoint, wanted.region)


def vaults_there(session: Session, url: str, contract_key: str, key_file: str, ca_file: str) -> VaultsThere:
    """Declares this machine at a host, and tells which vaults the practice has there. Raises as
    `first_run.declare`, and what the host refuses."""
    session.require_no_vault()
    made = declare(session, url, contract_key, key_file, ca_file)
    client = client_of(session)
    standing = client.sign_in()
    found = client.ask("GET", "/v1/vaults", records.VaultList).vaults
    agreed = terms(session).accepted
    declared = client.ask("GET", "/v1/devices", records.DeviceList).devices
    backups = {each.name: each.last_backup for each in declared if each.id != made.device}
    return VaultsThere(
        standing.device.state != "surplus",
        agreed,
        [
            VaultThere(
                f"{made.host}/v1/vaults/{each.id}",
                list(each.devices),
                each.created,
                each.bytes,
                [MachineThere(name, backups[name]) for name in each.devices if name in backups],
            )
            for each in found
        ],
    )


def join(
    session: Session,
    at: str,
    *,
    bucket: BucketGiven,
    contract_key: str = "",
    key_file: str = "",
    replaces: str = "",
) -> VaultOpened:
    """Opens a vault that is there, by what whoever is asked gives. At a host this machine becomes one of
    those that use it; `replaces`: in place of that one, which is revoked, and not before the vault is open.
    One whose making was cut short still owes its words.

    Raises as `vaults.connect`, `hosts.reassign_by_key`, `first_run.contract_key_of`, and what the host
    refuses.
    """
    session.require_no_vault()
    stores.check_bucket_given(at, bucket)
    session.bucket = bucket if stores.is_bucket(at) else None
    instead: Callable[[], object] | None = None
    if stores.is_host(at):
        key = contract_key_of(session, contract_key, key_file)
        admit(session, at, key)
        instead = partial(take_place, session, at, replaces, key) if replaces else None
    notes = read_first_run(session.profile) or FirstRunNotes()
    begun = notes.making and same_folder(notes.at, at)
    if not begun:
        note(session, joining=at)  # of one that is cut short, too, the folders are still to be chosen
    opened = connect(session, at, once_open=instead)
    place = "host" if stores.is_host(at) else "bucket" if stores.is_bucket(at) else "folder"
    note(session, place=place, at=at, vault=opened.id, joining="", words=not begun, making=False, away=False)
    return opened


def join_approved(
    session: Session, *, contract_key: str = "", key_file: str = "", replaces: str = ""
) -> ApprovalOpened:
    """Opens the vault that another machine of the practice has opened to this one. `replaces`: in place of
    that one, which is revoked; not before the vault is open, by an answer that may be its own.

    Raises as `approval_asking.open_by`, `hosts.reassign_by_key`, `first_run.contract_key_of`.
    """
    session.require_no_vault()
    approval_asking.require_open(session)
    at = approval_asking.place(session)
    instead: Callable[[], object] | None = None
    if replaces:
        key = contract_key_of(session, contract_key, key_file)
        instead = partial(take_place, session, at, replaces, key)
    note(session, joining=at)  # of one that is cut short, too, the folders are still to be chosen
    opened = approval_asking.open_by(session, once_open=instead)
    note(session, place="host", at=at, vault=opened.vault, joining="", words=True, making=False, away=False)
    return opened


def ask_officers(
    session: Session,
    at: str,
    *,
    papers: str = "",
    to: str = "",
    contract_key: str = "",
    key_file: str = "",
    anew: bool = False,
    scope: Scope = "holder",
) -> EscrowAsked:
    """Asks the officers of an escrow. By a contract key, which may have been left here, a machine without a
    vault becomes one of those that use it at the host first: by the answers alone it could not reach what
    is there. `papers`: folder with what was signed, "" for the host's; `to`: file for the request, "" for
    none.

    Raises as `escrow_recovery.ask`, `first_run.contract_key_of`, and what the host refuses.
    """
    keys = contract_key or key_file or placed(session.profile).contract_key_file
    admitted = session.settings.vault is not None or (not anew and read_asked(session.profile) is not None)
    if keys and stores.is_host(at) and not admitted:
        admit(session, at, contract_key_of(session, contract_key, key_file))
    given = escrow_recovery.papers_in(papers) if papers else None
    return escrow_recovery.ask(session, given, to, at, anew=anew, scope=scope)


def join_by_officers(
    session: Session, answers: list[str], *, contract_key: str = "", key_file: str = "", replaces: str = ""
) -> EscrowOpened:
    """Opens the vault by officers' answers, with a new passphrase; see `escrow_recovery.open_by`. The first
    run then goes on with 24 new words, since nobody has the former ones. `replaces`: as in `join_approved`.

    Raises as `escrow_recovery.open_by`, `escrow_waiting.standing`, `hosts.reassign_by_key`.
    """
    if session.settings.vault is not None:
        return escrow_recovery.open_by(session, answers)
    at = escrow_waiting.standing(session).at
    instead: Callable[[], object] | None = None
    if replaces:
        key = contract_key_of(session, contract_key, key_file)
        instead = partial(take_place, session, at, replaces, key)
    before = read_first_run(session.profile) or FirstRunNotes()
    note(
        session, making=True, at=at, joining="", words=False
    )  # nobody has the words, also if this is cut short
    try:
        opened = escrow_recovery.open_by(session, answers, at, once_open=instead)
    except CyberlibError:
        note(session, making=before.making, at=before.at, words=before.words)
        raise
    place = "host" if stores.is_host(at) else "bucket" if stores.is_bucket(at) else "folder"
    note(session, place=place, at=at, vault=opened.id, making=False, away=False)
    return opened


def take_place(session: Session, at: str, replaces: str, contract_key: str) -> None:
    """This machine takes that one's place, of several vaults at this one. To be called once the vault is
    open: a machine that lost its place opens nothing any more, and may have been the last that could. Raises
    as `hosts.reassign_by_key` and `admit`."""
    reassign_by_key(session, replaces, contract_key)
    if "/v1/vaults/" in at:
        admit(session, at, contract_key)


def admit(session: Session, at: str, contract_key: str) -> None:
    """This machine becomes one of those that use a vault at its host; it takes nobody's place. Raises
    UsageError("host_address", at=…), ("host_other", at=…), and what the host refuses."""
    host, _, vault = at.partition("/v1/vaults/")
    if not vault:
        raise UsageError("host_address", at=at)
    client = client_of(session)
    if client.url != host:
        raise UsageError("host_other", at=host)
    client.sign_in()
    client.ask("POST", f"/v1/vaults/{vault}/members", records.Vault, {"contract_key": contract_key})
