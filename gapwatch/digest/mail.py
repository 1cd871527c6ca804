"""Turns a digest into a mail message: text and HTML alternatives, headers, and the name of its ``.eml`` file.

Owns the message's form. Opens no connection. Called by ``weekly``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from gapwatch.digest.content import Digest
from gapwatch.digest.html import render_html
from gapwatch.digest.plain import render_text
from gapwatch.digest.recipients import Recipient

FILE_SENDER = "gapwatch@localhost"
_XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def to_message(
    digest: Digest,
    *,
    recipient: Recipient,
    sender: str,
    date: dt.datetime,
    occasion: str = "",
    workbook: bytes | None = None,
) -> EmailMessage:
    """The mail of that digest.

    All but ``date`` is decided by the arguments, down to the message id: one and the same for a recipient and
    week, so that a mail server that gets it twice can tell. ``occasion`` sets a deliberate second sending
    apart; ``workbook`` is attached.
    """
    plain, html = render_text(digest), render_html(digest)
    identity = _short_digest(recipient.key, digest.week, occasion)
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = (
        Address(display_name=recipient.name, addr_spec=recipient.email)
        if recipient.email
        else "undisclosed-recipients:;"
    )
    message["Subject"] = digest.subject
    message["Date"] = format_datetime(date)
    message["Message-ID"] = f"<gapwatch.{digest.week}.{identity}@{_domain(sender)}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Gapwatch-Run"] = digest.run_id
    message.set_content(plain, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    message.set_boundary(f"gapwatch-{_short_digest(plain, html)}")
    if workbook is not None:
        name = f"gapwatch-{digest.week}.xlsx"
        message.add_attachment(workbook, maintype="application", subtype=_XLSX, filename=name)
        message.set_boundary(f"gapwatch-{_short_digest(plain, html, name)}")
    return message


def file_name(digest: Digest, *, recipient: Recipient) -> str:
    """The name of the recipient's ``.eml`` file; distinct for distinct recipients."""
    readable = re.sub(r"[^a-z0-9@._+-]", "_", recipient.key)
    apart = "" if readable == recipient.key else f"-{_short_digest(recipient.key)[:8]}"
    return f"gapwatch-{digest.week}-{readable}{apart}.eml"


def _domain(sender: str) -> str:
    found = re.search(r"@([A-Za-z0-9.-]+)>?\s*$", sender)
    return found[1] if found else "localhost"


def _short_digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
