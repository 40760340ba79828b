"""Where a bucket is, as users write it: `s3://bucket/prefix` and the address of its storage."""

from __future__ import annotations

import ipaddress
import re
from typing import Final, NamedTuple
from urllib.parse import quote

from ...core.errors import UsageError

_LOCATION: Final = re.compile(r"[sS]3://([A-Za-z0-9][A-Za-z0-9._-]{1,62})(?:/(.*))?")
_ENDPOINT: Final = re.compile(
    r"(https?)://([a-z0-9][a-z0-9._-]*|\[[0-9a-f:.]+\])(:[0-9]{1,5})?((?:/[A-Za-z0-9._~-]+)*)"
)
_REGION: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONGEST_PREFIX: Final = 900  # bytes: a key has 1024, and the name of an object takes some

USUAL_REGION: Final = "us-east-1"
"""What storages that know no regions take for one."""


class Place(NamedTuple):
    """A bucket and the part of it that is a vault's. `endpoint`: `https://host[:port][/path]`, http on this
    machine alone. `prefix`: without a slash at its ends, perhaps empty."""

    endpoint: str
    region: str
    bucket: str
    prefix: str

    @property
    def location(self) -> str:
        """As users write it."""
        return f"s3://{self.bucket}/{self.prefix}" if self.prefix else f"s3://{self.bucket}"

    @property
    def host(self) -> str:
        """The endpoint's host, and its port unless it is the usual one, as the header `Host` says them."""
        scheme, _, rest = self.endpoint.partition("://")
        return rest.partition("/")[0].removesuffix(":443" if scheme == "https" else ":80")

    @property
    def path(self) -> str:
        """The bucket's own path at its host."""
        above = self.endpoint.partition("://")[2].partition("/")[2]
        return f"/{above}/{self.bucket}" if above else f"/{self.bucket}"

    def key(self, name: str) -> str:
        """Under which key an object or a kind of objects lies."""
        return f"{self.prefix}/{name}" if self.prefix else name

    def url(self, path: str) -> str:
        """The address of a path of the host, which is encoded already."""
        return f"{self.endpoint.partition('://')[0]}://{self.host}{path}"


def place_of(location: str, endpoint: str = "", region: str = "") -> Place:
    """The place that a location and the options beside it name; Amazon's own where there is no endpoint.

    Raises UsageError("bucket_address", at=…), ("bucket_endpoint", at=…), ("bucket_region_bad", region=…),
    ("bucket_endpoint_missing").
    """
    match = _LOCATION.fullmatch(location)
    prefix = (match[2] or "").strip("/") if match else ""
    if match is None or not _is_prefix(prefix):
        raise UsageError("bucket_address", at=location)
    if region and not _REGION.fullmatch(region):
        raise UsageError("bucket_region_bad", region=region)
    if not endpoint:
        if not region:
            raise UsageError("bucket_endpoint_missing")
        endpoint = f"https://s3.{region.lower()}.amazonaws.com"
    return Place(_endpoint(endpoint), region or USUAL_REGION, match[1], prefix)


def encoded(text: str) -> str:
    """A path as it is signed and sent (RFC 3986, slashes kept)."""
    return quote(text, safe="/-_.~")


def _is_prefix(prefix: str) -> bool:
    try:
        size = len(prefix.encode("utf-8"))
    except UnicodeEncodeError:
        return False
    names = prefix.split("/") if prefix else []
    return (
        size <= _LONGEST_PREFIX
        and prefix.isprintable()
        and not any(sign in prefix for sign in "\\?#")
        and not any(name in ("", ".", "..") for name in names)
    )


def _endpoint(written: str) -> str:
    scheme, separator, rest = written.strip().rstrip("/").partition("://")
    host, slash, path = rest.partition("/")
    address = f"{scheme.lower()}{separator}{host.lower()}{slash}{path}"
    match = _ENDPOINT.fullmatch(address)
    if match is None or any(name in (".", "..") for name in path.split("/")):
        raise UsageError("bucket_endpoint", at=written)
    if match[1] == "http" and not _is_here(match[2].strip("[]")):
        raise UsageError("bucket_endpoint", at=written)
    return address


def _is_here(host: str) -> bool:
    """Nobody listens between this machine and itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
