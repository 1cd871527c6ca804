"""Exactly one mail a recipient and week, whoever is killed and when: over a real server, encrypted, with login."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from digest.mail_server import PASSWORD, USER, Mailbox, mail_server, make_certificate
from digest.test_send import EVERYBODY, WEEK, send, with_server

from gapwatch.config import Settings
from gapwatch.digest.sending import send_digests
from gapwatch.digest.sent import SendLog
from gapwatch.reads import Reader

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")

_SENDER = (
    "import sys; from gapwatch.config import Settings; from gapwatch.reads import Reader\n"
    "from gapwatch.digest.sending import send_digests\n"
    "settings = Settings.model_validate_json(sys.argv[1])\n"
    "with Reader.open(settings.warehouse.path) as reader:\n    send_digests(reader, settings, first_pause=0.01)\n"
)


@contextmanager
def sender_of(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """A process that sends the digests of those settings; killed at the end if it is still there."""
    arguments = [sys.executable, "-c", _SENDER, settings.model_dump_json()]
    with subprocess.Popen(arguments, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()


def wait_for(condition: Callable[[], bool]) -> None:
    """Until the condition holds; fails after three minutes."""
    until = time.monotonic() + 180
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.005)


def hand_of(settings: Settings) -> int:
    """The process id of the one that hands mails over."""
    return int((settings.warehouse.path / "sends" / ".hand").read_text(encoding="utf-8"))


def with_recipients(settings: Settings, addresses: list[str]) -> None:
    """Make these the recipients, half of each site."""
    assert settings.digest.recipients is not None
    rows = "".join(f"{address},R,{'BAY1' if place % 2 else 'HOU1'}\n" for place, address in enumerate(addresses))
    settings.digest.recipients.write_text(f"email,name,site\n{rows}", encoding="utf-8")


def owned(settings: Settings) -> Settings:
    """The settings with somebody to tell."""
    return settings.model_copy(update={"digest": settings.digest.model_copy(update={"owner": "owner@example.com"})})


class Doorkeeper(Mailbox):
    """Lets the first mail to one recipient wait for its answer until ``open``: taken before, or turned down after."""

    def __init__(self, recipient: str, reply: str = "") -> None:
        super().__init__()
        self.recipient, self.reply, self.is_waiting, self.is_open = recipient, reply, False, False

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail; of the one recipient, answer late."""
        is_first = self.recipient in envelope.rcpt_tos and not self.is_waiting
        answer = self.reply if is_first and self.reply else await super().handle_DATA(server, session, envelope)
        if is_first:
            self.is_waiting = True
            while not self.is_open:
                await asyncio.sleep(0.005)
        return answer

    def open(self) -> None:
        """Let the answer go."""
        self.is_open = True


def test_two_hundred_recipients_a_failing_server_and_a_killed_sender(
    reader: Reader, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(make_certificate(tmp_path)))
    monkeypatch.setenv("GAPWATCH_SMTP_USER", USER)
    monkeypatch.setenv("GAPWATCH_SMTP_PASSWORD", PASSWORD)
    everybody = [f"r{number}@example.com" for number in range(200)]
    with_recipients(settings, everybody)
    mailbox = Mailbox(fault=lambda attempt, _: "451 try again later" if attempt % 5 == 0 else None)
    with mail_server(mailbox, certificate=tmp_path / "server.pem", login=True) as port:
        there = with_server(settings, port=port, security="starttls")
        with sender_of(there) as sender:
            wait_for(lambda: len(mailbox.accepted) >= 80)
            sender.send_signal(signal.SIGKILL)
        assert 80 <= len(mailbox.accepted) < 200
        counts = send(reader, there)
    assert set(counts) == {"sent", "already_sent"}
    assert counts["already_sent"] >= 80
    assert mailbox.attempts >= 245
    assert all(mailbox.was_encrypted)
    assert Counter(mailbox.addresses) == dict.fromkeys(everybody, 1)


@pytest.mark.parametrize("reply", ["", "451 not now"])
def test_killed_between_the_mail_and_the_servers_answer(reader: Reader, settings: Settings, reply: str) -> None:
    mailbox = Doorkeeper("hal@example.com", reply)
    with mail_server(mailbox) as port:
        there = with_server(settings, port=port)
        with sender_of(there) as sender:
            wait_for(lambda: mailbox.is_waiting)
            sender.kill()
        mailbox.open()  # what the sender would have heard, the hand hears
        assert send(reader, there) == {"already_sent": 2, "sent": 1}
    assert Counter(mailbox.addresses) == dict.fromkeys(EVERYBODY, 1)
    log = SendLog(settings.warehouse.path, week=WEEK).notes()
    assert "".join(f"{note.state} " for note in log if note.recipient == "hal@example.com") == (
        "handing deferred handing sent " if reply else "handing sent "
    )


