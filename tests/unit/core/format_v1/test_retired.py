"""Records of what may go: what is refused, and what all of them say together."""

from __future__ import annotations

from itertools import permutations

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from cyberlib_client.core.errors import IntegrityError
from cyberlib_client.core.format_v1.header import RETIREMENT
from cyberlib_client.core.format_v1.retired import (
    FREEZE,
    POLICY,
    PURGE,
    RETIRE,
    REVIVE,
    THAW,
    Retirement,
    Rules,
    by_kind,
    open_retirement,
    seal_retirement,
)
from cyberlib_client.core.format_v1.sealed import seal_record
from cyberlib_client.core.format_v1.snapshot import certify
from cyberlib_client.core.ids import object_name
from cyberlib_client.core.keys import VaultKeys
from cyberlib_client.repository.retirements import Retirements

KEYS = VaultKeys(bytes(32), bytes(16))
SIGNING = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
DEVICE = certify(KEYS, bytes(16), "poste", SIGNING.public_key().public_bytes_raw())
PACK, OTHER, SNAPSHOT = (
    object_name(kind, bytes([n]) * 32) for n, kind in enumerate(("packs", "packs", "snapshots"))
)
SALT = bytes(32)


def said(action: str, *names: str, undoes: bytes = b"", time: int = 1) -> Retirement:
    return Retirement(DEVICE, action, time, "0.1", "policy", by_kind(names), undoes)


def test_what_is_sealed_is_opened() -> None:
    record = said(RETIRE, PACK, SNAPSHOT, undoes=bytes(64))
    assert open_retirement(KEYS, seal_retirement(KEYS, SALT, record, SIGNING)) == record
    assert list(record.digests("packs")) == [bytes(32)]


def test_each_name_counts_once_and_in_order() -> None:
    assert by_kind([OTHER, PACK, OTHER]) == {"packs": bytes(32) + bytes([1]) * 32}


def test_only_a_certified_device_signs() -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(32))
    with pytest.raises(IntegrityError, match="bad_signature"):
        open_retirement(KEYS, seal_retirement(KEYS, SALT, said(RETIRE, PACK), stranger))
    key = stranger.public_key().public_bytes_raw()
    forged = msgspec.structs.replace(said(RETIRE, PACK), device=msgspec.structs.replace(DEVICE, key=key))
    with pytest.raises(IntegrityError, match="bad_signature"):
        open_retirement(KEYS, seal_retirement(KEYS, SALT, forged, stranger))


def test_a_signature_of_a_snapshot_is_none_of_a_retirement() -> None:
    """The same bytes, signed for another purpose."""
    body = msgspec.msgpack.encode(said(RETIRE, PACK))
    for purpose in (b"cyberlib/v1/snapshot", b"cyberlib/v1/device", b""):
        signature = SIGNING.sign(purpose + KEYS.vault_id + body)
        data = seal_record(KEYS, RETIREMENT, SALT, msgspec.msgpack.encode((body, {"ed25519": signature})))
        with pytest.raises(IntegrityError, match="bad_signature"):
            open_retirement(KEYS, data)


@pytest.mark.parametrize(
    "change",
    [
        {"objects": {"packs": bytes(31)}},
        {"undoes": bytes(33)},
        {"about": bytes(15)},
        {"device": certify(KEYS, b"", "x", SIGNING.public_key().public_bytes_raw())},
    ],
)
def test_records_that_make_no_sense_are_refused(change: dict[str, object]) -> None:
    record = msgspec.structs.replace(said(RETIRE, PACK), **change)
    with pytest.raises(IntegrityError, match="bad_retirement"):
        open_retirement(KEYS, seal_retirement(KEYS, SALT, record, SIGNING))


def test_what_is_no_record_is_refused() -> None:
    for outer in (
        b"",
        msgspec.msgpack.encode([b"", {}]),
        msgspec.msgpack.encode((b"\xc1", {"ed25519": b""})),
    ):
        with pytest.raises(IntegrityError, match="bad_retirement"):
            open_retirement(KEYS, seal_record(KEYS, RETIREMENT, SALT, outer))


# ---- what all of them say ----------------------------------------------------------------------------


