"""Another name for a second copy: all that is kept of it moves along."""

from __future__ import annotations

import msgspec

from ..core.errors import UsageError
from ..state.bucket_access import forget_bucket_access, read_bucket_access, write_bucket_access
from ..state.copies import read_copies, write_copies
from ..state.settings import write_settings
from . import bootstrap, stores
from .copies import CopyInfo, list_copies, named
from .copy_places import access_of
from .copy_rounds import move_rounds
from .session import Session


def rename_copy(session: Session, name: str, new: str) -> CopyInfo:
    """Gives a copy another name, wherever its disk is.

    Raises UsageError("copy_unknown", name=…), ("copy_name_taken", name=…), ("bad_copy", name=…),
    Busy("profile_busy").
    """
    with bootstrap.lock(session.profile):
        settings = session.fresh_settings()
        before = named(settings.copies, name)
        if new != name:
            if any(each.name == new for each in settings.copies):
                raise UsageError("copy_name_taken", name=new)
            try:
                after = msgspec.structs.replace(before, name=new)
            except ValueError:
                raise UsageError("bad_copy", name=new) from None
            if stores.is_bucket(before.at):  # the way to it first: without the name it leads nowhere
                write_bucket_access(
                    session.profile, read_bucket_access(session.profile, access_of(name)), access_of(new)
                )
            copies = [after if each == before else each for each in settings.copies]
            write_settings(session.profile, msgspec.structs.replace(settings, copies=copies))
            states = read_copies(session.profile, session.place.id)
            if name in states:
                states[new] = states.pop(name)
                write_copies(session.profile, session.place.id, states)
            move_rounds(session.profile, name, new)
            if stores.is_bucket(before.at):
                forget_bucket_access(session.profile, access_of(name))
            _move_incidents(session, name, new)
    session.fresh_settings()
    return next(each for each in list_copies(session) if each.name == new)


def _move_incidents(session: Session, name: str, new: str) -> None:
    now = bootstrap.clock()
    for each in session.history.incidents(open_only=True):
        if each.subject == name and each.kind.startswith("copy_"):
            session.history.raise_incident(each.kind, new, each.severity, each.facts, now)
            session.history.clear(each.kind, name, now)
