"""Which policies hold for which device: this machine's own, and those that stand in the vault for all of its
machines or for one. Where there are several, what any of them keeps stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from ..core.errors import UsageError
from ..core.format_v1.retired import POLICY, Retirement, Rules
from ..core.retention import ALL, Policy
from ..core.retention_presets import PRESETS
from ..repository.retirements import put_retirement
from ..state.retention_settings import (
    LONGEST,
    MOST,
    NUMBERS,
    SHORTEST,
    RetentionSettings,
    is_chosen,
    policy_of,
)
from . import bootstrap
from .device_identity import device_identity
from .paths import shown_text
from .retention_told import SharedPolicy as SharedPolicy
from .session import Session
from .times import iso_time

EVERYBODY = b""
"""In the place of a device's id: all of them."""


class InForce(NamedTuple):
    """`local`: this machine's settings; `own`: its id in the vault; `shared`: by id of a device, or
    `EVERYBODY`, what stands in the vault; `least`: days for which the store keeps what is let go."""

    local: RetentionSettings
    own: bytes
    shared: Mapping[bytes, Sequence[RetentionSettings]] = {}
    least: int = 0

    def of(self, device: bytes) -> list[Policy]:
        """Those that judge the snapshots of a device: one at least."""
        shared = self.shared.get(device) or self.shared.get(EVERYBODY) or ()
        # Another's settings are not known here: where the vault has a policy for it, this machine's own is
        # none of its business.
        local = (device == self.own and is_chosen(self.local)) or not shared
        return [policy_of(each) for each in (*((self.local,) if local else ()), *shared)]

    @property
    def quarantine(self) -> int:
        """Days, the longest that anybody asks for."""
        asked = (s.quarantine for each in self.shared.values() for s in each)
        return max(self.local.quarantine, *asked, self.least)

    def with_shared(self, about: Sequence[bytes], settings: RetentionSettings) -> InForce:
        """As if this stood in the vault for these; nothing, where nothing is chosen."""
        there = [settings] if is_chosen(settings) else []
        return self._replace(shared={**self.shared, **dict.fromkeys(about, there)})


def in_force(session: Session, local: RetentionSettings | None = None) -> InForce:
    """As of now; `local`: other settings of this machine than it has. Opens the vault."""
    shared: dict[bytes, list[RetentionSettings]] = {}
    for _, record in session.vault.retirements().policies():
        shared.setdefault(record.about, []).append(settings_of(record))
    own = device_identity(session).device.id
    return InForce(local or session.settings.retention, own, shared, session.counting.days)


def shared_policies(session: Session) -> list[SharedPolicy]:
    """Those that stand in the vault, the one for all first. Opens it."""
    names = {s.snapshot.device.id: s.snapshot.device.name for s in session.snapshots.items}
    found = []
    for _, record in session.vault.retirements().policies():
        about = record.about
        found.append(
            SharedPolicy(
                shown_text(names.get(about, about.hex()[:8])) if about else "",
                about.hex(),
                shown_text(record.device.name),
                iso_time(record.time),
                **msgspec.structs.asdict(settings_of(record)),
            )
        )
    return sorted(found, key=lambda each: (bool(each.device_id), each.device.casefold(), each.set_at))


def settings_of(record: Retirement) -> RetentionSettings:
    """What a record asks for, as settings; numbers that this program does not know keep without end."""
    rules = record.rules or Rules()
    numbers = {name: _number(getattr(rules, name)) for name in NUMBERS}
    policy = Policy(**numbers, labelled=rules.labelled)
    preset = rules.preset if PRESETS.get(rules.preset) == policy else ""
    quarantine = min(max(record.quarantine or 30, SHORTEST), LONGEST)
    return RetentionSettings(preset, **numbers, labelled=rules.labelled, quarantine=quarantine)


def _number(written: int) -> int:
    return written if 0 <= written <= MOST else ALL


def abouts(session: Session, device: str, *, every: bool) -> list[bytes]:
    """Whom a policy is about: everybody, or the devices of a name. UsageError("device_unknown", …)."""
    if every:
        return [EVERYBODY]
    devices = {s.snapshot.device.id: s.snapshot.device.name for s in session.snapshots.items}
    found = sorted(i for i, name in devices.items() if name.casefold() == device.casefold())
    if not found:
        known = ", ".join(sorted(set(devices.values())))
        raise UsageError("device_unknown", device=device, known=known)
    return found


def standing(session: Session, about: Sequence[bytes]) -> RetentionSettings:
    """What stands for the first of these, the newest where there are several; nothing chosen otherwise."""
    found = [r for _, r in session.vault.retirements().policies() if r.about == about[0]]
    return settings_of(found[-1]) if found else RetentionSettings()


def put_policy(session: Session, about: Sequence[bytes], settings: RetentionSettings) -> None:
    """Has it stand in the vault for each of these, in the place of what stood there. Raises what the store
    raises."""
    vault, identity = session.vault, device_identity(session)
    before = vault.retirements().policies()
    chosen = is_chosen(settings)
    for each in about:
        undoes = b"".join(sorted(digest for digest, record in before if record.about == each))
        if not chosen and not undoes:
            continue
        rules = Rules(
            settings.preset,
            **{name: getattr(settings, name) for name in NUMBERS},
            labelled=settings.labelled,
        )
        said = Retirement(
            identity.device,
            POLICY,
            session.counting.clock(),
            undoes=undoes,
            quarantine=settings.quarantine,
            rules=rules if chosen else None,
            about=each,
        )
        put_retirement(vault.store, vault.keys, bootstrap.random, said, identity.signing)
