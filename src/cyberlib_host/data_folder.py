"""The folder of a host: settings, keys, and in the embedded default the database and the objects.

host.toml      settings (see `settings`)
receipts.key   Ed25519 seed that signs receipts, 32 bytes
links.key      what seals links to the host's own storage, 32 bytes
tls/           certificate and key, with those of the authority that signed it, when none is given
host.sqlite    database, unless settings name another
objects/       objects, unless settings name zones
mail/          messages, unless settings name a server for mail
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from .core.geography import Place, check_apart
from .core.ports import Sender, Storage
from .core.problems import Problem
from .database.engine import Database
from .database.schema import alone, is_current, upgrade
from .mail.senders import FolderSender, SmtpSender
from .services import audit
from .services.authenticators import Passkeys
from .services.context import Context, Mail, Zone
from .services.provider import Provider
from .services.zones import settle
from .settings import MailSettings, Settings, ZoneSettings, read_settings
from .storage.folder import FolderStorage

_RECEIPTS: Final = "receipts.key"
_LINKS: Final = "links.key"
_KEY_BYTES: Final = 32


def now() -> int:
    """Microseconds since 1970 UTC, by the system's clock."""
    return time.time_ns() // 1000


def initialise(folder: Path, environment: Mapping[str, str] = os.environ) -> Context:
    """Makes the data folder of a new host, or brings an older one to this program's shape.

    Raises Problem("bad_settings"), ("database_newer"), ("zones_too_near").
    """
    if folder.exists() and not folder.is_dir():
        raise Problem("bad_settings", where=f"{folder} is no folder")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in (_RECEIPTS, _LINKS):
        if not (folder / name).exists():
            _write_secret(folder / name, os.urandom(_KEY_BYTES))
    settings = read_settings(folder, environment)
    database = _database(folder, settings)
    upgrade(database)
    with database.write() as connection:
        alone(connection)
        audit.begin_if_absent(connection, audit.HOST)
    return _context(folder, settings, database)


def open_host(folder: Path) -> Context:
    """A host that was initialised. Raises Problem("not_initialised"), and as `initialise`."""
    if not (folder / _RECEIPTS).exists():
        raise Problem("not_initialised")
    settings = read_settings(folder)
    database = _database(folder, settings)
    if not is_current(database):
        upgrade(database)
    return _context(folder, settings, database)


def _context(folder: Path, settings: Settings, database: Database) -> Context:
    zones = _zones(folder, settings)
    if len(zones) > 1:
        check_apart([zone.place for zone in zones])
    context = Context(
        database=database,
        zones=zones,
        key=Ed25519PrivateKey.from_private_bytes((folder / _RECEIPTS).read_bytes()),
        clock=now,
        random=os.urandom,
        rules=settings.contract.rules,
        card=settings.card,
        session_seconds=settings.session_seconds,
        link_seconds=settings.link_seconds,
        audit_months=settings.audit_months,
        quarantine_days=settings.quarantine_days,
        escrow_hours=settings.escrow_hours,
        proofs_for=settings.proofs_for,
        provider=_provider(folder, settings),
        passkeys=None if settings.passkeys is None else Passkeys(settings.passkeys),
        mail=_mail(settings.mail),
        sender=_sender(folder, settings),
    )
    settle(context)
    return context


def _mail(mail: MailSettings) -> Mail:
    default = Mail()
    sender = mail.sender or default.sender
    return Mail(sender, mail.name, mail.bounces or sender, mail.operator, mail.support)


def _provider(folder: Path, settings: Settings) -> Provider | None:
    given = settings.provider
    if given is None:
        return None
    try:
        secret = (folder / given.secret_file).read_text("utf-8").strip()
    except (OSError, ValueError) as error:
        raise Problem("bad_settings", where=f"provider.secret_file: {error}") from None
    return Provider(given, secret)


def _sender(folder: Path, settings: Settings) -> Sender:
    mail, password = settings.mail, settings.mail_password
    if mail.server is None:
        return FolderSender(folder / "mail")
    if password is None and mail.password_file is not None:
        try:
            password = (folder / mail.password_file).read_text("utf-8").strip()
        except (OSError, ValueError) as error:
            raise Problem("bad_settings", where=f"mail.password_file: {error}") from None
    port = mail.port or (465 if mail.security == "tls" else 587)
    try:
        return SmtpSender(
            mail.server, port, mail.security, user=mail.user, password=password or "",
            ca=None if mail.ca is None else str(folder / mail.ca), timeout=mail.timeout,
        )  # fmt: skip
    except OSError as error:  # ssl.SSLError is one
        raise Problem("bad_settings", where=f"mail.ca: {error}") from None


def _database(folder: Path, settings: Settings) -> Database:
    own = folder / "host.sqlite"
    url = settings.database or f"sqlite:///{own}"
    if settings.database is None and not own.exists():  # names of customers are in it
        os.close(os.open(own, os.O_WRONLY | os.O_CREAT, 0o600))
    try:
        if make_url(url).get_backend_name() not in ("sqlite", "postgresql"):
            raise ArgumentError
        return Database(url)
    except (ArgumentError, ImportError):  # said without the address, which may hold a password
        wanted = "postgresql+psycopg://user@server/name, or none for SQLite"
        raise Problem("bad_settings", where=f"database: an address like {wanted}") from None


def _zones(folder: Path, settings: Settings) -> list[Zone]:
    if not settings.zones:
        place = Place("local", 0.0, 0.0)
        return [Zone(place, _folder_storage(folder, "objects", 0))]
    return [
        Zone(Place(zone.name, zone.latitude, zone.longitude), _storage(folder, settings, zone, number))
        for number, zone in enumerate(settings.zones)
    ]


def _storage(folder: Path, settings: Settings, zone: ZoneSettings, number: int) -> Storage:
    if zone.folder is not None:
        return _folder_storage(folder, zone.folder, number)
    from botocore.exceptions import BotoCoreError

    from .storage.s3 import S3Storage  # boto3 takes a moment, and the embedded default has no need of it

    secret = settings.s3_secret_key
    if zone.secret_key_file is not None:
        try:
            secret = (folder / zone.secret_key_file).read_text("utf-8").strip()
        except (OSError, ValueError) as error:
            reason = f"secret_key_file of zone {zone.name}: {error}"
            raise Problem("bad_settings", where=reason) from None
    try:
        return S3Storage(
            endpoint=zone.endpoint or "",
            bucket=zone.bucket or "",
            region=zone.region,
            access_key=zone.access_key or settings.s3_access_key,
            secret_key=secret,
            ca=zone.ca,
        )
    except (BotoCoreError, OSError, ValueError) as error:
        raise Problem("bad_settings", where=f"zone {zone.name}: {error}") from None


def _folder_storage(folder: Path, root: str, number: int) -> FolderStorage:
    return FolderStorage(str(folder / root), (folder / _LINKS).read_bytes(), now, number)


def _write_secret(path: Path, secret: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(file, secret)
        os.fsync(file)
    finally:
        os.close(file)
