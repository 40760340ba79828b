"""Where snapshots cannot be mounted."""

from __future__ import annotations

from collections.abc import Callable

from ..core.errors import Failed
from ..core.mounting import MountedTree


class NoMounts:
    """Implements `core.mounting.Mounts`."""

    def check(self, at: str) -> None:
        """Raises Failed("mount_unavailable", reason=…)."""
        raise Failed("mount_unavailable", reason="FUSE")

    def owner(self) -> tuple[int, int]:
        """Nobody, here."""
        return 0, 0

    def serve(
        self, at: str, tree: MountedTree, *, ready: Callable[[], None], stopped: Callable[[], bool]
    ) -> None:
        """Raises as `check`."""
        self.check(at)
