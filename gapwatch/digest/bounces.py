"""Delivery reports (RFC 3464) that came back: which digest was taken by a server and reached nobody after all.

Owns the reading of a Maildir, an mbox or a folder of ``.eml`` files, and noting what they say in the send log. A report
is matched by the message id of the mail it returns, so an address that was rewritten on the way is still recognised.
Called by the command line.
"""

from __future__ import annotations

import email
import mailbox
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import policy
from email.message import Message
from pathlib import Path
from typing import Final

from gapwatch.config import Settings
from gapwatch.digest import wording
from gapwatch.digest.sent import SendLog
from gapwatch.errors import ConfigurationError

_OURS: Final = re.compile(r"<gapwatch\.(\d{4}-W\d\d)\.[0-9a-f]{24}@[^>\s]+>")


@dataclass(frozen=True)
class Bounce:
    """One digest that a server reported as undeliverable: to whom, of which week, and why."""

    recipient: str
    week: str
    message_id: str
    reason: str


def note_bounces(settings: Settings, place: Path, *, progress: Callable[[str], None] | None = None) -> list[Bounce]:
    """Read the reports at ``place`` and note each bounce of a digest once; returns those that were not noted before.

    Messages that are no report of a failed delivery of a digest are left alone. Raises ConfigurationError when there is
    nothing to read, WarehouseBusy while digests are being sent.
    """
    read, found = 0, []
    logs: dict[str, SendLog] = {}
    with SendLog(settings.warehouse.path, week="").locked():
        for message in _messages(place):
            read += 1
            bounce = _bounce(message)
            if bounce is None:
                continue
            log = logs.setdefault(bounce.week, SendLog(settings.warehouse.path, week=bounce.week))
            key = next((note.recipient for note in log.notes() if note.message_id == bounce.message_id), None)
            last = log.last().get(key) if key else None
            if key is None or last is None or last.state == "bounced" or key.startswith("notice "):
                continue
            log.append(key, state="bounced", run_id=last.run_id, message_id=bounce.message_id, reason=bounce.reason)
            found.append(Bounce(key, bounce.week, bounce.message_id, bounce.reason))
    if progress:
        progress(f"{wording.count(read, 'message')} read, {wording.count(len(found), 'new bounce')}")
    return found


def _messages(place: Path) -> Iterator[Message]:
    if (place / "cur").is_dir() and (place / "new").is_dir():
        contents: Iterator[bytes] = (box.as_bytes() for box in mailbox.Maildir(place, create=False))
    elif place.is_dir():
        contents = (path.read_bytes() for path in sorted(place.glob("*.eml")))
    elif place.is_file() and place.read_bytes()[:5] == b"From ":
        contents = (box.as_bytes() for box in mailbox.mbox(place, create=False))
    elif place.is_file():
        contents = iter([place.read_bytes()])
    else:
        raise ConfigurationError(
            "there are no delivery reports to read",
            where=str(place),
            do="name a Maildir, an mbox or a folder of .eml files",
        )
    for content in contents:
        yield email.message_from_bytes(content, policy=policy.default)


def _bounce(message: Message) -> Bounce | None:
    """The bounce that a message reports, its recipient still unknown; None for everything else."""
    reports = [part for part in message.walk() if part.get_content_type() == "message/delivery-status"]
    if not reports:
        return None
    fields = [block for report in reports for block in report.get_payload() if isinstance(block, Message)]
    failed = [block for block in fields if str(block.get("Action", "")).strip().lower() == "failed"]
    ours = _OURS.search("\n".join(_returned(message)))
    if not failed or ours is None:
        return None
    told = str(failed[0].get("Diagnostic-Code") or failed[0].get("Status") or "no reason given")
    return Bounce("", ours[1], ours[0], " ".join(told.split()))


def _returned(message: Message) -> Iterator[str]:
    """The message ids in what a report returns of the mail: all of it, or its headers alone."""
    for part in message.walk():
        if part.get_content_type() == "message/rfc822":
            for inner in part.get_payload():
                if isinstance(inner, Message):
                    yield str(inner.get("Message-ID", ""))
        elif part.get_content_type() == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            yield payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
