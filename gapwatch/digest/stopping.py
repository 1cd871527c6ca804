"""Ending a run between two mails: SIGINT and SIGTERM are heard, and obeyed when the mail in hand is done.

Owns the signal handlers while a run lasts. A second signal ends at once. Called by ``weekly``.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


@dataclass
class Stop:
    """Whether a signal asked for the end."""

    signal_number: int = 0

    @property
    def is_asked(self) -> bool:
        """True once a signal came."""
        return self.signal_number != 0

    def end(self) -> None:
        """End the process as the signal would have; nothing when none came."""
        if self.signal_number == signal.SIGINT:
            raise KeyboardInterrupt
        if self.signal_number:
            raise SystemExit(128 + self.signal_number)


@contextmanager
def stop_when_asked() -> Iterator[Stop]:
    """Hear SIGINT and SIGTERM meanwhile; outside the main thread, where Python hears none, change nothing."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def ask(number: int, frame: FrameType | None) -> None:
        del frame
        if stop.is_asked:
            stop.end()
        stop.signal_number = number

    previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in previous:
        signal.signal(number, ask)
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
