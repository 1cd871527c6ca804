"""The week's digests: one a recipient, written as files or sent once.

Owns the order of the work and what counts as done. Composes nothing itself, speaks no SMTP. Called by the
command line and the dashboard's preview.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from gapwatch import __version__
from gapwatch.config import Settings
from gapwatch.digest import wording
from gapwatch.digest.compose import compose
from gapwatch.digest.content import Digest
from gapwatch.digest.facts import ask_facts, site_names
from gapwatch.digest.mail import FILE_SENDER, file_name, to_message
from gapwatch.digest.recipients import EVERYONE, Recipient, read_recipients
from gapwatch.digest.send import Delivery, Mailer
from gapwatch.digest.sent import SendLog
from gapwatch.digest.stopping import stop_when_asked
from gapwatch.errors import ConfigurationError
from gapwatch.reads import Reader

Progress = Callable[[str], None]
_TOLD_EVERY: Final = 25


@dataclass(frozen=True)
class SendResult:
    """What became of one recipient's digest of ``week``.

    ``reason`` says why it failed or was not tried, ``path`` where a dry run wrote it.
    """

    recipient: str
    week: str
    status: Literal["sent", "already_sent", "failed", "would_send"]
    attempts: int = 0
    reason: str = ""
    path: Path | None = None

    @property
    def failed(self) -> bool:
        """True when the recipient should have got a mail and did not."""
        return self.status == "failed"

    def __str__(self) -> str:
        tried = f" after {self.attempts} attempts" if self.failed and self.attempts > 1 else ""
        more = f": {self.reason}" if self.failed else f" ({self.path})" if self.path else ""
        return f"{self.recipient}: {self.status.replace('_', ' ')}{tried}{more}"


def compose_digests(reader: Reader, settings: Settings) -> Iterator[tuple[Recipient, Digest]]:
    """Each recipient's digest; without a recipients file one, of everything, for ``everyone``.

    Recipients of the same sites share one composition. Raises ConfigurationError for a bad recipients file.
    """
    compositions = _Compositions(reader, settings)
    for recipient in _recipients(reader, settings):
        yield recipient, compositions.of(recipient)


def write_digests(
    reader: Reader, settings: Settings, *, to_folder: Path, progress: Progress | None = None
) -> list[Path]:
    """Write each recipient's digest into the folder as an ``.eml`` file and return the files.

    The same generation gives the same bytes; the mails are dated as_of. A file is there in full or not at
    all.
    """
    to_folder.mkdir(parents=True, exist_ok=True)
    sender = settings.digest.smtp.sender if settings.digest.smtp else FILE_SENDER
    written = []
    for recipient, digest in compose_digests(reader, settings):
        message = to_message(digest, recipient=recipient, sender=sender, date=digest.as_of)
        path = to_folder / file_name(digest, recipient=recipient)
        beside = path.with_name(f".{path.name}.tmp")
        beside.write_bytes(message.as_bytes())
        beside.replace(path)
        written.append(path)
        if progress and len(written) % _TOLD_EVERY == 0:
            progress(f"{len(written)} digests written so far")
    if progress:
        progress(f"{wording.count(len(written), 'digest')} written to {to_folder}")
    return written


def send_digests(
    reader: Reader,
    settings: Settings,
    *,
    dry_run: bool = False,
    again: bool = False,
    progress: Progress | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> list[SendResult]:
    """Send each recipient the digest of the week of as_of, once; ``again`` sends it whatever was sent before.

    ``dry_run`` writes the mails to ``sends/dry-run`` in the warehouse, opens no connection and logs no
    sending. Who was served is read from and written to the send log, so a run that died is taken up where it
    ended: a mail it was handing over goes out again under the same message id. SIGTERM and SIGINT end the run
    after the mail in hand.

    Raises ConfigurationError when recipients or SMTP are not configured, or the server refuses the login or
    lacks the configured security; WarehouseBusy while another process is sending.
    """
    recipients = _recipients(reader, settings)
    smtp = settings.digest.smtp
    if settings.digest.recipients is None or smtp is None:
        missing = "recipients" if settings.digest.recipients is None else "[digest.smtp]"
        raise ConfigurationError(
            f"digests can't be sent: {missing} is not configured",
            where="[digest] in gapwatch.toml",
            do="configure it, or write files instead with: gapwatch digest --to-folder DIR",
        )
    compositions = _Compositions(reader, settings)
    week = compositions.of(recipients[0]).week
    log = SendLog(settings.warehouse.path, week=week)
    if dry_run:
        states = {} if again else log.states()
        paths = write_digests(reader, settings, to_folder=log.folder / "dry-run", progress=progress)
        return [
            SendResult(
                recipient.email,
                week,
                "already_sent" if states.get(recipient.key) == "sent" else "would_send",
                path=path,
            )
            for recipient, path in zip(recipients, paths, strict=True)
        ]
    mailer = Mailer(
        settings=smtp,
        user=os.environ.get("GAPWATCH_SMTP_USER", ""),
        password=os.environ.get("GAPWATCH_SMTP_PASSWORD", ""),
        pause=pause,
    )
    results: list[SendResult] = []
    with log.locked(), stop_when_asked() as stop, mailer:
        states = log.states()
        down = ""
        for recipient in recipients:
            if not again and states.get(recipient.key) == "sent":
                results.append(SendResult(recipient.email, week, "already_sent"))
                continue
            if stop.is_asked or down:
                reason = down or "not tried: the run was asked to stop"
                results.append(SendResult(recipient.email, week, "failed", 0, reason))
                continue
            digest = compositions.of(recipient)
            result, delivery = _send_one(digest, recipient, mailer=mailer, log=log, again=again)
            results.append(result)
            if delivery.is_server_down:
                down = f"not tried: the mail server could not be reached ({delivery.reason})"
            if progress and len(results) % _TOLD_EVERY == 0:
                progress(f"{len(results)} of {wording.count(len(recipients), 'recipient')} done")
    stop.end()
    return results


def _send_one(
    digest: Digest, recipient: Recipient, *, mailer: Mailer, log: SendLog, again: bool
) -> tuple[SendResult, Delivery]:
    now = dt.datetime.now(dt.UTC)
    message = to_message(
        digest,
        recipient=recipient,
        sender=mailer.settings.sender,
        date=now,
        occasion=now.isoformat() if again else "",
    )
    message_id = str(message["Message-ID"])
    log.append(recipient.key, state="sending", at=now, run_id=digest.run_id, message_id=message_id)
    try:
        delivery = mailer.deliver(message, to=recipient.email)
    except ConfigurationError as error:
        at = dt.datetime.now(dt.UTC)
        log.append(
            recipient.key,
            state="failed",
            at=at,
            run_id=digest.run_id,
            message_id=message_id,
            reason=error.what,
        )
        raise
    log.append(
        recipient.key,
        state="sent" if delivery.is_accepted else "failed",
        at=dt.datetime.now(dt.UTC),
        run_id=digest.run_id,
        message_id=message_id,
        attempts=delivery.attempts,
        reason=delivery.reason,
    )
    status: Literal["sent", "failed"] = "sent" if delivery.is_accepted else "failed"
    return SendResult(recipient.email, digest.week, status, delivery.attempts, delivery.reason), delivery


def _recipients(reader: Reader, settings: Settings) -> tuple[Recipient, ...]:
    if settings.digest.recipients is None:
        return (EVERYONE,)
    return read_recipients(settings.digest.recipients, known_sites=site_names(reader))


class _Compositions:
    """Digests by scope, each composed when first needed: many recipients share the same sites."""

    def __init__(self, reader: Reader, settings: Settings) -> None:
        self._reader, self._settings = reader, settings
        self._found: dict[tuple[str, ...], Digest] = {}

    def of(self, recipient: Recipient) -> Digest:
        sites = tuple(sorted(recipient.sites))
        if sites not in self._found:
            facts = ask_facts(self._reader, sites=sites)
            url = self._settings.digest.dashboard_url
            self._found[sites] = compose(facts, dashboard_url=url, version=__version__)
        return self._found[sites]
