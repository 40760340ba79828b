"""Words for reversibility kits."""

from __future__ import annotations

from typing import Final

from .text import Text

ERRORS: Final[dict[str, Text]] = {
    "kit_other": Text(
        "Dans {at}, un autre export a été commencé : d’un autre coffre, ou d’un autre genre.",
        "Choisissez un dossier vide, ou relancez la commande par laquelle il a été commencé.",
        "In {at} another export was begun: of another vault, or of another kind.",
        "Choose an empty folder, or repeat the command by which it was begun.",
    ),
    "kit_complete": Text(
        "{at} contient déjà un export complet.",
        "Vérifiez-le (cyberlib export check), ou choisissez un dossier vide.",
        "{at} holds a complete export already.",
        "Check it (cyberlib export check), or choose an empty folder.",
    ),
    "not_a_kit": Text(
        "{at} n’est pas un export de CyberLib.",
        "Donnez le dossier qui contient signature.json.",
        "{at} is no export of CyberLib.",
        "Give the folder that holds signature.json.",
    ),
    "kit_unfinished": Text(
        "L’export dans {at} n’est pas terminé.",
        "Relancez la commande par laquelle il a été commencé : elle continue.",
        "The export in {at} is not finished.",
        "Repeat the command by which it was begun: it goes on.",
    ),
    "kit_list_changed": Text(
        "La liste {name} manque, ou n’est plus celle qui a été signée.",
        "Ne vous fiez pas à cet export. Prenez-en une autre copie, ou refaites-le.",
        "The list {name} is missing, or no longer the one that was signed.",
        "Do not rely on this export. Take another copy of it, or make it anew.",
    ),
    "kit_not_written": Text(
        "L’export dans {at} ne peut pas être lu ou écrit[ ({reason})].",
        "Vérifiez le disque, la place et les droits, puis relancez la même commande : elle continue.",
        "The export in {at} cannot be read or written[ ({reason})].",
        "Check the disk, its room and its rights, then repeat the same command: it goes on.",
    ),
}
