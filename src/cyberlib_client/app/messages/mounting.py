"""Words for what keeps snapshots from being mounted."""

from __future__ import annotations

from typing import Final

from .text import Text

ERRORS: Final[dict[str, Text]] = {
    "mount_unavailable": Text(
        "Les versions ne peuvent pas être montées ici : il manque {reason}.",
        "Sous Linux, installez fuse3. Sans montage : cyberlib ls, cyberlib find et cyberlib restore.",
        "Snapshots cannot be mounted here: {reason} is missing.",
        "On Linux, install fuse3. Without a mount: cyberlib ls, cyberlib find and cyberlib restore.",
    ),
    "mount_not_a_folder": Text(
        "{at} n’est pas un dossier.",
        "Créez un dossier vide, puis recommencez.",
        "{at} is no folder.",
        "Make an empty folder, then try again.",
    ),
    "mount_not_empty": Text(
        "{at} n’est pas vide, ou quelque chose y est déjà monté.",
        "Choisissez un dossier vide.",
        "{at} is not empty, or something is mounted there already.",
        "Choose an empty folder.",
    ),
    "mount_stale": Text(
        "Un montage précédent, interrompu, occupe encore {at}.",
        "Ôtez-le : fusermount3 -u {at} (ou, en root, umount {at}), puis recommencez.",
        "An earlier mount that was cut short is still at {at}.",
        "Remove it: fusermount3 -u {at} (or, as root, umount {at}), then try again.",
    ),
    "mount_failed": Text(
        "Rien n’a pu être monté dans {at}[ ({reason})].",
        "Vérifiez que ce dossier est à vous, et que FUSE vous est permis.",
        "Nothing could be mounted at {at}[ ({reason})].",
        "Check that this folder is yours, and that you may use FUSE.",
    ),
    "mount_in_source": Text(
        "{at} se trouve dans un dossier protégé : la prochaine sauvegarde y lirait le coffre entier.",
        "Choisissez un dossier vide ailleurs.",
        "{at} lies in a folder that is backed up: the next backup would read the whole vault there.",
        "Choose an empty folder elsewhere.",
    ),
}

NOTICES: Final[dict[str, Text]] = {
    "mounted": Text(
        "Les versions sont montées dans {at}, en lecture seule.",
        "Pour démonter : Ctrl-C ici, ou umount {at}.",
        "Mounted at {at}, to be read alone.",
        "To unmount: Ctrl-C here, or umount {at}.",
    ),
}
