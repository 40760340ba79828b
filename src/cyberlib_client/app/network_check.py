"""The way to the host looked at step by step, up to the first that fails."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Final, Literal

import msgspec

from ..core.errors import CyberlibError, Failed, UsageError
from ..state.host_access import read_host_access
from ..transports import probe
from ..transports.host.client import HostClient
from ..transports.proxy import Proxy
from . import stores
from .host_link import host_address
from .line import line_of, proxy_to
from .network import NetworkShown, show
from .session import Session

_CLOCK_SECONDS: Final = 300
"""Farther off, certificates and the times of snapshots are not what they seem."""

Step = Literal["name", "connection", "encryption", "answer", "clock"]


class CertificateShown(msgspec.Struct, frozen=True):
    """Whom a certificate names, and who says so. `trusted`: this workstation believes it."""

    names: list[str]
    issuer: str
    valid_from: str
    valid_until: str
    trusted: bool


class Checked(msgspec.Struct):
    """What was found, up to the step that failed (`failed`), null when all went well. `addresses` and
    `connect_ms`: the proxy's, where there is one. `clock_seconds`: by how much this workstation's clock is
    ahead of the host's."""

    host: str
    settings: NetworkShown
    proxy: str | None = None
    addresses: list[str] = []
    connect_ms: float | None = None
    tls: str | None = None
    certificate: CertificateShown | None = None
    host_version: str | None = None
    round_trip_ms: float | None = None
    clock_seconds: float | None = None
    failed: Step | None = None


def check(session: Session, url: str | None = None) -> tuple[Checked, CyberlibError | None]:
    """Looks at the way to this workstation's host, or to another; what it found, and why it ends there.

    Raises UsageError("not_enrolled"), ("host_address", at=…), ("proxy_address"), Failed("settings_damaged").
    """
    access = read_host_access(session.profile)
    if url is not None:
        address = host_address(url)
    elif access is not None:
        address = access.url
    elif session.settings.vault is not None and stores.is_host(session.settings.vault.at):
        address = "/".join(session.settings.vault.at.split("/")[:3])
    else:
        raise UsageError("not_enrolled")
    ca = access.ca if access is not None and access.url == address else ""
    found = Checked(address, show(session))
    proxy = proxy_to(session, session.settings.network, probe.place_of(address).host)
    found.proxy = None if proxy is None else proxy.address
    try:
        _look(session, found, proxy, ca)
    except CyberlibError as error:
        return found, error
    found.failed = None
    return found, None


def _look(session: Session, found: Checked, proxy: Proxy | None, ca: str) -> None:
    host = probe.place_of(found.host)
    first = host if proxy is None else probe.place_of(proxy.address)
    found.failed = "name"
    found.addresses = probe.addresses(first, found.host, found.proxy)
    found.failed = "connection"
    found.connect_ms = _ms(probe.connect_seconds(first, found.host, found.proxy))
    found.failed = "encryption"
    client = HostClient(found.host, line_of(session, ca))
    session.closing.callback(client.close)
    try:
        seen, info = client.look()
    except CyberlibError as error:
        if error.code.startswith("host_certificate"):
            shown = probe.shown_certificate(host, proxy)
            found.certificate = _certificate(shown, trusted=False) if shown else None
        elif error.code not in ("host_tls", "host_unreachable") and not error.code.startswith("proxy_"):
            found.failed = "answer"
        raise
    found.tls, found.certificate = seen.tls, _certificate(seen.certificate, trusted=True)
    found.failed, found.host_version = "answer", info.version
    took = []
    for _ in range(3):
        begun = time.monotonic()
        seen, info = client.look()
        took.append(time.monotonic() - begun)
    found.round_trip_ms = _ms(min(took))
    found.failed = "clock"
    try:
        theirs = datetime.fromisoformat(info.time)
    except ValueError:
        return
    ahead = (datetime.now(UTC) - theirs.astimezone(UTC)).total_seconds() - took[-1] / 2
    found.clock_seconds = round(ahead, 1)
    if abs(ahead) > _CLOCK_SECONDS:
        raise Failed("clock_wrong", minutes=round(abs(ahead) / 60), at=found.host)


def _certificate(der: bytes, *, trusted: bool) -> CertificateShown | None:
    from cryptography import x509

    try:
        read = x509.load_der_x509_certificate(der)
        names = [read.subject.rfc4514_string()]
        issuer = read.issuer.rfc4514_string()
    except ValueError:
        return None
    try:
        found = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = [str(each.value) for each in found] or names
    except (ValueError, x509.ExtensionNotFound):
        pass
    days = read.not_valid_before_utc, read.not_valid_after_utc
    begun, end = (day.strftime("%Y-%m-%dT%H:%M:%SZ") for day in days)
    return CertificateShown(names, issuer, begun, end, trusted)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
