"""Pictures of screens side by side on a sheet, and beside those that were approved.

Approved pictures are small, `tests/gui/approved/SCREEN-VARIANT.png`: what matters is where things are and in
which colour. Times, dates and a letter's edge may differ, so what is compared is the mean colour of tiles.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

ROOT: Final = Path(__file__).resolve().parents[1]
APPROVED: Final = ROOT / "tests" / "gui" / "approved"

SMALL: Final = QSize(320, 200)
"""px of an approved picture."""
_TILES: Final = QSize(64, 40)
_SHADE: Final = 28
"""Levels of 256 by which a tile may differ in one of its colours: a word instead of another stays below."""
TOLERANCE: Final = 0.015
"""The share of tiles that may differ: another day in the calendar, a longer list."""

GUIDE: Final = ROOT / "docs" / "user" / "images"
"""Which screens the guides show: those that are there."""
_IN_GUIDE: Final = QSize(960, 600)

_COLUMNS: Final = 3
_GAP: Final = 24


class Difference(NamedTuple):
    """`share`: of tiles that differ; 1.0 where nothing was approved."""

    picture: str
    share: float


def sheet(folder: Path, variant: str) -> Path:
    """All pictures of a variant on one; where it is."""
    pictures = [QImage(str(path)) for path in _of(folder, variant)]
    width, height = 640, 400
    rows = -(-len(pictures) // _COLUMNS)
    size = QSize(_COLUMNS * (width + _GAP) + _GAP, rows * (height + _GAP) + _GAP)
    made = QImage(size, QImage.Format.Format_RGB32)
    made.fill(QColor("#7A868A"))
    painter = QPainter(made)
    for number, picture in enumerate(pictures):
        row, column = divmod(number, _COLUMNS)
        small = _scaled(picture, QSize(width, height), keep=True)
        painter.drawImage(_GAP + column * (width + _GAP), _GAP + row * (height + _GAP), small)
    painter.end()
    path = folder / f"sheet-{variant}.png"
    made.save(str(path))
    return path


def approve(folder: Path, variant: str) -> None:
    """What is drawn now is what is wanted. Somebody has looked at it."""
    APPROVED.mkdir(exist_ok=True)
    for path in APPROVED.glob(f"*-{variant}.png"):
        path.unlink()
    for path in _of(folder, variant):
        _scaled(QImage(str(path)), SMALL).save(str(APPROVED / path.name))


def compare(folder: Path, variant: str) -> list[Difference]:
    """What differs from what was approved, by more than the tolerance; also what is drawn no more."""
    found = []
    drawn = {path.name for path in _of(folder, variant)}
    for name in sorted(drawn | {path.name for path in APPROVED.glob(f"*-{variant}.png")}):
        here, there = QImage(str(folder / name)), QImage(str(APPROVED / name))
        share = 1.0 if here.isNull() or there.isNull() else _differing(here, there)
        if share > TOLERANCE:
            found.append(Difference(name, share))
    return found


def for_guide(folder: Path) -> None:
    """Draws the pictures that the user guides show anew."""
    for variant, language in (("fr-light-100", "fr"), ("en-light-100", "en")):
        for path in _of(folder, variant):
            at = GUIDE / language / f"{path.stem.removesuffix(f'-{variant}')}.png"
            if at.exists():
                small = _scaled(QImage(str(path)), _IN_GUIDE, keep=True)
                small.save(str(at))


def approved_variants() -> list[str]:
    """Those of which there are approved pictures."""
    return sorted({"-".join(path.stem.split("-")[-3:]) for path in APPROVED.glob("*.png")})


def _of(folder: Path, variant: str) -> list[Path]:
    return sorted(path for path in folder.glob(f"*-{variant}.png") if not path.name.startswith("sheet-"))


def _scaled(picture: QImage, size: QSize, *, keep: bool = False) -> QImage:
    ratio = Qt.AspectRatioMode.KeepAspectRatio if keep else Qt.AspectRatioMode.IgnoreAspectRatio
    plain = picture.convertToFormat(QImage.Format.Format_RGB32)
    plain.setDevicePixelRatio(1.0)
    return plain.scaled(size, ratio, Qt.TransformationMode.SmoothTransformation)


def _differing(one: QImage, other: QImage) -> float:
    tiles = [_scaled(_scaled(each, SMALL), _TILES) for each in (one, other)]
    differ = 0
    for y in range(_TILES.height()):
        for x in range(_TILES.width()):
            a, b = (each.pixelColor(x, y) for each in tiles)
            apart = max(abs(a.red() - b.red()), abs(a.green() - b.green()), abs(a.blue() - b.blue()))
            differ += apart > _SHADE
    return differ / (_TILES.width() * _TILES.height())
