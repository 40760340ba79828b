#!/usr/bin/env python3
"""CyberLib : programme de secours · rescue program, vault format 1

FRANÇAIS
Restaure un coffre CyberLib sans CyberLib, à partir de son dossier et des 24 mots du kit de secours (ou de la
phrase secrète). Il faut Python 3.8 ou plus récent et deux bibliothèques :

    python -m pip install cryptography zstandard
    python cyberlib_rescue.py DOSSIER_DU_COFFRE --list
    python cyberlib_rescue.py DOSSIER_DU_COFFRE DOSSIER_NEUF

Rien n'est jamais écrit dans le coffre, ni hors de DOSSIER_NEUF, et aucun fichier existant n'est remplacé.

ENGLISH
Restores a CyberLib vault without CyberLib, from its folder and the 24 words of the recovery kit (or the
passphrase). It takes Python 3.8 or newer and two libraries:

    python -m pip install cryptography zstandard
    python cyberlib_rescue.py VAULT_FOLDER --list
    python cyberlib_rescue.py VAULT_FOLDER NEW_FOLDER

Nothing is ever written to the vault, nor outside NEW_FOLDER, and no existing file is replaced.

HOW TO READ THIS FILE, should you have to repair or rewrite it one day
It follows the data from the outside in; each part says what the bytes are. Numbers outside msgpack are big
endian. The only algorithms are SHA-256, HMAC, HKDF (RFC 5869), AES-256-GCM, Ed25519 (RFC 8032), Argon2id
(RFC 9106), zstd (RFC 8878) and msgpack: each is published and exists in every language.

    1 recovery words   24 words          -> 32 bytes
    2 keys             slot + 32 bytes   -> root secret -> every other key
    3 sealed objects   header of 88 bytes, then AES-256-GCM
    4 packs            segments of chunks, footer, trailer
    5 the vault        which chunk lies where
    6 snapshots        one signed record for each backup
    7 trees            folders, files, lists of chunks
    8 writing back     files, links, times
    9 command line

Exit code: 0 all restored, 3 some files were not (each is named), 1 nothing could be done, 2 wrong use.
"""

from __future__ import annotations

import argparse
import collections
import getpass
import hashlib
import hmac
import json
import os
import re
import stat
import struct
import sys
import time
import unicodedata
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

try:
    import zstandard
    from cryptography.exceptions import InvalidSignature, InvalidTag
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
except ImportError as missing:
    raise SystemExit(
        f"Il manque une bibliothèque · a library is missing: {missing}\n"
        f"    {sys.executable} -m pip install cryptography zstandard\n"
        "(cryptography 38, zstandard 0.19 ; phrase secrète · passphrase: cryptography 44)"
    ) from None

MIB = 1024 * 1024
ID_SIZE = 20  # a chunk's name: HMAC-SHA-256 of its content, cut to 20 bytes
ZERO_ID = bytes(ID_SIZE)  # in a list of chunks: that many zero bytes, stored nowhere
TAG_SIZE = 16  # what AES-GCM adds
MAX_CHUNK = 4 * MIB
MAX_PACK = 16 * MIB + 64 * 1024
MAX_TABLE = 128 * 1024  # a slot table
MAX_RECORD = 64 * MIB  # an index or snapshot, as stored
MAX_EPOCH = 4095
MAX_ROOT = 15  # how often the root secret may have been renewed
MAX_LIST_LEVELS = 16
MAX_TREE_LEVELS = 8
MAX_DEPTH = 4096
MAX_ITEMS = 1 << 26  # below one snapshot: folders that hold one another twice tell of 2^4096 paths
MAX_CHUNKS = 1 << 27  # of one file: lists that hold one another do the same
MAX_SEQUENCE = 1 << 53  # of a snapshot
FORMAT_VERSION = 1
RENEWED_VERSION = 2  # in the header of slot tables, once the root secret was renewed
SUITE = 1

if TYPE_CHECKING:  # names of types, for whoever checks them; Python itself passes over annotations
    from collections.abc import Callable, Collection, Iterable, Iterator

    Table = dict[str, Any]  # what JSON or msgpack calls an object or map
    Named = tuple[bytes, Table]  # a snapshot and the 32 bytes that name it
    Warn = Callable[[str, BaseException], None]


class Problem(Exception):
    """Something is not as the format says. `code` is the word that docs/format uses for it."""

    def __init__(self, code: str, detail: object = "") -> None:
        super().__init__(f"{code} {detail}" if detail else code)
        self.code = code


def need(condition: object, code: str) -> None:
    """Raises Problem(code) unless the condition holds."""
    if not condition:
        raise Problem(code)


# ---------------------------------------------------------------------------------------------------------
# 1  Recovery words
#
# 24 words of 11 bits are 264 bits: the 256 bits of the key, then the first 8 bits of SHA-256(key). A word's
# 11 bits are its place, from 0, in WORDS (at the end of this file). The first four letters decide.


def words_to_key(text: str) -> bytes:
    """The 32 bytes behind 24 words; case, accents, numbering and commas do not matter."""
    text = text.casefold().replace("œ", "oe").replace("æ", "ae")
    text = unicodedata.normalize("NFKD", text)
    text = "".join(c for c in text if not unicodedata.combining(c))
    text = re.sub(r"^[ \t]*#(?![ \t]*\d).*", " ", text, flags=re.MULTILINE)  # "# Coffre", not "# 3 mot"
    text = re.sub(r"(?:\b(?:mot|numero|no|n)\b[^\w]*)?\d+", " ", text)  # "1.", "mot 3 :"
    written = re.findall(r"[^\W\d_]+", text)
    if len(written) != 24:
        raise Problem("recovery_words_count", f"{len(written)} / 24")
    places = {word[:4]: place for place, word in enumerate(WORDS)}
    bits = 0
    for position, word in enumerate(written, 1):
        if word[:4] not in places:
            raise Problem("recovery_word_unknown", f"{position}: {word}")
        bits = bits << 11 | places[word[:4]]
    key = (bits >> 8).to_bytes(32, "big")
    need(hashlib.sha256(key).digest()[0] == bits & 255, "recovery_words_checksum")
    return key


# ---------------------------------------------------------------------------------------------------------
# 2  Keys
#
# slots/<64 hex digits>: two lines of text. Line 1 is JSON, line 2 the HMAC-SHA-256 of line 1 in hex.
#   {"header": {"format": "cyberlib vault", "version": 1, "suite": 1, "id": vault id, "created": …,
#               "chunking": {…}},
#    "generation": n, "copy": 1 or 2,
#    "slots": [{"id", "type", "name", "created", "salt", "commitment", "wrapped", "kdf"?}, …]}
# Each slot wraps the same root secret with another secret. The file `vault` holds the header alone.
#
# The root secret may have been renewed, up to 15 times: what was written since has keys of the new one. Then
# the header in the table says version 2, and the table has
#    "root": {"chain": [{"id", "word"}, …], "former": hex}
# with one link for each renewal. `former` is salt (32), commitment (32) and the former root secrets, the
# first one first, sealed under the newest. What names chunks and nodes comes from the first for ever.


def hkdf(key: bytes, salt: bytes, info: bytes, length: int = 32) -> bytes:
    """HKDF-SHA-256, RFC 5869."""
    pseudo_random_key = hmac.new(salt, key, hashlib.sha256).digest()
    out = block = b""
    counter = 1
    while len(out) < length:
        block = hmac.new(pseudo_random_key, block + info + bytes([counter]), hashlib.sha256).digest()
        out += block
        counter += 1
    return out[:length]


def stretch(passphrase: str, salt: bytes, memory: int, passes: int, lanes: int) -> bytes:
    """Argon2id of a passphrase (NFC, UTF-8). Memory in KiB. Bounds first: the file may be a stranger's."""
    within = 64 * 1024 <= memory <= MIB and 3 <= passes <= 16 and 1 <= lanes <= 16
    need(within, "kdf_out_of_bounds")
    try:
        from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
    except ImportError:
        raise Problem("no_argon2") from None
    secret = unicodedata.normalize("NFC", passphrase).encode("utf-8")
    kdf = Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory)
    return kdf.derive(secret)


def is_hex(text: object, size: int) -> bool:
    """Whether a JSON value is `size` bytes in lower-case hex."""
    return isinstance(text, str) and len(text) == 2 * size and not set(text) - set("0123456789abcdef")


def is_count(value: object) -> bool:
    """Whether a decoded value is a whole number (Python takes True for one)."""
    return type(value) is int


def is_table(value: object) -> bool:
    """Whether a decoded value is a map whose keys are text."""
    return isinstance(value, dict) and all(isinstance(key, str) for key in value)


def two_lines(data: bytes) -> tuple[bytes, bytes]:
    """(line 1, line 2) of a text object."""
    lines = data.split(b"\n")
    need(len(data) <= MIB and len(lines) == 3 and not lines[2] and len(lines[1]) == 64, "not_an_object")
    return lines[0], lines[1]


def read_json(line: bytes, code: str) -> Any:
    """JSON, with nothing in it that would exhaust the reader; NaN and Infinity are Python's, not JSON's."""
    try:
        return json.loads(line.decode("utf-8"), parse_constant=int)
    except (ValueError, RecursionError):
        raise Problem(code) from None


def check_vault_header(header: Any, newest: int = FORMAT_VERSION) -> Any:
    """Raises Problem unless `header` describes a vault that this program can read."""
    need(isinstance(header, dict) and header.get("format") == "cyberlib vault", "not_a_vault")
    version, suite = header.get("version"), header.get("suite")
    # Whatever else a later version may say, or leave out.
    need(not is_count(version) or version <= newest, "newer_format")
    need(not is_count(suite) or suite <= SUITE, "newer_format")
    need(is_count(version) and is_count(suite), "not_a_vault")
    sizes = header.get("chunking")
    need(FORMAT_VERSION <= version <= newest and suite == SUITE and isinstance(sizes, dict), "not_a_vault")
    need(is_hex(header.get("id"), 16) and is_count(header.get("created")), "not_a_vault")
    least, average, most = (sizes.get(name) for name in ("minimum", "average", "maximum"))
    need(is_count(least) and is_count(average) and is_count(most), "not_a_vault")
    need(64 <= least <= average <= most <= MAX_CHUNK, "not_a_vault")
    need(average >= 256 and most >= 1024, "not_a_vault")
    return header


def read_vault_header(data: bytes) -> Any:
    """The JSON of the object `vault`."""
    try:
        line = two_lines(data)[0]
    except Problem:
        raise Problem("not_a_vault") from None
    return check_vault_header(read_json(line, "not_a_vault"))


def check_slot(slot: Any) -> None:
    """Raises Problem("bad_slots") unless every field has its form."""
    need(isinstance(slot, dict), "bad_slots")
    sizes = {"id": 8, "salt": 32, "commitment": 32, "wrapped": 48}
    need(all(is_hex(slot.get(name), size) for name, size in sizes.items()), "bad_slots")
    need(slot.get("type") in ("passphrase", "recovery", "device", "escrow"), "bad_slots")
    need(isinstance(slot.get("name"), str) and is_count(slot.get("created")), "bad_slots")
    need((slot["type"] == "passphrase") == ("kdf" in slot), "bad_slots")
    if "kdf" in slot:
        kdf = slot["kdf"]
        need(isinstance(kdf, dict), "bad_slots")
        need(all(is_count(kdf.get(name)) for name in ("memory", "passes", "lanes")), "bad_slots")


def read_slot_table(data: bytes) -> Any:
    """The JSON of a slot table, not authenticated yet: that takes a key."""
    try:
        table = read_json(two_lines(data)[0], "bad_slots")
        check_vault_header(table.get("header") if isinstance(table, dict) else None, RENEWED_VERSION)
    except Problem as problem:
        raise Problem("newer_format" if problem.code == "newer_format" else "bad_slots") from None
    need(is_count(table.get("generation")) and table["generation"] >= 1, "bad_slots")
    need(is_count(table.get("copy")) and table["copy"] in (1, 2), "bad_slots")
    need(isinstance(table.get("slots"), list), "bad_slots")
    need(0 < len(table["slots"]) <= 64, "bad_slots")
    for slot in table["slots"]:
        check_slot(slot)
    need((table["header"]["version"] == RENEWED_VERSION) == ("root" in table), "bad_slots")
    if "root" in table:
        check_renewed(table["root"])
    return table


