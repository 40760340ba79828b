"""Headers, records, indexes, snapshots: what goes in comes out, what is not ours is refused."""

from __future__ import annotations

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from cyberlib_client.core.errors import IntegrityError
from cyberlib_client.core.format_v1 import header as head
from cyberlib_client.core.format_v1.index import PackInfo, open_index, seal_index
from cyberlib_client.core.format_v1.lines import check_mac, split_lines, write_lines
from cyberlib_client.core.format_v1.pack import SegmentInfo
from cyberlib_client.core.format_v1.record import padme, unwrap, wrap
from cyberlib_client.core.format_v1.sealed import FLOOR, open_record, seal_record
from cyberlib_client.core.format_v1.snapshot import (
    Snapshot,
    Statistics,
    certify,
    open_snapshot,
    seal_snapshot,
)
from cyberlib_client.core.ids import KIND_DATA, PACK_SIZE
from cyberlib_client.core.keys import MAX_EPOCH, VaultKeys

KEYS = VaultKeys(bytes(range(32)), bytes(range(16)))
SALT = bytes(range(32))
SIGNING = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
DEVICE = certify(KEYS, b"i" * 16, "poste-1", SIGNING.public_key().public_bytes_raw())
SNAPSHOT = Snapshot(
    DEVICE, 7, b"r" * 20, 10**18, 10**18 + 5, "linux", "0.1", previous=b"p" * 32,
    sources=[b"/home/ana", b"/\xff"], label="matin", user="ana",
    statistics=Statistics(files=3, bytes=1 << 40), incidents=[("unreadable", b"/\xff", "Permission denied")],
    incident_count=9, owners={1000: "ana", 2**32 - 1: "nobody"}, groups={0: "root"},
)  # fmt: skip


def refused(code: str, door: object, *args: object, **kwargs: object) -> None:
    with pytest.raises(IntegrityError) as error:
        door(*args, **kwargs)  # type: ignore[operator]
    assert error.value.code == code


