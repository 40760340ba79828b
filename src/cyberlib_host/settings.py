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

    [mail]                         # absent: messages are written to DIR/mail
    server = "smtp.example.fr"     # see MailSettings

Variables: CYBERLIB_HOST_DATABASE, CYBERLIB_HOST_MAIL_PASSWORD,
           CYBERLIB_HOST_S3_ACCESS_KEY, CYBERLIB_HOST_S3_SECRET_KEY.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from .core.addresses import checked_address
from .core.identities import PasskeySettings, ProviderSettings
from .core.licences import Rules
from .core.people import ASKED, Action
from .core.problems import Problem
from .core.wire import Card, StoragePlace, SubProcessor

FILE: Final = "host.toml"
_PREFIX: Final = "CYBERLIB_HOST_"
_HOST_NAME: Final = re.compile(r"([a-z0-9-]+\.)*[a-z][a-z0-9-]*")
"""The last part has a letter first: it is no address in digits."""


class ZoneSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A zone of storage: a `folder`, or a bucket behind an S3 `endpoint`."""

    name: str
    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    folder: str | None = None
    endpoint: str | None = None
    bucket: str | None = None
    region: str = "us-east-1"
    access_key: str | None = None
    secret_key_file: str | None = None
    ca: str | None = None


class ContractSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """See `core.licences.Rules`."""

    grace_days: Annotated[int, Meta(ge=0, le=3650)] = 7
    restore_days: Annotated[int, Meta(ge=0, le=3650)] = 90
    restore_when_suspended: bool = True

    @property
    def rules(self) -> Rules:
        """As the licences take them."""
        return Rules(self.grace_days, self.restore_days, self.restore_when_suspended)


class MailSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How mail goes out. Without a `server` it is written to a folder. `port`: 587 by default, 465 with
    `security = "tls"`. `password_file`: in the data folder, unless CYBERLIB_HOST_MAIL_PASSWORD is set.
    `sender` and `bounces`: addresses; those of bounces take a plus in the local part. `operator`: who gets
    what has no address; `support`: as customers are told whom to ask."""

    server: str | None = None
    port: Annotated[int, Meta(ge=1, le=65535)] | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password_file: str | None = None
    ca: str | None = None
    timeout: Annotated[int, Meta(ge=1, le=300)] = 20
    sender: str = ""
    name: Annotated[str, Meta(max_length=60)] = "CyberLib"
    bounces: str = ""
    operator: str = ""
    support: Annotated[str, Meta(max_length=200)] = ""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an operator decides. Seconds; `audit_months`: calendar months, six at least. `proxies`: addresses
    whose word counts on where a request comes from."""

    database: str | None = None
    zones: list[ZoneSettings] = []
    contract: ContractSettings = ContractSettings()
    card: Card | None = None
    session_seconds: Annotated[int, Meta(ge=120, le=86_400)] = 900
    link_seconds: Annotated[int, Meta(ge=300, le=604_800)] = 3600  # S3 takes no longer ones
    requests_per_minute: Annotated[int, Meta(ge=60)] = 3000
    escrow_hours: Annotated[int, Meta(ge=1, le=240)] = 24  # that a request is held back
    quarantine_days: Annotated[int, Meta(ge=7, le=3650)] = 30  # before what devices let go is deleted
    audit_months: Annotated[int, Meta(ge=6, le=1200)] = 6  # what contracts promise, or more
    proofs_for: frozenset[Action] = ASKED  # what people prove who they are for
    provider: ProviderSettings | None = None
    passkeys: PasskeySettings | None = None
    proxies: list[str] = []
    s3_access_key: str | None = None
    s3_secret_key: str | None = None
    mail: MailSettings = MailSettings()
    mail_password: str | None = None


def read_settings(folder: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a data folder. Raises Problem("bad_settings", where=…)."""
    path = folder / FILE
    try:
        written: dict[str, Any] = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    except (OSError, ValueError) as error:
        raise Problem("bad_settings", where=f"{FILE}: {error}") from None
    for name in ("database", "s3_access_key", "s3_secret_key", "mail_password"):
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
    _check_mail(settings.mail)
    _check_passkeys(settings.passkeys)
    if settings.card is not None:
        _check_card(settings.card)
        _check_fields(written["card"], Card, "card")
        for name, shape in (("places", StoragePlace), ("sub_processors", SubProcessor)):
            for each in written["card"].get(name, []):
                _check_fields(each, shape, f"card.{name}")
    return settings


def _check_fields(written: Mapping[str, Any], shape: type[msgspec.Struct], where: str) -> None:
    """On the wire a field that nobody knows is passed over; here it is a slip, which would have no effect."""
    for name in written:
        if name not in shape.__struct_fields__:
            raise Problem("bad_settings", where=f"{FILE}: {where}.{name} is no setting")


def _check_mail(mail: MailSettings) -> None:
    for name in ("sender", "bounces", "operator"):
        written = getattr(mail, name)
        try:
            if written:
                checked_address(written)
        except Problem:
            raise Problem("bad_settings", where=f"{FILE}: mail.{name} is no address: {written}") from None
    if mail.server is not None and not mail.sender:
        raise Problem("bad_settings", where=f"{FILE}: mail.sender is the address that mail comes from")
    if mail.security == "none" and mail.user and mail.server not in ("localhost", "127.0.0.1", "::1"):
        raise Problem("bad_settings", where=f"{FILE}: mail.user: no password goes over a line in clear")


def _check_passkeys(given: PasskeySettings | None) -> None:
    """Browsers take names alone, over TLS; a slip would only be seen by whoever has a passkey."""
    if given is None:
        return
    parts = urlsplit(given.address)
    name = parts.hostname or ""
    try:
        port = "" if parts.port is None else f":{parts.port}"
        whole = bool(_HOST_NAME.fullmatch(name)) and given.address.rstrip("/") == f"https://{name}{port}"
    except ValueError:
        whole = False
    if not whole:
        raise Problem("bad_settings", where=f"{FILE}: passkeys.address: https://, a name, a port if need be")


def _check_card(card: Card) -> None:
    """Clients reckon with its days and show its activities: they must mean something."""
    for name in ("valid_from", "valid_until", "withdrawn"):
        day = getattr(card, name)
        try:
            if day is not None and date.fromisoformat(day).isoformat() != day:
                raise ValueError
        except ValueError:
            raise Problem(
                "bad_settings", where=f"{FILE}: card.{name} is a day written 2027-01-31, and not {day!r}"
            ) from None
    if not card.activities or not set(card.activities) <= set(range(1, 7)):
        raise Problem("bad_settings", where=f"{FILE}: card.activities are numbers from 1 to 6")
