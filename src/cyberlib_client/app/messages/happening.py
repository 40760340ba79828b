"""Words for what a run tells besides its result: notices about the whole."""

from __future__ import annotations

from typing import Final

from .text import Text

NOTICES: Final[dict[str, Text]] = {
    "volume_not_frozen": Text(
        "Pas d’instantané du volume pour {path}[ ({reason})] : ses fichiers sont lus un par un.",
        "La sauvegarde continue. Pour ne plus en demander : volume_snapshots = off dans les réglages.",
        "No snapshot of the volume for {path}[ ({reason})]: its files are read one by one.",
        "The backup goes on. To ask for none any more: volume_snapshots = off in the settings.",
    ),
    "programs_not_asked": Text(
        "Instantané du volume pour {path}, sans que les programmes y mettent leurs fichiers en ordre[ :"
        " {reason}].",
        "Les bases de données y sont comme après une coupure de courant. Si cela revient, regardez le service"
        " « Cliché instantané des volumes » dans l’observateur d’événements.",
        "A snapshot of the volume for {path}, for which programs were not asked to set their files in order[:"
        " {reason}].",
        "Databases in it are as after a power cut. If it comes back, look at the service “Volume Shadow Copy”"
        " in the event viewer.",
    ),
    "program_not_in_order": Text(
        "{name} n’a pas mis ses fichiers en ordre pour l’instantané de {path}[ : {reason}].",
        "Ses bases de données y sont comme après une coupure de courant. Relancez la sauvegarde ; si cela"
        " revient, vssadmin list writers et le journal de ce programme disent pourquoi.",
        "{name} did not set its files in order for the snapshot of {path}[: {reason}].",
        "Its databases are in it as after a power cut. Run the backup again; if it comes back, vssadmin list"
        " writers and that program’s log tell why.",
    ),
    "profile_of_system": Text(
        "Le profil {path} est désormais réservé au système et aux administrateurs : le service y lit le"
        " secret du poste et ce qu’il doit lancer.",
        "Ouvrez l’invite de commandes en tant qu’administrateur pour cyberlib.",
        "The profile {path} is the system’s and administrators’ alone from now on: the service reads this"
        " machine’s secret there, and what it is to run.",
        "Open the command prompt as administrator for cyberlib.",
    ),
    "snapshot_damaged": Text(
        "Une version du coffre est endommagée ({name}) : elle n’est pas listée.",
        "Une copie du coffre la remet : cyberlib repair --apply --from COPIE ; chez un hébergeur,"
        " prévenez-le. Sinon cette version est perdue, et elle seule : effacez cet objet, puis cyberlib"
        " verify --accept-missing pour qu’elle ne soit plus signalée.",
        "A snapshot of the vault is damaged ({name}): it is not listed.",
        "A copy of the vault puts it back: cyberlib repair --apply --from COPY; at a host, tell the host."
        " Otherwise this snapshot is lost, and it alone: delete that object, then cyberlib verify"
        " --accept-missing so that it is not reported any more.",
    ),
    "snapshot_unreadable": Text(
        "Le disque ne rend pas une version du coffre ({name}) : elle n’est pas listée.",
        "Relancez ; si cela revient, le disque s’use ou se débranche : copiez ailleurs ce qu’il contient.",
        "The disk does not give back a snapshot of the vault ({name}): it is not listed.",
        "Run again; if it comes back, the disk is failing or loose: copy what it holds elsewhere.",
    ),
    "snapshot_fork": Text(
        "Deux versions du poste « {device} » portent le même numéro ({name}).",
        "Ce poste a sans doute été cloné : sur le clone, effacez le profil de CyberLib et reconnectez-le au"
        " coffre.",
        "Two snapshots of the device “{device}” have the same number ({name}).",
        "The machine was probably cloned: on the clone, delete CyberLib’s profile and connect it to the vault"
        " anew.",
    ),
    "snapshot_gap": Text(
        "Une version du poste « {device} » manque, avant {name}.",
        "On l’a ôtée du coffre, ou le disque l’a perdue : lancez cyberlib verify.",
        "A snapshot of the device “{device}” is missing before {name}.",
        "Somebody took it out of the vault, or the disk lost it: run cyberlib verify.",
    ),
    "snapshot_rollback": Text(
        "Une version que ce poste avait vue a disparu du coffre ({name}).",
        "On a remis le coffre dans un état passé, ou effacé des versions. Si c’est voulu :"
        " cyberlib verify --accept-missing.",
        "A snapshot that this machine had seen is gone from the vault ({name}).",
        "The vault was put back to an earlier state, or snapshots were deleted. If that was meant:"
        " cyberlib verify --accept-missing.",
    ),
    "history_set_aside": Text(
        "L’historique de ce poste était endommagé[ ({reason})] : il a été mis de côté ({at}) et un autre est"
        " commencé.",
        "Rien de ce qui est sauvegardé n’est touché. L’ancien est gardé à côté sous le nom « .damaged ».",
        "This machine’s history was damaged[ ({reason})]: it was set aside ({at}) and a new one begun.",
        "Nothing that is backed up is touched. The old one is kept beside it, as “.damaged”.",
    ),
    "history_not_written": Text(
        "L’historique de ce poste n’a pas pu être utilisé[ ({reason})] : {at}.",
        "La commande elle-même n’en souffre pas. Vérifiez la place et les droits de ce dossier.",
        "This machine’s history could not be used[ ({reason})]: {at}.",
        "The command itself does not suffer from it. Check the space and the rights of that folder.",
    ),
    "snapshot_accepted": Text(
        "Une version que ce poste avait vue a disparu du coffre ({name}).",
        "C’est accepté : elle ne sera plus signalée.",
        "A snapshot that this machine had seen is gone from the vault ({name}).",
        "That is accepted: it will not be reported any more.",
    ),
    "ransomware_suspected": Text(
        "ALARME : des fichiers de ce poste semblent chiffrés ou détruits par un rançongiciel ({reason}),"
        " depuis le {since}."
        " Touchés, d’après ce qui se voit : {count}.",
        "Débranchez ce poste du réseau, sans l’éteindre ni le redémarrer, et appelez votre informaticien."
        "[ Dernière version d’avant : {snapshot}.] Les sauvegardes continuent, et aucune version"
        " n’est effacée."
        " Détails : cyberlib alarm show. Si c’est vous qui les avez changés ou effacés : cyberlib alarm"
        " dismiss.",
        "ALARM: files of this machine look encrypted or destroyed by ransomware ({reason}), since {since}."
        " Affected, as far"
        " as can be seen: {count}.",
        "Take this machine off the network, without switching it off or restarting it, and call your support."
        "[ Last snapshot before: {snapshot}.] Backups go on, and no snapshot is removed. Details: cyberlib"
        " alarm show. If it was you who changed or deleted them: cyberlib alarm dismiss.",
    ),
    "host_log_accepted": Text(
        "Le journal des versions chez {at} n’est pas la suite de celui que ce poste a vu.",
        "C’est accepté : ce poste repart de ce que l’hébergeur montre aujourd’hui.",
        "The log of snapshots at {at} does not go on from the one that this machine saw.",
        "That is accepted: this machine goes on from what the host shows today.",
    ),
    "bucket_key_not_kept": Text(
        "La clé d’accès au compartiment n’est pas gardée sur ce poste.",
        "Les commandes suivantes la prendront de AWS_ACCESS_KEY_ID et AWS_SECRET_ACCESS_KEY. Pour la garder :"
        " cyberlib vault access --access-key-file FICHIER.",
        "The access key to the bucket is not kept on this machine.",
        "The next commands take it from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. To keep it: cyberlib"
        " vault access --access-key-file FILE.",
    ),
    "host_contract_ends": Text(
        "Le contrat du cabinet chez {at} va être suspendu[ le {day}] : puis rien ne sera plus sauvegardé.",
        "Appelez l’hébergeur sans tarder ; ce qui est sauvegardé peut être restauré.",
        "The practice’s contract at {at} is to be suspended[ on {day}]: then nothing more is backed up.",
        "Call the host without delay; what is backed up can be restored.",
    ),
    "host_mail_refused": Text(
        "Les messages de {at} à {address} reviennent : cette adresse ne fonctionne pas.",
        "Donnez-en une autre à l’hébergeur : sans elle, personne ne saura qu’une sauvegarde a manqué.",
        "Messages of {at} to {address} come back: that address does not work.",
        "Give the host another one: without it nobody hears of a backup that was missed.",
    ),
    "host_no_slot": Text(
        "Ce poste n’a donc pas d’accès à lui : chaque commande demandera la phrase secrète ou les 24 mots.",
        "Vous pouvez restaurer dès maintenant. Pour ajouter l’accès ensuite : cyberlib key add device.",
        "So this machine has no slot of its own: each command asks for the passphrase or the 24 words.",
        "You can restore right now. To add the slot later: cyberlib key add device.",
    ),
    "more_snapshots": Text(
        "Versions dans le même cas ({problem}), non nommées ici : {count}.",
        "cyberlib verify les nomme toutes.",
        "Snapshots in the same state ({problem}), not named here: {count}.",
        "cyberlib verify names them all.",
    ),
    "latest_of_another": Text(
        "Ce poste n’a pas encore de version dans ce coffre ; « latest » est donc la plus récente de toutes :"
        " {snapshot}, du {time}, poste « {device} ».",
        "Le coffre en a aussi de : {others}. Pour un autre poste : latest@NOM.",
        "This machine has no snapshot in this vault yet; “latest” is therefore the newest of all:"
        " {snapshot}, of {time}, device “{device}”.",
        "The vault also has snapshots of: {others}. For another device: latest@NAME.",
    ),
    "newer_elsewhere": Text(
        "« latest » est la plus récente de ce poste, {snapshot} ; d’autres postes en ont de plus récentes :"
        " {others}.",
        "Pour un autre poste : latest@NOM, ou le début du nom d’une version (cyberlib snapshots).",
        "“latest” is this machine’s newest, {snapshot}; other devices have newer ones: {others}.",
        "For another device: latest@NAME, or the beginning of a snapshot’s id (cyberlib snapshots).",
    ),
    "source_was_missing": Text(
        "La version {snapshot} est incomplète : {path} n’était pas là quand elle a été faite.",
        "[La dernière qui le contient est {last}, du {time}.]",
        "The snapshot {snapshot} is incomplete: {path} was not there when it was made.",
        "[The last one that holds it is {last}, of {time}.]",
    ),
    "source_not_included": Text(
        "La version {snapshot} ne contient pas {path}, que son poste sauvegarde d’ordinaire.",
        "[La dernière qui le contient est {last}, du {time}.]",
        "The snapshot {snapshot} does not hold {path}, which its device usually backs up.",
        "[The last one that holds it is {last}, of {time}.]",
    ),
    "source_no_longer_included": Text(
        "La version {snapshot} ne contient pas {path}, que contenait la version d’avant.",
        "[La dernière qui le contient est {last}, du {time}.]",
        "The snapshot {snapshot} does not hold {path}, which the one before it held.",
        "[The last one that holds it is {last}, of {time}.]",
    ),
    "earlier_snapshot": Text(
        "Rien de la version {snapshot} n’a pu être restauré.",
        "Essayez celle d’avant : {before}, du {time}.",
        "Nothing of the snapshot {snapshot} could be restored.",
        "Try the one before: {before}, of {time}.",
    ),
    "folder_unread": Text(
        "{path} ne peut pas être lu[ dans la version {snapshot}] : ce dossier, ou l’un de ceux qui y mènent,"
        " est endommagé ou manque ; ce qu’il contient n’est pas listé, ou pas en entier.",
        "cyberlib verify --read-data dit ce qui est touché.",
        "{path} cannot be read[ in the snapshot {snapshot}]: this folder, or one on the way to it, is damaged"
        " or missing; what it holds is not listed, or not all of it.",
        "cyberlib verify --read-data says what is touched.",
    ),
    "folders_unread": Text(
        "Dossiers illisibles, non nommés ici : {count}.",
        "cyberlib verify --read-data dit ce qui est touché.",
        "Folders that cannot be read, not named here: {count}.",
        "cyberlib verify --read-data says what is touched.",
    ),
    "slot_came_back": Text(
        "L’accès « {slot} », qui avait été ôté, ouvre de nouveau le coffre.",
        "Un autre poste changeait les accès au même moment, ou l’hébergeur a caché un changement. Ôtez-le de"
        " nouveau : cyberlib key remove {id}.",
        "The slot “{slot}”, which was removed, opens the vault again.",
        "Another machine changed slots at the same moment, or the host hid a change. Remove it again:"
        " cyberlib key remove {id}.",
    ),
    "device_not_accepted": Text(
        "Le coffre n’accepte plus l’accès de ce poste.",
        "Refaites-le quand le coffre est ouvert : cyberlib key add device.",
        "The vault no longer accepts this machine’s slot.",
        "Make a new one when the vault is open: cyberlib key add device.",
    ),
    "device_secret_gone": Text(
        "Le secret de ce poste n’est plus là où il était gardé.",
        "Ôtez cet accès (cyberlib key remove) et refaites-le (cyberlib key add device).",
        "This machine’s secret is no longer where it was kept.",
        "Remove its slot (cyberlib key remove) and make a new one (cyberlib key add device).",
    ),
    "header_damaged": Text(
        "L’en-tête du coffre, le fichier « vault » dans {at}, a disparu ou a été modifié.",
        "Rien n’est perdu, les tables d’accès le contiennent aussi : effacez ce fichier s’il est là, la"
        " prochaine sauvegarde le remet ; et cherchez qui d’autre peut écrire là.",
        "The header of the vault, the file “vault” in {at}, is gone or was changed.",
        "Nothing is lost, the tables of slots hold it too: delete that file if it is there, the next backup"
        " puts it back; and find out who else can write there.",
    ),
    "object_set_aside": Text(
        "Un objet endommagé du coffre n’est pas utilisé ({name}).",
        "Cette sauvegarde remet ce qui est encore sur le poste ; cyberlib verify dit ce qui est touché.",
        "A damaged object of the vault is not used ({name}).",
        "This backup puts back what is still on the machine; cyberlib verify says what is touched.",
    ),
    "object_put_back": Text(
        "Cette sauvegarde a remis dans le coffre un objet qui n’y était plus ({name}).",
        "Si cela revient, cherchez qui d’autre peut écrire dans l’emplacement du coffre.",
        "This backup put back into the vault an object that was gone ({name}).",
        "If it comes back, find out who else can write to the vault’s place.",
    ),
    "pack_missing": Text(
        "Un paquet du coffre a disparu ({name}).",
        "Cette sauvegarde a remis ce qui est encore sur le poste ; cyberlib verify dit ce qui est touché.",
        "A pack of the vault is gone ({name}).",
        "This backup put back what is still on the machine; cyberlib verify says what is touched.",
    ),
    "pack_resized": Text(
        "Un paquet du coffre n’a plus la taille notée ({name}).",
        "Cette sauvegarde a remis ce qui est encore sur le poste ; cyberlib verify dit ce qui est touché.",
        "A pack of the vault has another size than recorded ({name}).",
        "This backup put back what is still on the machine; cyberlib verify says what is touched.",
    ),
    "packs_suspected": Text(
        "Paquets du coffre connus comme abîmés : {count} ({name}). Cette sauvegarde ne s’y fie pas et a"
        " remis ce qu’ils contenaient et qui est encore sur le poste.",
        "cyberlib verify --read-data dit ce qui est touché, et quand ces fichiers peuvent être effacés.",
        "Packs of the vault known to be damaged: {count} ({name}). This backup does not rely on them, and"
        " put back what they held and is still on the machine.",
        "cyberlib verify --read-data says what is touched, and when these files can be deleted.",
    ),
    "source_nested": Text(
        "{path} se trouve dans {at}, qui est protégé aussi.",
        "Rien n’est sauvegardé deux fois : tant que {at} le contient, ce sont les exclusions de {at} qui"
        " valent. Si ce n’est pas voulu, ôtez l’un des deux : cyberlib sources remove.",
        "{path} lies in {at}, which is protected too.",
        "Nothing is saved twice: as long as {at} takes it in, the exclusions of {at} apply. If that is not"
        " meant, remove one of the two: cyberlib sources remove.",
    ),
    "state_not_written": Text(
        "L’état local n’a pas pu être noté ({at}).",
        "Rien n’est perdu, mais un recul du coffre passerait inaperçu : vérifiez la place et les droits.",
        "The local state could not be written ({at}).",
        "Nothing is lost, but a vault put back might go unnoticed: check space and rights.",
    ),
    "secret_file_exposed": Text(
        "D’autres utilisateurs de ce poste peuvent lire {at}, qui contient un secret.",
        "Réservez-vous ce fichier (chmod 600).",
        "Other users of this machine can read {at}, which holds a secret.",
        "Keep it to yourself (chmod 600).",
    ),
    "no_words_left": Text(
        "Plus aucune feuille de 24 mots n’ouvre ce coffre : phrase secrète oubliée et poste perdu, tout ce"
        " qu’il contient serait perdu.",
        "Faites une nouvelle clé de secours, et gardez ses mots sur papier : cyberlib key add recovery.",
        "No 24 words open this vault any more: with the passphrase forgotten and the machine lost, all it"
        " holds would be lost.",
        "Make a new recovery key, and keep its words on paper: cyberlib key add recovery.",
    ),
    "host_card_withdrawn": Text(
        "La certification de l’hébergement par {host} a été retirée[ le {since}] : aucune donnée de santé ne"
        " lui est plus envoyée.",
        "Ce qui y est peut être restauré. Voyez avec le cabinet comment changer d’hébergeur.",
        "The certification of the hosting by {host} was withdrawn[ on {since}]: no more health data is sent"
        " to it.",
        "What is there can be restored. See with the practice how to change hosts.",
    ),
    "host_card_over": Text(
        "Le certificat de l’hébergement par {host} n’est plus valable depuis le {day}.",
        "Demandez-lui le nouveau sans tarder.",
        "The certificate of the hosting by {host} has not been valid since {day}.",
        "Ask it for the new one without delay.",
    ),
    "host_card_ends": Text(
        "Le certificat de l’hébergement par {host} est valable jusqu’au {day}.",
        "Demandez-lui s’il sera renouvelé.",
        "The certificate of the hosting by {host} is valid until {day}.",
        "Ask it whether it will be renewed.",
    ),
    "host_certificate_ends": Text(
        "Le certificat par lequel ce poste reconnaît {at} finit le {day} : après, plus rien n’y sera"
        " sauvegardé ni restauré.",
        "Dites-le à l’hébergeur : il le renouvelle en une commande (cyberlib-host certificate renew).",
        "The certificate by which this machine knows {at} ends on {day}: after that, nothing is backed up or"
        " restored there any more.",
        "Tell the host: it renews it by one command (cyberlib-host certificate renew).",
    ),
    "line_waits": Text(
        "{at} ne répond pas pour l’instant[ ({reason})].",
        "CyberLib réessaie de lui-même pendant une minute et demie : rien n’est à faire.",
        "{at} does not answer for now[ ({reason})].",
        "CyberLib tries again by itself for a minute and a half: there is nothing to do.",
    ),
    "host_zone_stands_in": Text(
        "Une zone de stockage de {at} ne répond pas, ou a perdu des objets : ils sont lus dans sa copie[ de"
        " {zone}].",
        "Rien ne manque ici. Si cela revient demain, prévenez l’hébergeur.",
        "A storage zone of {at} does not answer, or has lost objects: they are read from its copy[ at"
        " {zone}].",
        "Nothing is missing here. If it comes back tomorrow, tell the host.",
    ),
    "host_snapshot_withheld": Text(
        "L’hébergeur a reçu la version {name} et ne la donne pas.",
        "Prévenez-le : elle devrait être là.",
        "The host received the snapshot {name} and does not give it.",
        "Tell it: it should be there.",
    ),
    "old_copies_open": Text(
        "Cet accès n’ouvre plus ce coffre ; une copie du coffre faite avant s’ouvre encore avec lui.",
        "S’il a pu être volé, changez la clé du coffre : cyberlib key rotate.",
        "This slot no longer opens this vault; a copy of the vault made before still opens with it.",
        "If it may have been stolen, change the vault’s key: cyberlib key rotate.",
    ),
}
