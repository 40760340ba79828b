"""Watching a profile's sources."""

from __future__ import annotations

from collections.abc import Callable

from ..files.names import to_vault_path
from ..files.watch import Watcher
from . import bootstrap
from .session import Session
from .sources import Choice, chosen_sources, own_folders


def watcher(session: Session, wake: Callable[[], None]) -> Watcher:
    """One for the sources of the profile as its settings have them now, not started yet. To be made anew when
    they change. What CyberLib itself writes, in the profile or a vault among the sources, is no change.

    Raises UsageError("no_sources"), ("bad_pattern"), ("bad_path").
    """
    sources = chosen_sources(session, Choice())
    profile = session.profile
    own = [folder for folder, _ in own_folders(session)]
    return Watcher(
        [(source.native, source.path) for source in sources],
        wake,
        selections={source.path: source.selection for source in sources},
        ignored=frozenset(map(to_vault_path, [*own, profile.lock])),
        is_remote=bootstrap.volumes().is_remote,
    )
