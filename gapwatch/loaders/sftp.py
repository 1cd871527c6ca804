"""Files on an SFTP server whose identity is known.

Owns the connection: the host's key must be in the known hosts, else nothing is sent; keys, passphrases and
passwords come from the environment alone. Reads, and never writes. Called by ``gapwatch.loaders.remote``.

Environment, each also with ``_<SOURCE>`` at its end for one source (letters and digits of its name, upper case, the
rest ``_``): ``GAPWATCH_SFTP_KNOWN_HOSTS`` (a file; default ``~/.ssh/known_hosts``), ``GAPWATCH_SFTP_KEY`` (the file of
a private key) with ``GAPWATCH_SFTP_PASSPHRASE``, ``GAPWATCH_SFTP_PASSWORD``. Without key and password the SSH agent
and the user's own keys are tried.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import paramiko
from fsspec.implementations.sftp import SFTPFileSystem

from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.loaders.refusals import stalled

_CONNECT_SECONDS: Final = 20
_PORT: Final = 22


class HostUnknownError(Exception):
    """The server's key is not among the known hosts. ``fingerprint`` is that of the key it showed."""

    def __init__(self, fingerprint: str) -> None:
        super().__init__(fingerprint)
        self.fingerprint = fingerprint


def open_sftp(address: str, *, source: str, where: str, silence_seconds: float) -> SFTPFileSystem:
    """The file system of the address' server; close it with ``close_sftp``.

    Raises LoadError for a server that is not there, not known, or does not let us in, and ConfigurationError for a
    key that cannot be used.
    """
    parts = urlsplit(address)
    try:
        host, port = parts.hostname, parts.port or _PORT
    except ValueError:
        host, port = None, 0
    if not host:
        raise ConfigurationError("the address names no server", where=where, do="write sftp://user@server/folder/*.csv")
    known = _known_hosts(source, where)
    key = _private_key(source, where)
    password = _setting("PASSWORD", source)
    try:
        return _Sftp(
            host,
            port=port,
            username=unquote(parts.username) if parts.username else None,
            password=password,
            pkey=key,
            known_hosts=str(known),
            silence_seconds=silence_seconds,
            allow_agent=key is None and password is None,
            look_for_keys=key is None and password is None,
            timeout=_CONNECT_SECONDS,
            banner_timeout=_CONNECT_SECONDS,
            auth_timeout=_CONNECT_SECONDS,
            skip_instance_cache=True,
        )
    except TimeoutError:
        raise stalled(where, silence_seconds) from None
    except (HostUnknownError, paramiko.SSHException, EOFError, OSError) as error:
        raise _refused(error, host=host, port=port, known=known, where=where) from None


def close_sftp(system: SFTPFileSystem) -> None:
    """End the connection."""
    system.client.close()


class _Sftp(SFTPFileSystem):  # type: ignore[misc]
    """fsspec's own, with the known hosts read, and time-outs."""

    def _connect(self) -> None:
        arguments = dict(self.ssh_kwargs)
        known_hosts, silence = arguments.pop("known_hosts"), arguments.pop("silence_seconds")
        self.client = paramiko.SSHClient()
        self.client.set_missing_host_key_policy(_Refuse())
        self.client.load_system_host_keys(known_hosts)
        try:
            try:
                self.client.connect(self.host, **arguments)
            except TimeoutError as error:
                raise ConnectionError from error
            channel = self.client.get_transport().open_session(timeout=_CONNECT_SECONDS)
            channel.settimeout(silence)  # before the first word: open_sftp would wait for it without end
            channel.invoke_subsystem("sftp")
            self.ftp = paramiko.SFTPClient(channel)
        except BaseException:
            self.client.close()
            raise


class _Refuse(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]
    def missing_host_key(self, client: Any, hostname: str, key: Any) -> None:  # noqa: ARG002
        raise HostUnknownError(key.fingerprint)


def _known_hosts(source: str, where: str) -> Path:
    named = _setting("KNOWN_HOSTS", source)
    path = Path(named).expanduser() if named else Path("~/.ssh/known_hosts").expanduser()
    if not path.is_file():
        raise ConfigurationError(
            f"there is no file of known hosts at {path}",
            where=where,
            do="name one in GAPWATCH_SFTP_KNOWN_HOSTS, with the server's key as its owner gave it to you",
        )
    return path


def _private_key(source: str, where: str) -> Any:
    named = _setting("KEY", source)
    if named is None:
        return None
    try:
        return paramiko.PKey.from_path(Path(named).expanduser(), _passphrase(source))
    except FileNotFoundError:
        what = "the private key's file is not there"
    except (paramiko.PasswordRequiredException, TypeError):
        what = "the private key has a passphrase, which is not given"
    except (paramiko.SSHException, OSError, ValueError):
        what = "the private key cannot be read, or its passphrase is another"
    do = "check GAPWATCH_SFTP_KEY (a file in OpenSSH or PEM form) and GAPWATCH_SFTP_PASSPHRASE"
    raise ConfigurationError(what, where=where, do=do)


def _passphrase(source: str) -> bytes | None:
    given = _setting("PASSPHRASE", source)
    return given.encode() if given else None


def _setting(name: str, source: str) -> str | None:
    own = re.sub(r"[^0-9A-Z]", "_", source.upper())
    return os.environ.get(f"GAPWATCH_SFTP_{name}_{own}") or os.environ.get(f"GAPWATCH_SFTP_{name}") or None


def _refused(error: Exception, *, host: str, port: int, known: Path, where: str) -> LoadError:
    entry = host if port == _PORT else f"[{host}]:{port}"
    if isinstance(error, HostUnknownError):
        return LoadError(
            f"the server {entry} is not known: it shows a key with the fingerprint {error.fingerprint}",
            where=where,
            do=f"compare that with what its owner says, then add its key to {known} (ssh-keyscan -p {port} {host})",
        )
    if isinstance(error, paramiko.BadHostKeyException):
        return LoadError(
            f"the server {entry} shows another key than the known one: fingerprint {error.key.fingerprint}, "
            f"known is {error.expected_key.fingerprint}",
            where=where,
            do=f"ask its owner whether the key was changed; if it was, replace the entry in {known}. "
            "Nothing was sent to that server",
        )
    if isinstance(error, paramiko.AuthenticationException):
        return LoadError(
            f"the server {entry} does not let us in: user, key or password is wrong",
            where=where,
            do="check the user in path, and GAPWATCH_SFTP_KEY, GAPWATCH_SFTP_PASSWORD or the keys of the SSH agent",
        )
    if isinstance(error, paramiko.SSHException) and "No authentication methods" in str(error):
        return LoadError(
            f"there is nothing to sign in with at {entry}: no key, no password, and no key in an SSH agent",
            where=where,
            do="name a key in GAPWATCH_SFTP_KEY, or add one (ssh-add) to the SSH agent that SSH_AUTH_SOCK names",
        )
    return LoadError(
        f"there is no SFTP connection to {entry}: {type(error).__name__}",
        where=where,
        do="check the server's name, its port and the network; the loads before stay in force",
    )
