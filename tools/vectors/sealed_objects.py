"""Vectors of what is sealed in one piece: keys, headers, records, indexes, snapshots."""

from __future__ import annotations

from typing import Any, Final

from cyberlib_client.core.format_v1 import header as head
from cyberlib_client.core.format_v1.record import padme
from cyberlib_client.core.format_v1.snapshot import certify

from .packs import NODE, ONE, TWO
from .parts import (
    DEVICE,
    DEVICE_ID,
    KEYS,
    MIB,
    OTHER_DEVICE,
    OTHER_KEYS,
    RENEWED,
    RENEWED_KEYS,
    ROOT,
    VAULT_ID,
    Vector,
    accepts,
    bomb,
    chunk_id,
    derived,
    flipped,
    frame,
    frame_with_dictionary,
    frame_without_size,
    new_header,
    node_id,
    noise,
    of_root,
    pack,
    record,
    rejects,
    sealed,
)

_VAULT: Final = {"root": ROOT.hex(), "vault_id": VAULT_ID.hex()}


def key_vectors() -> list[Vector]:
    """Every key of a vault, and ids."""
    labels: tuple[str, ...] = ("chunk ids", "tree ids", "vault header", "slot table", "index", "snapshots")
    labels += ("certificate signing", "salt hedging", "local state", "epoch 0")
    made = [accepts("keys", _VAULT, {label: derived(label).hex() for label in labels})]
    made += [
        accepts(f"epoch {n}", {**_VAULT, "epoch": n}, {"key": KEYS.epoch(n).hex()})
        for n in (0, 1, 2, 120, 4095)
    ]
    names = ("header", "slots", "index", "snapshots", "sign_seed", "hedge", "local")
    out = {label: getattr(RENEWED_KEYS, name).hex() for label, name in zip(labels[2:9], names, strict=True)}
    made.append(accepts("keys of the third root", RENEWED, {**out, "epoch 0": RENEWED_KEYS.epoch(0).hex()}))
    out = {"chunk_id": chunk_id(b"a").hex(), "node_id": node_id(b"a").hex()}
    made.append(accepts("ids, by the first root", {**RENEWED, "content": b"a".hex()}, out))
    made.append(
        accepts(
            "chunker seed, by the first root",
            {**RENEWED, "what": "chunker seed"},
            {"seed": KEYS.chunker_seed()},
        )
    )
    made.append(accepts("chunker seed", {**_VAULT, "what": "chunker seed"}, {"seed": KEYS.chunker_seed()}))
    context, salt = noise("context", 24), noise("a salt", 32)
    key, commitment = KEYS.object_key(KEYS.index, salt, context)
    given = {**_VAULT, "base": KEYS.index.hex(), "salt": salt.hex(), "context": context.hex()}
    made.append(accepts("object key", given, {"key": key.hex(), "commitment": commitment.hex()}))
    for content in (b"a", b"Bonjour", noise("content", 100)):
        out = {"chunk_id": chunk_id(content).hex(), "node_id": node_id(content).hex()}
        made.append(accepts(f"ids of {len(content)} bytes", {**_VAULT, "content": content.hex()}, out))
    return made


def header_vectors() -> list[Vector]:
    """The first 88 bytes of a pack, index or snapshot."""

    def given(data: bytes, magic: bytes = head.PACK) -> Vector:
        return {**_VAULT, "data": data.hex(), "magic": magic.decode()}

    made = []
    for magic, epoch in ((head.PACK, 0), (head.PACK, 14), (head.INDEX, 0), (head.SNAPSHOT, 0)):
        data, sealer = new_header(magic, "a header", epoch)
        probe = bytes(sealer.seal(0, b"probe", b""))
        out = {"epoch": epoch, "probe": probe.hex()}
        made.append(
            accepts(f"{magic.decode()} of epoch {epoch}", given(data, magic), out, "probe: sealed, nonce 0")
        )
    for magic, epoch in ((head.PACK, 14), (head.INDEX, 0), (head.SNAPSHOT, 0)):
        for root in range(3):
            keys = of_root(root)
            data, sealer = new_header(magic, "a header", epoch, keys)
            out = {"epoch": epoch, "probe": bytes(sealer.seal(0, b"probe", b"")).hex()}
            name = f"{magic.decode()} of epoch {epoch}, root {root} of 3"
            made.append(accepts(name, {**given(data, magic), **RENEWED}, out))
    good = new_header(head.PACK, "a header", 14)[0]
    foreign = new_header(head.PACK, "a header", 14, OTHER_KEYS)[0]
    made += [
        rejects("nothing", "not_an_object", given(b"")),
        rejects("87 bytes", "not_an_object", given(good[:87])),
        rejects("another magic", "not_an_object", given(b"CLBX" + good[4:])),
        rejects("an index taken for a pack", "not_an_object", given(new_header(head.INDEX, "a header")[0])),
        rejects("version 0", "not_an_object", given(good[:4] + b"\0" + good[5:])),
        rejects("suite 0", "not_an_object", given(good[:5] + b"\0" + good[6:])),
        rejects("version 2", "not_an_object", given(good[:4] + b"\2" + good[5:])),
        rejects(
            "suite 2", "not_an_object", given(good[:5] + b"\2" + good[6:]), "the vault tells its version"
        ),
        rejects("another vault", "other_vault", given(foreign)),
        rejects("another epoch", "not_authentic", given(flipped(good, 7))),
        rejects("a root that came later", "not_authentic", given(good[:6] + b"\x10\x00" + good[8:])),
        rejects("another salt", "not_authentic", given(flipped(good, 24))),
        rejects("another commitment", "not_authentic", given(flipped(good, 87))),
    ]
    return made


