"""Requests to a host: signed in when needed, answers checked.

Every request of the protocol may be repeated: done twice it changes nothing.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, TypeVar

import httpx2
import msgspec

from ...core.errors import CyberlibError, IntegrityError, Refused, Unreachable
from ...core.ports import Buffer
from ..http import Http, Line, Look, TryAgain
from ..pieces import Pieces
from ..proxy import is_loopback
from . import records
from .problems import error_of

T = TypeVar("T")

_MARGIN_SECONDS: Final = 60.0
_LONGEST_NAME: Final = 100
_HEADER: Final = re.compile(r"(?i:x-[a-z0-9-]{1,100}|content-(?:type|md5)|if-none-match)")
"""What storages sign; a login, a cookie or another host's name is none of it."""
_UNPROVEN: Final = ("host_proof_needed", "host_proof_not_valid")
_VALUE: Final = re.compile(r"[ -~]{0,4096}")


class Identity(Protocol):
    """A declared device: its id at the host, and its signature over bytes."""

    @property
    def device(self) -> str: ...

    def sign(self, message: bytes) -> bytes: ...


class HostClient:
    """Speaks with the host at `url` (`https://host[:port]`). Safe to use from several threads. `user`: the
    account that it speaks for, which is to have accepted the terms. `replaced`: told when the host says that
    another machine took this one's place; what it returns is raised. `credential`: of support, in
    place of a device's session.

    Raises what `error_of` tells, and what `Http` raises when no sense can be had.
    """

    def __init__(
        self,
        url: str,
        line: Line,
        *,
        identity: Identity | None = None,
        user: str = "",
        replaced: Callable[[Refused], Refused] = lambda refusal: refusal,
        prove: Callable[[HostClient, CyberlibError], str] | None = None,
        credential: str = "",
    ) -> None:
        self.url = url.rstrip("/")
        self._identity = identity
        self.hears = line.hears
        """Seconds without an answer after which there is none."""
        self._replaced = replaced
        self._prove = prove
        self._user = user[:_LONGEST_NAME]
        self._credential = credential
        self._token = ""
        self._standing: records.Standing | None = None
        self._until = 0.0
        self._signing_in = threading.Lock()
        # Requests share a connection. Content has several: one that loses packets does not fill a line.
        self._asks = Http(line, self.url, self._refused, http2=True)
        self._moves = Http(line, self.url, self._kept_back, http2=False, heard=True)

    def goes_on_as(self, other: HostClient) -> None:
        """Takes over the session of another client of this workstation at the same host, if there is one."""
        self._token, self._until, self._standing = other._token, other._until, other._standing

    def close(self) -> None:
        """Ends its connections."""
        self._asks.close()
        self._moves.close()

    @property
    def certificate_ends(self) -> float | None:
        """See `Http`."""
        return self._asks.certificate_ends

    def look(self) -> tuple[Look, records.HostInfo]:
        """Asks the host about itself, once; what that showed of the way. Raises as `ask`."""
        try:
            seen = self._asks.look(self.url + "/v1/host")
        except TryAgain as error:
            raise error.error from None
        return seen, _decoded(seen.body, records.HostInfo, self.url)

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
        proof: str = "",
    ) -> T:
        """One request of the protocol and its answer. `proof`: a token that a person got for it."""
        data = None if body is None else msgspec.json.encode(body)
        headers = {} if data is None else {"Content-Type": "application/json"}
        if proof:
            headers["Cyberlib-Proof"] = proof
        try:
            got = self._repeated(method, path, headers, data, query, signed=signed)
        except CyberlibError as error:
            if self._prove is None or error.code not in _UNPROVEN:
                raise
            headers["Cyberlib-Proof"] = self._prove(self, error)
            got = self._repeated(method, path, headers, data, query, signed=signed)
        return _decoded(got, answer, self.url)

    def ask_bytes(self, method: str, path: str, body: Mapping[str, Any]) -> bytes:
        """A request whose answer is bytes."""
        return self._repeated(method, path, {"Content-Type": "application/json"}, msgspec.json.encode(body))

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
                return self._asks.send(method, self.url + path, sent, data, query)
            except CyberlibError as error:
                if signed and error.code in ("host_session_over", "host_not_signed_in"):
                    self._until = 0.0
                    raise TryAgain(error, 0.0) from None
                raise

        return self._asks.patiently(once)

    # ---- storage --------------------------------------------------------------------------------

    def put_content(self, link: records.Link, data: Buffer) -> None:
        """Puts content where the host said, which need not be the host."""
        url, headers = self._followed(link)
        headers["Content-Length"] = str(len(data))
        self._moves.patiently(lambda: self._moves.send("PUT", url, headers, Pieces(data)))

    def get_content(self, link: records.Link, start: int, end: int, patience: float | None = None) -> bytes:
        """Bytes from `start` up to, not with, `end`; tried again for at most `patience` seconds.

        Raises IntegrityError("host_answer_short").
        """
        url, headers = self._followed(link)
        headers["Range"] = f"bytes={start}-{end - 1}"

        def once() -> bytes:
            data = self._moves.send("GET", url, headers, most=end - start)
            if len(data) != end - start:
                raise TryAgain(IntegrityError("host_answer_short", at=self.url))
            return data

        return self._moves.patiently(once, patience)

    def _followed(self, link: records.Link) -> tuple[str, dict[str, str]]:
        """Where a link leads and the headers that go along. Raises IntegrityError("host_link_unsafe", at=…).

        In clear to this very machine alone, and only where the host is on it too: else it could reach what
        listens here for others.
        """
        url = self.url + link.url if link.url.startswith("/") else link.url
        try:
            place = httpx2.URL(url)
        except (httpx2.InvalidURL, ValueError):
            raise IntegrityError("host_link_unsafe", at=self.url) from None
        here = is_loopback(place.host) and is_loopback(httpx2.URL(self.url).host)
        sound = all(_HEADER.fullmatch(name) and _VALUE.fullmatch(link.headers[name]) for name in link.headers)
        secret = place.scheme == "https" or (place.scheme == "http" and here)
        if not (place.host and secret and sound) or place.userinfo:
            raise IntegrityError("host_link_unsafe", at=self.url)
        return url, dict(link.headers)

    def _refused(self, status: int, body: bytes) -> CyberlibError:
        try:
            problem = msgspec.json.decode(body, type=records.Problem)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            # Not the host's own: the storage's, or somebody's on the way.
            code = "storage_full" if status == 507 else "storage_refused"
            problem = records.Problem(code, status, facts={})
        return error_of(problem, self.url)

    def _kept_back(self, status: int, body: bytes) -> CyberlibError:
        """What a storage refuses: absent is what a link leads to and is not there."""
        error = self._refused(status, body)
        if status == 404 and error.facts.get("reason") == "storage_refused":
            return error_of(records.Problem("object_not_here", status), self.url)
        return error

    # ---- sessions ---------------------------------------------------------------------------------

    def _signed_in(self) -> str:
        """A token that is good for a while yet."""
        if self._credential:
            return self._credential
        with self._signing_in:
            if time.monotonic() >= self._until:
                self._new_session()
            return self._token

    def standing(self) -> records.Standing:
        """How the device stood when its session began, which has told it; asked for where there is none."""
        return self._standing or self.ask("GET", "/v1/device", records.Standing)

    def sign_in(self) -> records.Standing:
        """A new session; how the device stands."""
        return self._asks.patiently(self._new_session)

    def _new_session(self) -> records.Standing:
        """At the first try."""
        identity = self._identity
        if identity is None:
            raise error_of(records.Problem("device_unknown", 403), self.url)
        device = identity.device
        challenge = self._ask_once("/v1/challenges", records.Challenge, {"device": device}).challenge
        message = b"cyberlib session 1\n" + bytes.fromhex(device) + bytes.fromhex(challenge)
        given = {"device": device, "challenge": challenge, "signature": identity.sign(message).hex()}
        if self._user:
            given["user"] = self._user
        try:
            session = self._ask_once("/v1/sessions", records.Session, given)
        except Refused as error:
            if error.code != "host_device_replaced":
                raise
            raise self._replaced(error) from None
        self._token = session.token
        self._standing = session.standing
        self._until = time.monotonic() + max(0.0, session.expires_in - _MARGIN_SECONDS)
        return session.standing

    def _ask_once(self, path: str, answer: type[T], body: Mapping[str, Any]) -> T:
        headers = {"Content-Type": "application/json"}
        got = self._asks.send("POST", self.url + path, headers, msgspec.json.encode(body))
        return _decoded(got, answer, self.url)


def _decoded(data: bytes, answer: type[T], at: str) -> T:
    try:
        return msgspec.json.decode(data, type=answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Unreachable("host_answer", at=at) from None
