"""People of a practice in the window: an invitation is taken, somebody is invited, and asked elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cyberlib_client.gui.screens.keys.passkeys import AddPasskey, RemovePasskey
from cyberlib_client.gui.screens.keys.people import InvitePerson, TakeInvitation
from cyberlib_client.transports.host.people import PeoplePost
from tests.gui.conftest import Shown
from tests.gui.test_keys import room
from tests.gui.test_window import Show, press, words
from tests.integration.test_passkeys import taking
from tests.integration.test_people import MAIL, PASSWORD, Person, enrolled
from tests.integration.test_sign_in import NUMBER
from tests.integration.test_telephone import Telephone, trust
from tests.support.chromium import Chromium, chromium
from tests.support.escrow_at_host import AtHost
from tests.support.hosts import serving
from tests.support.identities import modules, provider


@pytest.fixture
def story(tmp_path: Path) -> Iterator[AtHost]:
    with serving(tmp_path / "host") as host:
        made = AtHost(tmp_path, host)
        made.practice.language = "fr"
        yield made


def test_somebody_is_enrolled_and_invites_by_telephone(story: AtHost, tmp_path: Path, show: Show) -> None:
    which = story.customer.made.id
    invited = story.operator.json(
        "person", "invite", which, "--name", "Claude Exemple", "--mail", MAIL, "--role", "holder"
    )
    shown = show(story.practice)
    keys = room(shown)
    shown.until(lambda: "Claude Exemple" in words(keys.people))
    assert "Inviter une personne…" not in words(keys.people)  # nobody could prove to be a holder
    press(keys, "J’ai reçu une invitation…")
    (taking,) = keys.findChildren(TakeInvitation)
    press(taking, "Continuer")
    assert words(taking).count("À remplir.") == 2
    taking.invitation.setText(str(invited["invitation"]))
    taking.first.setText("Motdepasse2026!")
    taking.second.setText("Motdepasse2026?")
    press(taking, "Continuer")
    assert "Ce n’est pas le même." in words(taking)
    taking.second.setText("Motdepasse2026!")
    press(taking, "Continuer")
    shown.until(lambda: "refuse ce mot de passe" in words(taking))
    taking.first.setText(PASSWORD)
    taking.second.setText(PASSWORD)
    press(taking, "Continuer")
    shown.until(lambda: taking._accepted is not None)
    accepted = taking._accepted
    assert accepted is not None and accepted.recovery_codes[9] in words(taking)
    press(taking, "Continuer")
    taking.code.setText("12345")
    press(taking, "Continuer")
    shown.until(lambda: "six chiffres" in taking.problem.text())
    taking.code.setText(Person(story.host, accepted).code())
    press(taking, "Continuer")
    shown.until(lambda: "Claude Exemple" in keys.told.text)
    assert taking.first.text() == ""
    story.operator("person", "link", which, MAIL, NUMBER)
    with provider(modules(tmp_path / "npm"), story.host.url) as issuer:
        trust(story.host, issuer)
        invite_by_telephone(story, shown, Telephone(issuer))
    told = PeoplePost(story.post(story.practice).client).list().people
    assert sorted((each.name, each.role, each.state) for each in told) == [
        ("Ali Exemple", "member", "invited"), ("Claude Exemple", "holder", "enrolled"),
    ]  # fmt: skip


def invite_by_telephone(story: AtHost, shown: Shown, telephone: Telephone) -> None:
    keys, who = room(shown), shown.window.who_is_there
    shown.until(lambda: "Inviter une personne…" in words(keys.people))
    press(keys, "Inviter une personne…")
    (form,) = keys.findChildren(InvitePerson)
    form.name.setText("Ali Exemple")
    form.mail.setText("ali@cabinet.example")
    for answered in (False, True):
        press(form, "Inviter")
        shown.until(lambda: who.shown is not None)
        asking = who.shown
        assert asking is not None
        asking.mail.setText("")
        press(asking, "Sur mon téléphone…")
        assert "Il manque votre adresse." in words(asking)
        asking.mail.setText(MAIL)
        press(asking, "Sur mon téléphone…")
        shown.until(lambda: who.waiting is not None)
        waiting = who.waiting
        assert waiting is not None
        assert telephone.last()["message"] == waiting.told.text()
        if answered:
            telephone.say("yes")
            story.host.clock.advance(seconds=1)
        else:
            press(waiting, "Annuler")
        shown.until(lambda: form.go.isEnabled() or form.code.isVisible())
    shown.until(lambda: form.code.isVisible())
    assert "Invitation de Ali Exemple" in words(form) and len(form.code.text()) == 39
    assert who.waiting is None
    press(form, "Fermer")


def test_a_passkey_is_made_used_and_removed(story: AtHost, tmp_path: Path, show: Show) -> None:
    taking(story.host)
    elsewhere = PeoplePost(story.host.client(story.host.enrol(story.customer.made.contract_key, "AUTRE")))
    person = enrolled(story.host, story.customer.made, elsewhere)
    with chromium(tmp_path / "chromium") as browser:
        shown = show(story.practice)
        keys, who = room(shown), shown.window.who_is_there
        shown.until(lambda: "Ajouter une clé d’identification…" in words(keys.people))
        press(keys, "Ajouter une clé d’identification…")
        (adding,) = keys.findChildren(AddPasskey)
        press(adding, "Continuer")
        assert "À remplir." in words(adding)
        adding.name.setText("Clé du bureau")
        press(adding, "Continuer")
        shown.until(lambda: who.shown is not None)
        asking = who.shown
        assert asking is not None and not asking.passkey.isVisible()  # nobody has one yet
        asking.mail.setText(MAIL)
        asking.password.setText(PASSWORD)
        asking.code.setText(person.code())
        press(asking, "Continuer")
        in_browser(shown, browser)
        shown.until(lambda: "prouve désormais qui vous êtes" in keys.told.text)
        shown.until(lambda: "jamais utilisée" in words(keys.people))
        press(keys, "Ôter…")
        (removing,) = keys.findChildren(RemovePasskey)
        press(removing, "Ôter")
        shown.until(lambda: who.shown is not None)
        asking = who.shown
        assert asking is not None
        press(asking, "Par clé d’identification…")
        in_browser(shown, browser)
        shown.until(lambda: "ne prouve plus rien" in keys.told.text)
        shown.until(lambda: "Clé du bureau" not in words(keys.people))


def in_browser(shown: Shown, browser: Chromium) -> None:
    who = shown.window.who_is_there
    shown.until(lambda: who.waiting is not None)
    assert who.waiting is not None
    browser.open(who.waiting.told.text())
    browser.press()
    shown.until(lambda: who.waiting is None)