def record_vectors() -> list[Vector]:
    """A record, as it is once unsealed, read with a limit of 1 MiB; and what sizes are padded to."""
    text = b"Bonjour le monde. "

    def given(data: bytes) -> Vector:
        return {"data": data.hex(), "limit": MIB}

    def zstd(stored: bytes, size: int) -> bytes:
        return b"\1" + size.to_bytes(4, "big") + len(stored).to_bytes(4, "big") + stored

    def refused(name: str, data: bytes, code: str = "bad_compression", note: str = "") -> Vector:
        return rejects(name, code, given(data), note)

    out = {"record": text.hex()}
    made = [
        accepts("as it is", given(record(text)), out),
        accepts("padded", given(record(text, padding=100)), out),
        accepts("zstd", given(record(text, codec=1)), out),
        accepts("zstd, padded", given(record(text, codec=1, padding=7)), out),
        accepts("empty", given(record(b"")), {"record": ""}),
        accepts("one byte", given(record(b"x")), {"record": "78"}),
        refused("8 bytes", bytes(8), "bad_record"),
        refused("stored beyond its end", record(text)[:-1], "bad_record"),
        refused("padding that is not zero", record(text) + b"\0\1", "bad_record"),
        refused("larger than the limit", zstd(bomb(9, declared=9 << 17), 9 << 17), "bad_record"),
        refused("4 GiB", zstd(bomb(9, declared=2**32 - 1), 2**32 - 1), "bad_record"),
        refused("as it is, of another size", record(text, size=len(text) + 1)),
        refused("codec 2", b"\2" + record(text)[1:]),
        refused("no frame", zstd(b"this is no zstd frame at all", 18)),
        refused("nothing for a frame", zstd(b"", 18)),
        refused("a frame cut short", zstd(frame(text)[:-1], len(text))),
        refused("a frame with a byte behind it", zstd(frame(text) + b"\0", len(text))),
        refused("two frames", zstd(frame(text[:9]) + frame(text[9:]), len(text))),
        refused("a frame that declares no size", zstd(frame_without_size(text), len(text))),
        refused("a frame that wants a dictionary", zstd(frame_with_dictionary(text), len(text))),
        refused("a frame of another size", zstd(frame(text), len(text) + 1)),
        refused(
            "a bomb", zstd(bomb(64, declared=64 << 17), 18), note="8 MiB: its declared size gives it away"
        ),
        refused("a bomb that lies", zstd(bomb(64, declared=18), 18), note="declares 18 bytes, holds 8 MiB"),
    ]
    for size in (1, 1023, 1024, 1025, 4097, 65536, 65537, 70000, 1_000_000, 16_842_000):
        given_size = {"size": size, "floor": 1024}
        made.append(accepts(f"Padmé of {size}", given_size, {"padded": padme(size, 1024)}))
    return made


