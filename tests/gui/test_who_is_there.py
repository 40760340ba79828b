"""The host asks who is there, and the window passes it on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from cyberlib_client.gui.screens.keys.escrow_forms import JoinEscrow, LeaveEscrow
from cyberlib_client.transports.host.people import PeoplePost
from tests.gui.test_keys import room
from tests.gui.test_window import Show, press, words
from tests.integration.test_people import MAIL, PASSWORD, enrolled
from tests.support.command_line import PASSPHRASE
from tests.support.escrow_at_host import AtHost
from tests.support.hosts import serving


@pytest.fixture
def story(tmp_path: Path) -> Iterator[AtHost]:
    with serving(tmp_path / "host") as host:
        made = AtHost(tmp_path, host)
        made.practice.language = "fr"
        yield made


def test_an_escrow_is_joined_and_left_by_a_person(story: AtHost, show: Show) -> None:
    post = PeoplePost(story.post(story.practice).client)
    person = enrolled(story.host, story.customer.made, post)
    shown = show(story.practice)
    keys = room(shown)
    who = shown.window.who_is_there
    shown.until(lambda: "Rejoindre un séquestre…" in words(keys))
    press(keys, "Rejoindre un séquestre…")
    (form,) = keys.findChildren(JoinEscrow)
    form.policy.setText(story.office.at("policy"))
    form.fingerprint.setText(story.fingerprint)
    form.who.setText("Dr Exemple")
    press(form, "Voir la convention")
    shown.settle()
    form.agreed.setChecked(True)
    form.secret.setText(PASSPHRASE)
    press(form, "Leur confier")
    shown.until(lambda: who.shown is not None)
    asking = who.shown
    assert asking is not None and "rejoindre un séquestre" in words(asking)
    press(asking, "Continuer")
    assert "Il manque une réponse." in words(asking)
    asking.mail.setText(MAIL)
    asking.password.setText(PASSWORD)
    asking.code.setText("000000")
    press(asking, "Continuer")
    assert asking.password.text() == ""
    shown.until(lambda: who.shown is not None)
    asking = who.shown
    assert asking is not None and "ne reconnaît pas" in words(asking)
    assert asking.mail.text() == MAIL
    asking.password.setText(PASSWORD)
    asking.code.setText(person.code())
    press(asking, "Continuer")
    shown.until(lambda: "Le séquestre est en place." in keys.told.text)
    there = story.post(story.practice).show()
    assert there.state == "joined" and there.consent is not None
    consent = msgspec.json.decode(there.consent.split("\n")[0])
    told = post.list().people[0]
    assert consent["proof"].endswith(f"person {told.id} at the host: password, totp")
    shown.until(lambda: "Quitter…" in words(keys))
    press(keys, "Quitter…")
    (leaving,) = keys.findChildren(LeaveEscrow)
    leaving.secret.setText(PASSPHRASE)
    press(leaving, "Quitter")
    shown.until(lambda: who.shown is not None)
    asking = who.shown
    assert asking is not None
    press(asking, "Annuler")  # nothing was done
    shown.settle()
    assert story.post(story.practice).show().state == "joined"
    assert "demande qui est là" in words(leaving)
    leaving.secret.setText(PASSPHRASE)
    press(leaving, "Quitter")
    shown.until(lambda: who.shown is not None)
    asking = who.shown
    assert asking is not None
    asking.mail.setText(MAIL)
    asking.password.setText(PASSWORD)
    asking.code.setText(person.accepted.recovery_codes[0])
    press(asking, "Continuer")
    shown.until(lambda: "L’hébergeur a détruit" in keys.told.text)
    assert story.post(story.practice).show().state == "left"