def check_renewed(root: Any) -> None:
    """Raises Problem("bad_slots") unless every field of `root` has its form."""
    need(isinstance(root, dict) and isinstance(root.get("chain"), list), "bad_slots")
    chain = root["chain"]
    need(1 <= len(chain) <= MAX_ROOT, "bad_slots")
    for link in chain:
        need(isinstance(link, dict), "bad_slots")
        need(is_hex(link.get("id"), 16) and is_hex(link.get("word"), 32), "bad_slots")
    need(is_hex(root.get("former"), 64 + 32 * len(chain) + TAG_SIZE), "bad_slots")


def check_mac(data: bytes, key: bytes, code: str = "not_authentic") -> None:
    """Raises Problem unless line 2 is the MAC of line 1."""
    body, tag = two_lines(data)
    need(hmac.compare_digest(hmac.new(key, body, hashlib.sha256).hexdigest().encode(), tag), code)


def unwrap_root(slot: Table, vault_id: str, secret: bytes) -> bytes | None:
    """The root secret, or None when `secret` (32 bytes) is not this slot's."""
    kdf = slot.get("kdf")
    cost = f"{kdf['memory']},{kdf['passes']},{kdf['lanes']}" if kdf else "-"
    info = f"cyberlib/v1/slot {vault_id} {slot['id']} {slot['type']} {cost}".encode()
    both = hkdf(secret, bytes.fromhex(slot["salt"]), info, 64)
    if not hmac.compare_digest(both[32:], bytes.fromhex(slot["commitment"])):
        return None
    return gcm_open(both[:32], 0, bytes.fromhex(slot["wrapped"]), info)


class Keys:
    """Every key of a vault, from its root secret (32 bytes), its id (16 bytes), the root secrets before."""

    def __init__(self, root: bytes, vault_id: bytes, former: Collection[bytes] = ()) -> None:
        def derive(label: bytes) -> bytes:
            return hkdf(root, vault_id, b"cyberlib/v1/" + label)

        self.vault_id = vault_id
        self.root = root
        self.roots = [Keys(each, vault_id) for each in former] + [self]
        first = self.roots[0]
        self.chunk_ids = derive(b"chunk ids") if first is self else first.chunk_ids
        self.tree_ids = derive(b"tree ids") if first is self else first.tree_ids
        self.vault_header = derive(b"vault header") if first is self else first.vault_header
        self.root_id = derive(b"root id")[:16]
        self.former_roots = derive(b"former roots")
        self.slot_table = derive(b"slot table")
        self.index = derive(b"index")
        self.snapshots = derive(b"snapshots")
        self.signing_seed = derive(b"certificate signing")
        self.epochs = [derive(b"epoch 0")]

    def epoch(self, number: int) -> bytes:
        """The key of month `number`: each is derived from the one before."""
        while len(self.epochs) <= number:
            self.epochs.append(hkdf(self.epochs[-1], self.vault_id, b"cyberlib/v1/ratchet"))
        return self.epochs[number]


def with_former(root: bytes, table: Table) -> Keys:
    """The keys of a root secret, and of those before it that its table holds."""
    vault_id = bytes.fromhex(table["header"]["id"])
    keys = Keys(root, vault_id)
    if "root" not in table:
        return keys
    chain, data = table["root"]["chain"], bytes.fromhex(table["root"]["former"])
    info = f"cyberlib/v1/former roots {vault_id.hex()} {len(chain)} {keys.root_id.hex()}".encode()
    both = hkdf(keys.former_roots, data[:32], info, 64)
    need(hmac.compare_digest(both[32:], data[32:64]), "not_authentic")
    roots = gcm_open(both[:32], 0, data[64:], info)
    found = Keys(root, vault_id, [roots[at : at + 32] for at in range(0, len(roots), 32)])
    ids = [each.root_id.hex() for each in found.roots[1:]]
    need(ids == [link["id"] for link in chain], "not_authentic")
    return found


def find_root(
    tables: list[tuple[Table, bytes]], kind: str, secret_for: Callable[[Table], bytes]
) -> tuple[Keys, bool] | None:
    """(keys, whether the table's MAC holds) from [(table, data)], newest first.

    None when no slot opens. `secret_for(slot)` gives the 32 bytes to try. A table whose MAC is wrong is used
    only when no other opens: root secret and vault id are authenticated by the slot itself. Anybody who can
    write to the folder can add tables, so what is wrong with a slot is raised only when nothing opened.
    """
    opened: list[tuple[Keys, bool]] = []
    refused: list[Problem] = []
    for table, data in tables:
        for slot in table["slots"]:
            if slot["type"] != kind:
                continue
            try:
                root = unwrap_root(slot, table["header"]["id"], secret_for(slot))
            except Problem as problem:
                if problem.code == "no_argon2":
                    raise
                refused.append(problem)
                continue
            if root is None:
                continue
            try:
                keys = with_former(root, table)
            except Problem as problem:
                refused.append(problem)
                continue
            try:
                check_mac(data, keys.slot_table)
            except Problem:
                opened.append((keys, False))
                continue
            return keys, True
    if refused and not opened:
        raise refused[0]
    return opened[0] if opened else None


# ---------------------------------------------------------------------------------------------------------
# 3  Sealed objects
#
# A pack, an index and a snapshot begin with the same 88 bytes:
#   0   4   "CLBP" pack, "CLBI" index, "CLBS" snapshot, "CLBR" retirement
#   4   1   format version, 1
#   5   1   suite, 1
#   6   2   4 bits: number of the root secret, 0 for the first; 12 bits: epoch (packs), 0 elsewhere
#   8   16  vault id
#   24  32  salt
#   56  32  commitment
# Key and commitment = HKDF(base key, salt, "cyberlib/v1/object" + first 24 bytes), 64 bytes; the base key is
# the epoch's (pack), K_index or K_snapshots. AES-GCM does not commit to its key: hence the comparison.

HEADER_SIZE = 88


class Header(NamedTuple):
    """A parsed header; `raw` is all of it."""

    magic: bytes
    root: int
    epoch: int
    vault_id: bytes
    salt: bytes
    commitment: bytes
    raw: bytes


def gcm_open(key: bytes, position: int, sealed: bytes, aad: bytes) -> bytes:
    """AES-256-GCM; the nonce is the position in 12 bytes."""
    try:
        return AESGCM(key).decrypt(position.to_bytes(12, "big"), bytes(sealed), aad)
    except (InvalidTag, ValueError):
        raise Problem("not_authentic") from None


def parse_header(data: bytes, magic: bytes) -> Header:
    """The header of an object that should begin with `magic`."""
    raw = bytes(data[:HEADER_SIZE])
    need(len(raw) == HEADER_SIZE and raw[:6] == magic + bytes([FORMAT_VERSION, SUITE]), "not_an_object")
    root, epoch = divmod(struct.unpack(">H", raw[6:8])[0], MAX_EPOCH + 1)
    return Header(magic, root, epoch, raw[8:24], raw[24:56], raw[56:88], raw)


def object_key(keys: Keys, header: Header) -> bytes:
    """The AES key of an object, once its vault and commitment were compared."""
    need(header.vault_id == keys.vault_id, "other_vault")
    need(header.root < len(keys.roots), "not_authentic")
    root = keys.roots[header.root]
    if header.magic == b"CLBP":
        base = root.epoch(header.epoch)
    else:
        base = root.index if header.magic == b"CLBI" else root.snapshots
    both = hkdf(base, header.salt, b"cyberlib/v1/object" + header.raw[:24], 64)
    need(hmac.compare_digest(both[32:], header.commitment), "not_authentic")
    return both[:32]


def decompress(codec: int, stored: bytes, size: int) -> bytes:
    """Codec 0: the bytes themselves. Codec 1: one zstd frame, which must declare its size."""
    stored = bytes(stored)
    if codec == 0:
        need(len(stored) == size, "bad_compression")
        return stored
    need(codec == 1, "bad_compression")
    try:
        # Declared sizes first: a frame of a few bytes can unfold into gigabytes.
        need(zstandard.frame_content_size(stored) == size, "bad_compression")
        plain = zstandard.ZstdDecompressor().decompress(stored, allow_extra_data=False)
    except zstandard.ZstdError:
        raise Problem("bad_compression") from None
    need(len(plain) == size, "bad_compression")
    return plain


def unwrap_record(plain: bytes, limit: int) -> bytes:
    """A record: codec (1 byte), its size (4), its stored size (4), stored bytes, zeros up to the end."""
    need(len(plain) >= 9, "bad_record")
    codec, size, stored = struct.unpack(">BII", plain[:9])
    need(size <= limit and stored <= len(plain) - 9 and not any(plain[9 + stored :]), "bad_record")
    return decompress(codec, plain[9 : 9 + stored], size)


def open_sealed_record(keys: Keys, magic: bytes, data: bytes, limit: int) -> bytes:
    """An index or snapshot: header, then one sealed record (nonce 0, associated data: the header)."""
    header = parse_header(data, magic)
    return unwrap_record(gcm_open(object_key(keys, header), 0, data[HEADER_SIZE:], header.raw), limit)


def unpack(data: bytes) -> Any:
    """msgpack (https://github.com/msgpack/msgpack/blob/master/spec.md). ValueError when malformed."""
    try:
        value, end = _unpack(data, 0, 0)
    except (IndexError, struct.error, UnicodeDecodeError, TypeError):
        raise ValueError("malformed msgpack") from None
    if end != len(data):
        raise ValueError("bytes after the end")
    return value


_NUMBERS = {
    0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q",
    0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q",
}  # fmt: skip
_LENGTHS = {
    0xC4: (">B", "bin"), 0xC5: (">H", "bin"), 0xC6: (">I", "bin"),
    0xD9: (">B", "str"), 0xDA: (">H", "str"), 0xDB: (">I", "str"),
    0xDC: (">H", "array"), 0xDD: (">I", "array"), 0xDE: (">H", "map"), 0xDF: (">I", "map"),
}  # fmt: skip
_CONSTANTS = {0xC0: None, 0xC2: False, 0xC3: True}


