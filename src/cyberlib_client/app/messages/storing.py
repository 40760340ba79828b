"""Words for places and runs: stores, profiles, restore targets, sources that are not there, stops."""

from __future__ import annotations

from typing import Final

from .text import Text

ERRORS: Final[dict[str, Text]] = {
    "store_full": Text(
        "Plus de place dans {at}.",
        "Libérez de la place, ou changez de disque, puis relancez : ce qui est déjà envoyé ne le sera pas de"
        " nouveau, et les versions déjà faites sont intactes.",
        "There is no space left in {at}.",
        "Free some, or change the disk, then run again: what was sent is not sent again, and the snapshots"
        " already made are untouched.",
    ),
    "store_denied": Text(
        "Pas le droit d’écrire ou de lire dans {at}[ : {reason}].",
        "Rendez ce dossier accessible à l’utilisateur qui lance CyberLib, ou le disque inscriptible (dans"
        " un compartiment S3 : donnez à la clé d’accès le droit de lister, lire et écrire), puis"
        " relancez.[ Pour restaurer sans rien écrire dans le coffre : {option}.]",
        "No right to write or read in {at}[: {reason}].",
        "Give the user who runs CyberLib access to this folder, or make the disk writable (in an S3 bucket:"
        " let the access key list, read and write), then run again."
        "[ To restore without writing to the vault: {option}.]",
    ),
    "store_absent": Text(
        "{at} n’est pas là.",
        "Branchez le disque, ou montez le partage, puis relancez.",
        "{at} is not there.",
        "Plug the disk in, or mount the share, then run again.",
    ),
    "vault_absent": Text(
        "Le coffre n’est pas dans {at}.",
        "Le disque n’est sans doute pas branché, ou c’en est un autre : branchez le bon, puis relancez.",
        "The vault is not in {at}.",
        "The disk is probably not plugged in, or it is another one: plug in the right one, then run again.",
    ),
    "store_unusable": Text(
        "{at} ne répond pas comme un dossier[ : {reason}].",
        "Vérifiez le disque, le câble ou le réseau, puis relancez.",
        "{at} does not answer as a folder does[: {reason}].",
        "Check the disk, the cable or the network, then run again.",
    ),
    "store_read_error": Text(
        "Le disque ne rend pas un objet du coffre ({at}, {name}).",
        "Le disque s’use ou se débranche : copiez-en le contenu ailleurs, puis cyberlib verify --read-data.",
        "The disk does not give back an object of the vault ({at}, {name}).",
        "The disk is failing or loose: copy what it holds elsewhere, then cyberlib verify --read-data.",
    ),
    "no_memory": Text(
        "La mémoire de l’ordinateur n’a pas suffi ; ce qui était fait est intact.",
        "Fermez d’autres programmes, puis relancez.",
        "The computer’s memory did not suffice; what was done before is intact.",
        "Close other programs, then run again.",
    ),
    "vault_changed": Text(
        "Des objets du coffre {at} ont disparu entre-temps ; rien n’a été fait.",
        "Relancez la commande ; si cela revient, cyberlib verify.",
        "Objects of the vault {at} disappeared meanwhile; nothing was done.",
        "Run the command again; if it comes back, cyberlib verify.",
    ),
    "quarantine_over": Text(
        "Cette version ne peut plus être rétablie : sa quarantaine est terminée et son contenu a été effacé.",
        "Cherchez-la dans une autre copie du coffre ; cyberlib snapshots liste ce qui reste.",
        "This snapshot cannot be brought back: its quarantine is over and its content was deleted.",
        "Look for it in another copy of the vault; cyberlib snapshots lists what is left.",
    ),
    "deletion_announced": Text(
        "Un poste, {device}, a dit depuis moins d’un jour qu’il efface cette version : l’effacement est"
        " peut-être en cours.",
        "Demain, relancez cyberlib undelete : ce qui est encore là revient. Si personne du cabinet n’a"
        " demandé d’effacer, gardez débranchés les disques de copie et appelez votre informaticien.",
        "A machine, {device}, said within the last day that it deletes this snapshot: that may be going on.",
        "Run cyberlib undelete again tomorrow: what is still there comes back. If nobody of the practice"
        " asked for it, keep disks with copies unplugged and call whoever looks after your machines.",
    ),
    "not_retired": Text(
        "Cette version n’est pas en quarantaine : il n’y a rien à rétablir.",
        "cyberlib undelete, sans rien d’autre, liste ce qui peut l’être.",
        "This snapshot is not in quarantine: there is nothing to bring back.",
        "cyberlib undelete alone lists what can be.",
    ),
    "retention_frozen": Text(
        "Rien ne sera effacé du coffre tant que l’alarme de {device} dure.",
        "Regardez-la : cyberlib alarm show ; si tout va bien : cyberlib alarm dismiss, sur ce poste,"
        " ou alarm dismiss --device s’il n’existe plus.",
        "Nothing will be deleted from the vault while the alarm of {device} stands.",
        "Look at it: cyberlib alarm show; if all is well: cyberlib alarm dismiss, on that machine,"
        " or alarm dismiss --device if it is no more.",
    ),
    "retention_needs_whole": Text(
        "Rien n’est effacé d’un coffre endommagé ({name}) : ce qui ne se lit pas peut avoir besoin de tout.",
        "Lancez cyberlib verify, qui dit ce qui manque et comment le remettre.",
        "Nothing is deleted from a damaged vault ({name}): what cannot be read may need anything.",
        "Run cyberlib verify: it says what is missing and how to put it back.",
    ),
    "retention_took_long": Text(
        "Le tri du coffre a duré plus d’un jour ; rien n’a été effacé.",
        "Relancez-le, au besoin la nuit ou sur un poste plus rapide.",
        "Sorting out the vault took more than a day; nothing was deleted.",
        "Run it again, at night or on a faster machine if need be.",
    ),
    "profile_full": Text(
        "Plus de place pour les réglages de CyberLib ({at}).",
        "Libérez de la place, puis relancez.",
        "There is no space left for CyberLib’s settings ({at}).",
        "Free some, then run again.",
    ),
    "profile_denied": Text(
        "Pas d’accès aux réglages de CyberLib ({at})[ : {reason}].",
        "Vérifiez à qui appartient ce dossier, ou donnez-en un autre : --profile DOSSIER.",
        "No access to CyberLib’s settings ({at})[: {reason}].",
        "Check who owns this folder, or give another: --profile FOLDER.",
    ),
    "settings_damaged": Text(
        "Le fichier de réglages {at} ne se comprend pas[, ligne {line}][ : {reason}].",
        "Corrigez-le, ou renommez-le et refaites les réglages ; CyberLib n’y a pas touché.",
        "The settings file {at} cannot be understood[, line {line}][: {reason}].",
        "Correct it, or rename it and set up again; CyberLib has not touched it.",
    ),
    "lock_not_made": Text(
        "Le verrou {path} ne peut pas être posé[ : {detail}].",
        "Le profil doit être sur un disque local où vous avez le droit d’écrire.",
        "The lock {path} cannot be made[: {detail}].",
        "The profile must be on a local disk where you may write.",
    ),
    "profile_busy": Text(
        "Une autre commande travaille déjà sur ce profil[ (processus {pid})].",
        "Attendez qu’elle finisse, puis relancez.",
        "Another command is at work on this profile[ (process {pid})].",
        "Wait until it ends, then run again.",
    ),
    "profile_stuck": Text(
        "Le processus {pid} de CyberLib, arrêté, attend encore un disque ou un lecteur réseau qui ne répond"
        " plus : le système ne le lâche pas, et rien ne peut être sauvegardé entre-temps.",
        "Rebranchez ou démontez ce lecteur (umount -f, sinon umount -l) : le processus finit alors. Sinon,"
        " redémarrez le poste. cyberlib sources list dit quels dossiers sont à vérifier.",
        "CyberLib’s process {pid} was ended, but waits for a disk or a network drive that no longer answers:"
        " the system does not let go of it, and nothing can be backed up meanwhile.",
        "Connect that drive again or unmount it (umount -f, else umount -l): the process ends then. If not,"
        " restart the machine. cyberlib sources list tells which folders to look at.",
    ),
    "slots_busy": Text(
        "D’autres postes changent les accès du coffre {at} en même temps que celui-ci.",
        "Attendez un peu, regardez ce qui est fait (cyberlib key list), et relancez s’il le faut.",
        "Other machines are changing the slots of the vault {at} at the same time as this one.",
        "Wait a little, look at what was done (cyberlib key list), and run again if need be.",
    ),
    "stopped": Text(
        "Arrêté à la demande.",
        "Rien n’est perdu : relancez la commande quand vous voulez.",
        "Stopped on request.",
        "Nothing is lost: run the command again whenever you like.",
    ),
    "sources_missing": Text(
        "Aucun des dossiers à sauvegarder n’est là ; aucune version n’a été faite.",
        "Vérifiez chaque chemin, et que le disque ou le partage est là. Les dossiers du profil :"
        " cyberlib sources list.",
        "None of the folders to back up is there; no snapshot was made.",
        "Check each path, and that the disk or share is there. The profile’s sources: cyberlib sources list.",
    ),
    "target_full": Text(
        "Plus de place là où l’on restaure ({path}).",
        "Libérez de la place, puis relancez : la restauration continue et ne récrit pas ce qui est là.",
        "There is no space left where files are restored ({path}).",
        "Free some, then start again: the restore goes on, and does not write again what is there.",
    ),
    "no_own_place": Text(
        "Cette version vient d’un poste d’un autre système[ ({system})] : ses chemins n’existent pas sur"
        " celui-ci.",
        "Restaurez dans un dossier : --to DOSSIER, ou « Ailleurs… » dans la fenêtre.",
        "This snapshot is of a machine with another system[ ({system})]: its paths do not exist on this one.",
        "Restore to a folder: --to DIR, or “Elsewhere…” in the window.",
    ),
    "own_place_absent": Text(
        "{at} n’est pas là : rien n’a été restauré.",
        "Branchez ce disque ou connectez ce partage, ou restaurez dans un dossier : --to DOSSIER, ou"
        " « Ailleurs… » dans la fenêtre.",
        "{at} is not there: nothing was restored.",
        "Plug that disk in or connect that share, or restore to a folder: --to DIR, or “Elsewhere…” in the"
        " window.",
    ),
    "target_not_written": Text(
        "Le disque n’a pas pris tout ce qui a été restauré dans {path}[ : {reason}].",
        "Le disque est peut-être en panne : restaurez sur un autre, ou relancez la même commande, qui compare"
        " ce qui est là et remet ce qui diffère.",
        "The disk did not take all that was restored to {path}[: {reason}].",
        "It may be failing: restore to another one, or run the same command again, which compares what is"
        " there and puts back what differs.",
    ),
    "target_read_only": Text(
        "On ne peut pas écrire là où l’on restaure ({path})[ : {reason}].",
        "Choisissez un autre dossier.",
        "Nothing can be written where files are restored ({path})[: {reason}].",
        "Choose another folder.",
    ),
    "target_lost": Text(
        "Le disque où l’on restaure a disparu ({path})[ : {reason}].",
        "Rebranchez-le, puis relancez.",
        "The disk where files are restored is gone ({path})[: {reason}].",
        "Plug it in again, then run again.",
    ),
    "target_unusable": Text(
        "On ne peut pas restaurer dans {path}[ : {reason}].",
        "Donnez un dossier où vous avez le droit d’écrire.",
        "Nothing can be restored to {path}[: {reason}].",
        "Give a folder where you may write.",
    ),
    "target_busy": Text(
        "Une autre restauration écrit déjà dans {path}.",
        "Attendez qu’elle finisse, ou choisissez un autre dossier.",
        "Another restore is writing to {path}.",
        "Wait until it ends, or choose another folder.",
    ),
    "target_changed": Text(
        "Quelqu’un a échangé un dossier pendant la restauration ({path}).",
        "Par prudence, tout est arrêté. Restaurez dans un dossier que vous êtes seul à utiliser.",
        "Somebody exchanged a folder during the restore ({path}).",
        "All was stopped, to be safe. Restore to a folder that you alone use.",
    ),
    "system_not_supported": Text(
        "CyberLib ne connaît pas ce système ({system}).",
        "Il faut Linux, Windows ou macOS.",
        "CyberLib does not know this system ({system}).",
        "It needs Linux, Windows or macOS.",
    ),
    "output_failed": Text(
        "La sortie ne peut pas être écrite[ : {reason}].",
        "Vérifiez la place libre là où elle va.",
        "The output cannot be written[: {reason}].",
        "Check the free space where it goes.",
    ),
    "demo_failed": Text(
        "La démonstration a trouvé une différence ({what})[ : {path}].",
        "C’est un défaut : signalez-le.",
        "The demonstration found a difference ({what})[: {path}].",
        "This is a fault: please report it.",
    ),
    "internal_error": Text(
        "Une erreur imprévue s’est produite dans CyberLib ({kind}).",
        "[Un rapport, sans noms de fichiers ni secrets, est dans {report} : joignez-le à votre signalement. ]"
        "Les versions déjà faites sont intactes.",
        "Something unforeseen went wrong in CyberLib ({kind}).",
        "[A report without file names or secrets is in {report}: please send it. ]"
        "The snapshots already made are untouched.",
    ),
}
