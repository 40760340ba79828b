"""Ways in which ransomware takes files, and how fast. Each step takes one file."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable
from typing import NamedTuple

from .ransom_tree import BLOCK, Tree

NOTE = b"Vos fichiers sont chiffres. Pour les retrouver, suivez ces consignes. " * 12


def _sealed(data: bytes, rng: random.Random) -> bytes:
    return rng.randbytes(len(data) + 16)


def _every_other(data: bytes, rng: random.Random, first: int) -> bytes:
    out = bytearray(data)
    for at in range(first * BLOCK, len(out), 2 * BLOCK):
        piece = min(BLOCK, len(out) - at)
        out[at : at + piece] = rng.randbytes(piece)
    return bytes(out)


class Way(NamedTuple):
    """One way: `take` changes one file and returns whether it is lost by that. `later`: names of files that
    are removed a day after. `note`: a note is left in each folder. `keeps_time`: the file's times stay."""

    take: Callable[[Tree, str, random.Random, int], bool]
    note: bool = False
    later: bool = False


def _in_place(tree: Tree, path: str, rng: random.Random, now: int) -> bool:
    tree.write(path, _sealed(tree.read(path), rng), now - 400 * 86_400 * 10**9)  # times put back
    return True


def _and_renamed(tree: Tree, path: str, rng: random.Random, now: int) -> bool:
    data = _sealed(tree.read(path), rng)
    tree.remove(path)
    tree.write(f"{path}.locked", data, now)
    return True


def _copied(tree: Tree, path: str, rng: random.Random, now: int) -> bool:
    folder = path.rpartition("/")[0]
    data = _sealed(tree.read(path), rng)
    tree.write(f"{folder}/{rng.randbytes(10).hex()}", data, now)
    tree.remove(path)
    return True


def _copied_first(tree: Tree, path: str, rng: random.Random, now: int) -> bool:
    folder = path.rpartition("/")[0]
    tree.write(f"{folder}/{rng.randbytes(10).hex()}.bin", _sealed(tree.read(path), rng), now)
    return True  # it is removed a day after


def _renamed_only(tree: Tree, path: str, _rng: random.Random, _now: int) -> bool:
    tree.rename(path, f"{path}.wcry8")
    return True


def _blocks(tree: Tree, path: str, rng: random.Random, now: int) -> bool:
    tree.write(path, _every_other(tree.read(path), rng, 0), now)
    return True


def _blocks_after_head(tree: Tree, path: str, rng: random.Random, now: int) -> bool:
    data = tree.read(path)
    if len(data) <= BLOCK:
        return False
    tree.write(path, _every_other(data, rng, 1), now)
    return True


def _head_only(tree: Tree, path: str, rng: random.Random, now: int) -> bool:
    data = tree.read(path)
    tree.write(path, rng.randbytes(min(4096, len(data))) + data[4096:], now)
    return True


def _marked(tree: Tree, path: str, rng: random.Random, now: int) -> bool:
    data = b"LOCKEDFILE\x01" + _sealed(tree.read(path), rng) + b"key:" + rng.randbytes(256)
    tree.remove(path)
    tree.write(f"{path}.{rng.choice(('k3x', 'k3y', 'k3z'))}", data, now)
    return True


def _as_text(tree: Tree, path: str, rng: random.Random, now: int) -> bool:
    data = base64.b64encode(_sealed(tree.read(path), rng))
    tree.remove(path)
    tree.write(f"{path}.b64lock", data, now)
    return True


def _deleted(tree: Tree, path: str, _rng: random.Random, _now: int) -> bool:
    tree.remove(path)
    return True


def _archived(tree: Tree, path: str, rng: random.Random, now: int) -> bool:
    tree.remove(path)
    archive = b"7z\xbc\xaf\x27\x1c" + rng.randbytes(4000)  # how large it is tells nothing here
    tree.write("Dossiers/tout.7z", archive, now)
    return True


DELETIONS = {"deleted": Way(_deleted), "put into one archive, then deleted": Way(_archived)}
"""Ways that leave nothing unreadable: what is gone is all that tells."""

WAYS = {
    "in place, ending and times kept": Way(_in_place),
    "in place, ending added, note": Way(_and_renamed, note=True),
    "copied under a random name, original deleted": Way(_copied),
    "copied, originals deleted a day later": Way(_copied_first, later=True),
    "renamed only": Way(_renamed_only),
    "every other 16 KiB": Way(_blocks),
    "every other 16 KiB, head left": Way(_blocks_after_head),
    "the first 4 KiB": Way(_head_only),
    "with a header and footer of its own": Way(_marked, note=True),
    "encrypted and written as text": Way(_as_text),
}

HOUR = 3600 * 10**9
SPEEDS = {
    "all in ten minutes": 6.0,
    "all in two hours": 0.5,
    "all in a night": 1 / 12,
    "a tenth a day": 0.1 / 24,
    "1 % a day": 0.01 / 24,
    "3 files an hour": 0.0,
}
"""Part of all files an hour; 0 stands for three files."""
