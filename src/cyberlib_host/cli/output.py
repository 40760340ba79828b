"""What commands print: text for people, or one JSON document."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from ..core.problems import Fact, Problem
from ..core.times import micros, readable

SENTENCES: Mapping[str, str] = {
    "bad_siren": "This is no SIREN: nine digits, the last of which checks the others. Look at the contract.",
    "siren_taken": "The SIREN {siren} is taken: cyberlib-host organisation list.",
    "bad_name": "A name has 1 to {most} characters.",
    "bad_seats": "The number of seats is between 0 and {most}.",
    "organisation_unknown": "No organisation, or several, answer to that: cyberlib-host organisation list.",
    "device_unknown": "The organisation has no device of that name: cyberlib-host device list.",
    "state_not_allowed": "The subscription is {state} already, and a terminated one stays so.",
    "not_initialised": "This folder holds no host. Make one: cyberlib-host --data DIR init.",
    "bad_settings": "The settings cannot be used: {where}.",
    "database_newer": "The database was made by a newer version. Install that version.",
    "zones_too_near": "{first} and {second} are {km} km apart. Two zones are at least 200 km apart.",
    "chain_broken": "The log was changed: line {sequence} does not follow the one before.",
    "bad_request": "This cannot be used: {where}.",
    "terms_empty": "The file is empty: terms are a text that people read and accept.",
    "terms_too_early": "Terms come into force today or later, never in the past.",
    "leaving_not_requested": "Nothing was requested: cyberlib-host leaving request.",
    "leaving_accepted": "It was accepted already, on {since}.",
    "erasure_not_allowed": "It may not be erased before {until} (None: while the contract is alive, never):"
    " the customer accepts, or the days to read end; and links that were given out expire.",
    "erasure_incomplete": "Something of it is still being written. Call the same command again in a minute.",
    "not_erased": "It was not erased: there is no certificate.",
    "bad_signature": "The signature does not hold, or is another key’s: do not rely on this document.",
    "bad_plan": "This cannot be used: {where}.",
    "bad_address": "This is no address of mail, or there are more than ten: {where}.",
    "bad_window": "An interruption ends after it begins, in the future, and lasts 14 days at most: {where}.",
    "window_unknown": "No planned interruption, or several, answer to that: cyberlib-host maintenance list.",
    "absence_unknown": "No absence, or several, answer to that: cyberlib-host absence list.",
    "mail_unknown": "No mail of that id waits or was refused: cyberlib-host mail list.",
    "bad_certificate": "{certificate} and {key} are no certificate and key (PEM, no password): {reason}.",
    "certificate_names": "{at} is there already, for {names}. For others: certificate renew --name NAME.",
    "authority_key_absent": "The same authority signs nothing more: {at} is absent, or of no use any longer."
    " Use --new-authority, and give each client the new ca.crt (cyberlib network ca FILE).",
    "port_taken": "{at} is taken by another program, or by this host already running.",
    "database_failed": "The database cannot be used: {reason}.",
    "system_failed": "This failed: {reason}.",
    "storage_refused": "The zone {zone} refuses: {reason}. Look at its keys, its bucket and its rights.",
    "storage_unreachable": "The storage does not answer. See the log, and its own monitoring.",
    "storage_full": "The storage is full. Add room: nothing new is taken until then.",
}


class Output:
    """Where a command's results go."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def result(self, value: Any, text: str) -> None:
        """The command's result."""
        click.echo(json.dumps(value, indent=2, ensure_ascii=False) if self.as_json else text)

    def table(self, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
        """Records, with these of their fields as columns of the text."""
        if self.as_json:
            click.echo(json.dumps(list(rows), indent=2, ensure_ascii=False))
            return
        cells = [[column.upper() for column in columns]]
        cells += [[_cell(row[c]) for c in columns] for row in rows]
        for line in _aligned(cells):
            click.echo(line)

    def error(self, code: str, message: str, **facts: Fact) -> None:
        """The document of a refusal, or of wrong use."""
        click.echo(json.dumps({"error": {"code": code, "message": message, **facts}}, ensure_ascii=False))

    def problem(self, problem: Problem) -> None:
        """Why the command failed, on standard error."""
        facts = {name: str(fact).rstrip(". ") for name, fact in problem.facts.items()}
        sentence = SENTENCES.get(problem.code, str(problem)).format_map(facts)
        if self.as_json:
            self.error(problem.code, sentence, **problem.facts)
        print(f"cyberlib-host: {sentence} [{problem.code}]", file=sys.stderr)  # noqa: T201


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def _cell(value: object) -> str:
    """As people read it: nothing for null, times by this machine's clocks."""
    if isinstance(value, str) and _TIME.fullmatch(value):
        return readable(micros(value))
    return "" if value is None else str(value)


def _aligned(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
