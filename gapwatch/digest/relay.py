"""The composing process's end of the hand: starts it, gives it mails, hears what became of them.

Owns the hand's life and what its silence means. Called by ``weekly``.
"""

from __future__ import annotations

import base64
import contextlib
import json
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from types import TracebackType
from typing import Self

from gapwatch.digest.hand import Answer, Letter, Task
from gapwatch.digest.sent import SendLog
from gapwatch.errors import ConfigurationError, GapwatchError, WarehouseBusy


@dataclass
class Relay:
    """A hand at work. Use as a context manager; leaving it lets the hand finish the mail it has and end.

    Raises WarehouseBusy when the hand of an earlier run does not end in time.
    """

    task: Task
    log: SendLog
    _hand: subprocess.Popen[str] | None = field(default=None, init=False, repr=False)

    def deliver(self, message: EmailMessage, *, key: str, to: str, run_id: str) -> Answer:
        """Have one mail handed over. Raises ConfigurationError for what no retry mends.

        A hand that was killed answers nothing: then the log says whether the mail was on its way.
        """
        letter = Letter(
            key=key,
            to=to,
            run_id=run_id,
            message_id=str(message["Message-ID"]),
            mail=base64.b64encode(message.as_bytes(policy=SMTP)).decode("ascii"),
        )
        answer = self._ask(json.dumps(asdict(letter)))
        if answer is None:
            last = next((note for note in reversed(self.log.notes()) if note.recipient == key), None)
            is_in_doubt = last is not None and last.message_id == letter.message_id and last.state == "handing"
            return Answer(
                reason="the process that hands mails over was ended", is_server_down=True, is_in_doubt=is_in_doubt
            )
        if answer.problem is not None:
            what, where, do = answer.problem
            raise ConfigurationError(what, where=where, do=do)
        return answer

    def _ask(self, line: str) -> Answer | None:
        hand = self._hand
        if hand is None or hand.stdin is None or hand.stdout is None:
            raise RuntimeError("a Relay is used as a context manager")
        try:
            hand.stdin.write(line + "\n")
            hand.stdin.flush()
        except OSError:
            return None
        return _answer(hand.stdout.readline())

    def __enter__(self) -> Self:
        self._hand = subprocess.Popen(
            [sys.executable, "-m", "gapwatch.digest.hand"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,  # what ends this process and its group leaves the mail in hand to be finished
        )
        ready = self._ask(json.dumps(asdict(self.task)))
        if ready is None or ready.problem is not None:
            self._close()
            if ready is None or ready.problem is None:
                raise GapwatchError("the process that hands mails over did not start", where=sys.executable)
            what, where, do = ready.problem
            raise WarehouseBusy(what, where=where, do=do)
        return self

    def _close(self, *, is_waiting: bool = True) -> None:
        hand, self._hand = self._hand, None
        if hand is None:
            return
        with contextlib.suppress(OSError):
            if hand.stdin is not None:
                hand.stdin.close()
        if is_waiting:
            hand.wait()
        if hand.stdout is not None:
            hand.stdout.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Who asks twice for the end does not wait for the mail server; the hand does.
        self._close(is_waiting=not isinstance(error, (KeyboardInterrupt, SystemExit)))


def _answer(line: str) -> Answer | None:
    return Answer(**{**json.loads(line), "problem": _triple(json.loads(line))}) if line.endswith("\n") else None


def _triple(given: dict[str, list[str] | None]) -> tuple[str, str, str] | None:
    problem = given.get("problem")
    return (problem[0], problem[1], problem[2]) if problem else None