def test_both_killed_in_the_window_is_a_doubt_that_the_owner_is_told(reader: Reader, settings: Settings) -> None:
    mailbox = Doorkeeper("hal@example.com")
    with mail_server(mailbox) as port:
        there = owned(with_server(settings, port=port))
        with sender_of(there) as sender:
            wait_for(lambda: mailbox.is_waiting)
            os.kill(hand_of(there), signal.SIGKILL)
            sender.kill()
        mailbox.open()
        results = send_digests(reader, there, first_pause=0.0)
        assert [result.status for result in results] == ["already_sent", "in_doubt", "sent"]
        assert results[1].failed
        assert "may have arrived" in str(results[1])
        assert send(reader, there) == {"already_sent": 2, "in_doubt": 1}
    assert Counter(mailbox.addresses) == dict.fromkeys([*EVERYBODY, "owner@example.com"], 1)
    notice = mailbox.accepted[-1][1]
    assert notice["Subject"] == "gapwatch digest 2026-W47: 1 of 3 recipients without their mail"
    assert "hal@example.com" in notice.get_content()
    assert "gapwatch digest --again --only ADDRESS" in notice.get_content()


def test_a_doubt_is_ended_by_sending_to_that_recipient_again(reader: Reader, settings: Settings) -> None:
    log = SendLog(settings.warehouse.path, week=WEEK)
    log.append("hal@example.com", state="handing", run_id="x", message_id="<x@y>")
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        there = with_server(settings, port=port)
        results = send_digests(reader, there, again=True, only=["HAL@example.com"], first_pause=0.0)
        assert [(result.recipient, result.status) for result in results] == [("hal@example.com", "sent")]
        assert send(reader, there) == {"sent": 2, "already_sent": 1}
    assert Counter(mailbox.addresses) == dict.fromkeys(EVERYBODY, 1)


def test_a_mail_turned_down_before_the_kill_is_no_doubt(reader: Reader, settings: Settings) -> None:
    log = SendLog(settings.warehouse.path, week=WEEK)
    log.append("hal@example.com", state="handing", run_id="x", message_id="<x@y>")
    log.append("hal@example.com", state="deferred", run_id="x", message_id="<x@y>", reason="451 later")
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        assert send(reader, with_server(settings, port=port)) == {"sent": 3}
    assert Counter(mailbox.addresses) == dict.fromkeys(EVERYBODY, 1)


def test_the_hand_killed_alone_leaves_one_doubt_and_the_rest_for_the_next_run(
    reader: Reader, settings: Settings
) -> None:
    mailbox = Doorkeeper("hal@example.com")
    with mail_server(mailbox) as port:
        there = with_server(settings, port=port)
        with sender_of(there) as sender:
            wait_for(lambda: mailbox.is_waiting)
            os.kill(hand_of(there), signal.SIGKILL)
            assert sender.wait(timeout=180) == 0
        mailbox.open()
        assert send(reader, there) == {"already_sent": 1, "in_doubt": 1, "sent": 1}
    assert Counter(mailbox.addresses) == dict.fromkeys(EVERYBODY, 1)


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_end_it_ends_after_the_mail_in_hand(reader: Reader, settings: Settings, signal_number: int) -> None:
    mailbox = Doorkeeper("hal@example.com")
    with mail_server(mailbox) as port:
        there = with_server(settings, port=port)
        with sender_of(there) as sender:
            wait_for(lambda: mailbox.is_waiting)
            sender.send_signal(signal_number)
            mailbox.open()
            assert sender.wait(timeout=180) != 0
        assert mailbox.addresses == EVERYBODY[:2]
        assert send(reader, there) == {"already_sent": 2, "sent": 1}
    assert Counter(mailbox.addresses) == dict.fromkeys(EVERYBODY, 1)


def test_send_log_survives_a_torn_line(reader: Reader, settings: Settings) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        there = with_server(settings, port=port)
        send(reader, there)
        path = settings.warehouse.path / "sends" / f"{WEEK}.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(lines[:4]) + lines[4][:20], encoding="utf-8")  # died before the last mail went out
        assert send(reader, there) == {"already_sent": 2, "sent": 1}
        assert send(reader, there) == {"already_sent": 3}
    states = [note.state for note in SendLog(settings.warehouse.path, week=WEEK).notes()]
    assert states == ["handing", "sent"] * 3
    assert path.stat().st_mode & 0o077 == 0
    ids = [str(message["Message-ID"]) for _, message in mailbox.accepted]
    assert ids[2] == ids[3]
