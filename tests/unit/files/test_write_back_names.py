"""Whatever a vault calls a file, the name on disk is legal there, and two files never share one."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberlib_client.core.errors import IntegrityError
from cyberlib_client.files.restore_names import MACOS, MARK, POSIX, WINDOWS, NameRules

_PIECES = st.sampled_from(
    [
        *(b":", b"\\", b"*", b"?", b'"', b"<", b">", b"|", b".", b" ", b"\x07", b"\x1f", b"\x7f"),
        *(b"CON", b"nul", b"Aux", b"COM1", b"lpt9", "COM¹".encode(), b"CONIN$"),
        *(
            b"\xe9",
            b"\xff",
            b"\xc3",
            b"\x80",
            b"\xed\xa0\x80",
            b"\xed\xb0\x80",
            "é".encode(),
            "e\u0301".encode(),
        ),
        *(MARK.encode(), "：".encode(), "．".encode(), b"E9", b"_", b"a", b"%3A", b"~1", "𝄞".encode()),
    ]
)
_NAMES = (
    st.one_of(
        st.lists(_PIECES, min_size=1, max_size=8).map(b"".join),
        st.binary(min_size=1, max_size=40),
        st.builds(lambda piece, n: piece * n, _PIECES, st.integers(1, 400)),
        st.text(min_size=1, max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
    )
    .map(lambda name: name.replace(b"/", b"").replace(b"\0", b""))
    .filter(lambda name: name not in (b"", b".", b".."))
)
_RULES = st.sampled_from([POSIX, MACOS, WINDOWS, NameRules(text=True, limit=143)])

# What Windows says of names, written down a second time and in another way.
_WINDOWS_NEVER = re.compile(r'[<>:"/\\|?*\x00-\x1f]|[. ]\Z')
_WINDOWS_RESERVED = re.compile(r"(?i:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³]) *(?:\.|\Z)")


def _text(disk: bytes, rules: NameRules) -> str:
    return disk.decode("utf-8", "surrogatepass" if rules.windows else "strict")


def _original(disk: bytes, rules: NameRules) -> bytes:
    """Undoes a change as the table in `restore_names` says; shortened names apart."""
    text = _text(disk, rules)
    out = b""
    at = 0
    while at < len(text):
        if text[at] != MARK:
            out += text[at].encode("utf-8", "surrogatepass")
            at += 1
            continue
        sign = text[at + 1]
        if sign == "_":
            at += 2
        elif sign == MARK:
            out += MARK.encode()
            at += 2
        elif digits := re.compile("[0-9A-F]{2}").match(text, at + 1):
            out += bytes([int(digits[0], 16)])
            at += 3
        elif sign == "␠":
            out += b" "
            at += 2
        else:
            out += bytes([ord(sign) - (0xFEE0 if ord(sign) > 0xFF00 else 0x2400)])
            at += 2
    return out


@given(_RULES, _NAMES)
def test_every_name_becomes_legal(rules: NameRules, name: bytes) -> None:
    disk = rules.on_disk(name)
    assert disk not in (b"", b".", b"..")
    assert b"/" not in disk
    assert b"\0" not in disk
    text = _text(disk, rules) if rules.text else ""
    if rules.text:
        length = len(text.encode("utf-16-le", "surrogatepass")) // 2 if rules.windows else len(disk)
        assert length <= rules.limit
    else:
        assert len(disk) <= rules.limit
    if rules.windows:
        assert not _WINDOWS_NEVER.search(text)
        assert not _WINDOWS_RESERVED.match(text)
        assert text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass") == text


@given(_RULES, _NAMES, _NAMES)
def test_two_names_stay_two(rules: NameRules, one: bytes, other: bytes) -> None:
    assert (rules.on_disk(one) == rules.on_disk(other)) == (one == other)


@given(st.sampled_from([MACOS, WINDOWS]), _NAMES)
def test_a_changed_name_can_be_read_back(rules: NameRules, name: bytes) -> None:
    disk = rules.on_disk(name)
    if not re.search(rb"~[0-9a-f]{10}", disk):
        assert _original(disk, rules) == name


@given(_RULES, st.text("abcé ：%3A~.", min_size=1, max_size=30).map(lambda text: f"x{text}x".encode()))
def test_a_legal_name_is_never_touched(rules: NameRules, name: bytes) -> None:
    assert rules.on_disk(name) == name


@given(_RULES, _NAMES, st.integers(1, 3))
def test_a_second_name_is_legal_and_new(rules: NameRules, name: bytes, number: int) -> None:
    disk = rules.on_disk(name)
    for second in (rules.kept(disk, "CyberLib 2026-11-22", number), rules.numbered(disk, number)):
        assert second != disk
        if MARK.encode() not in second:
            assert rules.on_disk(second) == second


@pytest.mark.parametrize("name", [b"", b".", b"..", b"a/b", b"/", b"../x", b"a\0b"])
@pytest.mark.parametrize("rules", [POSIX, MACOS, WINDOWS])
def test_a_way_out_is_no_name(rules: NameRules, name: bytes) -> None:
    with pytest.raises(IntegrityError, match="hostile_name"):
        rules.on_disk(name)


@pytest.mark.parametrize(
    ("name", "disk"),
    [
        ("12:30.txt", "12‛：30.txt"),
        ("..\\..\\evil", "..‛＼..‛＼evil"),
        ("C:\\Windows", "C‛：‛＼Windows"),
        ("notes.txt:stream", "notes.txt‛：stream"),
        ("etc.", "etc‛．"),
        ("...", "..‛．"),
        ("fin ", "fin‛␠"),
        ("NUL", "‛_NUL"),
        ("nul.tar.gz", "‛_nul.tar.gz"),
        ("COM1 .txt", "‛_COM1 .txt"),
        ("com10.txt", "com10.txt"),
        ("CONSULTATION.doc", "CONSULTATION.doc"),
        ("bell\x07", "bell‛␇"),
        ("‛", "‛‛"),
    ],
)
def test_windows_names(name: str, disk: str) -> None:
    assert WINDOWS.on_disk(name.encode()).decode() == disk


def test_windows_keeps_its_own_lone_surrogates_and_only_those() -> None:
    lone, pair = b"a\xed\xa0\x80b", b"a\xed\xa0\x80\xed\xb0\x80b"
    assert WINDOWS.on_disk(lone) == lone
    assert WINDOWS.on_disk(pair).decode() == "a‛ED‛A0‛80‛ED‛B0‛80b"  # would be one character on disk
    assert MACOS.on_disk(lone).decode() == "a‛ED‛A0‛80b"


def test_a_long_name_keeps_its_beginning_and_its_extension() -> None:
    disk = POSIX.on_disk(b"compte rendu " * 30 + b".pdf")
    assert len(disk) == 255
    assert re.fullmatch(rb"compte rendu .*~[0-9a-f]{10}\.pdf", disk)


def test_a_name_of_a_million_bytes_is_cut_at_once() -> None:
    assert len(WINDOWS.on_disk(b"\xe9" * 1_000_000)) <= 255 * 3


def _same(rules: NameRules) -> Callable[[str, str], bool]:
    return lambda one, other: rules.key(one.encode()) == rules.key(other.encode())


def test_names_that_a_file_system_takes_for_the_same() -> None:
    assert _same(WINDOWS)("Lettre.TXT", "lettre.txt")
    assert _same(WINDOWS)("É", "é")
    assert not _same(WINDOWS)("e\u0301", "é")
    assert _same(MACOS)("e\u0301", "É")
    assert not _same(POSIX)("a", "A")
