"""What went wrong on the way to a far store, told by its cause: the line, a proxy, a certificate."""

from __future__ import annotations

import re
import ssl
from typing import Final, Literal

import httpx2

from ..core.errors import CyberlibError, Unreachable
from .proxy import Proxy

Kind = Literal["expired", "early", "name", "revoked", "unknown", ""]

_KINDS: Final[dict[int, Kind]] = {
    # OpenSSL, X509_V_ERR_…: x509_vfy.h
    9: "early", 10: "expired", 62: "name", 64: "name", 23: "revoked",
    2: "unknown", 7: "unknown", 30: "unknown", 18: "unknown", 19: "unknown", 20: "unknown", 21: "unknown",
    # Windows, CERT_E_…: winerror.h
    0x800B0101: "expired", 0x800B0102: "expired", 0x800B0109: "unknown", 0x800B010A: "unknown",
    0x800B010C: "revoked", 0x800B010F: "name",
    # macOS, errSec…: SecBase.h
    -67818: "expired", -67819: "early", -67602: "name", -67820: "revoked", -67843: "unknown",
}  # fmt: skip

_PASSING: Final = frozenset((429, 500, 502, 503, 504))
_PROXY_STATUS: Final = re.compile(r"(\d{3})(?: |$)")


def trouble(error: httpx2.TransportError, at: str, proxy: Proxy | None) -> tuple[CyberlibError, bool]:
    """The error for one of a request to `at`, and whether it may pass by itself."""
    causes = _causes(error)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _untrusted(cause, at), False
    if proxy is not None:
        if isinstance(error, httpx2.ProxyError):
            return _refused_by(proxy, str(error), at)
        if isinstance(error, (httpx2.ConnectError, httpx2.ConnectTimeout)):
            if any(isinstance(cause, ssl.SSLError) for cause in causes):
                return Unreachable("proxy_page", proxy=proxy.address, at=at), False
            return Unreachable("proxy_unreachable", proxy=proxy.address, reason=_reason(causes)), True
    for cause in causes:
        if isinstance(cause, ssl.SSLError) and isinstance(error, httpx2.ConnectError):
            if not cause.reason or "EOF" in cause.reason:
                break  # cut off in the middle, which happens
            return Unreachable("host_tls", at=at, reason=cause.reason), False
    return Unreachable("host_unreachable", at=at, reason=_reason(causes)), True


def certificate_kind(error: ssl.SSLCertVerificationError) -> Kind:
    """What is wrong with a certificate, whichever system judged it."""
    return _KINDS.get(error.verify_code, "")


def _untrusted(error: ssl.SSLCertVerificationError, at: str) -> CyberlibError:
    kind = certificate_kind(error)
    if kind == "expired":
        return Unreachable("host_certificate_expired", at=at)
    if kind == "early":
        return Unreachable("host_certificate_early", at=at)
    if kind == "name":
        return Unreachable("host_certificate_name", at=at)
    if kind == "revoked":
        return Unreachable("host_certificate_revoked", at=at)
    if kind == "unknown":
        return Unreachable("host_certificate_unknown", at=at)
    return Unreachable("host_certificate", at=at, reason=error.verify_message)


def _refused_by(proxy: Proxy, told: str, at: str) -> tuple[CyberlibError, bool]:
    """`told`: the status line of its answer."""
    match = _PROXY_STATUS.match(told)
    status = int(match[1]) if match else 0
    if status == 407:
        if proxy.user:
            return Unreachable("proxy_login_refused", proxy=proxy.address), False
        return Unreachable("proxy_login_needed", proxy=proxy.address), False
    if status in _PASSING:
        return Unreachable("proxy_cannot", proxy=proxy.address, at=at, status=status), True
    return Unreachable("proxy_refuses", proxy=proxy.address, at=at, status=status), False


def _causes(error: BaseException) -> list[BaseException]:
    """The error and what lies below it."""
    found: list[BaseException] = []
    below: BaseException | None = error
    while below is not None:
        found.append(below)
        below = below.__cause__ or below.__context__
    return found


def _reason(causes: list[BaseException]) -> str:
    """The system's own words at the bottom of an error, without addresses of other parts."""
    last = causes[-1]
    if isinstance(last, OSError) and last.strerror:
        return last.strerror
    return type(causes[0]).__name__
