"""What an operator changes while the host serves: its certificate, and the card of the hosting."""

from __future__ import annotations

import contextlib
import ssl
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.host_process import HostProcess
from tests.support.trees import make_tree

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

CARD = """
[card]
host = "Hébergeur fictif"
certificate = "HDS-0000"
activities = [1, 2, 3, 4, 5, 6]
valid_from = "2026-01-01"
valid_until = "2099-01-01"
places = []
sub_processors = []
"""


@pytest.fixture
def host(tmp_path: Path) -> Iterator[HostProcess]:
    made = HostProcess(tmp_path / "host", CARD)
    yield made
    if made._process.poll() is None:
        made.kill()


class Station(CommandLine):
    """A declared workstation with a vault, and something to back up."""

    def __init__(self, host: HostProcess, folder: Path) -> None:
        super().__init__(folder)
        self.sources = make_tree(folder / "Cabinet", {"a.txt": b"lettre fictive"})
        key = folder / "key"
        key.write_text(host.contract_key)
        key.chmod(0o600)
        given = ["--host", host.url, "--contract-key-file", str(key), "--ca", host.ca, "--name", "A"]
        self("device", "enrol", *given, "--device-file")
        with self.secret(PASSPHRASE):
            self("vault", "create", "--at", host.url, "--device-file")

    def notices(self) -> set[str]:
        """What a backup tells."""
        return {notice["code"] for notice in self.json("backup", str(self.sources))["notices"]}


def _until(seen: Callable[[], bool]) -> None:
    limit = time.monotonic() + 180
    while not seen():
        assert time.monotonic() < limit, "the host did not notice"
        time.sleep(0.1)


def test_a_certificate_that_is_withdrawn_stops_the_next_backup(host: HostProcess, tmp_path: Path) -> None:
    line = Station(host, tmp_path / "a")
    assert line.notices() == set()
    withdrawn = CARD + 'withdrawn = "2026-11-20"\n'
    host.set(withdrawn)
    _until(lambda: len(host.events("card_taken")) == 1)
    assert line.error("backup", str(line.sources), code=1) == "host_certification_withdrawn"
    for number, wrong in enumerate(("[card\n", withdrawn.replace("2026-11-20", "hier"), "[[card]]\n"), 1):
        host.set(wrong)
        _until(lambda: len(host.events("settings_refused")) == number)  # noqa: B023
        assert line.error("backup", str(line.sources), code=1) == "host_certification_withdrawn"
    host.set(CARD)
    _until(lambda: len(host.events("card_taken")) == 2)
    assert line.notices() == set()
    host.hang_up()  # asked to read again, it does: nothing else ends or changes
    _until(lambda: len(host.events("card_taken")) == 3)
    assert line.notices() == set()
    assert host.stop() == 0


def _served(host: HostProcess) -> str:
    """The certificate that is shown. A handshake that falls into the exchange of key and certificate ends
    early; whoever meets that tries again, as clients do."""
    for _ in range(5):
        with contextlib.suppress(ssl.SSLError):
            return ssl.get_server_certificate(("127.0.0.1", host.port))
    raise AssertionError("no handshake succeeds")


def test_the_certificate_is_renewed_while_the_host_serves(host: HostProcess, tmp_path: Path) -> None:
    line = Station(host, tmp_path / "a")
    assert line.notices() == set() and host.events("certificate_ends") == []
    assert (host.folder / "tls" / "ca.key").stat().st_mode & 0o777 == 0o600
    first = _served(host)
    names = host.json("certificate", "show")["names"]
    host.json("certificate", "renew", "--days", "29", "--name", "sauvegarde.cabinet.example")
    _until(lambda: _served(host) != first)
    assert host.json("certificate", "show")["names"] == sorted([*names, "sauvegarde.cabinet.example"])
    _until(lambda: bool(host.events("certificate_ends")))
    assert host.events("certificate_ends")[0]["days"] == 28
    assert host.json("check")["certificate_days"] == 28
    assert line.notices() == {"host_certificate_ends"}  # and is known by the same authority
    trusted = ssl.create_default_context(cafile=host.ca)
    with urllib.request.urlopen(f"{host.url}/metrics", context=trusted, timeout=180) as answer:
        (told,) = [row for row in answer.read().split(b"\n") if row.startswith(b"cyberlib_certificate_ends")]
    assert 28 <= (float(told.split()[1]) - time.time()) / 86_400 <= 29

    short = _served(host)
    host.json("certificate", "renew")
    _until(lambda: _served(host) != short)
    assert line.notices() == set()
    host.restart()
    assert line.notices() == set()


def test_without_the_authority_s_key_clients_need_another(host: HostProcess, tmp_path: Path) -> None:
    """As with a host that was made by a version which threw the key away."""
    line = Station(host, tmp_path / "a")
    (host.folder / "tls" / "ca.key").unlink()
    before = _served(host)
    assert host.json("certificate", "renew", code=1)["error"]["code"] == "authority_key_absent"
    assert _served(host) == before
    assert host.json("certificate", "renew", "--new-authority")["new_authority"] is True
    _until(lambda: _served(host) != before)
    assert line.error("backup", str(line.sources), code=6) == "host_certificate_unknown"
    line("network", "ca", host.ca)  # the new one lies where the old one did
    assert line.notices() == set()
    host.json("certificate", "renew")
    _until(lambda: line.attempt("backup", str(line.sources)).code == 0)


def test_a_certificate_that_is_half_written_is_not_taken(host: HostProcess, tmp_path: Path) -> None:
    line = Station(host, tmp_path / "a")
    before = _served(host)
    file = host.folder / "tls" / "host.crt"
    whole = file.read_bytes()
    file.write_bytes(whole[:100])
    _until(lambda: bool(host.events("certificate_refused")))
    assert _served(host) == before
    assert line.notices() == set()
    file.write_bytes(whole)
    _until(lambda: bool(host.events("certificate_taken")))
