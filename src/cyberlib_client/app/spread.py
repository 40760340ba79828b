"""What is known of a profile's copies, without asking a disk: one that does not answer holds up nobody."""

from __future__ import annotations

import os
from typing import Final

from ..core.platform import Disk
from ..core.spread import CopiesKnown, CopyFact
from ..state.copies import CopyState, read_copies
from ..state.copy_settings import CopySettings, read_every
from ..state.profile import Profile
from ..state.settings import Settings
from . import bootstrap, stores

_SECOND: Final = 10**9


def copies_known(profile: Profile, settings: Settings, *, backed_up: bool) -> CopiesKnown:
    """From settings, the table of mounts, and what was remembered. `backed_up`: the vault has a backup."""
    present = bootstrap.disks().present()
    vault = settings.vault
    states = read_copies(profile, vault.id) if vault is not None else {}
    at = vault.at if vault is not None else ""
    return CopiesKnown(
        machine=_medium(profile.root, present),
        vault=_medium(at, present) if vault is not None and backed_up else None,
        vault_elsewhere=stores.location_folder(at) is None,
        copies=tuple(
            _fact(copy, states.get(copy.name, CopyState()), present, checked=bool(settings.copying.check))
            for copy in settings.copies
        ),
        remind=read_every(settings.copying.remind) * _SECOND,
    )


def _fact(copy: CopySettings, state: CopyState, present: list[Disk], *, checked: bool) -> CopyFact:
    bucket = stores.is_bucket(copy.at)
    medium = copy.disk or _medium(copy.at, present)
    return CopyFact(medium, state.copied, copy.elsewhere or bucket, state.read_since if checked else None)


def _medium(at: str, present: list[Disk]) -> str:
    """By the text of a path alone."""
    folder = stores.location_folder(at)
    if folder is None:
        return "/".join(at.split("/")[:3])  # a host or a bucket
    if bootstrap.volumes().is_remote(folder):
        return folder
    below = [disk for disk in present if _is_below(folder, disk.at)]
    return max(below, key=lambda disk: len(disk.at)).id if below else "machine"


def _is_below(folder: str, root: str) -> bool:
    return os.path.join(os.path.normcase(folder), "").startswith(os.path.join(os.path.normcase(root), ""))
