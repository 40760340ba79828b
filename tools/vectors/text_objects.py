"""Vectors of what is text: recovery words, the object `vault`, slot tables."""

from __future__ import annotations

import copy
import json
from typing import Any

import msgspec

from cyberlib_client.core import words
from cyberlib_client.core.crypto import mac
from cyberlib_client.core.format_v1.renewed import succeed
from cyberlib_client.core.format_v1.slots import KdfCost, stretch, wrap_root
from cyberlib_client.core.keys import VaultKeys

from .parts import (
    KEYS,
    OTHER_KEYS,
    RENEWED_KEYS,
    ROOT,
    VAULT_ID,
    Vector,
    accepts,
    nested,
    noise,
    rejects,
)

HEADER = {
    "format": "cyberlib vault",
    "version": 1,
    "suite": 1,
    "id": VAULT_ID.hex(),
    "created": 1_768_464_000,
    "chunking": {"minimum": 32768, "average": 131072, "maximum": 1048576},
}


def compact(value: object) -> bytes:
    """JSON as this format writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def lines(value: object, key: bytes) -> bytes:
    """The two lines of a text object."""
    body = value if isinstance(value, bytes) else compact(value)
    return body + b"\n" + mac(key, body).hex().encode() + b"\n"


def changed(value: dict[str, Any], *path: str | int, to: Any = ...) -> dict[str, Any]:
    """A copy with one thing replaced, or taken away."""
    new = copy.deepcopy(value)
    here: Any = new
    for step in path[:-1]:
        here = here[step]
    if to is ...:
        del here[path[-1]]
    else:
        here[path[-1]] = to
    return new


def word_vectors() -> list[Vector]:
    """24 words to 32 bytes."""
    made = []
    for label, key in [("zeros", bytes(32)), ("ones", b"\xff" * 32), ("any", noise("recovery key", 32))]:
        made.append(accepts(label, {"text": " ".join(words.encode(key))}, {"key": key.hex()}))
    key = noise("recovery key", 32)
    good = words.encode(key)
    out = {"key": key.hex()}
    cut = [word[:4] for word in good]
    numbered = "\n".join(f"{i}. {word}" for i, word in enumerate(good, 1))
    spoken = ", ".join(f"mot {i} : {word.upper()}" for i, word in enumerate(good, 1))
    accented = " ".join(good).replace("e", "é")
    made += [
        accepts("four letters each", {"text": " ".join(cut)}, out, "the first four letters decide"),
        accepts("what follows the fourth letter", {"text": " ".join(w + "zz" for w in cut)}, out),
        accepts("numbered lines", {"text": numbered}, out),
        accepts("as spoken", {"text": spoken}, out),
        accepts("a title", {"text": f"# Les 24 mots\r\n \t#Coffre 12\n#\n{numbered}\n# fin"}, out),
        accepts("numbered with #", {"text": numbered.replace("\n", "\n# ")}, out),
        accepts("accents", {"text": accented}, out),
        accepts("decomposed accents", {"text": accented.replace("é", "e\u0301")}, out),
        rejects("nothing", "recovery_words_count", {"text": ""}),
        rejects("23 words", "recovery_words_count", {"text": " ".join(good[:-1])}),
        rejects("25 words", "recovery_words_count", {"text": " ".join([*good, good[0]])}),
        rejects(
            "an unknown word",
            "recovery_word_unknown",
            {"text": " ".join([*good[:9], "xylophage", *good[10:]])},
        ),
        rejects("three letters", "recovery_word_unknown", {"text": " ".join([good[0][:3], *good[1:]])}),
        rejects(
            "two words exchanged",
            "recovery_words_checksum",
            {"text": " ".join([good[1], good[0], *good[2:]])},
        ),
        rejects("another last word", "recovery_words_checksum", {"text": " ".join([*good[:-1], "abaisser"])}),
    ]
    return made


_SMALL_CHUNKS = changed(HEADER, "chunking", to={"minimum": 64, "average": 256, "maximum": 1024})


def vault_vectors() -> list[Vector]:
    """The object `vault`; `root` opens it."""

    def given(data: bytes) -> Vector:
        return {"data": data.hex(), "root": ROOT.hex(), "vault_id": VAULT_ID.hex()}

    def refused(name: str, header: object, code: str = "not_a_vault", note: str = "") -> Vector:
        return rejects(name, code, given(lines(header, KEYS.header)), note)

    good = lines(HEADER, KEYS.header)
    body, tag, _ = good.split(b"\n")
    older = compact(changed(HEADER, "created", to=1))
    return [
        accepts("a vault", given(good), HEADER),
        accepts("a field of tomorrow", given(lines({**HEADER, "x": [1]}, KEYS.header)), HEADER, "ignored"),
        accepts(
            "a field of tomorrow of 16 levels", given(lines({**HEADER, "x": nested(15)}, KEYS.header)), HEADER
        ),
        accepts("the smallest chunks", given(lines(_SMALL_CHUNKS, KEYS.header)), _SMALL_CHUNKS),
        rejects("nothing", "not_a_vault", given(b"")),
        rejects("one line", "not_a_vault", given(body + b"\n")),
        rejects("no last line feed", "not_a_vault", given(good[:-1])),
        rejects("three lines", "not_a_vault", given(good + b"\n")),
        rejects("a short MAC", "not_a_vault", given(body + b"\n" + tag[:-2] + b"\n")),
        refused("no JSON", b"{"),
        refused("a list", []),
        refused("a number", 1),
        refused("bytes that are no UTF-8", b'{"format":"\xff"}'),
        refused("nested a thousandfold", b"[" * 3000, note="must not exhaust the reader's stack"),
        refused("another format", changed(HEADER, "format", to="something else")),
        refused("version 0", changed(HEADER, "version", to=0)),
        refused("version as text", changed(HEADER, "version", to="1")),
        refused("suite 0", changed(HEADER, "suite", to=0)),
        refused("version 2", changed(HEADER, "version", to=2), "newer_format"),
        refused("suite 2", changed(HEADER, "suite", to=2), "newer_format"),
        refused(
            "version 2 without suite",
            changed(changed(HEADER, "version", to=2), "suite"),
            "newer_format",
            "a later version may leave out anything but these two",
        ),
        refused(
            "suite 2, version as text",
            changed(changed(HEADER, "suite", to=2), "version", to="1"),
            "newer_format",
        ),
        refused("an id of 15 bytes", changed(HEADER, "id", to=VAULT_ID.hex()[2:])),
        refused(
            "an id in capitals", changed(HEADER, "id", to=VAULT_ID.hex().upper()), note="one way to write it"
        ),
        refused("an id that is no hex", changed(HEADER, "id", to="z" * 32)),
        refused("no time", changed(HEADER, "created")),
        refused("no chunking", changed(HEADER, "chunking")),
        refused("chunks too small", changed(HEADER, "chunking", "minimum", to=63)),
        refused("chunks out of order", changed(HEADER, "chunking", "minimum", to=131073)),
        refused("average chunks too small", changed(_SMALL_CHUNKS, "chunking", "average", to=255)),
        refused("largest chunks too small", changed(_SMALL_CHUNKS, "chunking", "maximum", to=1023)),
        refused("chunking without average", changed(HEADER, "chunking", "average")),
        refused("chunking of nothing", changed(HEADER, "chunking", to={})),
        refused("NaN, which JSON has not", compact({**HEADER, "x": float("nan")})),
        refused("chunks too large", changed(HEADER, "chunking", "maximum", to=4 * 1024 * 1024 + 1)),
        rejects("another time", "vault_altered", given(older + b"\n" + tag + b"\n")),
        rejects("MAC in capitals", "vault_altered", given(body + b"\n" + tag.upper() + b"\n")),
        rejects("a MAC of zeros", "vault_altered", given(body + b"\n" + b"0" * 64 + b"\n")),
        rejects("another vault's MAC", "vault_altered", given(lines(HEADER, OTHER_KEYS.header))),
    ]


PASSPHRASE = "été à la plage"
RECOVERY = noise("recovery key", 32)
SALT = noise("salt of a slot", 32)
COST = KdfCost(memory=64 * 1024, passes=4, lanes=1)


def _slot(kind: str, secret: bytes, cost: KdfCost | None = None, keys: VaultKeys = KEYS) -> dict[str, Any]:
    made = wrap_root(
        keys,
        secret,
        slot_id=noise(f"id of {kind}", 8),
        kind=kind,  # type: ignore[arg-type]
        name=f"a {kind}",
        created=1_768_464_000,
        salt=SALT,
        kdf=cost,
    )
    fields = ("id", "type", "name", "created", "salt", "commitment", "wrapped")
    slot = {name: getattr(made, name) for name in fields}
    if cost is not None:
        slot["kdf"] = {"memory": cost.memory, "passes": cost.passes, "lanes": cost.lanes}
    return slot


def slot_vectors() -> list[Vector]:
    """A slot table and a secret; what comes out is the root secret."""
    stretched = stretch(PASSPHRASE, SALT, COST)
    device = noise("device secret", 32)
    table = {
        "header": HEADER,
        "generation": 3,
        "copy": 1,
        "slots": [_slot("passphrase", stretched, COST), _slot("recovery", RECOVERY), _slot("device", device)],
    }
    opened = {"root": ROOT.hex(), "vault_id": VAULT_ID.hex()}

    def given(data: bytes, kind: str = "recovery", secret: str = RECOVERY.hex()) -> Vector:
        return {"data": data.hex(), "type": kind, "secret": secret}

    def phrase(value: object, text: str = PASSPHRASE) -> Vector:
        return given(lines(value, KEYS.slots), "passphrase", text)

    def refused(name: str, value: object, code: str = "bad_slots", note: str = "") -> Vector:
        return rejects(name, code, given(lines(value, KEYS.slots)), note)

    def cost(name: str, to: int) -> dict[str, Any]:
        return changed(table, "slots", 0, "kdf", name, to=to)

    good = lines(table, KEYS.slots)
    body, tag, _ = good.split(b"\n")
    wrapped = table["slots"][1]["wrapped"]  # type: ignore[index]
    altered = f"{int(wrapped[:2], 16) ^ 1:02x}{wrapped[2:]}"
    lower = compact(cost("passes", 3)) + b"\n" + tag + b"\n"
    elsewhere = changed(table, "header", "id", to=noise("another vault id", 16).hex())
    made = [
        accepts("recovery key", given(good), opened),
        accepts("device secret", given(good, "device", device.hex()), opened),
        accepts("passphrase", phrase(table), opened, "Argon2id of its NFC form in UTF-8"),
        accepts(
            "passphrase with decomposed accents", phrase(table, "e\u0301te\u0301 a\u0300 la plage"), opened
        ),
        accepts("ids of removed slots", given(lines({**table, "removed": ["00" * 8]}, KEYS.slots)), opened),
        accepts("a field of tomorrow", given(lines({**table, "x": [1]}, KEYS.slots)), opened, "ignored"),
        rejects("another key", "wrong_secret", given(good, secret=noise("no key", 32).hex())),
        rejects("another passphrase", "wrong_secret", phrase(table, "ete a la plage")),
        rejects(
            "a lower cost",
            "wrong_secret",
            given(lower, "passphrase", PASSPHRASE),
            "the cost is bound to the slot",
        ),
        refused("a slot in another vault's table", elsewhere, "wrong_secret"),
        refused("another id", changed(table, "slots", 1, "id", to="00" * 8), "wrong_secret"),
        refused("an altered root secret", changed(table, "slots", 1, "wrapped", to=altered), "not_authentic"),
        rejects(
            "another name",
            "not_authentic",
            given(body.replace(b"a device", b"a devil!") + b"\n" + tag + b"\n"),
        ),
        rejects("another MAC", "not_authentic", given(body + b"\n" + b"0" * 64 + b"\n")),
        refused("version 3", changed(table, "header", "version", to=3), "newer_format"),
        refused("another format", changed(table, "header", "format", to="x")),
        refused("no header", changed(table, "header")),
        refused("no JSON", b"[1,"),
        refused("nested a thousandfold", b"[" * 3000),
        refused("generation 0", changed(table, "generation", to=0)),
        refused("copy 0", changed(table, "copy", to=0)),
        refused("copy 3", changed(table, "copy", to=3)),
        refused("no slot", changed(table, "slots", to=[])),
        refused("65 slots", changed(table, "slots", to=[{**_slot("recovery", RECOVERY), "name": ""}] * 65)),
        refused("an unknown kind of slot", changed(table, "slots", 1, "type", to="oracle")),
        refused("a passphrase without cost", changed(table, "slots", 0, "kdf")),
        refused("a recovery key with cost", changed(table, "slots", 1, "kdf", to=table["slots"][0]["kdf"])),  # type: ignore[index]
        refused("a cost without lanes", changed(table, "slots", 0, "kdf", "lanes")),
        refused("a cost of nothing", changed(table, "slots", 0, "kdf", to={})),
        refused("a recovery key with a cost of null", changed(table, "slots", 1, "kdf", to=None)),
        refused(
            "version 3 without suite",
            changed(changed(table, "header", "version", to=3), "header", "suite"),
            "newer_format",
        ),
        refused("a salt of 31 bytes", changed(table, "slots", 1, "salt", to=SALT.hex()[2:])),
        refused("a wrapped secret of 47 bytes", changed(table, "slots", 1, "wrapped", to=wrapped[2:])),
        refused("an id of 9 bytes", changed(table, "slots", 1, "id", to="00" * 9)),
        refused("an id that is no hex", changed(table, "slots", 1, "id", to="zz" * 8)),
        refused("no name", changed(table, "slots", 1, "name")),
    ]
    for name, least, most in [("memory", 64 * 1024, 1024 * 1024), ("passes", 3, 16), ("lanes", 1, 16)]:
        for value in (least - 1, most + 1):
            made.append(rejects(f"{name} {value}", "kdf_out_of_bounds", phrase(cost(name, value))))
    return [*made, *_renewed_vectors(table)]


def _renewed_vectors(first: dict[str, Any]) -> list[Vector]:
    """Tables of a vault whose root secret was renewed twice."""
    keys = RENEWED_KEYS
    one = VaultKeys(keys.former[1].root, VAULT_ID, [keys.former[0].root])
    chain = succeed(one, [], noise("salt of former roots", 32)).chain
    root = json.loads(msgspec.json.encode(succeed(keys, chain, noise("salt of former roots", 32))))
    table = {
        **changed(first, "header", "version", to=2),
        "slots": [_slot("recovery", RECOVERY, keys=keys)],
        "root": root,
    }
    out = {"root": keys.root.hex(), "vault_id": VAULT_ID.hex(), "former": [k.root.hex() for k in keys.former]}

    def given(value: object) -> Vector:
        return {"data": lines(value, keys.slots).hex(), "type": "recovery", "secret": RECOVERY.hex()}

    def refused(name: str, value: object, code: str = "bad_slots") -> Vector:
        return rejects(name, code, given(value))

    former, links = root["former"], root["chain"]
    other = f"{int(former[-2:], 16) ^ 1:02x}"
    return [
        accepts("renewed twice", given(table), out),
        refused("renewed, but of version 1", changed(table, "header", "version", to=1)),
        refused("version 2 without a former root", changed(table, "root")),
        refused("no link", changed(table, "root", "chain", to=[])),
        refused("16 links", changed(table, "root", "chain", to=links[:1] * 16)),
        refused("a link less", changed(table, "root", "chain", to=links[1:])),
        refused("a word of 31 bytes", changed(table, "root", "chain", 0, "word", to="00" * 31)),
        refused("a former root less", changed(table, "root", "former", to=former[64:])),
        refused(
            "another id of a root", changed(table, "root", "chain", 0, "id", to="00" * 16), "not_authentic"
        ),
        refused("altered roots", changed(table, "root", "former", to=former[:-2] + other), "not_authentic"),
    ]
