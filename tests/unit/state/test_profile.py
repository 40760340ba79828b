"""Settings, credentials and caches of a profile: written whole, read strictly, refused when damaged."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberlib_client.app.bootstrap import private_files
from cyberlib_client.core.errors import CyberlibError, Failed, IntegrityError
from cyberlib_client.core.keys import VaultKeys
from cyberlib_client.state.credentials import (
    DeviceSecret,
    SlotsSeen,
    forget_device_secret,
    read_device_secret,
    read_identity,
    read_slots_seen,
    write_device_secret,
    write_identity,
    write_slots_seen,
)
from cyberlib_client.state.private_file import read_file, write_new, write_private
from cyberlib_client.state.profile import Profile, default_root
from cyberlib_client.state.seen import Seen, read_seen, write_seen
from cyberlib_client.state.settings import (
    Settings,
    SourceSettings,
    VaultSettings,
    read_settings,
    write_settings,
)
from cyberlib_client.system import this_system

KEYS = VaultKeys(bytes(range(32)), bytes(16))
DAMAGED = (
    b'{"vault":',
    b'{"vault":"\xff\xfe"}',
    b'{"command":"\xff"}',
    b"[" * 100_000,
    b'{"x":' + b"[" * 100_000,
)


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    made = Profile(str(tmp_path / "profile"), private_files)
    made.make()
    return made


# --- settings ---


def test_no_file_means_the_defaults(profile: Profile) -> None:
    assert read_settings(profile) == Settings()


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)


@given(
    at=TEXTS,
    device=TEXTS,
    paths=st.lists(st.tuples(TEXTS, st.lists(TEXTS, max_size=3), st.booleans()), max_size=4),
)
@pytest.mark.portable
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, at: str, device: str, paths: list[tuple[str, list[str], bool]]
) -> None:
    profile = Profile(str(tmp_path_factory.mktemp("settings")), private_files)
    wanted = Settings(
        language="fr",
        device=device,
        vault=VaultSettings(at, "0" * 32),
        sources=[SourceSettings(path=p, exclude=e, one_file_system=o) for p, e, o in paths],
    )
    write_settings(profile, wanted)
    assert read_settings(profile) == wanted
    write_settings(profile, Settings())
    assert read_settings(profile) == Settings()


def test_comments_and_order_of_an_administrator_stay(profile: Profile) -> None:
    Path(profile.settings).write_text(
        "# Cabinet du Dr Martin\n"
        'device = "ACCUEIL" # le poste du secrétariat\n'
        'language = "fr"\n'
        "\n"
        "[vault]\n"
        'at = "/srv/coffre" # disque du serveur\n'
        'id = "00000000000000000000000000000000"\n'
        "\n"
        "[[sources]] # les courriers\n"
        'path = "/srv/courriers"\n'
        'exclude = ["*.iso"] # trop gros\n',
        encoding="utf-8",
    )
    before = read_settings(profile)
    added = SourceSettings(path="/srv/images")
    write_settings(profile, Settings(
        language="fr", device="ACCUEIL", vault=before.vault, sources=[*before.sources, added]
    ))  # fmt: skip
    text = Path(profile.settings).read_text(encoding="utf-8")
    for comment in (
        "# Cabinet du Dr Martin",
        "# disque du serveur",
        "# trop gros",
        "# le poste du secrétariat",
    ):
        assert comment in text, text
    assert (
        text.index("device")
        < text.index("language")
        < text.index("/srv/courriers")
        < text.index("/srv/images")
    )
    assert read_settings(profile).sources == [*before.sources, added]
    write_settings(profile, before)
    assert read_settings(profile) == before


@pytest.mark.parametrize(
    ("broken", "line", "reason"),
    [
        (b"[vault", 1, "toml"),
        (b'device = "a"\r\nlanguage = fr\r\n', 2, "toml"),
        (b'device = "a"\nsources = [\n\n', 3, "toml"),
        (b"vault = 1", 1, "value_unfit:vault"),
        (b'device = "a"\n[vault]\nat = "x"', 3, "key_missing:vault.id"),
        (b'# one\n\ncolor = "x"\ndevice = "a"', 3, "key_unknown:color"),
        (b'device = "a"\n# caf\xe9\n', 2, "UTF-8"),
        (b'language = "de"', 1, "value_unfit:language"),
        (b"[[sources]]\nx=1", 2, "key_unknown:sources[0].x"),
        (b'[[sources]]\npath = "/a"\nexclude = [\n "a",\n 7,\n]\n', 6, "value_unfit:sources[0].exclude[1]"),
        (b"\nx = " + b"9" * 5_000, 2, "toml"),
        (b"\nx = " + b"[" * 100_000, 2, "toml"),
    ],
)
def test_what_is_not_understood_is_refused_and_kept(
    profile: Profile, broken: bytes, line: int, reason: str
) -> None:
    Path(profile.settings).write_bytes(broken)
    for attempt in (lambda: read_settings(profile), lambda: write_settings(profile, Settings(device="x"))):
        with pytest.raises(Failed) as raised:
            attempt()
        assert raised.value.code == "settings_damaged"
        assert raised.value.facts == {"at": profile.settings, "line": line, "reason": reason}
    assert Path(profile.settings).read_bytes() == broken


# --- credentials ---


def test_a_file_that_is_far_too_large_is_not_read_in(profile: Profile) -> None:
    """It is none of ours: refused where it counts, empty where it is a cache."""
    for path in (
        profile.settings,
        profile.device,
        profile.identity,
        profile.slots,
        profile.seen,
    ):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(b"")
        os.truncate(path, 2**25)
    for read in (
        lambda: read_settings(profile),
        lambda: read_device_secret(profile),
        lambda: read_identity(profile, KEYS),
        lambda: read_slots_seen(profile, "0" * 32),
    ):
        with pytest.raises(Failed, match="profile_denied"):
            read()
    assert read_seen(profile, "0" * 32) == Seen("0" * 32)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no umask")
def test_folders_on_the_way_are_closed_to_others(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Profile(str(tmp_path / "a" / "b" / "profile"), private_files).make()
        this_system().owner_file(str(tmp_path / "c" / "d" / "secrets")).store("device-1", b"x")
    finally:
        os.umask(before)
    made = [tmp_path / "a", tmp_path / "a" / "b", tmp_path / "c", tmp_path / "c" / "d"]
    assert [path.stat().st_mode & 0o7777 for path in made] == [0o700] * 4


def test_an_identity_is_sealed_by_the_vaults_key(profile: Profile) -> None:
    seed = os.urandom(48)
    assert read_identity(profile, KEYS) is None
    write_identity(profile, KEYS, seed, os.urandom)
    assert seed not in Path(profile.identity).read_bytes()
    assert seed[16:] not in Path(profile.identity).read_bytes()
    assert read_identity(profile, KEYS) == seed
    other = VaultKeys(bytes(32), bytes(16))
    with pytest.raises(IntegrityError, match="identity_damaged"):
        read_identity(profile, other)


def test_no_altered_identity_is_taken(profile: Profile) -> None:
    write_identity(profile, KEYS, os.urandom(48), os.urandom)
    good = Path(profile.identity).read_bytes()
    for place in range(0, len(good), 7):
        Path(profile.identity).write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        with pytest.raises(IntegrityError, match="identity_damaged"):
            read_identity(profile, KEYS)
    for length in (0, 5, 64, len(good) - 1):
        Path(profile.identity).write_bytes(good[:length])
        with pytest.raises(IntegrityError, match="identity_damaged"):
            read_identity(profile, KEYS)


def test_where_the_device_secret_is(profile: Profile) -> None:
    device = DeviceSecret("0" * 32, "file", "device-0123", "abcd")
    assert read_device_secret(profile) is None
    write_device_secret(profile, device)
    assert read_device_secret(profile) == device
    for data in DAMAGED:
        Path(profile.device).write_bytes(data)
        with pytest.raises(Failed, match="credentials_damaged"):
            read_device_secret(profile)
    for name in ("../../etc", "", "device-01/..", "device-xyz"):
        write_device_secret(profile, DeviceSecret("0" * 32, "file", name, "abcd"))
        with pytest.raises(Failed, match="credentials_damaged"):
            read_device_secret(profile)
    forget_device_secret(profile)
    forget_device_secret(profile)
    assert read_device_secret(profile) is None


def test_the_newest_slot_table_seen_belongs_to_one_vault(profile: Profile) -> None:
    seen = SlotsSeen("a" * 32, 7, frozenset(("01" * 8,)), ("slots/" + "ab" * 32,))
    assert read_slots_seen(profile, "a" * 32) == SlotsSeen("a" * 32)
    write_slots_seen(profile, seen)
    assert read_slots_seen(profile, "a" * 32) == seen
    assert read_slots_seen(profile, "b" * 32) == SlotsSeen("b" * 32)
    for data in (b"", b"{", b"[" * 100_000, b"\xff", b'{"vault": 1}', b'{"generation": "x"}'):
        Path(profile.slots).write_bytes(data)
        assert read_slots_seen(profile, "a" * 32) == SlotsSeen("a" * 32)
    write_slots_seen(profile, seen)
    assert read_slots_seen(profile, "a" * 32) == seen


# --- caches ---


def test_what_was_seen_belongs_to_one_vault(profile: Profile) -> None:
    seen = Seen("a" * 32, frozenset(("01", "02")), frozenset(("ff",)))
    assert write_seen(profile, seen)
    assert read_seen(profile, "a" * 32) == seen
    assert read_seen(profile, "b" * 32) == Seen("b" * 32)


@pytest.mark.portable
@given(st.binary(max_size=200))
def test_any_bytes_for_a_cache_do_no_harm(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    profile = Profile(str(tmp_path_factory.mktemp("cache")), private_files)
    os.mkdir(profile.state)
    Path(profile.seen).write_bytes(data)
    assert read_seen(profile, "a" * 32).vault == "a" * 32
    assert write_seen(profile, Seen("a" * 32, suspects=frozenset({"ab"})))
    assert read_seen(profile, "a" * 32).suspects == {"ab"}


@pytest.mark.parametrize("data", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_cache_is_an_empty_one(profile: Profile, data: bytes) -> None:
    os.mkdir(profile.state)
    Path(profile.seen).write_bytes(data)
    assert read_seen(profile, "a" * 32) == Seen("a" * 32)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_cache_that_cannot_be_written_fails_nothing(profile: Profile) -> None:
    os.chmod(profile.root, 0o500)
    assert not write_seen(profile, Seen("a" * 32))


def test_a_cache_whose_folder_is_a_file_fails_nothing(profile: Profile) -> None:
    Path(profile.state).write_bytes(b"")
    assert not write_seen(profile, Seen("a" * 32))


# --- files ---


def test_a_private_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_private(private_files(), str(path), b"one")
    write_private(private_files(), str(path), b"two")
    assert path.read_bytes() == b"two"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
    if os.name != "nt":
        assert path.stat().st_mode & 0o777 == 0o600
    assert read_file(str(tmp_path / "absent")) is None
    with pytest.raises(FileExistsError):
        write_new(private_files(), str(path), b"three")


def test_what_stands_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    (tmp_path / "file" / "inside").write_bytes(b"x")
    with pytest.raises(CyberlibError) as raised:
        write_private(private_files(), str(tmp_path / "file"), b"data")
    assert raised.value.code == "profile_denied"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]  # nothing half written is left


@pytest.mark.skipif(sys.platform != "linux", reason="asks for Linux's place")
def test_the_profile_is_where_the_system_wants_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_root() == str(tmp_path / "cyberlib")
    assert not (tmp_path / "cyberlib").exists()  # asking makes nothing
