"""``gapwatch doctor``: is everything here that a run needs?"""

from __future__ import annotations

from pathlib import Path

import click

from gapwatch.cli.options import config_option


@click.command()
@config_option
def doctor(config: Path) -> int:
    """Check the installation, the settings, the sources and the warehouse. Exit 2 when something must be mended."""
    from gapwatch.doctor import diagnose

    findings = diagnose(config)
    marks = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}
    for finding in findings:
        click.echo(f"{marks[str(finding.status)]}  {finding.name}: {finding.detail}")
        if finding.do:
            click.echo(f"      do: {finding.do}")
    return 2 if any(str(finding.status) == "fail" for finding in findings) else 0
