"""Somebody with a workstation's credential, or with none: what the host tells, keeps and waits for."""

from __future__ import annotations

import hashlib
import random
import socket
import ssl
from collections.abc import Callable, Iterator
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.core.errors import CyberlibError
from cyberlib_client.transports.host import records
from cyberlib_client.transports.host.store import HostStore
from cyberlib_host.api import connections
from cyberlib_host.api.limits import Limits
from tests.support.hosts import TestHost, serving

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestHost]:
    with serving(tmp_path_factory.mktemp("host")) as host:
        yield host


def _pack(seed: int, size: int = 1_200_000) -> tuple[bytes, dict[str, Any]]:
    data = random.Random(seed).randbytes(size)
    digest = hashlib.sha256(data).hexdigest()
    return data, {"objects": [{"name": f"packs/{digest}", "size": size, "sha256": digest}]}


def _refusal(ask: Callable[[], object]) -> tuple[str, object]:
    with pytest.raises(CyberlibError) as refused:
        ask()
    return refused.value.code, refused.value.facts.get("reason")


# ---- what it tells -----------------------------------------------------------------------------------


def test_a_commit_tells_nothing_of_others_vaults(host: TestHost) -> None:
    """Neither whether the vault is there, nor which content it has, nor of which size."""
    theirs, _ = host.store()
    mine, _ = host.store()
    data, there = _pack(1)
    theirs.put(there["objects"][0]["name"], data)
    smaller = {"objects": [there["objects"][0] | {"size": 3}]}
    answers = {
        _refusal(
            lambda v=vault, b=body: mine.client.ask(  # type: ignore[misc]
                "POST", f"/v1/vaults/{v}/objects", records.StoredList, b
            )
        )
        for vault in (theirs.vault, "0" * 32)
        for body in (there, smaller, _pack(2)[1])
    }
    assert answers == {("host_vault_unknown", None)}


def test_a_header_that_another_put_first_is_read(host: TestHost) -> None:
    """Two that make a vault at the same moment: one of them must find out."""
    one, identity = host.store()
    other = HostStore(host.client(identity), one.vault)
    one.put("vault", b"first ")
    other.put("vault", b"second")
    assert (one.get("vault"), other.get("vault")) == (b"first ", b"first ")


# ---- what it keeps -----------------------------------------------------------------------------------


def test_what_is_never_committed_does_not_get_round_the_quota(host: TestHost) -> None:
    identity = host.enrol(host.organisation(quota=3_000_000).contract_key)
    client = host.client(identity)
    path = f"/v1/vaults/{client.ask('POST', '/v1/vaults', records.Vault).id}/uploads"
    for seed in (1, 2, 2, 1):  # the same again costs nothing
        data, wanted = _pack(seed)
        link = client.ask("POST", path, records.PreparedList, wanted).objects[0].put
        assert link is not None
        client.put_content(link, data)
    assert _refusal(lambda: client.ask("POST", path, records.PreparedList, _pack(3)[1]))[0] == (
        "host_quota_reached"
    )
    client.ask("POST", path.replace("uploads", "objects"), records.StoredList, _pack(1)[1])


def test_many_sessions_have_the_rate_of_one_device(tmp_path: Path) -> None:
    with serving(tmp_path / "host", Limits(signed=20, unsigned=10_000)) as host:
        identity = host.enrol(host.organisation().contract_key)
        with pytest.raises(CyberlibError) as refused:
            for _ in range(60):
                host.client(identity, patience=0.1).ask("GET", "/v1/device", records.Standing)
        assert refused.value.code == "host_busy"


# ---- what it waits for -------------------------------------------------------------------------------


def _connected(host: TestHost) -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", int(host.url.rpartition(":")[2])), timeout=180)
    return ssl.create_default_context(cadata=host.ca).wrap_socket(plain, server_hostname="127.0.0.1")


def _ended(connection: ssl.SSLSocket) -> bool:
    """Without an answer; fails when nothing happens for half a minute."""
    try:
        return connection.recv(1000) == b""
    except (ssl.SSLEOFError, ConnectionError):
        return True


_POST = b"POST /v1/challenges HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET /hea", b"GET /health HTTP/1.1\r\nHost: x\r\nX-A: ", _POST + b"Content-Length: 99\r\n\r\n{"],
    ids=["nothing", "a line", "a head", "a body"],
)
def test_what_never_ends_is_not_waited_for(
    host: TestHost, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(connections, "SILENCE_SECONDS", 0.3)
    with _connected(host) as connection:
        connection.sendall(sent)
        assert _ended(connection)
    with _connected(host) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")


_CHUNKED = _POST + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("begin", "more"),
    [
        (b"GET /", b"a" * 30_000),
        (b"GET /health HTTP/1.1\r\nHost: x\r\n", b"X-A: " + b"a" * 30_000 + b"\r\n"),
        (b"GET /health HTTP/1.1\r\nX-A: ", b"a" * 30_000),
        (_CHUNKED + b"1\r\n{\r\n0\r\n", b"X-A: " + b"a" * 30_000 + b"\r\n"),
        (_CHUNKED + b"1;", b"a" * 30_000),
    ],
    ids=["line", "headers", "header", "trailers", "extension"],
)
def test_heads_without_end_fill_no_memory(host: TestHost, begin: bytes, more: bytes) -> None:
    with _connected(host) as connection:
        try:
            connection.sendall(begin)
            for _ in range(1000):
                connection.sendall(more)
        except (ssl.SSLError, ConnectionError):
            return
    pytest.fail("30 MB were taken in")


def test_a_head_as_long_as_they_come_is_read(host: TestHost) -> None:
    """And the next request on the same connection, and one in small chunks."""
    with _connected(host) as connection:
        long = b"GET /health HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 40_000 + b"\r\n\r\n"
        chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in b'{"device": "%s"}' % (b"0" * 32))
        for request in (long, long, long, _CHUNKED + chunks + b"0\r\n\r\n", long):
            connection.sendall(request)
            answer = HTTPResponse(connection)
            answer.begin()
            assert answer.status == 200, answer.read()
            answer.read()