def _unpack(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    """(value, where the next one begins)."""
    if depth > 32:
        raise ValueError("nested too deeply")
    first = data[at]
    at += 1
    if first < 0x80:
        return first, at
    if first >= 0xE0:
        return first - 256, at
    if first in _CONSTANTS:
        return _CONSTANTS[first], at
    if first in _NUMBERS:
        shape = _NUMBERS[first]
        return struct.unpack_from(shape, data, at)[0], at + struct.calcsize(shape)
    kind, length, at = _length(data, first, at)
    if length > len(data) - at:  # each element takes a byte at least
        raise ValueError("longer than what is there")
    if kind in ("bin", "str"):
        content = bytes(data[at : at + length])
        return (content if kind == "bin" else content.decode("utf-8")), at + length
    return _several(data, at, depth, kind, length)


def _length(data: bytes, first: int, at: int) -> tuple[str, int, int]:
    """(kind, length, where the content begins) of what has a length."""
    if first in _LENGTHS:
        shape, kind = _LENGTHS[first]
        return kind, struct.unpack_from(shape, data, at)[0], at + struct.calcsize(shape)
    if first >= 0xC0:
        raise ValueError("a type that this format does not use")
    if first >= 0xA0:
        return "str", first & 31, at
    return ("map" if first < 0x90 else "array"), first & 15, at


def _several(data: bytes, at: int, depth: int, kind: str, length: int) -> tuple[Any, int]:
    """An array or a map."""
    items: list[Any] = []
    for _ in range(length if kind == "array" else 2 * length):
        item, at = _unpack(data, at, depth + 1)
        items.append(item)
    if kind == "array":
        return items, at
    return {items[i]: items[i + 1] for i in range(0, len(items), 2)}, at


# ---------------------------------------------------------------------------------------------------------
# 4  Packs
#
#   0          88   header
#   88         …    segments, sealed one by one: nonce = number from 0
#   …          …    random padding
#   size-28-f  f    footer: a record listing the segments, nonce 2^96-2
#   size-28    28   trailer: offset (8 bytes) and size (4) of the footer, nonce 2^96-1
# Associated data: header + part (1 byte: 1 data segment, 2 tree segment, 3 footer, 4 trailer) + position (4).
# A footer is msgpack [[kind, offset, sealed size, plain size, codec, ids, [sizes]], …].

TRAILER_SIZE = 28
DATA, TREE = 1, 2


class Segment(NamedTuple):
    """One line of a footer. `ids` end to end; `sizes` of the chunks they name."""

    kind: int
    offset: int
    sealed_size: int
    plain_size: int
    codec: int
    ids: bytes
    sizes: list[int]


class Pack(NamedTuple):
    """What a pack holds."""

    name: bytes
    size: int
    header: bytes
    segments: list[Segment]


def read_segments(rows: Any, code: str = "bad_footer") -> list[Segment]:
    """The segments of a footer or index, every declared size checked."""
    need(isinstance(rows, list), code)
    segments = []
    for row in rows:
        need(isinstance(row, list) and len(row) >= 7, code)
        need(all(map(is_count, row[:5])) and isinstance(row[5], bytes), code)
        need(isinstance(row[6], list) and all(map(is_count, row[6])), code)
        segment = Segment(*row[:7])
        sized = all(0 < size <= MAX_CHUNK for size in segment.sizes)
        need(sized and sum(segment.sizes) == segment.plain_size <= MAX_CHUNK, "bad_footer")
        need(len(segment.ids) == ID_SIZE * len(segment.sizes), "bad_footer")
        need(segment.kind in (DATA, TREE) and segment.codec in (0, 1), "bad_footer")
        need(TAG_SIZE < segment.sealed_size <= MAX_CHUNK + TAG_SIZE, "bad_footer")
        need(HEADER_SIZE <= segment.offset <= MAX_PACK, "bad_footer")
        segments.append(segment)
    return segments


def open_trailer(key: bytes, header: bytes, sealed: bytes, pack_size: int) -> tuple[int, int]:
    """(offset, size) of the footer."""
    plain = gcm_open(key, 2**96 - 1, sealed, header + b"\4" + bytes(4))
    need(len(plain) == 12, "bad_footer")
    offset, size = struct.unpack(">QI", plain)
    fits = offset >= HEADER_SIZE and size > TAG_SIZE and offset + size + TRAILER_SIZE == pack_size
    need(fits, "bad_footer")
    return offset, size


def open_footer(key: bytes, header: bytes, sealed: bytes) -> list[Segment]:
    """The segments of a pack."""
    plain = gcm_open(key, 2**96 - 2, sealed, header + b"\3" + bytes(4))
    try:
        return read_segments(unpack(unwrap_record(plain, min(MAX_PACK, 4 * len(plain) + 65536))))
    except ValueError:
        raise Problem("bad_footer") from None


def open_segment(key: bytes, header: bytes, position: int, segment: Segment, sealed: bytes) -> bytes:
    """The plain bytes of a segment."""
    aad = header + bytes([segment.kind]) + struct.pack(">I", position)
    return decompress(segment.codec, gcm_open(key, position, sealed, aad), segment.plain_size)


def open_index(keys: Keys, data: bytes) -> list[Pack]:
    """The packs that an index tells of: msgpack [1, [[name, size, header, [segment, …]], …]]."""
    record = open_sealed_record(keys, b"CLBI", data, 4 * min(len(data), MAX_RECORD) + 65536)
    try:
        seen = unpack(record)
    except ValueError:
        raise Problem("bad_index") from None
    need(isinstance(seen, list) and len(seen) == 2 and is_count(seen[0]), "bad_index")
    need(seen[0] == 1 and isinstance(seen[1], list), "bad_index")
    packs = []
    for row in seen[1]:
        need(isinstance(row, list) and len(row) >= 4, "bad_index")
        name, size, header, rows = row[:4]
        need(isinstance(name, bytes) and len(name) == 32 and is_count(size), "bad_index")
        need(isinstance(header, bytes) and len(header) == HEADER_SIZE, "bad_index")
        need(0 < size <= MAX_PACK, "bad_index")
        packs.append(Pack(name, size, header, read_segments(rows, "bad_index")))
    return packs


# ---------------------------------------------------------------------------------------------------------
# 5  The vault: which chunk lies where
#
# A folder: vault, slots/<hex>, packs/<two digits>/<hex>, index/<hex>, snapshots/<hex>; hex is the SHA-256 of
# the file. Indexes spare us opening each pack; what they do not tell, the packs' own footers do.

SEGMENTS_KEPT = 24  # opened segments kept in memory, some MiB each at most


def stored_names(folder: str, kind: str) -> Iterator[tuple[bytes, str, int]]:
    """(name as 32 bytes, path, size) of the objects of a kind."""
    top = os.path.join(folder, kind)
    places = [top]
    if kind == "packs" and os.path.isdir(top):
        places = [os.path.join(top, name) for name in sorted(os.listdir(top)) if len(name) == 2]
    for place in places:
        for name in sorted(os.listdir(place)) if os.path.isdir(place) else ():
            path = os.path.join(place, name)
            if re.fullmatch("[0-9a-f]{64}", name):
                found = os.lstat(path)  # a link, wherever it leads, is no object
                if stat.S_ISREG(found.st_mode):
                    yield bytes.fromhex(name), path, found.st_size


def read_file(path: str, offset: int = 0, length: int = -1) -> bytes:
    """Bytes of a stored object."""
    with open(path, "rb") as file:
        file.seek(offset)
        return file.read(length)


def read_object(name: bytes, path: str, size: int) -> bytes:
    """A whole index or snapshot that is what its name promises."""
    need(size <= MAX_RECORD, "not_an_object")
    data = read_file(path)
    need(hashlib.sha256(data).digest() == name, "not_an_object")
    return data


class Vault:
    """An opened vault: finds and opens chunks. `warn` is told of objects that cannot be used."""

    def __init__(self, folder: str, keys: Keys, warn: Warn) -> None:
        self.keys = keys
        self.paths: dict[bytes, str] = {}
        self.places: list[tuple[Pack, int, Segment]] = []  # by number: pack, position in it, segment
        self.where: dict[int, dict[bytes, tuple[int, ...]]] = {DATA: {}, TREE: {}}  # id -> numbers
        self.opened: collections.OrderedDict[int, dict[bytes, bytes]] = collections.OrderedDict()
        self._load(folder, warn)

    def _load(self, folder: str, warn: Warn) -> None:
        sizes: dict[bytes, int] = {}
        for name, path, size in stored_names(folder, "packs"):
            self.paths[name], sizes[name] = path, size
        known: dict[bytes, Pack] = {}
        for name, path, size in stored_names(folder, "index"):
            try:
                for pack in open_index(self.keys, read_object(name, path, size)):
                    known[pack.name] = pack
            except (Problem, OSError) as error:
                warn(path, error)
        for name in sorted(sizes):
            try:  # a pack cut short, or longer than it was, has what an index tells as far as it is there
                pack = known.get(name) or self._read_footer(name, sizes[name])
            except (Problem, OSError) as error:
                warn(self.paths[name], error)
                continue
            self._enter(pack)

    def _read_footer(self, name: bytes, size: int) -> Pack:
        path = self.paths[name]
        need(HEADER_SIZE + TRAILER_SIZE < size <= MAX_PACK, "bad_footer")
        header = read_file(path, 0, HEADER_SIZE)
        key = object_key(self.keys, parse_header(header, b"CLBP"))
        offset, length = open_trailer(key, header, read_file(path, size - TRAILER_SIZE), size)
        return Pack(name, size, header, open_footer(key, header, read_file(path, offset, length)))

    def _enter(self, pack: Pack) -> None:
        for position, segment in enumerate(pack.segments):
            number = len(self.places)
            self.places.append((pack, position, segment))
            where = self.where[segment.kind]
            for at in range(0, len(segment.ids), ID_SIZE):
                chunk_id = segment.ids[at : at + ID_SIZE]
                where[chunk_id] = (*where.get(chunk_id, ()), number)

    def segment(self, number: int) -> dict[bytes, bytes]:
        """{id: bytes} of an opened segment, each compared with its id; what does not match is left out."""
        if number in self.opened:
            self.opened.move_to_end(number)
            return self.opened[number]
        pack, position, segment = self.places[number]
        key = object_key(self.keys, parse_header(pack.header, b"CLBP"))
        sealed = read_file(self.paths[pack.name], segment.offset, segment.sealed_size)
        plain = open_segment(key, pack.header, position, segment, sealed)
        id_key = self.keys.chunk_ids if segment.kind == DATA else self.keys.tree_ids
        chunks = {}
        start = 0
        for order, size in enumerate(segment.sizes):
            content = plain[start : start + size]
            chunk_id = segment.ids[order * ID_SIZE : (order + 1) * ID_SIZE]
            if hmac.new(id_key, content, hashlib.sha256).digest()[:ID_SIZE] == chunk_id:
                chunks[chunk_id] = content
            start += size
        self.opened[number] = chunks
        if len(self.opened) > SEGMENTS_KEPT:
            self.opened.popitem(last=False)
        return chunks

    def chunk(self, chunk_id: bytes, kind: int = DATA) -> bytes:
        """A chunk's bytes, from the first of its places that is whole."""
        problem = Problem("chunk_missing")
        for number in self.where[kind].get(chunk_id, ()):
            try:
                found = self.segment(number).get(chunk_id)
                if found is not None:
                    return found
                problem = Problem("wrong_content")
            except (Problem, OSError) as error:
                problem = Problem("pack_damaged", error)
        raise problem

    def first_place(self, chunk_id: bytes) -> int:
        """Number of a segment that should hold a data chunk, -1 when none does."""
        return self.where[DATA].get(chunk_id, (-1,))[0]


# ---------------------------------------------------------------------------------------------------------
# 6  Snapshots
#
# A sealed record: msgpack [body, {"ed25519": signature}]. The body is a msgpack map. The device signs
# "cyberlib/v1/snapshot" + vault id + body; the vault certifies the device's key by signing
# "cyberlib/v1/device" + vault id + device id + key + name.

_NUMBERS_OF_SNAPSHOT = ("sequence", "started", "time")
_COUNTS = ("files", "directories", "others", "bytes", "new_files", "changed_files", "new_bytes", "stored")


def is_incident(row: Any) -> bool:
    """Whether a decoded value is [code, vault path, detail]."""
    return isinstance(row, list) and [type(item) for item in row] == [str, bytes, str]


def is_hook(row: Any) -> bool:
    """Whether a decoded value is [name, when, exit or None, milliseconds, timed out, detail]."""
    kinds = [str, str, int, int, bool, str]
    return isinstance(row, list) and [type(item) for item in row] in (
        kinds,
        [*kinds[:2], type(None), *kinds[3:]],
    )


def check_optional(snapshot: Table) -> None:
    """Raises Problem("bad_snapshot") unless what a body may leave out has its type where it is there."""
    sources, incidents = snapshot.get("sources", []), snapshot.get("incidents", [])
    need(isinstance(sources, list) and all(isinstance(path, bytes) for path in sources), "bad_snapshot")
    need(isinstance(incidents, list) and all(map(is_incident, incidents)), "bad_snapshot")
    hooks = snapshot.get("hooks", [])
    need(isinstance(hooks, list) and all(map(is_hook, hooks)), "bad_snapshot")
    need(all(isinstance(snapshot.get(name, ""), str) for name in ("label", "user")), "bad_snapshot")
    numbers = snapshot.get("statistics", {})
    need(is_table(numbers) and is_count(snapshot.get("incident_count", 0)), "bad_snapshot")
    need(all(is_count(numbers.get(name, 0)) for name in _COUNTS), "bad_snapshot")
    for people in (snapshot.get("owners", {}), snapshot.get("groups", {})):
        need(isinstance(people, dict) and all(map(is_count, people)), "bad_snapshot")
        need(all(isinstance(name, str) for name in people.values()), "bad_snapshot")


def open_signed(keys: Keys, magic: bytes, data: bytes, bad: str) -> tuple[Any, bytes, bytes]:
    """(what a device said, the bytes that it signed, its signature), which is to be checked."""
    record = open_sealed_record(keys, magic, data, 16 * MIB)
    try:
        outer = unpack(record)
        need(isinstance(outer, list) and len(outer) == 2, bad)
        body, signatures = outer
        need(isinstance(body, bytes) and is_table(signatures), bad)
        need(all(isinstance(value, bytes) for value in signatures.values()), bad)
        said = unpack(body)
    except ValueError:
        raise Problem(bad) from None
    need(is_table(said) and is_table(said.get("device")), bad)
    device = said["device"]
    need(all(isinstance(device.get(name), bytes) for name in ("id", "key", "certificate")), bad)
    need(isinstance(device.get("name"), str), bad)
    return said, body, signatures.get("ed25519", b"")


def check_signature(keys: Keys, device: Table, purpose: bytes, body: bytes, signature: bytes) -> None:
    """The vault certified the device, and the device signed."""
    certified = b"cyberlib/v1/device" + keys.vault_id + device["id"] + device["key"] + device["name"].encode()
    try:
        if not any(is_certified(root, device["certificate"], certified) for root in keys.roots):
            raise InvalidSignature
        device_key = Ed25519PublicKey.from_public_bytes(device["key"])
        device_key.verify(signature, purpose + keys.vault_id + body)
    except (InvalidSignature, ValueError):
        raise Problem("bad_signature") from None


def is_certified(keys: Keys, certificate: bytes, certified: bytes) -> bool:
    """Whether this root secret's key certified a device."""
    try:
        Ed25519PrivateKey.from_private_bytes(keys.signing_seed).public_key().verify(certificate, certified)
    except (InvalidSignature, ValueError):
        return False
    return True


def open_snapshot(keys: Keys, data: bytes) -> Any:
    """The body of a snapshot whose certificate and signature hold."""
    snapshot, body, signature = open_signed(keys, b"CLBS", data, "bad_snapshot")
    need(all(is_count(snapshot.get(name)) for name in _NUMBERS_OF_SNAPSHOT), "bad_snapshot")
    need(all(isinstance(snapshot.get(name), str) for name in ("system", "client")), "bad_snapshot")
    need(isinstance(snapshot.get("root"), bytes), "bad_snapshot")
    previous, replaces = snapshot.get("previous"), snapshot.get("replaces")
    need(previous is None or isinstance(previous, bytes), "bad_snapshot")
    need(replaces is None or isinstance(replaces, bytes), "bad_snapshot")
    check_optional(snapshot)
    check_signature(keys, snapshot["device"], b"cyberlib/v1/snapshot", body, signature)
    need(len(snapshot["device"]["id"]) == 16, "bad_snapshot")
    need(len(snapshot["root"]) == ID_SIZE, "bad_snapshot")
    need(1 <= snapshot["sequence"] <= MAX_SEQUENCE, "bad_snapshot")
    need(previous is None or len(previous) == 32, "bad_snapshot")
    need(replaces is None or len(replaces) == 32, "bad_snapshot")
    return snapshot


def open_retirement(keys: Keys, data: bytes) -> Any:
    """What a device said of objects that may go; certificate and signature hold."""
    said, body, signature = open_signed(keys, b"CLBR", data, "bad_retirement")
    objects = said.get("objects", {})
    need(isinstance(said.get("action"), str) and is_table(objects), "bad_retirement")
    need(is_count(said.get("time")) and is_table(said.get("rules") or {}), "bad_retirement")
    digests, about = [*objects.values(), said.get("undoes", b"")], said.get("about", b"")
    need(all(isinstance(each, bytes) for each in (*digests, about)), "bad_retirement")
    check_signature(keys, said["device"], b"cyberlib/v1/retirement", body, signature)
    need(len(said["device"]["id"]) == 16 and len(about) in (0, 16), "bad_retirement")
    need(not any(len(each) % 32 for each in digests), "bad_retirement")
    return said


def cut(digests: bytes) -> set[bytes]:
    """Digests that lie end to end."""
    return {digests[at : at + 32] for at in range(0, len(digests), 32)}


def load_retired(folder: str, keys: Keys, warn: Warn) -> tuple[set[bytes], set[bytes]]:
    """(snapshots in quarantine, those that were let go at any time and that nobody is to miss)."""
    said: dict[bytes, Any] = {}
    for name, path, size in stored_names(folder, "retired"):
        try:
            said[name] = open_retirement(keys, read_object(name, path, size))
        except (Problem, OSError) as error:
            warn(path, error)

    def named(action: str) -> dict[bytes, set[bytes]]:
        every = {by: each for by, each in said.items() if each["action"] == action}
        return {by: cut(each.get("objects", {}).get("snapshots", b"")) for by, each in every.items()}

    aside: set[bytes] = set()
    for word, taken_back in (("retire", "revive"), ("purge", "spare")):
        back = [(names, cut(said[by].get("undoes", b""))) for by, names in named(taken_back).items()]
        for by, names in named(word).items():
            undone = [those for those, records in back if by in records]
            aside |= names.difference(*undone)
    return aside, set().union(*named("retire").values())


def load_snapshots(folder: str, keys: Keys, warn: Warn, once: Iterable[bytes] = ()) -> list[Named]:
    """[(name, snapshot)], oldest first. One that was put under another's name is refused. `once`: those that
    were let go, and that nobody is to miss."""
    found = []
    there: set[bytes | None] = {None, *once}  # one that cannot be opened is damaged, not absent
    for name, path, size in stored_names(folder, "snapshots"):
        there.add(name)
        try:
            data = read_object(name, path, size)
            found.append((name, open_snapshot(keys, data)))
        except (Problem, OSError) as error:
            warn(path, error)
    numbers: set[tuple[bytes, int]] = set()
    replaced = {snapshot.get("replaces") for _, snapshot in found}
    for name, snapshot in found:
        if snapshot.get("previous") not in there:
            warn(name.hex(), Problem("snapshot_gap"))
        if name in replaced or snapshot.get("replaces") is not None:
            continue  # written anew without something, under the same number
        number = (snapshot["device"]["id"], snapshot["sequence"])
        if number in numbers:
            warn(name.hex(), Problem("snapshot_fork"))
        numbers.add(number)
    return in_order(found)


def newness(item: Named) -> tuple[int, int]:
    """What orders the snapshots of one device: its own count, then, for two of one number, their times."""
    return item[1]["sequence"], item[1]["time"]


def in_order(found: list[Named]) -> list[Named]:
    """From old to new although clocks lie: no snapshot counts as made after a later one of its device."""
    least: dict[bytes, int] = {}
    times: dict[bytes, int] = {}
    for name, snapshot in sorted(found, key=newness, reverse=True):
        device = snapshot["device"]["id"]
        least[device] = min(snapshot["time"], least.get(device, snapshot["time"]))
        times[name] = least[device]
    return sorted(found, key=lambda item: (times[item[0]], item[1]["sequence"], item[0]))


# ---------------------------------------------------------------------------------------------------------
# 7  Trees
#
# A directory is a node, named by HMAC like a chunk. Leaf: [0, [entry, …]]. Branch: [1, [[first name, node
# id], …]], for directories of many entries. Names are in order of their bytes.
# An entry: [name, kind, mode, uid, gid, mtime, changed, inode, size, content, extra]; times in ns.
# A file's content is one chunk, or, when extra's `levels` is not 0, the root of a list:
# [ids end to end, [sizes]]; sizes are nil where every chunk but the last is `page` bytes.

FILE, DIRECTORY, SYMLINK, FIFO, SOCKET, CHARACTER_DEVICE, BLOCK_DEVICE = range(7)


class Entry(NamedTuple):
    """One item of a directory."""

    name: bytes
    kind: int
    mode: int
    uid: int
    gid: int
    mtime: int
    changed: int
    inode: int
    size: int
    content: bytes
    extra: Table


_EXTRA: dict[str, Any] = {"levels": int, "page": int, "sparse": bool, "inconsistent": bool, "database": bool}
_OPTIONAL: dict[str, Any] = {"link": list, "device": int, "metadata": dict, "missing": str}
_OPTIONAL |= {"consistency": str}


def read_extra(extra: Any) -> Table:
    """The map of what few entries have, with what is absent filled in."""
    need(is_table(extra), "bad_tree")
    full = {name: extra.get(name, kind()) for name, kind in _EXTRA.items()}
    need(all(type(full[name]) is kind for name, kind in _EXTRA.items()), "bad_tree")
    for name, kind in _OPTIONAL.items():
        full[name] = extra.get(name)
        need(full[name] is None or type(full[name]) is kind, "bad_tree")
    link, metadata = full["link"], full["metadata"] or {}
    need(link is None or (len(link) == 2 and all(map(is_count, link))), "bad_tree")
    need(all(isinstance(k, str) and isinstance(v, bytes) for k, v in metadata.items()), "bad_tree")
    need(not any("\0" in name for name in metadata), "bad_tree")
    need(0 <= full["levels"] <= MAX_LIST_LEVELS and 0 <= full["page"] <= MAX_CHUNK, "bad_tree")
    return full


def read_entry(row: Any) -> Entry:
    """One item of a directory."""
    need(isinstance(row, list) and len(row) >= 10, "bad_tree")
    extra = row[10] if len(row) > 10 and row[10] is not None else {}
    need(isinstance(row[0], bytes) and isinstance(row[9], bytes) and all(map(is_count, row[1:9])), "bad_tree")
    entry = Entry._make([*row[:10], read_extra(extra)])
    # What would lead out of the directory, or means something else to the system, is no name.
    name = entry.name
    need(name not in (b"", b".", b"..") and b"/" not in name and b"\0" not in name, "bad_tree")
    need(0 <= entry.kind <= 6 and 0 <= entry.size < 2**63 and 0 <= entry.mode < 0o10000, "bad_tree")
    need(entry.kind not in (FILE, DIRECTORY) or len(entry.content) in (0, ID_SIZE), "bad_tree")
    if entry.kind == DIRECTORY and not entry.content:
        need(entry.extra["missing"], "bad_tree")
    return entry


def read_node(data: bytes) -> tuple[list[Entry], list[Any]]:
    """(entries of a leaf, children of a branch); one of the two is empty."""
    try:
        node = unpack(data)
    except ValueError:
        raise Problem("bad_tree") from None
    need(isinstance(node, list) and len(node) == 2 and is_count(node[0]), "bad_tree")
    need(data[:2] in (b"\x92\x00", b"\x92\x01") and isinstance(node[1], list), "bad_tree")
    if node[0] == 0:
        entries, children = [read_entry(row) for row in node[1]], []
        names = [entry.name for entry in entries]
    else:
        entries, children = [], node[1]
        for child in children:
            need(isinstance(child, list) and len(child) == 2, "bad_tree")
            need(isinstance(child[0], bytes) and isinstance(child[1], bytes), "bad_tree")
            need(len(child[1]) == ID_SIZE, "bad_tree")
        names = [child[0] for child in children]
    need(all(names[i] < names[i + 1] for i in range(len(names) - 1)), "bad_tree")
    return entries, children


def directory(vault: Vault, node_id: bytes, lost: Callable[[Exception], None]) -> Iterator[Entry]:
    """The entries of a directory, in order; no name comes twice. What lies below a bad or missing node is
    left out, and `lost` is told, once."""
    last = b""  # nothing that begins before it is read: so each node is read once, whatever branches say
    told = False
    stack: list[Iterator[Any]] = [iter([(b"", node_id)])]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
            continue
        first, below = child
        depth = len(stack) - 1
        try:
            need(depth <= MAX_TREE_LEVELS and (not last or first > last), "bad_tree")
            entries, children = read_node(vault.chunk(below, TREE))
            begins = entries[0].name if entries else children[0][0] if children else b""
            need(not depth or begins == first, "bad_tree")  # as the branch promised
        except (Problem, OSError) as error:
            if not told:
                lost(error)
            told = True
            last = max(last, first)
            continue
        if children:
            stack.append(iter(children))
        yield from entries
        last = entries[-1].name if entries else last


def read_list(data: bytes) -> tuple[bytes, list[int] | None]:
    """(ids end to end, sizes or None) of a node of a file's list of chunks."""
    try:
        node = unpack(data)
    except ValueError:
        raise Problem("bad_content_list") from None
    need(isinstance(node, list) and len(node) == 2 and isinstance(node[0], bytes), "bad_content_list")
    ids, sizes = node
    count, rest = divmod(len(ids), ID_SIZE)
    need(not rest and 0 < count <= 256, "bad_content_list")
    if sizes is not None:
        need(isinstance(sizes, list) and len(sizes) == count, "bad_content_list")
        need(all(is_count(size) and size > 0 for size in sizes), "bad_content_list")
    return ids, sizes


def list_items(
    vault: Vault, node_id: bytes, level: int, page: int, total: int
) -> Iterator[tuple[bytes, int]]:
    """(chunk id, size, or 0 for a page) of all chunks below a node that stands for `total` bytes."""
    ids, sizes = read_list(vault.chunk(node_id, TREE))
    need(sizes is not None or (level == 1 and page), "bad_content_list")
    need(sizes is None or sum(sizes) == total, "bad_content_list")
    for order in range(len(ids) // ID_SIZE):
        child = ids[order * ID_SIZE : (order + 1) * ID_SIZE]
        size = sizes[order] if sizes is not None else 0
        if level > 1:
            yield from list_items(vault, child, level - 1, page, size)
        else:
            yield child, size


def content_spans(vault: Vault, entry: Entry) -> Iterator[tuple[bytes, int, int]]:
    """(chunk id, offset, size) of a file's content, adding up to its size."""
    if not entry.content:
        need(not entry.size, "bad_content_list")
        return
    if not entry.extra["levels"]:
        yield entry.content, 0, entry.size
        return
    offset, page = 0, entry.extra["page"]
    items = list_items(vault, entry.content, entry.extra["levels"], page, entry.size)
    for count, (chunk_id, size) in enumerate(items, 1):
        size = size or min(page, entry.size - offset)
        need(0 < size <= entry.size - offset and count <= MAX_CHUNKS, "bad_content_list")
        yield chunk_id, offset, size
        offset += size
    need(offset == entry.size, "bad_content_list")


# ---------------------------------------------------------------------------------------------------------
# 8  Writing back
#
# Into a folder that is new or empty, so that nothing of anybody's can be overwritten. Links are made last
# of all: until then there is no link below the folder that a write could follow. A file gets its name when
# its last byte is written and compared. Folders get their mode and time last.

WINDOWS = os.name == "nt"
_FORBIDDEN = re.compile('[\x00-\x1f"*/:<>?\\\\|]')
_DEVICES = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])\s*(\.|$)", re.IGNORECASE)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_FULL = (28, 122)  # ENOSPC, EDQUOT: nothing more can be written at all


