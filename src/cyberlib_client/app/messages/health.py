"""Words for the four answers: levels, reasons, the next thing to do (`doing`), and what the history tells."""

from __future__ import annotations

from typing import Final

from .copies import HEALTH as COPIES
from .doing import DOING
from .noted import HEALTH as NOTED
from .proving import HEALTH as PROVING
from .retention import HEALTH as RETENTION
from .text import Text

HEALTH: Final[dict[str, Text]] = {
    **COPIES,
    **NOTED,
    **PROVING,
    **RETENTION,
    # levels
    "protected": Text("Ce poste est protégé.", "", "This machine is protected.", ""),
    "attention": Text(
        "Ce poste est sauvegardé, mais quelque chose demande votre attention.",
        "",
        "This machine is backed up, but something asks for your attention.",
        "",
    ),
    "danger": Text(
        "Ce poste n’est pas protégé comme il doit l’être.",
        "",
        "This machine is not protected as it should be.",
        "",
    ),
    "unknown": Text(
        "On ne sait pas si ce poste est protégé.",
        "",
        "Whether this machine is protected is not known.",
        "",
    ),
    # reasons
    "no_vault": Text(
        "Ce poste n’a pas de coffre : rien n’est sauvegardé.",
        "Créez-en un, ou connectez-vous à celui du cabinet : cyberlib vault create, cyberlib vault open.",
        "This machine has no vault: nothing is backed up.",
        "Make one, or connect to the practice’s: cyberlib vault create, cyberlib vault open.",
    ),
    "no_sources": Text(
        "Aucun dossier n’est protégé.",
        "Ajoutez-en : cyberlib sources add DOSSIER.",
        "No folder is protected.",
        "Add one: cyberlib sources add FOLDER.",
    ),
    "never_backed_up": Text(
        "Les dossiers protégés n’ont encore jamais été sauvegardés.",
        "Lancez cyberlib backup.",
        "The protected folders were never backed up yet.",
        "Run cyberlib backup.",
    ),
    "first_backup_running": Text(
        "La première sauvegarde est en cours[ depuis le {since}].",
        "Laissez ce poste allumé.",
        "The first backup is at work[ since {since}].",
        "Leave this machine on.",
    ),
    "history_unknown": Text(
        "L’historique de ce poste a été perdu ou ne peut pas être lu : la date de la dernière sauvegarde"
        " n’est pas connue.",
        "La prochaine sauvegarde la rétablit. cyberlib snapshots montre ce que contient le coffre.",
        "This machine’s history was lost or cannot be read: when it was last backed up is not known.",
        "The next backup tells it again. cyberlib snapshots shows what the vault holds.",
    ),
    "late": Text(
        "La sauvegarde est en retard : elle devait commencer[ le {expected}].",
        "Lancez-la, et regardez pourquoi la dernière n’a pas abouti : cyberlib report.",
        "The backup is late: it should have begun[ on {expected}].",
        "Run it, and look why the last one did not come about: cyberlib report.",
    ),
    "old_backup": Text(
        "La dernière sauvegarde est ancienne[ : {last}].",
        "Lancez cyberlib backup, et faites en sorte qu’elle se fasse d’elle-même.",
        "The last backup is old[: {last}].",
        "Run cyberlib backup, and have it run by itself.",
    ),
    "clock_moved": Text(
        "La dernière sauvegarde porte une date à venir[ ({last})] : l’horloge de ce poste a changé.",
        "Vérifiez la date, puis lancez une sauvegarde.",
        "The last backup has a date to come[ ({last})]: this machine’s clock was changed.",
        "Check the date, then run a backup.",
    ),
    "clock_set": Text(
        "L’horloge de ce poste a été déplacée d’une heure au moins.",
        "Vérifiez la date et l’heure ; la prochaine sauvegarde suit la nouvelle.",
        "This machine’s clock was set by an hour or more.",
        "Check date and time; the next backup follows the new one.",
    ),
    "disk_not_plugged": Text(
        "Le disque du coffre n’a pas été branché depuis[ {days}] jours.",
        "Branchez-le.",
        "The disk of the vault was not plugged in for[ {days}] days.",
        "Plug it in.",
    ),
    "agent_not_running": Text(
        "La sauvegarde automatique est arrêtée : rien ne se fait seul.",
        "Démarrez-le, ou redémarrez ce poste.",
        "Automatic backup is stopped: nothing runs by itself.",
        "Start it, or restart this machine.",
    ),
    "paused": Text(
        "Les sauvegardes sont en pause[ jusqu’au {until}].",
        "Reprenez-les dès que possible.",
        "Backups are paused[ until {until}].",
        "Resume them as soon as you can.",
    ),
    "run_interrupted": Text(
        "La dernière sauvegarde a été interrompue : coupure de courant, arrêt forcé, ou fin non notée.",
        "La suivante reprend où elle en était.",
        "The last backup was interrupted: a power cut, a forced end, or an end that was not noted.",
        "The next one goes on from there.",
    ),
    "run_stopped": Text(
        "La dernière sauvegarde a été arrêtée[ ({by})].",
        "Elle reprendra dès que possible.",
        "The last backup was stopped[ ({by})].",
        "It will go on as soon as possible.",
    ),
    "ransomware_alarm": Text(
        "Alarme : des fichiers semblent avoir été chiffrés ou détruits par un programme malveillant.",
        "Débranchez ce poste du réseau, n’effacez rien, et appelez votre informaticien. Les versions"
        " d’avant sont dans le coffre.",
        "Alarm: files seem to have been encrypted or destroyed by malicious software.",
        "Take this machine off the network, delete nothing, and call your technician. The versions from"
        " before are in the vault.",
    ),
    "vault_damaged": Text(
        "Le coffre est endommagé.",
        "[{files} fichiers touchés. ]Lancez cyberlib verify, qui dit ce qui est touché, et cyberlib repair.",
        "The vault is damaged.",
        "[{files} files affected. ]Run cyberlib verify, which says what is affected, and cyberlib repair.",
    ),
    "files_damaged": Text(
        "Fichiers qui ne peuvent pas être restaurés entiers de certaines versions : {count}.",
        "cyberlib verify dit lesquels ; cyberlib repair dit ce qui peut être remis.",
        "Files that cannot be restored whole from some snapshots: {count}.",
        "cyberlib verify says which; cyberlib repair says what can be put back.",
    ),
    "verification_late": Text(
        "Une partie du coffre n’a pas été relue[ depuis {days} jours].",
        "L’agent relit une part chaque jour : laissez-le en marche, ou lancez cyberlib verify --read-data.",
        "A part of the vault was not read[ for {days} days].",
        "The agent reads a portion a day: leave it running, or run cyberlib verify --read-data.",
    ),
    "vault_gone_back": Text(
        "Le coffre a été remis dans un état passé : il y manque des versions que ce poste avait vues.",
        "Lancez cyberlib verify ; si c’est voulu, cyberlib verify --accept-missing.",
        "The vault was put back to an earlier state: snapshots that this machine had seen are missing.",
        "Run cyberlib verify; if that was meant, cyberlib verify --accept-missing.",
    ),
    "contract_suspended": Text(
        "Le contrat est suspendu : plus rien n’est sauvegardé. Restaurer reste possible.",
        "Appelez l’hébergeur.",
        "The contract is suspended: nothing more is backed up. Restoring remains possible.",
        "Call the host.",
    ),
    "contract_ended": Text(
        "Le contrat est terminé : plus rien n’est sauvegardé.",
        "Restaurez ou emportez vos données avant la date convenue, et appelez l’hébergeur.",
        "The contract is over: nothing more is backed up.",
        "Restore or take your data away before the agreed date, and call the host.",
    ),
    "release_asked": Text(
        "Quelqu’un demande aux dépositaires du séquestre l’accès à votre coffre.",
        "Si cela ne vient pas du cabinet, refusez tout de suite (« Clé et accès », ou cyberlib escrow"
        " cancel).",
        "Somebody asks the officers of the escrow for access to your vault.",
        "If it is not of the practice’s doing, say no at once (“Key and access”, or cyberlib escrow cancel).",
    ),
    "approval_asked": Text(
        "Un nouveau poste demande l’accès à votre coffre.",
        "Si cela vient du cabinet, accordez-le (« Clé et accès », ou cyberlib approval allow) ; sinon,"
        " refusez-le.",
        "A new machine asks for access to your vault.",
        "If it is of the practice’s doing, allow it (“Key and access”, or cyberlib approval allow); else say"
        " no.",
    ),
    "kit_unchecked": Text(
        "Le kit de secours n’a pas été contrôlé[ depuis le {day}].",
        "Sortez-le, et tapez ses 24 mots : « Clé et accès », « Contrôler un kit… », ou cyberlib kit check.",
        "The recovery kit was not checked[ since {day}].",
        "Take it out and type its 24 words: “Key and access”, “Check a kit…”, or cyberlib kit check.",
    ),
    "mail_refused": Text(
        "Les courriers de l’hébergeur n’arrivent pas au cabinet : nul n’apprendrait une sauvegarde manquée.",
        "Donnez-lui une adresse qui fonctionne.",
        "The host’s mail does not reach the practice: nobody would hear of a missed backup.",
        "Give the host an address that works.",
    ),
    "contract_ends": Text(
        "Le contrat sera bientôt suspendu[ ({day})].",
        "Appelez l’hébergeur.",
        "The contract will soon be suspended[ ({day})].",
        "Call the host.",
    ),
    "card_withdrawn": Text(
        "La certification de l’hébergement a été retirée : plus rien n’y est envoyé.",
        "Appelez l’hébergeur. Restaurer reste possible.",
        "The certification of the hosting was withdrawn: nothing more is sent there.",
        "Call the host. Restoring remains possible.",
    ),
    "certification_ends": Text(
        "La certification de l’hébergement arrive à son terme[ ({day})].",
        "",
        "The certification of the hosting comes to its end[ ({day})].",
        "",
    ),
    "device_revoked": Text(
        "Ce poste n’a plus accès à l’hébergeur.",
        "Appelez votre informaticien.",
        "This machine has no access to the host any more.",
        "Call your technician.",
    ),
    "device_replaced": Text(
        "Ce poste a été remplacé par un autre : il ne sauvegarde plus, et a oublié ses secrets.",
        "Continuez sur l’autre. Les fichiers de celui-ci n’ont pas été touchés.",
        "This machine was replaced by another: it backs up no more, and has forgotten its secrets.",
        "Go on at the other one. The files on this one were not touched.",
    ),
    "device_surplus": Text(
        "Ce poste est en surnombre : l’hébergeur n’en garde rien.",
        "Demandez une place de plus, ou retirez un autre poste.",
        "This machine is in surplus: the host keeps nothing of it.",
        "Ask for one more seat, or remove another machine.",
    ),
    "terms_to_accept": Text(
        "De nouvelles conditions d’utilisation sont à accepter.",
        "Lancez cyberlib device terms.",
        "There are new terms to accept.",
        "Run cyberlib device terms.",
    ),
    "store_full": Text(
        "Il n’y a plus de place pour le coffre : rien de nouveau n’est sauvegardé.",
        "Faites de la place, ou demandez-en à l’hébergeur.",
        "There is no room left for the vault: nothing new is backed up.",
        "Make room, or ask the host for more.",
    ),
    "locked": Text(
        "Le coffre ne s’ouvre plus de lui-même sur ce poste.",
        "Lancez cyberlib backup et donnez la phrase secrète ; puis cyberlib key add device.",
        "The vault does not open by itself on this machine any more.",
        "Run cyberlib backup and give the passphrase; then cyberlib key add device.",
    ),
    "unreachable": Text(
        "La dernière tentative n’a pas pu joindre le coffre.",
        "CyberLib réessaie. Si cela dure : cyberlib network check, ou branchez le disque.",
        "The last attempt could not reach the vault.",
        "CyberLib tries again. If it lasts: cyberlib network check, or plug the disk in.",
    ),
    "source_missing": Text(
        "Dossiers protégés qui ne sont plus là : {count}.",
        "Rebranchez leur disque, ou retirez-les avec cyberlib sources remove.",
        "Protected folders that are not there any more: {count}.",
        "Plug their disk in again, or take them out with cyberlib sources remove.",
    ),
    "scope_changed": Text(
        "Dossiers qui étaient sauvegardés et ne le sont plus : {count}.",
        "Regardez lesquels : cyberlib report --with-names.",
        "Folders that were backed up and are no longer: {count}.",
        "See which: cyberlib report --with-names.",
    ),
    "files_unreadable": Text(
        "Fichiers qui n’ont pas pu être lus : {count}.",
        "Regardez lesquels : cyberlib report --with-names.",
        "Files that could not be read: {count}.",
        "See which: cyberlib report --with-names.",
    ),
    "files_placeholder": Text(
        "Fichiers en ligne seulement, dont le contenu n’est pas sauvegardé : {count}.",
        "Rendez-les disponibles sur ce poste, ou excluez-les.",
        "Files that are online only, whose content is not backed up: {count}.",
        "Have them kept on this machine, or exclude them.",
    ),
    "files_inconsistent": Text(
        "Fichiers qui changeaient pendant la sauvegarde, et dont la copie est incohérente : {count}.",
        "Fermez le logiciel qui les écrit avant la prochaine sauvegarde.",
        "Files that changed during the backup, whose copy is inconsistent: {count}.",
        "Close the program that writes them before the next backup.",
    ),
    "files_more": Text(
        "Autres fichiers dans le même cas : {count}.",
        "",
        "More files in the same case: {count}.",
        "",
    ),
    "files_special": Text(
        "Éléments d’une sorte inconnue, non sauvegardés : {count}.",
        "",
        "Items of an unknown kind, not backed up: {count}.",
        "",
    ),
    "database_raw": Text(
        "Bases de données copiées pendant qu’un programme les utilisait, et dont la copie n’est peut-être pas"
        " utilisable : {count}.",
        "Sauvegardez plutôt un export : cyberlib hooks.",
        "Databases that were copied while a program had them open, whose copy may be of no use: {count}.",
        "Back up a dump instead: cyberlib hooks.",
    ),
    "database_damaged": Text(
        "Bases de données qui échouent à leur propre vérification : {count}.",
        "Gardez les versions antérieures et faites-les réparer : cyberlib report --with-names.",
        "Databases that fail their own check: {count}.",
        "Keep earlier snapshots, and have them repaired: cyberlib report --with-names.",
    ),
    "database_unchecked": Text(
        "Bases de données dont la copie n’a pas été contrôlée : {count}.",
        "",
        "Databases whose copy was not checked: {count}.",
        "",
    ),
    "hook_failed": Text(
        "Une commande prévue avant ou après la sauvegarde a échoué[ ({detail})].",
        "Regardez laquelle plus bas ou par cyberlib report, et lancez-la à la main.",
        "A command before or after the backup failed[ ({detail})].",
        "See which below or by cyberlib report, and run it by hand.",
    ),
    "restore_incomplete": Text(
        "La dernière restauration n’est pas complète.",
        "Relancez-la, ou restaurez une version antérieure.",
        "The last restore is not complete.",
        "Run it again, or restore an earlier snapshot.",
    ),
    "watch_limit": Text(
        "Des dossiers sont trop grands pour être surveillés : ils sont parcourus à la place.",
        "Rien n’est perdu ; un changement y est sauvegardé un peu plus tard.",
        "Folders are too large to be watched: they are scanned instead.",
        "Nothing is lost; a change there is saved a little later.",
    ),
    "watch_network": Text(
        "Des dossiers sur le réseau ne peuvent pas être surveillés : ils sont parcourus à la place.",
        "Rien n’est perdu ; un changement y est sauvegardé un peu plus tard.",
        "Folders on the network cannot be watched: they are scanned instead.",
        "Nothing is lost; a change there is saved a little later.",
    ),
    "incident": Text(
        "Incident[ : {kind}].",
        "Voyez le détail : cyberlib report.",
        "Incident[: {kind}].",
        "See the details: cyberlib report.",
    ),
} | DOING
