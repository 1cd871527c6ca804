"""The SMTP client with one more moment to be told of: just before the line that makes a mail the server's.

Owns the end of the DATA command, nothing else of SMTP. A server may deliver a mail only after it has read the line with
the single dot; so before that line a mail is certainly not delivered, and after it the answer alone tells. Called by
``send``.
"""

from __future__ import annotations

import re
import smtplib
import socket
from collections.abc import Callable
from typing import Any, Final

HandedOver = Callable[[], None]
_PATIENCE: Final = 300.0  # s; RFC 5321, 4.5.3.2.6 allows a server ten minutes to answer the dot


class Unanswered(smtplib.SMTPException):
    """The server got the whole mail and did not answer in time: it may have taken it."""


class _Handover(smtplib.SMTP):
    handing_over: HandedOver | None = None

    def data(self, msg: Any) -> tuple[int, bytes]:
        """As in smtplib, but ``handing_over`` is called before the last line."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # the last line would wait 40 ms for an answer
        self.putcmd("data")
        code, reply = self.getreply()
        if code != 354:
            raise smtplib.SMTPDataError(code, reply)
        text = msg.encode("ascii") if isinstance(msg, str) else bytes(msg)
        lines = re.sub(rb"(?m)^\.", b"..", re.sub(rb"\r\n|\n|\r", b"\r\n", text))
        self.send(lines if lines.endswith(b"\r\n") else lines + b"\r\n")
        if self.handing_over is not None:
            self.handing_over()
        self.send(b".\r\n")
        return self._verdict()

    def _verdict(self) -> tuple[int, bytes]:
        usual = self.timeout
        if self.sock is not None:
            self.sock.settimeout(_PATIENCE)
        try:
            return self.getreply()
        except smtplib.SMTPServerDisconnected as error:
            if isinstance(error.__context__, TimeoutError):
                raise Unanswered(f"the server got the whole mail and did not answer for {_PATIENCE:.0f} s") from error
            raise
        finally:
            if self.sock is not None:
                self.sock.settimeout(usual)


class PlainServer(_Handover):
    """A connection that starts in the clear."""


class TlsServer(smtplib.SMTP_SSL, _Handover):
    """A connection that is encrypted from the first byte."""
