"""When changes came, as the agent has it: by the clock that quiet is measured by."""

from __future__ import annotations

from pathlib import Path

import pytest

from cyberlib_client.app.agent.sources import WatchedFolders
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.app.prompts import Nobody
from cyberlib_client.app.session import Session
from cyberlib_client.files.watch import Changes
from tests.support.command_line import CommandLine


def test_a_change_that_comes_while_it_looks_has_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without one it would wait for the next change, perhaps for ever."""
    (tmp_path / "s").mkdir()
    line = CommandLine(tmp_path)
    line("sources", "add", str(tmp_path / "s"))
    session = Session(profile_at(str(line.profile)), Nobody())
    watched = WatchedFolders(session, [b"/s"], lambda: None, lambda: 7.0)
    try:
        watcher = watched._watcher
        take = watcher.take

        def late() -> Changes:
            watcher.changed(b"/s/late")
            return take()

        assert watched.seen().last is None
        monkeypatch.setattr(watcher, "take", late)
        assert watched.seen().last == 7.0
    finally:
        watched.stop()
