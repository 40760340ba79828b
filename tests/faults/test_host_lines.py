"""A line to the host that waits, drips, is cut anywhere, answers late, or carries a request twice.

Whatever happens: a backup ends well or with a stable error, the next one ends well, nothing is committed
twice, and what is restored is what was there.
"""

from __future__ import annotations

import hashlib
import os
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from cyberlib_client.core.errors import CyberlibError
from cyberlib_client.transports import http
from cyberlib_client.transports.host import records
from cyberlib_client.transports.host.client import HostClient
from cyberlib_client.transports.host.store import HostStore
from cyberlib_host.tls import own_certificate
from tests.support.command_line import CommandLine, restored
from tests.support.hosts import TestHost, TestIdentity, serving
from tests.support.proxy import GOOD, Asked, Line, Relay, Trouble, as_it_is, late, line_to, relay_to
from tests.support.stations import books, patience, station
from tests.support.trees import make_tree, told

pytestmark = pytest.mark.faults

SMALL, LARGE = 40_000, (1 << 20) + 4_321


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestHost]:
    with serving(tmp_path_factory.mktemp("host")) as host:
        yield host


@pytest.fixture(scope="module")
def line(host: TestHost) -> Iterator[Line]:
    with line_to(host.url) as line:
        yield line


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_FIRST_PAUSE", 0.005)
    monkeypatch.setattr(http, "_LONGEST_PAUSE", 0.02)


class Story:
    """What a run does at a host: looks, stores small and large, commits a snapshot, reads all of it."""

    def __init__(self, host: TestHost, url: str, patience: float) -> None:
        self.host = host
        self.url = url
        self.patience = patience
        self.identity: TestIdentity = host.enrol(host.organisation().contract_key)
        made = host.client(self.identity).ask("POST", "/v1/vaults", records.Vault)
        self.vault = made.id
        self.dice = random.Random(11)
        self.committed: dict[str, bytes] = {}

    def run(self) -> None:
        """Once, with connections of its own. Raises CyberlibError."""
        parts = {"packs": LARGE, "index": SMALL, "snapshots": 900}
        stored = {}
        for kind, size in parts.items():
            data = self.dice.randbytes(size)
            stored[f"{kind}/{hashlib.sha256(data).hexdigest()}"] = data
        client = HostClient(
            self.url, http.Line(ca=self.host.ca, patience=self.patience), identity=self.identity
        )
        try:
            store = HostStore(client, self.vault)
            list(store.list("index"))
            for name, data in stored.items():
                store.put(name, data)
                self.committed[name] = data  # the host said so
            for name, data in stored.items():
                assert store.get(name) == data
        finally:
            client.close()

    def check(self) -> None:
        """All that was said to be committed is there; the host's books add up."""
        client = self.host.client(self.identity)
        store = HostStore(client, self.vault)
        listed = {o.name: o.size for kind in ("packs", "index", "snapshots") for o in store.list(kind)}
        for name, data in self.committed.items():
            assert listed[name] == len(data)
        name, data = self.dice.choice(sorted(self.committed.items()))
        assert store.get(name) == data
        books(self.host.context.database)


