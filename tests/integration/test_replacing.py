"""A new machine takes another's place: its folders, wherever they are here, by hand and by an answer file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cyberlib_client.core.words import encode
from cyberlib_host.services.devices import listed
from tests.integration.test_cli_host import Practice
from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.escrow_story import result
from tests.support.hosts import TestHost, serving
from tests.support.trees import make_tree, told


class Office:
    """Homes of two users on one machine, each with a profile of its own."""

    def __init__(self, host: TestHost, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.host, self.folder, self._patch = host, folder, monkeypatch
        self.practice = Practice(host, folder, seats=2)
        self.old = self.practice.station("ANCIEN")
        self.practice.vault(self.old)
        self.documents = make_tree(
            folder / "ancien" / "Documents", {"a.txt": b"fictif", "s": {"b.bin": os.urandom(2_000_000)}}
        )
        self.old("sources", "add", str(self.documents))
        self.old("backup")
        self.secret = folder / "phrase.txt"
        self.secret.write_text(PASSPHRASE, encoding="utf-8")
        self.secret.chmod(0o600)

    def at_home(self, name: str) -> Path:
        home = self.folder / name
        home.mkdir(exist_ok=True)
        self._patch.setenv("HOME", str(home))
        self._patch.delenv("XDG_CONFIG_HOME", raising=False)
        return home

    def devices(self) -> list[dict[str, str]]:
        """As the host knows them."""
        with self.host.context.database.read() as connection:
            found = listed(connection, self.practice.made.id).devices
        return [{"name": each.name, "state": each.state} for each in found]

    def answers(self, **more: object) -> Path:
        lines = {
            "host": self.host.url,
            "contract_key_file": self.practice.key,
            "ca_file": self.practice.ca,
            "name": "NEUF",
            "from": "ANCIEN",
            "open_by": "passphrase",
            "secret_file": "phrase.txt",
            "device_file": True,
            "restore": True,
            "backup": True,
        } | more
        text = "".join(
            f"{key} = {str(value).lower() if isinstance(value, bool) else repr(value)}\n"
            for key, value in lines.items()
            if value is not None
        )
        text += (
            f"[[folder]]\nfrom = {str(self.documents)!r}\nto = {str(self.folder / 'neuf' / 'Documents')!r}\n"
        )
        path = self.folder / "answers.toml"
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    with serving(tmp_path / "host") as host:
        yield Office(host, tmp_path, monkeypatch)


def _new(office: Office) -> CommandLine:
    office.at_home("neuf")
    return CommandLine(office.folder / "NEUF")


def test_folders_are_restored_to_where_they_are_here_and_not_sent_again(office: Office) -> None:
    new = office.practice.station("NEUF")
    home = office.at_home("neuf")
    new("device", "reassign", "--from", "ANCIEN", "--contract-key-file", office.practice.key)
    with new.secret(PASSPHRASE):
        new("vault", "open", "--at", office.host.url, "--device-file")
    pair = f"{office.documents}={home / 'Documents'}"
    shown = result(new, "sources", "adopt", "--from", "ANCIEN", "--map", pair, "--dry-run")
    assert [each["place"] for each in shown["folders"]] == ["absent"]
    assert new.json("sources", "list")["items"] == []
    # Without a restore there is nothing to protect there yet.
    assert not result(new, "sources", "adopt", "--map", pair)["folders"][0]["adopted"]
    done = result(new, "sources", "adopt", "--from", "ANCIEN", "--map", pair, "--restore")
    assert done["folders"][0]["adopted"] and done["files"] == 2
    assert told(home / "Documents") == told(office.documents)
    made = new.json("backup")["result"]
    # Folders at another place: their names anew, in the smallest pack there is.
    assert made["snapshot"]["stored"] < 70_000, "what the vault holds was sent again"
    again = result(new, "sources", "adopt", "--from", "ANCIEN", "--map", pair, "--restore")
    assert again["folders"][0]["place"] == "known" and again["files"] == 0
    listed = {each["name"]: each for each in new.json("device", "list")["items"]}
    assert listed["ANCIEN"]["replaced_by"] == "NEUF" and listed["ANCIEN"]["last_backup"]


def test_what_is_there_already_stays_as_it_is(office: Office) -> None:
    new = office.practice.station("NEUF")
    home = office.at_home("neuf")
    new("device", "reassign", "ANCIEN", "--contract-key-file", office.practice.key)
    with new.secret(PASSPHRASE):
        new("vault", "open", "--at", office.host.url, "--device-file")
    make_tree(home / "Documents", {"a.txt": b"plus recent"})
    pair = f"{office.documents}={home / 'Documents'}"
    done = result(new, "sources", "adopt", "--map", pair, "--restore")
    assert done["files"] == 1  # the other one
    assert (home / "Documents" / "a.txt").read_bytes() == b"plus recent"


def test_started_twice_and_by_two_machines_at_once(office: Office) -> None:
    """Real processes: one machine gets the place, the other hears who did, and the old one, at work, ends."""
    with (office.old.profile / "settings.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[network]\nupload = "10 Mbit/s"\n')
    make_tree(office.documents, {f"{n}.bin": os.urandom(1_000_000) for n in range(12)})
    at_work = office.old.start("backup")
    lines = {name: CommandLine(office.folder / name) for name in ("UN", "DEUX")}
    files = {}
    for name in lines:
        files[name] = office.folder / f"{name}.toml"
        office.answers(name=name).rename(files[name])
    calls = [(name, line) for name, line in lines.items() for _ in range(2)]
    begun = [line.start("device", "replace", "--answers", str(files[name])) for name, line in calls]
    for each in begun:
        _out, err = each.communicate(timeout=120)
        assert each.returncode in (0, 2, 8), err
    _out, err = at_work.communicate(timeout=120)
    assert at_work.returncode == 5 and b"host_device_replaced" in err
    ended = {n: line.attempt("device", "replace", "--answers", str(files[n])) for n, line in lines.items()}
    (won,) = (name for name, done in ended.items() if done.code == 0)
    (lost,) = (name for name in ended if name != won)
    assert ended[lost].code == 2 and "host_device_taken" in ended[lost].err and won in ended[lost].err
    states = {each["name"]: each["state"] for each in office.devices()}
    assert (states["ANCIEN"], states[won]) == ("revoked", "active")
    made = [each["device"] for each in lines[won].json("snapshots")["items"]]
    assert made.count(won) == 1, "called again it changes nothing"
    lines[won]("verify", "--read-data")
    assert "key remove" in ended[won].out and "ANCIEN" in ended[won].out


def _opened(office: Office) -> tuple[CommandLine, Path, str]:
    new = office.practice.station("NEUF")
    home = office.at_home("neuf")
    new("device", "reassign", "ANCIEN", "--contract-key-file", office.practice.key)
    with new.secret(PASSPHRASE):
        new("vault", "open", "--at", office.host.url, "--device-file")
    return new, home, f"{office.documents}={home / 'Documents'}"


def test_exclusions_and_schedule_come_along(office: Office) -> None:
    office.old("sources", "remove", str(office.documents))
    rules = ("--exclude", "*.tmp", "--exclude", "/s/*.bin", "--no-default-exclusions")
    office.old("sources", "add", str(office.documents), *rules)
    office.old("schedule", "set", "--times", "06:30", "--days", "mon-fri", "--battery", "50%")
    make_tree(office.documents, {"x.tmp": b"rien"})
    office.old("backup")
    office.old("backup", str(office.secret))  # once, of something else: not what it is set to
    new, home, pair = _opened(office)
    shown = result(new, "sources", "adopt", "--from", "ANCIEN", "--map", pair, "--dry-run")
    assert shown["schedule"] == "offered" and len(shown["folders"]) == 1
    assert shown["folders"][0]["exclude"] == ["*.tmp", "/s/*.bin"]
    assert result(new, "schedule", "show")["times"] == ["12:30", "19:00"], "nothing was changed"
    done = result(new, "sources", "adopt", "--from", "ANCIEN", "--map", pair, "--restore")
    assert done["schedule"] == "taken"
    (source,) = new.json("sources", "list")["items"]
    assert source["path"] == str(home / "Documents")
    assert source["exclude"] == ["*.tmp", "/s/*.bin"] and not source["default_exclusions"]
    assert result(new, "schedule", "show") == result(office.old, "schedule", "show")
    make_tree(home / "Documents", {"y.tmp": b"rien"})
    new("backup")
    listed = [each["path"] for each in new.json("ls", "latest", "--recursive")["items"]]
    assert not [each for each in listed if each.endswith(".tmp")]
    again = result(new, "sources", "adopt", "--from", "ANCIEN", "--map", pair)
    assert again["schedule"] == "taken" and again["folders"][0]["place"] == "known"


def _renamed(office: Office) -> None:
    """The vault calls the old machine otherwise than the host, and another one as the host calls this."""
    text = (office.old.profile / "settings.toml").read_text(encoding="utf-8")
    assert 'device = "ANCIEN"' in text
    changed = text.replace('device = "ANCIEN"', 'device = "Poste 1"')
    (office.old.profile / "settings.toml").write_text(changed, encoding="utf-8")


@pytest.mark.parametrize("by", ["hand", "file"])
def test_the_vault_may_call_a_machine_otherwise_than_the_host(office: Office, by: str) -> None:
    _renamed(office)
    office.old("backup")
    if by == "file":
        new = _new(office)
        done = result(new, "device", "replace", "--answers", str(office.answers()))["adoption"]
    else:
        new, _home, pair = _opened(office)
        done = result(new, "sources", "adopt", "--from", "ANCIEN", "--map", pair, "--restore")
        again = result(new, "sources", "adopt", "--from", "Poste 1", "--map", pair)  # the vault's name too
        assert again["folders"][0]["place"] == "known"
    assert (done["device"], done["machine"]) == ("Poste 1", "ANCIEN")
    assert done["folders"][0]["adopted"] and told(office.folder / "neuf" / "Documents")


def test_of_two_that_are_called_alike_the_hosts_counts(office: Office) -> None:
    _renamed(office)
    office.old("backup")
    other = office.practice.station("TIERS")
    with other.secret(PASSPHRASE):
        words = result(other, "approval", "ask", "--at", office.host.url)["words"]
        with office.old.secret(PASSPHRASE):
            office.old("approval", "allow", "--words", " ".join(words))
        other("approval", "open", "--device-file", "--device-name", "ANCIEN")
    elsewhere = make_tree(office.folder / "tiers", {"x": b"fictif"})
    other("backup", str(elsewhere))
    new, _home, pair = _opened(office)
    shown = result(new, "sources", "adopt", "--from", "ANCIEN", "--map", pair, "--dry-run")
    assert shown["device"] == "Poste 1"


def test_a_schedule_chosen_here_stays(office: Office) -> None:
    office.old("schedule", "set", "--every", "2 h")
    office.old("backup")
    new, _home, pair = _opened(office)
    new("schedule", "set", "--times", "05:00")
    done = result(new, "sources", "adopt", "--from", "ANCIEN", "--map", pair, "--restore")
    assert done["schedule"] == "kept"
    assert result(new, "schedule", "show")["times"] == ["05:00"]


def test_what_an_earlier_program_did_not_tell_is_said(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cyberlib_client.app.backups.setup_of", lambda _settings: None)
    office.old("backup")
    new, _home, pair = _opened(office)
    done = result(new, "sources", "adopt", "--from", "ANCIEN", "--map", pair, "--restore")
    assert done["schedule"] == "unknown" and done["folders"][0]["adopted"]


def test_bad_pairs_change_nothing(office: Office) -> None:
    assert office.old.error("sources", "adopt", "--map", "sans égal", code=2) == "adopt_pair"
    assert office.old.error("sources", "adopt", "--map", "/nulle/part=/x", code=2) == "adopt_unknown"
    assert office.old.error("sources", "adopt", "--from", "PERSONNE", code=2) == "device_unknown"
    left = result(office.old, "sources", "adopt", "--map", f"{office.documents}=", "--dry-run")
    assert left["folders"][0]["place"] == "none"
    both = ("device", "reassign", "ANCIEN", "--from", "ANCIEN", "--contract-key-file", office.practice.key)
    assert office.old.error(*both, code=2) == "usage"


def test_the_silent_form_does_it_all(office: Office) -> None:
    new = _new(office)
    done = result(new, "device", "replace", "--answers", str(office.answers()))
    assert done["done"] == ["declared", "terms", "place", "opened", "folders", "backup"]
    assert told(office.folder / "neuf" / "Documents") == told(office.documents)
    assert done["snapshot"] and done["adoption"]["folders"][0]["adopted"]
    again = result(new, "device", "replace", "--answers", str(office.answers()))
    assert again["done"] == done["done"] and len(again["slots"]) == len(done["slots"])
    assert office.old.error("backup", code=5) == "host_device_replaced"


@pytest.mark.parametrize("step", ["_declare", "_accept", "_take_place", "_open", "_folders", "_back_up"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_a_step_it_goes_on_where_it_was(
    office: Office, step: str, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cyberlib_client.app import replacing

    new = _new(office)
    usual = getattr(replacing, step)

    def cut(*args: object) -> object:
        if when == "after":
            usual(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(replacing, step, cut)
    new("device", "replace", "--answers", str(office.answers()), code=130)
    monkeypatch.setattr(replacing, step, usual)
    done = result(new, "device", "replace", "--answers", str(office.answers()))
    assert done["done"][-1] == "backup"
    assert told(office.folder / "neuf" / "Documents") == told(office.documents)
    assert len(done["slots"]) == 4  # passphrase, words, the old machine, the new one: none twice


@pytest.mark.parametrize("open_by", ["passphrase", "words"])
def test_what_does_not_open_the_vault_takes_no_place(office: Office, open_by: str) -> None:
    new = _new(office)
    wrong = "pas la bonne phrase" if open_by == "passphrase" else " ".join(encode(bytes(32)))
    office.secret.write_text(wrong, encoding="utf-8")
    answers = str(office.answers(open_by=open_by))
    assert new.error("device", "replace", "--answers", answers, code=5) == "wrong_secret"
    states = {each["name"]: each["state"] for each in new.json("device", "list")["items"]}
    assert states == {"ANCIEN": "active", "NEUF": "active"}
    office.old("backup")  # it may be the last that opens the vault
    right = PASSPHRASE if open_by == "passphrase" else " ".join(office.old.words)
    office.secret.write_text(right, encoding="utf-8")
    assert result(new, "device", "replace", "--answers", answers)["done"][-1] == "backup"
    assert office.old.error("backup", code=5) == "host_device_replaced"


def test_the_silent_form_waits_for_another_machine(office: Office) -> None:
    new = _new(office)
    answers = str(office.answers(open_by="approval", secret_file=None))
    waits = result(new, "device", "replace", "--answers", answers, code=5)
    assert waits["waiting"] == "approval_waiting" and len(waits["words"]) == 6
    assert waits["done"] == ["declared", "terms"]
    assert result(new, "device", "replace", "--answers", answers, code=5)["words"] == waits["words"]
    office.old("backup")  # it has its place still
    with office.old.secret(PASSPHRASE):
        office.old("approval", "allow", "--words", " ".join(waits["words"]))
    done = result(new, "device", "replace", "--answers", answers)
    assert done["waiting"] == "" and done["done"][-1] == "backup"
    assert told(office.folder / "neuf" / "Documents") == told(office.documents)


def test_an_answer_that_opens_nothing_takes_no_place(office: Office) -> None:
    new = _new(office)
    answers = str(office.answers(open_by="approval", secret_file=None))
    words = result(new, "device", "replace", "--answers", answers, code=5)["words"]
    before = {each["id"] for each in office.old.json("key", "list")["items"]}
    with office.old.secret(PASSPHRASE):
        office.old("approval", "allow", "--words", " ".join(words))
        (handed,) = {each["id"] for each in office.old.json("key", "list")["items"]} - before
        office.old("key", "remove", handed)
    assert new.error("device", "replace", "--answers", answers, code=1) == "approval_opens_nothing"
    states = {each["name"]: each["state"] for each in new.json("device", "list")["items"]}
    assert states["ANCIEN"] == "active"
    office.old("backup")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "answers_unfit"),
        ("host = 1", "answers_unfit"),
        ("host = 'x", "answers_unfit"),
        ("inconnu = 1", "answers_unfit"),
        (
            "host = 'https://h'\ncontract_key_file = 'k'\nfrom = 'A'\nopen_by = 'passphrase'",
            "answers_no_secret",
        ),
        ("host = 'https://h'\ncontract_key_file = 'k'\nfrom = 'A'\nopen_by = 'magie'", "answers_unfit"),
    ],
)
def test_answers_that_do_not_fit_do_nothing(tmp_path: Path, text: str, code: str) -> None:
    line = CommandLine(tmp_path / "p")
    file = tmp_path / "answers.toml"
    file.write_text(text, encoding="utf-8")
    assert line.error("device", "replace", "--answers", str(file), code=2) == code
    assert (
        line.error("device", "replace", "--answers", str(tmp_path / "rien"), code=2) == "answers_unreadable"
    )
    shutil.rmtree(line.profile, ignore_errors=True)
