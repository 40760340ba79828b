"""Words for second copies."""

from __future__ import annotations

from typing import Final

from .text import Text

ERRORS: Final[dict[str, Text]] = {
    "copy_gone": Text(
        "La copie {at} a disparu[ : {reason}].",
        "Le disque a été débranché, ou le partage ne répond plus. Rien n’est perdu : rebranchez-le et"
        " relancez, la copie reprend où elle en était.",
        "The copy {at} is gone[: {reason}].",
        "The disk was unplugged, or the share answers no more. Nothing is lost: plug it in again and run"
        " again, the copy goes on where it was.",
    ),
    "copy_full": Text(
        "Plus de place sur la copie {at}.",
        "Prenez un disque plus grand, ou libérez de la place sur celui-ci. Ce qui est copié se restaure déjà,"
        " et le coffre lui-même n’est pas touché.",
        "There is no space left on the copy {at}.",
        "Take a larger disk, or free some space on this one. What was copied can be restored already, and the"
        " vault itself is not concerned.",
    ),
    "copy_denied": Text(
        "Pas le droit d’écrire sur la copie {at}[ : {reason}].",
        "Le disque est peut-être protégé en écriture (un verrou sur la carte, un disque éjecté trop vite)."
        " Restaurer depuis lui reste possible : cyberlib restore --from.",
        "No right to write to the copy {at}[: {reason}].",
        "The disk may be write-protected (a switch on the card, a disk that was pulled out). It can be"
        " restored from all the same: cyberlib restore --from.",
    ),
    "copy_not_here": Text(
        "La copie « {name} » n’est pas là[ ; vue pour la dernière fois il y a {days} jours].",
        "Branchez son disque, ou montez son partage, puis relancez.",
        "The copy “{name}” is not there[; last seen {days} days ago].",
        "Plug its disk in, or mount its share, then run again.",
    ),
    "copy_other_vault": Text(
        "{at} contient un autre coffre.",
        "Rien n’y a été écrit. Donnez un dossier neuf pour cette copie.",
        "{at} holds another vault.",
        "Nothing was written there. Give this copy a new folder.",
    ),
    "not_a_copy": Text(
        "{at} ne contient pas de copie d’un coffre.",
        "Vérifiez le dossier ; les copies connues : cyberlib copy list.",
        "{at} holds no copy of a vault.",
        "Check the folder; the copies known: cyberlib copy list.",
    ),
    "copy_is_vault": Text(
        "{at} est le coffre lui-même, ou se trouve dedans.",
        "Une copie protège d’une panne du support : mettez-la sur un autre.",
        "{at} is the vault itself, or lies in it.",
        "A copy protects against the loss of a medium: put it on another one.",
    ),
    "copy_at_host": Text(
        "Une copie ne se fait pas chez un hébergeur ({at}).",
        "L’hébergeur garde déjà deux exemplaires. Donnez un dossier d’un disque, un partage ou un"
        " compartiment (s3://…).",
        "No copy is made at a host ({at}).",
        "A host keeps two replicas already. Give a folder of a disk, a share, or a bucket (s3://…).",
    ),
    "copy_unknown": Text(
        "Aucune copie ne s’appelle « {name} ».",
        "Les copies connues : cyberlib copy list.",
        "No copy is called “{name}”.",
        "The copies known: cyberlib copy list.",
    ),
    "copy_name_taken": Text(
        "Une copie s’appelle déjà « {name} ».",
        "Donnez un autre nom.",
        "A copy is called “{name}” already.",
        "Give another name.",
    ),
    "copy_place_taken": Text(
        "Cet emplacement est déjà celui de la copie « {name} ».",
        "Un disque, un dossier : une copie. Pour changer ses réglages : cyberlib copy remove, puis add.",
        "This place is already that of the copy “{name}”.",
        "One disk, one folder: one copy. To change its settings: cyberlib copy remove, then add.",
    ),
    "bad_copy": Text(
        "La copie « {name} » ne peut pas être notée ainsi.",
        "Un nom a au plus 40 lettres, chiffres, blancs, points ou tirets ; le rythme va d’une heure (1 h)"
        " à un an (366 j).",
        "The copy “{name}” cannot be noted like this.",
        "A name has at most 40 letters, digits, blanks, dots or dashes; the interval goes from an hour (1"
        " h) to a year (366 d).",
    ),
    "no_copies": Text(
        "Ce profil n’a pas de seconde copie.",
        "Ajoutez-en une (cyberlib copy add NOM EMPLACEMENT), ou dites où copier : cyberlib copy --to"
        " EMPLACEMENT.",
        "This profile has no second copy.",
        "Add one (cyberlib copy add NAME STORE), or say where to copy: cyberlib copy --to STORE.",
    ),
    "copy_busy": Text(
        "Une copie vers {at} est déjà en cours.",
        "Attendez qu’elle finisse.",
        "A copy to {at} is under way already.",
        "Wait until it ends.",
    ),
    "bad_parity": Text(
        "Un objet de parité ne se comprend pas[ ({name})].",
        "La copie reste bonne sans lui : cyberlib copy check --repair le refait.",
        "A parity object cannot be understood[ ({name})].",
        "The copy is good without it: cyberlib copy check --repair makes it anew.",
    ),
}

