"""`cyberlib escrow`: joined, left and used, through files that go from hand to hand."""

from __future__ import annotations

import shutil
from pathlib import Path

import pypdfium2
import pytest

from cyberlib_client.core.escrow.consent import check_ends, read_consent
from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.escrow_story import PAPERS, Story, result
from tests.support.officers import OFFICERS

pytestmark = pytest.mark.portable


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(tmp_path_factory.mktemp("escrow") / "made")


@pytest.fixture
def story(made: Story, tmp_path: Path) -> Story:
    return made.copy(tmp_path)


def test_a_machine_gets_in_by_two_officers_of_three(story: Story) -> None:
    assert result(story.practice, "escrow", "status")["state"] == "off"
    joined = story.join()
    assert [Path(file).name for file in joined["files"]] == [f"escrow-{name}.json" for name in PAPERS]
    assert joined["escrow"]["state"] == "on" and joined["escrow"]["fingerprint"] == story.fingerprint
    assert "escrow" in [slot["kind"] for slot in joined["slots"]]
    assert result(story.practice, "escrow", "status")["who"] == "Dr Exemple"
    assert "escrow" in story.practice("key", "list").out

    asked = result(story.new, *story.asking())
    assert len(asked["words"]) == 6 and asked["needed"] == 2 and not asked["again"]
    one = story.answer("anne", asked["words"])
    assert story.new.error(*story.opening(one), code=2) == "escrow_answers_missing"
    both = story.answer("claire", asked["words"])
    assert not (story.new.profile / "settings.toml").exists()
    with story.new.secret("une toute nouvelle phrase 7"):
        opened = result(story.new, *story.opening(one, both))
    assert opened["connected"] and opened["slot"]["kind"] == "passphrase"
    story.new("restore", "latest", "--to", str(story.folder / "back"))
    (letter,) = (story.folder / "back").rglob("lettre.txt")
    assert letter.read_text(encoding="utf-8") == "fictif"
    # The new passphrase opens it anywhere, and the request and its key are gone.
    third = CommandLine(story.folder / "third")
    with third.secret("une toute nouvelle phrase 7"):
        third("vault", "open", "--at", str(story.practice.vault), "--device-file")
    assert story.new.error(*story.opening(one, both), code=2) == "escrow_not_asked"
    assert not list(story.new.profile.glob("escrow/asked*"))


def test_a_forgotten_passphrase_on_a_machine_that_still_opens(story: Story) -> None:
    story.join()
    words = result(story.practice, *story.asking())["words"]
    again = result(story.practice, *story.asking(to="again"))
    assert again["again"] and again["words"] == words
    assert Path(story.office.at("again")).read_bytes() == Path(story.office.at("request")).read_bytes()
    answers = [story.answer(name, words) for name in ("bruno", "claire")]
    with story.practice.secret("une toute nouvelle phrase 7"):
        opened = result(story.practice, "escrow", "open", *answers)
    assert not opened["connected"]
    assert [slot["kind"] for slot in opened["slots"]].count("passphrase") == 2


def test_after_leaving_all_officers_together_open_nothing(story: Story) -> None:
    story.join()
    with story.practice.secret(PASSPHRASE):
        left = result(story.practice, "escrow", "leave", "--to", str(story.papers))
        assert left["signed"] and "escrow" not in [slot["kind"] for slot in left["slots"]]
        assert story.practice.error("escrow", "leave", code=2) == "escrow_not_joined"
    joined, leaving = (read_consent(Path(p).read_bytes()) for p in (story.paper("consent"), left["file"]))
    check_ends(leaving, joined)
    told = result(story.practice, "escrow", "status")
    assert told["state"] == "off" and told["left"]
    words = result(story.new, *story.asking())["words"]
    answers = [story.answer(name, words) for name in OFFICERS]
    with story.new.secret("une toute nouvelle phrase 7"):
        assert story.new.error(*story.opening(*answers), code=1) == "escrow_opens_nothing"
    assert not (story.new.profile / "settings.toml").exists()


def test_joined_anew_the_old_parts_open_nothing(story: Story) -> None:
    story.join()
    old = story.folder / "old"
    shutil.copytree(story.papers, old)
    words = result(story.new, *story.asking())["words"]
    answers = [story.answer(name, words) for name in ("anne", "claire")]
    with story.practice.secret(PASSPHRASE):
        assert story.practice.error(*story.joining(), code=2) == "escrow_file_exists"
        for paper in story.papers.iterdir():
            paper.unlink()
        assert story.practice.error(*story.joining(), code=2) == "escrow_joined"
        story.practice("escrow", "leave")
    story.join()
    with story.new.secret("une toute nouvelle phrase 7"):
        assert story.new.error(*story.opening(*answers), code=1) == "escrow_opens_nothing"
    assert story.new.error(*story.asking(to="other"), code=2) == "escrow_asked_other"
    words = result(story.new, *story.asking("--anew", to="other"))["words"]
    answers = [story.answer(name, words, "other") for name in ("anne", "claire")]
    with story.new.secret("une toute nouvelle phrase 7"):
        assert result(story.new, *story.opening(*answers))["connected"]


