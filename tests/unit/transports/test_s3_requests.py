"""What a bucket's storage is sent and what it may answer: signatures, addresses, XML, refusals."""

from __future__ import annotations

import hashlib
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberlib_client.core.errors import CyberlibError, UsageError
from cyberlib_client.transports.http import TryAgain
from cyberlib_client.transports.s3.answers import (
    BeyondEnd,
    Malformed,
    NotThere,
    NotUnderstood,
    ThereAlready,
    error_of,
    leaves,
    page_of,
)
from cyberlib_client.transports.s3.place import encoded, place_of
from cyberlib_client.transports.s3.signing import AccessKey, canonical_query, signed_headers

# ---- signatures ------------------------------------------------------------------------------------

# "Examples: Signature Calculations in AWS Signature Version 4", Amazon S3 API Reference.
EXAMPLE = AccessKey("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
EXAMPLE_NOW = 1369353600 * 10**9  # 2013-05-24
EXAMPLE_HOST = "examplebucket.s3.amazonaws.com"
EXAMPLES: list[tuple[str, str, dict[str, str], dict[str, str], bytes, str]] = [
    (
        "GET", "/test.txt", {}, {"range": "bytes=0-9"}, b"",
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    ),
    (
        "PUT", "/test$file.text", {},
        {"date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"},
        b"Welcome to Amazon S3.",
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    ),
    (
        "GET", "/", {"lifecycle": ""}, {}, b"",
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    ),
    (
        "GET", "/", {"max-keys": "2", "prefix": "J"}, {}, b"",
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "query", "headers", "content", "signature"), EXAMPLES)
def test_signs_as_the_published_examples(
    method: str, path: str, query: dict[str, str], headers: dict[str, str], content: bytes, signature: str
) -> None:
    sent = signed_headers(
        EXAMPLE, "us-east-1", method, encoded(path), canonical_query(query),
        {"Host": EXAMPLE_HOST, **headers}, hashlib.sha256(content).hexdigest(), EXAMPLE_NOW,
    )  # fmt: skip
    assert sent["Authorization"].endswith(f"Signature={signature}")


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=30)


@given(
    method=st.sampled_from(["GET", "PUT", "HEAD", "DELETE"]),
    names=st.lists(TEXT.filter(lambda t: "/" not in t and t not in (".", "..")), min_size=1, max_size=4),
    query=st.dictionaries(st.sampled_from(["prefix", "list-type", "max-keys", "continuation-token"]), TEXT),
    seed=st.integers(0, 2**32),
    token=st.sampled_from(["", "a+token/=="]),
)
def test_signs_as_another_library_does(
    method: str, names: list[str], query: dict[str, str], seed: int, token: str
) -> None:
    import botocore.auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    rng = random.Random(seed)
    key = AccessKey(f"AK{seed}", rng.randbytes(20).hex(), token)
    content = rng.randbytes(20)
    path, asked = encoded("/" + "/".join(names)), canonical_query(query)
    headers = {"Host": "s3.example:8333", "Range": "bytes=0-9", "Content-MD5": "abc="}
    now = rng.randrange(1_500_000_000, 2_000_000_000) * 10**9
    digest = hashlib.sha256(content).hexdigest()
    ours = signed_headers(key, "fr-par", method, path, asked, headers, digest, now)
    request = AWSRequest(
        method, f"https://s3.example:8333{path}{'?' if asked else ''}{asked}", headers, content
    )
    request.headers["X-Amz-Content-SHA256"] = digest
    request.headers["X-Amz-Date"] = ours["x-amz-date"]
    request.context["timestamp"] = ours["x-amz-date"]
    signer: Any = botocore.auth.S3SigV4Auth(
        Credentials(key.id, key.secret, key.token or None), "s3", "fr-par"
    )
    if key.token:
        request.headers["X-Amz-Security-Token"] = key.token
    canonical = signer.canonical_request(request)
    signature = signer.signature(signer.string_to_sign(request, canonical), request)
    assert ours["Authorization"].rpartition("=")[2] == signature


def test_an_access_key_is_not_shown() -> None:
    assert "secret" not in repr(AccessKey("AK", "the-secret-word", "the-secret-token"))


# ---- addresses -------------------------------------------------------------------------------------


