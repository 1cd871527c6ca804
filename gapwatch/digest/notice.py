"""The mail to the digest's owner about recipients who did not get theirs.

Owns its words. Names addresses and the server's answers, no worker and no finding. Called by ``sending``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from gapwatch.digest import wording

_TITLES: Final = {
    "failed": "Not delivered; the next run tries again",
    "in_doubt": "In doubt: the server got the mail and never said whether it took it; not sent again by itself",
    "bounced": "Bounced: the server took the mail and could not deliver it",
}
_ACTS: Final = {
    "failed": "Correct the address in the recipients file or mend the mail server, then run: gapwatch digest",
    "in_doubt": "Ask them. If it is not there, run: gapwatch digest --again --only ADDRESS",
    "bounced": "Correct the address in the recipients file, then run: gapwatch digest",
}


@dataclass(frozen=True)
class Trouble:
    """One recipient without a mail: how (``failed``, ``in_doubt``, ``bounced``) and why."""

    recipient: str
    status: str
    reason: str


def notice_of(troubles: Sequence[Trouble], *, week: str, of: int, sender: str, to: str) -> EmailMessage:
    """The mail; ``of`` counts all recipients. The same troubles give the same message id, so nobody is told twice."""
    lines = [
        f"{wording.count(len(troubles), 'recipient')} of {wording.thousands(of)} without the digest of {week}.",
        "",
    ]
    for status, title in _TITLES.items():
        mine = [trouble for trouble in troubles if trouble.status == status]
        if mine:
            lines += [f"{title}:", *(f"  {one.recipient}: {one.reason or 'no reason given'}" for one in mine)]
            lines += [f"  -> {_ACTS[status]}", ""]
    material = json.dumps([week, sorted((one.recipient, one.status, one.reason) for one in troubles)])
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = f"gapwatch digest {week}: {len(troubles)} of {of} recipients without their mail"
    message["Date"] = format_datetime(dt.datetime.now(dt.UTC))
    message["Message-ID"] = f"<gapwatch.notice.{week}.{hashlib.sha256(material.encode()).hexdigest()[:24]}@gapwatch>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n".join(lines))
    return message