def _near(ends: list[int], last: int, dice: random.Random, most: int) -> list[int]:
    """Bytes to cut after: before, in, at and after the ends of records; some anywhere."""
    found = {end + off for end in ends for off in (-1, 0, 1, 5)} | {dice.randrange(last) for _ in range(8)}
    found = {each for each in found if 0 <= each < last}
    first = [each for each in sorted(found) if each < 4_000]  # the handshake
    rest = [each for each in sorted(found) if each >= 4_000]
    return sorted({*dice.sample(first, min(len(first), most // 2)), *dice.sample(rest, min(len(rest), most))})


@pytest.mark.parametrize("way", ["up", "down"])
def test_a_connection_cut_at_each_boundary(host: TestHost, line: Line, way: str) -> None:
    story, dice = Story(host, line.url, patience=20.0), random.Random(f"cut {way}")
    line.start_anew(lambda _number: GOOD)
    story.run()
    assert len(line.passed) == 2  # one asks, one moves content
    before = books(host.context.database)
    places = [
        (which, place)
        for which, passed in enumerate(line.passed)
        for place in _near(passed.ends[way], getattr(passed, way), dice, 8)
    ]
    assert len(places) >= 16
    for which, place in places:
        cut = Trouble(**{way: place}, reset=dice.random() < 0.5)  # type: ignore[arg-type]
        line.start_anew(lambda number, cut=cut, which=which: cut if number == which else GOOD)  # type: ignore[misc]
        story.run()
        assert line.cuts == 1, (which, place)
    story.check()
    after = books(host.context.database)
    assert after["snapshots"] - before["snapshots"] == len(places)
    assert after["objects"] - before["objects"] == 3 * len(places)


def test_every_connection_cut(host: TestHost, line: Line) -> None:
    """An error that is known, in bounded time; then the line is mended, and it goes on."""
    story, dice = Story(host, line.url, patience=0.3), random.Random("every")
    for number in range(4):
        way = dice.choice(["up", "down"])
        cut = Trouble(**{way: dice.randrange(60_000)}, reset=number % 2 == 0)  # type: ignore[arg-type]
        line.start_anew(lambda _number, cut=cut: cut)  # type: ignore[misc]
        try:
            story.run()
        except CyberlibError as error:
            assert error.code == "host_unreachable"
        assert line.cuts >= 1
        line.start_anew(lambda _number: GOOD)
        story.run()
    story.check()


def test_a_slow_and_dripping_line(host: TestHost, line: Line) -> None:
    story = Story(host, line.url, patience=20.0)
    for trouble in (Trouble(wait=0.01), Trouble(wait=0.0001, drip=1400)):
        line.start_anew(lambda _number, trouble=trouble: trouble)  # type: ignore[misc]
        story.run()
    story.check()


# ---- whole backups -----------------------------------------------------------------------------------


def _station(host: TestHost, folder: Path, url: str) -> CommandLine:
    contract_key = host.organisation().contract_key
    return station(folder, url=url, ca=host.ca, contract_key=contract_key)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    plan = {f"lettre-{n}.txt": b"lettre fictive %d" % n for n in range(20)}
    return make_tree(tmp_path / "Cabinet", {"scan.bin": os.urandom(3_000_000), "é": plan})


def _restores(line: CommandLine, sources: Path, to: Path) -> None:
    line("restore", "latest", "--to", str(to))
    assert told(restored(to, sources)) == told(sources)


def test_backups_over_a_line_that_is_cut_again_and_again(
    host: TestHost, line: Line, tmp_path: Path, sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience(monkeypatch, 1.0)
    line.start_anew(lambda _number: GOOD)
    poste = _station(host, tmp_path / "a", line.url)
    dice, ended = random.Random(5), 0
    before = books(host.context.database)["snapshots"]
    for number in range(3):
        (sources / f"jour-{number}.bin").write_bytes(dice.randbytes(400_000))
        cuts = iter([Trouble(**{dice.choice(["up", "down"]): int(10 ** dice.uniform(2, 6))})] * (number + 1))
        line.start_anew(lambda _number, cuts=cuts: next(cuts, GOOD))  # type: ignore[misc]
        done = poste.attempt("backup", str(sources))
        if done.code:
            assert done.code == 6 and "[host_unreachable]" in done.err, done
        ended += done.code == 0
        line.start_anew(lambda _number: GOOD)
        poste("backup", str(sources))
        ended += 1
    after = books(host.context.database)["snapshots"]
    # One whose answer was lost may count, though the workstation could not know.
    assert ended <= after - before <= 6
    assert len(poste.json("snapshots")["items"]) == after - before
    _restores(poste, sources, tmp_path / "out")
    poste("verify", "--read-data")


# ---- requests that come twice, late, or whose answers are lost ---------------------------------------


def _twice(asked: Asked, answer: Callable[[], httpx2.Response]) -> httpx2.Response:
    """Both at once; the one that is ready first is heard."""
    if asked.path == "/v1/sessions":
        return answer()  # a challenge is good for one attempt: whose answer is heard would be chance
    given: list[httpx2.Response] = []
    both = [threading.Thread(target=lambda: given.append(answer())) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert {each.status_code < 400 for each in given} in ({True}, {False}), (asked, given)
    return given[0]


def _unheard() -> Callable[[Asked, Callable[[], httpx2.Response]], httpx2.Response | None]:
    """The first answer to each request is lost."""
    seen: set[tuple[str, str, bytes]] = set()  # a session is asked for with another challenge each time

    def fate(asked: Asked, answer: Callable[[], httpx2.Response]) -> httpx2.Response | None:
        given, this = (
            answer(),
            (asked.method, asked.path, b"" if asked.path == "/v1/sessions" else asked.body),
        )
        if this in seen:
            return given
        seen.add(this)
        return None

    return fate


class Relayed:
    """A workstation whose requests are seen on their way."""

    def __init__(self, host: TestHost, relay: Relay, ca: str, folder: Path) -> None:
        self.relay = relay
        key = host.organisation().contract_key
        self.line = station(folder / "a", url=relay.url, ca=ca, contract_key=key)


@pytest.fixture(scope="module")
def relayed(host: TestHost, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relayed]:
    folder = tmp_path_factory.mktemp("relayed")
    certificate = own_certificate(folder / "tls", ["127.0.0.1"])
    with relay_to(host.url, host.ca, certificate) as relay:
        yield Relayed(host, relay, certificate.authority.read_text("utf-8"), folder)


@pytest.mark.parametrize("fate", ["twice", "unheard", "late"])
def test_requests_that_are_repeated(
    host: TestHost,
    relayed: Relayed,
    tmp_path: Path,
    sources: Path,
    fate: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if fate == "late":
        monkeypatch.setattr(http, "_SILENCE_SECONDS", 0.5)
    relay, poste = relayed.relay, relayed.line
    relay.asked.clear()
    before = books(host.context.database)
    relay.fate = {"twice": _twice, "unheard": _unheard(), "late": late(0.7, 3)}[fate]
    try:
        poste("backup", str(sources))
        asked = [(each.method, each.path, each.body) for each in relay.asked]
        assert fate == "twice" or len(asked) > len(set(asked)), "nothing was asked again"
        assert books(host.context.database)["snapshots"] == before["snapshots"] + 1
        _restores(poste, sources, tmp_path / "out")
    finally:
        relay.fate = as_it_is


def test_a_whole_backup_replayed_in_any_order(
    host: TestHost, relayed: Relayed, tmp_path: Path, sources: Path
) -> None:
    """By somebody who recorded every request, with its session: the vault stays as it is."""
    relay, poste = relayed.relay, relayed.line
    relay.asked.clear()
    poste("backup", str(sources))
    recorded, before = list(relay.asked), books(host.context.database)
    assert {asked.method for asked in recorded} == {"GET", "PUT", "POST"}
    listed = poste.json("snapshots")["items"]
    random.Random(3).shuffle(recorded)
    refused = {}
    for asked in recorded:
        answer = relay.send(asked)
        if answer.status_code >= 400:
            refused[asked.path] = answer.json()["code"]
    assert books(host.context.database) == before
    # Of all of them, a challenge alone is good once.
    assert refused == {"/v1/sessions": "challenge_unknown"}
    assert poste.json("snapshots")["items"] == listed
    _restores(poste, sources, tmp_path / "out")
