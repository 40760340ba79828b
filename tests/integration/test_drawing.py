"""Pages of PDF documents, drawn by a process begun for each; the documents are made here, and fictitious."""

from __future__ import annotations

import os
import subprocess
import sys
import zlib

import msgspec
import pytest
from fpdf import FPDF

from cyberlib_client.app import drawing
from cyberlib_client.app.drawing import PageAsked, PageDrawn
from tests.support.command_line import SOURCES

ROOM = PageAsked(0, 300, 400)


def document(pages: int = 1, size: tuple[float, float] = (210, 297), password: str = "") -> bytes:
    """Page n has n black squares of a tenth of its width along its upper edge."""
    pdf = FPDF(unit="mm", format=size)
    if password:
        pdf.set_encryption(owner_password=password, user_password=password)
    pdf.set_margin(0)
    side = size[0] / 10
    for number in range(1, pages + 1):
        pdf.add_page()
        for square in range(number):
            pdf.rect(side * (1 + 2 * square), side, side, side, style="F")
    return bytes(pdf.output())


def drawn(content: bytes, asked: PageAsked = ROOM) -> tuple[PageDrawn, bytes]:
    environment = drawing.environment({**os.environ, "PYTHONPATH": str(SOURCES)})
    done = subprocess.run(
        drawing.command(),
        input=msgspec.json.encode(asked) + b"\n" + content,
        stdout=subprocess.PIPE,
        env=environment,
        check=False,
    )
    return drawing.read_answer(done.stdout, asked)


def dot(picture: tuple[PageDrawn, bytes], across: float, down: float) -> bytes:
    told, dots = picture
    at = int(down * told.height) * told.width + int(across * told.width)
    return dots[at * 4 : at * 4 + 3]


def test_each_page_is_drawn_as_it_is_and_in_the_room_there_is() -> None:
    content = document(pages=3)
    for page in range(3):
        asked = PageAsked(page, 300, 400)
        told, _ = picture = drawn(content, asked)
        assert (told.problem, told.pages) == ("", 3)
        assert told.width <= 300 and told.height <= 400 and told.height > 380
        black = [dot(picture, 0.15 + 0.2 * n, 0.105) == b"\0\0\0" for n in range(4)]
        assert black == [n <= page for n in range(4)]
    assert drawn(content, PageAsked(3, 300, 400))[0] == PageDrawn("damaged")


@pytest.mark.parametrize("size", [(5000, 5000), (5000, 1), (0.5, 0.5), (1, 5000)])
def test_a_page_of_any_size_takes_the_room_there_is_at_most(size: tuple[float, float]) -> None:
    told, dots = drawn(document(size=size))
    assert told.problem or (told.width <= 300 and told.height <= 400)
    assert len(dots) == told.width * told.height * 4


def test_one_that_is_locked_is_told_from_one_that_is_damaged() -> None:
    assert drawn(document(password="cheval"))[0] == PageDrawn("encrypted")
    for content in (b"", b"%PDF-1.7\n", document()[:200], b"%PDF-1.4 " + os.urandom(5000)):
        assert drawn(content)[0] == PageDrawn("damaged")


def test_one_that_unfolds_to_more_than_there_is_memory_ends_as_one_that_is_damaged() -> None:
    told, _ = drawn(unfolding(20_000))
    assert told.problem == "damaged" or told.width <= 300


def unfolding(side: int) -> bytes:
    """An image of side × side dots, three bytes each, in a few megabytes at most."""
    packer = zlib.compressobj(9)
    row = bytes(side * 3)
    image = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>",
        b"<</Length 25>>stream\n200 0 0 200 0 0 cm /I Do \nendstream",
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8"
        b"/Filter/FlateDecode/Length %d>>stream\n" % (side, side, len(image)) + image + b"\nendstream",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += b"%d 0 obj\n" % number + part + b"\nendobj\n"
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(body)
    return body + b"xref\n0 6\n0000000000 65535 f \n" + rows + end


@pytest.mark.skipif(sys.platform != "linux", reason="limits as Linux has them")
def test_the_process_may_neither_write_files_nor_take_all_memory_nor_know_our_environment() -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import os, resource as r; from cyberlib_client.app import drawing as d; d._hold_in();"
            "print(*(r.getrlimit(x)[0] for x in (r.RLIMIT_FSIZE, r.RLIMIT_CORE)),"
            " r.getrlimit(r.RLIMIT_AS)[0] <= 1 << 30, r.getrlimit(r.RLIMIT_CPU)[0] <= d.SECONDS)",
        ],
        env={**os.environ, "PYTHONPATH": str(SOURCES)},
        capture_output=True,
        check=True,
    )
    assert told.stdout.split() == [b"0", b"0", b"True", b"True"]
    known = drawing.environment({"CYBERLIB_PASSPHRASE": "x", "PATH": "/bin", "HOME": "/root"})
    assert known == {"PATH": "/bin"}


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{}",
        b"not json\n",
        b'{"pages":1,"width":100000,"height":100000}\n',
        b'{"pages":1,"width":2,"height":2}\n' + bytes(15),
        b'{"pages":1,"width":-2,"height":-2}\n' + bytes(16),
        b'{"pages":0,"width":2,"height":2}\n' + bytes(16),
        b'{"problem":"\xff"}\n',
        b'{"x":' + b"[" * 100_000 + b"\n",
    ],
)
def test_what_it_says_is_not_believed(answer: bytes) -> None:
    """Whatever draws may have been taken over by what it drew."""
    assert drawing.read_answer(answer, ROOM) == (PageDrawn("damaged"), b"")