def show(name: Any) -> str:
    """Bytes of a name as text that any screen can print."""
    text = name.decode("utf-8", "backslashreplace") if isinstance(name, bytes) else name
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def disk_name(name: bytes) -> str:
    """A vault's name as this system can hold it: as it is, or with % and two digits for what it cannot."""
    if not WINDOWS and sys.platform != "darwin":
        return os.fsdecode(name)
    try:
        text = name.decode("utf-8", "surrogatepass" if WINDOWS else "strict")
    except UnicodeDecodeError:
        escaped = name.decode("utf-8", "surrogateescape")
        text = "".join(f"%{ord(c) - 0xDC00:02X}" if "\udc80" <= c <= "\udcff" else c for c in escaped)
    if not WINDOWS:
        return text
    text = _FORBIDDEN.sub(lambda match: f"%{ord(match[0]):02X}", text)
    if text[-1] in ". ":
        text = text[:-1] + f"%{ord(text[-1]):02X}"
    return "%" + text if _DEVICES.match(text) else text


def native(path: str) -> str:
    """An absolute path in the form that Windows takes at any length."""
    return "\\\\?\\" + path if WINDOWS and not path.startswith("\\\\") else path


def free_path(folder: str, name: str) -> str:
    """A path in `folder` that nothing has: the name itself, or with a number where it is taken."""
    path = os.path.join(folder, name)
    stem, dot, extension = name.rpartition(".")
    number = 2
    while os.path.lexists(path):
        changed = f"{stem} ({number}).{extension}" if stem and dot else f"{name} ({number})"
        path = os.path.join(folder, changed)
        number += 1
    return path


