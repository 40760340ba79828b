"""What the user chose: `settings.toml`, read by every command and written by few.

Reading uses the standard library alone. Writing keeps comments and order, since administrators edit
this file by hand. What cannot be understood is refused, never replaced.
"""

from __future__ import annotations

import tomllib
from typing import Any, Final, Literal

import msgspec

from ..core.bandwidth import Direction, Hours, Schedule, read_days, read_rate, read_time
from ..core.errors import Failed
from ..core.format_v1.malformed import MALFORMED
from .copy_settings import CopyingSettings, CopySettings
from .drill_settings import DrillSettings
from .private_file import read_file
from .profile import Profile
from .refusal_settings import RefusalSettings
from .retention_settings import RetentionSettings
from .schedule_settings import ScheduleSettings
from .typed_files import fault_of
from .verification_settings import VerificationSettings

Language = Literal["fr", "en"]

USUAL_SECONDS: Final = 600
MOST_SECONDS: Final = 24 * 3600
"""A command before or after a backup gets no more."""

MOST_ALONE: Final = 24 * 60
"""Minutes."""
_TABLES: Final = (
    "network", "backup", "schedule", "verification", "retention", "copying", "drill", "support", "window",
)  # fmt: skip


class VaultSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The vault of this profile: where it is and its id (32 hex digits). `endpoint`, `region`: of the storage
    that has the bucket, for `s3://`; the access key is kept elsewhere."""

    at: str
    id: str
    endpoint: str = ""
    region: str = ""


class SourceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One folder or file to protect.

    `path`: as this system writes it; `escaped` instead for a name that is not text, undecodable bytes
    as `\\xNN`. `exclude`: gitignore patterns.
    """

    path: str = ""
    escaped: str = ""
    exclude: list[str] = []
    one_file_system: bool = False
    default_exclusions: bool = True


class HoursSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Hours that have other rates, in local time: `mon-fri`, from `08:00` to `19:00`; over midnight when `to`
    is not later. A direction without a rate keeps that of all other times."""

    start: str = msgspec.field(name="from")
    end: str = msgspec.field(name="to")
    days: str = "mon-sun"
    upload: str | None = None
    download: str | None = None

    def __post_init__(self) -> None:
        hours_of(self)


class NetworkSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The line. Rates as `2 Mbit/s`; empty for no limit. `proxy`: `http://host:port`, "none", or null for
    the system's; never with a name or password, which credentials hold."""

    upload: str = ""
    download: str = ""
    proxy: str | None = None
    hours: list[HoursSettings] = []

    def __post_init__(self) -> None:
        schedule_of(self)
        if self.proxy is not None and "@" in self.proxy:
            raise ValueError("proxy")  # this file is no place for a password


def hours_of(written: HoursSettings) -> Hours:
    """Those hours. Raises ValueError."""
    rates: dict[Direction, int | None] = {}
    if written.upload is not None:
        rates["upload"] = read_rate(written.upload)
    if written.download is not None:
        rates["download"] = read_rate(written.download)
    return Hours(read_days(written.days), read_time(written.start), read_time(written.end), rates)


def schedule_of(written: NetworkSettings) -> Schedule:
    """All rates. Raises ValueError."""
    rates: dict[Direction, int | None] = {
        "upload": read_rate(written.upload),
        "download": read_rate(written.download),
    }
    return Schedule(rates, tuple(hours_of(each) for each in written.hours))


class BackupSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How backups read. `volume_snapshots`: "auto": from a snapshot of the volume where one can be made."""

    volume_snapshots: Literal["off", "auto"] = "off"


class HookSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A command to run before or after each backup.

    `command`: the program and its arguments, no shell between. `seconds`: after which it is killed.
    `failure`: what follows when it fails: a backup that is not green, or, before it, none. `folder`: where
    it runs. `sources`: paths, one of which is to be backed up for it to run; none: it always runs.
    """

    name: str
    when: Literal["before", "after"]
    command: list[str]
    seconds: int = USUAL_SECONDS
    failure: Literal["amber", "stop"] = "amber"
    folder: str = ""
    sources: list[str] = []

    def __post_init__(self) -> None:
        if not self.name or not self.command or not self.command[0] or not 1 <= self.seconds <= MOST_SECONDS:
            raise ValueError("hook")
        if self.failure == "stop" and self.when == "after":
            raise ValueError("hook")  # what it could stop is done


class SupportSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whom to ask for help, as the practice's technician wrote it."""

    name: str = ""
    mail: str = ""
    phone: str = ""


class WindowSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`left_alone`: minutes without a touch after which the window shows no names any more; 0 for never."""

    left_alone: int = 10

    def __post_init__(self) -> None:
        if not 0 <= self.left_alone <= MOST_ALONE:
            raise ValueError("left_alone")


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The whole file. `device`: this workstation's name in the vault."""

    language: Language | None = None
    device: str = ""
    vault: VaultSettings | None = None
    network: NetworkSettings = NetworkSettings()
    backup: BackupSettings = BackupSettings()
    hooks: list[HookSettings] = []
    schedule: ScheduleSettings = ScheduleSettings()
    verification: VerificationSettings = VerificationSettings()
    retention: RetentionSettings = RetentionSettings()
    copying: CopyingSettings = CopyingSettings()
    copies: list[CopySettings] = []
    drill: DrillSettings = DrillSettings()
    refusals: list[RefusalSettings] = []
    support: SupportSettings = SupportSettings()
    window: WindowSettings = WindowSettings()
    sources: list[SourceSettings] = []


def read_settings(profile: Profile) -> Settings:
    """The settings, or the defaults when there is no file. Failed("settings_damaged", at=…, line=…,
    reason=…): `line` from 1 or None, `reason` "UTF-8", "toml", "key_unknown:…", "key_missing:…" or
    "value_unfit:…"."""
    data = read_file(profile.settings)
    if data is None:
        return Settings()
    try:
        return _parsed(data.decode("utf-8"))
    except MALFORMED as error:
        reason, line = fault_of(data, error, _parsed)
        raise Failed("settings_damaged", at=profile.settings, line=line, reason=reason) from None


def write_settings(profile: Profile, settings: Settings) -> None:
    """Writes them, with the comments that are there. Raises Failed("settings_damaged") rather than
    replace a file it does not understand, ("profile_full"), ("profile_denied")."""
    import tomlkit
    from tomlkit.items import AoT

    read_settings(profile)
    document = tomlkit.parse((read_file(profile.settings) or b"").decode("utf-8"))
    plain = msgspec.to_builtins(settings)
    sources = plain.pop("sources", [])
    for key in _TABLES:
        if not plain.get(key):
            plain.pop(key, None)
    for key in [k for k in document if k != "sources" and k not in plain]:
        del document[key]
    for key, value in plain.items():
        if isinstance(value, dict) and key in document:
            _update(document[key], value)
        elif key not in document or document[key].unwrap() != value:
            document[key] = value
    kept = document.get("sources")
    before = {(s.get("path"), s.get("escaped")): s for s in kept} if isinstance(kept, list) else {}
    document.pop("sources", None)
    if sources:
        tables = AoT([])
        for source in sources:
            table = before.get((source.get("path"), source.get("escaped")))
            if table is None or table.unwrap() != source:
                table = tomlkit.item(source)
            tables.append(table)
        document["sources"] = tables
    profile.write(profile.settings, tomlkit.dumps(document).encode("utf-8"))


def _update(table: Any, values: dict[str, Any]) -> None:
    """Changes what differs; tables of a table come last, since all that follows them would be theirs."""
    before = table.unwrap()
    for key in [k for k in table if k not in values]:
        del table[key]
    below = {key: value for key, value in values.items() if isinstance(value, list)}
    if before != values:
        for key in below:
            table.pop(key, None)
    for key, value in [*((k, v) for k, v in values.items() if k not in below), *below.items()]:
        if key not in table or before.get(key) != value:
            table[key] = value


def _parsed(text: str) -> Settings:
    return msgspec.convert(tomllib.loads(text), Settings)
