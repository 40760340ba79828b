"""What an officer reads: keys, policies, requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from ..app.wording.language import say
from ..app.wording.units import duration, moment

if TYPE_CHECKING:
    from ..app.officer import OfficerShown
    from ..app.officer_policy import PolicyOfficer, PolicyShown
    from ..app.officer_release import Answered, ConsentShown, GrantShown, RequestShown


def key_lines(shown: OfficerShown, how: Literal["made", "shown", "exported"]) -> Iterator[str]:
    """An officer's public half, and what to do with it."""
    yield say(f"Dépositaire : {shown.name} ({shown.id})", f"Officer: {shown.name} ({shown.id})")
    yield say(f"Organisme : {shown.organisation}", f"Organisation: {shown.organisation}")
    yield say(f"Empreinte : {shown.fingerprint}", f"Fingerprint: {shown.fingerprint}")
    yield say(f"Fichier : {shown.file}", f"File: {shown.file}")
    if how == "made":
        yield say(
            "Imprimez cette empreinte. Gardez ce fichier hors du réseau, une copie ailleurs, et la phrase"
            " secrète à part : sans elle, rien ne l’ouvre.",
            "Print this fingerprint. Keep this file off the network, a copy elsewhere, and the passphrase"
            " apart: nothing opens the file without it.",
        )
    if how == "exported":
        yield say(
            "Remettez cette carte, et dites l’empreinte de vive voix.",
            "Hand this card in, and tell the fingerprint by voice.",
        )


def policy_lines(shown: PolicyShown) -> Iterator[str]:
    """A policy, who has signed it, and on whom it hangs."""
    number, host, needed, among = shown.number, shown.host, shown.needed, len(shown.officers)
    yield say(f"Convention n° {number} de {host}", f"Policy no. {number} of {host}")
    yield say(f"Empreinte : {shown.fingerprint}", f"Fingerprint: {shown.fingerprint}")
    if shown.former:
        yield say(f"Remplace : {shown.former}", f"Takes the place of: {shown.former}")
    yield say(
        f"Il faut {needed} dépositaires sur {among}, d’au moins deux organismes :",
        f"It takes {needed} officers of {among}, of at least two organisations:",
    )
    for each in shown.officers:
        yield _officer(each)
    for group in shown.groups:
        yield say(f"  ouvrent ensemble : {', '.join(group)}", f"  open together: {', '.join(group)}")
    alone = [each.name for each in shown.officers if each.indispensable]
    for name in alone:
        yield say(
            f"ATTENTION : {name} est de tous les groupes. Ses clés perdues, personne n’ouvrirait plus rien."
            " Ajoutez un dépositaire d’un autre organisme, ou demandez-en moins.",
            f"MIND: {name} is in every group. With their keys lost, nobody would open anything any more. Add"
            " an officer of another organisation, or need fewer.",
        )
    if shown.former_signed is False:
        yield say(
            "Il manque encore la signature d’assez de dépositaires de la convention d’avant.",
            "Enough officers of the former policy have not signed yet.",
        )
    if shown.complete:
        yield say("Tous l’ont signée : elle peut servir.", "All have signed it: it can serve.")
    else:
        yield say("Elle ne sert pas encore.", "It does not serve yet.")


def _officer(each: PolicyOfficer) -> str:
    signed = say("a signé", "signed") if each.signed else say("N’A PAS SIGNÉ", "NOT SIGNED")
    return f"  {each.fingerprint}  {each.id}, {each.name}, {each.organisation}, {signed}"


def request_lines(shown: RequestShown, *, with_words: bool = True) -> Iterator[str]:
    """A request. Without its words for whoever is to type those that they hear."""
    yield say(f"Poste qui demande : {shown.workstation}", f"Workstation that asks: {shown.workstation}")
    yield say(f"Coffre : {shown.vault}", f"Vault: {shown.vault}")
    if shown.scope == "covered":
        yield say(
            "Pour : le support, qui restaurerait à la place du client",
            "For: staff who restore for the customer",
        )
    else:
        yield say("Pour : le titulaire, sur son poste", "For: the holder, on their machine")
    ago = duration(abs(shown.age))
    when, now = moment(shown.time), moment(shown.now)
    if shown.age >= 0:
        yield say(f"Faite le : {when}, il y a {ago}", f"Made on: {when}, {ago} ago")
    else:
        yield say(
            f"Faite le : {when}, {ago} après l’heure de ce poste",
            f"Made on: {when}, {ago} ahead of this clock",
        )
    yield say(f"Heure de ce poste : {now}", f"This machine’s clock: {now}")
    yield say(f"Demande : {shown.request}", f"Request: {shown.request}")
    if with_words:
        yield say("Les six mots :", "The six words:")
        for number, word in enumerate(shown.words, 1):
            yield f"  {number}. {word}"
        yield say(
            "Appelez à un numéro que vous connaissez, jamais à celui de la demande, et faites-vous lire les"
            " mots : ne les lisez pas vous-même.",
            "Call at a number that you know, never one that came with the request, and have the words read to"
            " you: do not read them out yourself.",
        )


def consent_lines(consent: ConsentShown) -> Iterator[str]:
    """On whose word a request is answered."""
    who, when = consent.who, moment(consent.time)
    yield say(f"Séquestre accepté par : {who}, le {when}", f"Escrow agreed to by: {who}, on {when}")
    yield say(
        f"Empreinte du coffre : {consent.fingerprint} (comparez-la à celle du kit de secours du client)",
        f"The vault’s fingerprint: {consent.fingerprint} (compare it with that of the customer’s kit)",
    )


def grant_lines(grant: GrantShown) -> Iterator[str]:
    """What the customer allows staff to do."""
    yield say(
        f"RESTAURATION ENCADRÉE, autorisée par {grant.who} : {grant.reason}",
        f"COVERED RESTORATION, granted by {grant.who}: {grant.reason}",
    )
    yield say(
        f"De {moment(grant.since)} à {moment(grant.until)}",
        f"From {moment(grant.since)} to {moment(grant.until)}",
    )
    if grant.whole:
        yield say("Sur tout le coffre", "Of all of the vault")
    else:
        yield say("Sur une part du coffre", "Of a part of the vault")


def answered_lines(done: Answered) -> Iterator[str]:
    """An answer that was written."""
    yield say(f"Réponse : {done.file}", f"Answer: {done.file}")
    yield say(
        f"Elle ne sert qu’au poste {done.workstation}, pour cette demande.",
        f"It serves only the workstation {done.workstation}, for this request.",
    )
