"""Database-like files are known by what is in them, then by name, and cut at their own pages."""

from __future__ import annotations

import sqlite3
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberlib_client.files.kinds import HEAD, PLAIN, UNKNOWN_PAGE, content_kind


def at(*places: tuple[int, bytes], length: int = HEAD) -> bytes:
    """Zeros, with given bytes at given offsets."""
    head = bytearray(length)
    for offset, content in places:
        head[offset : offset + len(content)] = content
    return bytes(head)


def firebird(page: int, version: int) -> bytes:
    return at((0, b"\x01"), (16, struct.pack("<HH", page, version)))


def postgresql(lower: int, upper: int, special: int, mark: int = 0x2004) -> bytes:
    return at(
        (0, b"\x00\x00\x00\x00\x28\xf0\x52\x01"), (12, struct.pack("<HHHH", lower, upper, special, mark))
    )


@pytest.mark.parametrize("page", [512, 1024, 2048, 4096, 8192, 16384, 32768, 65536])
def test_a_real_sqlite_database_tells_its_page(tmp_path: Path, page: int) -> None:
    path = tmp_path / "patients"
    with sqlite3.connect(path) as database:
        database.execute(f"PRAGMA page_size = {page}")
        database.execute("CREATE TABLE patient (name TEXT)")
    database.close()
    head = path.read_bytes()[:HEAD]
    assert content_kind(head, b"patients.pdf", path.stat().st_size) == ("sqlite", page)
    assert content_kind(head, b"History") == ("sqlite", page)


def test_a_real_write_ahead_log_is_cut_by_content(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "patients")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE patient (name TEXT)")
    database.commit()
    head = (tmp_path / "patients-wal").read_bytes()[:HEAD]
    database.close()
    assert content_kind(head, b"patients-wal") == ("sqlite-wal", 0)


@pytest.mark.parametrize(
    ("head", "kind", "page"),
    [
        (at((0, b"\0\x01\0\0Standard Jet DB\0")), "access", 2048),
        (at((0, b"\0\x01\0\0Standard Jet DB\0\x01")), "access", 4096),
        (at((0, b"\0\x01\0\0Standard ACE DB\0\x02")), "access", 4096),
        (firebird(8192, 0x800C), "firebird", 8192),
        (firebird(16384, 0x800D), "firebird", 16384),
        (at((0, b"\x01\x0f\0\0\x08"), (24, b"\x63\0\0\0")), "sqlserver", 8192),
        (postgresql(0x1A0, 0x1C00, 0x2000), "postgresql", 8192),
        (postgresql(24, 8192, 8192), "postgresql", 8192),
        (at((0, b"\x12\x34\x56\x78"), (24, b"\0\x08"), (34, b"\0\0\0\x2a\0\0\0\x2a")), "innodb", 16384),
        (at((16, b"\xde\xc0\xef\xbe\x01")), "lmdb", 4096),
        (at((0, b"\0\x01\0\0\0\x02\0\x01\0\x05\0\x02\0\x02\xc0HBAM7")), "filemaker", 4096),
        (at((0, b"!BDN\x01\x02\x03\x04SM\x17\0")), "outlook", 512),
        (at((0, b"\x9a\x1b\x2c\x3d\xef\xcd\xab\x89"), (236, struct.pack("<I", 32768))), "ese", 32768),
        (at((4, b"\xef\xcd\xab\x89")), "ese", 4096),
        (at((0, b"conectix\0\0\0\x02")), "disk", UNKNOWN_PAGE),
        (at((0, b"vhdxfile")), "disk", UNKNOWN_PAGE),
        (at((0, b"KDMV\x01\0\0\0")), "disk", UNKNOWN_PAGE),
        (at((0, b"COWD\x01\0\0\0")), "disk", UNKNOWN_PAGE),
        (at((0, b"QFI\xfb\0\0\0\x03")), "disk", UNKNOWN_PAGE),
        (
            at((0, b"<<< Oracle VM VirtualBox Disk Image >>>\n"), (64, b"\x7f\x10\xda\xbe")),
            "disk",
            UNKNOWN_PAGE,
        ),
    ],
)
def test_each_format_is_known_by_its_content(head: bytes, kind: str, page: int) -> None:
    for name in (b"data", b"letter.pdf", b"x.sqlite"):
        assert content_kind(head, name) == (kind, page)
        assert content_kind(head, name, 1 << 20) == (kind, page)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
        b"PK\x03\x04\x14\0\x06\0\x08\0",
        b"\xff\xd8\xff\xe0\0\x10JFIF\0",
        b"\x89PNG\r\n\x1a\n",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"Cher confr\xc3\xa8re,\n",
        b"SQLite format 3",
        at(),
        b"\xff" * HEAD,
        firebird(8192, 0x000C),  # without Firebird's mark: InterBase, or chance
        firebird(5000, 0x800C),
        at((0, b"\x01\x0f")),
        at((0, b"\0\x01\0\0Standard Xyz DB\0")),
        at((0, b"\0\x01\0\0\0\x0cOS/2")),  # a TrueType font
        postgresql(12, 0x1C00, 0x2000),
        postgresql(0x1C00, 0x1A0, 0x2000),
        postgresql(24, 8192, 9000),
        postgresql(24, 8192, 8192, mark=0x2009),
        at((24, b"\0\x08"), (34, b"\0\0\0\x2a\0\0\0\x2b")),
    ],
)
def test_other_files_are_cut_by_content(head: bytes) -> None:
    assert content_kind(head, b"letter.pdf", 8192) is PLAIN


