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


ANSWERS_ESCROW: Final[Mapping[type[Question], Answer]] = {
    q.OfficersAsked: _ask,
    q.OfficersStood: _standing,
    q.OfficersGivenUp: _give_up,
    q.OfficersOpen: _open,
}
