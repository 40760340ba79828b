"""The operations of new machines that ask to be let in."""

from __future__ import annotations

from typing import Final

from ..core import approvals as wire
from ..services import approvals
from .operation import Call, Operation

_AT: Final = "/v1/vaults/{vault}/approvals"
_OF_A_VAULT: Final = ("vault_unknown", "organisation_suspended", "restore_window_over")


def _list(call: Call) -> wire.ApprovalList:
    return approvals.listed(call.context, call.caller, call.path["vault"])


def _ask(call: Call) -> wire.ApprovalTold:
    return approvals.ask(call.context, call.caller, call.path["vault"], call.body)


def _show(call: Call) -> wire.ApprovalTold:
    return approvals.told_to(call.context, call.caller, call.path["vault"], call.path["approval"])


def _answer(call: Call) -> wire.ApprovalTold:
    return approvals.answer(call.context, call.caller, call.path["vault"], call.path["approval"], call.body)


def _cancel(call: Call) -> wire.ApprovalTold:
    return approvals.cancel(call.context, call.caller, call.path["vault"], call.path["approval"])


OF_APPROVALS: Final = (
    Operation("approvals", "GET", _AT, "New machines that ask to be let in.", _list, wire.ApprovalList,
              problems=_OF_A_VAULT),
    Operation(
        "ask_approval", "POST", _AT, "Ask to be let in by a machine that opens the vault.",
        _ask, wire.ApprovalTold, wire.Asking,
        problems=(*_OF_A_VAULT, "approval_document_bad", "approvals_many"),
    ),
    Operation(
        "approval", "GET", f"{_AT}/{{approval}}", "How a request stands, and its answer.",
        _show, wire.ApprovalTold, problems=(*_OF_A_VAULT, "approval_unknown"),
    ),
    Operation(
        "answer_approval", "POST", f"{_AT}/{{approval}}/answer", "Let a machine in.",
        _answer, wire.ApprovalTold, wire.Answering,
        problems=(*_OF_A_VAULT, "not_a_member", "approval_document_bad", "approval_unknown", "approval_own",
                  "approval_over"),
    ),
    Operation(
        "cancel_approval", "POST", f"{_AT}/{{approval}}/cancellation", "Say no to a request.",
        _cancel, wire.ApprovalTold, problems=(*_OF_A_VAULT, "approval_unknown", "approval_over"),
    ),
)  # fmt: skip