NOTICES: Final[dict[str, Text]] = {
    "reading_copy": Text(
        "C’est la copie {at} qui est lue[, faite le {time}].",
        "Les versions faites depuis n’y sont pas.",
        "The copy {at} is being read[, made {time}].",
        "Snapshots made since are not in it.",
    ),
    "copy_left_over": Text(
        "La copie {at} garde {count} objets que le coffre n’a plus, sans qu’il sache les avoir effacés : il"
        " l’a fait il y a longtemps, pendant que cette copie était ailleurs, ou il les a perdus.",
        "Vérifiez le coffre : cyberlib verify. S’il est sain, et que rien d’effacé ne doit rester sur cette"
        " copie (données qu’un patient refuse) : cyberlib copy run --erase-absent, avec son nom ou --to.",
        "The copy {at} keeps {count} objects that the vault has not, and does not know to have deleted: it"
        " did long ago, while this copy was elsewhere, or it lost them.",
        "Check the vault: cyberlib verify. If it is well, and nothing that was deleted is to stay on this"
        " copy (what a patient refused): cyberlib copy run --erase-absent, with its name or --to.",
    ),
    "copy_unplug": Text(
        "La copie {at} est faite : vous pouvez débrancher le disque.",
        "Éjectez-le d’abord si votre système le demande.",
        "The copy {at} is done: you may unplug the disk.",
        "Eject it first if your system asks for it.",
    ),
}

HEALTH: Final[dict[str, Text]] = {
    "copy_old": Text(
        "Aucune seconde copie depuis[ {days}] jours : c’est alors que le dernier disque a été branché.",
        "Branchez un de vos disques de copie ; la copie se fait d’elle-même, ou par cyberlib copy.",
        "No second copy for[ {days}] days: that is when the last disk was plugged in.",
        "Plug in one of your copy disks; the copy is made by itself, or by cyberlib copy.",
    ),
    "copy_never": Text(
        "Aucune des secondes copies n’a encore été faite.",
        "Branchez-en une, puis cyberlib copy.",
        "None of the second copies was made yet.",
        "Plug one in, then cyberlib copy.",
    ),
    "copy_unread": Text(
        "Une partie d’une seconde copie n’a pas été relue[ depuis {days} jours].",
        "L’agent relit une part de chaque copie quand son disque est branché : laissez-le branché quelques"
        " heures, ou lancez cyberlib copy check NOM.",
        "A part of a second copy was not read[ for {days} days].",
        "The agent reads a portion of each copy while its disk is plugged in: leave it so for some hours, or"
        " run cyberlib copy check NAME.",
    ),
    "copy_interrupted": Text(
        "Une seconde copie n’a pas été finie : son disque n’était plus là.",
        "Elle reprendra quand il sera branché.",
        "A second copy was not finished: its disk was no longer there.",
        "It goes on when that is plugged in.",
    ),
    "copy_unsound": Text(
        "Une seconde copie a des objets abîmés.",
        "Réparez-la : cyberlib copy check NOM --repair.",
        "A second copy has damaged objects.",
        "Mend it: cyberlib copy check NAME --repair.",
    ),
}
