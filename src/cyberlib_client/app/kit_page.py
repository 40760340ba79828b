"""The recovery kit on paper: two A4 pages, French with English beneath, with a QR code of what is typed.

fpdf2 and segno are imported when a kit is made: they cost a third of a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from .paper import Paper
from .wording.units import long_day

_MARGIN: Final = 18.0
_WIDTH: Final = 210 - 2 * _MARGIN
_LABEL: Final = 44.0
_GREY: Final = (95, 95, 95)
_BRAND: Final = (11, 97, 112)
_SOFT: Final = (225, 240, 241)
_COLUMNS: Final = 3
_CODE: Final = 46.0
"""mm of the QR code, which is read from 25 cm by any telephone."""
_QUIET: Final = 4
"""Light modules around the code (ISO/IEC 18004)."""


class KitFacts(NamedTuple):
    """What a kit says of itself. `number`: of its slot, as the list of slots shows it; `day`: YYYY-MM-DD.
    `escrow`: the policy of the vault's escrow and its fingerprint, "" where there is none."""

    words: Sequence[str]
    vault: str
    fingerprint: str
    at: str
    device: str
    number: str
    day: str
    escrow: str = ""


def scanned(kit: KitFacts) -> str:
    """What the QR code says: a title and the words, which `core.words.decode` takes as they are."""
    return f"# CyberLib {kit.number} {kit.vault} {kit.day}\n{' '.join(kit.words)}\n"


def kit_page(kit: KitFacts) -> bytes:
    """The PDF."""
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    page = _Page(pdf, _MARGIN)
    pdf.set_lang("fr")
    pdf.set_title(f"Kit de secours CyberLib n° {kit.number} – {_day(kit)}")
    pdf.set_creator("CyberLib")
    pdf.add_page()
    page.title("Kit de secours", "Recovery kit")
    page.note(_WARNING)
    for label, english, said in _rows(kit):
        page.row(label, english, said)
    page.words(kit.words)
    page.code(scanned(kit))
    page.foot(kit, 1)
    pdf.add_page()
    page.title("Restaurer avec ce kit", "Restoring with this kit")
    for number, (french, english) in enumerate(_STEPS, 1):
        page.step(str(number), french, english)
    page.title("Sans CyberLib, sans l’hébergeur, sans nous", "Without CyberLib, without the host, without us")
    for french, english in _ALONE:
        page.step("•", french, english)
    page.title("Garder ce kit", "Keeping this kit")
    for french, english in _KEEPING:
        page.step("•", french, english)
    page.foot(kit, 2)
    return bytes(pdf.output())


def _day(kit: KitFacts) -> str:
    """As the page says it, which is French whatever the window speaks."""
    return long_day(kit.day).fr


def _rows(kit: KitFacts) -> tuple[tuple[str, str, str], ...]:
    return (
        ("Fait pour", "Made for", kit.device),
        ("Où est le coffre", "Where the vault is", kit.at),
        ("Coffre", "Vault", kit.vault),
        ("Empreinte du coffre", "Vault fingerprint", kit.fingerprint.upper()),
        ("Kit", "Kit", f"n° {kit.number}, {_day(kit)}"),
        *([("Séquestre", "Escrow", kit.escrow)] if kit.escrow else []),
    )


_WARNING: Final = (
    "Qui tient cette feuille peut ouvrir le coffre et lire tout ce qu’il contient. Gardez-la sous clé, hors"
    " du cabinet. Personne, ni l’hébergeur ni l’éditeur, ne peut la refaire à votre place.",
    "Whoever holds this sheet can open the vault and read all that is in it. Keep it locked away, outside the"
    " practice. Nobody, neither the host nor the publisher, can make it again for you.",
)
_STEPS: Final = (
    (
        "Installez CyberLib sur un poste sain (Windows, macOS ou Linux).",
        "Install CyberLib on a sound machine (Windows, macOS or Linux).",
    ),
    (
        "Ouvrez la fenêtre, choisissez « Ouvrir le coffre du cabinet », et donnez l’endroit écrit sur cette"
        " feuille ; chez un hébergeur, aussi la clé de contrat.",
        "Open the window, choose “Open the practice’s vault”, and give the place that this sheet names; at a"
        " host the contract key too.",
    ),
    (
        "Quand la phrase secrète est demandée, tapez les 24 mots dans l’ordre. Majuscules, accents et"
        " retours à la ligne ne comptent pas ; les quatre premières lettres de chaque mot suffisent.",
        "When the passphrase is asked for, type the 24 words in order. Capitals, accents and line breaks do"
        " not matter; the first four letters of each word are enough.",
    ),
    (
        "Ouvrez « Restaurer », choisissez une date, puis les fichiers ou tout le poste. Au terminal :"
        " cyberlib vault open --at ADRESSE, puis cyberlib restore latest --to DOSSIER.",
        "Open “Restore”, choose a date, then the files or the whole machine. In a terminal: cyberlib vault"
        " open --at PLACE, then cyberlib restore latest --to FOLDER.",
    ),
)
_ALONE: Final = (
    (
        "Le contrat permet de demander à l’hébergeur le coffre chiffré entier (kit de réversibilité). Une"
        " seconde copie sur disque suffit aussi : ses objets sont les mêmes.",
        "The contract lets you ask the host for the whole encrypted vault (reversibility kit). A second copy"
        " on a disk will do as well: its objects are the same.",
    ),
    (
        "Le programme de secours cyberlib_rescue.py, fourni avec ce coffre chiffré, le lit avec Python et ces"
        " 24 mots, sans CyberLib. Le format est décrit en entier : n’importe quel informaticien peut"
        " l’écrire.",
        "The rescue program cyberlib_rescue.py, which comes with that vault, reads it with Python and these"
        " 24 words, without CyberLib. The format is described in full: any programmer can write a reader.",
    ),
)
_KEEPING: Final = (
    (
        "Imprimez deux exemplaires : un coffre-fort, un notaire ou un associé. Puis effacez le fichier.",
        "Print two copies: a safe, a notary or an associate. Then delete the file.",
    ),
    (
        "Contrôlez-le une fois par an, sans rien restaurer : « Clé et accès », « Contrôler un kit », ou"
        " cyberlib kit check.",
        "Check it once a year, without restoring anything: “Key and access”, “Check a kit”, or cyberlib kit"
        " check.",
    ),
    (
        "Feuille perdue ou vue par un autre : faites un nouveau kit, puis retirez celui-ci de la liste par"
        " son numéro. Les copies du coffre faites avant restent ouvertes à l’ancien.",
        "Sheet lost or seen by somebody else: make a new kit, then remove this one from the list by its"
        " number. Copies of the vault made before stay open to the old one.",
    ),
)


