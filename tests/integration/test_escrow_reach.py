"""What recovers nothing, tried at a host: each attempt leaves a line in the customer's audit log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.core.errors import CyberlibError
from cyberlib_client.state.escrow import read_asked
from cyberlib_host.database.entrusted import answers, escrows, releases
from cyberlib_host.services import audit
from tests.integration.test_covered import Covered
from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.escrow_at_host import AtHost
from tests.support.escrow_story import PAPERS
from tests.support.hosts import serving


@pytest.fixture
def story(tmp_path: Path) -> Iterator[AtHost]:
    with serving(tmp_path / "host") as host:
        yield AtHost(tmp_path, host)


@pytest.fixture
def covered(tmp_path: Path) -> Iterator[Covered]:
    with serving(tmp_path / "host") as host:
        made = Covered(tmp_path, host)
        made.begin()
        yield made


def lines(story: AtHost) -> list[tuple[str, str]]:
    """All that the customer's log has, whose chain holds."""
    with story.host.context.database.read() as connection:
        audit.check(connection, story.customer.made.id)
        found = list(audit.lines(connection, story.customer.made.id))
    return [(each.record.action, each.record.outcome) for each in found]


def altered(story: AtHost, column: str, before: str, after: str) -> None:
    """Somebody writes into the host's database."""
    with story.host.context.database.write() as connection:
        row = connection.execute(escrows.select()).one()
        kept = str(row._mapping[column])
        assert before in kept
        connection.execute(escrows.update().values({column: kept.replace(before, after, 1)}))


def asked_of(line: CommandLine) -> Any:
    from cyberlib_client.app.bootstrap import profile_at

    found = read_asked(profile_at(str(line.profile)))
    assert found is not None
    return found


def test_one_officer_and_two_officers_after_the_escrow_was_left(story: AtHost) -> None:
    story.join_here()
    asked = story.ask_here()
    story.a_day_passes()
    story.answer_all(asked["words"], "anne")
    assert story.new.error("escrow", "open", code=2) == "escrow_answers_missing"
    assert lines(story).count(("release_read", "done")) == 1
    (story.folder / "for officers").rename(story.folder / "used")
    story.answer_all(asked["words"], "claire")
    kept = [story.office.at(f"{name}.answer") for name in ("anne", "claire")]
    release = story.release()
    with story.practice.secret(PASSPHRASE):
        story.practice("escrow", "leave")
    assert story.new.error("escrow", "open", code=2) == "escrow_release_over"
    assert lines(story)[-1] == ("release_read", "release_over")
    # Both answers are real, and for this very machine: what they opened is no longer in the vault.
    story.replace_machine()
    with story.new.secret("une phrase toute neuve de cinq mots"):
        opening = ["escrow", "open", *kept, "--at", story.place, "--device-file"]
        assert story.new.error(*opening, code=1) == "escrow_opens_nothing"
    # Nor does the host take another answer, or hand anything out.
    for name, path in (("answer", kept[0]), ("papers", release)):
        more = [str(story.folder / "late")] if name == "papers" else []
        assert story.operator.error("escrow", name, path, *more) == "release_over"
    for action in ("release_answered", "release_handed_out"):
        assert (action, "release_over") in lines(story)


def test_a_request_that_another_machine_tells_again(story: AtHost) -> None:
    story.join_here()
    asked = story.ask_here()
    request = asked_of(story.new).request
    thief = story.customer.station("VOLEUR")
    with pytest.raises(CyberlibError) as refused:
        story.post(thief).ask(request)
    assert refused.value.code == "host_release_of_another"
    assert ("ask_release", "release_of_another") in lines(story)
    # By the machine itself it is the same request; cancelled, it stays so.
    assert story.post(story.new).ask(request).state == "waiting"
    assert asked["again"] is False
    story.practice("escrow", "cancel")
    assert story.post(story.new).ask(request).state == "cancelled"
    assert lines(story)[-1] == ("release_read", "release_over")
    with story.host.context.database.read() as connection:
        assert len(connection.execute(releases.select()).all()) == 1


