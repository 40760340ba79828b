"""What a window tells its clerk of who is there."""

from __future__ import annotations

from .asking import Question


class PersonThere(Question, frozen=True, tag="person_there"):
    """For the next time that the host asks: address, password and code. Nothing."""

    mail: str
    password: str
    code: str


AskedPeople = PersonThere
