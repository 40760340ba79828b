"""People whom the practice's host knows, and who prove to be there."""

from __future__ import annotations

import re
from typing import Final

from ..core.errors import UsageError
from ..transports.host import people as there
from ..transports.host.people import Passkey, PeoplePost, Person
from .host_link import client_of
from .loopback import Loopback
from .people_told import PasskeyShown, PeopleTold, PersonAccepted, PersonInvited, PersonShown
from .proving import in_browser
from .session import Session
from .workplace import read_secret_file

Role = there.Role
_ID: Final = re.compile("[0-9a-f]{32}")


def listed(session: Session) -> PeopleTold:
    """Everybody. Raises as `client_of`, and what the host refuses."""
    found = _post(session).list()
    return PeopleTold([_shown(each) for each in found.people], list(found.asked_for), found.passkeys)


def invite(session: Session, name: str, mail: str, role: Role) -> PersonInvited:
    """Somebody new, with the proof of a holder. Raises as `listed` and `proving.prove`."""
    made = _post(session).invite(name, mail, role)
    return PersonInvited(made.id, name, made.invitation, made.until)


def accept(session: Session, invitation: str, password: str) -> PersonAccepted:
    """An invitation. Raises as `listed`."""
    made = _post(session).accept(invitation.strip(), password)
    return PersonAccepted(made.id, made.name, made.mail, made.secret, made.uri, made.recovery_codes)


def password_in(session: Session, path: str) -> str:
    """A password from a file. Raises as `workplace.read_secret_file`."""
    return read_secret_file(session, path)


def confirm(session: Session, invitation: str, code: str) -> PersonShown:
    """The first code of the application. Raises UsageError("person_code_unfit"), and as `listed`."""
    digits = code.replace(" ", "")
    if len(digits) != 6 or not digits.isascii() or not digits.isdigit():
        raise UsageError("person_code_unfit")
    return _shown(_post(session).confirm(invitation.strip(), digits))


def add_passkey(session: Session, name: str) -> PasskeyShown:
    """A passkey of whoever proves who they are, made in a browser. Raises as `listed`, `proving.prove` and
    `Loopback.wait`."""
    post = _post(session)
    with Loopback() as back:
        url = post.new_passkey(name.strip(), back.port, back.challenge)
        return _passkey(post.passkey_added(in_browser(session, back, url), back.verifier))


def remove_passkey(session: Session, ident: str) -> PersonShown:
    """Its person, without it. Raises UsageError("passkey_unfit"), and as `invite`."""
    if not _ID.fullmatch(ident):
        raise UsageError("passkey_unfit")
    return _shown(_post(session).remove_passkey(ident))


def _post(session: Session) -> PeoplePost:
    return PeoplePost(client_of(session))


def _shown(person: Person) -> PersonShown:
    passkeys = [_passkey(each) for each in person.passkeys]
    return PersonShown(person.id, person.name, person.role, person.state, passkeys)


def _passkey(told: Passkey) -> PasskeyShown:
    return PasskeyShown(told.id, told.name, told.added, told.used)
