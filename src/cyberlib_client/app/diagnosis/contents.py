"""What the archive holds, told before it is written and in the archive itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from ..wording.language import Both


class DiagnosisPart(msgspec.Struct, frozen=True):
    """`what`: one sentence. `bytes`: uncompressed. `error`: the code of what it could not be had for, in
    part or at all, or empty."""

    name: str
    what: str
    bytes: int
    error: str


class Diagnosis(msgspec.Struct, frozen=True):
    """Where the archive is, how large it is, and what it holds. `at`: "" when only that was asked for."""

    at: str
    bytes: int
    parts: list[DiagnosisPart]


README: Final = "LISEZMOI.txt"

PARTS: Final[Mapping[str, Both]] = {
    README: Both("Ce que contient l’archive.", "What the archive holds."),
    "program.json": Both(
        "Versions du programme et du système, place libre.", "Versions of program and system, free space."
    ),
    "settings.json": Both(
        "Réglages : horaires, débit, conservation, nombre de dossiers.",
        "Settings: timetable, rates, retention, how many folders.",
    ),
    "status.json": Both(
        "L’état de ce poste et pourquoi ; le calendrier.", "How this machine is and why; the calendar."
    ),
    "history.json": Both(
        "Sauvegardes, vérifications et incidents des 90 derniers jours, par leurs codes.",
        "Backups, verifications and incidents of the last 90 days, by their codes.",
    ),
    "agent.json": Both("L’agent de sauvegarde : ce qu’il fait, ce qu’il attend.", "The agent and its work."),
    "network.json": Both(
        "Le chemin vers l’hébergeur, pas à pas, s’il y en a un.",
        "The way to the host, step by step, if there is one.",
    ),
    "vault.json": Both(
        "Le coffre : combien d’objets et d’octets. Rien de ce qu’il contient.",
        "The vault: how many objects and bytes. Nothing of what it holds.",
    ),
    "profile.json": Both(
        "Quels fichiers de CyberLib existent, et leur taille.",
        "Which of CyberLib’s own files are there, and their size.",
    ),
    "crashes.txt": Both(
        "Où le programme s’est arrêté, s’il l’a fait.", "Where the program broke off, if it did."
    ),
}
"""By the name of the part, in the order in which they are shown."""

PROMISE: Final = Both(
    "L’archive ne contient ni secret, ni mot de passe, ni clé, ni nom de fichier, de dossier, de patient, de"
    " cabinet ou de poste. Un nom est remplacé par une étiquette comme « path-4f2a9c10b7e3 », la même pour le"
    " même nom dans toute l’archive, et d’autres dans la suivante. Rien n’est envoyé : c’est vous qui"
    " transmettez le fichier.",
    "The archive holds no secret, password or key, and no name of a file, folder, patient, practice or"
    " machine. A label such as “path-4f2a9c10b7e3” stands for a name, the same for the same name all over the"
    " archive, others in the next. Nothing is sent: you hand the file on.",
)


def readme() -> str:
    """In both languages: whoever reads it may not be who made it."""
    lines = ["CyberLib : diagnostic", "", PROMISE.fr, ""]
    lines += [f"  {name:<15} {told.fr}" for name, told in PARTS.items()]
    lines += ["", "----", "", "CyberLib: diagnosis", "", PROMISE.en, ""]
    lines += [f"  {name:<15} {told.en}" for name, told in PARTS.items()]
    return "\n".join(lines) + "\n"