@pytest.mark.parametrize("column", ["policy", "deposit", "consent"])
def test_an_officers_key_or_a_policy_that_somebody_swapped_at_the_host(story: AtHost, column: str) -> None:
    story.join_here()
    asked = story.ask_here()
    story.a_day_passes()
    whole = story.office.policy
    before, after = {
        "policy": (whole.body.officers[0].sealing, whole.body.officers[1].sealing),
        "deposit": (whole.body.officers[0].id, whole.body.officers[1].id),
        "consent": ("Dr Exemple", "Dr Ailleurs"),
    }[column]
    papers = story.folder / "good"
    story.operator("escrow", "papers", story.release(), str(papers))
    altered(story, column, before, after)
    # The host finds it before an officer sees it, and before a new machine asks.
    assert story.operator.error("escrow", "papers", story.release(), str(story.folder / "bad")) == (
        "escrow_document_bad"
    )
    assert lines(story)[-1] == ("release_handed_out", "escrow_document_bad")
    with pytest.raises(CyberlibError) as refused:
        story.post(story.new).show()
    assert refused.value.code == "host_escrow_document_bad"
    assert lines(story)[-1] == ("escrow", "escrow_document_bad")
    # A host that says nothing of it: the officer's own tool refuses.
    with story.host.context.database.read() as connection:
        row = connection.execute(escrows.select()).one()
    (papers / f"escrow-{column}.json").write_text(str(row._mapping[column]), encoding="utf-8")
    given = [part for each in PAPERS for part in (f"--{each}", str(papers / f"escrow-{each}.json"))]
    to = Path(story.office.at("anne.answer"))
    key = ["--key", story.office.at("anne.key"), "--words", " ".join(asked["words"])]
    request = str(papers / "escrow-request.json")
    done = story.office.line.attempt("officer", "release", "answer", request, str(to), *given, *key)
    assert done.code == 7, done
    assert not to.exists()


def test_the_host_alone_and_the_host_with_support_and_one_officer(covered: Covered) -> None:
    with covered.practice.secret(PASSPHRASE):
        covered.give()
    covered.a_day_passes()
    papers = covered.papers_of("for officers")
    # The host alone, by all that it has: it gives its own answers, in officers' names.
    covered.answer(papers, "anne")
    real = Path(covered.office.at("anne.answer")).read_text(encoding="utf-8")
    with covered.host.context.database.write() as connection:
        (row,) = connection.execute(answers.select()).all()
        forged = real.replace('"officer":"anne"', '"officer":"claire"')
        values = {"release": row.release, "vault": row.vault, "received": row.received}
        connection.execute(answers.delete())
        connection.execute(answers.insert().values(officer="claire", answer=forged, **values))
    snapshot = covered.practice.json("snapshots")["items"][-1]["id"][:8]
    assert covered.staff.error("covered", "list", f"{snapshot}:/", code=7) == "escrow_answer_unsigned"
    # With support's machine, and one officer who gave a real one.
    with covered.host.context.database.write() as connection:
        connection.execute(answers.insert().values(officer="anne", answer=real, **values))
    assert covered.staff.error("covered", "list", f"{snapshot}:/", code=7) == "escrow_answer_unsigned"
    with covered.host.context.database.write() as connection:
        connection.execute(answers.delete().where(answers.c.officer == "claire"))
    assert covered.staff.error("covered", "list", f"{snapshot}:/", code=2) == "escrow_answers_missing"
    assert ("covered_access", "done") in lines(covered)


def test_a_stolen_machine_holds_up_nobody_elses_request(story: AtHost) -> None:
    story.join_here()
    thief = story.customer.station("VOLEUR")
    for _ in range(2):
        thief("escrow", "request", "--at", story.place, "--anew")
    assert thief.error("escrow", "request", "--at", story.place, "--anew", code=1) == "host_releases_many"
    assert ("ask_release", "releases_many") in lines(story)
    assert story.ask_here()["words"]
