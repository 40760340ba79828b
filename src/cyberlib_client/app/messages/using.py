"""Words for wrong use: what was asked for cannot be done as it was asked."""

from __future__ import annotations

from typing import Final

from .text import Text

ERRORS: Final[dict[str, Text]] = {
    "report_not_written": Text(
        "Le rapport n’a pas pu être écrit dans {at}[ : {reason}].",
        "Choisissez un autre fichier, ou faites de la place.",
        "The report could not be written to {at}[: {reason}].",
        "Choose another file, or make room.",
    ),
    "usage": Text(
        "{problem}",
        "Pour l’aide : {help}",
        "{problem}",
        "For help: {help}",
    ),
    "no_vault": Text(
        "Le profil {profile} n’a pas encore de coffre.",
        "Créez-en un (cyberlib vault create --at DOSSIER) ou connectez-en un"
        " (cyberlib vault open --at DOSSIER).",
        "The profile {profile} has no vault yet.",
        "Make one (cyberlib vault create --at FOLDER) or connect one (cyberlib vault open --at FOLDER).",
    ),
    "profile_has_vault": Text(
        "Ce profil a déjà un coffre : {at}.",
        "Pour un autre coffre, donnez un autre profil : --profile DOSSIER.",
        "This profile already has a vault: {at}.",
        "For another vault, give another profile: --profile FOLDER.",
    ),
    "vault_exists": Text(
        "Il y a déjà un coffre dans {at}.",
        "Connectez-vous-y avec cyberlib vault open, ou choisissez un autre dossier.",
        "There is already a vault in {at}.",
        "Connect to it with cyberlib vault open, or choose another folder.",
    ),
    "folder_not_empty": Text(
        "Le dossier {at} contient autre chose.",
        "Donnez un dossier vide, ou qui n’existe pas encore : il sera créé.",
        "The folder {at} holds other things.",
        "Give an empty folder, or one that does not exist yet: it will be made.",
    ),
    "not_a_folder": Text(
        "{at} n’est pas un dossier.",
        "Un coffre est un dossier : vérifiez le chemin.",
        "{at} is not a folder.",
        "A vault is a folder: check the path.",
    ),
    "vault_in_vault": Text(
        "Cet emplacement se trouve dans un autre coffre : {at}.",
        "Donnez un dossier hors de ce coffre ; rien n’a été créé.",
        "This place lies in another vault: {at}.",
        "Give a folder outside that vault; nothing was made.",
    ),
    "profile_in_vault": Text(
        "Le profil {at} se trouve dans le coffre : le secret de ce poste y serait à côté de ce qu’il ouvre.",
        "Donnez un profil hors du coffre : --profile DOSSIER.",
        "The profile {at} lies in the vault: this machine’s secret would be beside what it opens.",
        "Give a profile outside the vault: --profile FOLDER.",
    ),
    "words_file_in_vault": Text(
        "Le fichier {at} se trouverait dans le coffre, que ces mots ouvrent.",
        "Donnez un fichier hors du coffre, puis imprimez-le et effacez-le ; rien n’a été écrit.",
        "The file {at} would lie in the vault that these words open.",
        "Give a file outside the vault, then print it and delete it; nothing was written.",
    ),
    "not_a_vault": Text(
        "Il n’y a pas de coffre CyberLib ici[ : {at}].",
        "Vérifiez le chemin, et que le disque branché est le bon.",
        "There is no CyberLib vault here[: {at}].",
        "Check the path, and that the right disk is plugged in.",
    ),
    "newer_format": Text(
        "Ce coffre a été fait par un CyberLib plus récent (format {version}[, suite {suite}]).",
        "Mettez CyberLib à jour sur ce poste ; rien n’a été modifié.",
        "This vault was made by a newer CyberLib (format {version}[, suite {suite}]).",
        "Update CyberLib on this machine; nothing was changed.",
    ),
    "store_kind_unknown": Text(
        "CyberLib ne sait pas encore utiliser cet emplacement : {at}.",
        "Donnez un dossier de ce poste, d’un disque branché ou d’un partage monté.",
        "CyberLib cannot use this place yet: {at}.",
        "Give a folder of this machine, of a disk, or of a mounted share.",
    ),
    "include_matches_nothing": Text(
        "Rien de ce qui est demandé ne répond à --include ; rien n’a été écrit.",
        "Un motif vaut pour des fichiers, et distingue les majuscules sauf dans une version de Windows :"
        ' "*.pdf" ; pour tout un dossier, "*/NOM/*". Voyez ce qu’il y a : cyberlib ls, cyberlib find.',
        "Nothing that is asked for matches --include; nothing was written.",
        "A pattern is about files, and tells upper from lower case except in a snapshot of Windows:"
        ' "*.pdf"; for a whole folder, "*/NAME/*". See what there is: cyberlib ls, cyberlib find.',
    ),
    "no_sources": Text(
        "Aucun dossier à sauvegarder.",
        "Nommez-les (cyberlib backup DOSSIER…) ou ajoutez-les au profil (cyberlib sources add DOSSIER).",
        "There is nothing to back up.",
        "Name folders (cyberlib backup FOLDER…) or add them to the profile (cyberlib sources add FOLDER).",
    ),
    "source_in_vault": Text(
        "Le dossier {path} se trouve dans le coffre lui-même.",
        "Un coffre ne peut pas se contenir : ôtez ce dossier de la sauvegarde.",
        "The folder {path} lies in the vault itself.",
        "A vault cannot hold itself: take this folder out of the backup.",
    ),
    "source_private": Text(
        "{path} fait partie des fichiers privés de CyberLib, qu’aucune sauvegarde ne prend.",
        "Ôtez-le de la sauvegarde ; pour un autre poste, les 24 mots ou la phrase secrète suffisent.",
        "{path} belongs to CyberLib’s private files, which no backup takes.",
        "Take it out of the backup; for another machine the 24 words or the passphrase are enough.",
    ),
    "source_known": Text(
        "{path} est déjà un dossier protégé.",
        "Pour changer ses exclusions, ôtez-le d’abord : cyberlib sources remove.",
        "{path} is already a source.",
        "To change its exclusions, remove it first: cyberlib sources remove.",
    ),
    "source_unknown": Text(
        "{path} n’est pas un dossier protégé.",
        "La liste : cyberlib sources list.",
        "{path} is not a source.",
        "The list: cyberlib sources list.",
    ),
    "source_absent": Text(
        "Impossible d’accéder à {path}[ : {reason}].",
        "Vérifiez le chemin, et que le disque ou le partage est là.",
        "{path} cannot be reached[: {reason}].",
        "Check the path, and that the disk or share is there.",
    ),
    "source_special": Text(
        "{path} n’est ni un dossier ni un fichier.",
        "Donnez un dossier ou un fichier ; ce qui n’a pas de contenu à lire (périphérique, tube) est noté"
        " avec le dossier qui le contient.",
        "{path} is neither a folder nor a file.",
        "Give a folder or a file; what has no content to read (a device, a pipe) is recorded with the folder"
        " that holds it.",
    ),
    "bad_pattern": Text(
        "Le motif d’exclusion « {pattern} » ne peut pas servir : {reason}.",
        "Les motifs s’écrivent comme dans un fichier .gitignore.",
        "The exclusion pattern “{pattern}” cannot work: {reason}.",
        "Patterns are written as in a .gitignore file.",
    ),
    "empty_pattern": Text(
        "Le motif est vide.",
        "Donnez un mot, ou un motif avec * et ?.",
        "The pattern is empty.",
        "Give a word, or a pattern with * and ?.",
    ),
    "bad_path": Text(
        "« {path} » ne peut pas servir de chemin.",
        "Vérifiez-le, caractère par caractère.",
        "“{path}” cannot be used as a path.",
        "Check it letter by letter.",
    ),
    "path_not_absolute": Text(
        "« {path} » n’est pas un chemin complet.",
        "Donnez-le depuis la racine.",
        "“{path}” is not a full path.",
        "Give it from the root.",
    ),
    "path_of_other_system": Text(
        "« {path} » est un chemin d’un autre système.",
        "Il n’a pas de place sur ce poste.",
        "“{path}” is a path of another system.",
        "It has no place on this machine.",
    ),
    "no_snapshot": Text(
        "Le coffre est vide.",
        "Faites une première sauvegarde : cyberlib backup.",
        "The vault is empty.",
        "Make a first backup: cyberlib backup.",
    ),
    "snapshot_unknown": Text(
        "Aucune version ne s’appelle « {snapshot} ».",
        "Donnez « latest », ou au moins les quatre premiers signes d’un nom que liste cyberlib snapshots.",
        "No snapshot is called “{snapshot}”.",
        "Give “latest”, or at least the first four digits of an id that cyberlib snapshots lists.",
    ),
    "snapshot_ambiguous": Text(
        "Plusieurs versions commencent par « {snapshot} ».",
        "Donnez quelques signes de plus.",
        "Several snapshots begin with “{snapshot}”.",
        "Give a few more digits.",
    ),
    "device_unknown": Text(
        "Aucune version n’est d’un poste nommé « {device} ».",
        "Les postes qui en ont : {known}.",
        "No snapshot is of a device called “{device}”.",
        "The devices that have some: {known}.",
    ),
    "path_wanted": Text(
        "« {item} » nomme une version, mais aucun fichier.",
        "Donnez les deux : VERSION:FICHIER. Ce qu’elle contient : cyberlib ls VERSION.",
        "“{item}” names a snapshot, but no file.",
        "Give both: SNAPSHOT:FILE. What it holds: cyberlib ls SNAPSHOT.",
    ),
    "one_snapshot": Text(
        "On ne restaure qu’une version à la fois.",
        "Donnez le même nom de version à chaque chemin.",
        "One snapshot is restored at a time.",
        "Give the same snapshot for each path.",
    ),
    "path_not_in_snapshot": Text(
        "{path} n’est pas dans cette version.",
        "Cherchez-le dans toutes : cyberlib find NOM.",
        "{path} is not in this snapshot.",
        "Search all of them: cyberlib find NAME.",
    ),
    "path_in_no_snapshot": Text(
        "Aucune version ne contient {path}.",
        "Donnez le chemin complet, tel que cyberlib find NOM le montre.",
        "No snapshot holds {path}.",
        "Give the full path, as cyberlib find NAME shows it.",
    ),
    "not_a_file": Text(
        "{path} n’est pas un fichier.",
        "Pour un dossier : cyberlib ls ou cyberlib restore.",
        "{path} is not a file.",
        "For a folder: cyberlib ls or cyberlib restore.",
    ),
    "no_content": Text(
        "{path} est noté dans cette version, mais son contenu n’avait pas pu être lu.",
        "Voyez s’il y en a d’autres versions : cyberlib versions.",
        "{path} is listed in this snapshot, but its content could not be read at the time.",
        "See whether there are other versions: cyberlib versions.",
    ),
    "cat_is_raw": Text(
        "cat écrit le contenu tel quel, sans JSON.",
        "Ôtez --json ou --jsonl.",
        "cat writes the content as it is, without JSON.",
        "Leave out --json or --jsonl.",
    ),
    "target_in_vault": Text(
        "{at} se trouve dans le coffre.",
        "Restaurez dans un autre dossier.",
        "{at} lies in the vault.",
        "Restore to another folder.",
    ),
    "no_answer_conflict": Text(
        "--conflict ask pose des questions, et il n’y a personne pour répondre.",
        "Choisissez d’avance : --conflict keep-both, replace ou skip.",
        "--conflict ask asks questions, and nobody is there to answer.",
        "Choose beforehand: --conflict keep-both, replace or skip.",
    ),
    "slot_name_taken": Text(
        "Le coffre a déjà un accès nommé « {name} » de cette sorte.",
        "Donnez un autre nom : --name.",
        "The vault already has such a slot called “{name}”.",
        "Give another name: --name.",
    ),
    "slot_unknown": Text(
        "Aucun accès ne s’appelle « {slot} ».",
        "La liste : cyberlib key list.",
        "No slot is called “{slot}”.",
        "The list: cyberlib key list.",
    ),
    "slot_ambiguous": Text(
        "Plusieurs accès répondent à « {slot} ».",
        "Donnez son identifiant, que liste cyberlib key list.",
        "Several slots answer to “{slot}”.",
        "Give its id, which cyberlib key list shows.",
    ),
    "slot_last": Text(
        "Sans « {slot} », plus aucune phrase secrète ni clé de secours n’ouvrirait le coffre.",
        "Ajoutez d’abord un autre accès : cyberlib key add.",
        "Without “{slot}” no passphrase and no recovery key would open the vault.",
        "Add another slot first: cyberlib key add.",
    ),
    "device_slot_here": Text(
        "Ce poste a déjà son accès au coffre.",
        "Ôtez-le d’abord : cyberlib key remove.",
        "This machine already has its slot.",
        "Remove it first: cyberlib key remove.",
    ),
    "words_file_exists": Text(
        "Le fichier {at} existe déjà.",
        "Donnez un nouveau nom : les mots n’écrasent jamais rien.",
        "The file {at} is already there.",
        "Give a new name: the words never overwrite anything.",
    ),
    "secret_file_not_text": Text(
        "Le fichier {at} n’est pas un texte UTF-8.",
        "Enregistrez-le comme texte UTF-8.",
        "The file {at} is not UTF-8 text.",
        "Save it as UTF-8 text.",
    ),
    "secret_file_empty": Text(
        "Le fichier {at} est vide.",
        "Mettez-y le secret demandé, et lui seul, en texte UTF-8.",
        "The file {at} is empty.",
        "Put the secret that is asked for into it, and that alone, as UTF-8 text.",
    ),
    "demo_folder_unusable": Text(
        "La démonstration ne peut pas se jouer dans {at}[ : {reason}].",
        "Donnez-lui un dossier vide ou nouveau où vous avez le droit d’écrire, avec de la place :"
        " --dir DOSSIER.",
        "The demonstration cannot be played in {at}[: {reason}].",
        "Give it an empty or new folder where you may write and where there is space: --dir DIR.",
    ),
    "demo_folder_not_empty": Text(
        "Le dossier {at} contient autre chose.",
        "Donnez à la démonstration un dossier vide ou nouveau.",
        "The folder {at} holds other things.",
        "Give the demonstration an empty or new folder.",
    ),
    "slots_full": Text(
        "Le coffre a déjà {most} accès, le plus qu’il puisse avoir.",
        "Ôtez-en un qui ne sert plus : cyberlib key remove.",
        "The vault already has {most} slots, the most it can have.",
        "Remove one that is of no more use: cyberlib key remove.",
    ),
    "passphrases_full": Text(
        "Le coffre a déjà {most} phrases secrètes, le plus qu’il puisse avoir.",
        "Ôtez-en une qui ne sert plus : cyberlib key remove.",
        "The vault already has {most} passphrases, the most it can have.",
        "Remove one that is of no more use: cyberlib key remove.",
    ),
    "bad_slot_name": Text(
        "Ce nom ne convient pas pour un accès.",
        "Donnez un nom court[ (au plus {most} octets)], sans signe particulier.",
        "This name will not do for a slot.",
        "Give a short name[ (at most {most} bytes)] without special characters.",
    ),
    "bad_object_name": Text(
        "« {name} » ne peut pas être le nom d’un objet du coffre.",
        "C’est un défaut du programme : signalez-le.",
        "“{name}” cannot be the name of an object.",
        "This is a fault of the program: please report it.",
    ),
    "no_alarm": Text(
        "Il n’y a pas d’alarme à lever.",
        "Tout va bien de ce côté : il n’y a rien à faire.",
        "There is no alarm to take back.",
        "All is well there: nothing needs to be done.",
    ),
}
