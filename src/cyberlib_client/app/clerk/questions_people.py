"""What a window tells its clerk of who is there, and asks of the practice's people."""

from __future__ import annotations

from ..workplace import Way
from .asking import Question


class PersonThere(Question, frozen=True, tag="person_there"):
    """For the next time that the host asks: address, password and code, or another way. Nothing."""

    mail: str = ""
    password: str = ""
    code: str = ""
    way: Way | None = None


class PeopleAsked(Question, frozen=True, tag="people"):
    """Whom does the host know? `people.PeopleTold`."""


class PersonWanted(Question, frozen=True, tag="invite_person"):
    """Somebody is invited; a holder proves who they are: `people.PersonInvited`."""

    name: str
    mail: str
    holder: bool


class InvitationTaken(Question, frozen=True, tag="accept_invitation"):
    """With a password of their own choice: `people.PersonAccepted`."""

    invitation: str
    password: str


class InvitationConfirmed(Question, frozen=True, tag="confirm_invitation"):
    """By the application's first code: `people.PersonShown`."""

    invitation: str
    code: str


class PasskeyWanted(Question, frozen=True, tag="add_passkey"):
    """Whoever proves who they are makes one in a browser: `people.PasskeyShown`."""

    name: str


class PasskeyUnwanted(Question, frozen=True, tag="remove_passkey"):
    """Its person, or a holder, proves who they are: `people.PersonShown`, of its person."""

    passkey: str


class DelayWaived(Question, frozen=True, tag="waive_delay"):
    """This machine's request to officers waits no more; a holder proves who they are. Nothing."""


AskedPeople = (
    PersonThere
    | PeopleAsked
    | PersonWanted
    | InvitationTaken
    | InvitationConfirmed
    | PasskeyWanted
    | PasskeyUnwanted
    | DelayWaived
)
