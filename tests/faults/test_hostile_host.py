"""A host that lies: it rolls back, forks, omits, swaps, redirects, never ends. Detected and named; and no
credential goes where it should not."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, select, update

from cyberlib_client.core.errors import IntegrityError, Unreachable
from cyberlib_client.transports.host import records
from cyberlib_client.transports.host.client import HostClient
from cyberlib_client.transports.http import Line
from cyberlib_host.core import chain
from cyberlib_host.core.wire import Receipt
from cyberlib_host.database.tables import log, objects, vaults
from cyberlib_host.services.receipts import Committed
from tests.integration.test_cli_host import Practice
from tests.support.command_line import CommandLine, restored
from tests.support.hosts import TestHost, serving
from tests.support.trees import make_tree
from tests.support.trees import told as told_of

pytestmark = pytest.mark.faults


class Scene:
    """A workstation with three snapshots at a host that will lie."""

    def __init__(self, host: TestHost, folder: Path) -> None:
        self.host = host
        self.sources = make_tree(folder / "Cabinet", {"a.txt": b"lettre fictive", "b": {"c.txt": b"c"}})
        self.practice = Practice(host, folder)
        self.line: CommandLine = self.practice.station("A")
        self.practice.vault(self.line)
        for number in range(3):
            (self.sources / f"jour-{number}.txt").write_bytes(b"%d" % number)
            self.line("backup", str(self.sources))
        self.vault = self.line.json("vault", "info")["result"]["at"].rpartition("/")[2]

    def change(self, *statements: Any) -> None:
        """The host's database, changed behind everybody's back."""
        with self.host.context.database.write() as connection:
            for statement in statements:
                connection.execute(statement)

    def receipts(self) -> list[Receipt]:
        with self.host.context.database.read() as connection:
            rows = connection.execute(
                select(log.c.record).where(log.c.vault == self.vault).order_by(log.c.sequence)
            ).scalars()
            return [msgspec.json.decode(row, type=Receipt) for row in rows]

    def refuses(self, code: str) -> None:
        """A backup sends nothing more; what can be read is read, and told to be amiss."""
        before = self.objects()
        assert self.line.error("backup", str(self.sources), code=7) == code
        assert self.objects() == before
        told = self.line.json("snapshots", code=7)
        assert code in {notice["code"] for notice in told["notices"]}

    def objects(self) -> list[str]:
        with self.host.context.database.read() as connection:
            return sorted(connection.execute(select(objects.c.name)).scalars())


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestHost]:
    with serving(tmp_path_factory.mktemp("host")) as host:
        yield host


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with serving(tmp_path / "host") as host:
        yield Scene(host, tmp_path)


def test_an_honest_host_is_believed(scene: Scene) -> None:
    scene.line("backup", str(scene.sources))
    assert scene.line.json("snapshots")["notices"] == []


def test_a_log_that_is_cut_off(scene: Scene) -> None:
    last = scene.receipts()[0]
    scene.change(
        delete(log).where(log.c.sequence > 1),
        update(vaults).values(log_sequence=1, log_hash=bytes.fromhex(last.hash)),
    )
    scene.refuses("host_log_shorter")


def test_a_log_that_is_rewritten(scene: Scene) -> None:
    """Well signed by the host's own key, and not what it was."""
    previous, made = chain.BEGINNING, []
    for receipt in scene.receipts():
        fields = {f: getattr(receipt, f) for f in Committed.__struct_fields__}
        record = Committed(**{**fields, "time": "2020-01-01T00:00:00.000000Z"})
        digest = chain.link(previous, record)
        made.append(
            msgspec.structs.replace(
                receipt,
                time=record.time,
                previous=previous.hex(),
                hash=digest.hex(),
                signature=scene.host.context.key.sign(b"cyberlib receipt 1\n" + digest).hex(),
            )
        )
        previous = digest
    for each in made:
        here = (log.c.vault == scene.vault) & (log.c.sequence == each.sequence)
        scene.change(update(log).where(here).values(record=msgspec.json.encode(each)))
    scene.refuses("host_log_forked")


@pytest.mark.parametrize("field", ["signature", "hash", "name", "time"])
def test_a_receipt_of_somebody_elses_hand(scene: Scene, field: str) -> None:
    scene.line("backup", str(scene.sources))  # one that this workstation has not followed yet
    receipt = scene.receipts()[-1]
    wrong = getattr(receipt, field)
    wrong = ("0" if wrong[0] != "0" else "1") + wrong[1:]
    changed = msgspec.structs.replace(receipt, **{field: wrong})
    here = (log.c.vault == scene.vault) & (log.c.sequence == receipt.sequence)
    scene.change(update(log).where(here).values(record=msgspec.json.encode(changed)))
    before = scene.objects()
    code = scene.line.error("backup", str(scene.sources), code=7)
    assert code in ("host_receipt_bad", "host_log_forked")
    assert scene.objects() == before


