"""How each question is answered. What an answer takes is loaded with the first one."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Final

from ...core.ports import CancelToken
from . import questions as q
from .answers_escrow import ANSWERS_ESCROW
from .answers_first_run import ANSWERS_FIRST_RUN
from .answers_guidance import ANSWERS_GUIDANCE
from .answers_keys import ANSWERS_KEYS
from .answers_people import ANSWERS_PEOPLE
from .answers_settings import ANSWERS_SETTINGS, unnamed
from .answers_support import ANSWERS_SUPPORT
from .asking import Question
from .clerk import Answer, Clerk


def _home(clerk: Clerk, asked: q.HomeAsked, token: CancelToken) -> object:
    from .home import home

    session = clerk.session(asked.id, token)
    with session.closing:
        return home(session, asked.days)


def _history(clerk: Clerk, asked: q.HistoryAsked, token: CancelToken) -> object:
    from ..agent.facts import agent_facts
    from ..reports import report

    session = clerk.session(asked.id, token)
    with session.closing:
        return report(session, asked.days, with_names=not clerk.locked, agent=agent_facts(session))


def _keys(clerk: Clerk, asked: q.KeysAsked, token: CancelToken) -> object:
    from ..slots import slot_list

    session = clerk.opened(asked.id, token)
    return slot_list(session, session.vault)


def _storage(clerk: Clerk, asked: q.StorageAsked, token: CancelToken) -> object:
    from .home import storage

    session = clerk.session(asked.id, token)
    with session.closing:
        return storage(session)


def _sources(clerk: Clerk, asked: q.SourcesAsked, token: CancelToken) -> object:
    from ..sources import list_sources

    return list_sources(clerk.session(asked.id, token))


def _preview(clerk: Clerk, asked: q.PreviewAsked, token: CancelToken) -> object:
    from ..sources import Choice, preview_sources

    found = preview_sources(clerk.session(asked.id, token), Choice(paths=asked.paths))
    return unnamed(found) if clerk.locked else found


def _add_source(clerk: Clerk, asked: q.SourceAdded, token: CancelToken) -> object:
    from ..sources import Choice, add_source

    return add_source(clerk.allowed(asked.id, token), asked.path, Choice())


def _remove_source(clerk: Clerk, asked: q.SourceRemoved, token: CancelToken) -> object:
    from ..sources import remove_source

    return remove_source(clerk.allowed(asked.id, token), asked.path)


def _copies(clerk: Clerk, asked: q.CopiesAsked, token: CancelToken) -> object:
    from ..copies import list_copies

    session = clerk.session(asked.id, token)
    with session.closing:
        return list_copies(session)


def _certificates(clerk: Clerk, asked: q.CertificatesAsked, token: CancelToken) -> object:
    from ..drill_list import certificates

    return certificates(clerk.session(asked.id, token))


def _make_vault(clerk: Clerk, asked: q.VaultWanted, token: CancelToken) -> object:
    from ..first_run import make

    clerk.give(asked.secret)
    session = clerk.session(asked.id, token)
    try:
        with session.closing:
            return make(session, asked.at)
    finally:
        clerk.give(None)


def _unlock(clerk: Clerk, asked: q.Unlock, token: CancelToken) -> object:
    clerk.unlock(asked.secret, asked.id, token)
    if asked.by_itself:
        from ..keys import renew_device

        with clerk.proved_by(asked.secret):
            renew_device(clerk.opened(asked.id, token))
    return None


def _read_from(clerk: Clerk, asked: q.ReadFrom, token: CancelToken) -> object:
    clerk.read_from(asked.copy, asked.id, token)
    return None


def _snapshots(clerk: Clerk, asked: q.SnapshotsAsked, token: CancelToken) -> object:
    from ..snapshot_list import snapshots

    session = clerk.reading(asked.id, token)
    session.forget_snapshots()
    listed = snapshots(session)
    if not session.copy:
        clerk.naming.begin(session)
    return listed


def _entries(clerk: Clerk, asked: q.EntriesAsked, token: CancelToken) -> object:
    from ..browsing import entries

    wanted = f"{asked.snapshot}:{asked.path}" if asked.path else asked.snapshot
    clerk.parts(asked.id, entries(clerk.reading(asked.id, token), wanted))
    return None


def _find(clerk: Clerk, asked: q.FindAsked, token: CancelToken) -> object:
    from ..browsing import find

    session = clerk.reading(asked.id, token)
    names = None if session.copy else clerk.naming.of(session)
    found = find(session, asked.pattern, names=names)
    clerk.parts(asked.id, islice(found, asked.most))
    return next(found, None) is not None


def _versions(clerk: Clerk, asked: q.VersionsAsked, token: CancelToken) -> object:
    from ..browsing import versions

    return versions(clerk.reading(asked.id, token), asked.path)


def _peek(clerk: Clerk, asked: q.PeekAsked, token: CancelToken) -> object:
    from ..browsing import content

    found = bytearray()
    whole = True
    for piece in content(clerk.reading(asked.id, token), f"{asked.snapshot}:{asked.path}"):
        found += piece
        if len(found) > asked.most:
            whole = False
            break
    return q.Peeked(bytes(found[: asked.most]), whole)


def _restore(clerk: Clerk, asked: q.RestoreAsked, token: CancelToken) -> object:
    from ..bringing import bring_back

    session = clerk.reading(asked.id, token)
    return bring_back(session, asked.snapshot, asked.items, asked.to, asked.conflict)


ANSWERS: Final[Mapping[type[Question], Answer]] = {
    q.HomeAsked: _home,
    q.HistoryAsked: _history,
    q.KeysAsked: _keys,
    q.StorageAsked: _storage,
    q.SourcesAsked: _sources,
    q.PreviewAsked: _preview,
    q.SourceAdded: _add_source,
    q.SourceRemoved: _remove_source,
    q.CopiesAsked: _copies,
    q.CertificatesAsked: _certificates,
    q.VaultWanted: _make_vault,
    q.Unlock: _unlock,
    q.ReadFrom: _read_from,
    q.SnapshotsAsked: _snapshots,
    q.EntriesAsked: _entries,
    q.FindAsked: _find,
    q.VersionsAsked: _versions,
    q.PeekAsked: _peek,
    q.RestoreAsked: _restore,
    **ANSWERS_SETTINGS,
    **ANSWERS_ESCROW,
    **ANSWERS_PEOPLE,
    **ANSWERS_FIRST_RUN,
    **ANSWERS_SUPPORT,
    **ANSWERS_GUIDANCE,
    **ANSWERS_KEYS,
}
