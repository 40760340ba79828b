"""Names of the vault, learned by the clerk while nobody asks it anything."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ...core.errors import CyberlibError

if TYPE_CHECKING:
    from ...services.names import Names
    from ..session import Session

_SLICE: Final = 0.02
"""Seconds for which a question may have to wait."""


class Naming:
    """One for a clerk."""

    def __init__(self) -> None:
        self._vault = ""
        self._names: Names | None = None
        self._work: Iterator[None] | None = None
        self._unkept: Session | None = None

    @property
    def at_work(self) -> bool:
        """Whether there is more to learn."""
        return self._work is not None

    def of(self, session: Session) -> Names:
        """What is known of the vault that a session has opened."""
        from ...services.names import Names
        from ...state.names_file import read_names

        if self._names is None or self._vault != session.place.id:
            blocks = read_names(session.profile, session.vault.keys)
            self._vault, self._names = session.place.id, Names.of(blocks) if blocks else Names()
        return self._names

    def begin(self, session: Session) -> None:
        """From now on the names of all its snapshots are learned, the newest first, by `go_on`."""
        self._work = self._learn(session)

    def go_on(self) -> None:
        """A little more. Raises whatever it was that could not be read: it is tried again at the next
        `begin`."""
        until = time.monotonic() + _SLICE
        work, self._work = self._work, None
        while work is not None and time.monotonic() < until:
            if next(work, True):
                return
        self._work = work

    def end(self) -> None:
        """Nobody asks any more: what was learned is kept."""
        if self._unkept is not None:
            self._keep(self._unkept)

    def _learn(self, session: Session) -> Iterator[None]:
        from ...services.names import learn

        names = self.of(session)
        roots = [stored.snapshot.root for stored in reversed(session.snapshots.items)]
        tops = {root for root in roots if root in names}
        known = len(names)
        if len(tops) < len(set(roots)):
            for _ in learn(session.vault.reader(), roots, names, tops):
                self._unkept = session
                yield
        left = names.kept(tops)
        if left is not names or len(names) > known or self._unkept is not None:
            self._names = left
            self._keep(session)

    def _keep(self, session: Session) -> None:
        from ...state.names_file import write_names
        from .. import bootstrap

        self._unkept = None
        if self._names is not None and self._vault == session.place.id:
            try:
                write_names(session.profile, session.vault.keys, self._names.parts(), bootstrap.random)
            except CyberlibError:
                pass