def test_a_snapshot_that_is_withheld(scene: Scene) -> None:
    name = scene.receipts()[-1].name
    scene.change(delete(objects).where(objects.c.name == name))
    told = scene.line.json("snapshots", code=7)
    assert {"host_snapshot_withheld", "snapshot_rollback"} & {n["code"] for n in told["notices"]}


def test_a_new_key_for_receipts(scene: Scene, tmp_path: Path) -> None:
    object.__setattr__(scene.host.context, "key", Ed25519PrivateKey.generate())
    again = ["--host", scene.host.url, "--contract-key-file", scene.practice.key, "--name", "A"]
    assert scene.line.error("device", "enrol", *again, "--device-file", code=7) == "host_key_changed"


def test_objects_that_are_swapped(scene: Scene, tmp_path: Path) -> None:
    """One object's content under another's name: authenticated, so that it is damage and nothing else."""
    with scene.host.context.database.read() as connection:
        rows = connection.execute(select(objects).where(objects.c.name.like("packs/%"))).all()
    assert len(rows) >= 2
    (a, b) = rows[:2]
    for one, other in ((a, b), (b, a)):
        scene.change(
            update(objects).where(objects.c.name == one.name).values(sha256=other.sha256, size=other.size)
        )
    done = scene.line.attempt("restore", "latest", "--to", str(tmp_path / "out"))
    assert done.code in (3, 7)
    assert "Traceback" not in done.err


# ---- answers that a workstation must not trust -------------------------------------------------------


class Liar:
    """Stands before a host's ASGI application and answers some requests itself."""

    def __init__(self, answers: Callable[[str], tuple[int, dict[str, str], bytes] | None]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, dict[str, str]]] = []

    def __call__(self, inner: Any) -> Any:
        async def application(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await inner(scope, receive, send)
                return
            headers = {k.decode(): v.decode() for k, v in scope["headers"]}
            self.asked.append((scope["path"], headers))
            answer = self.answers(scope["path"])
            if answer is None:
                await inner(scope, receive, send)
                return
            status, given, body = answer
            listed = [(k.encode(), v.encode()) for k, v in given.items()]
            await send({"type": "http.response.start", "status": status, "headers": listed})
            await send({"type": "http.response.body", "body": body})

        return application


def _lying(scene: Scene, path: str, *answer: Any) -> Liar:
    liar = Liar(lambda asked: answer if path in asked else None)  # type: ignore[arg-type,return-value]
    server = scene.host.server._server
    server.config.loaded_app = liar(server.config.loaded_app)
    return liar


def test_a_redirect_is_not_followed(scene: Scene, tmp_path: Path) -> None:
    with serving(tmp_path / "elsewhere") as elsewhere:
        spy = Liar(lambda _path: None)
        server = elsewhere.server._server
        server.config.loaded_app = spy(server.config.loaded_app)
        _lying(scene, "/v1/vaults", 307, {"location": f"{elsewhere.url}/v1/vaults"}, b"")
        assert scene.line.error("snapshots", code=1) == "host_refused"
        assert spy.asked == []


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b'{"objects": 1}', b"[" * 100_000, b"\xff" * 1000, b'{"objects": [], "mark": 3}'],
)
def test_answers_that_are_none(scene: Scene, body: bytes) -> None:
    _lying(scene, "/changes", 200, {"content-type": "application/json"}, body)
    assert scene.line.error("verify", code=6) == "host_answer"


def test_a_listing_that_never_ends(scene: Scene) -> None:
    found = [{"name": "packs/" + "a" * 64, "size": 1}]
    page = json.dumps({"objects": found, "mark": "1-" + "a" * 16, "whole": False, "more": True})
    _lying(scene, "/changes", 200, {"content-type": "application/json"}, page.encode())
    assert scene.line.error("verify", code=7) == "host_list_endless"


def test_an_answer_without_end(scene: Scene) -> None:
    _lying(scene, "/objects", 200, {"content-type": "application/json"}, b" " * (17 << 20))
    assert scene.line.error("verify", code=6) == "host_answer"


# ---- a host that means no harm -----------------------------------------------------------------------


