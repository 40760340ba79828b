"""Words for reversibility kits."""

from __future__ import annotations

from typing import Final

from .text import Text

ERRORS: Final[dict[str, Text]] = {
    "host_leaving_accepted": Text(
        "L’acceptation a déjà été donnée[ le {since}].",
        "Il n’y a rien de plus à faire : cyberlib export status.",
        "The acceptance was given already[, on {since}].",
        "There is nothing more to do: cyberlib export status.",
    ),
    "kit_not_whole": Text(
        "L’export dans {at} n’est pas entier : il n’est pas accepté.",
        "Refaites-le, ou voyez ce qui manque : cyberlib export check.",
        "The export in {at} is not whole: it is not accepted.",
        "Make it anew, or see what is missing: cyberlib export check.",
    ),
    "kit_of_another_vault": Text(
        "L’export dans {at} est celui d’un autre coffre.",
        "Donnez celui du coffre de ce poste.",
        "The export in {at} is of another vault.",
        "Give that of this machine’s vault.",
    ),
    "destruction_unreadable": Text(
        "{at} ne peut pas être lu[ ({reason})].",
        "Vérifiez le nom et les droits du fichier.",
        "{at} cannot be read[ ({reason})].",
        "Check the name and the rights of the file.",
    ),
    "destruction_not_signed": Text(
        "Ce certificat ne porte pas de signature valable : il a été changé, ou n’en est pas un.",
        "Demandez l’original à l’hébergeur.",
        "This certificate bears no valid signature: it was changed, or is none.",
        "Ask the host for the original.",
    ),
    "destruction_of_another": Text(
        "{at} n’est pas signé par la clé que ce poste connaît de son hébergeur.",
        "Ne vous y fiez pas, et demandez à l’hébergeur quelle clé il emploie.",
        "{at} is not signed by the key that this machine knows of its host.",
        "Do not rely on it, and ask the host which key it uses.",
    ),
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
