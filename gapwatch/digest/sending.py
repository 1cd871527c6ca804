"""Sends the week's digests: each recipient one mail, whatever dies in between, and the owner what went wrong.

Owns what counts as done. Speaks no SMTP and writes no log: the hand does both. Called by the command line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from gapwatch.config import Settings, Smtp
from gapwatch.digest import basis, wording
from gapwatch.digest.hand import Answer, Task
from gapwatch.digest.notice import Trouble, notice_of
from gapwatch.digest.recipients import Recipient
from gapwatch.digest.relay import Relay
from gapwatch.digest.sent import SendLog
from gapwatch.digest.stopping import Stop, stop_when_asked
from gapwatch.digest.weekly import Compositions, Progress, recipients_of, write_digests
from gapwatch.errors import ConfigurationError
from gapwatch.reads import Reader

Status = Literal["sent", "already_sent", "failed", "in_doubt", "bounced", "would_send"]
_TOLD_EVERY: Final = 25
_SERVED: Final[dict[str, Status]] = {"sent": "already_sent", "in_doubt": "in_doubt", "bounced": "bounced"}
_DOUBT: Final = "handed over and never answered: the mail may have arrived, so it is not sent again by itself"


@dataclass(frozen=True)
class SendResult:
    """What became of one recipient's digest of ``week``.

    ``reason`` says why it failed or was not tried, ``path`` where a dry run wrote it.
    """

    recipient: str
    week: str
    status: Status
    attempts: int = 0
    reason: str = ""
    path: Path | None = None

    @property
    def failed(self) -> bool:
        """True when the recipient should have a mail and does not, or nobody knows."""
        return self.status in ("failed", "in_doubt", "bounced")

    def __str__(self) -> str:
        tried = f" after {self.attempts} attempts" if self.failed and self.attempts > 1 else ""
        more = f": {self.reason}" if self.reason else f" ({self.path})" if self.path else ""
        return f"{self.recipient}: {self.status.replace('_', ' ')}{tried}{more}"


def send_digests(
    reader: Reader,
    settings: Settings,
    *,
    dry_run: bool = False,
    again: bool = False,
    only: Collection[str] = (),
    progress: Progress | None = None,
    first_pause: float = 1.0,
) -> list[SendResult]:
    """Send each recipient the digest of the week of as_of, once; ``again`` sends it whatever was sent before.

    ``only`` narrows the recipients to those addresses. ``dry_run`` writes the mails to ``sends/dry-run`` in the
    warehouse, opens no connection and logs no sending. Who was served is read from the send log, so a run that died is
    taken up where it ended; a mail of which nobody knows whether the server took it is not sent a second time, and the
    owner is told. SIGTERM and SIGINT end the run after the mail in hand.

    Raises ConfigurationError when recipients or SMTP are not configured, or the server refuses the login or
    lacks the configured security; WarehouseBusy while another process is sending.
    """
    recipients = _chosen(recipients_of(reader, settings), only)
    smtp = settings.digest.smtp
    if settings.digest.recipients is None or smtp is None:
        missing = "recipients" if settings.digest.recipients is None else "[digest.smtp]"
        raise ConfigurationError(
            f"digests can't be sent: {missing} is not configured",
            where="[digest] in gapwatch.toml",
            do="configure it, or write files instead with: gapwatch digest --to-folder DIR",
        )
    compositions = Compositions(reader, settings)
    log = SendLog(settings.warehouse.path, week=compositions.week)
    if dry_run:
        return _would_send(reader, settings, recipients, log=log, again=again, progress=progress)
    with log.locked(), stop_when_asked() as stop, Relay(_task(settings, smtp, log, first_pause), log) as relay:
        results = _Round(compositions, log, relay, smtp, again=again, stop=stop, progress=progress).of(recipients)
        if any(result.status in ("sent", "already_sent") for result in results):
            basis.keep(settings.warehouse.path, week=log.week, generation=reader.path)
        if not stop.is_asked:
            _tell_owner(results, settings, smtp, relay=relay, log=log, run_id=reader.run.run_id, progress=progress)
    stop.end()
    return results


def _task(settings: Settings, smtp: Smtp, log: SendLog, first_pause: float) -> Task:
    return Task(
        warehouse=str(settings.warehouse.path),
        week=log.week,
        host=smtp.host,
        port=smtp.port,
        security=smtp.security,
        sender=smtp.sender,
        bounces_to=settings.digest.owner or "",
        first_pause=first_pause,
    )


def _chosen(recipients: tuple[Recipient, ...], only: Collection[str]) -> tuple[Recipient, ...]:
    wanted = {address.strip().lower() for address in only}
    unknown = wanted - {recipient.key for recipient in recipients}
    if unknown:
        raise ConfigurationError(
            f"{wording.count(len(unknown), 'address')} of --only is in no row of the recipients file",
            where="--only",
            do="write addresses as they stand in the recipients file",
        )
    return tuple(recipient for recipient in recipients if not wanted or recipient.key in wanted)


def _would_send(
    reader: Reader,
    settings: Settings,
    recipients: tuple[Recipient, ...],
    *,
    log: SendLog,
    again: bool,
    progress: Progress | None,
) -> list[SendResult]:
    states = {} if again else log.states()
    paths = write_digests(reader, settings, to_folder=log.folder / "dry-run", recipients=recipients, progress=progress)
    return [
        SendResult(recipient.email, log.week, _SERVED.get(states.get(recipient.key, ""), "would_send"), path=path)
        for recipient, path in zip(recipients, paths, strict=True)
    ]


@dataclass
class _Round:
    """One pass over the recipients."""

    compositions: Compositions
    log: SendLog
    relay: Relay
    smtp: Smtp
    again: bool
    stop: Stop
    progress: Progress | None
    down: str = ""

    def of(self, recipients: tuple[Recipient, ...]) -> list[SendResult]:
        """The results in the order of the recipients."""
        last = {} if self.again else self.log.last()
        states = {} if self.again else self.log.states()
        results: list[SendResult] = []
        for recipient in recipients:
            state = states.get(recipient.key, "")
            if state in _SERVED:
                reason = _DOUBT if state == "in_doubt" else last[recipient.key].reason
                results.append(SendResult(recipient.email, self.log.week, _SERVED[state], 0, reason))
            else:
                results.append(self._send(recipient))
            if self.progress and len(results) % _TOLD_EVERY == 0:
                self.progress(f"{len(results)} of {wording.count(len(recipients), 'recipient')} done")
        return results

    def _send(self, recipient: Recipient) -> SendResult:
        week = self.log.week
        if self.stop.is_asked or self.down:
            reason = self.down or "not tried: the run was asked to stop"
            return SendResult(recipient.email, week, "failed", 0, reason)
        digest = self.compositions.of(recipient)
        now = dt.datetime.now(dt.UTC)
        occasion = now.isoformat() if self.again else ""
        message = self.compositions.message(recipient, sender=self.smtp.sender, date=now, occasion=occasion)
        answer = self.relay.deliver(message, key=recipient.key, to=recipient.email, run_id=digest.run_id)
        if answer.is_server_down:
            self.down = f"not tried: the mail server could not be reached ({answer.reason})"
        return SendResult(recipient.email, week, _status(answer), answer.attempts, answer.reason)


def _status(answer: Answer) -> Status:
    if answer.is_accepted:
        return "sent"
    return "in_doubt" if answer.is_in_doubt else "failed"


def _tell_owner(
    results: list[SendResult],
    settings: Settings,
    smtp: Smtp,
    *,
    relay: Relay,
    log: SendLog,
    run_id: str,
    progress: Progress | None,
) -> None:
    """One mail about all that went wrong, once for the same troubles."""
    troubles = [Trouble(result.recipient, result.status, result.reason) for result in results if result.failed]
    if not troubles:
        return
    told = wording.count(len(troubles), "recipient")
    owner = settings.digest.owner or settings.alerts.mail_to
    if owner is None:
        if progress:
            progress(f"{told} without a mail, and no digest.owner to tell")
        return
    message = notice_of(troubles, week=log.week, of=len(results), sender=smtp.sender, to=owner)
    key = f"notice {message['Message-ID']}"
    if log.states().get(key) == "sent":
        return
    answer = relay.deliver(message, key=key, to=owner, run_id=run_id)
    if progress:
        progress(f"the owner was {'told' if answer.is_accepted else 'NOT told'} of {told} without a mail")
