"""Database-like files: recognised by their content, else by their name, and cut at their own pages.

A practice's software keeps everything in one such file, of which a few pages change every day. Cut at
fixed boundaries of its page, it costs those pages; cut by content, thirty times as much. And such files
are compared by content whatever their times say: a database written through mapped memory, or restored
by its own tools, may keep its old ones.

What is known of each format, offsets in bytes, numbers in hexadecimal where they start with 0x:

    SQLite      "SQLite format 3\\0"; page at 16, big-endian, 1 for 65536   https://sqlite.org/fileformat2.html
    SQLite WAL  0x377f0682 or …83 at 0; frames of a page and 24 bytes      (the same, "WAL File Format")
    Access      00 01 00 00 "Standard Jet DB\\0" or "Standard ACE DB\\0"; version at 0x14: 0 has pages of
                2048, later ones of 4096                                   mdbtools, HACKING.md
    Firebird    header page: type 1 at 0; page at 16 and version with 0x8000 at 18, little-endian
                                             Firebird Internals, "Database Header Page"; ods.h
    SQL Server  page 0: version 1, type 15 (0x01 0x0f), object 99 at 24; pages of 8192
                                             Microsoft, "Pages and extents architecture guide"; DBCC PAGE
    PostgreSQL  page and layout version at 18 (0x2004: 8192, 4); lower, upper, special at 12, 14, 16
                                             PostgreSQL manual, "Database Page Layout"; bufpage.h
    InnoDB      page 0: number 0 at 4, type 8 at 24, space number at 34 and again at 38
                                             MySQL, fil0fil.h and fsp0fsp.h
    LMDB        0xbeefc0de after the page header of 16 bytes               lmdb, mdb.c
    FileMaker   00 01 00 00 00 02 00 01 00 05 00 02 00 02 c0 "HBAM7"; blocks of 4096
                                             PRONOM fmt/194, fmt/1237; fmptools, HACKING
    Outlook     "!BDN"; pages of 512         [MS-PST], 2.2.2.6 HEADER and 2.2.2.7 Pages
    ESE         0x89abcdef at 4; page at 236, little-endian, 0 for 4096    libesedb, file header
    disks       "conectix" (VHD, dynamic), "vhdxfile" (VHDX), "KDMV" and "COWD" (VMDK), "QFI\\xfb" (QCOW),
                0xbeda107f at 64 (VDI)       the specifications of their makers; qemu, block/

HFSQL (PC SOFT), 4D, dBase and FoxPro, Paradox, Btrieve and MyISAM tell nothing reliable at their head:
they are known by name. Where the page is not known it is taken as 16 KiB.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, Literal, NamedTuple

KIB: Final = 1024
UNKNOWN_PAGE: Final = 16 * KIB

HEAD: Final = 512
"""Bytes of a file's beginning that are enough for every test here; fewer do no harm."""


class Kind(NamedTuple):
    """What a file is: `name` is "" for one that is not database-like; `page` is the distance of its cuts in
    bytes, a power of two, or 0 for a file that is cut by its content."""

    name: str
    page: int


PLAIN: Final = Kind("", 0)


def content_kind(head: bytes, name: bytes, size: int | None = None) -> Kind:
    """The kind of a file that begins with `head` (`HEAD` bytes, or all of a shorter file).

    `name` is its last name. `size`, when known, lets a whole number of pages confirm a weak sign.
    """
    if _SIGN.match(head):
        for test in _TESTS:
            kind = test(head, size)
            if kind is not None:
                return kind
    return _by_name(name)


def name_kind(name: bytes) -> str:
    """The kind that a file's name alone tells of, "" for none."""
    return _by_name(name).name


def _by_name(name: bytes) -> Kind:
    return _NAMES.get(name[name.rfind(b".") :].lower(), PLAIN)


def _number(head: bytes, at: int, length: int, order: Literal["little", "big"] = "little") -> int:
    return int.from_bytes(head[at : at + length], order)


def _sane(page: int, least: int, most: int) -> int:
    """`page` if a page can have that size, else the size taken for unknown ones."""
    return page if least <= page <= most and page & (page - 1) == 0 else UNKNOWN_PAGE


def _sqlite(head: bytes, _size: int | None) -> Kind | None:
    if not head.startswith(b"SQLite format 3\0"):
        return None
    page = _number(head, 16, 2, "big")
    return Kind("sqlite", _sane(65536 if page == 1 else page, 512, 65536))


