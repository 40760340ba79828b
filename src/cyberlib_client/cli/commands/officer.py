"""`cyberlib officer`: the tool of those who hold parts of entrusted keys: no network, vault or profile."""

from __future__ import annotations

from ...app.wording.language import Both
from ..officer_lines import (
    answered_lines,
    consent_lines,
    grant_lines,
    key_lines,
    policy_lines,
    request_lines,
)
from ..run import Run, pass_run
from ..words import Between, argument, command, group, option

officer = group(
    "officer",
    Both("Pour les dépositaires du séquestre.", "For the officers of an escrow."),
)
key = group("key", Both("Les clés d’un dépositaire.", "An officer’s keys."))
policy = group("policy", Both("La convention de séquestre.", "The escrow policy."))
release = group("release", Both("Répondre à une demande.", "Answering a request."))
for below in (key, policy, release):
    officer.add_command(below)

_FILE = Both("FICHIER", "FILE")
_key = option(
    "--key",
    "key_file",
    required=True,
    metavar=_FILE,
    help=Both("Le fichier de vos clés.", "The file of your keys."),
)
_policy = argument("file", metavar=_FILE, help=Both("La convention.", "The policy."))
_after = option(
    "--after",
    metavar=_FILE,
    help=Both("La convention qu’elle remplace.", "The policy whose place it takes."),
)
_request = argument("request", metavar=Both("DEMANDE", "REQUEST"), help=Both("La demande.", "The request."))


@command(
    "create",
    Both(
        "Faire vos clés dans un nouveau fichier, fermé par une phrase secrète, sur un poste hors du réseau."
        " Imprimez l’empreinte affichée.",
        "Make your keys in a new file, closed by a passphrase, on a machine off the network. Print the"
        " fingerprint that it shows.",
    ),
    key,
)
@argument("file", metavar=_FILE, help=Both("Le nouveau fichier.", "The new file."))
@option(
    "--name", required=True, metavar=Both("NOM", "NAME"), help=Both("Vos prénom et nom.", "Your full name.")
)
@option(
    "--organisation",
    required=True,
    metavar=Both("ORGANISME", "ORGANISATION"),
    help=Both("L’organisme qui répond de vous.", "The organisation that answers for you."),
)
@option(
    "--id",
    "officer_id",
    default="",
    metavar=Both("NOM", "NAME"),
    help=Both("Nom court ; tiré du nom par défaut.", "Short name; made of the name by default."),
)
@pass_run
def create(run: Run, file: str, name: str, organisation: str, officer_id: str) -> None:
    """See its help."""
    from ...app import officer as app

    made = app.create(run.session, file, name, organisation, officer_id)
    run.output.result(made, lambda: key_lines(made, "made"))


@command(
    "show",
    Both(
        "Montrer de qui est un fichier de clés, ou une carte, et son empreinte.",
        "Show whose a file of keys, or a card, is, and its fingerprint.",
    ),
    key,
)
@argument("file", metavar=_FILE, help=Both("Les clés ou la carte.", "The keys or the card."))
@pass_run
def show(run: Run, file: str) -> None:
    """See its help."""
    from ...app import officer as app

    shown = app.show(file)
    run.output.result(shown, lambda: key_lines(shown, "shown"))


@command(
    "export",
    Both(
        "Écrire votre carte, à remettre à qui propose la convention : rien de secret n’y est.",
        "Write your card, to be handed to whoever proposes the policy: nothing in it is secret.",
    ),
    key,
)
@argument("file", metavar=_FILE, help=Both("Le fichier de vos clés.", "The file of your keys."))
@argument("card", metavar=Both("CARTE", "CARD"), help=Both("La nouvelle carte.", "The new card."))
@pass_run
def export(run: Run, file: str, card: str) -> None:
    """See its help."""
    from ...app import officer as app

    made = app.export(run.session, run.prompt, file, card)
    run.output.result(made, lambda: key_lines(made, "exported"))


