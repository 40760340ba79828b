"""What an S3 storage answers: XML, of which nothing is believed but plain elements, and refusals."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple
from xml.parsers import expat

from ...core.errors import CyberlibError, Failed, IntegrityError, Refused, Unreachable, UsageError
from ..http import PASSING, TryAgain
from .place import Place

_MOST_ELEMENTS: Final = 100_000
_DEEPEST: Final = 8
_LONGEST_REASON: Final = 100

_WRONG_KEY: Final = frozenset((
    "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken", "InvalidSecurity",
    "AuthFailure", "InvalidClientTokenId", "NotSignedUp", "MissingSecurityHeader", "TokenRefreshRequired",
))  # fmt: skip
_FULL: Final = frozenset((
    "QuotaExceeded", "XMinioStorageFull", "XAmzQuotaExceeded", "XMinioAdminBucketQuotaExceeded",
    "StorageFull", "InsufficientStorage", "BucketQuotaExceeded", "UserQuotaExceeded", "ServiceQuotaExceeded",
))  # fmt: skip
_ELSEWHERE: Final = frozenset((
    "PermanentRedirect", "TemporaryRedirect", "Redirect", "AuthorizationHeaderMalformed",
    "IllegalLocationConstraintException", "InvalidRegion",
))  # fmt: skip
_DAMAGED: Final = frozenset((
    "BadDigest", "XAmzContentSHA256Mismatch", "InvalidDigest", "XAmzContentChecksumMismatch",
    "IncompleteBody",
))  # fmt: skip
_PASSING: Final = frozenset(("RequestTimeout", "OperationAborted", "ConditionalRequestConflict"))
"""May be otherwise in a moment, though their status does not say so."""


class Malformed(Exception):
    """No XML, or none that a storage has a reason to send."""


class Page(NamedTuple):
    """A part of a listing: keys with their sizes; `after`: what to ask the next with, or None; `changed`:
    when each was put (ns), as far as the storage tells."""

    objects: list[tuple[str, int]]
    after: str | None
    changed: Mapping[str, int] = {}


class Told(Exception):
    """A refusal that is news rather than an error, to whoever expects it."""


class NotThere(Told):
    """There is no object under that key."""


class ThereAlready(Told):
    """There is an object under that key, and it stays."""


class BeyondEnd(Told):
    """A range begins where the object ended."""


class NotUnderstood(Told):
    """The storage does not know something that was asked, such as to put only what is absent."""


def leaves(data: bytes) -> list[tuple[str, str]]:
    """The elements that hold text alone, in their order: path without the root (`Contents/Key`), text.

    Raises Malformed, for a document type as well: entities are declared there.
    """
    found: list[tuple[str, str]] = []
    path: list[str] = []
    text: list[str] = []
    inner = False

    def refuse(*_: object) -> None:
        raise Malformed

    def start(name: str, _: object) -> None:
        nonlocal inner
        path.append(name.rpartition(":")[2])
        if len(path) > _DEEPEST:
            raise Malformed
        text.clear()
        inner = True

    def end(_: str) -> None:
        nonlocal inner
        if inner:
            found.append(("/".join(path[1:]), "".join(text)))
            if len(found) > _MOST_ELEMENTS:
                raise Malformed
        path.pop()
        inner = False

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text.append
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError):  # the latter two: encodings
        raise Malformed from None
    return found


def page_of(data: bytes) -> Page:
    """A page of a listing. Raises Malformed."""
    keys: list[str] = []
    sizes: list[int] = []
    changed: dict[str, int] = {}
    more, token = False, ""
    for name, text in leaves(data):
        if name == "Contents/Key":
            keys.append(text)
        elif name == "Contents/LastModified" and keys:
            with contextlib.suppress(ValueError, OverflowError):
                changed[keys[-1]] = int(datetime.fromisoformat(text).timestamp()) * 10**9
        elif name == "Contents/Size":
            if not (text.isascii() and text.isdigit() and len(text) < 20):
                raise Malformed
            sizes.append(int(text))
        elif name == "IsTruncated":
            more = text.strip().lower() == "true"
        elif name == "NextContinuationToken":
            token = text
    if len(keys) != len(sizes) or (more and not token):
        raise Malformed
    return Page(list(zip(keys, sizes, strict=True)), token if more else None, changed)


def error_of(status: int, body: bytes, place: Place, key: str) -> CyberlibError:
    """The error that a refusal is. `key`: the access key's id. Raises Told where it is none, TryAgain where
    it may pass."""
    told: dict[str, str] = {}
    try:
        told = dict(leaves(body)) if body else {}
    except Malformed:
        if status < 500:  # else it is busy in whatever words
            return Unreachable("bucket_answer", at=place.endpoint)
    code = told.get("Code", "")[:_LONGEST_REASON]
    _tell(status, code)
    at = place.location
    if code in _DAMAGED:
        raise TryAgain(IntegrityError("bucket_upload_damaged", at=place.endpoint))
    busy = Unreachable("bucket_busy", at=place.endpoint, reason=code or str(status))
    if code in _PASSING:
        raise TryAgain(busy)
    if code == "NoSuchBucket":
        return Unreachable("bucket_absent", at=at, endpoint=place.endpoint)
    if code in _FULL or status == 507:
        return Failed("store_full", at=at)
    if code in _ELSEWHERE or status in (301, 307):
        region = told.get("Region") or told.get("Endpoint", "")
        return UsageError("bucket_elsewhere", at=at, region=region[:_LONGEST_REASON] or None)
    if code == "RequestTimeTooSkewed":
        return Failed("bucket_clock", at=place.endpoint)
    if code in _WRONG_KEY:
        return Refused("bucket_key_refused", at=place.endpoint, key=key, reason=code)
    if status in (401, 403):
        return Failed("store_denied", at=at, reason=code or str(status))
    if status in PASSING:
        return busy
    return Failed("bucket_refused", at=at, reason=code or str(status))


def _tell(status: int, code: str) -> None:
    if code == "NoSuchKey" or (status == 404 and not code):
        raise NotThere
    if code == "PreconditionFailed" or status == 412:
        raise ThereAlready
    if code == "InvalidRange" or status == 416:
        raise BeyondEnd
    if code == "NotImplemented" or status == 501:
        raise NotUnderstood
