"""Words for what a practice asks a host about its machines, and for its contract key."""

from __future__ import annotations

from typing import Final

from .text import Text

ERRORS: Final[dict[str, Text]] = {
    "host_device_replaced": Text(
        "Ce poste a été remplacé[ par {by}][ le {since}] : il ne sauvegarde plus, et a oublié ses secrets.",
        "Tout ce qu’il a sauvegardé est dans le coffre, chez {at}, que son remplaçant ouvre. Pour qu’il serve"
        " à nouveau : cyberlib device enrol, sous un autre nom.",
        "This machine was replaced[ by {by}][ on {since}]: it backs up no more, and has forgotten its"
        " secrets.",
        "All that it backed up is in the vault, at {at}, which its successor opens. To use it again: cyberlib"
        " device enrol, under another name.",
    ),
    "host_device_taken": Text(
        "Un autre poste[, {by},] a déjà pris la place de celui-ci chez {at}.",
        "Si c’est lui que vous remplacez, choisissez-le : cyberlib device list.",
        "Another machine[, {by},] has taken that one’s place at {at} already.",
        "If that is the one you replace, choose it: cyberlib device list.",
    ),
    "contract_key_unclear": Text(
        "Le fichier {at} ne contient pas une clé de contrat.",
        "Mettez-y la clé seule, telle que l’hébergeur l’a donnée, sans rien avant ni après.",
        "The file {at} does not hold a contract key.",
        "Put the key alone into it, as the host gave it, with nothing before or after.",
    ),
    "contract_key_typed": Text(
        "Ce n’est pas une clé de contrat.",
        "Collez-la telle que l’hébergeur l’a donnée, sans rien avant ni après.",
        "This is no contract key.",
        "Paste it as the host gave it, with nothing before or after.",
    ),
    "host_no_such_device": Text(
        "Aucun poste du cabinet ne s’appelle {name} ; rien n’a été changé.",
        "Copiez le nom tel que le montre cyberlib device list : majuscules et minuscules y comptent.",
        "No machine of the practice is called {name}; nothing was changed.",
        "Copy the name as cyberlib device list shows it: capitals and small letters count.",
    ),
    "host_device_itself": Text(
        "{name} est ce poste-ci ; rien n’a été changé.",
        "Donnez le nom du poste à remplacer : cyberlib device list.",
        "{name} is this very machine; nothing was changed.",
        "Give the name of the machine to replace: cyberlib device list.",
    ),
}
