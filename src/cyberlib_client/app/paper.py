"""What PDFs of ours have in common: their letters, and how a line of them is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resources import resource

if TYPE_CHECKING:
    from fpdf import FPDF

Colour = tuple[int, int, int]
BLACK: Colour = (0, 0, 0)


class Paper:
    """Draws on an fpdf2 document, which it gives its fonts. `margin`: mm."""

    def __init__(self, pdf: FPDF, margin: float) -> None:
        self.pdf = pdf
        pdf.set_auto_page_break(False)
        pdf.set_margin(margin)
        for style, name in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
            pdf.add_font("DejaVu", style, resource(f"fonts/{name}"))

    def font(self, size: float, bold: bool = False, colour: Colour = BLACK) -> None:
        """For what is drawn next. `size`: points."""
        self.pdf.set_font("DejaVu", "B" if bold else "", size)
        self.pdf.set_text_color(*colour)

    def fit(self, text: str) -> str:
        """No letter that the font lacks: PDF/A has none that cannot be shown."""
        known = getattr(self.pdf.current_font, "cmap", {})
        return "".join(c if ord(c) in known else "?" for c in text)

    def block(
        self,
        text: str,
        size: float,
        width: float,
        height: float,
        *,
        bold: bool = False,
        colour: Colour = BLACK,
    ) -> None:
        """Lines of `height` mm, as many as it takes; what is drawn next stands below, as far left."""
        self.font(size, bold, colour)
        self.pdf.multi_cell(width, height, self.fit(text), align="L", new_x="LEFT", new_y="NEXT")
