"""``gapwatch evidence``: the workbook for an auditor."""

from __future__ import annotations

from pathlib import Path

import click

from gapwatch.cli.options import config_option, date, instant_options, open_reader


@click.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The workbook to write (.xlsx).")
@config_option
@instant_options
@click.option("--site", help="Only this site.")
@click.option("--authority", help="Only requirements of this authority, like OSHA.")
@click.option("--worker", "workers", multiple=True, help="Only this worker; may be repeated.")
@click.option("--from", "period_from", help="First day of the period.")
@click.option("--to", "period_to", help="Last day of the period.")
@click.option("--prepared-by", help="Who prepares the evidence.")
@click.option("--reviewed-by", help="Who reviewed it; without a reviewer it stays a DRAFT.")
def evidence(
    out: Path,
    config: Path,
    as_of: str | None,
    known_at: str | None,
    site: str | None,
    authority: str | None,
    workers: tuple[str, ...],
    period_from: str | None,
    period_to: str | None,
    prepared_by: str | None,
    reviewed_by: str | None,
) -> int:
    """Write the evidence workbook, and its manifest beside it."""
    from gapwatch.cli.console import report
    from gapwatch.evidence import write_evidence

    with open_reader(config, as_of=as_of, known_at=known_at) as reader:
        summary = write_evidence(
            reader,
            out,
            prepared_by=prepared_by,
            reviewed_by=reviewed_by,
            site=site,
            authority=authority,
            period_from=date(period_from, option="--from") if period_from else None,
            period_to=date(period_to, option="--to") if period_to else None,
            workers=list(workers) or None,
            progress=report,
        )
    click.echo(str(summary))
    return 0