def each_bit(data: bytes) -> list[bytes]:
    flipped = []
    for bit in range(len(data) * 8):
        wrong = bytearray(data)
        wrong[bit // 8] ^= 1 << bit % 8
        flipped.append(bytes(wrong))
    return flipped


# ---- headers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("magic", [head.PACK, head.INDEX, head.SNAPSHOT])
@pytest.mark.parametrize("epoch", [0, 1, 255, 256, MAX_EPOCH])
def test_headers(magic: bytes, epoch: int) -> None:
    raw, sealer = head.new_header(KEYS, magic, epoch, SALT)
    assert len(raw) == head.HEADER_SIZE == 88
    parsed = head.parse_header(raw + b"what follows", magic)
    assert (parsed.magic, parsed.epoch, parsed.vault_id, parsed.salt) == (magic, epoch, KEYS.vault_id, SALT)
    assert parsed.raw == raw
    assert head.open_header(KEYS, parsed).open(3, sealer.seal(3, b"x", raw), raw) == b"x"


def test_headers_are_what_the_documents_say() -> None:
    raw, _ = head.new_header(KEYS, head.PACK, 258, SALT)
    assert raw[:8] == b"CLBP\1\1\1\2"
    assert raw[8:24] == KEYS.vault_id
    assert raw[24:56] == SALT


def test_every_bit_of_a_header_counts() -> None:
    raw, _ = head.new_header(KEYS, head.PACK, 3, SALT)
    for wrong in each_bit(raw):
        with pytest.raises(IntegrityError):
            head.open_header(KEYS, head.parse_header(wrong, head.PACK))


def test_headers_of_others_are_refused() -> None:
    raw, _ = head.new_header(KEYS, head.PACK, 0, SALT)
    refused("not_an_object", head.parse_header, raw, head.INDEX)
    refused("not_an_object", head.parse_header, raw[:87], head.PACK)
    refused("not_an_object", head.parse_header, b"", head.PACK)
    parsed = head.parse_header(raw, head.PACK)
    refused("other_vault", head.open_header, VaultKeys(KEYS.root, bytes(16)), parsed)
    refused("not_authentic", head.open_header, VaultKeys(bytes(32), KEYS.vault_id), parsed)
    far = raw[:6] + (MAX_EPOCH + 1).to_bytes(2, "big") + raw[8:]
    refused("not_authentic", head.open_header, KEYS, head.parse_header(far, head.PACK))


def test_keys_depend_on_kind_and_month() -> None:
    """A pack's bytes under the magic of an index open nothing."""
    commitments = {
        head.new_header(KEYS, magic, epoch, SALT)[0][56:]
        for magic in (head.PACK, head.INDEX, head.SNAPSHOT)
        for epoch in (0, 1)
    }
    assert len(commitments) == 6


def test_salts_have_their_size() -> None:
    for size in (0, 31, 33):
        with pytest.raises(ValueError, match="salt"):
            head.new_header(KEYS, head.PACK, 0, bytes(size))


# ---- records --------------------------------------------------------------------------------------


@given(st.binary(max_size=3000), st.sampled_from([0, 1, 1024]))
def test_records(record: bytes, floor: int) -> None:
    wrapped = wrap(record, floor=floor)
    assert unwrap(wrapped, limit=3000) == record
    assert len(wrapped) >= floor
    if floor:
        assert len(wrapped) == padme(len(wrapped), floor)


def test_records_have_a_limit() -> None:
    assert unwrap(wrap(bytes(1000)), limit=1000) == bytes(1000)
    refused("bad_record", unwrap, wrap(bytes(1001)), limit=1000)


def test_records_keep_to_their_frame() -> None:
    good = wrap(b"abc" * 100, floor=1024)
    refused("bad_record", unwrap, good[:-1] + b"\1", limit=1000)
    for size in range(9):
        refused("bad_record", unwrap, good[:size], limit=1000)
    longer = good[:5] + (len(good)).to_bytes(4, "big") + good[9:]
    refused("bad_record", unwrap, longer, limit=1000)


def test_sealed_records_hide_their_size() -> None:
    sizes = {len(seal_record(KEYS, head.INDEX, SALT, b"\0\1\2" * n)) for n in range(300)}
    assert sizes == {88 + FLOOR + 16}


def test_every_bit_of_a_sealed_record_counts() -> None:
    sealed = seal_record(KEYS, head.SNAPSHOT, SALT, b"record")
    assert open_record(KEYS, head.SNAPSHOT, sealed, limit=100) == b"record"
    for wrong in each_bit(sealed):
        with pytest.raises(IntegrityError):
            open_record(KEYS, head.SNAPSHOT, wrong, limit=100)
    for size in range(len(sealed)):
        with pytest.raises(IntegrityError):
            open_record(KEYS, head.SNAPSHOT, sealed[:size], limit=100)


# ---- lines ----------------------------------------------------------------------------------------


def test_lines() -> None:
    data = write_lines(b'{"a": 1}', b"k" * 32)
    body, tag = split_lines(data)
    assert body == b'{"a": 1}'
    check_mac(body, tag, b"k" * 32)
    refused("not_authentic", check_mac, body, tag, b"l" * 32)
    refused("not_authentic", check_mac, body + b" ", tag, b"k" * 32)
    refused("not_authentic", check_mac, body, tag.upper(), b"k" * 32)
    refused("not_authentic", check_mac, body, "é" * 64, b"k" * 32)
    for wrong in (b"", b"\n\n", data[:-1], data + b"\n", data.replace(b"\n", b"\r\n"), b"a\nb\nc\n"):
        refused("not_an_object", split_lines, wrong)


# ---- indexes --------------------------------------------------------------------------------------

packs = st.builds(
    PackInfo,
    st.binary(min_size=32, max_size=32),
    st.integers(1, PACK_SIZE),
    st.binary(min_size=88, max_size=88),
    st.lists(
        st.builds(
            lambda sizes, offset, codec: SegmentInfo(
                KIND_DATA, offset, sum(sizes) + 16, sum(sizes), codec, bytes(20 * len(sizes)), sizes
            ),
            st.lists(st.integers(1, 5000), min_size=1, max_size=5),
            st.integers(88, PACK_SIZE),
            st.integers(0, 1),
        ),
        max_size=3,
    ),
)


@given(st.lists(packs, max_size=4))
def test_indexes(chosen: list[PackInfo]) -> None:
    assert open_index(KEYS, seal_index(KEYS, SALT, chosen)) == chosen


@pytest.mark.parametrize(
    "change",
    [
        {"name": b"short"},
        {"name": bytes(33)},
        {"size": 0},
        {"size": -1},
        {"size": PACK_SIZE + 1},
        {"header": b""},
    ],
)
def test_indexes_that_make_no_sense_are_refused(change: dict[str, object]) -> None:
    fields: dict[str, object] = {"name": bytes(32), "size": 70_000, "header": bytes(88), "segments": []}
    wrong = PackInfo(**{**fields, **change})  # type: ignore[arg-type]
    refused("bad_index", open_index, KEYS, seal_index(KEYS, SALT, [wrong]))


def test_indexes_of_another_version_are_refused() -> None:
    data = seal_record(KEYS, head.INDEX, SALT, msgspec.msgpack.encode((2, [])))
    refused("bad_index", open_index, KEYS, data)


# ---- snapshots ------------------------------------------------------------------------------------


def test_snapshots() -> None:
    assert open_snapshot(KEYS, seal_snapshot(KEYS, SALT, SNAPSHOT, SIGNING)) == SNAPSHOT


def test_fields_that_a_later_program_adds_do_no_harm() -> None:
    body = msgspec.msgpack.encode({**msgspec.to_builtins(SNAPSHOT, builtin_types=(bytes,)), "later": [1, {}]})
    signature = SIGNING.sign(b"cyberlib/v1/snapshot" + KEYS.vault_id + body)
    outer = msgspec.msgpack.encode((body, {"ed25519": signature, "ml-dsa-65": b"later"}))
    assert open_snapshot(KEYS, seal_record(KEYS, head.SNAPSHOT, SALT, outer)) == SNAPSHOT


def signed_by(signing: Ed25519PrivateKey, snapshot: Snapshot = SNAPSHOT, keys: VaultKeys = KEYS) -> bytes:
    """Sealed with this vault's keys, whoever signed."""
    body = msgspec.msgpack.encode(snapshot)
    signature = signing.sign(b"cyberlib/v1/snapshot" + keys.vault_id + body)
    return seal_record(KEYS, head.SNAPSHOT, SALT, msgspec.msgpack.encode((body, {"ed25519": signature})))


def replaced(**change: object) -> Snapshot:
    return msgspec.structs.replace(SNAPSHOT, **change)


def test_only_a_certified_device_signs() -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(32))
    key = stranger.public_key().public_bytes_raw()
    refused("bad_signature", open_snapshot, KEYS, signed_by(stranger))
    uncertified = msgspec.structs.replace(DEVICE, key=key)
    refused("bad_signature", open_snapshot, KEYS, signed_by(stranger, replaced(device=uncertified)))
    elsewhere = certify(VaultKeys(bytes(32), KEYS.vault_id), DEVICE.id, DEVICE.name, key)
    refused("bad_signature", open_snapshot, KEYS, signed_by(stranger, replaced(device=elsewhere)))
    other_vault = VaultKeys(KEYS.root, bytes(16))
    refused("bad_signature", open_snapshot, KEYS, signed_by(SIGNING, keys=other_vault))
    for field, value in (("id", b"j" * 16), ("name", "poste-2"), ("certificate", bytes(64)), ("key", b"")):
        device = msgspec.structs.replace(DEVICE, **{field: value})
        refused("bad_signature", open_snapshot, KEYS, signed_by(SIGNING, replaced(device=device)))
    body = msgspec.msgpack.encode(SNAPSHOT)
    for signatures in ({}, {"ed25519": b""}, {"ed25519": bytes(64)}, {"ed448": bytes(64)}):
        data = seal_record(KEYS, head.SNAPSHOT, SALT, msgspec.msgpack.encode((body, signatures)))
        refused("bad_signature", open_snapshot, KEYS, data)


@pytest.mark.parametrize(
    "change", [{"root": b""}, {"root": bytes(21)}, {"sequence": 0}, {"sequence": -1}, {"previous": b"short"}]
)
def test_snapshots_that_make_no_sense_are_refused(change: dict[str, object]) -> None:
    refused("bad_snapshot", open_snapshot, KEYS, signed_by(SIGNING, replaced(**change)))


def test_a_certificate_is_for_one_name_and_number() -> None:
    """Names and ids laid end to end must not be moved between fields."""
    key = SIGNING.public_key().public_bytes_raw()
    shifted = msgspec.structs.replace(DEVICE, id=DEVICE.id[:-1], key=DEVICE.id[-1:] + key)
    refused("bad_signature", open_snapshot, KEYS, signed_by(SIGNING, replaced(device=shifted)))