@command(
    "propose",
    Both(
        "Proposer une convention dans un nouveau fichier, que chaque dépositaire signe ensuite.",
        "Propose a policy in a new file, which each officer then signs.",
    ),
    policy,
)
@_policy
@option(
    "--officer",
    "cards",
    multiple=True,
    required=True,
    metavar=Both("CARTE", "CARD"),
    help=Both("La carte d’un dépositaire ; de 2 à 5 fois.", "An officer’s card; from 2 to 5 times."),
)
@option(
    "--needed",
    type=Between(2, 5),
    default=2,
    show_default=True,
    metavar=Both("NOMBRE", "NUMBER"),
    help=Both("Combien doivent répondre.", "How many must answer."),
)
@option(
    "--host",
    metavar=Both("NOM", "NAME"),
    help=Both("L’hébergeur ; avec --after, le même.", "The host; with --after, the same one."),
)
@_after
@pass_run
def propose(
    run: Run, file: str, cards: tuple[str, ...], needed: int, host: str | None, after: str | None
) -> None:
    """See its help."""
    from ...app import officer_policy as app

    made = app.propose(file, list(cards), needed=needed, host=host, after=after)
    run.output.result(made, lambda: policy_lines(made))


@command(
    "show",
    Both("Montrer une convention, et qui l’a signée.", "Show a policy, and who has signed it."),
    policy,
)
@_policy
@_after
@pass_run
def show_policy(run: Run, file: str, after: str | None) -> None:
    """See its help."""
    from ...app import officer_policy as app

    shown = app.show(file, after)
    run.output.result(shown, lambda: policy_lines(shown))


@command(
    "sign",
    Both(
        "Signer une convention, qui est montrée d’abord : comparez chaque empreinte à celle que le"
        " dépositaire a imprimée.",
        "Sign a policy, which is shown first: compare each fingerprint with the one that its officer"
        " printed.",
    ),
    policy,
)
@_policy
@_key
@_after
@option("--yes", is_flag=True, help=Both("Sans le demander.", "Without asking."))
@pass_run
def sign(run: Run, file: str, key_file: str, after: str | None, yes: bool) -> None:
    """See its help."""
    from ...app import officer_policy as app
    from ...core.errors import UsageError

    signing = app.Signing(file, key_file, after)
    if not yes:
        for line in policy_lines(signing.shown):
            run.output.remark(line)
        if not run.prompt.agreed_to_sign():
            raise UsageError("escrow_not_agreed")
    signed = signing.sign(run.session, run.prompt)
    run.output.result(signed, lambda: policy_lines(signed))


@command(
    "show",
    Both(
        "Montrer une demande : qui la fait, pour quel coffre, quand, et ses six mots.",
        "Show a request: who makes it, for which vault, when, and its six words.",
    ),
    release,
)
@_request
@pass_run
def show_request(run: Run, request: str) -> None:
    """See its help."""
    from ...app import officer_release as app

    shown = app.show(request)
    run.output.result(shown, lambda: request_lines(shown))


@command(
    "answer",
    Both(
        "Répondre à une demande : appelez le cabinet à un numéro que vous connaissez, tapez les six mots"
        " que l’on vous lit, et remettez votre part à ce poste, à lui seul.",
        "Answer a request: call the practice at a number that you know, type the six words that they read to"
        " you, and hand your part to that workstation, and to no other.",
    ),
    release,
)
@_request
@argument("to", metavar=Both("RÉPONSE", "ANSWER"), help=Both("Le nouveau fichier.", "The new file."))
@option("--deposit", required=True, metavar=_FILE, help=Both("Le dépôt.", "The deposit."))
@option("--policy", "policy_file", required=True, metavar=_FILE, help=Both("La convention.", "The policy."))
@option(
    "--consent",
    required=True,
    metavar=_FILE,
    help=Both("Le consentement du client.", "The customer’s consent."),
)
@_key
@option(
    "--words",
    metavar=Both("MOTS", "WORDS"),
    help=Both("Les six mots entendus, entre guillemets.", "The six words heard, in quotes."),
)
@option(
    "--grant",
    default="",
    metavar=_FILE,
    help=Both(
        "L’autorisation du client, pour une restauration encadrée.",
        "The customer’s grant, for a covered restoration.",
    ),
)
@pass_run
def answer(
    run: Run,
    request: str,
    to: str,
    deposit: str,
    policy_file: str,
    consent: str,
    key_file: str,
    words: str | None,
    grant: str,
) -> None:
    """See its help."""
    from ...app import officer_release as app
    from ...core.errors import UsageError

    pending = app.Pending(app.Given(request, deposit, policy_file, consent, key_file, to, grant))
    for line in (*request_lines(pending.shown, with_words=False), *consent_lines(pending.consent)):
        run.output.remark(line)
    if pending.grant is not None:
        for line in grant_lines(pending.grant):
            run.output.remark(line)
    heard = words if words is not None else run.prompt.words_heard()
    if heard is None:
        raise UsageError("escrow_words_missing")
    pending.hear(heard)
    done = pending.answer(run.session, run.prompt)
    run.output.result(done, lambda: answered_lines(done))
