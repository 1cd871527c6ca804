"""Hands mails to an SMTP server: STARTTLS, TLS or none, login, bounded retries with growing pauses.

Owns the connection and what its failures mean: temporary (tried again), lasting (given up for that recipient)
or the configuration's (ConfigurationError, nobody would be served). Keeps no record; ``weekly`` does. Never
logs an address.
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
from types import TracebackType
from typing import Final, Self

from gapwatch.config import Smtp
from gapwatch.errors import ConfigurationError

ATTEMPTS: Final = 5
_FIRST_PAUSE: Final = 1.0
_TIMEOUT: Final = 30.0


@dataclass(frozen=True)
class Delivery:
    """What became of one mail: after how many attempts, and why not where it was not accepted.

    ``is_server_down`` says that the server was never reached, so that the next recipient need not try for
    long.
    """

    is_accepted: bool
    attempts: int
    reason: str = ""
    is_server_down: bool = False


@dataclass
class Mailer:
    """One sender's connection, opened when needed, again after it broke. Use as a context manager."""

    settings: Smtp
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    pause: Callable[[float], None] = time.sleep
    _server: smtplib.SMTP | None = field(default=None, init=False, repr=False)

    def deliver(self, message: EmailMessage, *, to: str) -> Delivery:
        """Hand over one mail, trying up to ``ATTEMPTS`` times with pauses of 1, 2, 4 and 8 seconds.

        Raises ConfigurationError for what no retry mends: refused login or certificate, no STARTTLS.
        """
        reason, is_reached = "", False
        for attempt in range(1, ATTEMPTS + 1):
            if attempt > 1:
                self.pause(_FIRST_PAUSE * 2 ** (attempt - 2))
            try:
                server = self._connected()
                is_reached = True
                server.send_message(message, from_addr=_bare(self.settings.sender), to_addrs=[to])
                return Delivery(is_accepted=True, attempts=attempt)
            except smtplib.SMTPRecipientsRefused as error:
                code, text = error.recipients.get(to, (0, b""))
                reason = _reply(code, text)
                if code >= 500:
                    return Delivery(is_accepted=False, attempts=attempt, reason=reason)
            except smtplib.SMTPResponseException as error:
                reason = _reply(error.smtp_code, error.smtp_error)
                if error.smtp_code >= 500:
                    self._drop()
                    return Delivery(is_accepted=False, attempts=attempt, reason=reason)
            except (smtplib.SMTPException, OSError) as error:
                reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            self._drop()
        return Delivery(is_accepted=False, attempts=ATTEMPTS, reason=reason, is_server_down=not is_reached)

    def _connected(self) -> smtplib.SMTP:
        if self._server is None:
            self._server = self._connect()
        return self._server

    def _connect(self) -> smtplib.SMTP:
        smtp, where = self.settings, f"{self.settings.host}:{self.settings.port}"
        if self.user and smtp.security == "none" and not _is_loopback(smtp.host):
            raise ConfigurationError(
                "the SMTP password would cross the network in the clear",
                where=where,
                do='set security = "starttls" or "tls" in [digest.smtp]',
            )
        server: smtplib.SMTP | None = None
        try:
            context = ssl.create_default_context()
            if smtp.security == "tls":
                server = smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=_TIMEOUT, context=context)
            else:
                server = smtplib.SMTP(smtp.host, smtp.port, timeout=_TIMEOUT)
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
    from email.utils import parseaddr

    return parseaddr(sender)[1] or sender


def _is_loopback(host: str) -> bool:
    try:
        return all(ipaddress.ip_address(info[4][0]).is_loopback for info in socket.getaddrinfo(host, None))
    except (OSError, ValueError):
        return False
