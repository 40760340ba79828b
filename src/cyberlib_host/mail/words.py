"""What letters say, in French and in English. Nothing in them comes from a patient: the host has none."""

from __future__ import annotations

from typing import Final

from .reasons import REASONS
from .words_of_access import OF_ACCESS

KINDS: Final = {
    "unreadable": ("fichiers qui n’ont pas pu être lus", "files that could not be read"),
    "vanished": ("fichiers disparus pendant la sauvegarde", "files that vanished during the backup"),
    "inconsistent": ("fichiers modifiés pendant leur lecture", "files that changed while they were read"),
    "left_out_now": ("éléments laissés de côté", "items left out"),
    "placeholder": ("fichiers en ligne seulement, non sauvegardés", "files that are online only, not saved"),
    "special": ("éléments d’un genre qui n’est pas sauvegardé", "items of a kind that is not saved"),
    "source_missing": ("dossiers protégés introuvables", "sources that are not there"),
    "live_database": ("bases de données copiées pendant leur utilisation", "databases copied while in use"),
    "database_damaged": (
        "bases de données qui échouent à leur propre vérification",
        "databases that fail their own check",
    ),
    "database_unchecked": ("bases de données non vérifiées", "databases that were not checked"),
    "not_captured": ("bases de données non vérifiées", "databases that were not checked"),
    "hook_failed": (
        "commandes prévues avant ou après la sauvegarde, en échec",
        "commands before or after that failed",
    ),
    "metadata_omitted": ("droits ou attributs non enregistrés", "rights or attributes not stored"),
    "socket_left_out": ("fichiers d’échange entre programmes, sans contenu", "sockets, without content"),
    "device_left_out": ("périphériques, sans contenu", "devices, without content"),
    "names_not_joined": (
        "fichiers à plusieurs noms, copiés à part",
        "files of several names, copied apart",
    ),
    "modes_not_kept": ("droits non rétablis", "rights that were not put back"),
    "restore_denied": ("fichiers dont la restauration a été refusée", "files whose restore was refused"),
    "restore_failed": ("fichiers non restaurés", "files that were not restored"),
    "name_changed": ("fichiers restaurés sous un autre nom", "files restored under another name"),
    "kept_both": ("fichiers restaurés à côté de l’existant", "files restored beside what was there"),
    "set_aside": ("fichiers mis de côté", "files set aside"),
    "metadata_lost": ("droits ou dates non rétablis", "rights or times that were not put back"),
    "inconsistent_copy": ("copies incohérentes restaurées", "inconsistent copies restored"),
    "raw_copy": ("copies brutes de bases de données restaurées", "raw copies of databases restored"),
    "target_of_another": ("liens vers un autre système", "links to another system"),
    "kind_not_supported": ("éléments que ce système ne connaît pas", "items this system does not know"),
    "content_damaged": ("contenus endommagés dans le coffre", "contents damaged in the vault"),
    "no_content": ("fichiers sans contenu dans le coffre", "files without content in the vault"),
    "mount_damaged": (
        "fichiers illisibles dans un montage : contenus endommagés dans le coffre",
        "files not readable in a mount: contents damaged in the vault",
    ),
    "mount_unreached": (
        "fichiers illisibles dans un montage : coffre injoignable",
        "files not readable in a mount: the vault could not be reached",
    ),
    "retention_frozen": ("coffres où rien n’est effacé : une alarme dure", "vaults frozen by an alarm"),
    "retention_needs_whole": (
        "coffres abîmés où rien n’est effacé",
        "damaged vaults from which nothing is deleted",
    ),
    "refused_elsewhere": (
        "éléments que le refus d’un patient, noté sur un autre poste, laisse de côté",
        "items left out by a patient’s refusal that another workstation noted",
    ),
    "alarm_damaged": (
        "alarmes contre les rançongiciels dont la mémoire est illisible",
        "ransomware alarms that learn anew: their memory cannot be read",
    ),
    "slots_note_damaged": (
        "notes illisibles sur les accès au coffre",
        "unreadable notes about what opens the vault",
    ),
    "seen_note_damaged": ("notes illisibles sur le coffre", "unreadable notes about the vault"),
    "identity_damaged": ("identités de poste refaites", "identities of workstations made anew"),
    "slot_came_back": (
        "accès retirés qui ouvrent de nouveau le coffre",
        "ways in that were removed and open the vault again",
    ),
    "much_let_go": (
        "plus de la moitié des versions parties d’un coup (cyberlib undelete les rétablit)",
        "more than half of the snapshots gone at once (cyberlib undelete brings them back)",
    ),
    "clock_doubtful": ("horloges douteuses", "clocks in doubt"),
    "host_clock_doubtful": ("horloge de l’hébergeur douteuse", "the host’s clock in doubt"),
    "copy_gone": ("secondes copies disparues en cours de route", "second copies that were gone midway"),
    "copy_full": ("secondes copies sans place", "second copies without space"),
    "copy_denied": ("secondes copies protégées en écriture", "second copies that may not be written to"),
    "copy_not_here": ("secondes copies absentes", "second copies that were not there"),
    "copy_other_vault": ("secondes copies d’un autre coffre", "second copies of another vault"),
    "copy_unsound": ("secondes copies endommagées", "second copies that are damaged"),
    "let_go_elsewhere": (
        "versions mises en quarantaine par un autre poste",
        "snapshots put into quarantine by another workstation",
    ),
    "copy_source_damaged": (
        "contenus endommagés dans le coffre, non copiés",
        "contents damaged in the vault, not copied",
    ),
    "kit_damaged": ("fichiers endommagés dans un export", "damaged files in an export"),
    "kit_missing": ("fichiers absents d’un export", "files that an export lacks"),
    "kit_added": ("fichiers ajoutés à un export", "files that were added to an export"),
    "kit_changed": ("fichiers modifiés dans un export", "files that were changed in an export"),
    "more_files": ("autres fichiers en défaut", "more files of these kinds"),
    "stopped": ("sauvegardes arrêtées par le poste", "backups that the workstation stopped"),
    "clock_set": ("horloge du poste déplacée", "the workstation’s clock was set"),
    "profile_stuck": (
        "plus de sauvegarde : un lecteur du poste ne répond pas",
        "no backups: a drive of the workstation does not answer",
    ),
    "ransomware_alarm": (
        "ALERTE : fichiers peut-être chiffrés par un rançongiciel",
        "ALARM: files perhaps encrypted by ransomware",
    ),
    "vault_gone_back": ("coffre revenu à un état antérieur", "vault put back to an earlier state"),
    "file_damaged": (
        "fichiers qui ne peuvent pas être restaurés de toutes les versions",
        "files that cannot be restored from all snapshots",
    ),
    "vault_damaged": ("contenus endommagés dans le coffre", "contents damaged in the vault"),
    "drill_failed": (
        "fichiers en échec à l’exercice de restauration",
        "files that failed a restore drill",
    ),
    "restore_not_proven": (
        "aucune restauration prouvée depuis longtemps",
        "no restore was proven for long",
    ),
    "restore_incomplete": ("restaurations incomplètes", "restores that were not complete"),
    "watch_limit": ("dossiers que le système ne peut pas surveiller", "folders the system cannot watch"),
    "watch_network": ("dossiers du réseau, non surveillés", "network folders, not watched"),
    "certification_ends": (
        "certification de l’hébergeur bientôt échue",
        "the host’s certification ends soon",
    ),
    "contract_ends": ("contrat bientôt échu", "the contract ends soon"),
    "release_asked": (
        "demandes d’accès faites aux dépositaires du séquestre",
        "requests for access to the officers of the escrow",
    ),
    "approval_asked": (
        "nouveaux postes qui demandent l’accès au coffre",
        "new machines that ask for access to the vault",
    ),
    "kit_unchecked": ("kit de secours à contrôler", "recovery kit to be checked"),
    "mail_refused": ("adresses du cabinet qui ne fonctionnent pas", "addresses that do not work"),
    "terms_to_accept": ("conditions à accepter", "terms to accept"),
    "other": ("autres incidents", "other incidents"),
}
"""Kinds of incidents, all that devices tell of; one of a later device is told with its code."""

