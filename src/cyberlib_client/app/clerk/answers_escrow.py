"""Answers about officers who are to open the vault to this machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...core.ports import CancelToken
from . import questions_escrow as q
from .answers_first_run import with_session
from .asking import Question
from .clerk import Answer, Clerk


def _ask(clerk: Clerk, asked: q.OfficersAsked, token: CancelToken) -> object:
    from ..first_run_join import ask_officers

    return with_session(
        clerk,
        asked,
        token,
        lambda session: ask_officers(
            session,
            asked.at,
            papers=asked.papers,
            to=asked.to,
            contract_key=asked.contract_key,
            key_file=asked.contract_key_file,
            anew=asked.anew,
        ),
    )


def _standing(clerk: Clerk, asked: q.OfficersStood, token: CancelToken) -> object:
    from ..escrow_waiting import standing

    return with_session(clerk, asked, token, standing)


def _give_up(clerk: Clerk, asked: q.OfficersGivenUp, token: CancelToken) -> object:
    from ..escrow_waiting import give_up

    return with_session(clerk, asked, token, give_up)


def _open(clerk: Clerk, asked: q.OfficersOpen, token: CancelToken) -> object:
    from ..first_run_join import join_by_officers

    with clerk.proved_by(None, asked.new):
        return with_session(
            clerk,
            asked,
            token,
            lambda session: join_by_officers(
                session,
                asked.answers,
                contract_key=asked.contract_key,
                key_file=asked.contract_key_file,
                replaces=asked.replaces,
            ),
        )


def _covers(clerk: Clerk, asked: q.CoversAsked, token: CancelToken) -> object:
    from ..covering import covers
    from ..stores import is_host

    session = clerk.opened(asked.id, token)
    return covers(session) if is_host(session.place.at) else []


def _give_cover(clerk: Clerk, asked: q.CoverGiven, token: CancelToken) -> object:
    from ..covering import give

    session = clerk.session(asked.id, token)
    with clerk.proved_by(asked.secret):
        told = give(
            session,
            asked.words,
            who=asked.who,
            reason=asked.reason,
            hours=asked.hours,
            snapshots=[],
            paths=asked.paths,
        )
    clerk.keep(session)
    return told


def _end_cover(clerk: Clerk, asked: q.CoverEnded, token: CancelToken) -> object:
    from ..covering import end

    return end(clerk.opened(asked.id, token), asked.cover)


ANSWERS_ESCROW: Final[Mapping[type[Question], Answer]] = {
    q.OfficersAsked: _ask,
    q.OfficersStood: _standing,
    q.OfficersGivenUp: _give_up,
    q.OfficersOpen: _open,
    q.CoversAsked: _covers,
    q.CoverGiven: _give_cover,
    q.CoverEnded: _end_cover,
}
