"""`DIR/host.toml`, with variables `CYBERLIB_HOST_…` over it.

    database = "postgresql+psycopg://cyberlib@db/cyberlib"     # absent: SQLite in DIR

    [[zones]]                      # absent: one zone, a folder in DIR
    name = "Paris"
    latitude = 48.86
    longitude = 2.35
    folder = "/srv/objects"        # or: endpoint, bucket, region, access_key, secret_key_file

    [contract]
    grace_days = 7
    restore_days = 90
    restore_when_suspended = true

    [card]
    host = "…"                     # see core.wire.Card

Variables: CYBERLIB_HOST_DATABASE, CYBERLIB_HOST_S3_ACCESS_KEY, CYBERLIB_HOST_S3_SECRET_KEY.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from .core.licences import Rules
from .core.problems import Problem
from .core.wire import Card

FILE: Final = "host.toml"
_PREFIX: Final = "CYBERLIB_HOST_"


class ZoneSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A zone of storage: a `folder`, or a bucket behind an S3 `endpoint`."""

    name: str
    latitude: float
    longitude: float
    folder: str | None = None
    endpoint: str | None = None
    bucket: str | None = None
    region: str = "us-east-1"
    access_key: str | None = None
    secret_key_file: str | None = None
    ca: str | None = None


class ContractSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """See `core.licences.Rules`."""

    grace_days: int = 7
    restore_days: int = 90
    restore_when_suspended: bool = True

    @property
    def rules(self) -> Rules:
        """As the licences take them."""
        return Rules(self.grace_days, self.restore_days, self.restore_when_suspended)


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an operator decides. Seconds; `audit_months`: calendar months."""

    database: str | None = None
    zones: list[ZoneSettings] = []
    contract: ContractSettings = ContractSettings()
    card: Card | None = None
    session_seconds: int = 900
    link_seconds: int = 3600
    requests_per_minute: int = 3000
    audit_months: int = 6
    s3_access_key: str | None = None
    s3_secret_key: str | None = None


def read_settings(folder: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a data folder. Raises Problem("bad_settings", where=…)."""
    path = folder / FILE
    try:
        written: dict[str, Any] = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    except (OSError, ValueError) as error:
        raise Problem("bad_settings", where=f"{FILE}: {error}") from None
    for name in ("database", "s3_access_key", "s3_secret_key"):
        value = environment.get(_PREFIX + name.upper())
        if value:
            written[name] = value
    try:
        settings = msgspec.convert(written, Settings)
    except msgspec.ValidationError as error:
        raise Problem("bad_settings", where=f"{FILE}: {error}") from None
    for zone in settings.zones:
        if (zone.folder is None) == (zone.endpoint is None or zone.bucket is None):
            raise Problem("bad_settings", where=f"{FILE}: zone {zone.name}: a folder, or endpoint and bucket")
    return settings
