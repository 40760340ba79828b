"""HTTPS as far stores speak it: certificates checked, answers bounded, tried again when that may help."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar

import httpx2
import stamina

from .. import __version__
from ..core.errors import CyberlibError, Unreachable
from ..core.ports import Buffer, CancelToken

T = TypeVar("T")

stamina.instrumentation.set_on_retry_hooks([])  # who waits is told by us, if at all

PATIENCE_SECONDS: Final = 90.0
_FIRST_SECONDS: Final = 6.0
"""How long a server that never answered yet is tried again: an address may be wrong, a person waits."""

_FIRST_PAUSE: Final = 0.2
_LONGEST_PAUSE: Final = 3.0  # Ctrl-C is heard between pauses
_CONNECT_SECONDS: Final = 10.0
_SILENCE_SECONDS: Final = 30.0
_SLOWEST: Final = 1024
"""Bytes a second below which an answer that takes long is given up: dripped, it would end in days."""

_CONNECTIONS: Final = 16
_PIECE: Final = 256 << 10

LARGEST_ANSWER: Final = 16 << 20
LARGEST_PROBLEM: Final = 64 << 10
PASSING: Final = frozenset((429, 500, 502, 503, 504))
"""Statuses that may be others in a moment (RFC 9110, RFC 6585)."""


class TryAgain(Exception):
    """What may pass by itself. `after`: seconds the server asks to wait, or None."""

    def __init__(self, error: CyberlibError, after: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.after = after


class Refuses(Protocol):
    """Makes an error of an answer that is none: its status and its body."""

    def __call__(self, status: int, body: bytes) -> CyberlibError: ...


@dataclass(frozen=True)
class Line:
    """What lies between here and a far store. `ca`: certificates (PEM) trusted instead of the system's.
    `patience`: seconds that what may pass is tried again."""

    ca: str | None = None
    cancel: CancelToken = field(default_factory=CancelToken)
    patience: float = PATIENCE_SECONDS


def trust(ca: str | None) -> ssl.SSLContext | bool:
    """Whom to trust: these certificates, or what the system trusts."""
    return ssl.create_default_context(cadata=ca) if ca is not None else True


class Http:
    """Connections to the server at `at`, as errors call it. Safe to use from several threads.

    `http2`: all requests share one connection where the server can (RFC 9113); else each that is under way
    has one of its own. `heard`: the address is known to be right. Raises what `refuses` makes, and
    Unreachable("host_unreachable"), ("host_certificate"), ("host_answer", at=…).
    """

    def __init__(
        self,
        line: Line,
        at: str,
        refuses: Refuses,
        *,
        trusted: ssl.SSLContext | bool,
        http2: bool,
        heard: bool = False,
    ) -> None:
        self._line = line
        self._at = at
        self._refuses = refuses
        self._heard = heard
        self._http = httpx2.Client(
            verify=trusted,
            http2=http2,
            follow_redirects=False,  # a token goes to the server that it is for, and nowhere else
            timeout=httpx2.Timeout(_SILENCE_SECONDS, connect=_CONNECT_SECONDS),
            limits=httpx2.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS),
            headers={"CyberLib-Client": __version__, "User-Agent": f"CyberLib/{__version__}"},
        )

    def close(self) -> None:
        """Ends its connections."""
        self._http.close()

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        data: Any = None,
        query: Mapping[str, str] | None = None,
        *,
        most: int = LARGEST_ANSWER,
    ) -> bytes:
        """The body of a good answer, of at most `most` bytes; raises the error of any other, or TryAgain."""
        self._line.cancel.check()
        try:
            with self._http.stream(method, url, headers=headers, content=data, params=query) as response:
                self._heard = True
                return self._received(response, most)
        except httpx2.TransportError as error:
            raise self._lost(error) from None

    def _received(self, response: httpx2.Response, most: int) -> bytes:
        body, begun = bytearray(), time.monotonic()
        most = most if response.is_success else max(most, LARGEST_PROBLEM)
        for piece in response.iter_bytes():
            self._line.cancel.check()
            body += piece
            if len(body) > most:
                raise Unreachable("host_answer", at=self._at)
            taken = time.monotonic() - begun
            if taken > _SILENCE_SECONDS and len(body) < taken * _SLOWEST:
                raise TryAgain(Unreachable("host_unreachable", at=self._at))
        if response.is_success:
            return bytes(body)
        error = self._refuses(response.status_code, bytes(body))
        if response.status_code not in PASSING:
            raise error
        raise TryAgain(error, _seconds(response.headers.get("retry-after")))

    def _lost(self, error: httpx2.TransportError) -> Exception:
        if _is_about_certificates(error):
            return Unreachable("host_certificate", at=self._at, reason=_reason(error))
        return TryAgain(Unreachable("host_unreachable", at=self._at, reason=_reason(error)))

    def patiently(self, once: Callable[[], T]) -> T:
        """Repeats what may pass, with growing pauses, until patience ends; the last error is raised."""
        patience = self._line.patience

        def pause(error: Exception) -> bool | float:
            if not isinstance(error, TryAgain):
                return False
            return True if error.after is None else min(error.after, patience)

        limit = patience if self._heard else min(patience, _FIRST_SECONDS)
        try:
            for attempt in stamina.retry_context(
                on=pause, attempts=None, timeout=limit, wait_initial=_FIRST_PAUSE, wait_max=_LONGEST_PAUSE
            ):
                with attempt:
                    return once()
        except TryAgain as error:
            raise error.error from None
        raise AssertionError("a retry ends with an answer or an error")


class Pieces:
    """A buffer sent piece by piece, again from its beginning each time."""

    def __init__(self, data: Buffer) -> None:
        self._data = memoryview(data)

    def __iter__(self) -> Iterator[bytes]:
        for at in range(0, len(self._data), _PIECE):
            yield bytes(self._data[at : at + _PIECE])


def _seconds(written: str | None) -> float | None:
    """`Retry-After` in seconds; a date there is passed over."""
    return float(written) if written is not None and written.isascii() and written.isdigit() else None


def _is_about_certificates(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _reason(error: BaseException) -> str:
    """The system's own words at the bottom of an error, without addresses of other parts."""
    cause = error
    while (below := cause.__cause__ or cause.__context__) is not None:
        cause = below
    if isinstance(cause, ssl.SSLCertVerificationError):
        return cause.verify_message
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return type(error).__name__
