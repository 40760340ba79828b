"""The practice's patient database: one SQLite file that grows and changes as such files do.

Rows accumulate in order of date, so one patient's are spread over the whole file, and a day's work
touches many scattered pages. This is what the vault's page-wise cut is made for.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from . import phrases
from .people import invent_patient

PAGE_BYTES = 4096
FIRST_DAY = date(2023, 1, 2)
VISITS_A_DAY = 30
ACTS_A_DAY = 120
LETTERS_A_DAY = 20
ROWS_AT_ONCE = 500
# Measured: bytes that one visit brings. With the days below, a new practice looks back on about three years.
VISIT_BYTES = 2_000
DAYS_OF_HISTORY = 750

SCHEMA = """
CREATE TABLE patients (
    id INTEGER PRIMARY KEY, file_number TEXT NOT NULL, national_number TEXT NOT NULL,
    last_name TEXT NOT NULL, first_name TEXT NOT NULL, sex TEXT NOT NULL, birth_date TEXT NOT NULL,
    address TEXT, postcode TEXT, town TEXT, phone TEXT, email TEXT,
    allergies TEXT, history TEXT, last_seen TEXT, updated_at TEXT NOT NULL);
CREATE TABLE appointments (
    id INTEGER PRIMARY KEY, patient_id INTEGER NOT NULL REFERENCES patients(id), starts_at TEXT NOT NULL,
    minutes INTEGER NOT NULL, reason TEXT, state TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE acts (
    id INTEGER PRIMARY KEY, uid TEXT NOT NULL, patient_id INTEGER NOT NULL REFERENCES patients(id),
    appointment_id INTEGER REFERENCES appointments(id), done_at TEXT NOT NULL, code TEXT NOT NULL,
    label TEXT NOT NULL, amount_cents INTEGER NOT NULL, note TEXT, updated_at TEXT NOT NULL);
CREATE TABLE prescriptions (
    id INTEGER PRIMARY KEY, patient_id INTEGER NOT NULL REFERENCES patients(id),
    act_id INTEGER NOT NULL REFERENCES acts(id), written_at TEXT NOT NULL, lines TEXT NOT NULL,
    renewals INTEGER NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE letters (
    id INTEGER PRIMARY KEY, uid TEXT NOT NULL, patient_id INTEGER NOT NULL REFERENCES patients(id),
    written_at TEXT NOT NULL, recipient TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL,
    updated_at TEXT NOT NULL);
CREATE TABLE audit (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, station TEXT NOT NULL, action TEXT NOT NULL,
    table_name TEXT NOT NULL, row_id INTEGER NOT NULL);
CREATE UNIQUE INDEX patients_file ON patients(file_number);
CREATE INDEX patients_name ON patients(last_name, first_name);
CREATE INDEX appointments_patient ON appointments(patient_id);
CREATE INDEX appointments_start ON appointments(starts_at);
CREATE INDEX acts_patient ON acts(patient_id);
CREATE INDEX acts_date ON acts(done_at);
CREATE INDEX prescriptions_patient ON prescriptions(patient_id);
CREATE INDEX letters_patient ON letters(patient_id);
CREATE INDEX audit_date ON audit(at);
"""
TABLES = ("patients", "appointments", "acts", "prescriptions", "letters", "audit")
Row = tuple[str | int, ...]


class Letter(NamedTuple):
    """One letter of the table `letters`, with what its document shows. Dates are ISO text."""

    number: int
    patient: str
    birth_date: str
    written_on: str
    recipient: str
    subject: str
    body: str


class DayOfRecords(NamedTuple):
    """What one day of work did to the database."""

    day: date
    visits: int
    acts: int
    corrections: int
    letters: list[Letter]


def create_database(path: Path, *, bytes_wanted: int, seed: int) -> int:
    """Create the database with all its past; return its size, within about a tenth of `bytes_wanted`.

    The larger, the more visits a day: its past is some three years long. Raises FileExistsError.
    """
    if path.exists():
        raise FileExistsError(str(path))
    rng = random.Random(f"database {seed}")
    with _writing(path, cache_mb=256) as db:
        db.executescript(SCHEMA)
        db.execute("BEGIN")
        patients = max(100, bytes_wanted // 30_000)
        everyone = [invent_patient(rng, n, FIRST_DAY) for n in range(1, patients + 1)]
        db.executemany(f"INSERT INTO patients VALUES (NULL{',?' * 15})", everyone)
        history = _History(rng, patients)
        visits = max(1, bytes_wanted // VISIT_BYTES // DAYS_OF_HISTORY)
        while _bytes_in(db) < bytes_wanted:
            history.work_on(db, visits)
        db.execute("COMMIT")
    return path.stat().st_size


def work_day(path: Path, *, seed: int) -> DayOfRecords:
    """One more working day: 30 patients seen, 120 acts, 200 corrections, new letters, every step audited."""
    with _writing(path) as db:
        counts = _counts(db)
        last = db.execute(
            "SELECT starts_at FROM appointments WHERE id = ?", (counts["appointments"],)
        ).fetchone()[0]
        day = _next_working_day(date.fromisoformat(last[:10]))
        rng = random.Random(f"work day {seed} {day.isoformat()}")
        db.execute("BEGIN")
        history = _History(rng, counts["patients"], counts, day)
        history.work_one_day(VISITS_A_DAY, acts=ACTS_A_DAY, letters=LETTERS_A_DAY)
        seen = history.seen
        history.store(db)
        db.executemany("UPDATE patients SET last_seen = ? WHERE id = ?", [(day.isoformat(), n) for n in seen])
        corrections = _correct(
            db, rng, day, {"patients": 40, "appointments": 40, "acts": 90, "prescriptions": 30}
        )
        letters = _letters_from(db, counts["letters"])
        db.execute("COMMIT")
    return DayOfRecords(day, len(seen), ACTS_A_DAY, corrections, letters)


def edit_rows(path: Path, percent: float, *, seed: int = 0) -> int:
    """Edit that share of the rows of every table but the audit trail, at random; return how many."""
    with _writing(path, cache_mb=256) as db:
        counts = _counts(db)
        rng = random.Random(f"edit {seed}")
        tables = {name: round(counts[name] * percent / 100) for name in TABLES if name != "audit"}
        db.execute("BEGIN")
        edited = _correct(db, rng, FIRST_DAY + timedelta(days=4000), tables)
        db.execute("COMMIT")
    return edited


def letters_of(path: Path, newest: int) -> list[Letter]:
    """The last `newest` letters of the database, oldest first; none when it holds none."""
    with closing(sqlite3.connect(path)) as db:
        return _letters_from(db, max(0, _counts(db)["letters"] - newest))


class _History:
    """Invents days of work and keeps their rows until `store` writes them, many at a time."""

    def __init__(
        self, rng: random.Random, patients: int, counts: dict[str, int] | None = None, day: date = FIRST_DAY
    ) -> None:
        self.rng, self.patients, self.day = rng, patients, day
        self.next_id = {name: (counts[name] if counts else 0) + 1 for name in TABLES}
        self.rows: dict[str, list[Row]] = {name: [] for name in TABLES}
        self.seen: list[int] = []

    def work_on(self, db: sqlite3.Connection, visits: int) -> None:
        """Days of so many visits until `ROWS_AT_ONCE` rows wait, then write them."""
        while sum(map(len, self.rows.values())) < ROWS_AT_ONCE:
            letters = visits * 2 // 15 + (self.rng.randrange(15) < visits * 2 % 15)
            self.work_one_day(visits, acts=visits * 2, letters=letters)
            self.day = _next_working_day(self.day)
        self.store(db)

    def work_one_day(self, visits: int, *, acts: int, letters: int) -> None:
        """So many patients seen; `acts` done on them, `letters` written about them."""
        rng, day = self.rng, self.day.isoformat()
        self.seen = rng.sample(range(1, self.patients + 1), min(visits, self.patients))
        met = []
        for place, patient in enumerate(self.seen):
            minute = place * 600 // len(self.seen)  # ten hours, several practitioners at once if need be
            at = f"{day}T{8 + minute // 60:02d}:{minute % 60:02d}:00"
            row = (patient, at, 20, rng.choice(phrases.REASONS), "honoré", at)
            met.append((self._add("appointments", row, at), patient, at))
        for number in range(acts):
            self._act(*met[number % len(met)])
        for _ in range(letters):
            _, patient, at = rng.choice(met)
            text = phrases.letter_body(rng, f"le patient du dossier D{patient:07d}", "indiqué au dossier")
            subject, recipient = rng.choice(phrases.SUBJECTS), rng.choice(phrases.RECIPIENTS)
            self._add(
                "letters", (f"{rng.getrandbits(128):032x}", patient, at, recipient, subject, text, at), at
            )

    def _act(self, appointment: int, patient: int, at: str) -> None:
        rng = self.rng
        code, label, cents = rng.choice(phrases.ACTS)
        text = phrases.note(rng, 2 + rng.getrandbits(3))
        uid = f"{rng.getrandbits(128):032x}"  # each act carries the number of its electronic claim
        act = self._add("acts", (uid, patient, appointment, at, code, label, cents, text, at), at)
        if rng.getrandbits(1):
            self._add(
                "prescriptions", (patient, act, at, phrases.prescription(rng), rng.getrandbits(2), at), at
            )

    def _add(self, table: str, row: Row, at: str) -> int:
        number = self.next_id[table]
        self.next_id[table] += 1
        self.rows[table].append(row)
        if table != "audit":
            self._add("audit", (at, f"POSTE-{1 + number % 4}", "création", table, number), at)
        return number

    def store(self, db: sqlite3.Connection) -> None:
        """Write the waiting rows."""
        for table, rows in self.rows.items():
            if rows:
                db.executemany(f"INSERT INTO {table} VALUES (NULL{',?' * len(rows[0])})", rows)
                rows.clear()


def _correct(db: sqlite3.Connection, rng: random.Random, day: date, tables: dict[str, int]) -> int:
    """Correct that many random rows of each table, audited; some grow by a sentence."""
    counts = _counts(db)
    audit: list[Row] = []
    for table, wanted in tables.items():
        rows = sorted(rng.sample(range(1, counts[table] + 1), min(wanted, counts[table])))
        for number in rows:
            at = f"{day.isoformat()}T{8 + rng.getrandbits(3):02d}:{rng.randrange(60):02d}:00"
            _CORRECTIONS[table](db, rng, number, at)
            audit.append((at, f"POSTE-{1 + number % 4}", "correction", table, number))
    db.executemany("INSERT INTO audit VALUES (NULL,?,?,?,?,?)", audit)
    return len(audit)


def _correct_patient(db: sqlite3.Connection, rng: random.Random, number: int, at: str) -> None:
    phone = f"06 39 98 {rng.randrange(100):02d} {rng.randrange(100):02d}"
    db.execute("UPDATE patients SET phone = ?, updated_at = ? WHERE id = ?", (phone, at, number))


def _correct_appointment(db: sqlite3.Connection, rng: random.Random, number: int, at: str) -> None:
    state = rng.choice(("honoré", "annulé", "absent"))
    db.execute("UPDATE appointments SET state = ?, updated_at = ? WHERE id = ?", (state, at, number))


def _correct_act(db: sqlite3.Connection, rng: random.Random, number: int, at: str) -> None:
    if rng.getrandbits(2):
        cents = 1000 + rng.randrange(4000)
        db.execute("UPDATE acts SET amount_cents = ?, updated_at = ? WHERE id = ?", (cents, at, number))
    else:
        more = " " + phrases.note(rng, 1)
        db.execute("UPDATE acts SET note = note || ?, updated_at = ? WHERE id = ?", (more, at, number))


def _correct_prescription(db: sqlite3.Connection, rng: random.Random, number: int, at: str) -> None:
    db.execute(
        "UPDATE prescriptions SET renewals = ?, updated_at = ? WHERE id = ?", (rng.randrange(6), at, number)
    )


def _correct_letter(db: sqlite3.Connection, rng: random.Random, number: int, at: str) -> None:
    recipient = rng.choice(phrases.RECIPIENTS)
    db.execute("UPDATE letters SET recipient = ?, updated_at = ? WHERE id = ?", (recipient, at, number))


_CORRECTIONS = {
    "patients": _correct_patient,
    "appointments": _correct_appointment,
    "acts": _correct_act,
    "prescriptions": _correct_prescription,
    "letters": _correct_letter,
}


@contextmanager
def _writing(path: Path, *, cache_mb: int = 16) -> Iterator[sqlite3.Connection]:
    """A connection whose transactions we open ourselves. No fsync: this is invented data."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        db.execute(f"PRAGMA cache_size = {-cache_mb * 1024}")
        db.execute("PRAGMA synchronous = OFF")
        yield db


def _bytes_in(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA page_count").fetchone()[0]) * PAGE_BYTES


def _counts(db: sqlite3.Connection) -> dict[str, int]:
    """Rows per table; ids run from 1 without a gap, nothing is ever deleted."""
    return {name: db.execute(f"SELECT coalesce(max(id), 0) FROM {name}").fetchone()[0] for name in TABLES}


def _letters_from(db: sqlite3.Connection, after: int) -> list[Letter]:
    rows = db.execute(
        "SELECT l.id, p.last_name || ' ' || p.first_name, p.birth_date,"
        " substr(l.written_at, 1, 10), l.recipient, l.subject, l.body"
        " FROM letters l JOIN patients p ON p.id = l.patient_id"
        " WHERE l.id > ? ORDER BY l.id",
        (after,),
    )
    return [Letter(*row) for row in rows]


def _next_working_day(day: date) -> date:
    day += timedelta(days=3 if day.weekday() == 4 else 1)
    return day
