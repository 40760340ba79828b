"""Words for people whom the host knows, and who prove to be there."""

from __future__ import annotations

from typing import Final

from .text import Text

ERRORS: Final[dict[str, Text]] = {
    "host_proof_needed": Text(
        "L’hébergeur {at} demande qui est là, pour ce qui est à faire.",
        "Recommencez, et donnez votre adresse, votre mot de passe et un code de votre téléphone.",
        "The host {at} asks who is there, for what is to be done.",
        "Try again, and give your address, your password and a code of your telephone.",
    ),
    "host_proof_not_valid": Text(
        "La preuve d’identité ne vaut plus chez l’hébergeur {at}, ou vaut pour autre chose.",
        "Recommencez : une preuve sert une fois, pendant cinq minutes, sur un seul poste.",
        "The proof of who is there is no longer good at the host {at}, or for something else.",
        "Try again: a proof serves once, for five minutes, at one machine.",
    ),
    "host_proof_bad": Text(
        "Ce que {at} dit de la personne n’est pas signé de sa main, ou vaut pour autre chose : rien n’a été"
        " fait.",
        "Quelqu’un répond peut-être à sa place : prévenez-le, et vérifiez l’adresse.",
        "What {at} says of the person is not signed by its hand, or is for something else: nothing was done.",
        "Somebody may be answering in its place: tell it, and check the address.",
    ),
    "host_person_refused": Text(
        "L’hébergeur {at} ne reconnaît pas cette adresse, ce mot de passe et ce code ensemble.",
        "Vérifiez l’adresse, puis attendez le code suivant : chacun ne sert qu’une fois. L’heure du téléphone"
        " doit être juste.",
        "The host {at} does not know this address, this password and this code together.",
        "Check the address, then wait for the next code: each serves once. The telephone’s clock must be"
        " right.",
    ),
    "host_person_wait": Text(
        "Trop d’essais chez l’hébergeur {at}[ : prochain essai dans {seconds} secondes].",
        "Attendez, ou appelez l’hébergeur si ce n’était pas vous.",
        "Too many tries at the host {at}[: next try in {seconds} seconds].",
        "Wait, or call the host if it was not you.",
    ),
    "host_not_a_holder": Text(
        "Chez l’hébergeur {at}, seul un titulaire du cabinet peut faire cela.",
        "Demandez-le à un titulaire (cyberlib person list).",
        "At the host {at}, only a holder of the practice may do this.",
        "Ask a holder (cyberlib person list).",
    ),
    "host_invitation_unknown": Text(
        "L’hébergeur {at} ne connaît pas cette invitation, ou elle n’a plus cours.",
        "Vérifiez-la, ou demandez-en une autre à un titulaire ou à l’hébergeur.",
        "The host {at} does not know this invitation, or it is over.",
        "Check it, or ask a holder or the host for another.",
    ),
    "host_password_weak": Text(
        "L’hébergeur {at} refuse ce mot de passe[ : {reason}].",
        "Choisissez-en un d’au moins 12 signes, sans rapport avec vous ni avec le cabinet ; par exemple cinq"
        " mots tirés au hasard.",
        "The host {at} refuses this password[: {reason}].",
        "Choose one of 12 signs at least that has to do with neither you nor the practice; for example five"
        " words drawn by chance.",
    ),
    "host_person_known": Text(
        "L’hébergeur {at} connaît déjà une personne du cabinet à cette adresse.",
        "Voyez cyberlib person list ; l’hébergeur peut l’inviter de nouveau.",
        "The host {at} knows somebody of the practice by this address already.",
        "See cyberlib person list; the host can invite them anew.",
    ),
    "host_people_many": Text(
        "L’hébergeur {at} connaît déjà trop de personnes de ce cabinet.",
        "Demandez-lui d’en ôter.",
        "The host {at} knows too many people of this practice already.",
        "Ask it to remove some.",
    ),
    "host_bad_address": Text(
        "L’hébergeur {at} ne reconnaît pas cette adresse de courriel.",
        "Vérifiez-la.",
        "The host {at} takes this for no mail address.",
        "Check it.",
    ),
    "host_sign_in_unknown": Text(
        "L’hébergeur {at} ne connaît pas cette connexion, ou elle a trop duré.",
        "Recommencez : elle sert une fois, pendant cinq minutes.",
        "The host {at} does not know this sign-in, or it took too long.",
        "Begin again: it serves once, for five minutes.",
    ),
    "host_provider_none": Text(
        "L’hébergeur {at} ne propose pas Pro Santé Connect.",
        "Donnez votre adresse, votre mot de passe et un code.",
        "The host {at} does not offer Pro Santé Connect.",
        "Give your address, your password and a code.",
    ),
    "host_passkeys_none": Text(
        "L’hébergeur {at} ne propose pas les clés d’identification.",
        "Donnez votre adresse, votre mot de passe et un code.",
        "The host {at} takes no passkeys.",
        "Give your address, your password and a code.",
    ),
    "host_passkey_unknown": Text(
        "L’hébergeur {at} ne connaît pas cette clé d’identification.",
        "Voyez cyberlib person list : elle est peut-être déjà ôtée.",
        "The host {at} does not know this passkey.",
        "See cyberlib person list: perhaps it was removed already.",
    ),
    "host_passkeys_many": Text(
        "Cette personne a déjà trop de clés d’identification chez l’hébergeur {at}.",
        "Ôtez-en une qui ne sert plus : cyberlib person remove-passkey.",
        "This person has too many passkeys at the host {at} already.",
        "Remove one that is no longer used: cyberlib person remove-passkey.",
    ),
    "passkey_unfit": Text(
        "Ce n’est pas le numéro d’une clé d’identification.",
        "Copiez celui que montre cyberlib person list.",
        "This is no passkey’s id.",
        "Copy the one that cyberlib person list shows.",
    ),
    "host_telephone_refused": Text(
        "Sur le téléphone, la réponse a été non : rien n’a été fait.",
        "Si ce n’était pas vous, quelqu’un connaît votre adresse et tient un poste du cabinet : prévenez"
        " l’hébergeur.",
        "On the telephone the answer was no: nothing was done.",
        "If it was not you, somebody knows your address and holds a workstation of the practice: tell the"
        " host.",
    ),
    "host_provider_refused": Text(
        "Pro Santé Connect n’a pas confirmé cette personne à l’hébergeur {at}.",
        "Recommencez, ou donnez votre mot de passe et un code ; l’hébergeur voit pourquoi.",
        "Pro Santé Connect did not confirm this person to the host {at}.",
        "Try again, or give your password and a code; the host sees why.",
    ),
    "host_provider_unreachable": Text(
        "L’hébergeur {at} n’atteint pas Pro Santé Connect.",
        "Recommencez plus tard, ou donnez votre mot de passe et un code.",
        "The host {at} cannot reach Pro Santé Connect.",
        "Try again later, or give your password and a code.",
    ),
    "sign_in_refused": Text(
        "La connexion n’a pas abouti, ou l’hébergeur ne connaît pas cette personne.",
        "Recommencez ; par Pro Santé Connect, demandez à l’hébergeur de relier votre identifiant national.",
        "The sign-in came to nothing, or the host does not know this person.",
        "Begin again; with Pro Santé Connect, ask the host to link your national identifier.",
    ),
    "sign_in_late": Text(
        "Personne ne s’est connecté en cinq minutes.",
        "Recommencez.",
        "Nobody signed in within five minutes.",
        "Begin again.",
    ),
    "person_nobody_to_ask": Text(
        "Il manque l’invitation, le mot de passe ou le code.",
        "Tapez la commande à un terminal, ou donnez-les par ses options.",
        "The invitation, the password or the code is missing.",
        "Type the command at a terminal, or give them by its options.",
    ),
    "person_code_unfit": Text(
        "Un code de l’application a six chiffres.",
        "Recommencez avec celui qu’elle montre maintenant.",
        "A code of the application has six digits.",
        "Try again with the one that it shows now.",
    ),
    "person_file_unfit": Text(
        "Le fichier {at} n’a pas trois lignes : adresse, mot de passe, code.",
        "Corrigez-le, ou ôtez la variable CYBERLIB_PERSON_FILE pour que tout soit demandé.",
        "The file {at} has not three lines: address, password, code.",
        "Correct it, or unset the variable CYBERLIB_PERSON_FILE to be asked for all.",
    ),
}

NOTICES: Final[dict[str, Text]] = {
    "host_sign_in_begun": Text(
        "La connexion se fait dans le navigateur.",
        "S’il ne s’ouvre pas, ouvrez-y cette adresse : {url} (elle sert une fois).",
        "The sign-in is done in the browser.",
        "If it does not open, open this address there: {url} (it serves once).",
    ),
    "host_telephone_asked": Text(
        "La question est sur votre téléphone, avec le nombre {number}.",
        "Ne dites oui que si le téléphone montre ce même nombre.",
        "The question is on your telephone, with the number {number}.",
        "Say yes only if the telephone shows this same number.",
    ),
    "host_few_recovery_codes": Text(
        "Il vous reste {count} codes de secours chez l’hébergeur {at}.",
        "Demandez-lui une nouvelle invitation, qui en donne dix.",
        "You have {count} recovery codes left at the host {at}.",
        "Ask it for a new invitation, which gives ten.",
    ),
}
