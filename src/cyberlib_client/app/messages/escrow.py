"""Words for escrow: policies, consents, deposits, requests and answers."""

from __future__ import annotations

from typing import Final

from .text import Text

_ASK_THE_HOST: Final = "N’allez pas plus loin, et prévenez l’hébergeur en lui donnant ce message."
_TELL_THE_HOST: Final = "Go no further, and tell the host, giving them this message."

ERRORS: Final[dict[str, Text]] = {
    "escrow_malformed": Text(
        "Ce document du séquestre n’en est pas un, ou il est abîmé.",
        "Demandez-le de nouveau à qui vous l’a remis.",
        "This is no document of an escrow, or it is damaged.",
        "Ask whoever gave it to you for it again.",
    ),
    "escrow_policy_bad": Text(
        "Cette convention de séquestre ne peut pas servir : {reason}.",
        "Il faut de 2 à 5 dépositaires, d’au moins deux organismes, chacun avec ses propres clés, et aucun"
        " organisme ne doit pouvoir ouvrir seul.",
        "This escrow policy cannot serve: {reason}.",
        "It takes 2 to 5 officers of at least two organisations, each with keys of their own, and no"
        " organisation may be able to open alone.",
    ),
    "escrow_policy_unsigned": Text(
        "La convention de séquestre n’est pas signée par {officer}, ou elle a été modifiée depuis.",
        _ASK_THE_HOST,
        "The escrow policy is not signed by {officer}, or it was changed since.",
        _TELL_THE_HOST,
    ),
    "escrow_policy_no_successor": Text(
        "Cette convention de séquestre ne peut pas remplacer la précédente : {reason}.",
        _ASK_THE_HOST,
        "This escrow policy cannot take the place of the former one: {reason}.",
        _TELL_THE_HOST,
    ),
    "escrow_officer_unknown": Text(
        "La convention de séquestre ne connaît pas de dépositaire « {officer} ».",
        "Vérifiez le nom, et de quelle convention il s’agit.",
        "The escrow policy knows no officer “{officer}”.",
        "Check the name, and which policy it is about.",
    ),
    "escrow_other_policy": Text(
        "Ces parts ont été confiées sous une autre convention de séquestre.",
        _ASK_THE_HOST,
        "These parts were entrusted under another escrow policy.",
        _TELL_THE_HOST,
    ),
    "escrow_parts_wrong": Text(
        "Il manque des parts de la clé, ou certaines sont en trop.",
        _ASK_THE_HOST,
        "Parts of the key lack, or there are some too many.",
        _TELL_THE_HOST,
    ),
    "escrow_part_wrong": Text(
        "La part de {officer} n’est pas celle qui lui a été confiée.",
        "Demandez à {officer} de recommencer avec sa propre clé ; sinon, voyez un autre dépositaire.",
        "The part of {officer} is not the one that was entrusted.",
        "Ask {officer} to try again with their own key; else turn to another officer.",
    ),
    "escrow_consent_unsigned": Text(
        "Ce consentement au séquestre n’est pas signé par un poste du coffre, ou il a été modifié depuis.",
        _ASK_THE_HOST,
        "This consent to escrow is not signed by a device of the vault, or it was changed since.",
        _TELL_THE_HOST,
    ),
    "escrow_consent_other": Text(
        "Ce retrait du séquestre porte sur un autre consentement.",
        "Recommencez le retrait depuis un poste qui ouvre le coffre.",
        "This withdrawal from escrow is about another consent.",
        "Withdraw again from a machine that opens the vault.",
    ),
    "escrow_not_consented": Text(
        "Le client n’a pas consenti à cette demande : {reason}.",
        "Aucune part ne doit être remise.",
        "The customer did not consent to this request: {reason}.",
        "No part may be handed out.",
    ),
    "escrow_other_deposit": Text(
        "Cette demande porte sur autre chose que ce qui a été confié.",
        "Faites une nouvelle demande depuis le poste qui doit ouvrir le coffre.",
        "This request is about something else than what was entrusted.",
        "Make a new request on the machine that is to open the vault.",
    ),
    "escrow_other_request": Text(
        "La réponse de {officer} a été faite pour une autre demande.",
        "Transmettez-lui la demande en cours : une réponse ne sert qu’une fois.",
        "The answer of {officer} was made for another request.",
        "Send them the present request: an answer serves only once.",
    ),
    "escrow_answer_unsigned": Text(
        "Cette réponse n’est pas signée par {officer}, ou elle a été modifiée depuis.",
        "Rappelez {officer} à un numéro que vous connaissez, et demandez une nouvelle réponse.",
        "This answer is not signed by {officer}, or it was changed since.",
        "Call {officer} back at a number you know, and ask for a new answer.",
    ),
    "escrow_key_closed": Text(
        "Cette phrase secrète n’ouvre pas la clé de {officer}, ou le fichier a été modifié.",
        "Vérifiez les majuscules et le clavier, ou reprenez la copie de ce fichier.",
        "This passphrase does not open the key of {officer}, or the file was altered.",
        "Check capitals and the keyboard, or take the copy of that file.",
    ),
    "escrow_answers_missing": Text(
        "Il faut les réponses de {needed} dépositaires d’au moins deux organismes ; {got} sont là.",
        "Attendez les autres : rien n’est perdu.",
        "It takes the answers of {needed} officers of at least two organisations; {got} are here.",
        "Wait for the others: nothing is lost.",
    ),
    "escrow_file_absent": Text(
        "Le fichier {at} n’est pas là.", "Vérifiez son nom.", "The file {at} is not there.", "Check its name."
    ),
    "escrow_file_unreadable": Text(
        "Le fichier {at} n’a pas pu être lu : {reason}.",
        "Vérifiez vos droits et le disque.",
        "The file {at} could not be read: {reason}.",
        "Check your rights and the disk.",
    ),
    "escrow_file_malformed": Text(
        "Le fichier {at} n’est pas le document attendu, ou il est abîmé.",
        "Vérifiez que c’est le bon, ou demandez-le de nouveau.",
        "The file {at} is not the document that was expected, or it is damaged.",
        "Check that it is the right one, or ask for it again.",
    ),
    "escrow_file_exists": Text(
        "Il y a déjà un fichier {at} : il n’est pas remplacé.",
        "Donnez un autre nom.",
        "There is a file {at} already: it is not replaced.",
        "Give another name.",
    ),
    "escrow_file_not_written": Text(
        "Le fichier {at} n’a pas pu être écrit : {reason}.",
        "Choisissez un dossier où vous pouvez écrire, sur un disque qui a de la place.",
        "The file {at} could not be written: {reason}.",
        "Choose a folder that you may write to, on a disk with space.",
    ),
    "escrow_officer_text": Text(
        "« {text} » ne peut pas servir de nom ni d’organisme.",
        "Il faut de 1 à 100 caractères imprimables, sans retour à la ligne ; --id donne un nom court.",
        "“{text}” cannot serve as a name or organisation.",
        "It takes 1 to 100 printable characters on one line; --id gives a short name.",
    ),
    "escrow_key_locked": Text(
        "Il faut la phrase secrète de cette clé de dépositaire.",
        "Tapez-la à un terminal, ou donnez-la par CYBERLIB_PASSPHRASE ou --passphrase-file.",
        "It takes the passphrase of this officer’s key.",
        "Type it at a terminal, or give it by CYBERLIB_PASSPHRASE or --passphrase-file.",
    ),
    "escrow_card_unsigned": Text(
        "La carte de {officer} a été modifiée depuis qu’elle a été faite.",
        "Demandez-lui une nouvelle carte, et comparez l’empreinte de vive voix.",
        "The card of {officer} was changed since it was made.",
        "Ask them for a new card, and compare the fingerprint by voice.",
    ),
    "escrow_not_your_policy": Text(
        "Cette convention de séquestre n’a pas de dépositaire « {officer} ».",
        "Vérifiez la convention et les clés ; un dépositaire d’avant signe avec --after.",
        "This escrow policy has no officer “{officer}”.",
        "Check the policy and the keys; a former officer signs with --after.",
    ),
    "escrow_key_exchanged": Text(
        "Cette convention de séquestre donne à {officer} d’autres clés que les vôtres.",
        "Ne signez rien et ne répondez pas : la carte a été échangée, ou ce sont d’anciennes clés.",
        "This escrow policy gives {officer} other keys than yours.",
        "Sign nothing and do not answer: the card was exchanged, or these are former keys.",
    ),
    "escrow_host_missing": Text(
        "Il manque le nom de l’hébergeur.",
        "Donnez-le par --host, ou la convention d’avant par --after.",
        "The host’s name lacks.",
        "Give it by --host, or the former policy by --after.",
    ),
    "escrow_not_agreed": Text(
        "Rien n’a été signé.",
        "Sans terminal pour le demander, --yes signe la convention.",
        "Nothing was signed.",
        "Without a terminal to ask at, --yes signs the policy.",
    ),
    "escrow_words_missing": Text(
        "Il faut les six mots que lit le poste qui demande.",
        "Tapez-les à un terminal, ou donnez-les par --words.",
        "It takes the six words that are on the screen of the workstation that asks.",
        "Type them at a terminal, or give them by --words.",
    ),
    "escrow_words_count": Text(
        "Il faut {expected} mots ; en voici {count}.",
        "Faites-vous relire les mots, un par un.",
        "It takes {expected} words; these are {count}.",
        "Have the words read to you again, one by one.",
    ),
    "escrow_words_differ": Text(
        "Ces mots ne sont pas ceux de la demande : mot(s) n° {places}.",
        "Faites-vous les relire une fois. S’ils diffèrent encore, ne répondez pas : la demande n’est pas"
        " celle de ce poste. Prévenez le cabinet et l’hébergeur.",
        "These words are not those of the request: word(s) no. {places}.",
        "Have them read to you once more. If they still differ, do not answer: the request is not that"
        " machine’s. Tell the practice and the host.",
    ),
    "escrow_request_answered": Text(
        "Vous avez déjà répondu à cette demande, le {time}.",
        "Une demande ne se répond qu’une fois. Si la réponse s’est perdue, il en faut une nouvelle.",
        "You answered this request already, on {time}.",
        "A request is answered only once. If the answer was lost, it takes a new request.",
    ),
    "escrow_request_old": Text(
        "Cette demande est du {time} : elle est trop ancienne.",
        "Ne répondez pas ; si le besoin existe encore, qu’une nouvelle demande soit faite. Vérifiez aussi la"
        " date de ce poste.",
        "This request is of {time}: it is too old.",
        "Do not answer; if there still is a need, it takes a new request. Check this machine’s date too.",
    ),
    "escrow_request_ahead": Text(
        "Cette demande est du {time}, après la date de ce poste.",
        "Réglez l’horloge de ce poste, puis recommencez.",
        "This request is of {time}, ahead of this machine’s date.",
        "Set this machine’s clock, then try again.",
    ),
    "escrow_fingerprint_other": Text(
        "Cette convention a une autre empreinte que celle que vous avez donnée : {got}.",
        "Relisez l’empreinte sur le contrat papier. Si elle est bien telle, ne confiez rien, et prévenez"
        " l’hébergeur.",
        "This policy has another fingerprint than the one you gave: {got}.",
        "Read the fingerprint on the paper contract once more. If it is as you gave it, entrust nothing, and"
        " tell the host.",
    ),
    "escrow_not_agreed_to": Text(
        "Rien n’a été confié.",
        "Sans réponse de votre part, ou avec non, tout reste comme avant. Hors d’un terminal, --yes vaut"
        " accord.",
        "Nothing was entrusted.",
        "Without an answer of yours, or with no, all stays as it was. Away from a terminal, --yes agrees.",
    ),
    "escrow_joined": Text(
        "Un séquestre ouvre déjà ce coffre.",
        "Pour en changer, quittez d’abord celui-ci : cyberlib escrow leave.",
        "An escrow opens this vault already.",
        "To change to another one, leave this one first: cyberlib escrow leave.",
    ),
    "escrow_leave_first": Text(
        "Un séquestre ouvre ce coffre.",
        "Quittez-le d’abord, pour que ses parts soient détruites : cyberlib escrow leave. Vous le rejoindrez"
        " ensuite avec la nouvelle clé, si vous le voulez.",
        "An escrow opens this vault.",
        "Leave it first, so that its parts are destroyed: cyberlib escrow leave. Join it again with the new"
        " key afterwards, if you like.",
    ),
    "escrow_not_joined": Text(
        "Aucun séquestre n’ouvre ce coffre.",
        "Il n’y a rien à quitter.",
        "No escrow opens this vault.",
        "There is nothing to leave.",
    ),
    "escrow_no_folder": Text(
        "{at} n’est pas un dossier.",
        "Choisissez un dossier qui existe.",
        "{at} is no folder.",
        "Choose a folder that exists.",
    ),
    "escrow_asked_damaged": Text(
        "La demande de ce poste, {at}, est abîmée.",
        "Refaites-en une : cyberlib escrow request --anew. Les réponses à l’ancienne ne serviront plus.",
        "This machine’s request, {at}, is damaged.",
        "Make another: cyberlib escrow request --anew. Answers to the old one will be of no use.",
    ),
    "escrow_asked_other": Text(
        "Une demande de ce poste attend déjà, pour un autre dépôt.",
        "Vérifiez les fichiers ; pour abandonner celle qui attend, ajoutez --anew.",
        "A request of this machine is waiting already, for another deposit.",
        "Check the files; to give up the one that waits, add --anew.",
    ),
    "escrow_not_asked": Text(
        "Ce poste n’a fait aucune demande aux dépositaires.",
        "Ouvrez sur le poste qui a fait la demande, ou faites-en une : cyberlib escrow request.",
        "This machine has made no request to the officers.",
        "Open on the machine that made the request, or make one: cyberlib escrow request.",
    ),
    "escrow_place_missing": Text(
        "Ce poste n’a pas de coffre : il faut dire où est celui du cabinet.",
        "Ajoutez --at EMPLACEMENT.",
        "This machine has no vault: it takes where the practice’s is.",
        "Add --at STORE.",
    ),
    "escrow_opens_nothing": Text(
        "Ce qui avait été confié n’ouvre pas, ou plus, le coffre {at}.",
        "Le séquestre a pu être quitté depuis. Essayez la phrase secrète, les 24 mots ou un autre poste.",
        "What was entrusted does not, or no longer, open the vault {at}.",
        "The escrow may have been left since. Try the passphrase, the 24 words or another machine.",
    ),
    "escrow_request_undated": Text(
        "La date de cette demande n’en est pas une.",
        "Ne répondez pas ; demandez-en une nouvelle.",
        "The date of this request is none.",
        "Do not answer; ask for a new one.",
    ),
}

NOTICES: Final[dict[str, Text]] = {
    "host_release_asked": Text(
        "Quelqu’un demande aux dépositaires du séquestre l’accès à votre coffre chez l’hébergeur {at}.",
        "Si cela ne vient pas du cabinet, refusez tout de suite : cyberlib escrow cancel.",
        "Somebody asks the officers of the escrow for access to your vault at the host {at}.",
        "If it is not of the practice’s doing, say no at once: cyberlib escrow cancel.",
    ),
    "escrow_not_withdrawn": Text(
        "L’accès est ôté du coffre, mais l’hébergeur n’a pas reçu le retrait.",
        "Refaites cyberlib escrow leave quand il répond : il détruira ce qu’il a.",
        "The way in is removed from the vault, but the host has not got the withdrawal.",
        "Do cyberlib escrow leave once more when it answers: it will destroy what it has.",
    ),
    "escrow_was_used": Text(
        "Le séquestre a servi : sa clé est passée par ce poste.",
        "Quittez-le, puis rejoignez-le de nouveau : les dépositaires recevront une autre clé.",
        "The escrow was used: its key passed through this machine.",
        "Leave it, then join it again: the officers will get another key.",
    ),
}