def test_where_a_bucket_is() -> None:
    place = place_of("S3://Bucket.name/a b/é/", "HTTPS://S3.Example:443/storage/v1/", "fr-par")
    assert place == ("https://s3.example:443/storage/v1", "fr-par", "Bucket.name", "a b/é")
    assert (place.host, place.location) == ("s3.example", "s3://Bucket.name/a b/é")
    assert place.url(encoded(f"{place.path}/{place.key('vault')}")) == (
        "https://s3.example/storage/v1/Bucket.name/a%20b/%C3%A9/vault"
    )
    amazon = place_of("s3://b1-x", "", "eu-west-3")
    assert (amazon.url(amazon.path), amazon.key("vault")) == (
        "https://s3.eu-west-3.amazonaws.com/b1-x",
        "vault",
    )
    assert place_of("s3://bbb", "http://[::1]:9000").host == "[::1]:9000"
    for endpoint in (
        "http://localhost.example",
        "http://[::2]",
        "http://127.0.0.1.example",
        "https://a/../b",
    ):
        with pytest.raises(UsageError, match="bucket_endpoint"):
            place_of("s3://bbb", endpoint)
    for location in (
        f"s3://b/{'x' * 901}",
        "s3://bbb/a//b",
        "s3://bbb/\x7f",
        "s3://bbb/\udc80",
        "s3://bbb/a\\b",
    ):
        with pytest.raises(UsageError, match="bucket_address"):
            place_of(location, "https://s3.example")


# ---- answers ---------------------------------------------------------------------------------------

PLACE = place_of("s3://bucket/x", "https://s3.example")


def error(code: str, more: str = "") -> bytes:
    return f"<?xml version='1.0'?><Error><Code>{code}</Code>{more}</Error>".encode()


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (404, error("NoSuchBucket"), "bucket_absent"),
        (403, error("InvalidAccessKeyId"), "bucket_key_refused"),
        (403, error("SignatureDoesNotMatch"), "bucket_key_refused"),
        (400, error("ExpiredToken"), "bucket_key_refused"),
        (403, error("RequestTimeTooSkewed"), "bucket_clock"),
        (403, error("AccessDenied"), "store_denied"),
        (403, b"", "store_denied"),
        (507, b"", "store_full"),
        (403, error("QuotaExceeded"), "store_full"),
        (301, error("PermanentRedirect", "<Endpoint>elsewhere</Endpoint>"), "bucket_elsewhere"),
        (400, error("AuthorizationHeaderMalformed", "<Region>eu-west-3</Region>"), "bucket_elsewhere"),
        (503, error("SlowDown"), "bucket_busy"),
        (502, b"<html>not XML<br></html>", "bucket_busy"),
        (200, b"<html><br></html>", "bucket_answer"),
        (403, b"\xff\xfe", "bucket_answer"),
        (400, error("EntityTooLarge"), "bucket_refused"),
    ],
)
def test_each_refusal_has_its_error(status: int, body: bytes, code: str) -> None:
    assert error_of(status, body, PLACE, "AK").code == code


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (404, error("NoSuchKey"), NotThere),
        (404, b"", NotThere),
        (412, error("PreconditionFailed"), ThereAlready),
        (416, error("InvalidRange"), BeyondEnd),
        (501, error("NotImplemented"), NotUnderstood),
        (400, error("BadDigest"), TryAgain),
        (400, error("RequestTimeout"), TryAgain),
        (409, error("ConditionalRequestConflict"), TryAgain),
    ],
)
def test_what_is_no_error_yet(status: int, body: bytes, told: type[Exception]) -> None:
    with pytest.raises(told):
        error_of(status, body, PLACE, "AK")


def test_a_page_of_a_listing() -> None:
    page = page_of(
        b'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Prefix>x/</Prefix>'
        b"<IsTruncated>true</IsTruncated><NextContinuationToken>t&amp;1</NextContinuationToken>"
        b"<Contents><Key>x/a</Key><Size>12</Size><Owner><ID>o</ID></Owner></Contents>"
        b"<Contents><Key>x/&#233;</Key><Size>0</Size></Contents></ListBucketResult>"
    )
    assert page == ([("x/a", 12), ("x/é", 0)], "t&1", {})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"<a>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        b"<a>" * 10 + b"</a>" * 10,
        b"<r>" + b"<a/>" * 100_001 + b"</r>",
        b"<r><Contents><Key>k</Key></Contents></r>",
        b"<r><Contents><Key>k</Key><Size>-1</Size></Contents></r>",
        b"<r><Contents><Key>k</Key><Size>1e9</Size></Contents></r>",
        b"<r><IsTruncated>true</IsTruncated></r>",
        b"<?xml version='1.0' encoding='nonsense'?><r/>",
    ],
)
def test_what_is_no_listing(data: bytes) -> None:
    with pytest.raises(Malformed):
        page_of(data)


@given(st.binary(max_size=200), st.sampled_from([200, 301, 400, 403, 404, 412, 416, 500, 501, 503, 507]))
def test_no_answer_makes_another_error(body: bytes, status: int) -> None:
    """Whatever a storage sends: leaves, or Malformed; an error, or news."""
    try:
        leaves(body)
    except Malformed:
        pass
    try:
        assert isinstance(error_of(status, body, PLACE, "AK"), CyberlibError)
    except (NotThere, ThereAlready, BeyondEnd, NotUnderstood, TryAgain):
        pass