def for_any_group(mode: int) -> int:
    """The mode with no more rights for the group, or for everybody else, than both have."""
    return mode & ~0o077 | (mode >> 3 & mode & 7) * 0o011


def read_access_list(value: bytes) -> dict[int, int] | None:
    """Rights by kind of entry in a POSIX access list: 2 and 8 users and groups named in it (the least that
    any has), 4 the owning group, 16 the bounds of these, 32 everybody else. None for what is no list."""
    if len(value) % 8 != 4 or value[:4] != b"\2\0\0\0":
        return None
    found: dict[int, int] = {}
    for tag, rights, _ in struct.iter_unpack("<HHI", value[4:]):
        found[tag] = found.get(tag, 7) & rights
    return found if 4 in found and 32 in found else None


def bounds_list(value: bytes) -> bool:
    """Whether the group bits of the mode bound the list, and are not the owning group's own."""
    return 16 in (read_access_list(value) or ())


def mode_without_list(mode: int, value: bytes) -> int:
    """The mode of an item that does not get its access list: nobody has more than by the list."""
    found = read_access_list(value)
    if found is None:
        return for_any_group(mode)
    mask = found.get(16, 7)
    named = found.get(2, 7) & found.get(8, 7) & mask if 16 in found else 7
    return mode & ~0o077 | (mode & (found[4] & mask) << 3) | (mode & found[32] & named & 7)


