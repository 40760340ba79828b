"""The certificate of a drill as a page: PDF/A-3b, French with English beneath, the record attached as JSON.

fpdf2 is imported when a page is made: it costs a third of a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple

from ..core.certificate import DrillRecord, Part, unsigned
from .paper import Paper

ATTACHMENT: Final = "exercice.json"
_MARGIN: Final = 18.0
_LABEL: Final = 58.0
_WIDTH: Final = 210 - 2 * _MARGIN
_GREY: Final = (95, 95, 95)
_GREEN: Final = (20, 110, 60)
_RED: Final = (165, 30, 30)
_VARIANTS: Final = "ABCDEFGHIJKLMNOP"
"""Of the page, in one letter: a compressed stream may happen to end so that validators miscount it (with a
carriage return, and a line feed follows); another letter compresses otherwise."""


class _Row(NamedTuple):
    """A label in both languages, what is said, and the same in English where it has words."""

    fr: str
    en: str
    said: tuple[str, ...]
    said_en: str = ""


def certificate_page(record: DrillRecord) -> bytes:
    """The PDF, with zeros where the signature is to stand."""
    pages = (_made(record, variant) for variant in _VARIANTS)
    return next(page for page in pages if b"\r\nendstream" not in page)


def _made(record: DrillRecord, variant: str) -> bytes:
    from fpdf import FPDF

    pdf = FPDF(format="A4", enforce_compliance="PDF/A-3B")
    page = _Page(pdf, _MARGIN)
    made = datetime.fromisoformat(record.ended).astimezone(UTC)
    pdf.set_creation_date(made)
    pdf.set_lang("fr")
    pdf.set_title(f"{_title(record)[0]} – {record.ended[:10]}")
    pdf.set_author(record.organisation or record.device.name)
    pdf.set_subject(f"CyberLib {record.kind} {record.id}")
    pdf.set_creator(record.software)
    pdf.add_page()
    page.head(record)
    for row in (*_who(record), *_what(record)):
        page.row(row)
    page.statements(variant)
    pdf.embed_file(
        bytes=unsigned(record),
        basename=ATTACHMENT,
        mime_type="application/json",
        desc="Relevé signé de l’exercice · Signed record of the drill",
        associated_file_relationship="Data",
        creation_date=made,
        modification_date=made,
    )
    return bytes(pdf.output())


def _title(record: DrillRecord) -> tuple[str, str]:
    if record.outcome == "passed":
        return "Certificat d’exercice de restauration", "Certificate of a restore drill"
    return "Procès-verbal d’exercice de restauration", "Record of a restore drill"


def _who(record: DrillRecord) -> Iterator[_Row]:
    snapshot = record.snapshot
    yield _Row("Cabinet", "Practice", (record.organisation or "– (non renseigné · not stated)",))
    yield _Row("Poste", "Workstation", (record.device.name,))
    yield _Row("Coffre", "Vault", (record.vault.id,))
    yield _Row("Empreinte du coffre", "Vault fingerprint", (record.vault.fingerprint.upper(),))
    when = f"{_time(record.started)} – {_time(record.ended)}"
    yield _Row("Exercice", "Drill", (when, f"n° {record.id}"))
    made = (
        f"{_time(snapshot.time)}, n° {snapshot.sequence}, {snapshot.files} fichiers, {_size(snapshot.bytes)}"
    )
    yield _Row("Version restaurée", "Snapshot restored", (made, snapshot.id))


def _what(record: DrillRecord) -> Iterator[_Row]:
    taken, wrong, looked, seconds = record.taken, record.wrong, record.looked, record.seconds
    counts = [getattr(taken, sort).files for sort in _SORTS]
    yield _Row(
        "Échantillon restauré",
        "Sample restored",
        (_part(record.total), _counted(_SORTS_FR, counts)),
        _counted(_SORTS_EN, counts),
    )
    yield _Row("Identiques au disque, octet à octet", "Same as on the disk", (_part(record.compared.disk),))
    yield _Row(
        "Identiques aux hachages du coffre", "Same as the vault’s hashes", (_part(record.compared.vault),)
    )
    counts = [looked.checked, looked.databases, looked.documents, looked.plain, looked.too_large]
    yield _Row("Ouverture", "Opening", (_counted(_LOOKED_FR, counts),), _counted(_LOOKED_EN, counts))
    counts = [wrong.damaged, wrong.differs, wrong.missing, wrong.unopened]
    faults = (f"{sum(counts)} – {_counted(_WRONG_FR, counts)}", _counted(_WRONG_EN, counts))
    yield _Row("En échec", "Failed", (faults[0] if sum(counts) else "0",), faults[1] if sum(counts) else "")
    pace = record.total.bytes / seconds.restoring if seconds.restoring else 0.0
    first, restoring, whole = map(_seconds, (seconds.first, seconds.restoring, seconds.all))
    least, most = _seconds(seconds.whole_least), _seconds(seconds.whole_most)
    yield _Row(
        "Durées",
        "Times",
        (
            f"premier fichier {first}, tous {restoring} ({_size(round(pace))}/s), exercice {whole}",
            f"version entière, estimée : de {least} à {most}",
        ),
        f"first file {first}, all {restoring}, drill {whole}; whole snapshot, estimated: {least} to {most}",
    )
    yield _Row("Logiciel", "Software", (f"{record.software}, {record.system}",))


_SORTS: Final = ("databases", "recent", "large", "documents", "random", "again")
_SORTS_FR: Final = ("bases de données", "récents", "grands", "documents", "au hasard", "en échec avant")
_SORTS_EN: Final = ("databases", "recent", "large", "documents", "at random", "failed before")
_LOOKED_FR: Final = (
    "bases SQLite contrôlées",
    "autres bases",
    "documents",
    "sans contrôle connu",
    "bases trop grandes pour l’essai",
)
_LOOKED_EN: Final = (
    "SQLite databases checked",
    "other databases",
    "documents",
    "no check known",
    "databases too large to try",
)
_WRONG_FR: Final = ("abîmés", "différents", "absents", "ne s’ouvrent pas")
_WRONG_EN: Final = ("damaged", "differ", "missing", "do not open")


def _counted(words: tuple[str, ...], counts: list[int]) -> str:
    return ", ".join(f"{word} {count}" for word, count in zip(words, counts, strict=True) if count) or "0"


_PROVES: Final = (
    "Ce que ce document prouve. À la date dite, d’après l’horloge du poste, les fichiers de"
    " l’échantillon ont été restaurés depuis le coffre dans un lieu d’essai, puis comparés comme indiqué"
    " ; le poste nommé, certifié par ce coffre, l’a signé, et pas un octet de ce fichier n’a changé"
    " depuis. Ce qu’il ne prouve pas : que les fichiers hors échantillon se restaurent, que tout ce qui"
    " devait être protégé l’est, ni l’heure par un tiers. Qui détient une clé du coffre peut signer un"
    " tel document.",
    "What this document proves. At the time stated, by the workstation’s clock, the files of the sample"
    " were restored from the vault to a scratch place and compared as stated; the workstation named,"
    " certified by this vault, signed it, and no byte of this file has changed since. What it does not:"
    " that files outside the sample can be restored, that all that should be protected is, nor the time"
    " by a third party. Whoever holds a key of the vault can sign such a document.",
)
_CHECK: Final = (
    "Vérifier, sans réseau ni secret, sur tout poste : cyberlib certificate verify FICHIER"
    " --vault-fingerprint"
    " EMPREINTE. L’empreinte est à demander au cabinet par une autre voie (cyberlib vault"
    " info) : sans elle, il est seulement prouvé que le fichier est intact. Une impression ne se vérifie"
    " pas.",
    "To verify, without network or secret, on any machine: cyberlib certificate verify FILE"
    " --vault-fingerprint"
    " FINGERPRINT. Ask the practice for the fingerprint by another way (cyberlib vault"
    " info): without it, all that is proven is that the file is intact. A printout cannot be verified.",
)


class _Page(Paper):
    """Draws one page from top to bottom."""

    def head(self, record: DrillRecord) -> None:
        pdf = self.pdf
        fr, en = _title(record)
        self._line(fr, 17, bold=True, height=9)
        self._line(en, 10, colour=_GREY, height=6)
        passed = record.outcome == "passed"
        pdf.ln(3)
        pdf.set_draw_color(*(_GREEN if passed else _RED))
        pdf.set_line_width(0.6)
        pdf.rect(_MARGIN, pdf.get_y(), _WIDTH, 11)
        word = "✓  Réussi · Passed" if passed else "✗  ÉCHEC · FAILED"
        pdf.set_xy(_MARGIN + 4, pdf.get_y() + 2)
        self._line(word, 13, bold=True, colour=_GREEN if passed else _RED, height=7)
        pdf.set_y(pdf.get_y() + 5)

    def row(self, row: _Row) -> None:
        """A label in both languages, and what is said."""
        pdf = self.pdf
        top = pdf.get_y()
        pdf.set_xy(_MARGIN, top)
        self.block(row.fr, 8, _LABEL, 4.1, bold=True)
        pdf.set_x(_MARGIN)
        self.block(row.en, 7, _LABEL, 3.4, colour=_GREY)
        below = pdf.get_y()
        pdf.set_xy(_MARGIN + _LABEL + 3, top)
        for value in row.said:
            pdf.set_x(_MARGIN + _LABEL + 3)
            self.block(value, 7 if len(value) == 64 else 8.5, _WIDTH - _LABEL - 3, 4.1)
        if row.said_en:
            pdf.set_x(_MARGIN + _LABEL + 3)
            self.block(row.said_en, 7, _WIDTH - _LABEL - 3, 3.4, colour=_GREY)
        bottom = max(below, pdf.get_y()) + 1.2
        pdf.set_draw_color(215, 215, 215)
        pdf.set_line_width(0.15)
        pdf.line(_MARGIN, bottom, _MARGIN + _WIDTH, bottom)
        pdf.set_y(bottom + 1.4)

    def statements(self, variant: str) -> None:
        """What it says and does not say, and how to verify it."""
        self.pdf.ln(2)
        for number, text in enumerate((*_PROVES, *_CHECK)):
            self.pdf.set_x(_MARGIN)
            self.block(text, 7, _WIDTH, 3.5, colour=_GREY if number % 2 else (0, 0, 0))
            self.pdf.ln(1.2)
        self.pdf.set_x(_MARGIN)
        attached = f"Relevé lisible par une machine et signature Ed25519 : pièce jointe {ATTACHMENT}. Gabarit"
        self.block(f"{attached} 1{variant}.", 7, _WIDTH, 3.5, colour=_GREY)
        self.block(f"1{variant}", 7, _WIDTH, 3.5, bold=True, colour=_GREY)

    def _line(
        self,
        text: str,
        size: float,
        *,
        bold: bool = False,
        colour: tuple[int, int, int] = (0, 0, 0),
        height: float,
    ) -> None:
        self.font(size, bold, colour)
        self.pdf.cell(0, height, self.fit(text), new_x="LMARGIN", new_y="NEXT")


def _part(part: Part) -> str:
    return f"{part.files} fichiers, {_size(part.bytes)}"


def _time(iso: str) -> str:
    return iso if iso.startswith("@") else f"{iso[:10]} {iso[11:16]} UTC"


def _size(count: int) -> str:
    value, unit = float(count), 0
    units = ("octets", "Ko", "Mo", "Go", "To")
    while value >= 999.5 and unit < len(units) - 1:
        value /= 1000
        unit += 1
    text = f"{value:.0f}" if unit == 0 or value >= 99.95 else f"{value:.1f}"
    return f"{text.replace('.', ',')} {units[unit]}"


def _seconds(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s".replace(".", ",")
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
