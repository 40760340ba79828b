"""What letters say of those who ask for access to a vault, in French and English."""

from __future__ import annotations

from typing import Final

OF_ACCESS: Final = {
    "escrow_joined_subject": ("Séquestre : activé", "Escrow: on"),
    "escrow_joined": (
        "Un séquestre a été accepté depuis le poste « {device} », {when} : des dépositaires gardent, en"
        " parts, de quoi rouvrir votre coffre.",
        "An escrow was agreed to on the workstation “{device}”, {when}: officers keep, in parts, what opens"
        " your vault again.",
    ),
    "escrow_joined_advice": (
        "Si vous ne l’avez pas décidé : changez la phrase secrète, puis quittez-le (cyberlib escrow leave).",
        "If you did not decide it: change the passphrase, then leave it (cyberlib escrow leave).",
    ),
    "escrow_left_subject": ("Séquestre : quitté", "Escrow: left"),
    "escrow_left": (
        "Le séquestre a été quitté depuis le poste « {device} », {when}. Ce qui avait été confié est détruit"
        " chez l’hébergeur.",
        "The escrow was left from the workstation “{device}”, {when}. What was entrusted is destroyed at the"
        " host.",
    ),
    "escrow_left_advice": (
        "Phrase secrète et kit de secours perdus, plus personne ne pourra rouvrir le coffre.",
        "With passphrase and recovery kit lost, nobody will be able to open the vault again.",
    ),
    "release_asked_subject": (
        "IMPORTANT : quelqu’un demande l’accès à votre coffre",
        "IMPORTANT: somebody asks for access to your vault",
    ),
    "release_asked": (
        "Le poste « {device} » a demandé, {when}, aux dépositaires du séquestre de rouvrir votre coffre. La"
        " demande leur sera remise {opens}.",
        "The workstation “{device}” asked the officers of the escrow, {when}, to open your vault. The request"
        " will be handed to them {opens}.",
    ),
    "release_asked_advice": (
        "Si cela ne vient pas de vous, annulez-la avant : depuis un poste du cabinet (cyberlib escrow"
        " cancel), ou en appelant l’assistance. Sinon, il n’y a rien à faire.",
        "If this is not of your doing, cancel it before: from a workstation of the practice (cyberlib escrow"
        " cancel), or by calling the support. Else there is nothing to do.",
    ),
    "release_cancelled_subject": (
        "La demande d’accès à votre coffre est annulée",
        "The request for access to your vault is cancelled",
    ),
    "release_cancelled": (
        "La demande faite aux dépositaires du séquestre a été annulée depuis le poste « {device} », {when}.",
        "The request to the officers of the escrow was cancelled from the workstation “{device}”, {when}.",
    ),
    "release_cancelled_advice": (
        "Si vous en avez besoin, faites-en une nouvelle : le délai recommence.",
        "If you need it, make a new one: the delay begins anew.",
    ),
    "release_waived_subject": (
        "IMPORTANT : le délai d’une demande d’accès à votre coffre est levé",
        "IMPORTANT: the delay of a request for access to your vault is waived",
    ),
    "release_waived": (
        "{who} a prouvé son identité sur le poste « {device} », {when}, et a levé le délai : la demande est"
        " remise aux dépositaires dès maintenant.",
        "{who} proved who they are at the workstation “{device}”, {when}, and waived the delay: the request"
        " is handed to the officers from now on.",
    ),
    "release_waived_advice": (
        "Si ce n’était pas cette personne, annulez la demande tout de suite (cyberlib escrow cancel), ou"
        " appelez l’assistance.",
        "If it was not that person, cancel the request at once (cyberlib escrow cancel), or call the"
        " support.",
    ),
    "person_enrolled_subject": (
        "{who} peut désormais prouver son identité",
        "{who} can now prove who they are",
    ),
    "person_enrolled": (
        "{who} a choisi son mot de passe sur le poste « {device} », {when}, et fait partie des personnes"
        " auxquelles l’hébergeur demande de prouver leur identité.",
        "{who} chose a password at the workstation “{device}”, {when}, and is one of the people whom the"
        " host asks to prove who they are.",
    ),
    "person_enrolled_advice": (
        "Si vous ne l’attendiez pas, appelez l’assistance : elle l’ôte aussitôt.",
        "If you did not expect it, call the support: they remove that person at once.",
    ),
    "grant_given_subject": (
        "Une restauration par l’assistance est autorisée",
        "A restoration by the support is granted",
    ),
    "grant_given": (
        "Depuis le poste « {device} », {when}, l’assistance a été autorisée à lire dans votre coffre, jusqu’à"
        " {opens}. Deux dépositaires au moins doivent encore répondre.",
        "From the workstation “{device}”, {when}, the support was granted to read in your vault, until"
        " {opens}. Two officers at least have yet to answer.",
    ),
    "grant_given_advice": (
        "Ce qui est lu se voit par cyberlib escrow cover list ; si cela ne vient pas de vous, retirez"
        " l’autorisation : cyberlib escrow cover end.",
        "What is read is seen by cyberlib escrow cover list; if it is not of your doing, end the grant:"
        " cyberlib escrow cover end.",
    ),
    "grant_ended_subject": (
        "L’autorisation donnée à l’assistance est retirée",
        "The grant to the support is ended",
    ),
    "grant_ended": (
        "Depuis le poste « {device} », {when}, l’autorisation de lire dans votre coffre a été retirée.",
        "From the workstation “{device}”, {when}, the grant to read in your vault was ended.",
    ),
    "grant_ended_advice": (
        "Quittez puis rejoignez le séquestre : sa clé est passée par le poste de l’assistance.",
        "Leave and join the escrow again: its key passed through the support’s workstation.",
    ),
    "person_linked_subject": (
        "{who} peut désormais prouver son identité",
        "{who} can now prove who they are",
    ),
    "person_linked": (
        "L’hébergeur a relié {who}, {when}, à un identifiant national : cette personne peut prouver son"
        " identité par Pro Santé Connect.",
        "The host linked {who}, {when}, to a national identifier: that person can prove who they are by Pro"
        " Santé Connect.",
    ),
    "person_linked_advice": (
        "Si vous ne l’attendiez pas, appelez l’assistance : elle l’ôte aussitôt.",
        "If you did not expect it, call the support: they remove that person at once.",
    ),
    "passkey_added_subject": (
        "{who} a une nouvelle clé d’identification",
        "{who} has a new passkey",
    ),
    "passkey_added": (
        "{who} a ajouté une clé d’identification depuis le poste « {device} », {when}, et peut désormais"
        " prouver son identité avec elle.",
        "{who} added a passkey from the workstation “{device}”, {when}, and can now prove who they are with"
        " it.",
    ),
    "passkey_added_advice": (
        "Si ce n’était pas cette personne, ôtez la clé (cyberlib person remove-passkey), ou appelez"
        " l’assistance.",
        "If it was not that person, remove the passkey (cyberlib person remove-passkey), or call the"
        " support.",
    ),
    "approval_asked_subject": (
        "Un nouveau poste demande l’accès à votre coffre",
        "A new machine asks for access to your vault",
    ),
    "approval_asked": (
        "Le poste « {device} » demande, {when}, qu’un poste du cabinet lui ouvre votre coffre. Rien n’est"
        " ouvert tant que personne n’a tapé, sur un poste du cabinet, les six mots que le nouveau montre.",
        "The machine “{device}” asks, {when}, that a machine of the practice opens your vault to it. Nothing"
        " is open until somebody types, at a machine of the practice, the six words that the new one shows.",
    ),
    "approval_asked_advice": (
        "Si cela ne vient pas de vous, refusez : « Clé et accès » sur un poste du cabinet, ou"
        " cyberlib approval refuse.",
        "If this is not of your doing, say no: “Key and access” at a machine of the practice, or"
        " cyberlib approval refuse.",
    ),
    "approval_given_subject": ("Un nouveau poste ouvre votre coffre", "A new machine opens your vault"),
    "approval_given": (
        "Depuis le poste « {device} », {when}, un nouveau poste a reçu l’accès à votre coffre.",
        "From the machine “{device}”, {when}, a new machine was given access to your vault.",
    ),
    "approval_given_advice": (
        "Si cela ne vient pas de vous : révoquez le nouveau poste, puis ôtez son accès (cyberlib device"
        " revoke, cyberlib key remove).",
        "If this is not of your doing: revoke the new machine, then remove its access (cyberlib device"
        " revoke, cyberlib key remove).",
    ),
    "approval_held_subject": (
        "IMPORTANT : un nouveau poste va ouvrir votre coffre",
        "IMPORTANT: a new machine is going to open your vault",
    ),
    "approval_held": (
        "Depuis le poste « {device} », {when}, quelqu’un qui n’a donné ni la phrase secrète ni les mots a"
        " accordé à un nouveau poste l’accès à votre coffre. Il l’aura {opens}.",
        "From the machine “{device}”, {when}, somebody who gave neither the passphrase nor the words granted"
        " a new machine access to your vault. It gets it {opens}.",
    ),
    "approval_held_advice": (
        "Si cela ne vient pas de vous, refusez avant : « Clé et accès » sur un poste du cabinet, ou"
        " cyberlib approval refuse.",
        "If this is not of your doing, say no before: “Key and access” at a machine of the practice, or"
        " cyberlib approval refuse.",
    ),
    "approval_cancelled_subject": (
        "La demande d’un nouveau poste est refusée",
        "The request of a new machine was turned down",
    ),
    "approval_cancelled": (
        "La demande d’accès d’un nouveau poste à votre coffre a été refusée depuis le poste « {device} »,"
        " {when}.",
        "The request of a new machine for access to your vault was turned down from the machine “{device}”,"
        " {when}.",
    ),
    "approval_cancelled_advice": (
        "Le nouveau poste peut en faire une autre.",
        "The new machine can make another one.",
    ),
}
