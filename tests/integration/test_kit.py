"""Recovery kits: made, read back as the paper they are, checked, and of no use any more."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from cyberlib_client.app.kit_page import KitFacts, kit_page, scanned
from cyberlib_client.core.words import decode, encode
from tests.support.command_line import PASSPHRASE, CommandLine


def printed(path: Path) -> str:
    """What is written on its pages."""
    pdf = pypdfium2.PdfDocument(path)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in pdf)
    finally:
        pdf.close()


def words_of(path: Path) -> list[str]:
    found = dict(re.findall(r"(?m)^(\d+)\. ([a-z]+)\r?$", printed(path)))
    return [found[str(number)] for number in range(1, 25)]


@pytest.fixture(autouse=True)
def proof(line: CommandLine) -> Iterator[None]:
    with line.secret(PASSPHRASE):
        yield


def test_a_kit_is_made_checked_and_taken_back(line: CommandLine, tmp_path: Path) -> None:
    place = tmp_path / "clé usb"
    place.mkdir()
    made = line.json("kit", "create", "--to", str(place))["result"]
    (sheet,) = place.iterdir()
    assert made["file"] == str(sheet) and sheet.suffix == ".pdf"
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
    info = line.json("vault", "info")["result"]
    number = made["slot"]["id"][:8]
    assert info["fingerprint"].replace(" ", "")[:8].upper() in sheet.name and number in sheet.name
    told = printed(sheet)
    assert info["id"] in told and info["fingerprint"].upper() in told and number in told
    words = tmp_path / "words"
    words.write_text(" ".join(words_of(sheet)), encoding="utf-8")
    checked = line.json("kit", "check", "--recovery-file", str(words))["result"]
    assert checked == {"slot": made["slot"], "newer": 0}
    line("kit", "create", "--to", str(place))
    assert line.json("kit", "check", "--recovery-file", str(words))["result"]["newer"] in (0, 1)
    line("key", "remove", number)
    assert line.error("kit", "check", "--recovery-file", str(words), code=1) == "kit_opens_nothing"
    for file in (line.profile).rglob("*"):
        if file.is_file():
            assert words_of(sheet)[5].encode() not in file.read_bytes() or file.stat().st_size > 100_000


def test_a_word_that_is_wrong_is_named(line: CommandLine, tmp_path: Path) -> None:
    words = tmp_path / "words"
    good = encode(bytes(32))
    words.write_text(" ".join([*good[:6], "zzzz", *good[7:]]), encoding="utf-8")
    done = line.attempt("kit", "check", "--recovery-file", str(words))
    assert done.code == 2 and "7" in done.err
    words.write_text(" ".join(good), encoding="utf-8")
    assert line.error("kit", "check", "--recovery-file", str(words), code=1) == "kit_opens_nothing"


def test_nothing_is_left_where_no_sheet_can_be_written(line: CommandLine, tmp_path: Path) -> None:
    before = line.json("key", "list")["items"]
    assert line.error("kit", "create", "--to", str(tmp_path / "nowhere"), code=2) == "kit_no_folder"
    vault = line.json("vault", "info")["result"]["at"]
    assert line.error("kit", "create", "--to", vault, code=2) == "words_file_in_vault"
    assert line.json("key", "list")["items"] == before
    if os.geteuid():
        pytest.skip("what cannot be written here is made by root alone")
    assert line.error("kit", "create", "--to", "/proc", code=1) == "words_file_not_written"
    assert line.json("key", "list")["items"] == before


def test_the_code_says_what_can_be_typed(tmp_path: Path) -> None:
    key = bytes(range(32))
    kit = KitFacts(encode(key), "0f" * 16, "a1b2 c3d4", "D:\\Coffre", "Accueil-1", "7be01234", "2026-11-23")
    assert decode(scanned(kit)) == key
    path = tmp_path / "kit.pdf"
    path.write_bytes(kit_page(kit))
    assert words_of(path) == encode(key)
    document = pypdfium2.PdfDocument(path)
    assert len(document) == 2
    assert "7be01234, 23 novembre 2026" in document[0].get_textpage().get_text_range()
