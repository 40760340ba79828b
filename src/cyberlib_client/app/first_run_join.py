"""The first run, where the vault is not in a folder: one that is there already, at a host or in a bucket, and
a bucket for a new one."""

from __future__ import annotations

from ..core.errors import NeedsUnlock, UsageError
from ..state.bucket_access import read_bucket_access
from ..state.first_run import FirstRunNotes, read_first_run
from ..transports.host import records
from . import approval_asking, bucket_link, stores
from .approval_told import ApprovalOpened
from .first_run import contract_key_of, declare, note
from .first_run_told import BucketTold, VaultsThere, VaultThere
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
    return VaultsThere(
        standing.device.state != "surplus",
        agreed,
        [
            VaultThere(f"{made.host}/v1/vaults/{each.id}", list(each.devices), each.created, each.bytes)
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
    those that use it; `replaces`: in place of that one, which is revoked. One whose making was cut short
    still owes its words.

    Raises as `vaults.connect`, `hosts.reassign_by_key`, `first_run.contract_key_of`, and what the host
    refuses.
    """
    session.require_no_vault()
    stores.check_bucket_given(at, bucket)
    session.bucket = bucket if stores.is_bucket(at) else None
    if stores.is_host(at):
        _admit(session, at, contract_key_of(session, contract_key, key_file), replaces)
    notes = read_first_run(session.profile) or FirstRunNotes()
    begun = notes.making and same_folder(notes.at, at)
    if not begun:
        note(session, joining=at)  # of one that is cut short, too, the folders are still to be chosen
    opened = connect(session, at)
    place = "host" if stores.is_host(at) else "bucket" if stores.is_bucket(at) else "folder"
    note(session, place=place, at=at, vault=opened.id, joining="", words=not begun, making=False, away=False)
    return opened


def join_approved(
    session: Session, *, contract_key: str = "", key_file: str = "", replaces: str = ""
) -> ApprovalOpened:
    """Opens the vault that another machine of the practice has opened to this one. `replaces`: in place of
    that one, which is revoked; not before the answer is there, which may be its own.

    Raises as `approval_asking.open_by`, `hosts.reassign_by_key`, `first_run.contract_key_of`.
    """
    session.require_no_vault()
    approval_asking.require_open(session)
    if replaces:
        reassign_by_key(session, replaces, contract_key_of(session, contract_key, key_file))
    at = approval_asking.place(session)
    note(session, joining=at)  # of one that is cut short, too, the folders are still to be chosen
    opened = approval_asking.open_by(session)
    note(session, place="host", at=at, vault=opened.vault, joining="", words=True, making=False, away=False)
    return opened


def _admit(session: Session, at: str, contract_key: str, replaces: str) -> None:
    host, _, vault = at.partition("/v1/vaults/")
    if not vault:
        raise UsageError("host_address", at=at)
    client = client_of(session)
    if client.url != host:
        raise UsageError("host_other", at=host)
    client.sign_in()
    if replaces:
        reassign_by_key(session, replaces, contract_key)
    client.ask("POST", f"/v1/vaults/{vault}/members", records.Vault, {"contract_key": contract_key})