def test_a_broken_number_of_pages_contradicts_a_weak_sign() -> None:
    for head in (firebird(8192, 0x800C), postgresql(24, 8192, 8192)):
        assert content_kind(head, b"x", 8192 * 3).page == 8192
        assert content_kind(head, b"x", 8192 * 3 + 1) is PLAIN


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (b"Patient.FIC", "hfsql"),
        (b"patient.ndx", "hfsql"),
        (b"Patient.Mmo", "hfsql"),
        (b"cabinet.4DD", "4d"),
        (b"cabinet.4DIndx", "4d"),
        (b"cabinet.mdf", "sqlserver"),
        (b"cabinet_log.ldf", "sqlserver"),
        (b"patients.db", "sqlite"),
        (b"patients.db-wal", "sqlite-wal"),
        (b"ACTES.DBF", "dbase"),
        (b"cabinet.fdb", "firebird"),
        (b"a.b.accdb", "access"),
        (b"archive.pst", "outlook"),
        (b"serveur.vhdx", "disk"),
        (b"cabinet.fmp12", "filemaker"),
    ],
)
def test_the_name_tells_when_the_content_does_not(name: bytes, kind: str) -> None:
    assert content_kind(b"", name).name == kind
    assert content_kind(b"\x8f\x02" * 256, name).name == kind


@pytest.mark.parametrize(
    "name",
    [
        b"letter.pdf",
        b"photo.jpg",
        b"db.txt",
        b"db",
        b"gdb",
        b"sqlite3",
        b".profile",
        b"notes",
        b"archive.",
        b"\xff.\xff",
        b"",
    ],
)
def test_other_names_tell_nothing(name: bytes) -> None:
    assert content_kind(b"", name) is PLAIN
    assert content_kind(b"\x8f\x02" * 256, name) is PLAIN


@given(st.binary(max_size=HEAD), st.binary(max_size=20), st.none() | st.integers(0, 1 << 50))
def test_any_bytes_give_a_usable_answer(head: bytes, name: bytes, size: int | None) -> None:
    kind = content_kind(head, name, size)
    assert kind.page == 0 or (512 <= kind.page <= 65536 and kind.page & (kind.page - 1) == 0)
    assert content_kind(b"", name) is PLAIN or kind is not PLAIN


@given(st.binary(min_size=2, max_size=2))
def test_a_damaged_page_size_is_replaced(raw: bytes) -> None:
    page = content_kind(at((0, b"SQLite format 3\0"), (16, raw)), b"x").page
    assert page in (512, 1024, 2048, 4096, 8192, 16384, 32768, 65536)
