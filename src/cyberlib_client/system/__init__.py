"""The machine: one adapter per system for each port of core.platform.

`linux/`, `macos/` and `windows/` hold what one system does its own way, `posix.py` what Linux and macOS
share. `this_system()` gives the set that fits.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from ..core.errors import Failed
from ..core.platform import Machine, Metadata, Process, SecretKeeper, Volumes
from .lock import ProcessLock
from .owner_file import OwnerFile, Privacy

__all__ = ["OwnerFile", "ProcessLock", "System", "this_system"]


@dataclass(frozen=True)
class System:
    """Adapters for the system this process runs on. `name`: "linux", "macos" or "windows"."""

    name: str
    metadata: Metadata
    volumes: Volumes
    machine: Machine
    process: Process
    keychain: SecretKeeper
    privacy: Privacy

    def owner_file(self, folder: str) -> SecretKeeper:
        """Secrets in files that only this user can read, in a folder of their own."""
        return OwnerFile(folder, self.privacy)

    def process_lock(self, path: str) -> ProcessLock:
        """One run at a time; the folder of `path` must exist."""
        return ProcessLock(path)


if sys.platform == "win32":
    from .windows.keychain import CredentialManager
    from .windows.metadata import WindowsMetadata
    from .windows.privacy import WindowsPrivacy
    from .windows.process import WindowsMachine, WindowsProcess
    from .windows.volumes import WindowsVolumes

    def this_system() -> System:
        """Cheap: nothing is asked of the system yet."""
        return System(
            "windows",
            WindowsMetadata(),
            WindowsVolumes(),
            WindowsMachine(),
            WindowsProcess(),
            CredentialManager(),
            WindowsPrivacy(),
        )

elif sys.platform == "darwin":
    from .macos.keychain import MacKeychain
    from .macos.metadata import MacMetadata
    from .macos.process import MacProcess
    from .macos.volumes import MacVolumes
    from .posix import PosixMachine
    from .posix_privacy import PosixPrivacy

    def this_system() -> System:
        """Cheap: nothing is asked of the system yet."""
        return System(
            "macos",
            MacMetadata(),
            MacVolumes(),
            PosixMachine(),
            MacProcess(),
            MacKeychain(),
            PosixPrivacy(),
        )

elif sys.platform == "linux":
    from .linux.keychain import SecretService
    from .linux.metadata import LinuxMetadata
    from .linux.process import LinuxProcess
    from .linux.volumes import LinuxVolumes
    from .posix import PosixMachine
    from .posix_privacy import PosixPrivacy

    def this_system() -> System:
        """Cheap: nothing is asked of the system yet."""
        return System(
            "linux",
            LinuxMetadata(),
            LinuxVolumes(),
            PosixMachine(),
            LinuxProcess(),
            SecretService(),
            PosixPrivacy(),
        )

else:

    def this_system() -> System:
        """No other system is known. Raises Failed("system_not_supported", system=…)."""
        raise Failed("system_not_supported", system=sys.platform)
