"""The key hierarchy: everything from the root secret and the vault's id, nothing back."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from cyberlib_client.core.crypto import hkdf
from cyberlib_client.core.keys import MAX_EPOCH, VaultKeys

ROOT = bytes(range(32))
ID = bytes(range(16))
PLAIN_KEYS = ("header", "slots", "index", "snapshots", "sign_seed", "hedge", "local")


def everything(keys: VaultKeys) -> list[bytes]:
    return [
        *(getattr(keys, name) for name in PLAIN_KEYS),
        keys.chunk_ids.of(b"x"),
        keys.tree_ids.of(b"x"),
        keys.epoch(0),
        keys.epoch(1),
        keys.chunker_seed().to_bytes(8, "big"),
        *keys.object_key(keys.epoch(0), bytes(32), b"context"),
    ]


def test_the_same_secret_gives_the_same_keys() -> None:
    assert everything(VaultKeys(ROOT, ID)) == everything(VaultKeys(ROOT, ID))


def test_all_keys_differ() -> None:
    keys = everything(VaultKeys(ROOT, ID))
    assert len(set(keys)) == len(keys)


def test_root_and_vault_both_count() -> None:
    mine = everything(VaultKeys(ROOT, ID))
    for other in (VaultKeys(ROOT[::-1], ID), VaultKeys(ROOT, ID[::-1])):
        assert not set(mine) & set(everything(other))


@pytest.mark.parametrize(("root", "vault_id"), [(b"", ID), (ROOT[1:], ID), (ROOT, b""), (ROOT, ID + b"0")])
def test_wrong_sizes_are_refused(root: bytes, vault_id: bytes) -> None:
    with pytest.raises(ValueError, match="size"):
        VaultKeys(root, vault_id)


def test_the_chunker_takes_the_seed() -> None:
    for number in range(50):
        assert 0 <= VaultKeys(bytes([number]) * 32, ID).chunker_seed() < 1 << 63


def test_keys_do_not_show() -> None:
    keys = VaultKeys(ROOT, ID)
    assert repr(keys) == "<VaultKeys of 00010203>"
    assert ROOT.hex() not in f"{keys} {keys!r}"


def test_each_month_follows_from_the_one_before() -> None:
    keys = VaultKeys(ROOT, ID)
    chain = [keys.epoch(number) for number in range(30)]
    assert len(set(chain)) == 30
    assert chain[1:] == [hkdf(key, salt=ID, info=b"cyberlib/v1/ratchet") for key in chain[:-1]]
    assert VaultKeys(ROOT, ID).epoch(29) == chain[29], "asked for at once"


@pytest.mark.parametrize("number", [-1, MAX_EPOCH + 1, 2**16])
def test_a_forged_epoch_costs_nothing(number: int) -> None:
    with pytest.raises(ValueError, match="epoch"):
        VaultKeys(ROOT, ID).epoch(number)


def test_threads_may_ask_for_different_months_at_once() -> None:
    """A pack sealed under a neighbour's key could never be opened by anybody else."""
    reference = VaultKeys(ROOT, ID)
    right = [reference.epoch(number) for number in range(200)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            for _ in range(20):
                keys = VaultKeys(ROOT, ID)
                barrier = threading.Barrier(4)

                def ask(last: int, keys: VaultKeys = keys, barrier: threading.Barrier = barrier) -> bool:
                    barrier.wait()
                    return all(keys.epoch(number) == right[number] for number in range(last % 7, 200, 7))

                assert all(pool.map(ask, range(4)))
    finally:
        sys.setswitchinterval(before)
