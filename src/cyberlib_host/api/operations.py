"""Every operation of protocol 1, but those that move bytes (see `transfer`)."""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .. import __version__
from ..core import marks, told, wire
from ..core.leaving import LeavingAcceptance, LeavingTold
from ..core.plans import Plan
from ..core.problems import Problem
from ..core.records import AuditLog
from ..core.terms import Acceptance, TermsList
from ..core.times import rfc3339
from ..services import (
    access,
    audit,
    changes,
    devices,
    leaving,
    objects,
    plans,
    receipts,
    retirement,
    runs,
    terms,
    vaults,
)
from .of_approvals import OF_APPROVALS
from .of_escrow import OF_ESCROW
from .of_guidance import OF_GUIDANCE
from .of_people import OF_PEOPLE, PROOF
from .operation import Call, Operation

PROTOCOL: Final = 1
LEAST_CLIENT: Final = "0.1.0"


def _host(call: Call) -> wire.HostInfo:
    context = call.context
    with context.database.read() as connection:
        in_force = terms.in_force(context, connection)
    return wire.HostInfo(
        version=__version__,
        protocol=PROTOCOL,
        least_client=LEAST_CLIENT,
        key=context.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex(),
        time=rfc3339(context.clock()),
        terms=in_force,
        card=context.card,
        support=context.mail.support,
    )


def _enrol(call: Call) -> wire.Device:
    return devices.enrol(call.context, call.body, call.request_id)


def _challenge(call: Call) -> wire.Challenge:
    return access.give_challenge(call.context, call.body)


def _session(call: Call) -> wire.Session:
    return access.open_session(call.context, call.body, call.request_id)


def _standing(call: Call) -> wire.Standing:
    with call.context.database.read() as connection:
        return access.standing_of(call.context, connection, call.caller)


def _devices(call: Call) -> wire.DeviceList:
    with call.context.database.read() as connection:
        return devices.listed(connection, call.caller.organisation.id)


def _reassign(call: Call) -> wire.Device:
    return devices.reassign(call.context, call.caller, call.body)


def _revoke(call: Call) -> wire.Device:
    return devices.revoke(call.context, call.caller, call.body)


def _terms(call: Call) -> TermsList:
    with call.context.database.read() as connection:
        return terms.shown(call.context, connection)


def _accept(call: Call) -> TermsList:
    caller = call.caller
    if caller.user not in (None, call.body.user):
        raise Problem("bad_request", where="user")  # nobody accepts for somebody else
    with call.context.database.write() as connection, access.concerning(caller.organisation.id):
        terms.accept(
            call.context, connection, caller.organisation.id, caller.device.id, call.body, caller.actor
        )
        return terms.shown(call.context, connection)


def _plan(call: Call) -> told.PlanKept:
    with call.context.database.read() as connection:
        return plans.kept(connection, call.caller)


def _declare(call: Call) -> told.PlanKept:
    return plans.declare(call.context, call.caller, call.body)


def _runs(call: Call) -> told.RunsKept:
    return runs.tell(call.context, call.caller, call.body)


def _vaults(call: Call) -> wire.VaultList:
    with call.context.database.read() as connection:
        return vaults.listed(call.context, connection, call.caller)


def _new_vault(call: Call) -> wire.Vault:
    return vaults.create(call.context, call.caller)


def _join(call: Call) -> wire.Vault:
    return vaults.admit(call.context, call.caller, call.path["vault"], call.body)


def _prepare(call: Call) -> wire.PreparedList:
    return objects.prepare(call.context, call.caller, call.path["vault"], call.body.objects)


def _commit(call: Call) -> wire.StoredList:
    return objects.commit(call.context, call.caller, call.path["vault"], call.body.objects)


def _downloads(call: Call) -> wire.DownloadList:
    return objects.links(
        call.context, call.caller, call.path["vault"], call.body.names, elsewhere=call.body.elsewhere
    )


def _objects(call: Call) -> wire.Listing:
    kind, limit = call.query.get("kind", ""), call.number("limit", objects.LONGEST_PAGE)
    if kind not in ("vault", "slots", "packs", "index", "lookups", "snapshots", "retired"):
        raise Problem("bad_request", where="kind")
    return objects.listing(
        call.context, call.caller, call.path["vault"], kind, call.query.get("after"), limit
    )