def test_answers_to_another_request_are_refused(story: Story) -> None:
    story.join()
    words = result(story.new, *story.asking())["words"]
    first = story.answer("anne", words)
    words = result(story.new, *story.asking("--anew", to="next"))["words"]
    second = story.answer("claire", words, "next")
    assert story.new.error(*story.opening(first, second), code=7) == "escrow_other_request"
    thief = CommandLine(story.folder / "thief")
    assert thief.error(*story.opening(first, second), code=2) == "escrow_not_asked"
    result(thief, *story.asking(to="thief"))
    assert thief.error(*story.opening(second), code=7) == "escrow_other_request"


def test_what_is_entrusted_only_on_ones_own_word(story: Story) -> None:
    line = story.practice
    before = result(line, "vault", "info")
    assert line.error(*story.joining(fingerprint="0000 0000"), code=7) == "escrow_fingerprint_other"
    assert line.error(*story.joining()[:-1], code=2) == "escrow_not_agreed_to"  # nobody is there to ask
    assert line.error(*story.joining(), code=5) == "proof_needed"  # an open machine is not enough
    with line.secret("pas la bonne"):
        assert line.error(*story.joining(), code=5) == "wrong_secret"
    with line.secret(PASSPHRASE):
        elsewhere = [*story.joining()[:-2], str(story.folder / "none"), "--yes"]
        assert line.error(*elsewhere, code=2) == "escrow_no_folder"
        mended = Path(story.office.at("policy")).read_text(encoding="utf-8").replace("Notaire", "Notaires")
        Path(story.office.at("policy")).write_text(mended, encoding="utf-8")
        assert line.error(*story.joining(), code=7) == "escrow_policy_unsigned"
    assert list(story.papers.iterdir()) == []
    assert result(line, "vault", "info") == before


def test_a_request_that_is_damaged_is_told(story: Story) -> None:
    story.join()
    result(story.new, *story.asking())
    (story.new.profile / "escrow" / "asked.json").write_text("{", encoding="utf-8")
    assert story.new.error(*story.opening("x"), code=7) == "escrow_asked_damaged"
    assert story.new.error(*story.asking(to="b"), code=7) == "escrow_asked_damaged"
    assert not result(story.new, *story.asking("--anew", to="b"))["again"]


def test_another_machine_of_the_practice_knows_that_there_is_one(story: Story) -> None:
    story.join()
    second = CommandLine(story.folder / "second")
    with second.secret(PASSPHRASE):
        second("vault", "open", "--at", str(story.practice.vault), "--device-file")
        assert result(second, "escrow", "status")["state"] == "elsewhere"
        left = result(second, "escrow", "leave", "--to", str(story.folder))
    assert not left["signed"] and left["file"] == ""
    assert result(story.practice, "escrow", "status")["left"]


def test_the_kit_has_the_fingerprint_of_the_policy_on_paper(story: Story) -> None:
    def sheet() -> str:
        folder = story.folder / "kits"
        folder.mkdir(exist_ok=True)
        with story.practice.secret(PASSPHRASE):
            made = result(story.practice, "kit", "create", "--to", str(folder))
        pages = pypdfium2.PdfDocument(made["file"])
        assert len(pages) == 2  # one line more and the words and the code still fit
        return str(pages[0].get_textpage().get_text_range())

    assert "Séquestre" not in sheet()
    story.join()
    assert f"empreinte {story.fingerprint.upper()}" in " ".join(sheet().split())
    with story.practice.secret(PASSPHRASE):
        story.practice("escrow", "leave")
    assert "Séquestre" not in sheet()


def test_damaged_papers_keep_nobody_from_leaving(story: Story) -> None:
    story.join()
    (story.practice.profile / "escrow" / "policy").write_bytes(b"{}")
    assert story.practice.error("escrow", "status", code=7) == "escrow_malformed"
    with story.practice.secret(PASSPHRASE):
        left = result(story.practice, "escrow", "leave")
    assert not left["signed"] and "escrow" not in [slot["kind"] for slot in left["slots"]]
