"""Words for two people who meet by eight words."""

from __future__ import annotations

from typing import Final

from .text import Text

_AGAIN: Final = "Convenez d’une nouvelle séance. Si cela se répète, prévenez l’hébergeur."
_AGAIN_EN: Final = "Agree on a new session. If it happens again, tell the host."

ERRORS: Final[dict[str, Text]] = {
    "guidance_words_count": Text(
        "Il y a {count} mots ; le client en lit {expected}.",
        "Faites-les relire tous, dans l’ordre.",
        "There are {count} words; the customer reads {expected}.",
        "Have them all read again, in their order.",
    ),
    "guidance_word_unknown": Text(
        "Le mot n° {position} n’est pas de la liste[ ; peut-être : {suggestion}].",
        "Faites relire ce mot, et épelez-le.",
        "Word no. {position} is not in the list[; perhaps: {suggestion}].",
        "Have this word read again, and spell it.",
    ),
    "guidance_malformed": Text(
        "Un message de la séance n’en est pas un.",
        _AGAIN,
        "A message of the session is none.",
        _AGAIN_EN,
    ),
    "guidance_forged": Text(
        "Ce message ne vient de personne qui connaisse les huit mots.",
        _AGAIN,
        "This message comes from nobody who knows the eight words.",
        _AGAIN_EN,
    ),
    "guidance_other_offer": Text(
        "Cette réponse est celle d’une autre séance.",
        _AGAIN,
        "This answer is another session’s.",
        _AGAIN_EN,
    ),
    "guidance_not_next": Text(
        "Un message de la séance a été modifié, répété ou retiré en chemin.",
        _AGAIN,
        "A message of the session was altered, repeated or left out on its way.",
        _AGAIN_EN,
    ),
    "guidance_step_order": Text(
        "Une autre étape vient d’abord : {state}.",
        "Accordez les étapes dans l’ordre : l’état, les noms, la proposition.",
        "Another step comes first: {state}.",
        "Grant the steps in their order: state, names, proposal.",
    ),
    "guidance_not_granted": Text(
        "Le client n’a pas accordé cette étape.",
        "Demandez-la-lui au téléphone ; lui seul l’accorde, sur son poste.",
        "The customer has not granted this step.",
        "Ask for it on the telephone; they alone grant it, at their machine.",
    ),
    "guidance_taken": Text(
        "Quelqu’un a déjà rejoint cette séance.",
        "Si ce n’est pas vous, dites au client de l’arrêter tout de suite.",
        "Somebody has joined this session already.",
        "If it was not you, tell the customer to stop it at once.",
    ),
    "guidance_alone": Text(
        "Personne n’a encore rejoint la séance.",
        "Lisez d’abord les huit mots au téléphone.",
        "Nobody has joined the session yet.",
        "First read the eight words on the telephone.",
    ),
    "host_helper_refused": Text(
        "L’hébergeur ne connaît pas cette accréditation d’assistance, ou l’a retirée.",
        "Demandez-en une à l’exploitant : cyberlib-host support add.",
        "The host does not know this support credential, or withdrew it.",
        "Ask its operator for one: cyberlib-host support add.",
    ),
    "host_meeting_unknown": Text(
        "Ces huit mots ne mènent à aucune séance.",
        "Faites-les relire au client : une faute suffit. Une séance finie depuis un jour n’est plus connue.",
        "These eight words lead to no session.",
        "Have the customer read them again: one slip is enough. One over since a day is forgotten.",
    ),
    "host_meeting_taken": Text(
        "Quelqu’un d’autre a déjà rejoint cette séance.",
        "Dites au client de l’arrêter tout de suite, et d’en ouvrir une autre.",
        "Somebody else has joined this session already.",
        "Tell the customer to stop it at once, and to open another one.",
    ),
    "host_meeting_over": Text(
        "La séance est terminée.",
        "S’il le faut, le client en ouvre une autre, avec huit nouveaux mots.",
        "The session is over.",
        "If need be, the customer opens another one, with eight new words.",
    ),
    "host_saying_order": Text(
        "L’hébergeur attend un autre message de la séance que celui-ci[ ({expected})].",
        _AGAIN,
        "The host expects another message of the session than this one[ ({expected})].",
        _AGAIN_EN,
    ),
    "guidance_credential": Text(
        "{path} n’est pas une accréditation d’assistance.",
        "C’est le fichier que l’exploitant a créé : cyberlib-host support add.",
        "{path} is not a support credential.",
        "It is the file that the host’s operator made: cyberlib-host support add.",
    ),
    "guidance_no_answer": Text(
        "Le poste du client n’a pas répondu.",
        "Il cherche peut-être encore, ou n’a plus de réseau. Redemandez, ou demandez au client ce qu’il"
        " voit.",
        "The customer’s machine did not answer.",
        "It may be looking still, or have no network. Ask again, or ask the customer what they see.",
    ),
    "guidance_no_proposal": Text(
        "Aucune proposition n’attend de réponse.",
        "Attendez que l’assistance en fasse une, ou demandez-la-lui au téléphone.",
        "No proposal waits for an answer.",
        "Wait for support to make one, or ask for it on the telephone.",
    ),
    "guidance_proposal_waits": Text(
        "Une proposition attend déjà la réponse du client, ou est en cours de restauration.",
        "Attendez la fin, puis faites la suivante.",
        "A proposal waits for the customer’s answer already, or is being restored.",
        "Wait for its end, then make the next one.",
    ),
    "guidance_unfit": Text(
        "Cela ne peut pas être demandé ainsi.",
        "Une version s’écrit par son identifiant, un texte cherché a deux lettres au moins, une proposition"
        " cent chemins au plus.",
        "It cannot be asked like that.",
        "A snapshot is written by its id, a text to find has two letters at least, a proposal a hundred paths"
        " at most.",
    ),
    "guidance_unknown": Text(
        "Cette demande n’est pas connue de ce poste.",
        "Mettez CyberLib à jour des deux côtés.",
        "This machine does not know that request.",
        "Update CyberLib on both sides.",
    ),
    "guidance_over": Text(
        "La séance est terminée.",
        "S’il le faut, le client en ouvre une autre, avec huit nouveaux mots.",
        "The session is over.",
        "If need be, the customer opens another one, with eight new words.",
    ),
}