def index_vectors() -> list[Vector]:
    """Index objects."""
    header = new_header(head.PACK, "a pack", 2)[0]
    line = [1, 88, 67, 51, 0, chunk_id(ONE) + chunk_id(TWO), [len(ONE), len(TWO)]]
    name = noise("name of a pack", 32)
    row = [name, 65536, header, [line]]

    def given(content: object, *, plain: bytes | None = None) -> Vector:
        raw = content if isinstance(content, bytes) else pack(content)
        return {**_VAULT, "data": sealed(head.INDEX, raw, "an index", plain=plain).hex()}

    def refused(name: str, content: object, code: str = "bad_index") -> Vector:
        return rejects(name, code, given(content))

    good = bytes.fromhex(given([1, [row]])["data"])
    out = {
        "packs": [
            {"name": name.hex(), "size": 65536, "header": header.hex(), "segments": [[1, 88, 67, 51, 0]]}
        ]
    }
    misplaced = sealed(head.SNAPSHOT, pack([1, [row]]), "an index")
    return [
        accepts("an index", given([1, [row]]), out),
        accepts("no pack", given([1, []]), {"packs": []}),
        accepts("fields of tomorrow", given([1, [[*row, "more"]]]), out, "behind those we know: ignored"),
        rejects("a bit of it", "not_authentic", {**_VAULT, "data": flipped(good, -9).hex()}),
        rejects("cut short", "not_authentic", {**_VAULT, "data": good[:-1].hex()}),
        rejects("a snapshot taken for an index", "not_an_object", {**_VAULT, "data": misplaced.hex()}),
        rejects(
            "a snapshot relabelled", "not_authentic", {**_VAULT, "data": (b"CLBI" + misplaced[4:]).hex()}
        ),
        rejects("no record", "bad_record", given(b"", plain=bytes(5))),
        rejects("513 MiB", "bad_record", given(b"", plain=b"\1" + (513 * MIB).to_bytes(4, "big") + bytes(4))),
        refused("no msgpack", b"\xc1"),
        refused("a map", {"packs": []}),
        refused("version 2", [2, [row]]),
        refused("a name of 31 bytes", [1, [[name[1:], *row[1:]]]]),
        refused("a name that is text", [1, [["x" * 32, *row[1:]]]]),
        refused("a pack of 17 MiB", [1, [[name, 17 * MIB, *row[2:]]]]),
        refused("a header of 87 bytes", [1, [[name, 65536, header[1:], [line]]]]),
        refused("segments that are none", [1, [[name, 65536, header, 5]]]),
        refused("a segment of kind 3", [1, [[name, 65536, header, [[3, *line[1:]]]]]], "bad_footer"),
        refused("a chunk of no bytes", [1, [[name, 65536, header, [[*line[:6], [0, 51]]]]]], "bad_footer"),
        refused("a segment of 6 fields", [1, [[name, 65536, header, [line[:6]]]]]),
    ]


# ---- snapshots ------------------------------------------------------------------------------------------


def device_of(name: str = "Poste 1") -> dict[str, Any]:
    """A certified device, as objects have it."""
    made = certify(KEYS, DEVICE_ID, name, DEVICE.public_key().public_bytes_raw())
    return {"id": made.id, "name": made.name, "key": made.key, "certificate": made.certificate}


def a_body(**more: Any) -> dict[str, Any]:
    """The smallest snapshot."""
    return {
        "device": device_of(),
        "sequence": 1,
        "root": node_id(NODE),
        "started": 1_768_464_000_000_000_000,
        "time": 1_768_464_001_000_000_000,
        "system": "linux",
        "client": "vectors",
        **more,
    }


def signed(body: object, *, signer: Any = DEVICE, signatures: Any = None, vault: bytes = VAULT_ID) -> bytes:
    """A snapshot object around a body, signed."""
    raw = body if isinstance(body, bytes) else pack(body)
    by_name = (
        {"ed25519": signer.sign(b"cyberlib/v1/snapshot" + vault + raw)} if signatures is None else signatures
    )
    return sealed(head.SNAPSHOT, pack([raw, by_name]), "a snapshot")


