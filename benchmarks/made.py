"""Files made for the benchmarks: documents of an office, bytes that cannot be compressed, tiny files."""

from __future__ import annotations

import io
import random
import zipfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from cyberlib_client.app.demo import documents, phrases
from cyberlib_client.app.demo.records import Letter

BLOCK = 1 << 20
INSERTED_AT = 10_000
INSERTED_BYTES = 1_234
TINY_FILES_A_FOLDER = 500


def office(into: Path, *, files: int, seed: int) -> None:
    """So many documents of a practice.

    Of each hundred: 28 letters as PDF, 24 text documents, some with pictures, 20 web pages, 16 scanned pages,
    8 scans as PDF, 4 raw images of a device.
    """
    makers = (
        [_letter] * 28
        + [_text_document] * 24
        + [_web_page] * 20
        + [_scan] * 16
        + [_scan_pdf] * 8
        + [_raw] * 4
    )
    for number in range(files):
        maker = makers[number % 100]
        rng = random.Random(f"office {seed} {number}")
        folder = into / f"Année {2015 + number * 10 // files}" / f"Dossier {number // 40:04d}"
        folder.mkdir(parents=True, exist_ok=True)
        ending, content = maker(rng, number)
        (folder / f"Pièce n°{number:06d}.{ending}").write_bytes(content)


def incompressible(path: Path, *, size: int, seed: int, inserted: bool) -> None:
    """`size` random bytes; with `inserted`, the same with 1,234 others put in near the head."""
    rng = random.Random(f"incompressible {seed}")
    with path.open("wb") as out:
        for start in range(0, size, BLOCK):
            block = rng.randbytes(min(BLOCK, size - start))
            if inserted and start == 0:
                extra = random.Random(f"inserted {seed}").randbytes(INSERTED_BYTES)
                block = block[:INSERTED_AT] + extra + block[INSERTED_AT:]
            out.write(block)


def tiny_files(into: Path, *, files: int, seed: int) -> None:
    """So many files of 40 to 150 bytes, 500 to a folder, no two alike."""
    rng = random.Random(f"tiny {seed}")
    for start in range(0, files, TINY_FILES_A_FOLDER):
        number = start // TINY_FILES_A_FOLDER
        folder = into / f"lot {number // 100:03d}" / f"série {number:05d}"
        folder.mkdir(parents=True)
        for name in range(start, min(files, start + TINY_FILES_A_FOLDER)):
            content = f"{name} {phrases.note(rng, 1 + rng.getrandbits(1))}\n".encode()
            with open(f"{folder}/mesure {name:07d}.txt", "wb", buffering=0) as out:
                out.write(content)


def _letter(rng: random.Random, number: int) -> tuple[str, bytes]:
    day = f"{2015 + number % 10}-0{1 + number % 9}-1{number % 10}"
    body = phrases.letter_body(rng, "le patient", "du dossier")
    letter = Letter(number, "FICTIF Patient", day, day, rng.choice(phrases.RECIPIENTS), "Compte rendu", body)
    return "pdf", documents.letter_pdf(letter)


def _text_document(rng: random.Random, number: int) -> tuple[str, bytes]:
    """Shaped as an OpenDocument text: a zip of XML, common styles, a thumbnail, sometimes a picture."""
    paragraphs = "".join(f"<text:p>{phrases.note(rng, 6)}</text:p>" for _ in range(10 + rng.getrandbits(6)))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_member("mimetype"), "application/vnd.oasis.opendocument.text", zipfile.ZIP_STORED)
        archive.writestr(
            _member("content.xml"), f"<office:document-content>{paragraphs}</office:document-content>"
        )
        archive.writestr(
            _member("styles.xml"), "<style:style style:name='Corps' style:family='paragraph'/>" * 200
        )
        archive.writestr(_member("Thumbnails/thumbnail.png"), rng.randbytes(3_000 + rng.getrandbits(12)))
        if number % 3 == 0:
            archive.writestr(_member("Pictures/photo.jpg"), documents.scan(rng), zipfile.ZIP_STORED)
    return "odt", out.getvalue()


def _member(name: str) -> zipfile.ZipInfo:
    """A zip member with a fixed date: the same seed gives the same bytes."""
    return zipfile.ZipInfo(name, (2025, 3, 3, 12, 0, 0))


def _web_page(rng: random.Random, number: int) -> tuple[str, bytes]:
    rows = "".join(
        f"<tr><td class='date'>{2015 + rng.randrange(10)}</td><td>{phrases.note(rng, 2)}</td></tr>\n"
        for _ in range(40 + rng.getrandbits(8))
    )
    return "html", f"<!DOCTYPE html><title>Dossier {number}</title><table>\n{rows}</table>\n".encode()


def _scan(rng: random.Random, _number: int) -> tuple[str, bytes]:
    return "jpg", documents.scan(rng, scale=2)


def _scan_pdf(rng: random.Random, _number: int) -> tuple[str, bytes]:
    from fpdf import FPDF  # costs a third of a second

    pdf = FPDF(format="A4")
    pdf.set_creation_date(datetime(2025, 3, 3, tzinfo=UTC))
    for _ in range(2):
        pdf.add_page()
        pdf.image(io.BytesIO(documents.scan(rng, scale=2)), x=0, y=0, w=210)
    return "pdf", bytes(pdf.output())


@cache
def _slope(side: int) -> bytes:
    return bytes((x + y) // 64 for y in range(side) for x in range(side))


def _raw(rng: random.Random, _number: int) -> tuple[str, bytes]:
    """An uncompressed 16-bit image as devices write them: a slope, with noise in the low bits."""
    side = 512
    noise = rng.randbytes(side * side)
    pixels = bytearray(2 * side * side)
    pixels[0::2] = noise.translate(bytes(byte & 0x1F for byte in range(256)))
    pixels[1::2] = _slope(side)
    return "dcm", bytes(128) + b"DICM" + rng.randbytes(64) + bytes(pixels)
