"""The exclusions that come with the program do what they say, and spare what a practice needs."""

from __future__ import annotations

import pytest

from cyberlib_client.files.defaults import default_rules
from cyberlib_client.files.filters import Filters, Rule
from cyberlib_client.files.names import System

SYSTEMS: tuple[System, ...] = ("linux", "macos", "windows")
ROOTS: dict[System, bytes] = {"linux": b"/", "macos": b"/", "windows": b"/C"}


def left_out(rules: Filters, path: str) -> Rule | None:
    """The rule that keeps a walk from `path`, a folder if it ends with a slash, or from a folder above."""
    names = path.rstrip("/").split("/")
    for depth in range(1, len(names) + 1):
        is_dir = depth < len(names) or path.endswith("/")
        rule = rules.decide("/".join(names[:depth]), names[depth - 1], is_dir)
        if rule:
            return rule
    return None


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_line_leaves_out_what_it_names(system: System) -> None:
    """No line is dead: written wrongly, or hidden by another."""
    rules = default_rules(system, ROOTS[system])
    filters = Filters(rules, system=system)
    for rule in rules:
        example = rule.pattern.replace("\\", "").replace("**", "x/y").replace("*", "n").lstrip("/")
        item = example.rstrip("/")
        found = filters.decide(item, item.rpartition("/")[2], example.endswith("/"))
        assert found == rule, example
        assert rule.origin == "default"


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_line_is_there_twice(system: System) -> None:
    patterns = [rule.pattern.lower() for rule in default_rules(system, ROOTS[system])]
    assert len(patterns) == len(set(patterns))


NEEDED = """
Documents/Lettre au Dr Martin.docx
Documents/Lettre.tmp
Documents/~WRL0003.tmp
Documents/Compta 2024.bak
Documents/journal.log
Documents/Temp/ordonnance.pdf
Documents/Cache/radio.dcm
Documents/proc/compte rendu.odt
Documents/dev/facture.pdf
Documents/run/planning.ods
Documents/tmp/scan.tif
Documents/System/notice.pdf
Documents/Recycler/carton.jpg
Documents/Corbeille/important.doc
Documents/Sauvegarde/2023.old/patients.mdb
Documents/desktop.ini
Documents/._Lettre.docx
.git/config
.ssh/id_ed25519
.config/logiciel/base.sqlite
.local/share/logiciel/patients.db
.mozilla/firefox/abc.default/places.sqlite
.mozilla/firefox/abc.default/logins.json
.thunderbird/abc.default/Mail/Local Folders/Inbox
.thunderbird/abc.default/ImapMail/imap.example.fr/INBOX
Projets/logiciel/node_modules/pilote/index.js
Library/Mail/V10/Boîte.mbox/messages
Library/Messages/chat.db
Library/Application Support/Logiciel/base.4dd
Library/Application Support/AddressBook/AddressBook-v22.abcddb
Library/Preferences/fr.cabinet.logiciel.plist
Library/Mobile Documents/com~apple~CloudDocs/lettre.pages
Pictures/Photos Library.photoslibrary/database/Photos.sqlite
NTUSER.DAT
AppData/Local/Microsoft/Outlook/cabinet.ost
AppData/Local/Microsoft/Outlook/cabinet.pst
AppData/Roaming/Microsoft/Outlook/cabinet.nk2
AppData/Local/Google/Chrome/User Data/Default/Bookmarks
AppData/Local/Google/Chrome/User Data/Default/Login Data
AppData/Roaming/Mozilla/Firefox/Profiles/abc.default/places.sqlite
AppData/Roaming/Logiciel/Cache/actes.ndx
AppData/Local/Logiciel/Data/patients.fdb
AppData/LocalLow/Logiciel/licence.dat
ProgramData/Logiciel/Base/Patient.FIC
ProgramData/Logiciel/Base/Patient.mmo
Program Files/Microsoft SQL Server/MSSQL16/MSSQL/DATA/cabinet.mdf
Program Files/Microsoft SQL Server/MSSQL16/MSSQL/DATA/cabinet_log.ldf
Program Files/Microsoft SQL Server/MSSQL16/MSSQL/Backup/cabinet.bak
Program Files/PostgreSQL/16/data/base/16384/2619
Windows.old/Users/medecin/Documents/lettre.doc
found.000/file0001.chk
var/lib/postgresql/15/main/base/5/1259
var/lib/mysql/cabinet/patients.ibd
mnt/donnees/patients.mdb
media/disque/scanner/0001.tif
Volumes/Données/patients.fmp12
srv/partage/Patients/Dupont/ECG.xml
@Recently-Snapshot/lettre.doc
Cabinet/Temporaire/vitale.xml
Cabinet/Archives/Thumbs/photo.jpg
Cabinet/GPU/cache.txt
Cabinet/#recyclage/plan.pdf
""".strip().splitlines()


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("path", NEEDED)
def test_what_a_practice_needs_is_kept(system: System, path: str) -> None:
    assert left_out(Filters(default_rules(system, ROOTS[system]), system=system), path) is None
    assert left_out(Filters(default_rules(system), system=system), path) is None


@pytest.mark.parametrize(
    ("system", "path"),
    [
        ("linux", ".cache/mozilla/firefox/x/cache2/entries/1"),
        ("linux", "home/a/.local/share/Trash/files/a.odt"),
        ("linux", ".Trash-1000/files/a.odt"),
        ("linux", "Bureau/.~lock.Lettre été.odt#"),
        ("linux", "#recycle/a"),
        ("windows", "Users/a/AppData/Local/Temp/x.tmp"),
        ("windows", "users/A/appdata/local/TEMP/x.tmp"),
        ("windows", "AppData/Local/Temp/x"),
        ("windows", "Documents/~$ttre.docx"),
        ("windows", "$Recycle.Bin/S-1-5-21/x"),
        ("windows", "PAGEFILE.SYS"),
        ("windows", "AppData/Local/Google/Chrome/User Data/Profile 1/Cache/Cache_Data/f_0001"),
        ("windows", "AppData/Local/Microsoft/Windows/Explorer/thumbcache_256.db"),
        ("windows", "Photos/thumbs.db"),
        ("macos", "Users/a/Library/Caches/com.apple.Safari/x"),
        ("macos", "Library/Containers/com.apple.mail/Data/Library/Caches/x"),
        ("macos", ".ds_store"),
        ("macos", ".Trashes/501/x"),
    ],
)
def test_what_nobody_needs_is_left_out(system: System, path: str) -> None:
    rule = left_out(Filters(default_rules(system), system=system), path)
    assert rule is not None
    assert rule.origin == "default"


@pytest.mark.parametrize(
    ("system", "root", "path"),
    [
        ("linux", b"/", "proc/kcore"),
        ("linux", b"/", "dev/sda"),
        ("macos", b"/", "System/Library/x"),
        ("windows", b"/D", "Recovery/x"),
    ],
)
def test_folders_of_the_system_are_left_out_of_its_root_alone(system: System, root: bytes, path: str) -> None:
    assert left_out(Filters(default_rules(system, root), system=system), path) is not None
    for elsewhere in (root.rstrip(b"/") + b"/srv", None):
        assert left_out(Filters(default_rules(system, elsewhere), system=system), path) is None
