"""``gapwatch serve``: the dashboard, on this machine only."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click

from gapwatch.cli.options import config_option, settings_of


@click.command()
@config_option
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
def serve(config: Path, port: int) -> int:
    """Serve the dashboard on http://127.0.0.1:PORT until stopped."""
    settings_of(config)
    return serve_dashboard(config, port=port)


def serve_dashboard(config: Path, *, port: int) -> int:
    """Run Streamlit on the loopback address; returns its exit code. Nothing else can reach it."""
    from gapwatch.dashboard.theme import streamlit_options
    from gapwatch.shipped import app_file

    options = {
        "server.address": "127.0.0.1",
        "server.port": str(port),
        "server.headless": "true",
        "browser.gatherUsageStats": "false",
        "server.fileWatcherType": "none",
        **streamlit_options(),
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    click.echo(f"gapwatch dashboard: http://127.0.0.1:{port} (this machine only; stop with Ctrl+C)")
    with subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(app_file()), *flags],
        env={**os.environ, "GAPWATCH_CONFIG": str(config.absolute())},
    ) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            return process.wait()
