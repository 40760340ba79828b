"""Mail of the host over a real line: with a login and STARTTLS, to servers that refuse, hang or lie."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest

from cyberlib_host.core.addresses import checked_address, mail_of_verp, verp
from cyberlib_host.core.problems import Problem
from cyberlib_host.data_folder import initialise
from cyberlib_host.jobs.observatory import deliver_some
from cyberlib_host.mail import letters
from cyberlib_host.mail.bounces import read_bounce
from cyberlib_host.mail.letter import Letter, message_of
from cyberlib_host.mail.senders import FolderSender
from cyberlib_host.services import addresses, organisations, outbox
from cyberlib_host.services.context import Context
from cyberlib_host.settings import read_settings
from tests.support.hosts import OPERATOR, Clock, siren
from tests.support.mail_server import PASSWORD, MailServer, mail_server, read_message, silent_server
from tests.support.operators import Operator

WHERE = "contact@tilleuls.example"
ABOUT = letters.About("Cabinet des Tilleuls", "fr", "Europe/Paris", "01 23 45 67 89")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path) as made:
        yield made


def _host(folder: Path, settings: str = "", password: str = PASSWORD) -> Context:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "host.toml").write_text(settings, encoding="utf-8")
    made = initialise(folder, {"CYBERLIB_HOST_MAIL_PASSWORD": password})
    return replace(made, clock=Clock())


@pytest.fixture
def context(tmp_path: Path, server: MailServer) -> Iterator[Context]:
    made = _host(tmp_path / "host", server.settings())
    yield made
    made.database.close()


def _organisation(context: Context, *where: str, number: int = 1) -> str:
    with context.database.write() as connection:
        made = organisations.create(
            context, connection, OPERATOR, name="Cabinet\r\nBcc: x@y.example", siren=siren(number), seats=1
        ).id
        addresses.set_addresses(context, connection, made, "incident", where or (WHERE,), OPERATOR)
    return made


def _put(context: Context, organisation: str, about: str = "1", letter: Letter | None = None) -> int:
    letter = letter or letters.recovered(ABOUT, "ACCUEIL", 1_800_000_000_000_000)
    with context.database.write() as connection:
        return outbox.put(
            context, connection, organisation, "incident", letter, kind="missed", subject_of=about
        )


def _states(context: Context) -> list[tuple[str, str]]:
    with context.database.read() as connection:
        return sorted((row.recipient, row.state) for row in outbox.listed(connection, everything=True))


def test_it_goes_out_secured_and_once(context: Context, server: MailServer) -> None:
    made = _organisation(context)
    assert (_put(context, made), _put(context, made)) == (1, 0)
    assert (deliver_some(context), deliver_some(context)) == (1, 0)
    (sender, recipient, _), (message,) = server.taken[0], server.messages()
    assert server.secured == [True]
    assert recipient == WHERE == message["To"]
    ident = mail_of_verp(sender)
    assert sender == f"retours+{ident}@hote.example" and message["Message-ID"] == f"<{ident}@hote.example>"
    assert message["From"] == "CyberLib <sauvegarde@hote.example>"
    assert message["Subject"] == "Les sauvegardes ont repris : ACCUEIL"
    assert message["Auto-Submitted"] == "auto-generated" and message["Date"]
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None and html is not None
    assert "de nouveau sauvegardé" in text.get_content() and "01 23 45 67 89" in text.get_content()
    assert "de nouveau sauvegardé" in html.get_content() and "<p>" in html.get_content()
    assert _states(context) == [(WHERE, "sent")]


def test_after_a_crash_it_goes_again_as_the_same(context: Context, server: MailServer) -> None:
    _put(context, _organisation(context))
    row = outbox.claim(context)
    assert row is not None and outbox.claim(context) is None  # another process lets it be
    assert context.sender is not None
    context.sender.send(row.id, "retours@hote.example", row.recipient, row.message)  # and here it dies
    assert deliver_some(context) == 0
    context.clock.advance(seconds=601)  # type: ignore[attr-defined]
    assert deliver_some(context) == 1
    first, second = (message["Message-ID"] for message in server.messages())
    assert first == second and _states(context) == [(WHERE, "sent")]


@pytest.mark.parametrize(
    ("answer", "at_data", "state", "marked"),
    [
        ("550 5.1.1 No such user", False, "refused", [WHERE]),
        ("550 5.1.1 No such user", True, "refused", [WHERE]),
        ("554 5.7.1 Looks like advertising", True, "refused", []),
        ("450 4.2.0 Greylisted", False, "waiting", []),
        ("452 4.2.2 Mailbox full", True, "waiting", []),
    ],
)
def test_what_is_refused(
    context: Context, server: MailServer, answer: str, at_data: bool, state: str, marked: list[str]
) -> None:
    asked: list[str] = []

    def refuse(recipient: str) -> str:
        asked.append(recipient)
        return answer

    setattr(server, "refuse_data" if at_data else "refuse", refuse)
    made = _organisation(context)
    _put(context, made)
    deliver_some(context)
    assert asked == [WHERE] and server.taken == []
    assert _states(context) == [(WHERE, state)]
    with context.database.read() as connection:
        assert addresses.refused(connection, made) == marked
        (row,) = outbox.listed(connection)
        assert answer in row.reason
    assert ("mail" in context.troubles) is True
    server.refuse = server.refuse_data = lambda _recipient: None
    with context.database.write() as connection:
        assert outbox.retry(context, connection, None, OPERATOR) == 1
    assert deliver_some(context) == 1 and _states(context) == [(WHERE, "sent")]
    assert "mail" not in context.troubles


def test_without_an_address_that_works_operators_get_it(context: Context, server: MailServer) -> None:
    made = _organisation(context)
    server.refuse = lambda recipient: "550 5.1.1 No" if recipient == WHERE else None
    _put(context, made)
    deliver_some(context)
    _put(context, made, "2")  # nobody is left
    assert ("", "refused") in _states(context)
    context.mail = context.mail._replace(operator="ops@hote.example")
    _put(context, made, "3")
    assert deliver_some(context) == 1
    assert [recipient for _, recipient, _ in server.taken] == ["ops@hote.example"]


@pytest.mark.parametrize("fault", ["login", "clear", "trust", "closed", "silent"])
def test_what_does_not_get_through_waits_and_is_seen(
    tmp_path: Path, server: MailServer, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with silent_server() as silent:
        settings = server.settings()
        if fault == "closed":
            settings = settings.replace(str(server.port), "1")
        if fault == "silent":
            settings = settings.replace(str(server.port), str(silent)).replace("timeout = 2", "timeout = 1")
        if fault == "trust":
            settings = settings.replace(f"ca = '{server.ca}'\n", "")
        if fault == "clear":
            settings = server.settings(security="none", user="")
        context = _host(tmp_path / "host", settings, "wrong" if fault == "login" else PASSWORD)
        made = _organisation(context)
        for number in range(3):
            _put(context, made, str(number))
        begun = time.monotonic()
        assert deliver_some(context) == 0  # the first one shows it: the others are not waited for one by one
        assert time.monotonic() - begun < 60
    assert server.taken == []
    with context.database.read() as connection:
        (tried,) = [row for row in outbox.listed(connection) if row.reason]
        assert (tried.state, tried.attempts) == ("waiting", 1)
        assert PASSWORD not in tried.reason and "wrong" not in tried.reason
    assert context.troubles["mail"] == "1 waiting for the server"
    context.clock.advance(days=6)  # type: ignore[attr-defined]
    deliver_some(context)
    assert sorted(state for _, state in _states(context)) == ["given_up", "waiting", "waiting"]
    context.database.close()


def test_without_a_server_it_is_a_folder(tmp_path: Path) -> None:
    context = _host(tmp_path / "host")
    assert isinstance(context.sender, FolderSender)
    _put(context, _organisation(context))
    assert deliver_some(context) == 1
    (file,) = (tmp_path / "host" / "mail").iterdir()
    assert read_message(file.read_bytes())["To"] == WHERE and file.suffix == ".eml"
    context.database.close()


def test_no_header_can_be_slipped_in() -> None:
    device = "POSTE\r\nBcc: victim@y.example\r\n\r\nhello\u2028X: y"
    about = ABOUT._replace(organisation="Cabinet\nX-Evil: 1 <script>alert(1)</script>")
    letter = letters.missed(about, device, critical=True, planned=0, days=3, last=None)
    raw = message_of(
        letter, sender="a@b.example", name="Cyber\r\nX: y", recipient=WHERE, ident="0" * 32, created=0
    )
    message = BytesParser(EmailMessage, policy=policy.default).parsebytes(raw)
    assert sorted(message.keys()) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "MIME-Version",
         "Content-Type"]
    )  # fmt: skip
    html = message.get_body(("html",))
    assert html is not None and "<script>" not in html.get_content()
    for wrong in ("a@b", "a b@c.fr", "a@b.fr\r\nBcc: x@y.fr", "a@b.fr, c@d.fr", "<a@b.fr>", "é@b.fr",
                  "-a@b.fr",
                  "a..b@c.fr", "@b.fr", "a@-b.fr", "a@b.fr\x00", "a" * 65 + "@b.fr", ""):  # fmt: skip
        with pytest.raises(Problem) as refused:
            checked_address(wrong)
        assert refused.value.code == "bad_address", wrong
    assert checked_address(" d'arc+x@sous.cabinet-médical.example ".replace("é", "e"))


# ---- what comes back -----------------------------------------------------------------------------------


def _dsn(action: str, status: str, to: str, original: str = "") -> bytes:
    """A report as servers make it (RFC 3464)."""
    parts = [
        "Content-Type: text/plain\r\n\r\nI am sorry.",
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {WHERE}\r\nAction: {action}\r\nStatus: {status}\r\n",
    ]
    if original:
        parts.append(f"Content-Type: text/rfc822-headers\r\n\r\nSubject: x\r\n{original}\r\n")
    head = (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {to}\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="cut"\r\n\r\n'
    )
    return (head + "".join(f"--cut\r\n{part}\r\n" for part in parts) + "--cut--\r\n").encode()


IDENT = "0123456789abcdef" * 2
BACK = verp("retours@hote.example", IDENT)


COMING_BACK = {
    "no such user": (_dsn("failed", "5.1.1", BACK), True),
    "full for good": (_dsn("failed", "5.2.2 (mailbox full)", BACK), True),
    "gave up": (_dsn("failed", "4.4.7", BACK), False),
    "delayed": (_dsn("delayed", "4.4.1", BACK), False),
    "by its id": (_dsn("failed", "5.1.1", "x@hote.example", f"Message-ID: <{IDENT}@hote.example>"), True),
    "delivered": (_dsn("delivered", "2.0.0", BACK), None),
    "of somebody else": (_dsn("failed", "5.1.1", "x@hote.example", "Message-ID: <1@y.example>"), None),
    "absence": (f"To: {BACK}\r\n\r\nJe suis absent.\r\nAction: failed\r\nStatus: 5.1.1".encode(), None),
    "nothing": (b"", None),
    "noise": (b"\xff\x00:" * 5000, None),
    "cut short": (_dsn("failed", "5.1.1", BACK)[:-100], None),
}


@pytest.mark.parametrize("name", COMING_BACK)
def test_which_messages_tell_of_an_address_that_is_none(name: str) -> None:
    message, permanent = COMING_BACK[name]
    found = read_bounce(message)
    assert (found and (found.mail, found.permanent)) == (
        permanent if permanent is None else (IDENT, permanent)
    )


def test_a_bounce_marks_the_address_and_a_new_one_clears_it(
    context: Context, tmp_path: Path, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _organisation(context)
    _put(context, made)
    deliver_some(context)
    ident = mail_of_verp(server.taken[0][0])
    operator = Operator(tmp_path / "host")

    def bounce(data: bytes) -> object:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        return operator.json("mail", "bounce")

    told = bounce(_dsn("failed", "5.1.1", verp("retours@hote.example", "f" * 32)))
    assert told == {"mail": "f" * 32, "permanent": True, "marked": None}  # nobody's: guessed
    assert bounce(_dsn("delayed", "4.4.1", f"retours+{ident}@hote.example")) == {
        "mail": ident, "permanent": False, "marked": None,
    }  # fmt: skip
    assert bounce(_dsn("failed", "5.1.1", f"<retours+{ident}@hote.example>")) == {
        "mail": ident, "permanent": True, "marked": WHERE,
    }  # fmt: skip
    (listed,) = operator.json("mail", "list")
    assert (listed["state"], listed["reason"]) == ("refused", "came back: 5.1.1")
    changed = operator.json("organisation", "change", made, "--incident", WHERE, "--incident", "b@c.example")
    assert changed["addresses"]["incident"] == ["b@c.example", WHERE] and not changed["addresses_refused"]


# ---- settings ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "where"),
    [
        ("server = 'smtp.example'", "mail.sender"),
        ("sender = 'nobody'", "mail.sender"),
        ("operator = 'a@b.fr\\nBcc: c@d.fr'", "mail.operator"),
        ("server = 'smtp.example'\nsender = 'a@b.fr'\nsecurity = 'none'\nuser = 'x'", "in clear"),
        ("security = 'ssl'", "security"),
        ("servr = 'x'", "servr"),
    ],
)
def test_settings_that_cannot_be_meant(tmp_path: Path, written: str, where: str) -> None:
    (tmp_path / "host.toml").write_text(f"[mail]\n{written}\n", encoding="utf-8")
    with pytest.raises(Problem) as refused:
        read_settings(tmp_path, {})
    assert refused.value.code == "bad_settings" and where in str(refused.value.facts["where"])
