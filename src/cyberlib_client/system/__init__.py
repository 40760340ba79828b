"""The machine: one adapter per system for each port of core.platform.

`linux/`, `macos/` and `windows/` hold what one system does its own way, `posix.py` what Linux and macOS
share. `this_system()` gives the set that fits; each adapter is loaded when it is first asked for.
"""

from __future__ import annotations

import sys
from functools import cached_property
from typing import TYPE_CHECKING

from ..core.errors import Failed

if TYPE_CHECKING:
    from ..core.mounting import Mounts
    from ..core.platform import (
        Clocks,
        Connection,
        Disks,
        LocalSockets,
        Machine,
        Metadata,
        Power,
        Process,
        Programs,
        SecretKeeper,
        Services,
        Volumes,
    )
    from ..core.volume_snapshots import VolumeSnapshots
    from .lock import ProcessLock
    from .owner_file import Privacy

__all__ = ["System", "this_system"]

_NAMES = {"linux": "linux", "darwin": "macos", "win32": "windows"}


class System:
    """Adapters for the system this process runs on. `name`: "linux", "macos" or "windows"."""

    def __init__(self) -> None:
        if sys.platform not in _NAMES:
            raise Failed("system_not_supported", system=sys.platform)
        self.name = _NAMES[sys.platform]

    @cached_property
    def metadata(self) -> Metadata:
        """Extended metadata of files."""
        if sys.platform == "win32":
            from .windows.metadata import WindowsMetadata as Adapter
        elif sys.platform == "darwin":
            from .macos.metadata import MacMetadata as Adapter
        else:
            from .linux.metadata import LinuxMetadata as Adapter
        return Adapter()

    @cached_property
    def volumes(self) -> Volumes:
        """Facts about file systems."""
        if sys.platform == "win32":
            from .windows.volumes import WindowsVolumes as Adapter
        elif sys.platform == "darwin":
            from .macos.volumes import MacVolumes as Adapter
        else:
            from .linux.volumes import LinuxVolumes as Adapter
        return Adapter()

    @cached_property
    def disks(self) -> Disks:
        """File systems on disks, by lasting ids."""
        if sys.platform == "win32":
            from .windows.disks import WindowsDisks as Adapter
        elif sys.platform == "darwin":
            from .macos.disks import MacDisks as Adapter
        else:
            from .linux.disks import LinuxDisks as Adapter
        return Adapter()

    @cached_property
    def machine(self) -> Machine:
        """Names of this computer and of its users."""
        if sys.platform == "win32":
            from .windows.process import WindowsMachine as Adapter
        else:
            from .posix import PosixMachine as Adapter
        return Adapter()

    @cached_property
    def process(self) -> Process:
        """What this process asks for itself."""
        if sys.platform == "win32":
            from .windows.process import WindowsProcess as Adapter
        elif sys.platform == "darwin":
            from .macos.process import MacProcess as Adapter
        else:
            from .linux.process import LinuxProcess as Adapter
        return Adapter()

    @cached_property
    def keychain(self) -> SecretKeeper:
        """This user's own."""
        if sys.platform == "win32":
            from .windows.keychain import CredentialManager as Adapter
        elif sys.platform == "darwin":
            from .macos.keychain import MacKeychain as Adapter
        else:
            from .linux.keychain import SecretService as Adapter
        return Adapter()

    @cached_property
    def privacy(self) -> Privacy:
        """Files and folders for this user alone."""
        if sys.platform == "win32":
            from .windows.privacy import WindowsPrivacy as Adapter
        else:
            from .posix_privacy import PosixPrivacy as Adapter
        return Adapter()

    @cached_property
    def local_sockets(self) -> LocalSockets:
        """Channels between processes of this user."""
        if sys.platform == "win32":
            from .windows.pipe import WindowsSockets as Adapter
        else:
            from .posix_channel import PosixSockets as Adapter
        return Adapter()

    @cached_property
    def power(self) -> Power:
        """Where the current comes from."""
        if sys.platform == "win32":
            from .windows.power import WindowsPower as Adapter
        elif sys.platform == "darwin":
            from .macos.power import MacPower as Adapter
        else:
            from .linux.power import LinuxPower as Adapter
        return Adapter()

    @cached_property
    def connection(self) -> Connection:
        """The networks of this machine."""
        if sys.platform == "win32":
            from .windows.connection import WindowsConnection as Adapter
        elif sys.platform == "darwin":
            from .macos.power import MacConnection as Adapter
        else:
            from .linux.connection import LinuxConnection as Adapter
        return Adapter()

    @cached_property
    def clocks(self) -> Clocks:
        """Clocks that nobody sets."""
        if sys.platform == "win32":
            from .windows.power import WindowsClocks as Adapter
        else:
            from .posix_clocks import PosixClocks as Adapter
        return Adapter()

    @cached_property
    def snapshots(self) -> VolumeSnapshots:
        """Snapshots of volumes."""
        if sys.platform == "win32":
            from .windows.snapshots import ShadowCopies as Adapter
        elif sys.platform == "darwin":
            from .macos.snapshots import LocalSnapshots as Adapter
        else:
            from .linux.snapshots import LinuxSnapshots as Adapter
        return Adapter()

    @cached_property
    def programs(self) -> Programs:
        """Programs of the user's."""
        from .programs import UserPrograms

        return UserPrograms()

    @cached_property
    def services(self) -> Services:
        """Programs that the system keeps running."""
        if sys.platform == "win32":
            from .windows.service import WindowsServices as Adapter
        elif sys.platform == "darwin":
            from .macos.service import Launchd as Adapter
        else:
            from .linux.service import Systemd as Adapter
        return Adapter()

    @cached_property
    def mounts(self) -> Mounts:
        """File systems of our own."""
        if sys.platform == "linux":
            from .linux.fuse import Fuse as Adapter
        else:
            from .no_mounts import NoMounts as Adapter
        return Adapter()

    def owner_file(self, folder: str) -> SecretKeeper:
        """Secrets in files that only this user can read, in a folder of their own."""
        from .owner_file import OwnerFile

        return OwnerFile(folder, self.privacy)

    def process_lock(self, path: str) -> ProcessLock:
        """One run at a time; the folder of `path` must exist."""
        from .lock import ProcessLock

        return ProcessLock(path)


def this_system() -> System:
    """Cheap: nothing is asked of the system yet. Raises Failed("system_not_supported", system=…)."""
    return System()
