"""Words for escrow as a host carries it, and for its requests there."""

from __future__ import annotations

from typing import Final

from .text import Text

_ASK_THE_HOST: Final = "N’allez pas plus loin, et prévenez l’hébergeur en lui donnant ce message."
_TELL_THE_HOST: Final = "Go no further, and tell the host, giving them this message."

ERRORS: Final[dict[str, Text]] = {
    "escrow_to_missing": Text(
        "Ce coffre n’est pas chez un hébergeur : les documents doivent aller dans un fichier.",
        "Dites où les écrire : --to DOSSIER pour rejoindre, un nom de fichier pour demander.",
        "This vault is at no host: the documents must go into a file.",
        "Say where to write them: --to FOLDER to join, the name of a file to ask.",
    ),
    "escrow_no_host": Text(
        "Le coffre {at} n’est pas chez un hébergeur.",
        "Donnez les fichiers : documents avec --papers, réponses à la suite de escrow open.",
        "The vault {at} is at no host.",
        "Give the files: documents with --papers, answers after escrow open.",
    ),
    "escrow_not_there": Text(
        "L’hébergeur n’a rien qui ait été confié pour le coffre {at}.",
        "Le séquestre a pu être quitté, ou jamais rejoint. Essayez la phrase secrète, les 24 mots ou un autre"
        " poste.",
        "The host has nothing that was entrusted for the vault {at}.",
        "The escrow may have been left, or never joined. Try the passphrase, the 24 words or another"
        " machine.",
    ),
    "escrow_no_release": Text(
        "Aucune demande en attente ne porte ce numéro : {wanted}.",
        "Voyez les demandes : cyberlib escrow status.",
        "No request that waits has this number: {wanted}.",
        "See the requests: cyberlib escrow status.",
    ),
    "escrow_release_waiting": Text(
        "L’hébergeur retient la demande jusqu’au {opens}, pour que chaque contact du cabinet puisse la"
        " refuser.",
        "Revenez après, quand les dépositaires auront appelé.",
        "The host holds the request back until {opens}, so that each contact of the practice can say no.",
        "Come back after that, once the officers have called.",
    ),
    "escrow_release_over": Text(
        "La demande n’a plus cours : {state}.",
        "Faites-en une nouvelle : cyberlib escrow request --anew.",
        "The request is over: {state}.",
        "Make a new one: cyberlib escrow request --anew.",
    ),
    "host_escrow_document_bad": Text(
        "L’hébergeur {at} ne reconnaît pas ce document du séquestre.",
        _ASK_THE_HOST,
        "The host {at} does not accept this document of the escrow.",
        _TELL_THE_HOST,
    ),
    "host_release_of_another": Text(
        "Un autre poste a déjà fait cette même demande à l’hébergeur {at}.",
        "Si ce n’est pas vous, prévenez l’hébergeur. Pour une nouvelle : cyberlib escrow request --anew.",
        "Another machine made this very request to the host {at} already.",
        "If it was not you, tell the host. To make a new one: cyberlib escrow request --anew.",
    ),
    "host_escrow_replayed": Text(
        "L’hébergeur {at} a déjà reçu un document plus récent de ce séquestre.",
        "Vérifiez l’heure de ce poste, puis recommencez.",
        "The host {at} has got a later document of this escrow already.",
        "Check this machine’s clock, then try again.",
    ),
    "host_escrow_joined": Text(
        "L’hébergeur {at} a déjà un autre séquestre de ce coffre.",
        "Quittez-le d’abord : cyberlib escrow leave.",
        "The host {at} has another escrow of this vault already.",
        "Leave it first: cyberlib escrow leave.",
    ),
    "host_escrow_not_joined": Text(
        "L’hébergeur {at} n’a aucun séquestre de ce coffre.",
        "Voyez cyberlib escrow status.",
        "The host {at} has no escrow of this vault.",
        "See cyberlib escrow status.",
    ),
    "host_escrow_of_another": Text(
        "Ce document est d’un autre coffre que les précédents chez l’hébergeur {at}.",
        _ASK_THE_HOST,
        "This document is of another vault than the earlier ones at the host {at}.",
        _TELL_THE_HOST,
    ),
    "host_release_unknown": Text(
        "L’hébergeur {at} ne connaît pas cette demande.",
        "Faites-en une nouvelle : cyberlib escrow request --anew.",
        "The host {at} does not know this request.",
        "Make a new one: cyberlib escrow request --anew.",
    ),
    "host_release_other_deposit": Text(
        "La demande porte sur autre chose que ce que l’hébergeur {at} a maintenant.",
        "Faites-en une nouvelle : cyberlib escrow request --anew.",
        "The request is about something else than what the host {at} has now.",
        "Make a new one: cyberlib escrow request --anew.",
    ),
    "host_release_time": Text(
        "L’heure de ce poste et celle de l’hébergeur {at} diffèrent de plus d’un jour.",
        "Réglez l’horloge de ce poste, puis refaites la demande avec --anew.",
        "The clocks of this machine and of the host {at} differ by more than a day.",
        "Set this machine’s clock, then make the request again with --anew.",
    ),
    "host_releases_many": Text(
        "Trop de demandes attendent déjà chez l’hébergeur {at}.",
        "Refusez celles qui ne servent plus : cyberlib escrow cancel.",
        "Too many requests wait at the host {at} already.",
        "Say no to those that are of no use: cyberlib escrow cancel.",
    ),
    "host_release_over": Text(
        "La demande n’a plus cours chez l’hébergeur {at}.",
        "Voyez cyberlib escrow status.",
        "The request is over at the host {at}.",
        "See cyberlib escrow status.",
    ),
}
