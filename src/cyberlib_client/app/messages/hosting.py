"""Words for what happens with a host: reaching it, declared devices, licences, terms, its certificate."""

from __future__ import annotations

from typing import Final

from .text import Text

ERRORS: Final[dict[str, Text]] = {
    "host_unreachable": Text(
        "L’hébergeur {at} ne répond pas[ : {reason}].",
        "Vérifiez la connexion à Internet, puis relancez : ce qui est déjà envoyé ne le sera pas de nouveau.",
        "The host {at} does not answer[: {reason}].",
        "Check the Internet connection and the address, then run again: what was sent is not sent again."
        " Where it ends: cyberlib network check.",
    ),
    "host_busy": Text(
        "L’hébergeur {at} ne peut pas répondre pour l’instant.",
        "Réessayez dans quelques minutes.[ Si cela dure, donnez-lui ce numéro de demande : {request}.]",
        "The host {at} cannot answer at the moment.",
        "Run again in a few minutes.[ If it goes on, give it this request number: {request}.]",
    ),
    "host_answer": Text(
        "Ce qui répond à {at} n’est pas un hébergeur de CyberLib, ou l’est mal.",
        "Vérifiez l’adresse ; un portail d’accès à Internet répond peut-être à sa place.",
        "What answers at {at} is no host of CyberLib, or a faulty one.",
        "Check the address; a portal for Internet access may be answering in its place.",
    ),
    "host_answer_short": Text(
        "L’hébergeur n’a pas rendu tout ce qui lui était demandé.",
        "Relancez ; si cela revient, cyberlib verify, puis l’assistance de l’hébergeur.",
        "The host did not give back all that was asked for.",
        "Run again; if it comes back, cyberlib verify, then the host’s support.",
    ),
    "host_list_endless": Text(
        "La liste des objets de {at} n’en finit pas.",
        "C’est un défaut de l’hébergeur, ou pire : prévenez son assistance.",
        "The list of objects of {at} does not end.",
        "This is a fault of the host, or worse: tell its support.",
    ),
    "host_upload_damaged": Text(
        "Ce qui est arrivé chez {at} n’est pas ce qui a été envoyé ; l’hébergeur l’a refusé.",
        "Relancez. Si cela revient, le réseau ou la mémoire du poste abîme des données.",
        "What arrived at {at} is not what was sent; the host refused it.",
        "Run again. If it comes back, the network or this machine’s memory damages data.",
    ),
    "host_refused": Text(
        "L’hébergeur {at} a refusé la demande ({reason}).",
        "Appelez son assistance[, et donnez-lui ce numéro de demande : {request}].",
        "The host {at} refused the request ({reason}).",
        "Call its support[, and give it this request number: {request}].",
    ),
    "host_keeps": Text(
        "Un poste n’efface rien chez l’hébergeur {at}.",
        "C’est voulu : un poste volé ou infecté ne peut pas détruire les sauvegardes.",
        "No machine deletes anything at the host {at}.",
        "That is on purpose: a machine that is stolen or infected cannot destroy backups.",
    ),
    "host_address": Text(
        "{at} n’est pas l’adresse d’un hébergeur.",
        "Elle s’écrit https://nom ou https://nom:port.",
        "{at} is no address of a host.",
        "It is written https://name or https://name:port.",
    ),
    "host_other": Text(
        "Ce poste n’est pas déclaré chez {at}.",
        "Déclarez-le : cyberlib device enrol --host {at} --contract-key-file FICHIER.",
        "This machine is not declared at {at}.",
        "Declare it: cyberlib device enrol --host {at} --contract-key-file FILE.",
    ),
    "host_already": Text(
        "Ce poste est déjà déclaré chez {at}.",
        "Un profil n’a qu’un hébergeur ; donnez-en un autre par --profile.",
        "This machine is declared at {at} already.",
        "A profile has one host; give another one by --profile.",
    ),
    "not_enrolled": Text(
        "Ce poste n’est déclaré chez aucun hébergeur.",
        "Déclarez-le : cyberlib device enrol --host ADRESSE --contract-key-file FICHIER.",
        "This machine is declared at no host.",
        "Declare it: cyberlib device enrol --host ADDRESS --contract-key-file FILE.",
    ),
    "host_no_vault": Text(
        "Ce poste n’a pas de coffre chez {at}.",
        "Créez-en un (cyberlib vault create --at {at}), ou reprenez celui d’un ancien poste (cyberlib device"
        " reassign).",
        "This machine has no vault at {at}.",
        "Create one (cyberlib vault create --at {at}), or take over that of an old machine (cyberlib device"
        " reassign).",
    ),
    "host_key_lost": Text(
        "La clé de ce poste pour {at} n’est plus là où elle était gardée.",
        "Déclarez le poste sous un autre nom, puis reprenez sa licence (cyberlib device reassign).",
        "This machine’s key for {at} is no longer where it was kept.",
        "Declare the machine under another name, then take its licence over (cyberlib device reassign).",
    ),
    "host_key_not_kept": Text(
        "Le trousseau de ce poste ne peut pas garder sa clé : {reason} ; le poste n’est pas déclaré.",
        "Ouvrez le trousseau, puis relancez. Sans session graphique, gardez la clé dans un fichier que vous"
        " seul lisez : ajoutez --device-file.",
        "This machine’s keychain cannot keep its key: {reason}; the machine is not declared.",
        "Open the keychain, then run again. Without a desktop session, keep the key in a file that only you"
        " can read: add --device-file.",
    ),
    "host_key_locked": Text(
        "La clé de ce poste pour {at} est dans le trousseau, qui ne la donne pas : {reason}.",
        "Ouvrez le trousseau, puis relancez. Pour un poste sans session graphique : cyberlib device enrol"
        " --device-file.",
        "This machine’s key for {at} is in the keychain, which does not give it: {reason}.",
        "Open the keychain, then run again. For a machine without a desktop session: cyberlib device enrol"
        " --device-file.",
    ),
    "host_key_exposed": Text(
        "D’autres que vous ont pu lire la clé de ce poste pour {at} : {path}.",
        "Elle n’est plus utilisée. Déclarez le poste sous un autre nom (cyberlib device enrol), puis reprenez"
        " sa licence (cyberlib device reassign).",
        "Others than you could read this machine’s key for {at}: {path}.",
        "It is not used any more. Declare the machine under another name (cyberlib device enrol), then take"
        " its licence over (cyberlib device reassign).",
    ),
    "ca_file_unreadable": Text(
        "{at} ne contient pas de certificats lisibles.",
        "Donnez un fichier PEM (-----BEGIN CERTIFICATE-----).",
        "{at} holds no certificates that can be read.",
        "Give a PEM file (-----BEGIN CERTIFICATE-----).",
    ),
    "host_bad_siren": Text(
        "Ce n’est pas un numéro SIREN : neuf chiffres, dont le dernier vérifie les autres.",
        "Recopiez-le du contrat ou d’une facture.",
        "This is no SIREN: nine digits, the last of which checks the others.",
        "Copy it from the contract or an invoice.",
    ),
    "host_bad_name": Text(
        "Ce nom ne convient pas à un poste[ : de 1 à {most} caractères, sans caractère de contrôle].",
        "Donnez-en un autre par --name.",
        "This name does not fit a machine[: 1 to {most} characters, no control characters].",
        "Give another one by --name.",
    ),
    "host_device_name_taken": Text(
        "Un autre poste du cabinet porte déjà ce nom[ : {name}].",
        "Donnez-en un autre par --name ; pour remplacer ce poste-là, reprenez ensuite sa licence (cyberlib"
        " device reassign).",
        "Another machine of the practice has that name already[: {name}].",
        "Give another name by --name; to replace that machine, take its licence over afterwards (cyberlib"
        " device reassign).",
    ),
    "host_vault_unknown": Text(
        "{at} n’a pas ce coffre, ou il n’est pas à ce cabinet.",
        "Vérifiez l’adresse : cyberlib vault info, sur le poste qui l’a créé.",
        "{at} does not have this vault, or it is not this practice’s.",
        "Check the address: cyberlib vault info, on the machine that made it.",
    ),
    "host_device_unknown": Text(
        "{at} ne connaît pas ce poste : poste non déclaré. Rien n’a été envoyé.",
        "Déclarez-le : cyberlib device enrol.",
        "{at} does not know this machine: it is not declared. Nothing was sent.",
        "Declare it: cyberlib device enrol.",
    ),
    "host_device_revoked": Text(
        "Ce poste n’a plus d’accès chez {at} : sa licence a été reprise par un autre, ou retirée, ou tout y a"
        " été effacé à la fin du contrat.",
        "Si ce n’était pas voulu, prévenez le cabinet et l’hébergeur. Pour le déclarer de nouveau : cyberlib"
        " device enrol, sous un autre nom.",
        "This machine has no access at {at} any more: another took its licence over, or it was withdrawn, or"
        " all was erased there at the contract’s end.",
        "If that was not meant, tell the practice and the host. To declare it anew: cyberlib device enrol,"
        " under another name.",
    ),
    "host_contract_key_unknown": Text(
        "{at} ne connaît pas cette clé de contrat.",
        "Recopiez-la telle que l’hébergeur l’a donnée, ou demandez-en une autre.",
        "{at} does not know this contract key.",
        "Copy it as the host gave it, or ask for another one.",
    ),
    "host_contract_key_expired": Text(
        "Cette clé de contrat a expiré.",
        "Demandez-en une autre à l’hébergeur {at}.",
        "This contract key has expired.",
        "Ask the host {at} for another one.",
    ),
    "host_contract_key_revoked": Text(
        "Cette clé de contrat a été révoquée.",
        "Demandez la nouvelle à l’hébergeur {at}.",
        "This contract key was revoked.",
        "Ask the host {at} for the new one.",
    ),
    "host_other_organisation": Text(
        "Cette clé, ce SIREN ou ce poste est d’un autre cabinet ; rien ne passe de l’un à l’autre.",
        "Vérifiez la clé et le SIREN sur le contrat.",
        "This contract key, SIREN or machine is another practice’s; nothing goes from one to the other.",
        "Check the key and the SIREN on the contract.",
    ),
    "host_not_a_member": Text(
        "Ce poste n’a pas accès à ce coffre.",
        "Reprenez la licence du poste qui l’utilise : cyberlib device reassign.",
        "This machine has no access to this vault.",
        "Take over the licence of the machine that uses it: cyberlib device reassign.",
    ),
    "host_bad_signature": Text(
        "La clé de ce poste n’est pas celle que {at} connaît.",
        "Déclarez le poste sous un autre nom, puis reprenez sa licence (cyberlib device reassign).",
        "This machine’s key is not the one that {at} knows.",
        "Declare the machine under another name, then take its licence over (cyberlib device reassign).",
    ),
    "host_not_signed_in": Text(
        "L’hébergeur {at} n’a pas reconnu la session de ce poste.",
        "Relancez.",
        "The host {at} did not recognise this machine’s session.",
        "Run again.",
    ),
    "host_session_over": Text(
        "La session de ce poste chez {at} a pris fin.",
        "Relancez.",
        "This machine’s session at {at} is over.",
        "Run again.",
    ),
    "host_challenge_unknown": Text(
        "L’hébergeur {at} n’a pas reconnu sa propre question : elle a déjà servi, ou trop tardé.",
        "Relancez ; si cela revient, quelqu’un répète les messages de ce poste : prévenez l’hébergeur.",
        "The host {at} did not recognise its own question: it was used before, or is too old.",
        "Run again; if it comes back, somebody repeats this machine’s messages: tell the host.",
    ),
    "host_device_surplus": Text(
        "Ce poste est en surnombre[ (places du contrat : {seats})] : rien n’en est sauvegardé.",
        "Demandez une place de plus à l’hébergeur, ou reprenez la licence d’un ancien poste (cyberlib device"
        " reassign).",
        "This machine is surplus[ (seats of the contract: {seats})]: nothing of it is backed up.",
        "Ask the host for another seat, or take over the licence of an old machine (cyberlib device"
        " reassign).",
    ),
    "host_organisation_suspended": Text(
        "Le contrat du cabinet chez {at} est suspendu : rien de nouveau n’est sauvegardé.",
        "Ce qui l’est déjà peut être restauré. Appelez l’hébergeur.",
        "The practice’s contract at {at} is suspended: nothing new is backed up.",
        "What was can be restored. Call the host.",
    ),
    "host_organisation_terminated": Text(
        "Le contrat du cabinet chez {at} est terminé : rien de nouveau n’est sauvegardé.",
        "Restaurez sans tarder ce dont vous avez besoin : les données ne restent qu’un temps.",
        "The practice’s contract at {at} has ended: nothing new is backed up.",
        "Restore what you need without delay: the data stays for a time only.",
    ),
    "host_restore_window_over": Text(
        "Le délai pour restaurer après la fin du contrat chez {at} est passé.",
        "Appelez l’hébergeur sans tarder.",
        "The time to restore after the end of the contract at {at} is over.",
        "Call the host without delay.",
    ),
    "host_terms_not_accepted": Text(
        "L’utilisateur de ce compte n’a pas accepté les conditions d’utilisation[ (version {version})] sur ce"
        " poste.",
        "Lisez-les et acceptez-les : cyberlib device terms. Restaurer reste possible.",
        "The user of this account has not accepted the terms of service[ (version {version})] on this"
        " machine.",
        "Read and accept them: cyberlib device terms. Restoring remains possible.",
    ),
    "host_terms_changed": Text(
        "Les conditions d’utilisation ont changé entre-temps.",
        "Relisez-les : cyberlib device terms.",
        "The terms of service changed meanwhile.",
        "Read them again: cyberlib device terms.",
    ),
    "host_certification_withdrawn": Text(
        "La certification de l’hébergeur {at} lui a été retirée[ le {since}] : aucune donnée de santé ne lui"
        " est plus envoyée.",
        "Ce qui y est peut être restauré. Voyez avec le cabinet comment changer d’hébergeur.",
        "The certification of the host {at} was withdrawn[ on {since}]: no more health data is sent to it.",
        "What is there can be restored. See with the practice how to change hosts.",
    ),
    "host_client_too_old": Text(
        "Ce CyberLib est trop ancien pour l’hébergeur {at}[, qui demande la version {least}].",
        "Mettez-le à jour, puis relancez.",
        "This CyberLib is too old for the host {at}[, which asks for version {least}].",
        "Update it, then run again.",
    ),
    "host_unknown_path": Text(
        "L’hébergeur {at} ne connaît pas cette opération : son programme est plus ancien que ce CyberLib.",
        "Prévenez-le ; les versions déjà faites sont intactes.",
        "The host {at} does not know this operation: its program is older than this CyberLib.",
        "Tell it; the snapshots already made are untouched.",
    ),
    "host_quota_reached": Text(
        "Le cabinet a atteint la place que son contrat prévoit chez {at}[ ({quota} octets)].",
        "Demandez-en plus à l’hébergeur. Les versions déjà faites sont intactes.",
        "The practice has reached the room that its contract gives it at {at}[ ({quota} bytes)].",
        "Ask the host for more. The snapshots already made are untouched.",
    ),
    "host_full": Text(
        "L’hébergeur {at} n’a plus de place.",
        "Prévenez-le, puis relancez : ce qui est déjà envoyé ne le sera pas de nouveau, et les versions déjà"
        " faites sont intactes.",
        "The host {at} has no space left.",
        "Tell it, then run again: what was sent is not sent again, and the snapshots already made are"
        " untouched.",
    ),
    "host_key_changed": Text(
        "L’hébergeur {at} ne signe plus avec la clé que ce poste lui connaît.",
        "Ne lui envoyez rien avant qu’il ait dit pourquoi ; puis déclarez ce poste dans un profil neuf.",
        "The host {at} no longer signs with the key that this machine knows.",
        "Send it nothing before it has said why; then declare this machine again in a new profile.",
    ),
    "host_log_shorter": Text(
        "Le journal des versions chez {at} est plus court que ce que ce poste en a vu.",
        "Des versions ont été retirées, ou une copie ancienne est présentée : rien de plus n’est envoyé."
        " Prévenez l’hébergeur. S’il confirme avoir remis une sauvegarde de ses données : cyberlib verify"
        " --accept-missing, puis cyberlib backup.",
        "The log of snapshots at {at} is shorter than what this machine saw of it.",
        "Snapshots were taken out, or an old copy is shown: nothing more is sent. Tell the host. If it"
        " confirms that it put back a backup of its data: cyberlib verify --accept-missing, then cyberlib"
        " backup.",
    ),
    "host_log_forked": Text(
        "Le journal des versions chez {at} n’est pas la suite de celui que ce poste a vu.",
        "Il a été réécrit : rien de plus n’est envoyé. Prévenez l’hébergeur. S’il confirme avoir remis une"
        " sauvegarde de ses données : cyberlib verify --accept-missing, puis cyberlib backup.",
        "The log of snapshots at {at} does not go on from the one that this machine saw.",
        "It was rewritten: nothing more is sent. Tell the host. If it confirms that it put back a backup of"
        " its data: cyberlib verify --accept-missing, then cyberlib backup.",
    ),
    "host_audit_broken": Text(
        "Le journal d’audit de {at} a été modifié : sa ligne {line} ne suit pas celle d’avant.",
        "Gardez ce qui en a été écrit (--out), et demandez à l’hébergeur de s’en expliquer.",
        "The audit log of {at} was changed: its line {line} does not follow the one before.",
        "Keep what was written of it (--out), and ask the host to explain.",
    ),
    "host_audit_shorter": Text(
        "La fin du journal d’audit de {at} manque : l’accès de ce poste n’y est pas.",
        "Gardez ce qui en a été écrit (--out), et demandez à l’hébergeur de s’en expliquer.",
        "The end of the audit log of {at} is missing: this machine’s own access is not in it.",
        "Keep what was written of it (--out), and ask the host to explain.",
    ),
    "audit_file_exists": Text(
        "Le fichier {at} existe déjà ; rien n’y a été écrit.",
        "Choisissez un autre nom.",
        "The file {at} exists already; nothing was written to it.",
        "Choose another name.",
    ),
    "audit_file_not_written": Text(
        "Le journal d’audit n’a pas pu être écrit dans {at}[ : {reason}].",
        "Choisissez un autre fichier, ou faites de la place.",
        "The audit log could not be written to {at}[: {reason}].",
        "Choose another file, or make room.",
    ),
    "host_receipt_bad": Text(
        "Un reçu de {at} n’est pas de sa main.",
        "Quelqu’un répond peut-être à sa place : prévenez-le, et vérifiez l’adresse.",
        "A receipt of {at} is not from its hand.",
        "Somebody may be answering in its place: tell it, and check the address.",
    ),
}
