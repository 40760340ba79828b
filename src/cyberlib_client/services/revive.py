"""Objects that were to go and stay: for a backup that relies on them, for a user who wants a version back."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.format_v1.retired import REVIVE, Retirement, by_kind
from ..core.ports import Clock, Random
from ..repository.retirements import put_retirement
from ..repository.vault import Vault
from .device import Identity


def revive(
    vault: Vault,
    identity: Identity,
    random: Random,
    clock: Clock,
    names: Sequence[str],
    reason: str = "needed",
) -> None:
    """Takes back what the records known now say of these objects; `Retirements.doomed` tells afterwards
    which are being deleted all the same. IntegrityError("object_missing") where a store that counts the
    quarantine itself has deleted one."""
    undoes = vault.retirements().marks(names)
    vault.store.revive(names)
    retirement = Retirement(identity.device, REVIVE, clock(), "", reason, by_kind(names), undoes)
    put_retirement(vault.store, vault.keys, random, retirement, identity.signing)
