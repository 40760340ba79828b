"""A certificate of the host's own, for those who have none: good for one machine, known by its fingerprint.

Production puts a certificate of a known authority in front (docs/admin).
"""

from __future__ import annotations

import ipaddress
import os
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .core.problems import Problem
from .core.times import SECOND

DAYS: Final = 825
"""Apple's systems refuse certificates of longer validity."""

_AUTHORITY_DAYS: Final = 3650
_AUTHORITY_KEY: Final = "ca.key"
WARN_DAYS: Final = 60
"""Before the end of a certificate, operators are told."""


class Certificate(NamedTuple):
    """Files of a certificate with its key, and of the authority that clients are given."""

    certificate: Path
    key: Path
    authority: Path


def own_certificate(folder: Path, names: Sequence[str]) -> Certificate:
    """The certificate kept in a folder; made, with an authority of its own, when there is none.

    `names`: host names and addresses. The authority's key stays in the folder, for the certificates that
    follow: clients trust the authority for this host alone, and whoever reads the folder has the host's own
    key as well.
    """
    found = _in(folder)
    if not found.certificate.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make(folder, names, _new_authority(folder), DAYS)
    return found


def renew_own(folder: Path, names: Sequence[str], *, days: int, new_authority: bool) -> Certificate:
    """A new certificate, with a new key, by the authority whose key is kept, or by a new one.

    Raises Problem("authority_key_absent", at=…) when the key is not there, or the authority ends before the
    certificate would have begun to be of use.
    """
    if new_authority:
        authority = _new_authority(folder)
    else:
        try:
            authority = _kept_authority(folder)
        except (OSError, ValueError, TypeError):
            raise Problem("authority_key_absent", at=str(folder / _AUTHORITY_KEY)) from None
    _make(folder, names, authority, days)
    return _in(folder)


def ends(certificate: Path) -> int:
    """When a certificate (the first of a file) is valid no longer. Raises OSError, ValueError."""
    read = x509.load_pem_x509_certificate(certificate.read_bytes())
    return int(read.not_valid_after_utc.timestamp()) * SECOND


class _Authority(NamedTuple):
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def _in(folder: Path) -> Certificate:
    return Certificate(folder / "host.crt", folder / "host.key", folder / "ca.crt")


def _new_authority(folder: Path) -> _Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    made = _signed(
        "CyberLib host authority", key, None, key, _AUTHORITY_DAYS,
        [(x509.BasicConstraints(ca=True, path_length=0), True), (_usage(signs_certificates=True), True)],
    )  # fmt: skip
    _write(folder / _AUTHORITY_KEY, _private(key), 0o600)
    _write(_in(folder).authority, made.public_bytes(serialization.Encoding.PEM), 0o644)
    return _Authority(made, key)


def _kept_authority(folder: Path) -> _Authority:
    """Raises OSError, ValueError, TypeError where there is none that may sign yet."""
    key = serialization.load_pem_private_key((folder / _AUTHORITY_KEY).read_bytes(), None)
    made = x509.load_pem_x509_certificate(_in(folder).authority.read_bytes())
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != made.public_key():
        raise ValueError("not the authority's key")
    if made.not_valid_after_utc <= datetime.now(UTC) + timedelta(days=WARN_DAYS):
        raise ValueError("the authority is about to end")
    return _Authority(made, key)


def _make(folder: Path, names: Sequence[str], authority: _Authority, days: int) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _signed(
        names[0], key, authority.certificate, authority.key, days,
        [
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_usage(signs_certificates=False), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
            (x509.SubjectAlternativeName([_name(each) for each in names]), False),
        ],
    )  # fmt: skip
    _write(_in(folder).key, _private(key), 0o600)
    # Last: a folder with this one is complete.
    _write(_in(folder).certificate, certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def names_of(certificate: Path) -> set[str]:
    """The names and addresses that a certificate is for. Raises OSError, ValueError."""
    read = x509.load_pem_x509_certificate(certificate.read_bytes())
    try:
        names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    return {str(each.value) for each in names}


def check_pair(certificate: Path, key: Path) -> None:
    """Raises ssl.SSLError, OSError for files that are no certificate and its key."""
    # A key that needs a password is none for a service: without this, OpenSSL would ask for it and wait.
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: b"")


def _signed(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey,
    days: int,
    extensions: list[tuple[x509.ExtensionType, bool]],
) -> x509.Certificate:
    begun = datetime.now(UTC) - timedelta(hours=1)
    end = begun + timedelta(days=days)
    if issuer is not None:
        end = min(end, issuer.not_valid_after_utc)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begun)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(issuer_key, hashes.SHA256())


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(written: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(written))
    except ValueError:
        return x509.DNSName(written)


def _write(path: Path, data: bytes, mode: int) -> None:
    temporary = path.with_suffix(".new")
    file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        os.write(file, data)
        os.fsync(file)
    finally:
        os.close(file)
    temporary.replace(path)
