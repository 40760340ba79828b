"""The host is gone in the middle of a reassignment, before it heard a request or before its answer came: the
same call later goes on, and nothing is done twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from cyberlib_client.core.errors import Unreachable
from cyberlib_client.transports.host.client import HostClient
from tests.integration.test_replacing import Office
from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.escrow_story import result
from tests.support.hosts import serving
from tests.support.trees import told

pytestmark = pytest.mark.faults

_SPEAKS: Final = ("ask", "ask_bytes", "put_small", "get_small", "put_content", "get_content")


_STEP: Final = 4
"""Requests that each call gets more than the one before: one that is cut in its backup leaves the next a pack
more to look at."""


class _Down:
    """From request number `left` on nothing is answered; of that one the host heard, if `heard`."""

    def __init__(self, patched: pytest.MonkeyPatch, left: int, heard: bool) -> None:
        self.left, self._heard, self._depth = left, heard, 0
        for name in _SPEAKS:
            patched.setattr(HostClient, name, self._counted(getattr(HostClient, name)))

    def _counted(self, real: Any) -> Any:
        def call(client: HostClient, *args: Any, **more: Any) -> Any:
            if self._depth:  # one asks by another
                return real(client, *args, **more)
            self.left -= 1
            if self.left < 0 and not (self.left == -1 and self._heard):
                raise Unreachable("host_unreachable", at=client.url, reason="refused")
            self._depth += 1
            try:
                answer = real(client, *args, **more)
            finally:
                self._depth -= 1
            if self.left < 0:
                raise Unreachable("host_unreachable", at=client.url, reason="timeout")
            return answer

        return call


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    with serving(tmp_path / "host") as host:
        yield Office(host, tmp_path, monkeypatch)


@pytest.mark.parametrize("begins", range(_STEP))
@pytest.mark.parametrize("heard", [False, True])
@pytest.mark.parametrize("open_by", ["passphrase", "approval"])
def test_one_request_after_another(
    office: Office, monkeypatch: pytest.MonkeyPatch, open_by: str, heard: bool, begins: int
) -> None:
    """Each call gets some requests further than the one before: like a line that comes and goes."""
    office.at_home("neuf")
    new = CommandLine(office.folder / "NEUF")
    more = {"secret_file": None} if open_by == "approval" else {}
    answers = str(office.answers(open_by=open_by, **more))
    allowed, cuts = open_by != "approval", 0
    for at in range(begins, 200, _STEP):
        with monkeypatch.context() as patched:
            _Down(patched, at, heard)
            done = new.attempt("--json", "device", "replace", "--answers", answers)
        if done.code == 0:
            break
        assert done.code in (5, 6), done
        cuts += done.code == 6
        states = {each["name"]: each["state"] for each in office.devices()}
        if done.code == 5 and not allowed:
            words = result(new, "device", "replace", "--answers", answers, code=5)["words"]
            assert states["ANCIEN"] == "active", "its place is taken once the vault is open"
            with office.old.secret(PASSPHRASE):
                office.old("approval", "allow", "--words", " ".join(words))
            allowed = True
    assert cuts > 2
    assert done.code == 0, done
    assert told(office.folder / "neuf" / "Documents") == told(office.documents)
    last = result(new, "device", "replace", "--answers", answers)
    names = sorted(each["name"] for each in last["slots"])
    assert names == ["ANCIEN", "NEUF", "passphrase", "recovery"], names
    assert [each["device"] for each in new.json("snapshots")["items"]].count("NEUF") == 1
    states = {each["name"]: each["state"] for each in office.devices()}
    assert states == {"ANCIEN": "revoked", "NEUF": "active"}
    new("verify", "--read-data")
