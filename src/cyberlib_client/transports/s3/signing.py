"""AWS Signature Version 4 for S3, in the header `Authorization`.

The standard: "Authenticating Requests (AWS Signature Version 4)" of the Amazon S3 API Reference. Of it only
what a store needs: the content's own hash is signed, nothing is signed in pieces or into an address. Why here
and not by a library: docs/decisions/0015.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

_ALGORITHM: Final = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class AccessKey:
    """Who asks. `token`: of a key that ends by itself, else empty. Shown anywhere, it says its id alone."""

    id: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)


def canonical_query(query: Mapping[str, str]) -> str:
    """A query as it is signed and sent."""
    pairs = sorted((quote(key, safe="-_.~"), quote(value, safe="-_.~")) for key, value in query.items())
    return "&".join(f"{key}={value}" for key, value in pairs)


def signed_headers(
    key: AccessKey,
    region: str,
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    content: str,
    now: int,
) -> dict[str, str]:
    """`headers`, which name the host, with those that sign the request.

    `path` and `query`: encoded, as they are sent. `content`: the SHA-256 of what is sent, hexadecimal.
    `now`: nanoseconds since 1970-01-01 UTC.
    """
    moment = datetime.fromtimestamp(now // 10**9, UTC).strftime("%Y%m%dT%H%M%SZ")
    sent = {**headers, "x-amz-content-sha256": content, "x-amz-date": moment}
    if key.token:
        sent["x-amz-security-token"] = key.token
    lines = sorted((name.lower(), " ".join(value.split())) for name, value in sent.items())
    names = ";".join(name for name, _ in lines)
    listed = "".join(f"{name}:{value}\n" for name, value in lines)
    request = "\n".join((method, path, query, listed, names, content))
    scope = f"{moment[:8]}/{region}/s3/aws4_request"
    digest = hashlib.sha256(request.encode()).hexdigest()
    signature = _hmac(_signing_key(key.secret, scope), f"{_ALGORITHM}\n{moment}\n{scope}\n{digest}").hex()
    sent["Authorization"] = (
        f"{_ALGORITHM} Credential={key.id}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return sent


def _signing_key(secret: str, scope: str) -> bytes:
    made = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        made = _hmac(made, part)
    return made


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
