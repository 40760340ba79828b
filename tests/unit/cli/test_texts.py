"""What people read: help in both languages, click's own words, sizes and times, the manual."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import pytest

from cyberlib_client.app.wording import units
from cyberlib_client.app.wording.language import Both, Language, choose, from_environment
from cyberlib_client.cli.main import cli, speak
from cyberlib_client.cli.reference import EXIT_CODES
from tests.support.command_line import call
from tools import catalogue, manual, typography

pytestmark = pytest.mark.portable

ROOT: Final = Path(__file__).parents[3]
CLICK: Final = Path(click.__file__).parent


@pytest.fixture(autouse=True)
def _french() -> Iterator[None]:
    speak("fr")
    yield
    speak("fr")


def _commands(
    command: click.Command = cli, above: click.Context | None = None, name: str = "cyberlib"
) -> Iterator[tuple[str, click.Command, click.Context]]:
    ctx = click.Context(command, info_name=name, parent=above)
    yield ctx.command_path, command, ctx
    if isinstance(command, click.Group):
        for below in command.list_commands(ctx):
            found = command.get_command(ctx, below)
            assert found is not None
            yield from _commands(found, ctx, below)


# --- help ---


def test_the_commands_are_those_of_the_contract() -> None:
    _, *names = [name.removeprefix("cyberlib ") for name, _, _ in _commands()]
    assert names == [
        "vault", "vault create", "vault open", "vault info", "vault access", "backup", "snapshots", "ls",
        "find", "versions", "diff", "restore", "cat", "mount", "export", "export request", "export status",
        "export accept", "export certificate", "export plain", "export vault", "export check", "verify",
        "repair", "copy", "copy run", "copy list", "copy add", "copy change", "copy remove", "copy check",
        "drill",
        "certificate", "certificate list", "certificate show", "certificate verify", "retention",
        "retention show", "retention set", "retention apply", "forget", "undelete",
        "refuse", "refusals", "refusals list", "refusals lift", "refusals check",
        "report", "diagnose", "alarm",
        "alarm show", "alarm dismiss", "alarm canaries", "key", "key list", "key add", "key remove",
        "key rotate", "key rewrite",
        "kit", "kit create", "kit check",
        "approval", "approval ask", "approval status", "approval open",
        "approval list", "approval allow", "approval refuse",
        "escrow", "escrow join", "escrow status", "escrow leave", "escrow request", "escrow cancel",
        "escrow waive", "escrow open", "escrow cover", "escrow cover give", "escrow cover list",
        "escrow cover end", "person", "person list", "person invite", "person accept", "person confirm",
        "person add-passkey", "person remove-passkey",
        "covered", "covered ask", "covered status", "covered snapshots", "covered list", "covered restore",
        "covered forget",
        "sources", "sources add", "sources change", "sources remove", "sources list", "sources preview",
        "sources adopt",
        "hooks", "hooks list", "hooks add", "hooks change", "hooks remove", "schedule", "schedule show",
        "schedule set", "upkeep", "upkeep show", "upkeep set",
        "agent", "agent run", "agent status", "agent pause", "agent resume", "agent stop", "agent install",
        "agent uninstall", "agent job", "agent clerk", "gui", "device", "device enrol", "device list",
        "device reassign", "device replace", "device revoke", "device terms", "device audit",
        "network", "network show",
        "network limit", "network hours", "network proxy", "network ca", "network check",
        "guide", "guide start", "guide log", "support", "support join", "support window",
        "officer", "officer key", "officer key create", "officer key show", "officer key export",
        "officer policy", "officer policy propose", "officer policy show", "officer policy sign",
        "officer release", "officer release show", "officer release answer", "demo",
        "completion",
    ]  # fmt: skip


def test_everything_has_help_in_both_languages() -> None:
    for name, command, ctx in _commands():
        parameters = [p for p in command.params if not getattr(p, "hidden", False)]
        for told in (command, *parameters):
            text = getattr(told, "_help", None)
            assert isinstance(text, Both), (name, told)
            assert text.fr and text.en and text.fr != text.en, name
            assert "'" not in re.sub(r'"[^"]*"', "", text.fr), text.fr  # the apostrophe of print
        for parameter in parameters:
            metavar = getattr(parameter, "_metavar", None)
            assert metavar is None or isinstance(metavar, Both), (name, metavar)
        assert command.get_help_option(ctx) is not None


@pytest.mark.parametrize("language", ["fr", "en"])
def test_help_of_every_command_in_one_language(language: Language) -> None:
    foreign = {
        "fr": r"\b(the|this|folder|file|Usage|Commands|Show|default|required|PATH|DIR)\b",
        "en": r"[éèàêç]|\b(le|la|les|dossier|Utilisation|défaut|CHEMIN)\b",
    }
    for name, _, _ in _commands():
        done = call("--lang", language, *name.split()[1:], "--help")
        assert done.code == 0
        assert done.err == ""
        own = re.sub(r'--[a-z-]+|\[[a-z|-]+\]|"[^"]*"', "", done.out)  # options are the same in both
        assert re.findall(foreign[language], own) == [], done.out


@pytest.mark.parametrize("language", ["fr", "en"])
def test_lists_of_commands_cut_nothing_off(language: Language) -> None:
    for path in ([], ["vault"], ["key"], ["sources"]):
        assert (
            "..."
            not in call("--lang", language, *path, "--help").out.partition("\n\n")[2].partition("\n\n")[2]
        )


# --- click's words ---


# What click says to the programmer who declares a command, never to who runs it.
TO_PROGRAMMERS: Final = re.compile(
    r"Arguments take exactly one|Boolean option .* cannot use the same flag|Could not determine name"
    r"|Name '\{name\}' defined twice|No options defined but a name"
)


def _click_words() -> set[str]:
    found: set[str] = {"required"}
    for path in CLICK.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "ngettext"):
                words = [getattr(argument, "value", None) for argument in node.args[:2]]
                text = "\0".join(word for word in words if isinstance(word, str))
                if text and not TO_PROGRAMMERS.match(text):
                    found.add(text)
    return found


def test_every_sentence_of_click_is_in_the_catalogue() -> None:
    messages = catalogue.read_po((catalogue.FOLDER / "cyberlib.po").read_text(encoding="utf-8"))
    assert _click_words() == set(messages) - {""}
    for original, text in messages.items():
        if original:
            fields = set(re.findall(r"\{(\w+)[!}]|%\((\w+)\)", original))
            for form in text.split("\0"):
                assert set(re.findall(r"\{(\w+)[!}]|%\((\w+)\)", form)) <= fields, original
            assert text.count("\0") == original.count("\0"), original


def test_the_catalogue_is_the_one_that_was_written() -> None:
    messages = catalogue.read_po((catalogue.FOLDER / "cyberlib.po").read_text(encoding="utf-8"))
    assert (catalogue.FOLDER / "cyberlib.mo").read_bytes() == catalogue.write_mo(messages)


@pytest.mark.parametrize(
    "path", [*typography.sources(), typography.CATALOGUE], ids=lambda path: "/".join(path.parts[-2:])
)
def test_french_has_its_no_break_spaces(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == typography.typeset(path), "run: python3 tools/typography.py"


def test_no_line_of_help_begins_with_half_a_sign() -> None:
    for name, _, _ in _commands():
        for columns in ("40", "60", "80", "100"):
            help_ = call(*name.split()[1:], "--help", environment={"COLUMNS": columns}).out
            assert not re.search(r"^\s*[:;!?»]", help_, re.MULTILINE), help_


# --- wrong use ---

ENGLISH: Final = re.compile(
    r"\b(Usage|Error|Missing|No such|Invalid|Did you|Got|requires|value|[Cc]hoose|range|integer|not|one of)\b"
)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nope"], "La commande 'nope' n’existe pas."),
        (["backups"], "Vouliez-vous dire 'backup' ?"),
        (["key", "ad"], "Vouliez-vous dire 'add' ?"),
        (["--nope", "backup"], "L’option '--nope' n’existe pas."),
        (["backup", "--exclud", "x"], "Vouliez-vous dire '--exclude' ?"),
        (["backup", "--exclude"], "Il faut une valeur après l’option '--exclude'."),
        (["snapshots", "--json=yes"], "L’option '--json' ne prend pas de valeur."),
        (["snapshots", "a"], "Argument en trop (a)."),
        (["snapshots", "a", "b"], "Arguments en trop (a b)."),
        (["find"], "Il manque l’argument 'MOTIF'."),
        (["restore", "latest"], "Donnez --to DOSSIER, ou --in-place."),
        (["vault", "create"], "Il manque l’option '--at'."),
        (["vault"], "Il manque une commande."),
        (["key", "add"], "Au choix : passphrase, recovery, device."),
        (["key", "add", "x"], "'x' n’est pas parmi 'passphrase', 'recovery', 'device'."),
        (["--lang", "de", "backup"], "Valeur refusée pour '--lang' : 'de' n’est pas parmi 'fr', 'en'."),
        (["verify", "--read-data", "beaucoup"], "'beaucoup' n’est pas un nombre."),
        (["verify", "--read-data", "101"], "101 n’est pas un nombre de 0 à 100."),
        (["verify", "--passphrase-fil", "x"], "Vouliez-vous dire '--passphrase-file'"),
        (["vault", "create", "--lang", "de"], "'de' n’est pas parmi 'fr', 'en'."),
        (["backup", "--label"], "Il faut une valeur après l’option '--label'."),
    ],
)
def test_wrong_use_is_told_in_french_alone(words: list[str], told: str) -> None:
    done = call(*words, environment={"LC_ALL": "fr_FR.UTF-8"})
    assert done.code == 2 and done.out == ""
    last = done.err.splitlines()[-1]
    assert told in last and last.startswith("Erreur : ") and last.endswith(" --help [usage]"), last
    assert ENGLISH.findall(re.sub(r"'[^']*'", "", last)) == [], last


# --- the manual ---


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_manual_says_what_the_commands_say(language: Language) -> None:
    text = manual.TARGETS[language].read_text(encoding="utf-8")
    assert text == manual.page(language), "run: python tools/manual.py"
    for number in EXIT_CODES:
        assert rf"\fB{number}\fR" in text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_manual_can_be_set(language: Language) -> None:
    if shutil.which("groff") is None:
        pytest.skip("needs groff")
    page = manual.TARGETS[language].read_bytes()
    command = ["groff", "-k", "-man", "-ww", "-Tutf8"]
    done = subprocess.run(command, input=page, capture_output=True, check=True)
    assert done.stderr == b""
    assert "cyberlib restore" in re.sub(r"\x1b\[\d+m|.\x08", "", done.stdout.decode("utf-8"))


# --- units ---


@pytest.mark.parametrize(
    ("count", "fr", "en"),
    [
        (0, "0 o", "0 B"),
        (999, "999 o", "999 B"),
        (1000, "1,00 Ko", "1.00 kB"),
        (12_345, "12,3 Ko", "12.3 kB"),
        (999_499, "999 Ko", "999 kB"),
        (999_500, "1,00 Mo", "1.00 MB"),
        (1_240_000_000, "1,24 Go", "1.24 GB"),
        (10**18, "1000 Po", "1000 PB"),
    ],
)
def test_sizes(count: int, fr: str, en: str) -> None:
    choose("fr")
    assert units.size(count) == fr
    choose("en")
    assert units.size(count) == en


def test_counts_durations_and_shares() -> None:
    choose("fr")
    assert units.count(1234567) == "1\u202f234\u202f567"
    assert [units.duration(s) for s in (0, 0.1, 9.94, 12.3, 59.6, 200, 7500)] == [
        "moins de 0,1 s", "0,1 s", "9,9 s", "12 s", "1 min 00 s", "3 min 20 s", "2 h 05 min",
    ]  # fmt: skip
    assert units.percent(12, 100) == "12 %"
    assert units.percent(1, 0) == "0 %"
    assert [units.many(n, *units.FILE) for n in (0, 1, 2)] == ["0 fichier", "1 fichier", "2 fichiers"]
    choose("en")
    assert [units.many(n, *units.FILE) for n in (0, 1, 2)] == ["0 files", "1 file", "2 files"]
    assert units.count(1234567) == "1,234,567"
    assert units.percent(0.5, 100) == "0.5%"


def test_moments_are_in_local_time(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    if not hasattr(time, "tzset"):
        pytest.skip("the zone of a process cannot be changed there")
    monkeypatch.setenv("TZ", "Europe/Paris")
    time.tzset()
    try:
        choose("fr")
        assert units.moment("2026-07-14T10:00:00.5Z") == "14/07/2026 12:00"
        assert units.moment("1969-12-31T23:00:00Z") == "01/01/1970 00:00"
        assert units.moment("@99999999999999999999") == "@99999999999999999999"
        choose("en")
        assert units.moment("2026-01-14T10:00:00Z") == "2026-01-14 11:00"
    finally:
        monkeypatch.undo()
        time.tzset()


# --- which language ---


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "fr"),
        ({"LANG": "C.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "fr_CA.UTF-8"}, "fr"),
        ({"LC_ALL": "", "LANG": "en_US"}, "en"),
    ],
)
def test_language_of_the_system(environ: dict[str, str], expected: str) -> None:
    assert from_environment(environ) == expected


def test_the_command_line_decides_before_the_settings_and_they_before_the_system(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('language = "en"\n', encoding="utf-8")
    system = {"LC_ALL": "fr_FR.UTF-8"}

    def told(profile: str, *options: str) -> str:
        return call("--profile", str(tmp_path / profile), *options, "snapshots", environment=system).err

    assert told("").startswith("Error: ")
    assert told("", "--lang=fr").startswith("Erreur : ")
    assert told("none").startswith("Erreur : ")
