"""``gapwatch digest``: the weekly mail, as files or over SMTP; and what came back of it."""

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
@click.option("--only", multiple=True, metavar="ADDRESS", help="Send to this recipient alone; may be repeated.")
@click.option(
    "--bounces",
    type=click.Path(path_type=Path),
    help="Read delivery reports there (a Maildir, an mbox, a folder of .eml files) and note who got nothing.",
)
def digest(
    config: Path,
    as_of: str | None,
    known_at: str | None,
    to_folder: Path | None,
    dry_run: bool,
    again: bool,
    only: tuple[str, ...],
    bounces: Path | None,
) -> int:
    """Write or send the weekly gap digest, one per recipient. Exit 3 when somebody has no mail or may have none."""
    from gapwatch.cli.console import report
    from gapwatch.digest.sending import send_digests
    from gapwatch.digest.weekly import write_digests

    settings = settings_of(config)
    if bounces is not None:
        from gapwatch.digest.bounces import note_bounces

        found = note_bounces(settings, bounces, progress=report)
        for bounce in found:
            click.echo(f"{bounce.recipient}: digest of {bounce.week} bounced: {bounce.reason}")
        return 3 if found else 0
    with open_reader(config, as_of=as_of, known_at=known_at) as reader:
        if to_folder is not None:
            written = write_digests(reader, settings, to_folder=to_folder, progress=report)
            for path in written:
                click.echo(str(path))
            return 0
        results = send_digests(reader, settings, dry_run=dry_run, again=again, only=only, progress=report)
    for result in results:
        click.echo(str(result))
    return 3 if any(result.failed for result in results) else 0