class Restorer:
    """Writes one snapshot below a folder. `tell(kind, path, why)` hears of everything that is not as it was.

    `owner`: users, groups, access lists and special mode bits too, which takes an administrator.
    `keep_damaged`: what is left of a damaged file is kept as NAME.damaged, with zeros for what is lost.
    `only`: names that lead to the one item wanted, empty for everything.
    """

    def __init__(
        self,
        vault: Vault,
        tell: Callable[[str, Any, Any], None],
        owner: bool = False,
        keep_damaged: bool = False,
        only: tuple[bytes, ...] = (),
    ) -> None:
        self.vault = vault
        self.tell = tell
        self.owner = owner
        self.keep_damaged = keep_damaged
        self.only = only
        self.files = self.folders = self.links = self.bytes = self.failed = self.left_out = 0
        self.found = False  # what `only` leads to
        self.lost_metadata: collections.Counter[str] = collections.Counter()
        self._first: dict[Any, tuple[str, bytes, int]] = {}  # (device, inode) -> path, content, size
        self._symlinks: list[tuple[str, Entry, str]] = []
        self._directories: list[tuple[str, Entry]] = []

    def run(self, root: bytes, top: str) -> None:
        """Restores the tree under `root` (a node id) into the folder `top`."""
        try:
            self._walk(root, top)
        finally:  # also when the disk is full: what is there gets its times and modes
            for path, entry, shown in self._symlinks:
                self._guarded(shown, self._symlink, path, entry)
            for path, entry in reversed(self._directories):
                self._dress(path, entry)

    def _walk(self, root: bytes, top: str) -> None:
        stack = [(self._entries(root, "/"), top, "")]
        items = 0
        while stack:
            entries, folder, above = stack[-1]
            entry = next(entries, None)
            if entry is None:
                stack.pop()
                continue
            items += 1
            if items > MAX_ITEMS:
                self._fail(above or "/", Problem("bad_tree"))
                return
            if len(stack) <= len(self.only) and entry.name != self.only[len(stack) - 1]:
                continue
            self.found = self.found or len(stack) >= len(self.only)
            shown = above + "/" + show(entry.name)
            if entry.kind != DIRECTORY:
                self._guarded(shown, self._item, folder, entry, shown)
                continue
            made = self._guarded(shown, self._directory, folder, entry, shown)
            if made is None:
                continue
            if entry.extra["missing"] is not None:
                self._fail(shown, entry.extra["missing"])
            elif len(stack) > MAX_DEPTH:
                self._fail(shown, Problem("bad_tree"))
            else:
                stack.append((self._entries(entry.content, shown), made, shown))

    def _entries(self, node_id: bytes, shown: str) -> Iterator[Entry]:
        return directory(self.vault, node_id, lambda error: self._fail(shown, error))

    def _guarded(self, shown: str, action: Callable[..., Any], *arguments: Any) -> Any:
        """Runs an action for one item; what goes wrong with it costs that item alone."""
        try:
            return action(*arguments)
        except Problem as problem:
            self._fail(shown, problem)
        except (OSError, OverflowError, ValueError) as error:
            if getattr(error, "errno", None) in _FULL:
                raise
            self._fail(shown, error)
        return None

    def _fail(self, shown: str, why: object) -> None:
        self.failed += 1
        self.tell("failed", shown, why)

    def _place(self, folder: str, entry: Entry, shown: str) -> str:
        """Where an item goes; tells when it cannot have its own name."""
        path = free_path(folder, disk_name(entry.name))
        name = os.path.basename(path)
        if os.fsencode(name) != entry.name:
            self.tell("renamed", shown, name)
        return path

    def _directory(self, folder: str, entry: Entry, shown: str) -> str:
        path = self._place(folder, entry, shown)
        os.mkdir(path, 0o700)
        self._directories.append((path, entry))
        self.folders += 1
        return path

    def _item(self, folder: str, entry: Entry, shown: str) -> None:
        extra = entry.extra
        if extra["missing"] is not None:
            raise Problem("no_content", extra["missing"])  # it could not be read when it was backed up
        path = self._place(folder, entry, shown)
        if entry.kind == FILE:
            if extra["inconsistent"]:
                self.tell("inconsistent", shown, "")
            elif extra["consistency"] == "raw":
                self.tell("raw", shown, "")
            self._file(path, entry)
        elif entry.kind == SYMLINK:
            self._symlinks.append((path, entry, shown))
        elif entry.kind == FIFO and hasattr(os, "mkfifo"):
            os.mkfifo(path, 0o600)
            self._dress(path, entry)
        elif entry.kind in (CHARACTER_DEVICE, BLOCK_DEVICE) and self.owner and hasattr(os, "mknod"):
            kind = stat.S_IFCHR if entry.kind == CHARACTER_DEVICE else stat.S_IFBLK
            os.mknod(path, kind | 0o600, extra["device"] or 0)
            self._dress(path, entry)
        else:
            self.left_out += 1
            self.tell("left_out", shown, "")  # a socket means nothing without its program

    def _file(self, path: str, entry: Entry) -> None:
        link = tuple(entry.extra["link"]) if entry.extra["link"] else None
        first = self._first.get(link)
        if first is not None and first[1:] == (entry.content, entry.size) and self._hard_link(first[0], path):
            self.files += 1
            return
        part = os.path.join(os.path.dirname(path), ".cyberlib-" + os.urandom(8).hex())
        damage = None
        try:
            with os.fdopen(os.open(part, _CREATE, 0o600), "wb") as out:
                damage = self._content(out, entry)
            if damage is not None:
                path = free_path(os.path.dirname(path), os.path.basename(path) + ".damaged")
            self._dress(part, entry)
            if os.path.lexists(path):
                raise FileExistsError(17, os.strerror(17))  # EEXIST
            os.rename(part, path)
        except BaseException:
            if os.path.lexists(part):
                os.unlink(part)
            raise
        if damage is not None:
            raise damage
        if link:
            self._first[link] = (path, entry.content, entry.size)
        self.files += 1
        self.bytes += entry.size

    def _hard_link(self, first: str, path: str) -> bool:
        try:
            os.link(first, path)
        except OSError:
            return False  # a file system without hard links: write the content again
        return True

    def _content(self, out: BinaryIO, entry: Entry) -> Problem | None:
        """Writes a file's bytes; the first damage met, when what is left is to be kept.

        Each segment is opened once for the whole file, however its chunks are scattered. Runs of zeros are
        left as holes.
        """
        spans: dict[int, list[tuple[int, int, bytes]]] = collections.defaultdict(list)
        for chunk_id, offset, size in content_spans(self.vault, entry):
            if chunk_id != ZERO_ID or not entry.extra["levels"]:
                spans[self.vault.first_place(chunk_id)].append((offset, size, chunk_id))
        out.truncate(entry.size)
        damage = None
        for number in sorted(spans):
            for offset, size, chunk_id in spans[number]:
                try:
                    content = self.vault.chunk(chunk_id)
                    need(len(content) == size, "bad_content_list")
                except Problem as problem:
                    if not self.keep_damaged:
                        raise
                    damage = damage or problem
                    continue
                out.seek(offset)
                out.write(content)
        return damage

    def _symlink(self, path: str, entry: Entry) -> None:
        need(entry.content and b"\0" not in entry.content, "bad_tree")
        target = entry.content.decode("utf-8", "surrogatepass") if WINDOWS else entry.content
        os.symlink(target, path if WINDOWS else os.fsencode(path))
        self._dress(path, entry, is_link=True)
        self.links += 1

    def _dress(self, path: str, entry: Entry, is_link: bool = False) -> None:
        """Owner, attributes, mode, times, in this order; what cannot be set is counted, never fatal."""
        follow: Any = {} if not is_link else {"follow_symlinks": False}
        mode = entry.mode if self.owner else entry.mode & 0o777
        if (
            self.owner
            and hasattr(os, "chown")
            and not self._try("owner", lambda: os.chown(path, entry.uid, entry.gid, **follow))
        ):
            mode &= 0o777  # setuid is for the right owner alone
        metadata = entry.extra["metadata"] or {}
        if not is_link:
            self._drop_lists(path)
        try:
            other_group = not WINDOWS and os.lstat(path).st_gid != entry.gid
        except OSError:  # moved meanwhile: the rest is counted below
            other_group = True
        listed = False
        for name, value in metadata.items():
            if other_group and self.owner and name in ("acl:access", "acl:default"):
                self.lost_metadata[name] += 1  # it tells what the recorded group may do
                continue
            done = self._attribute(path, name, value, follow)
            listed = listed or (done and name == "acl:access")
        if not is_link:
            # What a group may do is for the recorded group: another gets no more than everybody has, and
            # everybody no more than the group. Where there is an access list these bits bound it.
            access = metadata.get("acl:access")
            if access is not None and not (listed and bounds_list(access)):
                mode = mode_without_list(mode, access)
                listed = False
            if not listed and other_group:
                mode = for_any_group(mode)
            self._try("mode", lambda: os.chmod(path, mode))
        # A folder that only leads to the folders backed up has neither time nor inode.
        if (entry.mtime or entry.inode) and (not is_link or os.utime in os.supports_follow_symlinks):
            self._try("time", lambda: os.utime(path, ns=(entry.mtime, entry.mtime), **follow))

    def _drop_lists(self, path: str) -> None:
        """Takes away the access lists that a folder above hands down: nobody recorded them."""
        if hasattr(os, "removexattr"):
            for name in ("access", "default"):
                try:
                    os.removexattr(path, "system.posix_acl_" + name)
                except OSError:
                    pass  # it has none

    def _attribute(self, path: str, name: str, value: bytes, follow: Any) -> bool:
        """Whether it was set."""
        kind, _, rest = name.partition(":")
        target = ""
        if kind == "xattr":
            target = rest
        elif kind == "xattr-hex":
            target = os.fsdecode(bytes.fromhex(rest)) if re.fullmatch("([0-9a-f]{2})+", rest) else ""
        elif kind == "acl" and rest in ("access", "default"):
            target = "system.posix_acl_" + rest
        # Others of security.* are a machine's own policy, others of system.* its file system's: no backup has
        # them, but a hostile tree may.
        rights = kind == "acl" or target.startswith("trusted.") or target == "security.capability"
        ours = target.startswith("user.") or (target and rights and self.owner)
        if ours and hasattr(os, "setxattr"):
            return self._try(name, lambda: os.setxattr(path, target, value, **follow))
        if kind == "ads" and WINDOWS and rest and not _FORBIDDEN.search(rest):
            return self._try(name, lambda: self._stream(path, rest, value))
        self.lost_metadata[kind + ":" + (rest if kind != "ads" else "…")] += 1
        return False

    def _stream(self, path: str, name: str, value: bytes) -> None:
        with open(path + ":" + name, "xb") as stream:  # an alternate data stream of NTFS
            stream.write(value)

    def _try(self, what: str, action: Callable[[], object]) -> bool:
        try:
            action()
        except (OSError, OverflowError, ValueError, NotImplementedError):
            self.lost_metadata[what] += 1
            return False
        return True


# ---------------------------------------------------------------------------------------------------------
# 9  Command line. Every message comes in French and in English: nobody knows who will read it.

CODES = {
    "not_a_vault": "Ce dossier n'est pas un coffre CyberLib · this folder is not a CyberLib vault.",
    "newer_format": "Format plus récent que ce programme : prenez celui du coffre · format newer than "
    "this program: take the one that goes with the vault.",
    "bad_slots": "Table d'accès illisible · slot table that cannot be read.",
    "wrong_secret": "Ces mots, ou cette phrase, n'ouvrent pas ce coffre · these words, or this passphrase, "
    "do not open this vault.",
    "recovery_words_count": "Il faut 24 mots · 24 words are needed.",
    "recovery_word_unknown": "Ce mot n'est pas de la liste · this word is not in the list.",
    "recovery_words_checksum": "Un mot est faux ou déplacé · a word is wrong or out of place.",
    "kdf_out_of_bounds": "Table d'accès hostile : coût démesuré · hostile slot table: cost out of bounds.",
    "no_argon2": "La phrase secrète demande cryptography 44 ou plus récent ; les mots, non · the passphrase "
    "takes cryptography 44 or newer; the words do not.",
    "passphrase_not_text": "La phrase secrète n'est pas en UTF-8 : enregistrez le fichier autrement · the "
    "passphrase is not in UTF-8: save the file in another way.",
    "no_snapshot": "Aucune version à restaurer · no snapshot to restore.",
    "no_snapshot_left": "Aucune version ne peut être lue : voir plus haut pourquoi, et chercher une autre "
    "copie du coffre · no snapshot can be read: see above why, and look for another copy of the vault.",
    "all_in_quarantine": "Toutes les versions sont en quarantaine : --list, puis --snapshot ID · all "
    "snapshots are in quarantine: --list, then --snapshot ID.",
    "bad_retirement": "mal formée : écartée · malformed: set aside",
    "snapshot_unknown": "Aucune version, ou plusieurs, ne commencent ainsi : voir --list · no snapshot, or "
    "several, begin like this: see --list.",
    "dest_not_empty": "La destination doit être neuve ou vide · the destination must be new or empty.",
    "dest_in_vault": "La destination est dans le coffre : choisissez-en une autre · the destination lies in "
    "the vault: choose another.",
    "dest_of_another": "Un autre utilisateur peut changer ce dossier, ou l'un de ceux où il se trouve : "
    "restaurez sans droits d'administrateur, ou là où root seul peut écrire · another user may change this "
    "folder or one above it: restore without administrator's rights, or where only root may write.",
    "path_unknown": "Rien de ce nom dans cette version · nothing of this name in this snapshot.",
    "table_altered": "table d'accès altérée, employée faute d'une autre · altered slot table, used for want "
    "of another",
    "chunk_missing": "contenu absent du coffre · content missing from the vault",
    "pack_damaged": "paquet endommagé · damaged pack",
    "wrong_content": "contenu altéré · altered content",
    "no_content": "n'avait pas pu être lu lors de la sauvegarde · could not be read when it was backed up",
    "snapshot_gap": "la version précédente manque · the snapshot before this one is missing",
    "snapshot_fork": "deux versions d'un poste ont ce numéro : poste cloné, ou ancien état resservi · two "
    "snapshots of one workstation have this number: a cloned machine, or an old state served again",
    "bad_signature": "signature fausse : écartée · wrong signature: set aside",
    "bad_snapshot": "mal formée : écartée · malformed: set aside",
    "not_authentic": "altéré : écarté · altered: set aside",
    "not_an_object": "n'est pas ce que dit son nom : écarté · not what its name says: set aside",
}
KINDS = {
    "failed": "NON RESTAURÉ · NOT RESTORED",
    "renamed": "renommé · renamed",
    "inconsistent": "changeait pendant la sauvegarde · changed while it was backed up",
    "raw": "base de données copiée pendant qu'un programme l'utilisait · database copied while in use",
    "left_out": "laissé de côté (ni fichier, ni dossier, ni lien) · left out (no file, folder or link)",
    "unusable": "inutilisable · unusable",
}


def explain(error: BaseException) -> str:
    """An error as a sentence in both languages, its own words behind it."""
    if isinstance(error, Problem):
        known = CODES.get(error.code)
        return f"{known} [{error}]" if known else f"[{error}]"
    return str(getattr(error, "strerror", None) or error)


def tell(kind: str, path: Any, why: object) -> None:
    """One line on the error output."""
    shown = explain(why) if isinstance(why, BaseException) else str(why)
    print(f"{KINDS[kind]}  {show(path)}  {shown}", file=sys.stderr)


