"""Hands mails to an SMTP server: STARTTLS, TLS or none, login, bounded retries with growing pauses.

Owns the connection and what its failures mean: temporary (tried again), lasting (given up for that recipient),
undecided (handed over in full, never answered) or the configuration's (ConfigurationError, nobody would be served).
Keeps no record: the ``Witness`` is told before the last byte of a mail goes out and when the server turns one down.
Never logs an address. Called by ``hand`` and ``gapwatch.watch``.
"""

from __future__ import annotations

import contextlib
import ipaddress
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as MAIL_POLICY
from email.utils import parseaddr
from types import TracebackType
from typing import Final, Protocol, Self

from gapwatch.digest.transaction import HandedOver, PlainServer, TlsServer, Unanswered
from gapwatch.errors import ConfigurationError

ATTEMPTS: Final = 5
_FIRST_PAUSE: Final = 1.0
_TIMEOUT: Final = 30.0


class MailServer(Protocol):
    """Where the mail server is; ``config.Smtp`` is one."""

    @property
    def host(self) -> str:
        """Its name."""

    @property
    def port(self) -> int:
        """Its port."""

    @property
    def security(self) -> str:
        """``starttls``, ``tls`` or ``none``."""

    @property
    def sender(self) -> str:
        """The address the mails are from, with or without a name."""


class Witness(Protocol):
    """Who writes down how far a mail has come."""

    def handing_over(self) -> None:
        """The next byte makes the mail the server's; from here on it may have been delivered."""

    def turned_down(self, reason: str) -> None:
        """The server did not take the mail this time."""


class _Nobody:
    def handing_over(self) -> None:
        return

    def turned_down(self, reason: str) -> None:
        del reason


@dataclass(frozen=True)
class Delivery:
    """What became of one mail: after how many attempts, and why not where it was not accepted.

    ``is_server_down`` says that the server was never reached, so that the next recipient need not try for long;
    ``is_in_doubt`` that it got the whole mail and never said whether it took it.
    """

    is_accepted: bool
    attempts: int
    reason: str = ""
    is_server_down: bool = False
    is_in_doubt: bool = False


@dataclass
class Mailer:
    """One sender's connection, opened when needed, again after it broke. Use as a context manager.

    ``bounces_to`` is the address that delivery reports go to (the envelope's sender); by default the sender's own.
    """

    settings: MailServer
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    pause: Callable[[float], None] = time.sleep
    first_pause: float = _FIRST_PAUSE
    bounces_to: str = ""
    _server: PlainServer | TlsServer | None = field(default=None, init=False, repr=False)

    def deliver(self, message: EmailMessage | bytes, *, to: str, witness: Witness | None = None) -> Delivery:
        """Hand over one mail, trying up to ``ATTEMPTS`` times with pauses of 1, 2, 4 and 8 times ``first_pause`` s.

        A mail whose last byte was sent and that the server left unanswered until the time was over is not tried again:
        it may have been taken. A server that hangs up without an answer has not taken it (RFC 5321, 4.2.5).
        Raises ConfigurationError for what no retry mends: refused login or certificate, no STARTTLS.
        """
        content = message if isinstance(message, bytes) else message.as_bytes(policy=MAIL_POLICY)
        witness = witness or _Nobody()
        reason, is_reached = "", False
        for attempt in range(1, ATTEMPTS + 1):
            if attempt > 1:
                self.pause(self.first_pause * 2 ** (attempt - 2))
            try:
                server = self._connected(witness.handing_over)
                is_reached = True
                server.sendmail(self.bounces_to or _bare(self.settings.sender), [to], content)
                return Delivery(is_accepted=True, attempts=attempt)
            except Unanswered as error:
                self._drop()
                return Delivery(is_accepted=False, attempts=attempt, reason=str(error), is_in_doubt=True)
            except smtplib.SMTPRecipientsRefused as error:
                code, text = error.recipients.get(to, (0, b""))
                reason, is_lasting = _reply(code, text), code >= 500
            except smtplib.SMTPResponseException as error:
                reason, is_lasting = _reply(error.smtp_code, error.smtp_error), error.smtp_code >= 500
                self._drop()
            except (smtplib.SMTPException, OSError) as error:
                reason, is_lasting = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__, False
                self._drop()
            witness.turned_down(reason)
            if is_lasting:
                return Delivery(is_accepted=False, attempts=attempt, reason=reason)
            self._drop()
        return Delivery(is_accepted=False, attempts=ATTEMPTS, reason=reason, is_server_down=not is_reached)

    def _connected(self, handing_over: HandedOver) -> PlainServer | TlsServer:
        if self._server is None:
            self._server = self._connect()
        self._server.handing_over = handing_over
        return self._server

    def _connect(self) -> PlainServer | TlsServer:
        smtp, where = self.settings, f"{self.settings.host}:{self.settings.port}"
        if self.user and smtp.security == "none" and not _is_loopback(smtp.host):
            raise ConfigurationError(
                "the SMTP password would cross the network in the clear",
                where=where,
                do='set security = "starttls" or "tls" in [digest.smtp]',
            )
        server: PlainServer | TlsServer | None = None
        try:
            context = ssl.create_default_context()
            if smtp.security == "tls":
                server = TlsServer(smtp.host, smtp.port, timeout=_TIMEOUT, context=context)
            else:
                server = PlainServer(smtp.host, smtp.port, timeout=_TIMEOUT)
            if smtp.security == "starttls":
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
        except BaseException as error:
            if server is not None:
                server.close()
            problem = _setup_problem(error, where=where)
            if problem is not None:
                raise problem from error
            raise
        return server

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._server.quit()
        self._drop()


def _setup_problem(error: BaseException, *, where: str) -> ConfigurationError | None:
    """The error as one of configuration, or None when trying again may help."""
    match error:
        case ssl.SSLCertVerificationError():
            return ConfigurationError(
                f"the mail server's certificate is not trusted: {error.verify_message}",
                where=where,
                do="use the name in its certificate as host; SSL_CERT_FILE may name your own authority",
            )
        case smtplib.SMTPNotSupportedError():
            return ConfigurationError(
                f"the mail server does not offer what is configured: {error}",
                where=where,
                do="correct security in [digest.smtp], or unset GAPWATCH_SMTP_USER",
            )
        case smtplib.SMTPAuthenticationError() if error.smtp_code >= 500:
            return ConfigurationError(
                f"the mail server refused the login ({error.smtp_code})",
                where=where,
                do="correct GAPWATCH_SMTP_USER and GAPWATCH_SMTP_PASSWORD",
            )
    return None


def _reply(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(words.split())}".strip()


def _bare(sender: str) -> str:
    return parseaddr(sender)[1] or sender


def _is_loopback(host: str) -> bool:
    try:
        return all(ipaddress.ip_address(info[4][0]).is_loopback for info in socket.getaddrinfo(host, None))
    except (OSError, ValueError):
        return False
