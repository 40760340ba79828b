"""How the questions of the first run are answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ...core.ports import CancelToken
from ..session import Session
from . import questions_first_run as q
from .asking import Question
from .clerk import Answer, Clerk


def _stand(clerk: Clerk, asked: q.FirstRunAsked, token: CancelToken) -> object:
    from ..first_run_stand import stand

    session = clerk.session(asked.id, token)
    with session.closing:
        return stand(session)


def _leave(clerk: Clerk, asked: q.FirstRunLeft, token: CancelToken) -> object:
    from ..first_run import leave

    leave(clerk.session(asked.id, token))
    return None


def _folder(clerk: Clerk, asked: q.FolderChosen, token: CancelToken) -> object:
    from ..first_run import choose_folder

    return choose_folder(clerk.session(asked.id, token), asked.at)


def _enrol(clerk: Clerk, asked: q.EnrolWanted, token: CancelToken) -> object:
    from ..first_run import enrol_here

    session = clerk.session(asked.id, token)
    session.patience = _SOMEBODY_WAITS
    with session.closing:
        return enrol_here(session, asked.host, asked.contract_key, asked.contract_key_file, asked.ca_file)


def _join(clerk: Clerk, asked: q.VaultJoined, token: CancelToken) -> object:
    from ..first_run_join import join
    from ..workplace import BucketGiven

    clerk.give(asked.secret)
    session = clerk.session(asked.id, token)
    session.patience = _SOMEBODY_WAITS
    bucket = BucketGiven(asked.endpoint, asked.region, None, asked.ca_file or None, asked.key)
    try:
        with session.closing:
            return join(
                session,
                asked.at,
                bucket=bucket,
                contract_key=asked.contract_key,
                key_file=asked.contract_key_file,
                replaces=asked.replaces,
            )
    finally:
        clerk.give(None)


def _ask_approval(clerk: Clerk, asked: q.ApprovalWanted, token: CancelToken) -> object:
    from ..approval_asking import ask

    return with_session(clerk, asked, token, lambda session: ask(session, asked.at))


def _approval(clerk: Clerk, asked: q.ApprovalStood, token: CancelToken) -> object:
    from ..approval_asking import standing

    return with_session(clerk, asked, token, standing)


def _take_approval(clerk: Clerk, asked: q.ApprovalTaken, token: CancelToken) -> object:
    from ..first_run_join import join_approved

    def take(session: Session) -> object:
        return join_approved(
            session,
            contract_key=asked.contract_key,
            key_file=asked.contract_key_file,
            replaces=asked.replaces,
        )

    return with_session(clerk, asked, token, take)


def _give_up(clerk: Clerk, asked: q.ApprovalGivenUp, token: CancelToken) -> object:
    from ..approval_asking import withdraw

    return with_session(clerk, asked, token, withdraw)


def with_session(
    clerk: Clerk, asked: Question, token: CancelToken, do: Callable[[Session], object]
) -> object:
    """Done while somebody looks at the screen."""
    session = clerk.session(asked.id, token)
    session.patience = _SOMEBODY_WAITS
    with session.closing:
        return do(session)


def _old_folders(clerk: Clerk, asked: q.OldFoldersAsked, token: CancelToken) -> object:
    from ..adopting import of_another

    return of_another(clerk.opened(asked.id, token))


def _take_old_folders(clerk: Clerk, asked: q.OldFoldersTaken, token: CancelToken) -> object:
    from ..adopting import adopt

    return adopt(clerk.opened(asked.id, token), asked.device, asked.pairs, restore=asked.restore)


def _bucket(clerk: Clerk, asked: q.BucketChosen, token: CancelToken) -> object:
    from ..first_run_join import choose_bucket
    from ..workplace import BucketGiven

    session = clerk.session(asked.id, token)
    session.patience = _SOMEBODY_WAITS
    given = BucketGiven(asked.endpoint, asked.region, None, asked.ca_file or None, asked.key)
    with session.closing:
        return choose_bucket(session, asked.at, given)


def _vaults(clerk: Clerk, asked: q.VaultsThereAsked, token: CancelToken) -> object:
    from ..first_run_join import vaults_there

    session = clerk.session(asked.id, token)
    session.patience = _SOMEBODY_WAITS
    with session.closing:
        return vaults_there(session, asked.host, asked.contract_key, asked.contract_key_file, asked.ca_file)


def _terms(clerk: Clerk, asked: q.TermsAsked, token: CancelToken) -> object:
    from ..first_run import terms_here

    session = clerk.session(asked.id, token)
    session.patience = _SOMEBODY_WAITS
    with session.closing:
        return terms_here(session, accept=asked.accept, read=asked.read)


def _offered(clerk: Clerk, asked: q.FoldersOffered, token: CancelToken) -> object:
    from ..presets import offered

    return offered(clerk.session(asked.id, token))


def _protect(clerk: Clerk, asked: q.FoldersChosen, token: CancelToken) -> object:
    from ..first_run import protect

    return protect(clerk.session(asked.id, token), asked.paths)


def _kit(clerk: Clerk, asked: q.KitWanted, token: CancelToken) -> object:
    from ..recovery_kit import print_kit

    session = clerk.session(asked.id, token)
    with session.closing:
        return print_kit(session, asked.words, asked.folder)


def _typed(clerk: Clerk, asked: q.WordsTyped, token: CancelToken) -> object:
    from ..first_run import words_known

    words_known(clerk.session(asked.id, token))
    return None


def _renew(clerk: Clerk, asked: q.WordsRenewed, token: CancelToken) -> object:
    from ..first_run import new_words

    session = clerk.session(asked.id, token)
    clerk.give(asked.secret)
    try:
        with session.closing:
            return new_words(session, lambda: clerk.give(asked.secret))
    finally:
        clerk.give(None)


_SOMEBODY_WAITS: Final = 4.0
"""Seconds for which a host that does not answer is asked again, while somebody looks at the screen."""

ANSWERS_FIRST_RUN: Final[Mapping[type[Question], Answer]] = {
    q.FirstRunAsked: _stand,
    q.FirstRunLeft: _leave,
    q.FolderChosen: _folder,
    q.EnrolWanted: _enrol,
    q.BucketChosen: _bucket,
    q.VaultsThereAsked: _vaults,
    q.VaultJoined: _join,
    q.ApprovalWanted: _ask_approval,
    q.ApprovalStood: _approval,
    q.ApprovalTaken: _take_approval,
    q.ApprovalGivenUp: _give_up,
    q.TermsAsked: _terms,
    q.FoldersOffered: _offered,
    q.OldFoldersAsked: _old_folders,
    q.OldFoldersTaken: _take_old_folders,
    q.FoldersChosen: _protect,
    q.KitWanted: _kit,
    q.WordsTyped: _typed,
    q.WordsRenewed: _renew,
}
