"""People whom the practice's host knows, and who prove to be there."""

from __future__ import annotations

from ..core.errors import UsageError
from ..transports.host import people as there
from ..transports.host.people import PeoplePost, Person
from .host_link import client_of
from .people_told import PeopleTold, PersonAccepted, PersonInvited, PersonShown
from .session import Session
from .workplace import read_secret_file

Role = there.Role


def listed(session: Session) -> PeopleTold:
    """Everybody. Raises as `client_of`, and what the host refuses."""
    found = _post(session).list()
    return PeopleTold([_shown(each) for each in found.people], list(found.asked_for))


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


def _post(session: Session) -> PeoplePost:
    return PeoplePost(client_of(session))


def _shown(person: Person) -> PersonShown:
    return PersonShown(person.id, person.name, person.role, person.state)
