"""The process that hands mails over and notes what became of them, apart from the one that composes them.

Owns the pair of handing over and noting: when the composing process is killed, this one still hears the server's answer
to the mail in hand, notes it and ends. So the log does not depend on the life of the process that a person or a
scheduler sees and kills. Imports neither DuckDB nor the composition. Started by ``relay`` as
``python -m gapwatch.digest.hand`` and spoken to in JSON lines: first the ``Task``, then one ``Letter`` after the other,
each answered by an ``Answer``.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gapwatch.digest.send import Delivery, Mailer
from gapwatch.digest.sent import SendLog, hand_lock
from gapwatch.errors import ConfigurationError, WarehouseBusy


@dataclass(frozen=True)
class Task:
    """Where mails go and where it is noted: the first line."""

    warehouse: str
    week: str
    host: str
    port: int
    security: str
    sender: str
    bounces_to: str = ""
    first_pause: float = 1.0
    patience: float = 60.0  # s to wait for the hand of a run that was killed


@dataclass(frozen=True)
class Letter:
    """One mail: for whom (``key`` in the log), and its bytes in base64."""

    key: str
    to: str
    run_id: str
    message_id: str
    mail: str


@dataclass(frozen=True)
class Answer:
    """What became of the letter, or ``problem`` (what, where, do) why nobody can be served."""

    is_accepted: bool = False
    attempts: int = 0
    reason: str = ""
    is_server_down: bool = False
    is_in_doubt: bool = False
    problem: tuple[str, str, str] | None = None
    is_busy: bool = False


@dataclass(frozen=True)
class _Notes:
    """Writes one letter's way into the log."""

    log: SendLog
    letter: Letter

    def write(self, state: Any, *, attempts: int = 0, reason: str = "") -> None:
        self.log.append(
            self.letter.key,
            state=state,
            run_id=self.letter.run_id,
            message_id=self.letter.message_id,
            attempts=attempts,
            reason=reason,
        )

    def handing_over(self) -> None:
        self.write("handing")

    def turned_down(self, reason: str) -> None:
        self.write("deferred", reason=reason)


def main() -> int:
    """Serve the letters of standard input until it ends."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the end of the input is the sign to go
    task = Task(**json.loads(sys.stdin.readline()))
    log = SendLog(Path(task.warehouse), week=task.week)
    try:
        with hand_lock(log.folder, patience=task.patience):
            _say(Answer())
            _serve(task, log)
    except WarehouseBusy as error:
        _say(Answer(problem=(error.what, error.where, error.do), is_busy=True))
    return 0


def _serve(task: Task, log: SendLog) -> None:
    mailer = Mailer(
        settings=task,
        user=os.environ.get("GAPWATCH_SMTP_USER", ""),
        password=os.environ.get("GAPWATCH_SMTP_PASSWORD", ""),
        pause=time.sleep,
        first_pause=task.first_pause,
        bounces_to=task.bounces_to,
    )
    with mailer:
        for line in sys.stdin:
            letter = Letter(**json.loads(line))
            notes = _Notes(log, letter)
            try:
                delivery = mailer.deliver(base64.b64decode(letter.mail), to=letter.to, witness=notes)
            except ConfigurationError as error:
                notes.write("failed", reason=error.what)
                _say(Answer(problem=(error.what, error.where, error.do)))
                continue
            notes.write(_state(delivery), attempts=delivery.attempts, reason=delivery.reason)
            _say(Answer(**asdict(delivery)))


def _state(delivery: Delivery) -> str:
    if delivery.is_accepted:
        return "sent"
    return "in_doubt" if delivery.is_in_doubt else "failed"


def _say(answer: Answer) -> None:
    try:
        sys.stdout.write(json.dumps(asdict(answer)) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:  # nobody listens any more; what matters is in the log
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 (for the rest of this process)


if __name__ == "__main__":
    raise SystemExit(main())
