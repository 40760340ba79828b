"""Words for what is wrong with the user's own commands."""

from __future__ import annotations

from typing import Final

from .text import Text

ERRORS: Final[dict[str, Text]] = {
    "hook_known": Text(
        "Il y a déjà une commande nommée {name}.",
        "Changez-la (cyberlib hooks change {name}), ou donnez un autre nom.",
        "There is already a command named {name}.",
        "Change it (cyberlib hooks change {name}), or give another name.",
    ),
    "hook_folder": Text(
        "{at} n’est pas un dossier.",
        "Créez-le d’abord : la commande y est lancée.",
        "{at} is no folder.",
        "Make it first: the command is run there.",
    ),
    "hook_unknown": Text(
        "Il n’y a pas de commande nommée {name}.",
        "Pour les voir : cyberlib hooks list.",
        "There is no command named {name}.",
        "To see them: cyberlib hooks list.",
    ),
    "bad_hook": Text(
        "Cette commande ne convient pas.",
        "Il lui faut un nom, un programme, une durée de 1 à {most} secondes ; seule une commande « before »"
        " peut empêcher la sauvegarde.",
        "This command will not do.",
        "It takes a name, a program, and a time of 1 to {most} seconds; only a command run before can stop a"
        " backup.",
    ),
    "hook_stopped": Text(
        "La sauvegarde n’a pas eu lieu : la commande {name} a échoué[ ({reason})].",
        "Rien n’a été changé dans le coffre. Lancez cette commande à la main pour voir ce qui ne va pas.",
        "No backup was made: the command {name} failed[ ({reason})].",
        "Nothing was changed in the vault. Run that command by hand to see what is wrong.",
    ),
    "hooks_exposed": Text(
        "D’autres utilisateurs peuvent écrire dans {at}, où il est dit quelles commandes lancer.",
        "Que vous seul puissiez y écrire (chmod go-w), et relisez les commandes : cyberlib hooks list.",
        "Other users may write to {at}, where it is said which commands to run.",
        "Let nobody but you write to it (chmod go-w), and look at the commands: cyberlib hooks list.",
    ),
}
