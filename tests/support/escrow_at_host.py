"""A practice whose vault and escrow are at a host, its operator, and a machine that is to get in again."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from cyberlib_client.app import escrow_post
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.app.clerk.clerk import Clerk
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.transports.host.escrow import EscrowPost
from cyberlib_host.database.entrusted import releases
from cyberlib_host.database.observed import mails
from cyberlib_host.services import addresses, audit
from tests.integration.test_cli_host import Practice

from .command_line import PASSPHRASE, CommandLine
from .escrow_story import PAPERS, Story, result
from .hosts import OPERATOR, TestHost
from .operators import Operator
from .trees import make_tree


class AtHost(Story):
    """The same, with the vault at a host."""

    def __init__(self, folder: Path, host: TestHost) -> None:
        self.host = host
        self.customer = Practice(host, folder, seats=3)
        self.make_office(folder)
        self.practice = self.customer.station("ACCUEIL")
        self.customer.vault(self.practice)
        documents = make_tree(folder / "documents", {"lettre.txt": b"fictif"})
        self.practice("sources", "add", str(documents))
        self.practice("backup")
        self.place = str(result(self.practice, "vault", "info")["at"])
        self.operator = Operator(folder / "host")
        with host.context.database.write() as connection:
            for purpose, where in (("incident", "a@x.example"), ("report", "b@x.example")):
                addresses.set_addresses(
                    host.context, connection, self.customer.made.id, purpose, [where], OPERATOR
                )
        self.new = self.customer.station("NEUF")

    def actions(self) -> list[tuple[str, str]]:
        """What the customer's log has of escrow: what was done, and how it ended."""
        with self.host.context.database.read() as connection:
            lines = list(audit.lines(connection, self.customer.made.id))
        told = [(line.record.action, line.record.outcome) for line in lines]
        return [each for each in told if "escrow" in each[0] or "release" in each[0] or each[0] == "entrust"]

    def letters(self) -> list[tuple[str, str]]:
        """What escrow's letters are about, and to whom they go."""
        with self.host.context.database.read() as connection:
            rows = connection.execute(mails.select().where(mails.c.kind == "escrow")).all()
        return sorted((row.subject_of.partition("/")[0], row.recipient) for row in rows)

    def join_here(self) -> Any:
        with self.practice.secret(PASSPHRASE):
            return result(self.practice, *self.joining()[:7], "--yes")

    def replace_machine(self) -> None:
        """The old workstation burnt: the new one has its seat and its vault, and nothing that opens it."""
        self.new("device", "reassign", "ACCUEIL", "--contract-key-file", self.customer.key)

    def ask_here(self, *more: str) -> Any:
        return result(self.new, "escrow", "request", "--at", self.place, *more)

    def a_day_passes(self) -> None:
        """For requests, also as the operator's own program sees it: what is known of them is a day older."""
        day = 24 * 3600 * 1_000_000 + 1
        with self.host.context.database.write() as connection:
            values = {"asked": releases.c.asked - day, "opens": releases.c.opens - day}
            connection.execute(releases.update().values(values))

    def answer_all(self, words: list[str], *who: str) -> None:
        papers = self.folder / "for officers"
        self.operator("escrow", "papers", self.release(), str(papers))
        for name in who:
            given = [part for each in PAPERS for part in (f"--{each}", str(papers / f"escrow-{each}.json"))]
            to = self.office.at(f"{name}.answer")
            answer = ["release", "answer", str(papers / "escrow-request.json"), to]
            key = ["--key", self.office.at(f"{name}.key"), "--words", " ".join(words)]
            self.office.run(*answer, *given, *key)
            self.operator("escrow", "answer", to)

    def release(self) -> str:
        (found,) = self.operator.json("escrow", "list")
        return str(found["id"])

    def post(self, line: CommandLine) -> EscrowPost:
        """As a stranger's program could speak with the host as a workstation."""
        session = Clerk(profile_at(str(line.profile)), BytesIO(), {}).session(1, CancelToken())
        found = escrow_post.post_at(session, self.place)
        assert found is not None
        self.host.hold(found.client)
        return found
