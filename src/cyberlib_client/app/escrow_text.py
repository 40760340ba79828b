"""What whoever joins an escrow reads before agreeing; its digest stands in the consent.

A text is never changed: another one has another version, and the old one stays for those who agreed to it.
"""

from __future__ import annotations

from typing import Final

from ..core.crypto import sha256
from .wording.language import Both, language

VERSION: Final = "1"

_TEXT: Final = Both(
    "Une clé qui ouvre votre coffre sera partagée entre les dépositaires de cette convention. Aucun d’eux ne"
    " l’aura seul, ni l’hébergeur, ni l’éditeur.\n"
    "Si la phrase secrète et le kit de secours sont perdus, assez d’entre eux peuvent ensemble rendre l’accès"
    " à un poste que vous désignez, en comparant six mots avec vous au téléphone.\n"
    "Ensemble, assez d’entre eux peuvent donc ouvrir tout ce que contient le coffre, dossiers de patients"
    " compris : le secret ne dépend plus de vous seul.\n"
    "Vous pouvez quitter le séquestre quand vous voulez : cet accès est alors ôté du coffre. Une copie du"
    " coffre faite avant, et assez de dépositaires manquant à leur parole, resteraient capables de"
    " l’ouvrir.\n"
    "Sans séquestre, phrase secrète et kit perdus, personne ne peut rien pour vous.",
    "A key that opens your vault will be divided among the officers of this policy. None of them will have it"
    " alone, nor will the host, nor the publisher.\n"
    "If the passphrase and the recovery kit are lost, enough of them together can give access back to a"
    " machine that you name, comparing six words with you over the telephone.\n"
    "Together, enough of them can thus open all that the vault holds, patients’ records among it: its secrecy"
    " no longer hangs on you alone.\n"
    "You can leave the escrow whenever you want: this way in is then removed from the vault. A copy of the"
    " vault made before, and enough officers who break their word, would still be able to open it.\n"
    "Without escrow, with passphrase and kit lost, nobody can do anything for you.",
)


def text() -> str:
    """In the user's language."""
    return str(_TEXT)


def name_and_digest() -> tuple[str, str]:
    """What a consent says of the text in the user's language: version and language, and SHA-256 in hex."""
    return f"{VERSION} {language()}", sha256(text().encode()).hex()
