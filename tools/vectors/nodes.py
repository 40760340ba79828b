"""Vectors of tree nodes and of lists of chunks."""

from __future__ import annotations

from typing import Any, Final

from cyberlib_client.core.ids import ZERO_ID

from .parts import MIB, Vector, accepts, chunk_id, nested, node_id, noise, pack, rejects

_TIME: Final = 1_768_464_000_123_456_789
_ID: Final = chunk_id(b"a chunk")
_NODE: Final = node_id(b"a node")


def entry(name: bytes = b"a", kind: int = 0, **fields: Any) -> list[Any]:
    """A row of a leaf."""
    row = {
        "mode": 0o644,
        "uid": 0,
        "gid": 0,
        "mtime": _TIME,
        "changed": 0,
        "inode": 7,
        "size": 9,
        "content": _ID,
    }
    row |= fields
    extra = row.pop("extra", None)
    return [name, kind, *row.values(), extra]


def tree_vectors() -> list[Vector]:
    """Nodes of directories; what comes out are names, or the children of a branch."""

    def leaf(*rows: Any) -> bytes:
        return pack([0, list(rows)])

    def refused(name: str, data: bytes, note: str = "") -> Vector:
        return rejects(name, "bad_tree", {"data": data.hex()}, note)

    def taken(
        name: str, data: bytes, entries: list[Any], children: list[Any] | None = None, note: str = ""
    ) -> Vector:
        shown = [[row[0].hex(), row[1], row[8], row[9].hex()] for row in entries]
        told = [[first.hex(), child.hex()] for first, child in children or []]
        return accepts(name, {"data": data.hex()}, {"entries": shown, "children": told}, note)

    def one(label: str, **fields: Any) -> Vector:
        return refused(label, leaf(entry(**fields)))

    large = {"levels": 3, "page": 16384, "sparse": True, "database": True, "inconsistent": True}
    metadata = {"xattr:user.x": b"\0", "windows:attributes": b"\x20\0\0\0"}
    everything = [
        entry(b"a directory", 1, size=0, content=_NODE),
        entry(b"a fifo", 3, size=0, content=b""),
        entry(b"a link", 2, size=0, content=b"../elsewhere\xff"),
        entry(b"an unreadable directory", 1, size=0, content=b"", extra={"missing": "unreadable"}),
        entry(b"block device", 6, size=0, content=b"", extra={"device": 2049}),
        entry(b"character device", 5, size=0, content=b"", extra={"device": 259}),
        entry(b"captured", 0, extra={"database": True, "consistency": "captured"}),
        entry(b"empty", 0, size=0, content=b""),
        entry("été".encode(), 0, mtime=-5),
        entry(b"large", 0, size=1 << 40, content=_NODE, extra=large),
        entry(b"linked", 0, extra={"link": [64769, 1234567], "metadata": metadata}),
        entry(b"r\xe9sum\xe9", 0),
        entry(b"socket", 4, size=0, content=b""),
    ]  # fmt: skip
    everything.sort()
    children = [[b"a", _NODE], [b"m", node_id(b"another")]]
    return [
        taken("a leaf of every kind", leaf(*everything), everything),
        taken("an empty directory", leaf(), []),
        taken("a branch", pack([1, children]), [], children),
        taken("fields of tomorrow", leaf([*entry(extra={"later": 1}), "more"]), [entry()], note="ignored"),
        taken(
            "fields of tomorrow of 16 levels",
            leaf([*entry(extra={"later": nested(12)}), nested(13)]),
            [entry()],
            note="with the node, its list, the entry and the extra",
        ),
        taken("no extra at all", leaf(entry()[:10]), [entry()]),
        refused("nothing", b""),
        refused("no msgpack", b"\xc1"),
        refused("cut short", leaf(entry())[:-1]),
        refused("a byte behind it", leaf(entry()) + b"\0"),
        refused("a map", pack({"0": []})),
        refused("kind of node 2", pack([2, []])),
        refused("a node of three parts", pack([0, [], 0])),
        refused(
            "a branch in a leaf's clothes",
            b"\xdc\x00\x02" + pack([1, [entry()]])[1:],
            "array of 16-bit length",
        ),
        refused("nested a thousandfold", leaf(entry())[:-1] + b"\x91" * 3000 + b"\xc0", "in an extra"),
        refused("nested in a field of tomorrow", leaf(entry(extra={"x": 0}))[:-1] + b"\x91" * 3000 + b"\xc0"),
        refused("out of order", leaf(entry(b"b"), entry(b"a"))),
        refused("a name twice", leaf(entry(b"a"), entry(b"a"))),
        one("no name", name=b""),
        one("the name .", name=b"."),
        one("the name ..", name=b".."),
        one("a name with a slash", name=b"a/b"),
        one("an absolute name", name=b"/etc"),
        one("a name with a NUL", name=b"a\0b"),
        one("a name that is text", name="a"),
        one("kind 7", kind=7),
        one("kind -1", kind=-1),
        one("mode 010000", mode=0o10000),
        one("a negative mode", mode=-1),
        one("a negative size", size=-1),
        one("size 2^63", size=1 << 63),
        one("a time with a fraction", mtime=1.5),
        one("a time that is true", mtime=True),
        one("a directory of 19 bytes", kind=1, content=_NODE[1:]),
        one("a directory without content", kind=1, content=b""),
        one("an unreadable directory of one byte", kind=1, content=b"x", extra={"missing": "unreadable"}),
        one("a file of 5 bytes for an id", content=b"12345"),
        one("an extra that is a list", extra=[1]),
        one("an extra with a number for a key", extra={5: 1}),
        one("17 levels", extra={"levels": 17}),
        one("-1 level", extra={"levels": -1}),
        one("a page of 5 MiB", extra={"page": 5 * MIB}),
        one("a negative page", extra={"page": -1}),
        one("levels that are text", extra={"levels": "1"}),
        one("sparse that is a number", extra={"sparse": 1}),
        one("a link of three numbers", extra={"link": [1, 2, 3]}),
        one("attributes that are text", extra={"metadata": {"xattr:user.x": "text"}}),
        one("an attribute's name with a NUL", extra={"metadata": {"xattr:\0": b""}}),
        one("missing that is a number", extra={"missing": 1}),
        refused("an entry of nine fields", leaf(entry()[:9])),
        refused("an entry that is a map", leaf({"name": b"a"})),
        refused("a branch out of order", pack([1, children[::-1]])),
        refused("a branch with a name twice", pack([1, [children[0], children[0]]])),
        refused("a child of 19 bytes", pack([1, [[b"a", _NODE[1:]]]])),
        refused("a child without id", pack([1, [[b"a"]]])),
    ]


