"""The number under which France knows an organisation."""

from __future__ import annotations

from .problems import Problem


def checked_siren(written: str) -> str:
    """The nine digits of a SIREN, without the spaces people put between them.

    The last digit is Luhn's check over the others (ISO/IEC 7812-1, annex B; INSEE, "Numéro SIREN").
    Raises Problem("bad_siren").
    """
    digits = "".join(written.split())
    if len(digits) != 9 or not digits.isascii() or not digits.isdigit() or _luhn(digits) % 10:
        raise Problem("bad_siren")
    if not digits.strip("0"):
        raise Problem("bad_siren")
    return digits


def _luhn(digits: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total