@pytest.mark.parametrize("forked", [False, True])
def test_a_host_that_had_to_put_its_database_back(scene: Scene, tmp_path: Path, *, forked: bool) -> None:
    """Nothing is sent before somebody accepts that; then the vault has again all that the machine has."""
    earlier = shutil.copytree(tmp_path / "A", tmp_path / "earlier", symlinks=True)
    backup = tmp_path / "backup.sqlite"
    with _sqlite(scene) as here, contextlib.closing(sqlite3.connect(backup)) as copy:
        here.backup(copy)
    since = scene.sources / "since.bin"
    for _ in range(2):  # the first receipt is remembered by the second run
        since.write_bytes(os.urandom(100_000))
        scene.line("backup", str(scene.sources))
    with _sqlite(scene) as here, contextlib.closing(sqlite3.connect(backup)) as copy:
        copy.backup(here)
    if forked:  # by who saw nothing of what is gone
        CommandLine(earlier)("backup", str(scene.sources / "b"))
    scene.refuses("host_log_forked" if forked else "host_log_shorter")
    told = scene.line.json("verify", "--accept-missing", code=7)
    assert "host_log_accepted" in {notice["code"] for notice in told["notices"]}
    assert scene.line.json("backup", str(scene.sources))["notices"] == []
    scene.line("verify", "--read-data")
    scene.line("restore", "latest", "--to", str(tmp_path / "out"))
    assert told_of(restored(tmp_path / "out", scene.sources)) == told_of(scene.sources)


@contextlib.contextmanager
def _sqlite(scene: Scene) -> Iterator[sqlite3.Connection]:
    with scene.host.context.database.engine.connect() as connection:
        here = connection.connection.driver_connection
        assert isinstance(here, sqlite3.Connection)
        connection.rollback()
        yield here


def test_a_host_that_lied_once_is_not_believed_for_ever(scene: Scene) -> None:
    """An empty listing, with the mark that the host itself gives: nobody would ask for what was before."""
    with scene.host.context.database.read() as connection:
        last = connection.execute(select(objects).order_by(objects.c.sequence.desc())).first()
    assert last is not None
    page = {"objects": [], "mark": f"{last.sequence}-{last.name[-16:]}", "whole": True, "more": False}
    liar = _lying(scene, "/changes", 200, {"content-type": "application/json"}, json.dumps(page).encode())
    assert scene.line.attempt("snapshots").code == 6
    liar.answers = lambda _path: None
    assert len(scene.line.json("snapshots")["items"]) == 3
    scene.line("backup", str(scene.sources))


def test_objects_that_a_host_once_hid_are_not_missed_for_ever(scene: Scene) -> None:
    """A verification asks the host anew, and so does the run after."""
    with scene.host.context.database.read() as connection:
        rows = connection.execute(select(objects).order_by(objects.c.sequence)).all()
    shown = [{"name": row.name, "size": row.size} for row in rows if not row.name.startswith("packs/")]
    mark = f"{rows[-1].sequence}-{rows[-1].name[-16:]}"
    page = {"objects": shown, "mark": mark, "whole": True, "more": False}
    liar = _lying(scene, "/changes", 200, {"content-type": "application/json"}, json.dumps(page).encode())
    scene.line.attempt("snapshots")
    liar.answers = lambda _path: None
    scene.line("verify")
    before = scene.objects()
    scene.line("backup", str(scene.sources))
    sent = set(scene.objects()) - set(before)
    assert {name.partition("/")[0] for name in sent} <= {"snapshots"}


def _listing(name: str = "vault", size: int = 1, mark: str = "1-a") -> dict[str, Any]:
    return {"objects": [{"name": name, "size": size}], "mark": mark, "whole": True, "more": False}


VALUES: list[tuple[str, dict[str, Any]]] = [
    ("/v1/challenges", {"challenge": "zz", "expires_in": 60}),
    ("/v1/challenges", {"challenge": "aa" * 500, "expires_in": 60}),
    ("/changes", _listing(size=2**70)),
    ("/changes", _listing(size=-1)),
    ("/changes", _listing(name="packs/../x")),
    ("/changes", _listing(mark="m" * 3000)),
    ("/changes", _listing() | {"objects": [{"name": f"packs/{n:064x}", "size": 1} for n in range(1001)]}),
]


