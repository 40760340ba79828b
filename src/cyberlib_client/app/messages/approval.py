"""Words for a new machine that asks to be let in, and for those who let it in."""

from __future__ import annotations

from typing import Final

from .text import Text

_TELL_THE_HOST: Final = "N’allez pas plus loin, et prévenez l’hébergeur en lui donnant ce message."
_TELL_THE_HOST_EN: Final = "Go no further, and tell the host, giving them this message."

ERRORS: Final[dict[str, Text]] = {
    "approval_words_count": Text(
        "Il y a {count} mots ; le nouveau poste en montre {expected}.",
        "Retapez-les tous, dans l’ordre.",
        "There are {count} words; the new machine shows {expected}.",
        "Type them all again, in their order.",
    ),
    "approval_word_unknown": Text(
        "Le mot n° {position} n’est pas de la liste ; peut-être : {suggestion}.",
        "Comparez-le à celui que montre le nouveau poste, et retapez-le.",
        "Word no. {position} is not in the list; perhaps: {suggestion}.",
        "Compare it with the one that the new machine shows, and type it again.",
    ),
    "approval_words_missing": Text(
        "Les six mots du nouveau poste n’ont pas été donnés.",
        'Donnez-les : --words "MOT MOT MOT MOT MOT MOT".',
        "The six words of the new machine were not given.",
        'Give them: --words "WORD WORD WORD WORD WORD WORD".',
    ),
    "approval_words_differ": Text(
        "Ces six mots ne sont pas ceux de cette demande.",
        "Comparez-les, mot à mot, à ceux que montre le nouveau poste. S’ils sont justes, quelqu’un a modifié"
        " la demande en chemin : refusez-la et prévenez l’hébergeur.",
        "These six words are not this request’s.",
        "Compare them, one by one, with those that the new machine shows. If they are right, somebody altered"
        " the request on its way: say no to it and tell the host.",
    ),
    "approval_malformed": Text(
        "La demande ou la réponse transmise par l’hébergeur n’en est pas une.",
        _TELL_THE_HOST,
        "The request or the answer that the host passed on is none.",
        _TELL_THE_HOST_EN,
    ),
    "approval_answer_forged": Text(
        "Cette réponse ne vient de personne qui ait lu les six mots de ce poste.",
        _TELL_THE_HOST,
        "This answer comes from nobody who has read this machine’s six words.",
        _TELL_THE_HOST_EN,
    ),
    "approval_other_request": Text(
        "Cette réponse est celle d’une autre demande.",
        _TELL_THE_HOST,
        "This answer is another request’s.",
        _TELL_THE_HOST_EN,
    ),
    "approval_opens_nothing": Text(
        "L’accès accordé n’ouvre pas, ou plus, le coffre {at}.",
        "Il a pu être retiré depuis. Faites une nouvelle demande : cyberlib approval ask --anew.",
        "The access that was granted does not open the vault {at}, or no longer.",
        "It may have been removed since. Make a new request: cyberlib approval ask --anew.",
    ),
    "approval_no_host": Text(
        "Le coffre {at} n’est pas chez un hébergeur : aucun poste ne peut y être interrogé.",
        "Ouvrez-le par la phrase secrète ou les 24 mots du kit de secours.",
        "The vault {at} is at no host: no machine can be asked there.",
        "Open it by the passphrase, or by the 24 words of the recovery kit.",
    ),
    "approval_which_vault": Text(
        "Il faut dire quel coffre, chez {at}. Ceux du cabinet : {places}.",
        "Donnez son adresse : --at ADRESSE.",
        "It must be said which vault, at {at}. Those of the practice: {places}.",
        "Give its address: --at ADDRESS.",
    ),
    "approval_asked_other": Text(
        "Une demande de ce poste attend déjà, pour le coffre {at}.",
        "Reprenez-la, ou remplacez-la : cyberlib approval ask --anew.",
        "A request of this machine waits already, for the vault {at}.",
        "Go on with it, or replace it: cyberlib approval ask --anew.",
    ),
    "approval_not_asked": Text(
        "Ce poste n’a rien demandé.",
        "Faites d’abord la demande : cyberlib approval ask.",
        "This machine has not asked for anything.",
        "Ask first: cyberlib approval ask.",
    ),
    "approval_waiting": Text(
        "Personne n’a encore répondu à la demande de ce poste.",
        "Tapez les six mots qu’il montre sur un poste du cabinet qui ouvre le coffre : « Clé et accès », ou"
        " cyberlib approval allow.",
        "Nobody has answered this machine’s request yet.",
        "Type the six words it shows at a machine of the practice that opens the vault: “Key and access”, or"
        " cyberlib approval allow.",
    ),
    "approval_held": Text(
        "L’accès est accordé, mais l’hébergeur le retient jusqu’au {opens} : personne n’a donné la phrase"
        " secrète ni les mots du coffre.",
        "Revenez après. Chaque poste du cabinet peut encore refuser.",
        "Access was granted, but the host holds it back until {opens}: nobody gave the vault’s passphrase or"
        " words.",
        "Come back after that. Each machine of the practice can still say no.",
    ),
    "approval_over": Text(
        "La demande n’a plus cours : {state}.",
        "Faites-en une nouvelle : cyberlib approval ask --anew.",
        "The request is over: {state}.",
        "Make a new one: cyberlib approval ask --anew.",
    ),
    "approval_none": Text(
        "Aucune demande qui attend ne porte ce numéro : {wanted}.",
        "Voyez les demandes : cyberlib approval list.",
        "No request that waits has this number: {wanted}.",
        "See the requests: cyberlib approval list.",
    ),
    "approval_ambiguous": Text(
        "Plusieurs demandes attendent : {wanted}.",
        "Dites laquelle, par le début de son numéro : cyberlib approval list.",
        "Several requests wait: {wanted}.",
        "Say which one, by the beginning of its number: cyberlib approval list.",
    ),
    "approval_note_damaged": Text(
        "Ce que ce poste avait noté de la demande est illisible : {at}.",
        "Supprimez ce fichier et faites une nouvelle demande : cyberlib approval ask.",
        "What this machine had noted of the request cannot be read: {at}.",
        "Delete that file and make a new request: cyberlib approval ask.",
    ),
    "host_approval_document_bad": Text(
        "L’hébergeur {at} ne reconnaît pas cette demande, ou cette réponse.",
        _TELL_THE_HOST,
        "The host {at} does not accept this request, or this answer.",
        _TELL_THE_HOST_EN,
    ),
    "host_approval_unknown": Text(
        "L’hébergeur {at} ne connaît pas cette demande pour ce coffre.",
        "Faites-en une nouvelle sur le nouveau poste : cyberlib approval ask --anew.",
        "The host {at} does not know this request for this vault.",
        "Make a new one at the new machine: cyberlib approval ask --anew.",
    ),
    "host_approval_own": Text(
        "Un poste ne s’accorde pas l’accès à lui-même.",
        "Répondez depuis un autre poste du cabinet.",
        "A machine does not let itself in.",
        "Answer from another machine of the practice.",
    ),
    "host_approval_over": Text(
        "La demande n’a plus cours chez l’hébergeur {at}.",
        "Voyez ce qu’elle est devenue : cyberlib approval list.",
        "The request is over at the host {at}.",
        "See what became of it: cyberlib approval list.",
    ),
    "host_approvals_many": Text(
        "Trop de demandes attendent déjà chez l’hébergeur {at}.",
        "Répondez à celles qui attendent, ou refusez-les : cyberlib approval list.",
        "Too many requests wait already at the host {at}.",
        "Answer those that wait, or say no to them: cyberlib approval list.",
    ),
}

NOTICES: Final[dict[str, Text]] = {
    "host_approval_asked": Text(
        "Un nouveau poste demande l’accès à votre coffre chez l’hébergeur {at}.",
        "Voyez lequel : cyberlib approval list ; s’il n’est pas du cabinet : cyberlib approval refuse.",
        "A new machine asks for access to your vault at the host {at}.",
        "See which one: cyberlib approval list; if it is not the practice’s: cyberlib approval refuse.",
    ),
}
