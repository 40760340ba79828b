"""What the manual says beyond the commands' own help: exit codes, environment, files, examples."""

from __future__ import annotations

from typing import Final

from ..app.wording.language import Both

EXIT_CODES: Final[dict[int, Both]] = {
    0: Both("c’est fait", "done"),
    1: Both(
        "échec (plus de place, pas les droits, sources absentes…)",
        "failed (no space, no rights, sources gone…)",
    ),
    2: Both(
        "demande incorrecte, ou réponse manquante sans terminal",
        "wrong use, or a missing answer without a terminal",
    ),
    3: Both(
        "c’est fait, mais certains fichiers n’ont pas pu être lus ou écrits",
        "done, but some files could not be read or written",
    ),
    5: Both(
        "il faut s’identifier : phrase secrète ou 24 mots absents ou faux",
        "authentication needed: passphrase or 24 words missing or wrong",
    ),
    6: Both("l’emplacement du coffre n’est pas joignable", "the vault’s place cannot be reached"),
    7: Both(
        "intégrité : données endommagées, ou coffre remis dans un état passé",
        "integrity: damaged data, or a vault put back to an earlier state",
    ),
    8: Both("une autre commande travaille sur ce profil", "another command is at work on this profile"),
    130: Both("interrompu", "interrupted"),
}
"""4 is kept for later: not enrolled, or suspended, at a host."""

ENVIRONMENT: Final[dict[str, Both]] = {
    "CYBERLIB_PASSPHRASE": Both(
        "La phrase secrète, pour les tâches sans terminal. Un fichier (--passphrase-file) est plus sûr :"
        " d’autres programmes du même utilisateur peuvent lire l’environnement.",
        "The passphrase, for jobs without a terminal. A file (--passphrase-file) is safer: other programs of"
        " the same user can read the environment.",
    ),
    "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN": Both(
        "La clé d’accès à un coffre dans un compartiment S3 ; elle passe avant celle que le poste garde, et"
        " n’est gardée nulle part.",
        "The access key to a vault in an S3 bucket; it goes before the one that the machine keeps, and is"
        " kept nowhere.",
    ),
    "LC_ALL, LC_MESSAGES, LANG": Both(
        "La langue, quand ni --lang ni les réglages ne la disent ; le français à défaut.",
        "The language, when neither --lang nor the settings say it; French by default.",
    ),
}

FILES: Final[dict[str, Both]] = {
    "settings.toml": Both(
        "Les réglages : coffre, nom du poste, dossiers, langue. Peut se corriger à la main.",
        "Settings: vault, device name, sources, language. May be edited by hand.",
    ),
    "credentials/": Both(
        "Les accès de ce poste. À ne copier sur aucun autre.",
        "This machine’s credentials. Not to be copied to another.",
    ),
    "state/": Both(
        "Ce que le poste a vu du coffre et comment ont fini les dernières commandes. Un cache : l’effacer ne"
        " perd que la mémoire d’un recul du coffre.",
        "What the machine saw of the vault and how the last commands ended. A cache: deleting it loses only"
        " the memory of a vault put back.",
    ),
    "lock": Both("Le verrou d’une commande en cours.", "The lock of a command at work."),
}
"""Of the profile's folder."""

EXAMPLES: Final[dict[str, Both]] = {
    "cyberlib vault create --at /media/usb/Coffre": Both(
        "Créer un coffre sur un disque branché.", "Make a vault on a plugged-in disk."
    ),
    "cyberlib sources add ~/Documents --exclude '*.iso'": Both(
        "Protéger un dossier, sans ses images de disque.", "Protect a folder, without its disk images."
    ),
    "cyberlib backup": Both("Sauvegarder.", "Back up."),
    "cyberlib find martin": Both(
        "Chercher partout ce dont le nom contient « martin ».",
        "Search everywhere for what has “martin” in its name.",
    ),
    "cyberlib restore latest:/home/a/Documents --to ~/Restauration": Both(
        "Restaurer un dossier de la dernière version.", "Restore a folder of the newest snapshot."
    ),
    "cyberlib verify --read-data 10": Both(
        "Vérifier le coffre et relire un dixième de ses données.",
        "Check the vault and read a tenth of its data.",
    ),
}
