"""Objects in a bucket of S3-compatible storage: `<vault>/<first two digits>/<sha256>`.

Clients put and read by links signed for one object, with its size and SHA-256 (AWS, "Authenticating
Requests: Using Query Parameters", Signature Version 4): the storage refuses anything else.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from ..core.ports import Content
from ..core.problems import Problem
from ..core.wire import Link

_PIECE: Final = 1 << 20
_ABSENT: Final = frozenset(("404", "NoSuchKey", "NotFound"))
_FULL: Final = frozenset(("507", "InsufficientStorage", "QuotaExceeded", "XMinioStorageFull"))
_CONNECT_SECONDS: Final = 5
_SILENCE_SECONDS: Final = 12
_TRIES: Final = 2
"""In all less than the half minute that a client waits for an answer, which another zone may give."""


class S3Storage:
    """A bucket that exists. `ca`: a file of certificates to trust instead of the system's."""

    def __init__(
        self,
        *,
        endpoint: str,
        bucket: str,
        region: str,
        access_key: str | None,
        secret_key: str | None,
        ca: str | None = None,
    ) -> None:
        self._bucket = bucket
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_SILENCE_SECONDS,
            retries={"total_max_attempts": _TRIES, "mode": "standard"},
            max_pool_connections=32,
        )
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name=region,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            config=config,
            verify=ca,
        )

    def upload_link(self, content: Content, seconds: int) -> Link:
        checksum = base64.b64encode(bytes.fromhex(content.sha256)).decode()
        wanted = self._of(content) | {"ContentLength": content.size, "ChecksumSHA256": checksum}
        url = self._client.generate_presigned_url("put_object", wanted, seconds, "PUT")
        return Link(url, {"x-amz-checksum-sha256": checksum}, seconds)

    def download_link(self, content: Content, seconds: int) -> Link:
        return Link(
            self._client.generate_presigned_url("get_object", self._of(content), seconds), {}, seconds
        )

    def check(self, content: Content) -> None:
        with _translated():
            found = self._client.head_object(**self._of(content), ChecksumMode="ENABLED")
        if found["ContentLength"] != content.size:
            raise Problem("size_mismatch")
        checksum = found.get("ChecksumSHA256")
        if checksum is None:
            digest = hashlib.sha256()
            for piece in self.read(content):
                digest.update(piece)
            checksum = base64.b64encode(digest.digest()).decode()
        if base64.b64decode(checksum) != bytes.fromhex(content.sha256):
            raise Problem("hash_mismatch")

    def write(self, content: Content, data: bytes) -> None:
        checksum = base64.b64encode(bytes.fromhex(content.sha256)).decode()
        with _translated():
            self._client.put_object(**self._of(content), Body=data, ChecksumSHA256=checksum)

    def read(self, content: Content) -> Iterator[bytes]:
        with _translated():
            body = self._client.get_object(**self._of(content))["Body"]
        return self._pieces(body)

    def _pieces(self, body: Any) -> Iterator[bytes]:
        with _translated():
            yield from body.iter_chunks(_PIECE)

    def refusal(self) -> str | None:
        nothing = self._of(Content("0" * 32, "0" * 64, 0))
        try:
            self._client.get_object(**nothing)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            # AccessDenied is what a storage may say of an absent object to who may not list.
            if code in _ABSENT or code == "AccessDenied":
                return None
            if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
                return code
            raise Problem("storage_unreachable", retry_after=30) from error
        except NoCredentialsError:
            return "no access key is set"
        except BotoCoreError as error:
            raise Problem("storage_unreachable", retry_after=30) from error
        return None

    def erase(self, vault: str) -> int:
        removed = 0
        with _translated():
            # Also in a bucket that keeps versions, where what is deleted stays until its versions go.
            pages = self._client.get_paginator("list_object_versions")
            for page in pages.paginate(Bucket=self._bucket, Prefix=f"{vault}/"):
                found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
                for each in found:
                    self._client.delete_object(
                        Bucket=self._bucket, Key=each["Key"], VersionId=each["VersionId"]
                    )
                removed += len(found)
            plain = self._client.get_paginator("list_objects_v2")
            for page in plain.paginate(Bucket=self._bucket, Prefix=f"{vault}/"):
                for each in page.get("Contents", ()):
                    self._client.delete_object(Bucket=self._bucket, Key=each["Key"])
                    removed += 1
        return removed

    def delete(self, vault: str, sha256: str) -> None:
        with _translated():
            self._client.delete_object(**self._of(Content(vault, sha256, 0)))

    def _of(self, content: Content) -> dict[str, Any]:
        return {"Bucket": self._bucket, "Key": f"{content.vault}/{content.sha256[:2]}/{content.sha256}"}


@contextmanager
def _translated() -> Iterator[None]:
    """Turns the storage's errors into ours."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _ABSENT:
            raise Problem("object_not_here") from None
        raise Problem("storage_full" if code in _FULL else "storage_unreachable", retry_after=30) from error
    except BotoCoreError as error:
        raise Problem("storage_unreachable", retry_after=30) from error