def _contents(call: Call) -> bytes:
    return changes.contents(call.context, call.caller, call.path["vault"], call.body.names)


def _changes(call: Call) -> wire.Changes:
    limit = call.number("limit", objects.LONGEST_PAGE)
    return changes.changes(call.context, call.caller, call.path["vault"], call.query.get("mark", ""), limit)


def _retire(call: Call) -> marks.Names:
    return retirement.retire(call.context, call.caller, call.path["vault"], call.body.names)


def _revive(call: Call) -> marks.Names:
    return retirement.revive(call.context, call.caller, call.path["vault"], call.body.names)


def _purge(call: Call) -> marks.Names:
    return retirement.purge(call.context, call.caller, call.path["vault"], call.body.names)


def _log(call: Call) -> wire.Log:
    return receipts.page(call.context, call.caller, call.path["vault"], call.number("after", 0))


def _audit(call: Call) -> AuditLog:
    caller, after = call.caller, call.number("after", 0)
    if not after:  # reading on is the same access
        with call.context.database.write() as connection:
            audit.note(call.context, connection, caller.organisation.id, caller.actor, "audit_read")
    with call.context.database.read() as connection:
        return audit.page(connection, caller.organisation.id, after=after)


def _leaving(call: Call) -> LeavingTold:
    return leaving.told_to(call.context, call.caller)


def _leave(call: Call) -> LeavingTold:
    return leaving.requested_by(call.context, call.caller)


def _accept_leaving(call: Call) -> LeavingTold:
    return leaving.accepted_by(call.context, call.caller, call.body)


_KEYS = ("contract_key_unknown", "contract_key_expired", "contract_key_revoked", "other_organisation")
_STORING = (
    "vault_unknown",
    "not_a_member",
    "organisation_suspended",
    "organisation_terminated",
    "device_surplus",
    "terms_not_accepted",
    "certification_withdrawn",
    "quota_reached",
    "storage_full",
    "storage_unreachable",
)
_READING = ("vault_unknown", "not_a_member", "organisation_suspended", "restore_window_over")
_PUT = ("object_not_here", "size_mismatch", "hash_mismatch")

