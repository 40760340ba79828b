"""`cyberlib person`: people whom the host knows, and who prove to be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...app.wording.language import Both
from ..person_lines import accepted_lines, invited_lines, passkey_line, people_lines, person_line
from ..run import Run, pass_run
from ..words import argument, command, group, option

if TYPE_CHECKING:
    from ...app.people import Role

person = group(
    "person",
    Both(
        "Les personnes que l’hébergeur connaît.",
        "The people whom the host knows.",
    ),
)

_invitation = option(
    "--invitation",
    metavar=Both("INVITATION", "INVITATION"),
    help=Both("L’invitation reçue (demandée sinon).", "The invitation (asked for otherwise)."),
)


@command(
    "list",
    Both(
        "Montrer les personnes, et quand l’hébergeur demande qui est là.",
        "Show the people, and when the host asks who is there.",
    ),
    person,
)
@pass_run
def list_(run: Run) -> None:
    """See its help."""
    from ...app import people as app

    told = app.listed(run.session)
    run.output.result(told, lambda: people_lines(told))


@command(
    "invite",
    Both(
        "Inviter une personne ; un titulaire prouve d’abord son identité. La première personne est invitée"
        " par l’hébergeur.",
        "Invite a person; a holder proves who they are first. The first person is invited by the host.",
    ),
    person,
)
@argument("name", metavar=Both("NOM", "NAME"), help=Both("Prénom et nom.", "First and last name."))
@argument("mail", metavar=Both("ADRESSE", "ADDRESS"), help=Both("Son courriel.", "Their mail address."))
@option(
    "--holder",
    is_flag=True,
    help=Both(
        "Comme titulaire : décide du séquestre, des personnes et de la fin du contrat.",
        "As a holder: decides on the escrow, on people and on the contract’s end.",
    ),
)
@pass_run
def invite(run: Run, name: str, mail: str, holder: bool) -> None:
    """See its help."""
    from ...app import people as app

    role: Role = "holder" if holder else "member"
    made = app.invite(run.session, name, mail, role)
    run.output.result(made, lambda: invited_lines(made))


@command(
    "accept",
    Both(
        "Accepter son invitation : choisir un mot de passe, relier une application de codes à usage unique,"
        " noter ses codes de secours. Ensuite : cyberlib person confirm.",
        "Accept one’s invitation: choose a password, connect an application for one-time codes, write the"
        " recovery codes down. Then: cyberlib person confirm.",
    ),
    person,
)
@_invitation
@option(
    "--password-file",
    metavar=Both("FICHIER", "FILE"),
    help=Both("Lire le nouveau mot de passe dans ce fichier.", "Read the new password from this file."),
)
@pass_run
def accept(run: Run, invitation: str | None, password_file: str | None) -> None:
    """See its help."""
    from ...app import people as app
    from ...core.errors import UsageError

    given = invitation or run.prompt.invitation()
    if given is None:
        raise UsageError("person_nobody_to_ask")
    password = app.password_in(run.session, password_file) if password_file else run.prompt.new_password()
    if password is None:
        raise UsageError("person_nobody_to_ask")
    made = app.accept(run.session, given, password)
    run.output.result(made, lambda: accepted_lines(made))


@command(
    "confirm",
    Both(
        "Confirmer, par un premier code de l’application, que tout est relié.",
        "Confirm, by a first code of the application, that all is connected.",
    ),
    person,
)
@_invitation
@option(
    "--code",
    metavar=Both("CODE", "CODE"),
    help=Both("Le code de l’application (demandé sinon).", "The application’s code (asked for otherwise)."),
)
@pass_run
def confirm(run: Run, invitation: str | None, code: str | None) -> None:
    """See its help."""
    from ...app import people as app
    from ...core.errors import UsageError

    given = invitation or run.prompt.invitation()
    typed = code or (run.prompt.code_of_application() if given is not None else None)
    if given is None or typed is None:
        raise UsageError("person_nobody_to_ask")
    told = app.confirm(run.session, given, typed)
    run.output.result(told, lambda: [person_line(told)])


@command(
    "add-passkey",
    Both(
        "Ajouter une clé d’identification à la personne qui prouve son identité : elle se crée dans le"
        " navigateur, sur cet appareil, un téléphone ou une clé de sécurité.",
        "Add a passkey to the person who proves who they are: it is made in the browser, on this machine, a"
        " telephone or a security key.",
    ),
    person,
)
@argument(
    "name",
    metavar=Both("NOM", "NAME"),
    help=Both("Pour la reconnaître, par exemple « Clé du bureau ».", "To know it by, such as “Office key”."),
)
@pass_run
def add_passkey(run: Run, name: str) -> None:
    """See its help."""
    from ...app import people as app

    made = app.add_passkey(run.session, name)
    run.output.result(made, lambda: [passkey_line(made).strip()])


@command(
    "remove-passkey",
    Both(
        "Ôter une clé d’identification, la sienne ou, pour un titulaire, celle d’un collègue.",
        "Remove a passkey, one’s own or, as a holder, a colleague’s.",
    ),
    person,
)
@argument(
    "passkey",
    metavar=Both("CLÉ", "PASSKEY"),
    help=Both("Son numéro, que montre cyberlib person list.", "Its id, as cyberlib person list shows it."),
)
@pass_run
def remove_passkey(run: Run, passkey: str) -> None:
    """See its help."""
    from ...app import people as app

    left = app.remove_passkey(run.session, passkey)
    run.output.result(left, lambda: [person_line(left), *map(passkey_line, left.passkeys)])
