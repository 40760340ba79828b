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
}
