"""Words for covered restorations."""

from __future__ import annotations

from typing import Final

from .text import Text

ERRORS: Final[dict[str, Text]] = {
    "escrow_grant_unsigned": Text(
        "Cette autorisation n’est signée par aucun poste du coffre, ou elle a été modifiée depuis.",
        "N’y répondez pas, et prévenez le client.",
        "This grant is not signed by a device of the vault, or it was changed since.",
        "Do not answer it, and tell the customer.",
    ),
    "escrow_grant_other": Text(
        "Cette autorisation porte sur une autre demande, ou sur un autre coffre.",
        "N’y répondez pas, et prévenez le client.",
        "This grant is for another request, or for another vault.",
        "Do not answer it, and tell the customer.",
    ),
    "escrow_grant_early": Text(
        "Cette autorisation ne vaut qu’à partir de {since}.",
        "Si c’est passé, réglez l’horloge de ce poste.",
        "This grant counts from {since} on only.",
        "If that is past, set this machine’s clock.",
    ),
    "escrow_grant_over": Text(
        "L’autorisation du client a pris fin : {until}.",
        "S’il en faut encore, refaites une demande : cyberlib covered ask --anew.",
        "The customer’s grant has ended: {until}.",
        "If more is needed, ask again: cyberlib covered ask --anew.",
    ),
    "escrow_request_covered": Text(
        "La demande de ce poste est celle d’une restauration encadrée : elle ne raccorde aucun poste.",
        "Lisez ce qui est autorisé : cyberlib covered list, cyberlib covered restore.",
        "This machine’s request is for a covered restoration: it connects no machine.",
        "Read what is granted: cyberlib covered list, cyberlib covered restore.",
    ),
    "covered_not_asked": Text(
        "Ce poste n’a pas de demande de restauration encadrée.",
        "Faites-en une : cyberlib covered ask.",
        "This machine has no request for a covered restoration.",
        "Make one: cyberlib covered ask.",
    ),
    "covered_limits": Text(
        "L’autorisation du client ne couvre pas {item}.",
        "Voyez ce qu’elle couvre : cyberlib covered status.",
        "The customer’s grant does not cover {item}.",
        "See what it covers: cyberlib covered status.",
    ),
    "cover_hours": Text(
        "Une autorisation vaut d’une heure à {most} heures.",
        "Donnez --hours.",
        "A grant counts from one hour to {most} hours.",
        "Give --hours.",
    ),
    "cover_text": Text(
        "Il manque votre nom ou la raison, ou le texte est trop long.",
        "Donnez --who et --reason.",
        "Your name or the reason is missing, or the text is too long.",
        "Give --who and --reason.",
    ),
    "cover_none": Text(
        "Aucune demande de l’assistance n’est là, ou plusieurs commencent ainsi.",
        "Voyez-les : cyberlib escrow cover list.",
        "There is no such request of the support, or several begin so.",
        "See them: cyberlib escrow cover list.",
    ),
    "host_grant_missing": Text(
        "Le client n’a pas autorisé cette demande chez l’hébergeur {at}.",
        "Lisez-lui les six mots ; il l’autorise par cyberlib escrow cover give.",
        "The customer has not granted this request at the host {at}.",
        "Read them the six words; they grant it by cyberlib escrow cover give.",
    ),
    "host_grant_given": Text(
        "Une autre autorisation est déjà donnée pour cette demande chez l’hébergeur {at}.",
        "Pour la changer, retirez-la, et demandez à l’assistance une nouvelle demande.",
        "Another grant was given for this request at the host {at}.",
        "To change it, end it, and have the support make a new request.",
    ),
    "host_grant_early": Text(
        "Pour l’hébergeur {at}, l’autorisation ne vaut pas encore.",
        "Attendez, ou réglez l’horloge du poste qui l’a donnée.",
        "To the host {at}, the grant does not count yet.",
        "Wait, or set the clock of the machine that gave it.",
    ),
    "host_grant_over": Text(
        "Pour l’hébergeur {at}, l’autorisation a pris fin.",
        "S’il en faut encore, refaites une demande : cyberlib covered ask --anew.",
        "To the host {at}, the grant has ended.",
        "If more is needed, ask again: cyberlib covered ask --anew.",
    ),
    "host_accesses_many": Text(
        "L’hébergeur {at} ne note pas plus d’accès pour cette autorisation.",
        "Faites une nouvelle demande : cyberlib covered ask --anew.",
        "The host {at} notes no more accesses for this grant.",
        "Make a new request: cyberlib covered ask --anew.",
    ),
}
