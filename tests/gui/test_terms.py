"""Nobody accepts terms that they were not shown, whatever a host does between showing and accepting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from cyberlib_client.gui.agreeing import Terms
from cyberlib_client.gui.screens.first_run.welcome import Welcome
from cyberlib_host.database.tables import acceptances
from cyberlib_host.database.tables import terms as table
from cyberlib_host.services import terms
from tests.gui.conftest import Shown
from tests.gui.test_first_run import Show, Wizard, home, line
from tests.gui.test_window import press, words
from tests.support.command_line import CommandLine
from tests.support.hosts import OPERATOR, TestHost, serving

__all__ = ["home", "line"]
pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def host(tmp_path: Path) -> Iterator[TestHost]:
    with serving(tmp_path / "host") as served:
        yield served


def publish(host: TestHost, text: str) -> None:
    with host.context.database.write() as connection:
        terms.publish(host.context, connection, text, host.clock(), OPERATOR)


def accepted(host: TestHost) -> list[int]:
    with host.context.database.read() as connection:
        return list(connection.execute(select(acceptances.c.version)).scalars())


def enrolled(host: TestHost, line: CommandLine, show: Show, tmp_path: Path) -> tuple[Shown, Wizard]:
    """The first run at a host, on the screen after the first."""
    (tmp_path / "ca.pem").write_text(host.ca, encoding="utf-8")
    shown = show(line)
    wizard = Wizard(shown)
    welcome = wizard.step()
    assert isinstance(welcome, Welcome)
    welcome.host.fields.at.setText(host.url)
    welcome.host.fields.ca.setText(str(tmp_path / "ca.pem"))
    welcome.host.fields.key.setText(host.organisation().contract_key)
    wizard.click("Continuer")
    return shown, wizard


def test_terms_that_changed_while_they_were_read_are_shown_again(
    host: TestHost, line: CommandLine, show: Show, tmp_path: Path
) -> None:
    publish(host, "Conditions fictives")
    shown, wizard = enrolled(host, line, show, tmp_path)
    assert wizard.here == "terms" and "Version 1" in wizard.told
    publish(host, "Conditions fictives, et une ligne de plus")
    wizard.click("Accepter et continuer")
    assert accepted(host) == [] and wizard.here == "terms"
    assert "changées entre-temps" in wizard.problem and "Version 2" in wizard.told

    dialog = Terms(shown.window, shown.window)  # the same, long after the first run
    dialog.open()
    shown.settle()
    assert "Version 2" in words(dialog)
    publish(host, "Conditions fictives, et deux lignes de plus")
    press(dialog, "Accepter")
    shown.settle()
    assert accepted(host) == [] and dialog.isVisible()
    assert "Version 3" in words(dialog) and "changées entre-temps" in words(dialog)
    dialog.reject()

    wizard.click("Accepter et continuer")
    assert accepted(host) == [] and "Version 3" in wizard.told
    wizard.click("Accepter et continuer")
    assert accepted(host) == [3] and wizard.here == "protect"


def test_a_text_that_is_not_what_an_acceptance_names_is_refused(
    host: TestHost, line: CommandLine, show: Show, tmp_path: Path
) -> None:
    publish(host, "Conditions qui engagent à tout")
    with host.context.database.write() as connection:
        connection.execute(update(table).values(text="Conditions anodines"))
    _, wizard = enrolled(host, line, show, tmp_path)
    assert wizard.here == "terms" and wizard.problem and "anodines" not in wizard.told
    assert accepted(host) == []
