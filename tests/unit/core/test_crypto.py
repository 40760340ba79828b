"""The few operations of suite 1, against the standards' own vectors and the library's own code."""

from __future__ import annotations

import hmac

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from cyberlib_client.core.crypto import (
    TAG_SIZE,
    KeyedIds,
    Sealer,
    committed_key,
    hkdf,
    mac,
    nonce,
    same,
    sha256,
)
from cyberlib_client.core.errors import IntegrityError

# RFC 5869, appendix A: (input keying material, salt, info, length, output).
RFC_5869 = [
    (
        "0b" * 22,
        "000102030405060708090a0b0c",
        "f0f1f2f3f4f5f6f7f8f9",
        42,
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ),
    (
        bytes(range(0x50)).hex(),
        bytes(range(0x60, 0xB0)).hex(),
        bytes(range(0xB0, 0x100)).hex(),
        82,
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
        "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
    ),
    (
        "0b" * 22,
        "",
        "",
        42,
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    ),
]

# RFC 4231, test cases 1, 2, 3, 4, 6 and 7: (key, data, HMAC-SHA-256).
RFC_4231 = [
    ("0b" * 20, "4869205468657265", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (
        "4a656665",
        "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    ("aa" * 20, "dd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (
        bytes(range(1, 26)).hex(),
        "cd" * 50,
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
    ),
]


@pytest.mark.parametrize(("key", "salt", "info", "length", "output"), RFC_5869)
def test_hkdf_of_the_rfc(key: str, salt: str, info: str, length: int, output: str) -> None:
    got = hkdf(bytes.fromhex(key), salt=bytes.fromhex(salt), info=bytes.fromhex(info), length=length)
    assert got.hex() == output


@given(
    st.binary(min_size=1, max_size=200),
    st.binary(max_size=200),
    st.binary(max_size=100),
    st.integers(1, 600) | st.just(8160),
)
def test_hkdf_is_the_librarys(key: bytes, salt: bytes, info: bytes, length: int) -> None:
    theirs = HKDF(algorithm=SHA256(), length=length, salt=salt or None, info=info).derive(key)
    assert hkdf(key, salt=salt, info=info, length=length) == theirs


@pytest.mark.parametrize("length", [0, -1, 8161])
def test_hkdf_refuses_what_it_cannot_give(length: int) -> None:
    with pytest.raises(ValueError, match="HKDF"):
        hkdf(b"k", salt=b"", info=b"", length=length)


@pytest.mark.parametrize(("key", "data", "digest"), RFC_4231)
def test_hmac_of_the_rfc(key: str, data: str, digest: str) -> None:
    assert mac(bytes.fromhex(key), bytes.fromhex(data)).hex() == digest
    assert KeyedIds(bytes.fromhex(key)).of(bytes.fromhex(data)).hex() == digest[:40]


@given(st.binary(min_size=1, max_size=64), st.lists(st.binary(max_size=300), min_size=1, max_size=4))
def test_ids_are_hmac_cut_to_160_bits(key: bytes, contents: list[bytes]) -> None:
    ids = KeyedIds(key)
    for content in contents:  # one object for many: no state may be left
        wanted = hmac.digest(key, content, "sha256")[:20]
        assert ids.of(content) == ids.of(bytearray(content)) == ids.of(memoryview(content)) == wanted


@given(st.lists(st.binary(max_size=50), max_size=5))
def test_sha256_of_parts_is_that_of_the_whole(parts: list[bytes]) -> None:
    assert sha256(*parts) == sha256(b"".join(parts))


def test_same() -> None:
    assert same(b"ab", b"ab")
    assert not same(b"ab", b"ac")
    assert not same(b"ab", b"abc")


def test_key_and_commitment_depend_on_everything() -> None:
    key, commitment = committed_key(b"k" * 32, salt=b"s" * 32, info=b"i")
    assert len(key) == len(commitment) == 32
    assert key + commitment == hkdf(b"k" * 32, salt=b"s" * 32, info=b"i", length=64)
    others = [
        committed_key(b"l" * 32, salt=b"s" * 32, info=b"i"),
        committed_key(b"k" * 32, salt=b"t" * 32, info=b"i"),
        committed_key(b"k" * 32, salt=b"s" * 32, info=b"j"),
    ]
    assert len({key, commitment, *(part for other in others for part in other)}) == 8


def test_nonces_are_positions() -> None:
    assert nonce(0) == bytes(12)
    assert nonce(258) == bytes(10) + b"\1\2"
    assert nonce(2**96 - 1) == b"\xff" * 12
    with pytest.raises(OverflowError):
        nonce(2**96)


@given(st.binary(max_size=500), st.binary(max_size=50), st.integers(0, 2**96 - 1))
def test_sealing_is_aes_256_gcm(plain: bytes, aad: bytes, position: int) -> None:
    key = bytes(range(32))
    sealed = Sealer(key).seal(position, plain, aad)
    assert len(sealed) == len(plain) + TAG_SIZE
    assert bytes(sealed) == AESGCM(key).encrypt(position.to_bytes(12, "big"), plain, aad)
    assert Sealer(key).open(position, sealed, aad) == plain


def _refused(sealer: Sealer, position: int, sealed: bytes | bytearray, aad: bytes) -> None:
    with pytest.raises(IntegrityError) as refused:
        sealer.open(position, sealed, aad)
    assert refused.value.code == "not_authentic"


def test_every_bit_counts() -> None:
    sealer = Sealer(bytes(32))
    sealed = sealer.seal(7, b"plain text", b"associated")
    for bit in range(len(sealed) * 8):
        flipped = bytearray(sealed)
        flipped[bit // 8] ^= 1 << bit % 8
        _refused(sealer, 7, flipped, b"associated")
    for size in range(len(sealed)):
        _refused(sealer, 7, sealed[:size], b"associated")
    _refused(sealer, 7, sealed + b"\0", b"associated")
    _refused(sealer, 8, sealed, b"associated")
    _refused(sealer, 7, sealed, b"associatee")
    _refused(sealer, 7, sealed, b"")
    _refused(Sealer(b"\1" + bytes(31)), 7, sealed, b"associated")
