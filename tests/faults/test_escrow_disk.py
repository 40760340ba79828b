"""Escrow joined onto a disk that fills up on the way: nothing of it stays."""

from __future__ import annotations

from pathlib import Path

from tests.support.command_line import PASSPHRASE
from tests.support.escrow_story import Story, result

from .disks import mounted_tmpfs


def test_papers_that_cannot_be_written_leave_no_slot(tmp_path: Path) -> None:
    story = Story(tmp_path / "story")
    with mounted_tmpfs(tmp_path / "stick", "nr_inodes=4") as stick:  # the third paper finds no room
        story.papers = stick
        with story.practice.secret(PASSPHRASE):
            assert story.practice.error(*story.joining(), code=1) == "escrow_file_not_written"
        assert list(stick.iterdir()) == []
    assert "escrow" not in [slot["kind"] for slot in result(story.practice, "vault", "info")["slots"]]
    assert result(story.practice, "escrow", "status")["state"] == "off"