PHRASES: Final = {
    **OF_ACCESS,
    "greeting": ("Bonjour,", "Hello,"),
    "foot": (
        "Ce message est envoyé automatiquement par votre hébergeur de sauvegardes pour {organisation}."
        " Il ne contient aucune donnée de patient.{support}",
        "This message is sent by your backup host for {organisation}, automatically. It holds no patient’s"
        " data.{support}",
    ),
    "support": (" Assistance : {support}", " Support: {support}"),
    "never": ("aucune", "none"),
    "missed_subject": (
        "Sauvegarde manquée : {device}", "Missed backup: {device}"
    ),
    "missed": (
        "La sauvegarde du poste « {device} » prévue le {planned} n’a pas eu lieu. Dernière sauvegarde"
        " reçue : {last}.",
        "The backup of the workstation “{device}” planned for {planned} did not happen. Last backup"
        " received: {last}.",
    ),
    "missed_advice": (
        "Allumez le poste et vérifiez qu’il est relié à internet : la sauvegarde se fait alors"
        " d’elle-même. Si elle ne"
        " se fait pas, lancez « cyberlib report » sur ce poste, ou appelez"
        " votre informaticien. Un message vous dira quand les sauvegardes auront"
        " repris.",
        "Switch the workstation on and see that it is online: the backup then happens by itself. If it"
        " does not, run “cyberlib report” on that workstation, or call your"
        " IT staff. A message will tell you once backups come again.",
    ),
    "critical_subject": (
        "URGENT : {days} jours sans sauvegarde : {device}", "URGENT: {days} days without a backup: {device}"
    ),
    "critical": (
        "Le poste « {device} » n’a pas été sauvegardé pendant {days} jours où il devait l’être, depuis"
        " le {planned}."
        " Dernière sauvegarde reçue : {last}. Ce qui a été saisi depuis serait perdu en cas de panne.",
        "The workstation “{device}” was not backed up on {days} days on which it should have been,"
        " since {planned}."
        " Last backup received: {last}. What was entered since then would be lost in a breakdown.",
    ),
    "recovered_subject": ("Les sauvegardes ont repris : {device}", "Backups come again: {device}"),
    "recovered": (
        "Le poste « {device} » est de nouveau sauvegardé : une sauvegarde a été reçue le {last}. Il n’y a"
        " rien à faire.",
        "The workstation “{device}” is backed up again: a backup was received {last}. There is nothing"
        " to do.",
    ),
    "incidents_subject": ("Incidents de sauvegarde : {device}", "Backup incidents: {device}"),
    "incidents": (
        "Le poste « {device} » a signalé des incidents de sauvegarde, depuis le dernier message"
        " (sauvegardes concernées : {runs}).",
        "The workstation “{device}” told of backup incidents since the last message (runs concerned:"
        " {runs}).",
    ),
    "incidents_advice": (
        "Les fichiers concernés sont nommés sur le poste, par « cyberlib report --with-names », et nulle part"
        " ailleurs.",
        "The files concerned are named on the workstation, by “cyberlib report --with-names”, and nowhere"
        " else.",
    ),
    "failed_advice": (
        "Sur ce poste, « cyberlib report » dit pourquoi, et ce qu’il faut faire.",
        "On that workstation “cyberlib report” says why, and what to do.",
    ),
    "failed": ("sauvegardes en échec : {reason}", "failed runs: {reason}"),
    "kind": ("Incident", "Incident"),
    "count": ("Nombre", "Count"),
    "report_subject": ("Rapport mensuel des sauvegardes, {month}", "Monthly backup report, {month}"),
    "report": (
        "Voici les sauvegardes de {organisation} en {month}. Volume conservé à la fin du mois : {total} ;"
        " ajouté dans le mois : {added}.",
        "These are the backups of {organisation} in {month}. Stored at the end of the month: {total};"
        " added in the month: {added}.",
    ),
    "device": ("Poste", "Workstation"),
    "backups": ("Sauvegardes", "Backups"),
    "files": ("Fichiers", "Files"),
    "volume": ("Ajouté", "Added"),
    "stored": ("Conservé", "Stored"),
    "incident_count": ("Incidents", "Incidents"),
    "missed_days": ("Jours manqués", "Days missed"),
    "last_backup": ("Dernière sauvegarde", "Last backup"),
    "all_devices": ("Ensemble", "All"),
    "report_incidents": ("Incidents signalés dans le mois :", "Incidents told of in the month:"),
    "report_aside": (
        "En quarantaine à ce jour : {aside}, de versions que les postes ont retirées. Chacune peut être"
        " rétablie pendant {days} jours (cyberlib undelete), puis est effacée.",
        "In quarantine today: {aside}, of snapshots that workstations let go. Each can be brought back for"
        " {days} days (cyberlib undelete), and is deleted then.",
    ),
    "report_none": ("Aucun incident n’a été signalé.", "No incident was told of."),
    "backup_subject": ("Sauvegarde de {device} : {outcome}", "Backup of {device}: {outcome}"),
    "completed": ("terminée", "completed"),
    "stopped": ("arrêtée", "stopped"),
    "outcome_failed": ("en échec", "failed"),
    "backup": (
        "Sauvegarde du poste « {device} », {ended} : {outcome}{why}. Fichiers : {files} ({bytes}) ; ajouté"
        " au coffre :"
        " {stored} ; incidents : {incidents}.",
        "Backup of the workstation “{device}”, {ended}: {outcome}{why}. Files: {files} ({bytes}); added to"
        " the vault:"
        " {stored}; incidents: {incidents}.",
    ),
    "maintenance_subject": (
        "Interruption prévue de l’hébergement, {starts}", "Planned interruption of the hosting, {starts}"
    ),
    "maintenance": (
        "L’hébergement de vos sauvegardes sera interrompu pour maintenance du {starts} au {ends}"
        " ({hours} h). Les"
        " sauvegardes prévues pendant ce temps se feront ensuite d’elles-mêmes ; une restauration ne"
        " sera pas possible"
        " pendant ce temps.",
        "The hosting of your backups will be interrupted for maintenance from {starts} to {ends}"
        " ({hours} h). Backups"
        " planned in that time happen afterwards by themselves; nothing can be restored meanwhile.",
    ),
    "cancelled_subject": (
        "Interruption annulée, {starts}", "Interruption cancelled, {starts}"
    ),
    "cancelled": (
        "L’interruption de l’hébergement annoncée du {starts} au {ends} n’aura pas lieu.",
        "The interruption of the hosting announced from {starts} to {ends} will not take place.",
    ),
}  # fmt: skip


def phrase(name: str, language: str, **facts: object) -> str:
    """A phrase with its facts."""
    return PHRASES[name][language == "en"].format(**facts)


def kind_of(kind: str, language: str) -> str:
    """What an incident is called; a run that failed may be one."""
    known = KINDS.get(kind) or REASONS.get(kind)
    return known[language == "en"] if known else f"{KINDS['other'][language == 'en']} ({kind})"


def reason_of(reason: str, language: str) -> str:
    """What a reason of failure is called; that of a later device is told with its code."""
    known = REASONS.get(reason)
    return known[language == "en"] if known else f"{REASONS['other'][language == 'en']} ({reason})"