def content_vectors() -> list[Vector]:
    """A file and the nodes of its list; what comes out is [id, offset, size] of each chunk in order."""
    ids = [chunk_id(noise(f"chunk {i}", 8)) for i in range(6)]
    zero = ZERO_ID

    def node(ids: list[bytes], sizes: list[int] | None) -> bytes:
        return pack([b"".join(ids), sizes])

    def given(size: int, content: bytes, nodes: list[bytes] | None = None, **extra: int) -> Vector:
        stored = {node_id(n).hex(): n.hex() for n in nodes or []}
        return {"size": size, "content": content.hex(), "extra": extra, "nodes": stored}

    def listed(root: bytes, size: int, nodes: list[bytes] | None = None, **extra: int) -> Vector:
        return given(size, node_id(root), [root, *(nodes or [])], **{"levels": 1, **extra})

    def refused(name: str, vector: Vector, note: str = "") -> Vector:
        return rejects(name, "bad_content_list", vector, note)

    def spans(*parts: tuple[bytes, int]) -> list[list[Any]]:
        out, at = [], 0
        for part, size in parts:
            out.append([part.hex(), at, size])
            at += size
        return out

    flat = node(ids[:3], [1000, 2000, 500])
    paged = node([ids[0], zero, ids[1]], None)
    lower = [node(ids[:2], [10, 20]), node(ids[2:5], [30, 40, 50])]
    upper = node([node_id(n) for n in lower], [30, 120])
    wrong_upper = node([node_id(n) for n in lower], [40, 110])
    low_paged = [node(ids[:2], None), node(ids[2:3], None)]
    up_paged = node([node_id(n) for n in low_paged], [8192, 100])
    return [
        accepts("one chunk", given(77, ids[0]), spans((ids[0], 77))),
        accepts("nothing", given(0, b""), []),
        accepts("three chunks", listed(flat, 3500), spans((ids[0], 1000), (ids[1], 2000), (ids[2], 500))),
        accepts("pages, the last one short", listed(paged, 9000, page=4096),
                spans((ids[0], 4096), (zero, 4096), (ids[1], 808))),
        accepts("a run of zeros", listed(node([zero], [10**12]), 10**12), spans((zero, 10**12))),
        accepts("two levels", listed(upper, 150, lower, levels=2),
                spans((ids[0], 10), (ids[1], 20), (ids[2], 30), (ids[3], 40), (ids[4], 50))),
        accepts("two levels of pages", listed(up_paged, 8292, low_paged, levels=2, page=4096),
                spans((ids[0], 4096), (ids[1], 4096), (ids[2], 100))),
        refused("no content and a size", given(5, b"")),
        refused("nodes that are not what their parent says", listed(wrong_upper, 150, lower, levels=2)),
        refused("larger than its list", listed(flat, 3501)),
        refused("smaller than its list", listed(flat, 3499)),
        refused("more pages than the file has", listed(paged, 8192, page=4096)),
        refused("fewer pages than the file has", listed(paged, 12289, page=4096)),
        refused("pages without a page size", listed(paged, 9000)),
        refused("pages above the lowest level",
                listed(node([node_id(n) for n in low_paged], None), 8292, low_paged, levels=2, page=4096)),
        refused("no ids", listed(node([], []), 0)),
        refused("ids of 39 bytes", listed(pack([bytes(39), [1, 2]]), 3)),
        refused("257 ids", listed(node([zero] * 257, [1] * 257), 257)),
        refused("one size too few", listed(node(ids[:2], [1]), 1)),
        refused("a size of 0", listed(node(ids[:2], [1, 0]), 1)),
        refused("a negative size", listed(node(ids[:2], [2, -1]), 1)),
        refused("sizes that are text", listed(pack([ids[0], ["9"]]), 9)),
        refused("ids that are text", listed(pack(["x" * 20, [9]]), 9)),
        refused("no msgpack", listed(b"\xc1", 9)),
        refused("a byte behind it", listed(flat + b"\0", 3500)),
        refused("a map", listed(pack({}), 0)),
        rejects("a node that is not there", "chunk_missing", given(9, ids[5], [], levels=1)),
    ]  # fmt: skip
