"""Takes who is there, for when the host asks, and answers about the practice's people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...core.ports import CancelToken
from ..workplace import PersonGiven
from . import questions_people as q
from .answers_first_run import with_session
from .asking import Question
from .clerk import Answer, Clerk


def _take(clerk: Clerk, asked: q.PersonThere, _token: CancelToken) -> object:
    clerk.give_person(PersonGiven(asked.mail, asked.password, asked.code, asked.way))
    return None


def _list(clerk: Clerk, asked: q.PeopleAsked, token: CancelToken) -> object:
    from ..people import listed

    return with_session(clerk, asked, token, listed)


def _invite(clerk: Clerk, asked: q.PersonWanted, token: CancelToken) -> object:
    from ..people import Role, invite

    role: Role = "holder" if asked.holder else "member"
    return with_session(clerk, asked, token, lambda session: invite(session, asked.name, asked.mail, role))


def _accept(clerk: Clerk, asked: q.InvitationTaken, token: CancelToken) -> object:
    from ..people import accept

    return with_session(
        clerk, asked, token, lambda session: accept(session, asked.invitation, asked.password)
    )


def _confirm(clerk: Clerk, asked: q.InvitationConfirmed, token: CancelToken) -> object:
    from ..people import confirm

    return with_session(clerk, asked, token, lambda session: confirm(session, asked.invitation, asked.code))


def _add_passkey(clerk: Clerk, asked: q.PasskeyWanted, token: CancelToken) -> object:
    from ..people import add_passkey

    return with_session(clerk, asked, token, lambda session: add_passkey(session, asked.name))


def _remove_passkey(clerk: Clerk, asked: q.PasskeyUnwanted, token: CancelToken) -> object:
    from ..people import remove_passkey

    return with_session(clerk, asked, token, lambda session: remove_passkey(session, asked.passkey))


def _waive(clerk: Clerk, asked: q.DelayWaived, token: CancelToken) -> object:
    from ..escrow_post import waive

    with_session(clerk, asked, token, lambda session: waive(session, "", ""))
    return None


ANSWERS_PEOPLE: Final[Mapping[type[Question], Answer]] = {
    q.PersonThere: _take,
    q.PeopleAsked: _list,
    q.PersonWanted: _invite,
    q.InvitationTaken: _accept,
    q.InvitationConfirmed: _confirm,
    q.PasskeyWanted: _add_passkey,
    q.PasskeyUnwanted: _remove_passkey,
    q.DelayWaived: _waive,
}