OPERATIONS: Final = (
    Operation(
        "host", "GET", "/v1/host", "What this host is, and its certification card.",
        _host, wire.HostInfo, access="anybody",
    ),
    Operation(
        "enrol", "POST", "/v1/devices", "Declare a device, with a contract key.",
        _enrol, wire.Device, wire.Enrolment, access="anybody",
        problems=("bad_siren", "bad_name", "bad_key", "bad_signature", "device_name_taken",
                  "device_revoked", *_KEYS),
    ),
    Operation(
        "challenge", "POST", "/v1/challenges", "Ask for something to sign.",
        _challenge, wire.Challenge, wire.ChallengeRequest, access="anybody",
    ),
    Operation(
        "session", "POST", "/v1/sessions", "Open a session by a signed challenge.",
        _session, wire.Session, wire.SessionRequest, access="anybody",
        problems=("challenge_unknown", "device_unknown", "device_revoked", "device_replaced",
                  "bad_signature"),
    ),
    Operation("standing", "GET", "/v1/device", "How the device stands.", _standing, wire.Standing),
    Operation("devices", "GET", "/v1/devices", "The organisation's devices.", _devices, wire.DeviceList),
    Operation(
        "reassign", "POST", "/v1/reassignments", "Take over the licence and the vault of another device.",
        _reassign, wire.Device, wire.Reassignment,
        problems=("device_unknown", "device_taken", *_KEYS, *PROOF),
    ),
    Operation(
        "revoke", "POST", "/v1/revocations", "End a device of the organisation.",
        _revoke, wire.Device, wire.Revocation, problems=("device_unknown", *_KEYS, *PROOF),
    ),
    Operation("terms", "GET", "/v1/terms", "The terms in force and to come.", _terms, TermsList,
              access="anybody"),
    Operation(
        "accept", "POST", "/v1/terms/acceptances", "Accept a version of the terms.",
        _accept, TermsList, Acceptance, problems=("terms_changed", "bad_name"),
    ),
    Operation("plan", "GET", "/v1/device/plan", "When the host expects backups of the device.", _plan,
              told.PlanKept),
    Operation(
        "declare_plan", "PUT", "/v1/device/plan", "Declare when the device plans its backups.",
        _declare, told.PlanKept, Plan, problems=("bad_plan",),
    ),
    Operation(
        "tell_runs", "POST", "/v1/runs", "Tell how runs ended: codes and numbers alone.",
        _runs, told.RunsKept, told.Runs,
    ),
    Operation("vaults", "GET", "/v1/vaults", "The organisation's vaults.", _vaults, wire.VaultList),
    Operation(
        "new_vault", "POST", "/v1/vaults", "A new vault.", _new_vault, wire.Vault, problems=_STORING[2:7],
    ),
    Operation(
        "join", "POST", "/v1/vaults/{vault}/members", "Use a vault of the organisation from this device.",
        _join, wire.Vault, wire.Membership, problems=("vault_unknown", *_KEYS),
    ),
    Operation(
        "prepare", "POST", "/v1/vaults/{vault}/uploads", "Say what will be put; get where.",
        _prepare, wire.PreparedList, wire.Uploads, problems=_STORING,
    ),
    Operation(
        "commit", "POST", "/v1/vaults/{vault}/objects", "Count what was put.",
        _commit, wire.StoredList, wire.Uploads, problems=(*_STORING, *_PUT),
    ),
    Operation(
        "objects", "GET", "/v1/vaults/{vault}/objects", "A page of the objects of a kind.",
        _objects, wire.Listing, problems=_READING,
        query=(("kind", "vault, slots, packs, index, lookups, snapshots or retired"),
               ("after", "the name after which the page begins"), ("limit", "at most 1000")),
    ),
    Operation(
        "changes", "GET", "/v1/vaults/{vault}/changes", "A page of the objects that came since.",
        _changes, wire.Changes, problems=_READING,
        query=(("mark", "where an earlier answer ended"), ("limit", "at most 1000")),
    ),
    Operation(
        "downloads", "POST", "/v1/vaults/{vault}/downloads", "Where to read objects.",
        _downloads, wire.DownloadList, wire.Downloads, problems=_READING,
    ),
    Operation(
        "contents", "POST", "/v1/vaults/{vault}/contents", "Read small objects together.",
        _contents, bytes, wire.Contents, problems=(*_READING, "storage_unreachable"),
    ),
    Operation(
        "retire", "POST", "/v1/vaults/{vault}/retired", "Let objects go: they may be deleted after weeks.",
        _retire, marks.Names, marks.Named, problems=_STORING[:7],
    ),
    Operation(
        "revive", "POST", "/v1/vaults/{vault}/revived", "Keep objects after all; those that are there.",
        _revive, marks.Names, marks.Named, problems=_STORING[:7],
    ),
    Operation(
        "purge", "POST", "/v1/vaults/{vault}/purged", "Delete what was let go long enough ago; what is gone.",
        _purge, marks.Names, marks.Named, problems=_STORING[:7],
    ),
    Operation(
        "log", "GET", "/v1/vaults/{vault}/log", "Receipts of the vault's snapshots.",
        _log, wire.Log, problems=_READING, query=(("after", "the number after which the page begins"),),
    ),
    *OF_ESCROW,
    *OF_APPROVALS,
    *OF_PEOPLE,
    *OF_GUIDANCE,
    Operation("leaving", "GET", "/v1/leaving", "How far the end of the contract is.", _leaving,
              LeavingTold),
    Operation(
        "leave", "POST", "/v1/leaving/request", "Ask for all data, to leave with.", _leave, LeavingTold,
    ),
    Operation(
        "accept_leaving", "POST", "/v1/leaving/acceptance",
        "Accept what was delivered: once the contract is over all is erased.",
        _accept_leaving, LeavingTold, LeavingAcceptance, problems=("leaving_accepted", *_KEYS, *PROOF),
    ),
    Operation(
        "audit", "GET", "/v1/audit", "The organisation's audit log.",
        _audit, AuditLog, query=(("after", "the number after which the page begins"),),
    ),
)  # fmt: skip
