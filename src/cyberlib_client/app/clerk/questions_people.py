"""What a window tells its clerk of who is there, and asks of the practice's people."""

from __future__ import annotations

from .asking import Question


class PersonThere(Question, frozen=True, tag="person_there"):
    """For the next time that the host asks: address, password and code. Nothing."""

    mail: str
    password: str
    code: str


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


class DelayWaived(Question, frozen=True, tag="waive_delay"):
    """This machine's request to officers waits no more; a holder proves who they are. Nothing."""


AskedPeople = PersonThere | PeopleAsked | PersonWanted | InvitationTaken | InvitationConfirmed | DelayWaived
