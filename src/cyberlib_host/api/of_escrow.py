"""The operations of escrow."""

from __future__ import annotations

from typing import Final

from ..core import escrow as wire
from ..services import covering, escrow, releases
from .of_people import PROOF
from .operation import Call, Operation

_AT: Final = "/v1/vaults/{vault}/escrow"
_OF_A_VAULT: Final = ("vault_unknown", "organisation_suspended", "restore_window_over")


def _show(call: Call) -> wire.EscrowTold:
    return escrow.told_to(call.context, call.caller, call.path["vault"])


def _entrust(call: Call) -> wire.EscrowTold:
    return escrow.entrust(call.context, call.caller, call.path["vault"], call.body)


def _withdraw(call: Call) -> wire.EscrowTold:
    return escrow.withdraw(call.context, call.caller, call.path["vault"], call.body)


def _ask(call: Call) -> wire.ReleaseTold:
    return releases.ask(call.context, call.caller, call.path["vault"], call.body)


def _release(call: Call) -> wire.ReleaseTold:
    return releases.told_to(call.context, call.caller, call.path["vault"], call.path["release"])


def _cancel(call: Call) -> wire.ReleaseTold:
    return releases.cancel(call.context, call.caller, call.path["vault"], call.path["release"])


def _waive(call: Call) -> wire.ReleaseTold:
    return releases.waive(call.context, call.caller, call.path["vault"], call.path["release"])


def _granted(call: Call) -> wire.GrantTold:
    return covering.told_to(call.context, call.caller, call.path["vault"], call.path["release"])


def _grant(call: Call) -> wire.GrantTold:
    return covering.grant(call.context, call.caller, call.path["vault"], call.path["release"], call.body)


def _end(call: Call) -> wire.GrantTold:
    return covering.end(call.context, call.caller, call.path["vault"], call.path["release"])


def _access(call: Call) -> wire.GrantTold:
    return covering.access(call.context, call.caller, call.path["vault"], call.path["release"], call.body)


_GRANT: Final = f"{_AT}/releases/{{release}}/grant"

OF_ESCROW: Final = (
    Operation("escrow", "GET", _AT, "What officers were entrusted with.", _show, wire.EscrowTold,
              problems=(*_OF_A_VAULT, "escrow_document_bad")),
    Operation(
        "entrust", "PUT", _AT, "Entrust officers with what opens the vault.",
        _entrust, wire.EscrowTold, wire.Entrusting,
        problems=(*_OF_A_VAULT, "not_a_member", "organisation_terminated", "device_surplus",
                  "terms_not_accepted", "certification_withdrawn", "escrow_document_bad", "escrow_replayed",
                  "escrow_joined", "escrow_of_another", *PROOF),
    ),
    Operation(
        "withdraw", "POST", f"{_AT}/withdrawal", "Leave the escrow: what was entrusted is destroyed.",
        _withdraw, wire.EscrowTold, wire.Withdrawal,
        problems=(*_OF_A_VAULT, "not_a_member", "escrow_document_bad", "escrow_not_joined", *PROOF),
    ),
    Operation(
        "ask_release", "POST", f"{_AT}/releases", "Ask for what was entrusted; all contacts are told.",
        _ask, wire.ReleaseTold, wire.Asking,
        problems=(*_OF_A_VAULT, "escrow_document_bad", "escrow_not_joined", "release_other_deposit",
                  "release_time", "releases_many", "release_of_another"),
    ),
    Operation(
        "release", "GET", f"{_AT}/releases/{{release}}", "How a request stands, and its answers.",
        _release, wire.ReleaseTold, problems=(*_OF_A_VAULT, "release_unknown"),
    ),
    Operation(
        "cancel_release", "POST", f"{_AT}/releases/{{release}}/cancellation", "Say no to a request.",
        _cancel, wire.ReleaseTold, problems=(*_OF_A_VAULT, "release_unknown", "release_over"),
    ),
    Operation(
        "waive_release", "POST", f"{_AT}/releases/{{release}}/waiver",
        "End the delay of a request; always with a proof of a holder.",
        _waive, wire.ReleaseTold, problems=(*_OF_A_VAULT, *PROOF, "release_unknown", "release_over"),
    ),
    Operation(
        "grant", "GET", _GRANT, "A covered restoration: the customer's grant, and what was read.",
        _granted, wire.GrantTold, problems=(*_OF_A_VAULT, "release_unknown", "grant_missing"),
    ),
    Operation(
        "give_grant", "PUT", _GRANT, "Grant a covered restoration; all contacts are told.",
        _grant, wire.GrantTold, wire.Granting,
        problems=(*_OF_A_VAULT, "not_a_member", "release_unknown", "release_over", "escrow_document_bad",
                  "grant_given", "grant_over"),
    ),
    Operation(
        "end_grant", "POST", f"{_GRANT}/end", "End a covered restoration at once.",
        _end, wire.GrantTold, problems=(*_OF_A_VAULT, "release_unknown", "grant_missing"),
    ),
    Operation(
        "covered_access", "POST", f"{_GRANT}/accesses", "Say what is read next.",
        _access, wire.GrantTold, wire.Accessing,
        problems=(*_OF_A_VAULT, "release_unknown", "release_waiting", "release_over", "grant_missing",
                  "grant_early", "grant_over", "accesses_many"),
    ),
)  # fmt: skip
