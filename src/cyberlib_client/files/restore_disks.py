"""The file systems that a restore meets: what each does to names and modes, and that all is on the disk."""

from __future__ import annotations

from ..core.events import Incident, Listener
from ..core.platform import Volumes
from . import restore_refusals as refusals
from .restore_model import Held, Identity, Place, Traits
from .restore_names import NameRules


class Disks:
    """Finds out once for each file system. `rules`, `volumes`: see Folders."""

    def __init__(
        self, place: Place, rules: NameRules | None, volumes: Volumes | None, listener: Listener
    ) -> None:
        self._place = place
        self._rules = rules
        self._volumes = volumes
        self._listener = listener
        self._known: dict[int, tuple[Traits, Held]] = {}

    def traits(self, opened: tuple[Held, Identity], path: str) -> Traits:
        """What the file system of an open directory does. `path`: the directory's, to be told."""
        held, identity = opened
        known = self._known.get(identity.device)
        if known is not None:
            return known[0]
        traits = self._place.traits(held)
        if self._rules is not None:
            traits = traits._replace(rules=self._rules)
        # The directory stays open: through it the system tells at the end what it could not write meanwhile.
        self._known[identity.device] = traits, held
        if not traits.modes:
            self._listener(Incident("modes_not_kept", path))
        return traits

    def sync(self, root: str) -> None:
        """All that was written is on the disk. Raises Failed("target_full" | "target_not_written" | …)."""
        if self._volumes is None:
            return
        for _, held in list(self._known.values()):  # another may be met meanwhile
            try:
                self._volumes.sync_volume(held.path or held.number)
            except OSError as error:
                raise refusals.not_written(error, root) from error

    def close(self) -> None:
        """Lets go of the directories."""
        self._known.clear()
