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

_DAYS: Final = 825
"""Apple's systems refuse certificates of longer validity."""


class Certificate(NamedTuple):
    """Files of a certificate with its key, and of the authority that clients are given."""

    certificate: Path
    key: Path
    authority: Path


def own_certificate(folder: Path, names: Sequence[str]) -> Certificate:
    """The certificate kept in a folder; made, with an authority of its own, when there is none.

    `names`: host names and addresses. The authority's key is thrown away: it signs this one alone.
    """
    found = Certificate(folder / "host.crt", folder / "host.key", folder / "ca.crt")
    if found.certificate.exists():
        return found
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    begun = datetime.now(UTC) - timedelta(hours=1)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _signed(
        "CyberLib host authority", authority_key, None, authority_key, begun,
        [(x509.BasicConstraints(ca=True, path_length=0), True), (_usage(signs_certificates=True), True)],
    )  # fmt: skip
    certificate = _signed(
        names[0], key, authority, authority_key, begun,
        [
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_usage(signs_certificates=False), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
            (x509.SubjectAlternativeName([_name(each) for each in names]), False),
        ],
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(found.key, private, 0o600)
    _write(found.authority, authority.public_bytes(serialization.Encoding.PEM), 0o644)
    # Last: a folder with this one is complete.
    _write(found.certificate, certificate.public_bytes(serialization.Encoding.PEM), 0o644)
    return found


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
    begun: datetime,
    extensions: list[tuple[x509.ExtensionType, bool]],
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begun)
        .not_valid_after(begun + timedelta(days=_DAYS))
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
