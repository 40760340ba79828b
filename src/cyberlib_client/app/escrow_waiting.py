"""This machine's request to the officers, while it waits: how it stands, and taking it back."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from ..core.errors import Failed, Unreachable, UsageError
from ..core.escrow.policy import read_policy
from ..core.escrow.release import read_request
from ..state.escrow import Asked, forget_asked, read_asked
from . import bootstrap, escrow_post
from .escrow_told import EscrowOfficer, EscrowStanding
from .session import Session

_UNKNOWN: Final = "host_release_unknown"


def standing(session: Session) -> EscrowStanding:
    """What officers are to hear, and how far they are. What this machine knows itself is told without its
    host as well.

    Raises UsageError("escrow_not_asked"), IntegrityError("escrow_asked_damaged", at=…), and what the host
    refuses.
    """
    asked = _asked(session)
    request, policy = read_request(asked.request), read_policy(asked.policy).body
    state, opens, answered = "files", "", 0
    at = _place(session, asked)
    try:
        host = escrow_post.post_at(session, at)
        if host is not None:
            release = host.release(request.digest.hex())
            state, opens, answered = release.state, release.opens, release.answered
    except Unreachable:
        state = "unknown"
    except Failed as error:
        if error.code != _UNKNOWN:
            raise
        state = "unknown"  # made here, and not handed in
    return EscrowStanding(
        at=at,
        state=state,
        workstation=request.body.workstation,
        words=request.words,
        needed=policy.needed,
        officers=[EscrowOfficer(each.id, each.name, each.organisation) for each in policy.officers],
        time=request.body.time,
        opens=opens,
        answered=answered,
    )


def give_up(session: Session) -> None:
    """Takes the request back: nobody is handed anything, and answers under way open nothing.

    Raises as `standing`; the request stays where the host could not be told.
    """
    asked = _asked(session)
    host = escrow_post.post_at(session, _place(session, asked))
    if host is not None:
        ident = read_request(asked.request).digest.hex()
        with suppress(Failed, UsageError):  # not handed in, over already, or its vault is gone
            host.cancel(ident)
    with bootstrap.lock(session.profile):
        forget_asked(session.profile)


def _place(session: Session, asked: Asked) -> str:
    known = session.settings.vault
    return known.at if known is not None else asked.at


def _asked(session: Session) -> Asked:
    asked = read_asked(session.profile)
    if asked is None:
        raise UsageError("escrow_not_asked")
    return asked
