"""Files that are, or are no longer, what their names say."""

from __future__ import annotations

import random
import zlib

import pytest

from benchmarks import ransom_tree as made
from cyberlib_client.files.heads import (
    Pieces,
    Sample,
    ending_of,
    has_known_head,
    is_even,
    is_usual,
    judge,
    sample_of,
)

RNG = random.Random("heads")
SOUND = {kind: maker(RNG) for kind, (maker, _) in made.MAKERS.items()}


@pytest.mark.parametrize("kind", SOUND)
def test_each_kind_is_sound_until_it_is_encrypted(kind: str) -> None:
    data = SOUND[kind]
    assert judge(kind.encode(), sample_of(data)) == "sound"
    verdict = judge(kind.encode(), sample_of(RNG.randbytes(len(data))))
    assert verdict == ("dense" if kind in ("txt", "html", "csv") else "broken")


@pytest.mark.parametrize("number", range(20))
def test_chance_makes_nothing_sound(number: int) -> None:
    data = random.Random(number).randbytes(3000)
    assert is_even(data)
    assert not has_known_head(data[:512])
    for kind in ("pdf", "docx", "odt", "rtf", "jpg", "png", "txt", "html"):
        assert judge(kind.encode(), sample_of(data)) in ("broken", "dense"), kind


def test_compressed_content_is_even_but_has_a_head() -> None:
    data = zlib.compress(RNG.randbytes(4000))
    assert is_even(data) and has_known_head(data[:512])
    assert not is_even(made.text(RNG, 40)) and not is_even(b"") and not is_even(bytes(600))
    assert not is_even(RNG.randbytes(40))  # too little to tell


def test_a_jpeg_whose_head_is_left_is_no_jpeg_inside() -> None:
    data = made.picture(RNG)
    half = len(data) // 2
    assert judge(b"jpg", sample_of(data[: half - 1000] + RNG.randbytes(half))) == "broken"
    again = made.picture(random.Random(5))
    assert judge(b"jpg", sample_of(again)) == "sound"


@pytest.mark.parametrize("kind", ["docx", "pdf", "png"])
def test_a_tail_that_is_lost_is_seen(kind: str) -> None:
    data = SOUND[kind]
    assert judge(kind.encode(), sample_of(data[:-1100] + RNG.randbytes(1100))) == "broken"
    # A signature or a line behind it is none.
    assert judge(kind.encode(), sample_of(data + b"\n% signed by nobody\n")) == "sound"


def test_every_other_block_is_met_wherever_it_begins() -> None:
    text = (made.text(RNG, 50) * 4000)[: 9 * made.BLOCK]
    for first in (0, 1):
        data = bytearray(text)
        for at in range(first * made.BLOCK, len(data), 2 * made.BLOCK):
            data[at : at + made.BLOCK] = RNG.randbytes(made.BLOCK)
        assert judge(b"txt", sample_of(bytes(data))) == "dense", first


def test_names_that_programs_use_for_other_formats_are_no_loss() -> None:
    assert judge(b"doc", sample_of(b"{\\rtf1\\ansi " + bytes(500))) in ("sound", "broken")
    assert judge(b"xls", sample_of(b"<html><table><tr><td>acte</td></tr></table></html>")) == "sound"
    assert judge(b"docx", sample_of(b"\xd0\xcf\x11\xe0" + RNG.randbytes(900))) == "sound"  # by a password
    assert judge(b"jpg", sample_of(SOUND["png"])) == "sound"


def test_what_is_not_known_is_not_judged_unless_it_was_learned() -> None:
    sample = sample_of(RNG.randbytes(900))
    assert judge(b"fic", sample) == ""
    assert judge(b"fic", sample, True) == "dense"
    assert judge(b"fic", sample_of(bytes(900)), True) == "sound"


def test_a_file_in_blocks_has_the_sample_of_its_content() -> None:
    data = made.office(RNG) + RNG.randbytes(70_000)
    pieces = Pieces()
    pieces.see(memoryview(data))
    pieces.see(memoryview(b""))
    assert pieces.sample(data[:512], len(data)) == sample_of(data)
    assert Pieces().sample(bytes(512), 0) == Sample(b"", (), b"", 0)


def test_endings() -> None:
    assert [ending_of(n) for n in (b"a.DocX", b"a", b".cache", b"x.pdf.locked", b"a.M Dupont et fils")] == [
        b"docx",
        b"",
        b"",
        b"locked",
        b"",
    ]
    assert is_usual(b"docx") and is_usual(b"bak") and is_usual(b"001") and not is_usual(b"locked")
