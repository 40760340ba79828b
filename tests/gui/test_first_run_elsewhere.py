"""The first run where the vault is not in a folder: one that is at a host already, and buckets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox

from cyberlib_client.gui.agreeing import Terms
from cyberlib_client.gui.screens.first_run.key import Key
from cyberlib_client.gui.screens.first_run.welcome import Welcome
from cyberlib_host.services import terms
from tests.gui.conftest import Shown
from tests.gui.test_first_run import Show, Wizard, home, line
from tests.integration.test_cli_host import Practice
from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.hosts import OPERATOR, TestHost, serving
from tests.support.servers import Bucket, seaweedfs

__all__ = ["home", "line"]


@pytest.fixture
def host(tmp_path: Path) -> Iterator[TestHost]:
    with serving(tmp_path / "host") as served:
        yield served


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    with seaweedfs(tmp_path_factory.mktemp("s3")) as served:
        yield served


def _at_host(wizard: Wizard, practice: Practice, secret: str) -> Welcome:
    welcome = wizard.step()
    assert isinstance(welcome, Welcome)
    wizard.click("Ouvrir le coffre du cabinet")
    welcome.join.choose_kind("host")
    welcome.join.host.at.setText(practice.host.url)
    welcome.join.host.ca.setText(practice.ca)
    welcome.join.host.key.setText(practice.made.contract_key)
    welcome.join.secret.setText(secret)
    return welcome


def _into(fields: object, storage: Bucket, at: str, key: str, secret: str) -> None:
    for name, text in (
        ("endpoint", storage.endpoint), ("at", at), ("key", key), ("secret", secret)
    ):  # fmt: skip
        getattr(fields, name).setText(text)


def _backed_up(shown: Shown, wizard: Wizard) -> None:
    shown.until(lambda: "La première sauvegarde est faite" in wizard.told or wizard.problem)
    assert not wizard.problem


def test_one_more_machine_opens_the_vault_at_the_host(
    host: TestHost, line: CommandLine, home: Path, tmp_path: Path, show: Show
) -> None:
    practice = Practice(host, tmp_path, seats=3)
    old = practice.station("ANCIEN")
    practice.vault(old)
    old("backup", str(home / "Desktop"))
    at = old.json("vault", "info")["result"]["at"]
    practice.vault(practice.station("BUREAU"))  # another vault of the same practice
    with host.context.database.write() as connection:
        terms.publish(host.context, connection, "Conditions fictives", host.clock(), OPERATOR)
    shown = show(line)
    wizard = Wizard(shown)
    welcome = _at_host(wizard, practice, "pas la bonne phrase")
    welcome.join.host.key.setText("une-cle-de-contrat-inventee")
    wizard.click("Continuer")
    assert wizard.here == "welcome" and "clé de contrat" in wizard.problem
    welcome.join.host.key.setText(practice.made.contract_key)
    wizard.click("Continuer")
    (dialog,) = shown.window.findChildren(Terms)
    shown.settle()
    dialog.agree()
    shown.settle()
    assert wizard.here == "welcome" and "Quel coffre" in wizard.told
    assert welcome.join.vault == at
    wizard.click("Continuer")
    assert wizard.here == "welcome" and "phrase secrète" in wizard.problem
    assert welcome.join.host.key.text() and welcome.join.secret.text(), "nothing is lost of what was typed"
    welcome.join.secret.setText(PASSPHRASE)
    wizard.click("Continuer")
    assert wizard.here == "protect", wizard.problem
    assert not welcome.join.secret.text() and not welcome.join.host.key.text()
    wizard.click("Continuer")
    assert wizard.here == "backup"  # no new words, which would end those that the practice has
    _backed_up(shown, wizard)
    assert len(line.json("snapshots")["items"]) == 2
    assert len(old.json("snapshots")["items"]) == 2  # it keeps its access


def test_a_machine_takes_the_place_of_one_that_failed(
    host: TestHost, line: CommandLine, home: Path, tmp_path: Path, show: Show
) -> None:
    practice = Practice(host, tmp_path)
    old = practice.station("ANCIEN")
    kept = practice.vault(old)
    shown = show(line)
    wizard = Wizard(shown)
    welcome = _at_host(wizard, practice, " ".join(kept))
    wizard.click("Continuer")
    assert wizard.here == "welcome" and "plus de place libre" in wizard.told and not wizard.problem
    shown.window.close()
    shown = show(line)  # another day: the machine is declared, and the vault was not opened
    wizard = Wizard(shown)
    welcome = wizard.step()  # type: ignore[assignment]
    wizard.click("Ouvrir le coffre du cabinet")
    welcome.join.choose_kind("host")
    assert welcome.join.host.at.text() == host.url
    welcome.join.secret.setText(" ".join(kept))
    wizard.click("Continuer")
    assert "Il manque la clé de contrat" in wizard.problem
    welcome.join.host.key.setText(practice.made.contract_key)
    wizard.click("Continuer")
    wizard.click("Ce poste en remplace un autre")
    assert "Quel poste est remplacé" in wizard.told and "n’aura plus accès" in wizard.told
    wizard.click("Continuer")
    assert wizard.here == "protect", wizard.problem
    states = {each["name"]: each["state"] for each in line.json("device", "list")["items"]}
    assert states.pop("ANCIEN") == "revoked" and list(states.values()) == ["active"]


def test_a_machine_is_chosen_to_be_replaced_where_a_seat_is_free(
    host: TestHost, line: CommandLine, home: Path, tmp_path: Path, show: Show
) -> None:
    practice = Practice(host, tmp_path, seats=3)
    practice.station("AILLEURS")  # of the practice, but not of this vault
    old = practice.station("ANCIEN")
    practice.vault(old)
    old("backup", str(home / "Desktop"))
    shown = show(line)
    wizard = Wizard(shown)
    welcome = _at_host(wizard, practice, "pas la bonne phrase")
    wizard.click("Ce poste en remplace un autre")  # said before the host is asked
    wizard.click("Continuer")
    assert wizard.here == "welcome" and "Quel poste est remplacé" in wizard.told, wizard.problem
    (chooser,) = (each for each in welcome.findChildren(QComboBox) if "remplacé" in each.accessibleName())
    assert chooser.count() == 1
    assert chooser.itemText(0).startswith("ANCIEN – dernière sauvegarde\u00a0: ")
    wizard.click("Continuer")
    assert wizard.here == "welcome" and "phrase secrète" in wizard.problem
    old("backup", str(home / "Desktop"))  # it has its place still: it may be the last that opens the vault
    assert welcome.join.replaces == "ANCIEN"
    welcome.join.secret.setText(PASSPHRASE)
    wizard.click("Continuer")
    assert wizard.here == "protect", wizard.problem
    states = {each["name"]: each["state"] for each in line.json("device", "list")["items"]}
    assert states["ANCIEN"] == "revoked" and states["AILLEURS"] == "active"


def test_a_host_without_a_vault_says_what_to_do(
    host: TestHost, line: CommandLine, home: Path, tmp_path: Path, show: Show
) -> None:
    wizard = Wizard(show(line))
    _at_host(wizard, Practice(host, tmp_path), PASSPHRASE)
    wizard.click("Continuer")
    assert wizard.here == "welcome" and "pas encore de coffre" in wizard.problem


def test_a_vault_in_a_bucket_is_made_and_opened_elsewhere(
    storage: Bucket, line: CommandLine, home: Path, tmp_path: Path, show: Show
) -> None:
    shown = show(line)
    wizard = Wizard(shown)
    welcome = wizard.step()
    assert isinstance(welcome, Welcome)
    wizard.click("Dans un stockage S3")
    fields = welcome.bucket.fields
    for at, key, secret, problem in (
        ("", storage.access_key, storage.secret_key, "Il manque le compartiment"),
        (f"{storage.bucket}/coffre", storage.access_key, "", "Il manque le secret"),
        (f"{storage.bucket}/coffre", "clé accentuée", storage.secret_key, "pas une clé d’accès"),
        (f"{storage.bucket}/coffre", "INCONNUE", storage.secret_key, "refuse la clé d’accès"),
        ("nulle-part", storage.access_key, storage.secret_key, "nulle-part"),
        (storage.bucket, storage.access_key, storage.secret_key, storage.bucket),  # holds something else
    ):
        _into(fields, storage, at, key, secret)
        wizard.click("Continuer")
        assert wizard.here == "welcome" and problem in wizard.problem, (problem, wizard.problem)
    _into(fields, storage, f"{storage.bucket}/coffre", storage.access_key, storage.secret_key)
    wizard.click("Continuer")
    assert wizard.here == "protect" and "Étape 2 sur 5" in wizard.told, wizard.problem
    assert not fields.secret.text()
    assert all(
        storage.secret_key.encode() not in each.read_bytes()
        for each in line.profile.rglob("*")
        if each.is_file() and "credentials" not in each.parts
    )
    shown.window.close()
    shown = show(line)  # another day
    wizard = Wizard(shown)
    assert wizard.here == "protect"
    wizard.click("Retour")
    assert "déjà gardée" in wizard.told
    wizard.click("Continuer")
    wizard.click("Continuer")
    key = wizard.step()
    assert wizard.here == "key" and isinstance(key, Key)
    key.secret.first.setText(PASSPHRASE)
    key.secret.second.setText(PASSPHRASE)
    wizard.click("Continuer")
    assert len(key.words) == 24, wizard.problem
    kept = list(key.words)
    wizard.click("Je les ai notés")
    wizard.type_back(kept)
    wizard.click("Continuer")
    _backed_up(shown, wizard)

    other = CommandLine(tmp_path / "other", language="fr")
    shown = show(other)
    wizard = Wizard(shown)
    welcome = wizard.step()
    assert isinstance(welcome, Welcome)
    wizard.click("Ouvrir le coffre du cabinet")
    welcome.join.choose_kind("bucket")
    _into(welcome.join.bucket, storage, f"{storage.bucket}/autre", storage.access_key, storage.secret_key)
    welcome.join.secret.setText(" ".join(kept))
    wizard.click("Continuer")
    assert wizard.here == "welcome" and "coffre" in wizard.problem
    welcome.join.bucket.at.setText(f"{storage.bucket}/coffre")
    wizard.click("Continuer")
    assert wizard.here == "protect", wizard.problem
    assert len(other.json("snapshots")["items"]) == 1
