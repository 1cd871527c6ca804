"""``gapwatch serve``: the dashboard; for this machine only, unless sign-in is configured."""

from __future__ import annotations

import importlib.util
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final

import click

from gapwatch.cli.options import config_option, settings_of
from gapwatch.errors import ConfigurationError

if TYPE_CHECKING:
    from gapwatch.config import SignIn

_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_SHORTEST_SECRET: Final = 32


@click.command()
@config_option
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen on; one that other machines reach needs [sign_in].",
)
def serve(config: Path, port: int, host: str) -> int:
    """Serve the dashboard on http://HOST:PORT until stopped."""
    return serve_dashboard(config, port=port, host=host)


def serve_dashboard(config: Path, *, port: int, host: str = "127.0.0.1") -> int:
    """Run Streamlit; returns its exit code. Without ``[sign_in]`` nothing but this machine can reach it.

    Raises ConfigurationError for another host without sign-in, a roles file that is wrong, or a missing secret or
    package that sign-in needs.
    """
    sign_in = settings_of(config).sign_in
    if sign_in is None and host not in _LOOPBACK:
        raise ConfigurationError(
            f"without sign-in the dashboard answers this machine alone, not {host}",
            where="--host",
            do="leave --host out, or say in gapwatch.toml under [sign_in] who may look",
        )
    if sign_in is None:
        click.echo(f"gapwatch dashboard: http://{host}:{port} (this machine only; stop with Ctrl+C)")
        return _streamlit(config, host=host, port=port, options={})
    with _secrets_file(sign_in) as file:
        reach = "this machine only" if host in _LOOPBACK else "whoever signs in and has a role"
        click.echo(f"gapwatch dashboard: {sign_in.address} (sign-in needed; {host}:{port}, {reach}; stop with Ctrl+C)")
        return _streamlit(config, host=host, port=port, options={"secrets.files": str(file)})


def _streamlit(config: Path, *, host: str, port: int, options: Mapping[str, str]) -> int:
    from gapwatch.dashboard.theme import streamlit_options
    from gapwatch.shipped import app_file

    flags = {
        "server.address": host,
        "server.port": str(port),
        "server.headless": "true",
        **streamlit_options(),
        **options,
    }
    command = [sys.executable, "-m", "gapwatch.dashboard.server", "run", str(app_file())]
    kept = {name: value for name, value in os.environ.items() if name not in _SECRETS}
    signal.signal(signal.SIGTERM, _stop)  # a service manager's stop ends the server and removes the secrets, too
    with subprocess.Popen(
        [*command, *(f"--{name}={value}" for name, value in flags.items())],
        env={**kept, "GAPWATCH_CONFIG": str(config.absolute())},
    ) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            return process.wait()


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 (what a signal handler is given)
    raise KeyboardInterrupt


_SECRETS: Final = ("GAPWATCH_OIDC_CLIENT_SECRET", "GAPWATCH_COOKIE_SECRET")


@contextmanager
def _secrets_file(sign_in: SignIn) -> Iterator[Path]:
    """What Streamlit reads its sign-in from: a file only this account can read, gone when the server stops."""
    from gapwatch.viewers import read_roles

    read_roles(sign_in.roles)
    if importlib.util.find_spec("authlib") is None:
        raise ConfigurationError("sign-in needs the package Authlib", do="pip install 'gapwatch[sign-in]'")
    client_secret = os.environ.get("GAPWATCH_OIDC_CLIENT_SECRET", "")
    if not client_secret:
        raise ConfigurationError(
            "sign-in needs the secret that the provider gave this client",
            where="GAPWATCH_OIDC_CLIENT_SECRET",
            do="set that environment variable",
        )
    cookie_secret = os.environ.get("GAPWATCH_COOKIE_SECRET") or secrets.token_urlsafe(48)
    if len(cookie_secret) < _SHORTEST_SECRET:
        raise ConfigurationError(
            f"the secret that signs cookies has fewer than {_SHORTEST_SECRET} characters",
            where="GAPWATCH_COOKIE_SECRET",
            do="set a longer one, or none: then everybody signs in again after a restart",
        )
    values = {
        "redirect_uri": f"{sign_in.address}/oauth2callback",
        "cookie_secret": cookie_secret,
        "client_id": sign_in.client_id,
        "client_secret": client_secret,
        "server_metadata_url": sign_in.metadata_url,
    }
    with tempfile.TemporaryDirectory(prefix="gapwatch-") as folder:
        file = Path(folder) / "secrets.toml"
        file.touch(mode=0o600)
        lines = [f"{name} = {_toml(value)}" for name, value in values.items()]
        file.write_text("\n".join(["[auth]", *lines, ""]), encoding="utf-8")
        yield file


def _toml(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=True).replace("\x7f", "\\u007f")
