"""Requests to a host: signed in when needed, tried again when that may help, answers checked.

Every request of the protocol may be repeated: done twice it changes nothing.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Protocol, TypeVar

import httpx2
import msgspec
import stamina

from ... import __version__
from ...core.errors import CyberlibError, IntegrityError, Unreachable
from ...core.ports import Buffer, CancelToken
from . import records
from .problems import TryAgain, error_of, passes

T = TypeVar("T")

stamina.instrumentation.set_on_retry_hooks([])  # who waits is told by us, if at all

PATIENCE_SECONDS: Final = 90.0
_FIRST_SECONDS: Final = 6.0
"""How long a host that never answered yet is tried again: an address may be wrong, a person waits."""

_LONGEST_PAUSE: Final = 3.0  # Ctrl-C is heard between pauses
_CONNECT_SECONDS: Final = 10.0
_SILENCE_SECONDS: Final = 30.0
_LARGEST_ANSWER: Final = 16 << 20
_LARGEST_PROBLEM: Final = 64 << 10
_PIECE: Final = 256 << 10
_MARGIN_SECONDS: Final = 60.0


class Identity(Protocol):
    """A declared device: its id at the host, and its signature over bytes."""

    @property
    def device(self) -> str: ...

    def sign(self, message: bytes) -> bytes: ...


class HostClient:
    """Speaks with the host at `url` (`https://host[:port]`). Safe to use from several threads.

    `ca`: certificates (PEM) to trust instead of the system's. Raises what `error_of` tells, and
    Unreachable("host_unreachable"), ("host_certificate"), ("host_answer") when no sense can be had.
    """

    def __init__(
        self,
        url: str,
        *,
        ca: str | None = None,
        identity: Identity | None = None,
        cancel: CancelToken | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self.url = url.rstrip("/")
        self._identity = identity
        self._cancel = cancel or CancelToken()
        self._patience = patience
        self._token = ""
        self._until = 0.0
        self._heard = False
        self._signing_in = threading.Lock()
        context = ssl.create_default_context(cadata=ca) if ca is not None else True
        self._http = httpx2.Client(
            verify=context,
            http2=True,
            follow_redirects=False,  # a token goes to the host that it is for, and nowhere else
            timeout=httpx2.Timeout(_SILENCE_SECONDS, connect=_CONNECT_SECONDS),
            limits=httpx2.Limits(max_connections=16, max_keepalive_connections=16),
            headers={"CyberLib-Client": __version__, "User-Agent": f"CyberLib/{__version__}"},
        )

    def close(self) -> None:
        """Ends its connections."""
        self._http.close()

    # ---- the protocol -------------------------------------------------------------------------

    def ask(
        self,
        method: str,
        path: str,
        answer: type[T],
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        signed: bool = True,
    ) -> T:
        """One request of the protocol and its answer."""
        data = None if body is None else msgspec.json.encode(body)
        headers = {} if data is None else {"Content-Type": "application/json"}
        got = self._repeated(method, path, headers, data, query, signed=signed)
        return _decoded(got, answer, self.url)

    def put_small(self, path: str, data: bytes) -> records.Stored:
        """A small object, in one request."""
        headers = {"Content-Type": "application/octet-stream"}
        return _decoded(self._repeated("PUT", path, headers, data), records.Stored, self.url)

    def get_small(self, path: str) -> bytes:
        """A small object's bytes."""
        return self._repeated("GET", path, {}, None)

    def _repeated(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        data: bytes | None,
        query: Mapping[str, str] | None = None,
        *,
        signed: bool = True,
    ) -> bytes:
        def once() -> bytes:
            sent = dict(headers)
            if signed:
                sent["Authorization"] = f"Bearer {self._signed_in()}"
            try:
                return self._send(method, self.url + path, sent, data, query)
            except CyberlibError as error:
                if signed and error.code in ("host_session_over", "host_not_signed_in"):
                    self._until = 0.0
                    raise TryAgain(error, 0.0) from None
                raise

        return self._patiently(once)

    # ---- storage --------------------------------------------------------------------------------

    def put_content(self, link: records.Link, data: Buffer) -> None:
        """Puts content where the host said, which need not be the host."""
        headers = {**link.headers, "Content-Length": str(len(data))}
        self._patiently(lambda: self._send("PUT", self._absolute(link.url), headers, _Pieces(data)))

    def get_content(self, link: records.Link, start: int, end: int) -> bytes:
        """Bytes from `start` up to, not with, `end`. Raises IntegrityError("host_answer_short")."""
        headers = {**link.headers, "Range": f"bytes={start}-{end - 1}"}

        def once() -> bytes:
            data = self._send("GET", self._absolute(link.url), headers, None, most=end - start)
            if len(data) != end - start:
                raise TryAgain(IntegrityError("host_answer_short", at=self.url))
            return data

        return self._patiently(once)

    def _absolute(self, url: str) -> str:
        return self.url + url if url.startswith("/") else url

    # ---- one request ----------------------------------------------------------------------------

    def _send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        data: Any,
        query: Mapping[str, str] | None = None,
        *,
        most: int = _LARGEST_ANSWER,
    ) -> bytes:
        """The body of a good answer; raises the error of any other, or TryAgain."""
        self._cancel.check()
        try:
            with self._http.stream(method, url, headers=headers, content=data, params=query) as response:
                self._heard = True
                return self._received(response, most)
        except httpx2.TransportError as error:
            raise self._lost(error) from None

    def _received(self, response: httpx2.Response, most: int) -> bytes:
        body = bytearray()
        most = most if response.is_success else max(most, _LARGEST_PROBLEM)
        for piece in response.iter_bytes():
            self._cancel.check()
            body += piece
            if len(body) > most:
                raise Unreachable("host_answer", at=self.url)
        if response.is_success:
            return bytes(body)
        raise self._refused(response, bytes(body))

    def _refused(self, response: httpx2.Response, body: bytes) -> Exception:
        status = response.status_code
        try:
            problem = msgspec.json.decode(body, type=records.Problem)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            # Not the host's own: the storage's, or somebody's on the way.
            code = "storage_full" if status == 507 else "storage_refused"
            problem = records.Problem(code, status, facts={})
        error = error_of(problem, self.url)
        if not passes(status):
            return error
        return TryAgain(error, _seconds(response.headers.get("retry-after")))

    def _lost(self, error: httpx2.TransportError) -> Exception:
        if _is_about_certificates(error):
            return Unreachable("host_certificate", at=self.url, reason=_reason(error))
        return TryAgain(Unreachable("host_unreachable", at=self.url, reason=_reason(error)))

    def _patiently(self, once: Callable[[], T]) -> T:
        """Repeats what may pass, with growing pauses, until patience ends; the last error is raised."""

        def pause(error: Exception) -> bool | float:
            if not isinstance(error, TryAgain):
                return False
            return True if error.after is None else min(error.after, self._patience)

        patience = self._patience if self._heard else min(self._patience, _FIRST_SECONDS)
        try:
            for attempt in stamina.retry_context(
                on=pause, attempts=None, timeout=patience, wait_initial=0.2, wait_max=_LONGEST_PAUSE
            ):
                with attempt:
                    return once()
        except TryAgain as error:
            raise error.error from None
        raise AssertionError("a retry ends with an answer or an error")

    # ---- sessions ---------------------------------------------------------------------------------

    def _signed_in(self) -> str:
        """A token that is good for a while yet."""
        with self._signing_in:
            if time.monotonic() >= self._until:
                self.sign_in()
            return self._token

    def sign_in(self) -> records.Standing:
        """A new session; how the device stands."""
        identity = self._identity
        if identity is None:
            raise error_of(records.Problem("device_unknown", 403), self.url)
        device = identity.device
        challenge = self._ask_once("/v1/challenges", records.Challenge, {"device": device}).challenge
        message = b"cyberlib session 1\n" + bytes.fromhex(device) + bytes.fromhex(challenge)
        given = {"device": device, "challenge": challenge, "signature": identity.sign(message).hex()}
        session = self._ask_once("/v1/sessions", records.Session, given)
        self._token = session.token
        self._until = time.monotonic() + max(0.0, session.expires_in - _MARGIN_SECONDS)
        return session.standing

    def _ask_once(self, path: str, answer: type[T], body: Mapping[str, Any]) -> T:
        headers = {"Content-Type": "application/json"}
        return _decoded(
            self._send("POST", self.url + path, headers, msgspec.json.encode(body)), answer, self.url
        )


class _Pieces:
    """A buffer sent piece by piece, again from its beginning each time."""

    def __init__(self, data: Buffer) -> None:
        self._data = memoryview(data)

    def __iter__(self) -> Iterator[bytes]:
        for at in range(0, len(self._data), _PIECE):
            yield bytes(self._data[at : at + _PIECE])


def _decoded(data: bytes, answer: type[T], at: str) -> T:
    try:
        return msgspec.json.decode(data, type=answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Unreachable("host_answer", at=at) from None


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