def when(ns: int) -> str:
    """A time of a snapshot, as this machine's clock would show it."""
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(ns // 10**9))
    except (OverflowError, OSError, ValueError):
        return f"{ns} ns"


def load_tables(folder: str) -> list[tuple[Table, bytes]]:
    """[(table, data)], newest first; first those whose bytes are those they are named for."""
    intact: list[tuple[Table, bytes]] = []
    others: list[tuple[Table, bytes]] = []
    newer: Problem | None = None
    for name, path, size in stored_names(folder, "slots"):
        try:
            need(size <= MAX_TABLE, "bad_slots")
            data = read_file(path)
            found = (read_slot_table(data), data)
        except (Problem, OSError) as error:
            if isinstance(error, Problem) and error.code == "newer_format":
                newer = error  # anybody can put such a table beside those of the vault
            tell("unusable", path, error)
            continue
        (intact if hashlib.sha256(data).digest() == name else others).append(found)
    if not (intact or others):
        if newer is not None:
            raise newer
        path = os.path.join(folder, "vault")
        if os.path.isfile(path):
            read_vault_header(read_file(path, 0, MIB + 1))
            raise Problem("bad_slots")
        raise Problem("not_a_vault")
    for found_there in (intact, others):
        found_there.sort(key=lambda pair: -pair[0]["generation"])
    return intact + others


def ask_words() -> str:
    """The recovery words, typed on one line or several."""
    print("Les 24 mots du kit de secours · the 24 words of the recovery kit:", file=sys.stderr)
    text = ""
    while len(re.findall(r"[^\W\d_]+", text)) < 24:
        line = sys.stdin.readline()
        if not line:
            break
        text += " " + line
    return text


def open_keys(folder: str, options: argparse.Namespace) -> Keys:
    """The vault's keys, by words or passphrase."""
    tables = load_tables(folder)
    if options.passphrase or options.passphrase_file:
        if options.passphrase_file:
            with open(options.passphrase_file, encoding="utf-8-sig", errors="surrogateescape") as file:
                passphrase = file.readline().rstrip("\r\n")
        else:
            passphrase = getpass.getpass("Phrase secrète · passphrase: ")
        if any("\ud800" <= letter <= "\udfff" for letter in passphrase):
            raise Problem("passphrase_not_text")

        def secret_for(slot: Table) -> bytes:
            kdf = slot["kdf"]
            salt = bytes.fromhex(slot["salt"])
            return stretch(passphrase, salt, kdf["memory"], kdf["passes"], kdf["lanes"])

        found = find_root(tables, "passphrase", secret_for)
    else:
        if options.words_file:
            with open(options.words_file, encoding="utf-8-sig", errors="replace") as file:
                text = file.read()
        else:
            text = ask_words()
        key = words_to_key(text)
        found = find_root(tables, "recovery", lambda slot: key)
    if found is None:
        raise Problem("wrong_secret")
    keys, authentic = found
    if not authentic:
        tell("unusable", "slots", Problem("table_altered"))
    return keys


def print_list(snapshots: list[Named], aside: set[bytes]) -> None:
    """One line for each snapshot, oldest first."""
    for name, snapshot in snapshots:
        numbers = snapshot.get("statistics", {})
        sources = b", ".join(snapshot.get("sources", []))
        files, size = numbers.get("files", 0), numbers.get("bytes", 0)
        who = f"{show(snapshot['device']['name'])}  {show(snapshot['system'])}"
        print(f"{name.hex()[:12]}  {when(snapshot['time'])}  {who}  {show(snapshot.get('label', ''))}")
        print(f"    {files} fichiers · files, {size} octets · bytes: {show(sources)}")
        if name in aside:
            print("    en quarantaine : --snapshot la restaure · in quarantine: --snapshot restores it")


def chosen_snapshots(
    snapshots: list[Named], wanted: str, unread: bool = False, aside: Collection[bytes] = ()
) -> list[tuple[str, bytes, Table]]:
    """[(folder name or "", name, snapshot)]: the one asked for, or the newest of each device. `unread`: there
    are some that cannot be read; those `aside` are in quarantine, and taken by their names alone."""
    if not snapshots:
        raise Problem("no_snapshot_left" if unread else "no_snapshot")
    if not wanted or wanted == "latest":
        snapshots = [item for item in snapshots if item[0] not in aside]
        if not snapshots:
            raise Problem("all_in_quarantine")
    if wanted == "latest":
        return [("", *snapshots[-1])]
    if wanted:
        found = [item for item in snapshots if item[0].hex().startswith(wanted.lower())]
        if len(found) != 1 or len(wanted) < 4:
            raise Problem("snapshot_unknown", wanted)
        return [("", *found[0])]
    newest: dict[bytes, Named] = {}
    for name, snapshot in snapshots:
        device = snapshot["device"]["id"]
        if device not in newest or newness(newest[device]) < newness((name, snapshot)):
            newest[device] = (name, snapshot)
    return [(item[1]["device"]["name"], *item) for item in newest.values()]


def prepare(dest: str, vault_folder: str) -> str:
    """Makes the destination; refuses one with anything in it, or inside the vault."""
    dest, vault_folder = os.path.realpath(dest), os.path.realpath(vault_folder)
    if os.path.join(dest, "").startswith(os.path.join(vault_folder, "")):
        raise Problem("dest_in_vault")
    if os.path.lexists(dest) and (not os.path.isdir(dest) or os.listdir(dest)):
        raise Problem("dest_not_empty")
    refuse_folder_of_another(dest)
    absent, path = [], dest
    while not os.path.lexists(path) and path != os.path.dirname(path):
        absent.append(path)
        path = os.path.dirname(path)
    for path in reversed(absent):
        os.mkdir(path, 0o700)  # os.makedirs would leave those on the way to everybody
    refuse_folder_of_another(dest)  # a folder above may have changed hands meanwhile
    return native(dest)


def refuse_folder_of_another(dest: str) -> None:
    """What an administrator writes goes by its path: nobody else may exchange a folder on it for a link."""
    if WINDOWS or os.geteuid() != 0:
        return
    path = dest
    while True:
        if os.path.lexists(path):
            found = os.stat(path)
            shared = found.st_mode & 0o022 and not found.st_mode & stat.S_ISVTX
            if found.st_uid != 0 or shared:
                raise Problem("dest_of_another", path)
        if path == os.path.dirname(path):
            return
        path = os.path.dirname(path)


def restore(
    vault: Vault, chosen: list[tuple[str, bytes, Table]], dest: str, options: argparse.Namespace
) -> int:
    """Restores what was chosen; the number of items that could not be."""
    only = tuple(os.fsencode(name) for name in (options.path or "").split("/") if name)
    failed = left_out = lost = 0
    for device, name, snapshot in chosen:
        print(f"{name.hex()[:12]}  {when(snapshot['time'])}  {show(snapshot['device']['name'])}")
        top = dest
        if device:
            safe = re.sub(r'[\x00-\x1f"*/:<>?\\|.]', "_", device) or "_"
            top = free_path(dest, safe.strip() or "_")
            os.mkdir(top, 0o700)
        restorer = Restorer(vault, tell, options.owner, options.keep_damaged, only)
        restorer.run(snapshot["root"], top)
        print(
            f"{restorer.files} fichiers · files, {restorer.folders} dossiers · folders, "
            f"{restorer.links} liens · links, {restorer.bytes} octets · bytes"
        )
        for what, count in sorted(restorer.lost_metadata.items()):
            print(f"métadonnées non restaurées ici · metadata not restored here: {show(what)} ({count})")
        failed += restorer.failed
        left_out += restorer.left_out
        lost += sum(restorer.lost_metadata.values())
        if only and not restorer.found and not restorer.failed:
            tell("failed", options.path, Problem("path_unknown"))
            failed += 1
    if left_out:
        print(f"{left_out} laissés de côté · left out")
    if failed:
        print(f"{failed} non restaurés · not restored")
    elif left_out or lost:
        print("Tout le reste est restauré · all the rest is restored.")
    else:
        print("Tout est restauré · all is restored.")
    return failed


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="CyberLib : programme de secours · rescue program")
    parser.add_argument("vault", metavar="VAULT_FOLDER", help="dossier du coffre · folder of the vault")
    parser.add_argument("dest", metavar="DEST", nargs="?", help="dossier neuf ou vide · new or empty folder")
    parser.add_argument("--list", action="store_true", help="montrer les versions · show the snapshots")
    parser.add_argument("--snapshot", metavar="ID", default="", help="une version, ou · one, or: latest")
    parser.add_argument("--path", metavar="PATH", help="cela seul · this alone")
    parser.add_argument("--words-file", metavar="FILE", help="fichier des 24 mots · file with the 24 words")
    parser.add_argument("--passphrase", action="store_true", help="demander la phrase secrète · ask for it")
    parser.add_argument("--passphrase-file", metavar="FILE", help="sa première ligne · its first line")
    parser.add_argument("--owner", action="store_true", help="propriétaires, droits · owners, access lists")
    parser.add_argument("--keep-damaged", action="store_true", help="garder ce qui reste · keep what is left")
    options = parser.parse_args(arguments)
    if not options.list and not options.dest:
        parser.error("DEST, --list")
    return options


