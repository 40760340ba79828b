"""The practice's documents: letters as PDF and text, scanned pages as JPEG and PNG.

fpdf2, and Pillow which it brings, are imported when a document is made: they cost a third of a second.
"""

from __future__ import annotations

import io
import random
from datetime import UTC, date, datetime

from .records import Letter

PAGE_PIXELS = (620, 877)  # A4 at 75 dots per inch
_PLAIN = str.maketrans({"œ": "oe", "Œ": "OE", "’": "'", "—": "-"})  # what a PDF's built-in fonts lack
# Turns random bytes into the light grain of scanned paper.
_PAPER = bytes(236 + byte % 20 for byte in range(256))


def letter_text(letter: Letter) -> str:
    """The letter as plain text."""
    return (
        f"CABINET MÉDICAL FICTIF DES TILLEULS BLEUS\n{letter.written_on}\n\nÀ : {letter.recipient}\n"
        f"Objet : {letter.subject}\nPatient : {letter.patient}\n\n{letter.body}\n"
    )


def letter_pdf(letter: Letter) -> bytes:
    """The letter as a one-page PDF; the same letter gives the same bytes."""
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    pdf.set_creation_date(datetime.combine(date.fromisoformat(letter.written_on), datetime.min.time(), UTC))
    pdf.set_title(f"{letter.subject} {letter.number}")
    pdf.add_page()
    pdf.set_font("Helvetica", style="B", size=14)
    pdf.cell(0, 10, "Cabinet médical fictif des Tilleuls bleus", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Helvetica", size=10)
    pdf.multi_cell(0, 5, letter_text(letter).partition("\n")[2].translate(_PLAIN))
    return bytes(pdf.output())


def scan(rng: random.Random, *, kind: str = "JPEG", scale: int = 1) -> bytes:
    """A scanned page: paper grain, lines of writing, a stamp. `kind` is a Pillow format, JPEG or PNG.

    `scale` multiplies both sides. About 90 KB as JPEG and 350 KB as PNG at scale 1.
    """
    from PIL import Image, ImageDraw

    width, height = (side * scale for side in PAGE_PIXELS)
    page = Image.frombytes("L", (width, height), rng.randbytes(width * height).translate(_PAPER))
    draw = ImageDraw.Draw(page)
    for top in range(60 * scale, height - 80 * scale, 18 * scale):
        left = 50 * scale
        while left < width - 110 * scale:
            word = rng.randrange(8, 60) * scale
            draw.line(
                (left, top, left + word, top + rng.randrange(-2, 3) * scale),
                fill=rng.randrange(20, 90),
                width=3,
            )
            left += word + 7 * scale
    x, y = rng.randrange(width // 2), height - 70 * scale
    draw.ellipse((x, y, x + 90 * scale, y + 50 * scale), outline=70, width=3)
    out = io.BytesIO()
    page.save(out, kind, **({"quality": 70} if kind == "JPEG" else {}))
    return out.getvalue()