def snapshot_vectors() -> list[Vector]:
    """Snapshot objects."""

    def given(data: bytes) -> Vector:
        return {**_VAULT, "data": data.hex()}

    def refused(name: str, body: object, code: str = "bad_snapshot", **how: Any) -> Vector:
        return rejects(name, code, given(signed(body, **how)))

    out = {"device": "Poste 1", "device_id": DEVICE_ID.hex(), "sequence": 1, "root": node_id(NODE).hex(),
           "time": 1_768_464_001_000_000_000, "system": "linux", "previous": None, "sources": []}  # fmt: skip
    full = a_body(
        sequence=7,
        previous=noise("the one before", 32),
        sources=[b"/srv/cabinet", b"/C/Users/\xff"],
        label="avant la mise a jour",
        user="secretariat",
        statistics={"files": 3, "bytes": 1234, "stored": 65536},
        incidents=[["unreadable", b"/srv/cabinet/x", "Permission denied"]],
        hooks=[["dump", "before", 0, 1234, False, ""], ["copy", "after", None, 600000, True, "late"]],
        incident_count=1,
        owners={0: "root", 1000: "secretariat"},
        groups={0: "root"},
    )
    full_out = {**out, "sequence": 7, "previous": noise("the one before", 32).hex(),
                "sources": [b"/srv/cabinet".hex(), b"/C/Users/\xff".hex()]}  # fmt: skip
    good = signed(a_body())
    device = device_of()
    stranger = {**device, "key": OTHER_DEVICE.public_key().public_bytes_raw()}
    less = a_body()
    del less["system"]
    signature = DEVICE.sign(b"cyberlib/v1/snapshot" + VAULT_ID + pack(a_body()))
    both = {"ed25519": signature, "x": b"y"}

    def around(value: object) -> bytes:
        return sealed(head.SNAPSHOT, pack(value), "a snapshot")

    return [
        accepts("the smallest", given(good), out),
        accepts("with everything", given(signed(full)), full_out),
        accepts("sequence 2^53", given(signed(a_body(sequence=2**53))), {**out, "sequence": 2**53}),
        accepts("fields of tomorrow", given(signed(a_body(later=[1]))), out, "ignored, and signed"),
        accepts("a second signature", given(signed(a_body(), signatures=both)), out, "room for another kind"),
        rejects("a bit of it", "not_authentic", given(flipped(good, 120))),
        rejects("cut short", "not_authentic", given(good[:-16])),
        rejects("nothing", "not_an_object", given(b"")),
        refused("another device's signature", a_body(), "bad_signature", signer=OTHER_DEVICE),
        refused("a signature for another vault", a_body(), "bad_signature", vault=bytes(16)),
        refused("no signature", a_body(), "bad_signature", signatures={}),
        refused("a signature that is text", a_body(), signatures={"ed25519": "x" * 64}),
        refused("a second signature that is text", a_body(), signatures={"ed25519": signature, "x": "y"}),
        refused("a signature with a number for a name", a_body(), signatures={"ed25519": signature, 2: b"y"}),
        refused("a signature of another kind alone", a_body(), "bad_signature", signatures={"x": signature}),
        refused("a signature of 63 bytes", a_body(), "bad_signature", signatures={"ed25519": signature[:-1]}),
        refused("a key not certified", a_body(device=stranger), "bad_signature", signer=OTHER_DEVICE),
        refused("a device's name changed", a_body(device={**device, "name": "Poste 2"}), "bad_signature"),
        refused("a device's id changed", a_body(device={**device, "id": bytes(16)}), "bad_signature"),
        refused("a key of 31 bytes", a_body(device={**device, "key": device["key"][1:]}), "bad_signature"),
        refused("another vault's certificate",
                a_body(device={**device, "certificate": OTHER_DEVICE.sign(b"x")}), "bad_signature"),
        refused("an id of 17 bytes", a_body(device=_long_id()), "bad_snapshot"),
        refused("sequence 0", a_body(sequence=0)),
        refused("sequence 2^53 + 1", a_body(sequence=2**53 + 1)),
        refused("a root of 19 bytes", a_body(root=bytes(19))),
        refused("a previous of 31 bytes", a_body(previous=bytes(31))),
        refused("no system", less),
        refused("a time that is text", a_body(time="now")),
        refused("a number for a key", a_body() | {5: 1}),
        refused("statistics with a number for a key", a_body(statistics={5: 1})),
        refused("sources of text", a_body(sources=["/srv/cabinet"])),
        refused("sources that are a map", a_body(sources={})),
        refused("a label that is a number", a_body(label=5)),
        refused("a label that is nil", a_body(label=None)),
        refused("a user that is bytes", a_body(user=b"secretariat")),
        refused("statistics that are a list", a_body(statistics=[])),
        refused("statistics that are text", a_body(statistics={"files": "3"})),
        refused("an incident of two parts", a_body(incidents=[["unreadable", b"/x"]])),
        refused("a hook whose exit code is text", a_body(hooks=[["a", "before", "0", 1, False, ""]])),
        refused("an incident whose path is text", a_body(incidents=[["unreadable", "/x", ""]])),
        refused("a count of incidents that is text", a_body(incident_count="1")),
        refused("owners by name", a_body(owners={"root": "root"})),
        refused("a group that is a number", a_body(groups={0: 0})),
        refused("a body that is a list", [1, 2]),
        refused("a body that is no msgpack", b"\xc1"),
        rejects("a record that is a map", "bad_snapshot", given(around({}))),
        rejects("a record of three parts", "bad_snapshot", given(around([pack(a_body()), both, 1]))),
    ]  # fmt: skip


def _long_id() -> dict[str, Any]:
    made = certify(KEYS, DEVICE_ID + b"x", "Poste 1", DEVICE.public_key().public_bytes_raw())
    return {"id": made.id, "name": made.name, "key": made.key, "certificate": made.certificate}
