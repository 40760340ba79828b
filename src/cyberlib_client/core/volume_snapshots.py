"""Frozen views of whole volumes, made by the system for a moment: the port, one adapter per system."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from .platform import Native


class Taken(NamedTuple):
    """A read-only snapshot of the volume mounted, or rooted, at `volume`. `at`: where its content is reached.
    `release`: removes it; best effort, never raises.

    `in_order`: whether a file, by its path on the volume, was set in order for the snapshot by the program
    that it belongs to. `beside`: those of other volumes, of the same moment. `failed`: programs that were to
    do so and could not: {name: reason}. `unasked`: why none was asked, where the system has a way to.
    """

    volume: Native
    at: Native
    release: Callable[[], object]
    in_order: Callable[[Native], bool] = lambda path: False
    beside: tuple[Taken, ...] = ()
    failed: Mapping[str, str] = {}
    unasked: str = ""


class Whose(NamedTuple):
    """Who makes snapshots. `tag`: letters and digits that tell so. `notes`: a file of theirs, for what the
    system has no name for; its folder is there."""

    tag: str
    notes: str


class VolumeSnapshots(Protocol):
    """Snapshots of whole volumes, where this system and this user can make them."""

    def take(
        self,
        path: Native,
        whose: Whose,
        *,
        whole: bool,
        beside: Sequence[Native],
        check_cancel: Callable[[], None],
    ) -> Taken | str:
        """A snapshot of the volume that holds `path`, which leads through no link; or why there is none:
        "unsupported", "no_program", "refused: …", "nested", "no_rights", "no_storage", "shadow_busy",
        "volume_busy", "timed_out". `whole`: other volumes below `path` count, so that there must be none.
        `beside`: what else is to be read, at the same moment where the system can do that. Raises what
        `check_cancel` does.
        """

    def clear(self, path: Native, whose: Whose) -> int:
        """Removes snapshots of theirs that a killed run left on the volume of `path`; how many. Never
        raises."""