def _sqlite_wal(head: bytes, _size: int | None) -> Kind | None:
    # Its frames are a page and 24 bytes long, and it starts anew all the time: no page fits, content does.
    return Kind("sqlite-wal", 0) if head[:4] in (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83") else None


def _access(head: bytes, _size: int | None) -> Kind | None:
    if head[:4] != b"\0\x01\0\0" or head[4:20] not in (b"Standard Jet DB\0", b"Standard ACE DB\0"):
        return None
    return Kind("access", 2048 if head[20:21] == b"\0" else 4096)


def _firebird(head: bytes, size: int | None) -> Kind | None:
    page = _number(head, 16, 2)
    version = _number(head, 18, 2)
    if head[:1] != b"\x01" or not 0x8008 <= version <= 0x801F or _sane(page, 1024, 32768) != page:
        return None
    return Kind("firebird", page) if not (size or 0) % page else None


def _sql_server(head: bytes, _size: int | None) -> Kind | None:
    return Kind("sqlserver", 8192) if head[:2] == b"\x01\x0f" and head[24:28] == b"\x63\0\0\0" else None


def _postgresql(head: bytes, size: int | None) -> Kind | None:
    if head[18:20] != b"\x04\x20" or (size or 0) % 8192:
        return None
    lower, upper, special = (_number(head, at, 2) for at in (12, 14, 16))
    return Kind("postgresql", 8192) if 24 <= lower <= upper <= special <= 8192 else None


def _innodb(head: bytes, size: int | None) -> Kind | None:
    if head[4:8] != b"\0\0\0\0" or head[24:26] != b"\0\x08" or len(head) < 42 or (size or 0) % 1024:
        return None
    # The size of a page hides in flags whose meaning changed; 16 KiB is what nearly everybody has.
    return Kind("innodb", 16 * KIB) if head[34:38] == head[38:42] else None


def _lmdb(head: bytes, _size: int | None) -> Kind | None:
    return Kind("lmdb", 4096) if head[16:20] in (b"\xde\xc0\xef\xbe", b"\xbe\xef\xc0\xde") else None


def _filemaker(head: bytes, _size: int | None) -> Kind | None:
    return Kind("filemaker", 4096) if head[:4] == b"\0\x01\0\0" and head[14:20] == b"\xc0HBAM7" else None


def _outlook(head: bytes, _size: int | None) -> Kind | None:
    return Kind("outlook", 512) if head.startswith(b"!BDN") else None


def _ese(head: bytes, _size: int | None) -> Kind | None:
    if head[4:8] != b"\xef\xcd\xab\x89":
        return None
    return Kind("ese", _sane(_number(head, 236, 4) or 4096, 2048, 32768))


_DISKS: Final = (b"conectix", b"vhdxfile", b"KDMV", b"COWD", b"QFI\xfb")


def _disk(head: bytes, _size: int | None) -> Kind | None:
    # Their own blocks are of 64 KiB to 2 MiB, but the systems in them write 4 KiB here and there.
    if head.startswith(_DISKS) or head[64:68] == b"\x7f\x10\xda\xbe":
        return Kind("disk", UNKNOWN_PAGE)
    return None


_TESTS: Final[tuple[Callable[[bytes, int | None], Kind | None], ...]] = (
    _sqlite,
    _sqlite_wal,
    _access,
    _firebird,
    _sql_server,
    _postgresql,
    _innodb,
    _lmdb,
    _filemaker,
    _outlook,
    _ese,
    _disk,
)


# Something that each test above asks for, all in one: nearly every file is told here that none can succeed.
_SIGN: Final = re.compile(
    rb"SQLite f|\x37\x7f\x06|\0\x01\0\0|\x01\x0f|.{16}\xde\xc0\xef\xbe|.{16}\xbe\xef\xc0\xde|!BDN"
    rb"|\x01.{18}\x80|.{18}\x04\x20|.{24}\0\x08|.{4}\xef\xcd\xab\x89"
    rb"|conectix|vhdxfile|KDMV|COWD|QFI\xfb|.{64}\x7f\x10\xda\xbe",
    re.DOTALL,
)


def _endings() -> dict[bytes, Kind]:
    by_kind: dict[Kind, str] = {
        # Encrypted ones (SQLCipher) show no sign; `db` is also Paradox and SQL Anywhere.
        Kind("sqlite", UNKNOWN_PAGE): "sqlite sqlite3 sqlitedb db db3 s3db sl3",
        Kind("sqlite-wal", 0): "db-wal db3-wal sqlite-wal sqlite3-wal sqlitedb-wal wal",
        Kind("access", 4096): "mdb accdb mde accde mda accda",
        Kind("firebird", UNKNOWN_PAGE): "fdb gdb ib",
        Kind("hfsql", UNKNOWN_PAGE): "fic ndx mmo ftx",
        Kind("sqlserver", 8192): "mdf ndf ldf",
        Kind("4d", UNKNOWN_PAGE): "4dd 4dindx 4dindy",
        Kind("filemaker", 4096): "fmp12 fp7 fp5 fp3 fmpur",
        Kind("innodb", 16 * KIB): "ibd",
        Kind("myisam", UNKNOWN_PAGE): "myd myi mad mai",
        Kind("dbase", UNKNOWN_PAGE): "dbf dbt fpt cdx mdx",
        Kind("paradox", UNKNOWN_PAGE): "px mb",
        Kind("btrieve", UNKNOWN_PAGE): "btr mkd",
        Kind("outlook", 512): "pst ost",
        Kind("ese", UNKNOWN_PAGE): "edb",
        Kind("disk", UNKNOWN_PAGE): "vhd vhdx avhd avhdx vmdk qcow qcow2 vdi hdd sparseimage",
    }
    return {b"." + ending.encode(): kind for kind, endings in by_kind.items() for ending in endings.split()}


_NAMES: Final = _endings()
"""By the name from its last dot on, in small letters."""