def fold(*records: Retirement) -> Retirements:
    """As they would be found, each under a name of its own."""
    return Retirements({bytes([n]) * 32: record for n, record in enumerate(records)})


def test_a_revival_undoes_what_its_writer_had_seen_and_nothing_else() -> None:
    first, second = bytes([0]) * 32, bytes([1]) * 32
    both = fold(said(RETIRE, PACK), said(RETIRE, PACK, time=9), said(REVIVE, PACK, undoes=first))
    assert bytes(32) in both.retired("packs")
    assert both.retired_by("packs", bytes(32)) == {second}
    neither = fold(said(RETIRE, PACK), said(RETIRE, PACK), said(REVIVE, PACK, undoes=first + second))
    assert not neither.retired("packs")
    assert bytes(32) in neither.once("packs")


def test_a_revival_of_one_leaves_the_other() -> None:
    told = fold(said(RETIRE, PACK, OTHER), said(REVIVE, PACK, undoes=bytes(32)))
    assert told.retired("packs") == {bytes([1]) * 32}
    assert told.batch("packs", bytes([1]) * 32) == [OTHER]


def test_what_is_doomed_stays_so() -> None:
    told = fold(said(RETIRE, PACK), said(PURGE, PACK), said(REVIVE, PACK, undoes=bytes(32)))
    assert told.doomed("packs") == {bytes(32)}
    assert not told.retired("packs")


def test_who_announced_a_deletion_may_spare_what_was_revived() -> None:
    told = fold(said(PURGE, PACK, OTHER), said("spare", PACK, undoes=bytes(32)))
    assert told.doomed("packs") == {bytes([1]) * 32}
    by_two = fold(said(PURGE, PACK), said(PURGE, PACK), said("spare", PACK, undoes=bytes(32)))
    assert by_two.doomed("packs") == {bytes(32)}, "another deletes it all the same"


def test_a_thaw_ends_the_freeze_it_names() -> None:
    assert fold(said(FREEZE)).freezes
    assert fold(said(FREEZE), said(FREEZE), said(THAW, undoes=bytes(32))).freezes.keys() == {bytes([1]) * 32}


def test_a_policy_stands_until_one_that_saw_it_takes_its_place() -> None:
    def policy(number: int, undoes: bytes = b"", about: bytes = b"") -> Retirement:
        rules = Rules(last=number) if number else None
        return Retirement(DEVICE, POLICY, number, undoes=undoes, rules=rules, about=about)

    def standing(*records: Retirement) -> list[int]:
        return [record.rules.last for _, record in fold(*records).policies() if record.rules]

    first, second, one = policy(1), policy(2), policy(3, about=bytes(16))
    assert standing(second, first, one) == [1, 2, 3]
    assert standing(first, second, policy(5, undoes=bytes(32))) == [2, 5]
    assert standing(first, policy(0, undoes=bytes(32)), one) == [3]
    assert standing(said(RETIRE), said(REVIVE, undoes=bytes([2]) * 32), second) == [2], "no policy says so"


def test_actions_of_later_versions_are_passed_over() -> None:
    assert not fold(said("later", PACK)).retired("packs")


actions = st.sampled_from([RETIRE, REVIVE, PURGE, "later"])
names = st.lists(st.sampled_from([PACK, OTHER, SNAPSHOT]), max_size=3)


@given(st.lists(st.tuples(actions, names, st.lists(st.integers(0, 3), max_size=3)), max_size=4))
def test_their_order_does_not_matter(drawn: list[tuple[str, list[str], list[int]]]) -> None:
    digests = [bytes([n]) * 32 for n in range(len(drawn))]
    records = [
        said(action, *which, undoes=b"".join(bytes([n]) * 32 for n in undone))
        for action, which, undone in drawn
    ]
    wanted = None
    for order in permutations(range(len(records))):
        told = Retirements({digests[n]: records[n] for n in order})
        seen = [
            (sorted(told.retired(kind)), sorted(told.doomed(kind)), sorted(told.once(kind)))
            for kind in ("packs", "snapshots")
        ]
        wanted = wanted or seen
        assert seen == wanted
