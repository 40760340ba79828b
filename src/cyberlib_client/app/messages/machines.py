"""Words for what a practice asks a host about its machines, and for its contract key."""

from __future__ import annotations

from typing import Final

from .text import Text

ERRORS: Final[dict[str, Text]] = {
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
