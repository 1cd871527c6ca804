"""``gapwatch remediate``: what would close the findings, as files; and which of it was done."""

from __future__ import annotations

from pathlib import Path

import click

from gapwatch.cli.options import config_option, instant_options, open_reader
from gapwatch.errors import ConfigurationError

_WORDS = {"done": "done", "still_open": "still open", "superseded": "superseded"}


@click.command()
@config_option
@instant_options
@click.option("--out", type=click.Path(path_type=Path), help="Write the remedies into this new folder.")
@click.option("--check", type=click.Path(path_type=Path), help="Say which remedies of that folder were carried out.")
@click.option("--site", "sites", multiple=True, metavar="SITE", help="With --out: this site alone; may be repeated.")
@click.option("--format", "shape", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option("--fail-on-gaps", is_flag=True, help="With --check: exit 1 when a remedy is still open.")
def remediate(
    config: Path,
    as_of: str | None,
    known_at: str | None,
    out: Path | None,
    check: Path | None,
    sites: tuple[str, ...],
    shape: str,
    fail_on_gaps: bool,
) -> int:
    """Write assignments, SCIM requests and HR corrections that would close the findings; later, check them."""
    if (out is None) == (check is None):
        raise ConfigurationError("say either --out FOLDER or --check FOLDER", where="gapwatch remediate")
    with open_reader(config, as_of=as_of, known_at=known_at) as reader:
        if out is not None:
            from gapwatch.remediate.write import write_remedies

            written = write_remedies(reader, out, sites=sites)
            for name, lines in written.lines.items():
                click.echo(f"{out / name}: {lines:,} lines")
            return 0
        from gapwatch.remediate.status import status_of

        if check is None or sites:
            raise ConfigurationError("--site is for --out", where="--site")
        status = status_of(reader, check)
    if not status.is_newer:
        click.echo("nothing was loaded since these remedies were written", err=True)
    rows = [(one.status, one.kind, one.remedy_id, one.finding_id, one.detail) for one in status.outcomes]
    _print(rows, shape)
    counts = status.counts()
    click.echo(", ".join(f"{counts[name]:,} {words}" for name, words in _WORDS.items()), err=True)
    return 1 if fail_on_gaps and counts["still_open"] else 0


def _print(rows: list[tuple[str, str, str, str, str]], shape: str) -> None:
    import csv
    import json
    import sys

    columns = ("status", "kind", "remedy_id", "finding_id", "detail")
    if shape == "json":
        click.echo(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], indent=1))
    elif shape == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerows([columns, *rows])
    else:
        widths = [max(len(row[place]) for row in (columns, *rows)) for place in range(len(columns))]
        for row in (columns, *((_WORDS[row[0]], *row[1:]) for row in rows)):
            click.echo("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
