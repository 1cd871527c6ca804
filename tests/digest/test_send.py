"""Sending over a real SMTP server: one mail a recipient and week, whatever fails in between."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from digest.mail_server import PASSWORD, USER, Mailbox, mail_server, make_certificate

from gapwatch.config import Settings
from gapwatch.digest.send import Mailer
from gapwatch.digest.sending import send_digests
from gapwatch.digest.sent import SendLog
from gapwatch.digest.weekly import write_digests
from gapwatch.errors import ConfigurationError, WarehouseBusy
from gapwatch.reads import Reader

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")

WEEK = "2026-W47"
EVERYBODY = ["meg@example.com", "hal@example.com", "officer@example.com"]


def with_server(settings: Settings, *, port: int, security: str = "none") -> Settings:
    """The settings with the SMTP server on that port."""
    assert settings.digest.smtp is not None
    smtp = settings.digest.smtp.model_copy(update={"port": port, "security": security})
    return settings.model_copy(update={"digest": settings.digest.model_copy(update={"smtp": smtp})})


def send(reader: Reader, settings: Settings, *, again: bool = False) -> Counter[str]:
    """Send without waiting between attempts; how many recipients ended in which state."""
    results = send_digests(reader, settings, again=again, first_pause=0.0)
    return Counter(result.status for result in results)


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The server's certificate, trusted."""
    pytest.importorskip("cryptography")
    path = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return path


@pytest.fixture
def _login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAPWATCH_SMTP_USER", USER)
    monkeypatch.setenv("GAPWATCH_SMTP_PASSWORD", PASSWORD)


@pytest.mark.usefixtures("_login")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_encrypted_with_login(reader: Reader, settings: Settings, certificate: Path, security: str) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox, certificate=certificate, implicit_tls=security == "tls", login=True) as port:
        assert send(reader, with_server(settings, port=port, security=security)) == {"sent": 3}
    assert mailbox.addresses == EVERYBODY
    assert mailbox.was_encrypted == [True, True, True]
    message = mailbox.accepted[0][1]
    assert message["To"] == "Meg Bay <meg@example.com>"
    assert message["From"] == "gapwatch <gapwatch@example.com>"
    assert str(message["Subject"]).startswith("gapwatch week 47, Baytown: 2 open gaps")
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_second_run_sends_nothing_and_again_sends_anew(reader: Reader, settings: Settings) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        there = with_server(settings, port=port)
        assert send(reader, there) == {"sent": 3}
        assert send(reader, there) == {"already_sent": 3}
        assert len(mailbox.accepted) == 3
        assert send(reader, there, again=True) == {"sent": 3}
    assert Counter(mailbox.addresses) == dict.fromkeys(EVERYBODY, 2)
    assert len({str(message["Message-ID"]) for _, message in mailbox.accepted}) == 6


def test_lasting_refusal_is_told_and_stops_nobody_else(reader: Reader, settings: Settings) -> None:
    def refuse_hal(_attempt: int, envelope: object) -> str | None:
        return "550 no such user" if "hal@example.com" in getattr(envelope, "rcpt_tos", ()) else None

    mailbox = Mailbox(fault=refuse_hal)
    with mail_server(mailbox) as port:
        there = with_server(settings, port=port)
        results = send_digests(reader, there, first_pause=0.0)
        assert [(result.status, result.attempts, result.reason) for result in results] == [
            ("sent", 1, ""),
            ("failed", 1, "550 no such user"),
            ("sent", 1, ""),
        ]
        mailbox.fault = None
        assert send(reader, there) == {"already_sent": 2, "sent": 1}  # what failed is tried again
    assert Counter(mailbox.addresses) == dict.fromkeys(EVERYBODY, 1)


def test_attempts_are_bounded_and_pauses_grow(reader: Reader, settings: Settings) -> None:
    pauses: list[float] = []
    with mail_server(Mailbox(fault=lambda *_: "451 never today")) as port:
        there = with_server(settings, port=port)
        results = send_digests(reader, there, first_pause=0.0)
        assert there.digest.smtp is not None
        with Mailer(there.digest.smtp, pause=pauses.append) as mailer:
            mailer.deliver(b"Subject: x\r\n\r\nx\r\n", to="meg@example.com")
    assert [(result.status, result.attempts) for result in results] == [("failed", 5)] * 3
    assert results[0].reason == "451 never today"
    assert pauses == [1.0, 2.0, 4.0, 8.0]


