"""How the help room's questions are answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...core.ports import CancelToken
from . import questions_support as q
from .asking import Question
from .clerk import Answer, Clerk

_OF_TERMS: Final = ("terms_to_accept", "host_terms_not_accepted", "host_terms_changed")


def _diagnose(clerk: Clerk, asked: q.DiagnosisWanted, token: CancelToken) -> object:
    from ..diagnosis.archive import diagnose

    session = clerk.session(asked.id, token)
    with session.closing:
        return diagnose(session, asked.to)


def _contact(clerk: Clerk, asked: q.ContactAsked, token: CancelToken) -> object:
    from ..contacts import contact

    session = clerk.session(asked.id, token)
    with session.closing:
        return contact(session)


def _terms(clerk: Clerk, asked: q.TermsAsked, token: CancelToken) -> object:
    from ..hosts import terms

    session = clerk.session(asked.id, token)
    with session.closing:
        done = terms(session, accept=asked.accept, read=asked.read)
        if done.accepted:
            from .. import bootstrap

            for each in session.history.incidents(open_only=True):
                if each.kind in _OF_TERMS:
                    session.history.clear(each.kind, each.subject, bootstrap.clock())
        return done


def _alarm(clerk: Clerk, asked: q.AlarmAsked, token: CancelToken) -> object:
    from ..alarms import show

    return show(clerk.session(asked.id, token))


def _dismiss(clerk: Clerk, asked: q.AlarmDismissal, token: CancelToken) -> object:
    from ..alarms import dismiss

    clerk.give(asked.secret)
    session = clerk.session(asked.id, token)
    try:
        with session.closing:
            return dismiss(session, asked.reason)
    finally:
        clerk.give(None)


ANSWERS_SUPPORT: Final[Mapping[type[Question], Answer]] = {
    q.DiagnosisWanted: _diagnose,
    q.ContactAsked: _contact,
    q.TermsAsked: _terms,
    q.AlarmAsked: _alarm,
    q.AlarmDismissal: _dismiss,
}
