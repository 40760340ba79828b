"""How questions about settings are answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from ...core.ports import CancelToken
from .. import bootstrap
from . import questions_settings as q
from .asking import Question
from .clerk import Answer, Clerk

if TYPE_CHECKING:
    from ..scheduling import ScheduleShown
    from ..session import Session
    from ..sources import PreviewInfo


def unnamed(found: PreviewInfo) -> PreviewInfo:
    """Figures alone: what a locked window shows."""
    left_out = [msgspec.structs.replace(each, examples=[]) for each in found.left_out]
    return msgspec.structs.replace(found, left_out=left_out, incidents=[])


def _protected(clerk: Clerk, asked: q.ProtectedAsked, token: CancelToken) -> object:
    from ..exclusions import protected

    session = clerk.session(asked.id, token)
    with session.closing:
        return protected(session)


def _usual_rules(clerk: Clerk, asked: q.UsualRulesAsked, token: CancelToken) -> object:
    from ..exclusions import usual_rules

    return usual_rules(clerk.session(asked.id, token), asked.path)


def _try_rules(clerk: Clerk, asked: q.RulesTriedAsked, token: CancelToken) -> object:
    from ..exclusions import try_rules

    told = try_rules(clerk.session(asked.id, token), asked.path, asked.rules, asked.draft)
    return msgspec.structs.replace(told, found=unnamed(told.found)) if clerk.locked else told


def _change_rules(clerk: Clerk, asked: q.RulesWanted, token: CancelToken) -> object:
    from ..exclusions import change_source

    return change_source(clerk.allowed(asked.id, token), asked.path, asked.rules)


def _schedule(clerk: Clerk, asked: q.ScheduleAsked, token: CancelToken) -> object:
    from ..scheduling import show

    return _told(show(clerk.session(asked.id, token)))


def _try_schedule(clerk: Clerk, asked: q.ScheduleTriedAsked, token: CancelToken) -> object:
    from ..scheduling import change

    return _told(change(clerk.session(asked.id, token), asked.change, dry=True))


def _change_schedule(clerk: Clerk, asked: q.ScheduleWanted, token: CancelToken) -> object:
    from ..scheduling import change

    return _told(change(clerk.allowed(asked.id, token), asked.change))


def _told(shown: ScheduleShown) -> q.ScheduleTold:
    from ..scheduling import next_time

    return q.ScheduleTold(shown, next_time(shown, bootstrap.clock()))


def _rates(clerk: Clerk, asked: q.RatesAsked, token: CancelToken) -> object:
    from ..network import show

    return show(clerk.session(asked.id, token))


def _change_rates(clerk: Clerk, asked: q.RatesChanged, token: CancelToken) -> object:
    from ..network import set_rates

    return set_rates(clerk.allowed(asked.id, token), asked.rates)


def _left_alone(clerk: Clerk, asked: q.LeftAloneAsked, token: CancelToken) -> object:
    from ..left_alone import show

    return show(clerk.session(asked.id, token))


def _change_left_alone(clerk: Clerk, asked: q.LeftAloneWanted, token: CancelToken) -> object:
    from ..left_alone import change

    return change(clerk.allowed(asked.id, token), asked.minutes)


def _anew(clerk: Clerk, asked: Question, token: CancelToken) -> Session:
    """The opened vault, with settings and snapshots as they are now."""
    session = clerk.opened(asked.id, token)
    session.fresh_settings()
    session.forget_snapshots()
    return session


def _retention(clerk: Clerk, asked: q.RetentionAsked, token: CancelToken) -> object:
    from ..retention_settings import show

    return show(clerk.session(asked.id, token))


def _try_retention(clerk: Clerk, asked: q.RetentionTriedAsked, token: CancelToken) -> object:
    from ..retention_settings import change

    session = clerk.beside(asked.id, token)
    with session.closing:
        return change(session, asked.change, dry=True)


def _change_retention(clerk: Clerk, asked: q.RetentionWanted, token: CancelToken) -> object:
    """In a session of its own: a vault opened this morning proves nothing about who sits there now."""
    from ..retention_settings import change

    with clerk.proved_by(asked.secret or None):
        session = clerk.session(asked.id, token)
        with session.closing:
            return change(session, asked.change)


def _apply_retention(clerk: Clerk, asked: q.RetentionApplied, token: CancelToken) -> object:
    from ..retention import apply

    return apply(_anew(clerk, asked, token), dry=asked.dry, sure=not asked.dry)


def _quarantine(clerk: Clerk, asked: q.QuarantineAsked, token: CancelToken) -> object:
    from ..forgetting import quarantined

    return quarantined(_anew(clerk, asked, token))


def _bring_back(clerk: Clerk, asked: q.BringBackWanted, token: CancelToken) -> object:
    from ..forgetting import undelete

    return undelete(_anew(clerk, asked, token), asked.snapshots)


def _add_copy(clerk: Clerk, asked: q.CopyWanted, token: CancelToken) -> object:
    from ..copies import add_copy
    from ..stores import check_bucket_given
    from ..workplace import BucketGiven

    given = BucketGiven(asked.endpoint, asked.region, asked.key_file or None)
    check_bucket_given(asked.at, given)
    return add_copy(
        _anew(clerk, asked, token),
        asked.name,
        asked.at,
        given,
        every=asked.every,
        parity=asked.parity,
        elsewhere=asked.elsewhere,
        in_file=asked.in_file,
    )


def _change_copy(clerk: Clerk, asked: q.CopyChangeWanted, token: CancelToken) -> object:
    from ..copies import change_copy
    from ..copy_names import rename_copy

    session = clerk.allowed(asked.id, token)
    with session.closing:
        name = rename_copy(session, asked.name, asked.new).name
        return change_copy(session, name, every=asked.every, parity=asked.parity, elsewhere=asked.elsewhere)


def _remove_copy(clerk: Clerk, asked: q.CopyRemoved, token: CancelToken) -> object:
    from ..copies import remove_copy

    session = clerk.allowed(asked.id, token)
    with session.closing:
        return remove_copy(session, asked.name)


ANSWERS_SETTINGS: Final[Mapping[type[Question], Answer]] = {
    q.ProtectedAsked: _protected,
    q.UsualRulesAsked: _usual_rules,
    q.RulesTriedAsked: _try_rules,
    q.RulesWanted: _change_rules,
    q.ScheduleAsked: _schedule,
    q.ScheduleTriedAsked: _try_schedule,
    q.ScheduleWanted: _change_schedule,
    q.RatesAsked: _rates,
    q.RatesChanged: _change_rates,
    q.LeftAloneAsked: _left_alone,
    q.LeftAloneWanted: _change_left_alone,
    q.RetentionAsked: _retention,
    q.RetentionTriedAsked: _try_retention,
    q.RetentionWanted: _change_retention,
    q.RetentionApplied: _apply_retention,
    q.QuarantineAsked: _quarantine,
    q.BringBackWanted: _bring_back,
    q.CopyWanted: _add_copy,
    q.CopyChangeWanted: _change_copy,
    q.CopyRemoved: _remove_copy,
}
