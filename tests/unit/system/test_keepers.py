"""What every SecretKeeper does (core.platform), on the real keychain of this system and on files."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cyberlib_client.core.errors import NeedsUnlock
from cyberlib_client.core.platform import SecretKeeper
from cyberlib_client.system import this_system
from tests.support.session_bus import Keychain, keychain_session

KINDS = {"linux": "secret_service", "win32": "credential_manager", "darwin": "keychain"}
NAME = f"test-{secrets.token_hex(8)}"  # on macOS and Windows the keychain is the developer's own


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keychain | None]:
    """A session bus with an unlocked keychain, where keychains need one."""
    with keychain_session(tmp_path_factory.mktemp("keychain")) as session:
        yield session


@pytest.fixture(params=["keychain", "file"])
def keeper(
    request: pytest.FixtureRequest, tmp_path: Path, session: Keychain | None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SecretKeeper]:
    if request.param == "file":
        yield this_system().owner_file(str(tmp_path / "profile" / "secrets"))
        return
    if session:
        session.enter(monkeypatch)
    keeper = this_system().keychain
    yield keeper
    keeper.remove(NAME)


@pytest.mark.parametrize(
    "secret",
    [bytes(range(256)), b"", bytes(32), "clé".encode("utf-16")],
    ids=["all bytes", "empty", "zeros", "text"],
)
def test_a_secret_is_kept_byte_for_byte(keeper: SecretKeeper, secret: bytes) -> None:
    keeper.store(NAME, secret)
    assert keeper.load(NAME) == secret


def test_an_unknown_name_has_no_secret(keeper: SecretKeeper) -> None:
    assert keeper.load(NAME) is None


def test_the_last_secret_stored_counts(keeper: SecretKeeper) -> None:
    keeper.store(NAME, b"old")
    keeper.store(NAME, b"new")
    assert keeper.load(NAME) == b"new"
    keeper.remove(NAME)
    assert keeper.load(NAME) is None


def test_names_are_kept_apart(keeper: SecretKeeper) -> None:
    other = NAME + "-2"
    keeper.store(NAME, b"one")
    keeper.store(other, b"two")
    try:
        assert (keeper.load(NAME), keeper.load(other)) == (b"one", b"two")
    finally:
        keeper.remove(other)
    assert keeper.load(NAME) == b"one"


def test_removing_what_is_not_there_is_no_error(keeper: SecretKeeper) -> None:
    keeper.remove(NAME)
    keeper.remove(NAME)


def test_a_second_keeper_finds_what_the_first_stored(keeper: SecretKeeper, tmp_path: Path) -> None:
    keeper.store(NAME, b"kept")
    file = this_system().owner_file(str(tmp_path / "profile" / "secrets"))
    again = file if keeper.describe() == "owner_file" else this_system().keychain
    assert again.load(NAME) == b"kept"


@pytest.mark.parametrize(
    "name", ["", "../up", "a/b", "a\\b", "Caps", "é", "x" * 65, ".hidden", "a.new", "a\0b", "a:b"]
)
def test_a_bad_name_is_a_mistake_of_the_program(keeper: SecretKeeper, name: str) -> None:
    for use in (keeper.load, keeper.remove, lambda name: keeper.store(name, b"x")):
        with pytest.raises(ValueError):
            use(name)


def test_each_says_what_it_is(keeper: SecretKeeper) -> None:
    assert keeper.describe() in (KINDS[sys.platform], "owner_file")


# A keychain that cannot be used


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lacks a keychain at times")
class TestNoKeychain:
    def test_without_a_session_it_says_so(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        _assert_unavailable("no_service")

    def test_with_a_bus_that_is_gone_it_says_so(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/bus")
        _assert_unavailable("no_service")

    def test_a_locked_keychain_that_nobody_unlocks_is_not_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with keychain_session(tmp_path) as session:
            assert session is not None
            session.enter(monkeypatch)
            this_system().keychain.store(NAME, b"kept")
        with keychain_session(tmp_path, unlocked=False) as session:
            assert session is not None
            session.enter(monkeypatch)
            _assert_unavailable("locked")

    def test_no_other_backend_of_keyring_takes_its_place(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """keyrings.alt and the like store in clear; keyring would fall back to them without a word."""
        import keyring
        from keyring.backend import KeyringBackend

        used = []

        class InClear(KeyringBackend):  # type: ignore[misc, unused-ignore]
            priority = 99.0

            def get_password(self, service: str, username: str) -> str | None:
                used.append(username)
                return "00"

            def set_password(self, service: str, username: str, password: str) -> None:
                used.append(username)

        before = keyring.get_keyring()
        keyring.set_keyring(InClear())  # type: ignore[no-untyped-call, unused-ignore]
        try:
            assert keyring.get_password("x", "seen") == "00"
            monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/bus")
            _assert_unavailable("no_service")
        finally:
            keyring.set_keyring(before)
        assert used == ["seen"]


def _assert_unavailable(reason: str) -> None:
    keeper = this_system().keychain
    for use in (keeper.load, keeper.remove, lambda name: keeper.store(name, b"secret")):
        with pytest.raises(NeedsUnlock) as caught:
            use(NAME)
        assert caught.value.code == "keychain_unavailable"
        assert caught.value.facts == {"reason": reason}