def test_server_out_of_reach_fails_everyone_after_one_round(reader: Reader, settings: Settings) -> None:
    results = send_digests(reader, with_server(settings, port=9), first_pause=0.0)
    assert [(result.status, result.attempts) for result in results] == [("failed", 5), ("failed", 0), ("failed", 0)]
    assert "could not be reached" in results[1].reason


@pytest.mark.usefixtures("_login")
def test_wrong_password_is_a_configuration_error(
    reader: Reader, settings: Settings, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAPWATCH_SMTP_PASSWORD", "wr0ng")
    with (
        mail_server(Mailbox(), certificate=certificate, login=True) as port,
        pytest.raises(ConfigurationError, match="refused the login") as caught,
    ):
        send(reader, with_server(settings, port=port, security="starttls"))
    assert "wr0ng" not in f"{caught.value} {caught.value.__cause__}"
    assert SendLog(settings.warehouse.path, week=WEEK).states() == {"meg@example.com": "failed"}


def test_no_mail_leaves_unencrypted_where_starttls_is_asked(reader: Reader, settings: Settings) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port, pytest.raises(ConfigurationError, match="does not offer"):
        send(reader, with_server(settings, port=port, security="starttls"))
    assert mailbox.accepted == []


def test_unknown_certificate_is_refused(
    reader: Reader, settings: Settings, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    mailbox = Mailbox()
    with (
        mail_server(mailbox, certificate=certificate) as port,
        pytest.raises(ConfigurationError, match="certificate is not trusted"),
    ):
        send(reader, with_server(settings, port=port, security="starttls"))
    assert mailbox.accepted == []


@pytest.mark.usefixtures("_login")
def test_password_does_not_cross_the_network_in_the_clear(reader: Reader, settings: Settings) -> None:
    assert settings.digest.smtp is not None
    smtp = settings.digest.smtp.model_copy(update={"host": "192.0.2.1"})
    there = settings.model_copy(update={"digest": settings.digest.model_copy(update={"smtp": smtp})})
    with pytest.raises(ConfigurationError, match="in the clear"):
        send(reader, there)


@pytest.mark.parametrize("missing", ["recipients", "smtp"])
def test_sending_needs_recipients_and_a_server(reader: Reader, settings: Settings, missing: str) -> None:
    bare = settings.model_copy(update={"digest": settings.digest.model_copy(update={missing: None})})
    with pytest.raises(ConfigurationError, match=missing):
        send(reader, bare)


def test_dry_run_writes_the_mails_and_sends_none(reader: Reader, settings: Settings) -> None:
    results = send_digests(reader, settings, dry_run=True)
    assert [result.status for result in results] == ["would_send"] * 3
    assert all(result.path and b"gapwatch week 47" in result.path.read_bytes() for result in results)
    assert SendLog(settings.warehouse.path, week=WEEK).states() == {}


def test_one_sender_at_a_time(reader: Reader, settings: Settings) -> None:
    code = (
        "import sys; from pathlib import Path; from gapwatch.digest.sent import SendLog\n"
        "with SendLog(Path(sys.argv[1]), week='x').locked():\n    print('held', flush=True); sys.stdin.read()"
    )
    arguments = [sys.executable, "-c", code, str(settings.warehouse.path)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(WarehouseBusy):
            send(reader, settings)
        holder.communicate("")


def test_files_are_the_same_each_time_and_one_a_recipient(reader: Reader, settings: Settings, tmp_path: Path) -> None:
    first = write_digests(reader, settings, to_folder=tmp_path / "first")
    second = write_digests(reader, settings, to_folder=tmp_path / "second")
    assert [path.name for path in first] == [
        "gapwatch-2026-W47-meg@example.com.eml",
        "gapwatch-2026-W47-hal@example.com.eml",
        "gapwatch-2026-W47-officer@example.com.eml",
    ]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert b"Date: Mon, 16 Nov 2026 12:00:00 +0000" in first[0].read_bytes()
    assert sorted(path.name for path in (tmp_path / "first").iterdir()) == sorted(path.name for path in first)


def test_without_recipients_one_file_of_everything(reader: Reader, settings: Settings, tmp_path: Path) -> None:
    bare = settings.model_copy(update={"digest": settings.digest.model_copy(update={"recipients": None})})
    written = write_digests(reader, bare, to_folder=tmp_path / "out")
    assert [path.name for path in written] == ["gapwatch-2026-W47-everyone.eml"]
    assert b"Meridian Industries: 3 open gaps" in written[0].read_bytes().replace(b"\r\n ", b" ")
