"""Answers about what opens the vault."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ...core.ports import CancelToken
from ..session import Session
from . import questions_keys as q
from .asking import Question
from .clerk import Clerk


def _lock(clerk: Clerk, asked: q.LockWanted, token: CancelToken) -> object:
    clerk.lock(asked.id, token)
    return None


def _is_locked(clerk: Clerk, asked: q.LockAsked, token: CancelToken) -> object:
    return clerk.still_locked(asked.id, token)


def _proved(clerk: Clerk, asked: Any, token: CancelToken, do: Callable[[Session], object]) -> object:
    session = clerk.session(asked.id, token)
    with clerk.proved_by(asked.secret, getattr(asked, "new", None)):
        told = do(session)
    clerk.keep(session)  # it knows the new table of slots
    return told


def _make_kit(clerk: Clerk, asked: q.KitWanted, token: CancelToken) -> object:
    from ..recovery_kit import make_kit

    return _proved(clerk, asked, token, lambda session: make_kit(session, asked.folder))


def _print_kit(clerk: Clerk, asked: q.KitOfWords, token: CancelToken) -> object:
    from ..recovery_kit import print_kit

    return print_kit(clerk.session(asked.id, token), asked.words, asked.folder)


def _check_kit(clerk: Clerk, asked: q.KitTried, token: CancelToken) -> object:
    from ..recovery_kit import check_kit

    return check_kit(clerk.session(asked.id, token), asked.words)


def _change(clerk: Clerk, asked: q.PassphraseChanged, token: CancelToken) -> object:
    from ..keys import change_passphrase

    return _proved(clerk, asked, token, lambda session: change_passphrase(session, asked.secret, asked.new))


def _add(clerk: Clerk, asked: q.PassphraseAdded, token: CancelToken) -> object:
    from ..keys import add_passphrase

    return _proved(clerk, asked, token, lambda session: add_passphrase(session, asked.name, None))


def _vault_key(clerk: Clerk, asked: q.VaultKeyAsked, token: CancelToken) -> object:
    from ..key_rotation import vault_key

    return vault_key(clerk.opened(asked.id, token).vault)


def _change_key(clerk: Clerk, asked: q.KeyChanged, token: CancelToken) -> object:
    from ..key_rotation import rotate_with_kit

    return _proved(clerk, asked, token, lambda session: rotate_with_kit(session, asked.folder))


def _rewrite(clerk: Clerk, asked: q.KeyWrittenAnew, token: CancelToken) -> object:
    from ..key_rewriting import rewrite

    return rewrite(clerk.opened(asked.id, token), asked.most)


def _remove(clerk: Clerk, asked: q.SlotTaken, token: CancelToken) -> object:
    from ..keys import remove

    return _proved(clerk, asked, token, lambda session: remove(session, asked.slot, sure=True))


def _escrow(clerk: Clerk, asked: q.EscrowAsked, token: CancelToken) -> object:
    from ..escrow import status

    return status(clerk.opened(asked.id, token))


def _escrow_offer(clerk: Clerk, asked: q.EscrowOffered, token: CancelToken) -> object:
    from ..escrow import Joining

    return Joining(asked.policy, asked.fingerprint).offer


def _join_escrow(clerk: Clerk, asked: q.EscrowWanted, token: CancelToken) -> object:
    from ..escrow import Joining

    joining = Joining(asked.policy, asked.fingerprint)
    return _proved(
        clerk, asked, token, lambda session: joining.join(session, asked.who, asked.folder or None)
    )


def _leave_escrow(clerk: Clerk, asked: q.EscrowLeaving, token: CancelToken) -> object:
    from ..escrow import leave

    return _proved(clerk, asked, token, lambda session: leave(session, None))


def _refuse_release(clerk: Clerk, asked: q.ReleaseRefused, token: CancelToken) -> object:
    from ..escrow_post import cancel

    return cancel(clerk.opened(asked.id, token), asked.release)


def _approvals(clerk: Clerk, asked: q.ApprovalsAsked, token: CancelToken) -> object:
    from ..approval import pending

    return pending(clerk.opened(asked.id, token))


def _approve(clerk: Clerk, asked: q.ApprovalGranted, token: CancelToken) -> object:
    from ..approval import allow

    if not asked.secret:
        return allow(clerk.opened(asked.id, token), asked.approval, asked.words, unproven=True)
    return _proved(clerk, asked, token, lambda session: allow(session, asked.approval, asked.words))


def _refuse_approval(clerk: Clerk, asked: q.ApprovalRefused, token: CancelToken) -> object:
    from ..approval import refuse

    return refuse(clerk.opened(asked.id, token), asked.approval)


ANSWERS_KEYS: Final[Mapping[type[Question], Callable[[Clerk, Any, CancelToken], object]]] = {
    q.LockWanted: _lock,
    q.LockAsked: _is_locked,
    q.KitWanted: _make_kit,
    q.KitOfWords: _print_kit,
    q.KitTried: _check_kit,
    q.PassphraseChanged: _change,
    q.PassphraseAdded: _add,
    q.SlotTaken: _remove,
    q.VaultKeyAsked: _vault_key,
    q.KeyChanged: _change_key,
    q.KeyWrittenAnew: _rewrite,
    q.EscrowAsked: _escrow,
    q.EscrowOffered: _escrow_offer,
    q.EscrowWanted: _join_escrow,
    q.EscrowLeaving: _leave_escrow,
    q.ReleaseRefused: _refuse_release,
    q.ApprovalsAsked: _approvals,
    q.ApprovalGranted: _approve,
    q.ApprovalRefused: _refuse_approval,
}
