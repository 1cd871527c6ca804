"""``gapwatch digest``: the weekly mail, as files or over SMTP."""

from __future__ import annotations

from pathlib import Path

import click

from gapwatch.cli.options import config_option, instant_options, open_reader, settings_of


@click.command()
@config_option
@instant_options
@click.option("--to-folder", type=click.Path(path_type=Path), help="Write .eml files there instead of sending.")
@click.option("--dry-run", is_flag=True, help="Write the mails to warehouse/sends/dry-run; send nothing.")
@click.option("--again", is_flag=True, help="Send even to those who have had this week's digest.")
def digest(
    config: Path, as_of: str | None, known_at: str | None, to_folder: Path | None, dry_run: bool, again: bool
) -> int:
    """Write or send the weekly gap digest, one per recipient. Exit 3 when a send failed."""
    from gapwatch.cli.console import report
    from gapwatch.digest import send_digests, write_digests

    settings = settings_of(config)
    with open_reader(config, as_of=as_of, known_at=known_at) as reader:
        if to_folder is not None:
            written = write_digests(reader, settings, to_folder=to_folder, progress=report)
            for path in written:
                click.echo(str(path))
            return 0
        results = send_digests(reader, settings, dry_run=dry_run, again=again, progress=report)
    for result in results:
        click.echo(str(result))
    return 3 if any(result.failed for result in results) else 0