def test_values_that_no_host_gives(scene: Scene) -> None:
    liar = _lying(scene, "nowhere", 200)
    for path, body in VALUES:
        answer = (200, {"content-type": "application/json"}, json.dumps(body).encode())
        liar.answers = lambda asked, path=path, answer=answer: answer if path in asked else None
        assert scene.line.error("snapshots", code=6) == "host_answer"
    liar.answers = lambda _path: None
    assert len(scene.line.json("snapshots")["items"]) == 3


CARD = {
    "host": "H",
    "certificate": "C",
    "activities": [1],
    "valid_from": "2026-01-01",
    "valid_until": "2029-01-01",
    "places": [{"name": "P", "latitude": 0, "longitude": 0}],
    "sub_processors": [{"name": "S", "role": "R", "notice_days": 30}],
}
INFO = {
    "version": "1",
    "protocol": 1,
    "least_client": "1",
    "key": "a" * 64,
    "time": "",
    "terms": 0,
    "card": CARD,
}


@pytest.mark.parametrize(
    "change",
    [
        {"support": "a" * 5000},
        {"card": {**CARD, "host": "<b>" * 1_000_000}},
        {"card": {**CARD, "activities": [10**30]}},
        {"card": {**CARD, "places": CARD["places"] * 1000}},
        {"card": {**CARD, "sub_processors": [{"name": "S", "role": "R", "notice_days": -1}]}},
    ],
)
def test_what_nobody_could_read_is_no_answer(scene: Scene, change: dict[str, Any]) -> None:
    """What a window shows of a host comes from there."""
    liar = _lying(scene, "nowhere", 200)
    given: dict[str, Any] = {}
    liar.answers = lambda asked: (200, {}, json.dumps(given).encode()) if asked.endswith("/v1/host") else None
    client = scene.host.client(scene.host.enrol(scene.host.organisation().contract_key))
    given |= INFO
    assert client.ask("GET", "/v1/host", records.HostInfo, signed=False).card is not None
    given |= change
    with pytest.raises(Unreachable) as refused:
        client.ask("GET", "/v1/host", records.HostInfo, signed=False)
    assert refused.value.code == "host_answer"


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX-Planted: 1", "\x1b[2J", "é", "a" * 5000])
def test_tokens_that_are_none(host: TestHost, token: str) -> None:
    identity = host.enrol(host.organisation().contract_key)
    session = records.Session(token, 900, host.client(identity).sign_in())
    config = host.server._server.config
    before = config.loaded_app
    answer = (200, {"content-type": "application/json"}, msgspec.json.encode(session))
    config.loaded_app = Liar(lambda path: answer if path == "/v1/sessions" else None)(before)
    try:
        with pytest.raises(Unreachable) as refused:
            host.client(identity).ask("GET", "/v1/device", records.Standing)
    finally:
        config.loaded_app = before
    assert refused.value.code == "host_answer"


@pytest.mark.parametrize(
    "link",
    [
        {"url": "http://192.0.2.1/x"},
        {"url": "http://127.0.0.1.example/x"},
        {"url": "file:///etc/hostname"},
        {"url": "ftp://127.0.0.1/x"},
        {"url": "//127.0.0.1/x\x00"},
        {"url": "https://name:word@127.0.0.1/x"},
        {"url": "https://[::1/x"},
        {"url": "x"},
        {"url": ""},
        {"url": "/v1/storage/x", "headers": {"Authorization": "Bearer x"}},
        {"url": "/v1/storage/x", "headers": {"Host": "elsewhere.example"}},
        {"url": "/v1/storage/x", "headers": {"Transfer-Encoding": "chunked"}},
        {"url": "/v1/storage/x", "headers": {"x-amz-a": "b\r\nCookie: c"}},
        {"url": "/v1/storage/x", "headers": {"x-amz-é": "é"}},
    ],
)
def test_links_to_where_nothing_is_sent(host: TestHost, link: dict[str, Any]) -> None:
    store, _ = host.store()
    wanted = records.Link(link["url"], link.get("headers", {}), 3600)
    for follow in (
        lambda: store.client.put_content(wanted, b"sealed"),
        lambda: store.client.get_content(wanted, 0, 6),
    ):
        with pytest.raises(IntegrityError) as refused:
            follow()
        assert refused.value.code == "host_link_unsafe"


def test_links_in_clear_lead_to_a_storage_on_the_hosts_own_machine() -> None:
    """Which is this one: a host elsewhere does not choose what is reached here."""
    client = HostClient("https://sauvegarde.test", Line())
    with pytest.raises(IntegrityError) as refused:
        client.get_content(records.Link("http://127.0.0.1:1/x", {}, 3600), 0, 6)
    assert refused.value.code == "host_link_unsafe"
    client.close()
