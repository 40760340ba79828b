"""What the settings of a profile ask of its agent."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from ...core.conditions import Conditions
from ...core.errors import UsageError
from ...core.plan import Plan
from ...files.names import to_vault_path
from ...state.profile import Profile
from ...state.settings import Settings
from .. import stores
from ..paths import native_of
from ..prompts import Nobody
from ..scheduling import conditions_of, plan_of
from ..session import Session


class Wanted(NamedTuple):
    """`session`: with these settings, and nobody to ask. `paths`: of the sources, in the vault."""

    plan: Plan
    conditions: Conditions
    session: Session
    paths: Sequence[bytes]

    @property
    def settings(self) -> Settings:
        """As they were read."""
        return self.session.settings

    @property
    def at_host(self) -> bool:
        """Whether the vault is at a host, which wants to know."""
        return self.settings.vault is not None and stores.is_host(self.settings.vault.at)

    @property
    def watched(self) -> object:
        """What decides how sources are watched."""
        return self.plan.watch, self.settings.sources, self.settings.vault


def read_wanted(profile: Profile) -> Wanted:
    """Raises UsageError("agent_idle") when there is no vault or nothing to protect,
    Failed("settings_damaged", …), ("profile_denied", …)."""
    session = Session(profile, Nobody())
    settings = session.settings
    if settings.vault is None or not settings.sources:
        raise UsageError("agent_idle")
    paths = [to_vault_path(native_of(source)) for source in settings.sources]
    return Wanted(plan_of(settings), conditions_of(settings), session, paths)


def stamp_of(profile: Profile) -> object:
    """Another one once the settings were written."""
    try:
        status = os.stat(profile.settings)
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_size, status.st_ino