def main(arguments: list[str] | None = None) -> int:
    """The whole program; its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    options = parse_arguments(arguments)
    try:
        keys = open_keys(options.vault, options)
        wrong: list[str] = []

        def unusable(path: str, why: BaseException) -> None:
            wrong.append(path)
            tell("unusable", path, why)

        aside, once = load_retired(options.vault, keys, unusable)
        snapshots = load_snapshots(options.vault, keys, unusable, once)
        if options.list:
            print_list(snapshots, aside)
            return 0
        chosen = chosen_snapshots(snapshots, options.snapshot, bool(wrong), aside)
        dest = prepare(options.dest, options.vault)
        vault = Vault(options.vault, keys, unusable)
        return 3 if restore(vault, chosen, dest, options) else 0
    except (Problem, OSError) as error:
        print(explain(error), getattr(error, "filename", None) or "", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrompu · interrupted.", file=sys.stderr)
        return 130


# The 2048 recovery words: a word's place in this list, from 0, is its 11 bits. This list never changes.
_LIST = """
abaisser abbaye abeille abonner aborder aboutir aboyer abriter absolu abstrait acacia acajou accalmie accepter
accord accroche accueil achat acheteur acide acier acompte acquis acrobate acteur actif actuel adage adepte
adieu adjacent adjectif adjoint admettre admirer adopter adorable adoucir adresse adroit adulte adverbe
affaire affiche agate agence agir agiter agneau agora agrandir agricole agronome aider aigle aiguille aileron
ailier aimable ajouter ajuster albatros album alchimie alentour alerte algue alibi aligner aliment alliance
allonger allumer almanach alouette alphabet alpin alterner altitude alto amadouer amalgame amarrage amateur
amazone ambiance ambre ambulant amener amidon amiral amorce amour amovible ample ampoule amulette amusant
analyse ananas anatomie anchois ancien ancrage anecdote ange animal anis annexe annonce annuel anodin anonyme
antenne aplatir appareil appeler applique appoint apprenti appui aquarium aqueduc arachide arbitre arborer
arbuste arcade arceau archipel ardeur ardoise argent argile argument arlequin armoire armure arpenter arranger
arriver arrosage artiste aspect asphalte aspirer assiette associer assurer astre astuce atelier atlas atome
atout attacher attendre attirer attraper auberge aubier audace auditeur aurore austral automne autruche auvent
avaler avance avenir aviateur avion aviser avocat avoine avril azimut azote azur babiole babouin badge bagage
baguette bahut baigner balance balcon baleine balise bambou banane bancaire bandeau banjo banlieue banquise
baobab baquet barbe baril baron barque barrage baryton basalte bascule base basique basket bassin bastide
bateau battre baudrier baume bavard bavette bazar beffroi belette belge belote berceau berger berline bermuda
besoin bestiole beurre biais biathlon biceps bidon bien bijou bilan bilingue billet binaire biologie biscuit
bistrot bitume bivouac blague blanc blason bleu bloc bloquer blottir blouson bobine bocage boire boisseau
bolide bonbon bondir bonheur bonjour bonnet bonobo bonsoir bonus bordure borne botte bouche bougie bouillon
boule bouquet bourdon boussole boutique bowling boxeur bracelet brancher bras bravo brebis bref bretelle
brevet bricoler bride brigade brillant brioche briquet briser brochure broderie bronze brosse brouette broyer
bruitage brumeux brusque brut bruyant budget buffet buisson bulbe bulletin bungalow bureau buste butin buveur
cabane cabinet cacao cachette cactus cadastre cadeau cadran cagnotte cagoule cahier caillou caisse calcul
calibre calme calque calumet camarade camelot camion campagne canard candidat canevas caniche cannelle cantine
canyon capable capital caporal caprice capsule capture capuche caramel carbone cardinal caresse cargo caribou
carnet carotte carpe carrosse carton cascade caserne casino cassette castor cause cavalier caviar ceinture
cellule cendrier centime cercle cerise certain cerveau cesser chaise chaleur chambre chanson chapeau charme
chasseur chaton chauffer chef chemin chenille chercher cheval chic chien chiffre chignon chimie chiot chips
chocolat choisir chorale chose chouette chrome cible cidre ciel cigale cigogne ciment cintre circuit cirque
ciseler citadin citerne cithare citoyen citron civil clairon clapoter classer clavier client climat clinique
cloche cloison clou clown club cobalt cocktail cocotier coder cohorte coiffeur coin colis colline colonne
colza combiner comique commerce complet concert conduire confort congeler conseil contact convoi copain copeau
copie coquille corail corbeau cordon cormoran corniche correct corset corvette cosmos costume coton cottage
coucou couleur couple courage cousin couteau couvert coyote craie crampon crapaud craquer cravate crayon
cresson creuser crevette cricket crier critique crochet croire croquis crumble cubique cueillir cuiller cuir
cuisine cuivre culotte culture cumin cumuler curcuma curieux curling curry curseur cuve cycle cylindre dahlia
dallage damier danser dater dauphin debout dehors delta demande demeure demi dentelle dernier descente dessert
destin devant devenir deviner devoir dialogue diamant diane diapason dicter diffuser digue diluer dimanche
diminuer dindon direct diriger discours disposer disque dissiper distance divan divertir division dizaine
docile docteur document dollar dolmen domaine dominer dompter donation donjon donner dorloter dormir dortoir
dorure dosage doser dossier douane doubler douceur doudoune douillet douter douzaine dragon drainer drakkar
drapeau dresser dribbler droitier drone duchesse duplex durable durcir durer duvet dynamo effet effigie effort
eldorado elfe ellipse emballer embellir embrun emmener empereur empire emploi emporter encadrer enclos
encodage encrier endive endormir endroit enduit enfant enfiler enfoncer enfuir engager engin englober engrais
enjamber enjeu enlacer enlever enrichir enrouler enseigne entamer entente entier entourer entracte environ
envoyer escalier escorte escrime espadon espion espoir esprit esquisse essai essence essieu essor essuyer
estampe estime estomac estrade estuaire euro exact examen exaucer excuse exemple exercice exiger exister
exotique expert exploit exposer express exquis externe extrait fabrique fabuleux facette facile facture faisan
fakir falaise fameux famille fanfare fanion farceur farfelu farine faubourg faucon faune fauteuil fauvette
faveur favori feinte fenouil fermier fertile ferveur festival feuille feutre fiable fiacre fibre ficelle
fichier fiction ficus fier fiesta figure filature filet fille film filon filtre final finesse finir firme
fiston fixation fjord flacon flair flamme flan flash flatteur fleur flexible flipper flore flotte fluide fluor
fluvial flux focal folklore foncer fondant fontaine football forage force forfait forger formule fortune forum
fossile fouet fouine foulard four foyer fraction fragile fraise franc frein frelon fresque friand frigo
fringale frisson friture froid fromage front frotter frugal fruit fuchsia fugue furet fusain fusion futile
futur gabarit gadget gage gagner gaillard galaxie galerie galop gamelle gamin gant garage gardien garenne
garnir garrigue gauche gaufre gazon geler gendarme genou genre gentil gerbe germer gestion geyser gibier
girafe girofle glace glaner glisser globe gloire glorieux glousser gluant glucose gnome gobelet golf gomme
gondole gonfler gong gorge gorille gouache goudron gouffre goujon goulot goupille gourmand gousse goutte
gracieux grade graine gramme grand grappe gratuit gravier grelot grenier griffon gril grimper grive gros
grotte groupe gruau grumeau guichet guide guignol guimauve guitare gymnase habile hachoir hall halte hamac
hameau hamster handball hangar hareng haricot harmonie harnais harpon hausse hautbois hectare herbier hercule
hermine heureux hexagone hibiscus hibou hippique hisser histoire hiver hochet hockey homard hommage honneur
honorer horaire horizon horloge houblon hublot huile huissier humain humble humide humour humus hutte hybride
hydrater hymne iceberg idylle igloo iguane illustre image imberbe imiter immense immobile imposer imprimer
incarner inclure index indice infini informer infusion initial innocent inox inscrire insecte insigne insolite
inspirer instant intact interne intime intrigue intuitif inventer invite invoquer iode iris ironie isard
isoler issue isthme italique item ivoire jacinthe jacquard jade jaguar jaillir jambe janvier jardin jargon
jarret jasmin jauger java javelot jazz jeep jetable jeter jeton jeudi jeune jogging joint joker joli jonction
jongler jouable joueur joujou journal joute jouvence jovial joyeux jubiler judo jugement juillet juin jumeau
jungle junior jupe jupon juriste jury justice juteux kaki karting kayak kermesse ketchup kilo kimono kiosque
kiwi klaxon koala label labour labrador lacet lactose lacustre lagune laine laisser laitier lama lambris
lampion lance landau langue lanterne largeur larme lasagne laser latin latte laurier lavande laverie lavoir
lecture lentille lessive lester lettre levain lever levure lexique liaison liasse libraire licence lichen
licorne lieu ligature ligne lilas limace limite limonade limpide lingot linteau liquide liseron lisible
lissage liste litre littoral livrer location logement logique logo lointain loisir longueur lopin loquet
loterie lotion lotus louange louer loupe loyal lucarne lucide ludique lueur luge lumen lumineux lunaire lunch
lundi lunette lustre luth lutrin lutteur luxueux luzerne lycra lynx lyrique macaron machine magasin magenta
magique magma magret maillot maintien mairie maison majeur major malaxer malice maman mamie mammouth manche
mandat manette mangeur manioc manoir manque mansarde manuel maquette marais marbre marcher mardi marge marier
marmite marquis marron marteau mascotte masquer massif match matelas matinal matrice mauve maxime mazout
meilleur melon membre meneur menhir mensuel menthe menu merci meringue message mesure meuble meunier micro
midi miette mignon migrer mijoter milieu mime mimosa mince minerai ministre minuit miracle miroiter missive
mistral mitaine mixage mixer mixte mobile modeste modifier module moelleux moindre mollet moment mondial
moniteur monnaie monopole monter monument morceau mortier motard moteur motif moto mouchoir moudre mouette
moufle mouiller moulin mousson mouton mouvant moyen muguet mule mulot multiple muraille murmure muscle museau
musique myope myriade myrtille mythe nacelle nacre nager naissant nappe narcisse natation nation nature
nautique naval navet navire nectar neige nettoyer neurone neutron neveu niche nickel niveau noble noce
nocturne noir noisette nomade nombril nommer normal notable noter notifier nougat nouille nounours nourrir
nouveau novembre novice noyau nuage nuance nuptial nuque nylon nymphe oasis objet obliger observer obstacle
obtenir occasion occident occuper ocre octave octet octobre octroi odeur odorat office offrir oiseau olivier
olympe omelette omettre omission omnibus oncle onde onglet opaline opaque opinion opter optique oracle orageux
orange orateur orbite ordonner ordre oreiller orgue orient original orme ornement orteil ortie osciller
oseille osmose otarie ouate oublier ouest ourlet ours outil outre ouvrage ovale ovation pacha pacifier pacte
paella pagaille pagode paiement paille paisible palace palette palmier palourde palpable panache pancarte
panda panneau panoplie pantalon papaye papier paprika papyrus paquebot parade parcours parent parfum pari
parking parler parmesan parole parquet parrain partage parure parvenir passer pastel paternel patience patois
patron pavillon pavot payant payer paysage pedigree peigne peintre pelouse peluche pencher pendant penseur
pente percer perdrix perle permis perruque personne peser petit peuple phase phoque photo physique piano
piccolo pichet picorer pierre pieuvre pigeon pigment pile pilote pimenter pinceau pingouin pintade pioche
pionnier pipette piquet pirate pirogue piscine pistache pivoter pixel pizza placer plafond plage plaisir
planche plaquer plateau pliant plier plomb plonger plot pluie plumage pluriel pluvieux pneu pochette podium
poignet pointe poirier poisson poivre polaire polenta polir polka pollen pommade pompe ponctuel pondre portail
pose position possible poster potage poteau potier poubelle pouf poulet poupon pourpre pousser pouvoir prairie
praline pratique premier prendre prestige preuve primaire prince prise prochain produire profil projet
prologue promener pronom propre prouver province prudence prune public puce pudding puissant pull puma pupitre
purifier puzzle pyjama pyramide quai quartier quatuor question quiche quille quinoa quitter quiz quota rabais
raboter racheter racine raclette raconter radar radieux rafale raffiner ragondin raisin rajeunir rajout
ralentir rallye ramasser ramer rampe ranch ranger rapide rapport rare rasoir ratio raton ravin rayonner rayure
rebond recette recharge record recruter recto recueil recycler redire redonner refaire refermer reflet refonte
refrain refuge regarder registre regret rejouer relais relever relier remarque remblai remettre remise
remonter remplir remuer renard rendu renfort rengaine renom rentrer renvoi repas repenser replacer report
reptile respect ressort restant retenir retirer retour retrait revenu revivre revue rhubarbe richesse ricochet
rideau rigide rigole rincer risotto rite rituel rivage rivet robe robinet robot robuste rocher roman ronce
rondelle roquette rosace rosette rosier rotation rotor rotule rouage rouble rouget rouler routier rouvrir
royaume ruban rubis rubrique ruche rude ruelle rugby rugueux ruisseau rural rustique rythme sablier sabot
sabre sachet sacoche safari safran sagesse saisir salade salsa salut salve samba samedi sandwich sanglier
santal sapeur saphir sapin sardine sarrasin saucisse sauge saumon sauna sauter sauvage savant savon saxo
sceptre science scolaire scooter score scout script scrutin sculpter seconde secret section segment seigle
semaine semblant semence semis semoule senior sensible sentir sergent serrer service seuil sieste sifflet
signal silence sillage simple simuler singe sinueux siphon sirop situer sketch skieur slalom slogan snack
social socle soif soigner soja soldat soleil soliste solo solstice solution solvant sombre sommeil sonate
sondage songer sonnerie sonore soprano sorbet sorcier sorgho sorte sosie soucoupe soudain souffle souhait
soulever souper sourire soutien souvenir spacieux spatial sport sprint square stable stade standard star
statue steppe stock stop strophe studio style suave sublime subtil sucre suffire suite suivant sujet sultan
superbe support surface surgir surnom surprise survol sushi sycomore syllabe symbole syntaxe tableau tabouret
tactique tailler tajine talc talent talisman talon talus tambour tamiser tampon tandem tango tapage taper
tapis taquin tarif tarot tarte tasse tatouage taupe taureau taverne taxi techno teindre temple tenant tendance
tenir tennis tension tenter tenue terminer terrain test texte thermal ticket tigre tilleul timbre timide tipi
tirage tirelire tiroir tisane tissu titan titrer toast toboggan toge toilette toison tomate tondeuse tonique
tonneau tonton topaze toque torche torrent torse tortue total totem toucher touffu toundra toupie tournoi
trace traduire train trajet tramway tranche travail treille tremplin tresse treuil triangle tribune tricot
trident trilogie trimaran trinquer trio triple triton trognon trombone tronc tropical troquer trottoir
troupeau truc truffe truite tube tulipe tulle tunnel turban tuteur tutoyer tutu tuyau typique ultime unanime
uniforme union unique unir unisson unitaire univers urbain usage usine usuel utiliser utopie vacance vache
vague vaillant vaincre vaisseau valable valeur valider vallon valoir valse vanille vannerie vaporeux varech
variable vasque vaste vecteur vedette veiller velours velux vendredi ventre verbal verdure verglas vermeil
vernis verrou verser vertu verveine vestige viaduc viande vibrer victoire vieux vigilant vigneron vigueur
villa vinaigre vinyle violet virtuel visage viseur visite vison visuel vitamine vitesse vitrine vivace vivier
vivre vocable voguer voile voisin voiture volant volcan volley volt volume vortex vote vouloir voyage voyelle
vrai vrille wagon watt webcam yacht yaourt yoga zeppelin zeste zigzag zinc zodiaque zone zoologie zoom
"""
WORDS = _LIST.split()

if __name__ == "__main__":
    sys.exit(main())
