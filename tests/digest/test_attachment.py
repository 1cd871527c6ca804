"""The workbook on request, and the delivery reports that come back."""

from __future__ import annotations

import io
import zipfile
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from digest.conftest import OpenWorld
from digest.world import usual_world

from gapwatch.config import Settings
from gapwatch.digest.attachment import workbook_of
from gapwatch.digest.bounces import note_bounces
from gapwatch.digest.compose import compose
from gapwatch.digest.facts import ask_facts
from gapwatch.digest.sent import SendLog
from gapwatch.digest.weekly import write_digests
from gapwatch.errors import ConfigurationError
from gapwatch.reads import Reader


def sheets(content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of each sheet, as another library reads them."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: [tuple(row) for row in book.get_sheet_by_name(name).to_python()] for name in book.sheet_names}


def book_of(reader: Reader, *sites: str) -> bytes:
    """The workbook of a digest for those sites."""
    facts = ask_facts(reader, sites=sites, most=100)
    return workbook_of(facts, compose(facts, dashboard_url="https://x", version="1"))


def test_who_asks_for_it_gets_the_rows_of_the_own_scope(reader: Reader, settings: Settings, tmp_path: Path) -> None:
    assert settings.digest.recipients is not None
    settings.digest.recipients.write_text("email,site,attach\nmeg@example.com,BAY1,xlsx\nhal@example.com,HOU1,\n")
    first, second = write_digests(reader, settings, to_folder=tmp_path / "out")
    message = message_from_bytes(first.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    attached = list(message.iter_attachments())
    assert [part.get_filename() for part in attached] == ["gapwatch-2026-W47.xlsx"]
    found = sheets(attached[0].get_content())
    assert [row[1] for row in found["Do this week"]] == ["worker_id", "W1", "W1"]
    assert "W3" not in str(found)
    assert b".xlsx" not in second.read_bytes()
    again = write_digests(reader, settings, to_folder=tmp_path / "again")
    assert again[0].read_bytes() == first.read_bytes()


def test_it_holds_what_the_mail_cuts_and_names_nobody_of_everything(open_world: OpenWorld) -> None:
    world = usual_world()
    world["gaps"] += [{**world["gaps"][0], "gap_id": f"N{number}"} for number in range(20)]
    found = sheets(book_of(open_world(world)))
    assert len(found["Do this week"]) == 1 + 23
    assert "full_name" not in found["Do this week"][0]
    assert "Dana" not in str(found)
    assert ("Do this week", "23 rows") in found["About"]


def test_text_is_never_a_formula(open_world: OpenWorld) -> None:
    world = usual_world()
    hostile = "=cmd|' /C calc'!A0"
    world["staged_workers"][0]["full_name"] = hostile
    world["policy_requirements"][0]["title"] = "@SUM(1)\x07"
    content = book_of(open_world(world), "BAY1")
    row = sheets(content)["Do this week"][1]
    assert hostile in row
    assert "@SUM(1)\N{REPLACEMENT CHARACTER}" in row
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert not [name for name in archive.namelist() if b"<f>" in archive.read(name)]


_REPORT = """From: MAILER-DAEMON@mx.example.com
To: owner@example.com
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; rewritten@elsewhere.example
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1
 no such user

--b
Content-Type: {returned}

Message-ID: {message_id}
Subject: gapwatch week 47

--b--
"""
_OURS = "<gapwatch.2026-W47.0123456789abcdef01234567@example.com>"


@pytest.mark.parametrize("returned", ["text/rfc822-headers", "message/rfc822"])
def test_a_bounce_is_noted_once(settings: Settings, tmp_path: Path, returned: str) -> None:
    log = SendLog(settings.warehouse.path, week="2026-W47")
    log.append("hal@example.com", state="sent", run_id="r", message_id=_OURS)
    folder = tmp_path / "reports"
    folder.mkdir()
    report = _REPORT.format(action="failed", returned=returned, message_id=_OURS)
    (folder / "1.eml").write_text(report, encoding="utf-8")
    (folder / "2.eml").write_text("Subject: out of office\n\nBack on Monday.\n", encoding="utf-8")
    (folder / "3.eml").write_text(report.replace("failed", "delayed"), encoding="utf-8")
    (folder / "4.eml").write_text(report.replace(_OURS, "<another@example.com>"), encoding="utf-8")
    found = note_bounces(settings, folder)
    assert [(bounce.recipient, bounce.week, bounce.reason) for bounce in found] == [
        ("hal@example.com", "2026-W47", "smtp; 550 5.1.1 no such user")
    ]
    assert log.states() == {"hal@example.com": "bounced"}
    assert note_bounces(settings, folder) == []


def test_an_mbox_is_read_too_and_nothing_to_read_is_an_error(settings: Settings, tmp_path: Path) -> None:
    SendLog(settings.warehouse.path, week="2026-W47").append(
        "hal@example.com", state="sent", run_id="r", message_id=_OURS
    )
    report = _REPORT.format(action="failed", returned="text/rfc822-headers", message_id=_OURS)
    (tmp_path / "box").write_text(f"From mx Mon Nov 16 12:00:00 2026\n{report}\n", encoding="utf-8")
    assert len(note_bounces(settings, tmp_path / "box")) == 1
    with pytest.raises(ConfigurationError, match="no delivery reports"):
        note_bounces(settings, tmp_path / "none")