class _Page(Paper):
    """Draws from top to bottom."""

    def title(self, french: str, english: str) -> None:
        self.pdf.ln(2 if self.pdf.get_y() < _MARGIN + 5 else 6)
        self.block(french, 16, _WIDTH, 8, bold=True, colour=_BRAND)
        self.block(english, 9, _WIDTH, 5, colour=_GREY)
        self.pdf.ln(3)

    def note(self, texts: tuple[str, str]) -> None:
        pdf = self.pdf
        top = pdf.get_y()
        pdf.set_fill_color(*_SOFT)
        pdf.rect(_MARGIN, top, _WIDTH, 29, style="F", round_corners=True, corner_radius=2)
        for text, size, colour in zip(texts, (9.5, 7.5), ((0, 0, 0), _GREY), strict=True):
            pdf.set_xy(_MARGIN + 4, pdf.get_y() + 3)
            self.block(text, size, _WIDTH - 8, size / 2.1, bold=size > 8, colour=colour)
        pdf.set_y(top + 34)

    def row(self, label: str, english: str, said: str) -> None:
        pdf = self.pdf
        top = pdf.get_y()
        self.block(label, 8.5, _LABEL, 4.2, bold=True)
        self.block(english, 7, _LABEL, 3.4, colour=_GREY)
        below = pdf.get_y()
        pdf.set_xy(_MARGIN + _LABEL, top)
        self.block(said, 9, _WIDTH - _LABEL, 4.4)
        pdf.set_y(max(below, pdf.get_y()) + 1.6)

    def words(self, words: Sequence[str]) -> None:
        """Down the first column, then the next: as they are read."""
        pdf = self.pdf
        pdf.ln(3)
        top, height, each = pdf.get_y(), 9.0, -(-len(words) // _COLUMNS)
        width = _WIDTH / _COLUMNS
        pdf.set_draw_color(*_BRAND)
        pdf.set_line_width(0.4)
        pdf.rect(_MARGIN, top, _WIDTH, each * height + 6, round_corners=True, corner_radius=2)
        for number, word in enumerate(words):
            column, line = divmod(number, each)
            pdf.set_xy(_MARGIN + 5 + column * width, top + 3 + line * height)
            self.font(8, colour=_GREY)
            pdf.cell(9, height, f"{number + 1}.", align="R")
            self.font(13, bold=True)
            pdf.cell(width - 14, height, f" {word}")
        pdf.set_y(top + each * height + 10)

    def code(self, text: str) -> None:
        """Not compressed further than its matrix: thin lines of a picture would blur in print."""
        import segno

        pdf = self.pdf
        matrix = [list(row) for row in segno.make(text, error="m", micro=False, boost_error=False).matrix]
        module = _CODE / (len(matrix) + 2 * _QUIET)
        left, top = _MARGIN, pdf.get_y()
        pdf.set_fill_color(0, 0, 0)
        for y, line in enumerate(matrix):
            for x, dark in enumerate(line):
                if dark:
                    at = left + (x + _QUIET) * module, top + (y + _QUIET) * module
                    pdf.rect(*at, module + 0.02, module + 0.02, style="F")
        pdf.set_xy(left + _CODE + 6, top + 8)
        self.block(_SCAN[0], 9, _WIDTH - _CODE - 6, 4.6)
        pdf.set_x(left + _CODE + 6)
        self.block(_SCAN[1], 7.5, _WIDTH - _CODE - 6, 3.8, colour=_GREY)

    def step(self, mark: str, french: str, english: str) -> None:
        pdf = self.pdf
        top = pdf.get_y()
        self.block(mark, 10, 8, 5, bold=True, colour=_BRAND)
        pdf.set_xy(_MARGIN + 8, top)
        self.block(french, 10, _WIDTH - 8, 5)
        pdf.set_x(_MARGIN + 8)
        self.block(english, 8, _WIDTH - 8, 4, colour=_GREY)
        pdf.ln(2.5)

    def foot(self, kit: KitFacts, number: int) -> None:
        self.pdf.set_y(297 - 14)
        self.block(f"CyberLib · kit n° {kit.number} · {_day(kit)} · {number}/2", 7.5, _WIDTH, 4, colour=_GREY)


_SCAN: Final = (
    "Ce code dit les mêmes 24 mots. Lisez-le avec un téléphone sans réseau, recopiez ou collez le texte là où"
    " CyberLib demande la phrase secrète.",
    "This code says the same 24 words. Read it with a telephone that is offline, and copy or paste the text"
    " where CyberLib asks for the passphrase.",
)
