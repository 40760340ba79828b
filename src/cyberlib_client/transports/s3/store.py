"""A vault in a bucket, as a store. Its keys are those of a vault in a folder: a copy of one is the other.

A put asks first whether the object is there, and then puts on the condition that it is not: storages that
pass over the condition (it came to S3 in 2024) keep to the first.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Iterator, Mapping
from typing import Final

from ...core.errors import CyberlibError, Failed, IntegrityError, Unreachable
from ...core.ports import Buffer, Clock, StoredObject, check_kind, check_object_name
from ..http import Http, Line
from ..nearby import Nearby
from ..pieces import Pieces
from .answers import (
    BeyondEnd,
    Malformed,
    NotThere,
    NotUnderstood,
    Page,
    ThereAlready,
    Told,
    error_of,
    page_of,
)
from .place import Place, encoded
from .signing import AccessKey, canonical_query, signed_headers

_PUTS: Final = 4
"""At once: a line that is long or loses packets is filled by several connections, not by one."""

_PIECE: Final = 16 << 20
"""Bytes asked for at once."""

_LARGEST: Final = 1 << 30
"""Bytes of an object that is read whole."""

_LARGEST_PAGE: Final = 4 << 20
_NOTHING: Final = hashlib.sha256().hexdigest()
_HEX: Final = re.compile(r"[0-9a-f]{64}")


class S3Store(Nearby):
    """The objects of one vault. Safe to use from several threads.

    Raises also Unreachable("bucket_absent"), ("bucket_unreachable"), ("bucket_busy"), ("bucket_certificate"),
    ("bucket_answer"), Refused("bucket_key_refused"), UsageError("bucket_elsewhere"), Failed("bucket_clock"),
    ("bucket_refused"), IntegrityError("bucket_upload_damaged"), ("bucket_list_endless").
    """

    def __init__(self, place: Place, key: AccessKey, line: Line, clock: Clock) -> None:
        self._place = place
        self._key = key
        self._clock = clock
        self._conditions = True
        self._deletes: bool | None = None
        # Content has several connections: one that loses packets does not fill a line.
        self._http = Http(line, place.endpoint, self._refused, http2=False)

    def close(self) -> None:
        """Ends its connections."""
        self._http.close()

    @property
    def key_id(self) -> str:
        """Who asks: the access key's id, which is no secret."""
        return self._key.id

    @property
    def location(self) -> str:
        return self._place.location

    @property
    def puts_at_once(self) -> int:
        return _PUTS

    @property
    def may_delete(self) -> bool:
        """Asked of the storage once, by deleting what was never there: keys may be made that only add."""
        if self._deletes is None:
            try:
                self._delete(f"slots/{secrets.token_hex(32)}")
                self._deletes = True
            except Failed as error:
                if error.code != "store_denied":
                    raise
                self._deletes = False
        return self._deletes

    def is_near(self, name: str) -> bool:
        return False

    def put(self, name: str, *parts: Buffer) -> None:
        check_object_name(name)
        data = _joined(parts)
        if self._is_there(name):
            return
        headers, digest = _headers(data), hashlib.sha256(data).hexdigest()
        if self._conditions:
            try:
                self._put(name, {**headers, "If-None-Match": "*"}, data, digest)
                return
            except ThereAlready:
                return
            except NotUnderstood:
                self._conditions = False
        self._put(name, headers, data, digest)

    def replace(self, name: str, *parts: Buffer) -> None:
        check_object_name(name)
        if not self.may_delete:  # it may do so all the same, and was not meant to
            raise Failed("bucket_keeps", at=self.location)
        data = _joined(parts)
        self._put(name, _headers(data), data, hashlib.sha256(data).hexdigest())

    def _put(self, name: str, headers: Mapping[str, str], data: memoryview, digest: str) -> None:
        news = (ThereAlready, NotUnderstood) if "If-None-Match" in headers else ()
        try:
            self._send("PUT", self._path(name), *news, headers=headers, data=data, content=digest)
        except Failed as error:
            if error.code == "store_denied":
                self.is_empty()  # a bucket that is gone may be told as one that we may not make
            raise

    def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        check_object_name(name)
        if length == 0:
            length, offset = 1, 1 << 62  # of an object that is there, nothing
        found: list[bytes] = []
        left = _LARGEST if length is None else length
        while left > 0:
            wanted = min(left, _PIECE)
            piece = self._get(name, offset, wanted)
            found.append(piece)
            offset, left = offset + len(piece), left - len(piece)
            if len(piece) < wanted:
                return b"".join(found)
        if length is None:
            raise Unreachable("bucket_answer", at=self._place.endpoint)
        return b"".join(found)

    def _get(self, name: str, offset: int, length: int) -> bytes:
        headers = {"Range": f"bytes={offset}-{offset + length - 1}"}
        try:
            return self._send("GET", self._path(name), BeyondEnd, NotThere, headers=headers, most=length)
        except BeyondEnd:
            return b""
        except NotThere:
            raise IntegrityError("object_missing", name=name) from None

    def size(self, name: str) -> int | None:
        check_object_name(name)
        # By a listing, whose refusals have words: an answer to HEAD does not say that the bucket is gone.
        key = self._key_of(name)
        found = self._page(key, most=1).objects
        return found[0][1] if found and found[0][0] == key else None

    def arrived(self, name: str) -> int | None:
        check_object_name(name)
        key = self._key_of(name)
        return self._page(key, most=1).changed.get(key)

    def _is_there(self, name: str) -> bool:
        try:
            self._send("HEAD", self._path(name), NotThere)
        except NotThere:
            return False
        except Unreachable:
            raise
        except CyberlibError:
            return self.size(name) is not None  # or why not, in the storage's words
        return True

    def list(self, kind: str) -> Iterator[StoredObject]:
        check_kind(kind)
        return self._listed(kind)

    def _listed(self, kind: str) -> Iterator[StoredObject]:
        above = self._place.key(f"{kind}/")
        after: str | None = None
        last = ""
        while True:
            page = self._page(above, after)
            for key, size in page.objects:
                if key <= last:
                    raise IntegrityError("bucket_list_endless", at=self.location)
                last = key
                name = f"{kind}/{key.rpartition('/')[2]}"
                if _HEX.fullmatch(name.rpartition("/")[2]) and key == self._key_of(name):
                    yield StoredObject(name, size)
            if page.after is None:
                return
            if not page.objects:
                raise IntegrityError("bucket_list_endless", at=self.location)
            after = page.after

    def _page(self, above: str, after: str | None = None, *, most: int = 1000) -> Page:
        query = {"list-type": "2", "prefix": above, "max-keys": str(most)}
        if after is not None:
            query["continuation-token"] = after
        try:
            return page_of(self._send("GET", encoded(self._place.path), query=query, most=_LARGEST_PAGE))
        except Malformed:
            raise Unreachable("bucket_answer", at=self._place.endpoint) from None

    def is_empty(self) -> bool:
        """Whether nothing at all lies under the prefix."""
        return not self._page(f"{self._place.prefix}/" if self._place.prefix else "", most=1).objects

    def delete(self, name: str) -> None:
        check_object_name(name)
        try:
            self._delete(name)
        except Failed as error:
            if error.code != "store_denied":
                raise
            raise Failed("bucket_keeps", at=self.location) from None

    def _delete(self, name: str) -> None:
        try:
            self._send("DELETE", self._path(name), NotThere)
        except NotThere:
            pass

    # ---- requests -------------------------------------------------------------------------------

    def _key_of(self, name: str) -> str:
        kind, _, digits = name.partition("/")
        return self._place.key(f"packs/{digits[:2]}/{digits}" if kind == "packs" else name)

    def _path(self, name: str) -> str:
        return encoded(f"{self._place.path}/{self._key_of(name)}")

    def _send(
        self,
        method: str,
        path: str,
        *news: type[Told],
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        data: memoryview | None = None,
        content: str = _NOTHING,
        most: int = 1 << 16,
    ) -> bytes:
        """The body of a good answer, of at most `most` bytes. `news`: what is told as it is."""
        asked = canonical_query(query or {})
        url = self._place.url(path) + (f"?{asked}" if asked else "")
        given = {"Host": self._place.host, "Accept-Encoding": "identity", **(headers or {})}

        def once() -> bytes:
            sent = signed_headers(
                self._key, self._place.region, method, path, asked, given, content, self._clock()
            )
            return self._http.send(method, url, sent, None if data is None else Pieces(data), most=most)

        try:
            return self._http.patiently(once)
        except news:
            raise
        except Told:
            raise Unreachable("bucket_answer", at=self._place.endpoint) from None
        except Unreachable as error:
            raise _of_a_bucket(error) from None

    def _refused(self, status: int, body: bytes) -> CyberlibError:
        return error_of(status, body, self._place, self._key.id)


def _of_a_bucket(error: Unreachable) -> Unreachable:
    """The line's errors in words that fit a bucket."""
    at, reason = error.facts.get("at"), error.facts.get("reason")
    if error.code == "host_unreachable":
        return Unreachable("bucket_unreachable", at=at, reason=reason)
    if error.code in ("host_certificate", "host_certificate_unknown"):
        return Unreachable("bucket_certificate", at=at, reason=reason)
    if error.code in ("host_answer", "host_page"):
        return Unreachable("bucket_answer", at=at)
    return error


def _joined(parts: tuple[Buffer, ...]) -> memoryview:
    return memoryview(parts[0] if len(parts) == 1 else b"".join(parts)).cast("B")


def _headers(data: memoryview) -> dict[str, str]:
    """Those that a put is signed with."""
    return {
        "Content-Length": str(len(data)),
        "Content-MD5": base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode(),
        "Content-Type": "application/octet-stream",
    }
