"""``gapwatch evidence``: the workbook for an auditor."""

from __future__ import annotations

from pathlib import Path

import click

from gapwatch.cli.options import config_option, date, instant_options, open_reader


@click.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The workbook to write (.xlsx).")
@config_option
@instant_options
@click.option("--site", "sites", multiple=True, help="Only this site; may be repeated.")
@click.option("--department", "departments", multiple=True, help="Only this department; may be repeated.")
@click.option("--authority", "authorities", multiple=True, help="Only requirements of this authority, like OSHA.")
@click.option("--citation", "citations", multiple=True, help="Only requirements so cited, like '29 CFR 1910.119'.")
@click.option("--worker", "workers", multiple=True, help="Only this worker; may be repeated.")
@click.option("--from", "period_from", help="First day of the period.")
@click.option("--to", "period_to", help="Last day of the period.")
@click.option(
    "--sample", "sample_size", type=click.IntRange(0), default=25, show_default=True, help="Rows to draw for a tester."
)
@click.option("--seed", "sample_seed", default="1", show_default=True, help="The seed of the sample, any text.")
@click.option("--against", help="An earlier workbook, its manifest, or a run id: what is said otherwise now, and why.")
@click.option("--prepared-by", help="Who prepares the evidence.")
@click.option("--reviewed-by", help="Who reviewed it; without another reviewer it stays a DRAFT.")
@click.option("--final", is_flag=True, help="Write nothing unless it is FINAL.")
@click.option("--key", type=click.Path(path_type=Path), help="Sign with the private key in this file.")
def evidence(
    out: Path,
    config: Path,
    as_of: str | None,
    known_at: str | None,
    sites: tuple[str, ...],
    departments: tuple[str, ...],
    authorities: tuple[str, ...],
    citations: tuple[str, ...],
    workers: tuple[str, ...],
    period_from: str | None,
    period_to: str | None,
    sample_size: int,
    sample_seed: str,
    against: str | None,
    prepared_by: str | None,
    reviewed_by: str | None,
    final: bool,
    key: Path | None,
) -> int:
    """Write the evidence workbook, and its manifest beside it; signed where a key is at hand."""
    from gapwatch.cli.console import report
    from gapwatch.evidence import write_evidence
    from gapwatch.evidence.signing import signing_key

    signs_with = signing_key(key)
    with open_reader(config, as_of=as_of, known_at=known_at) as reader:
        summary = write_evidence(
            reader,
            out,
            prepared_by=prepared_by,
            reviewed_by=reviewed_by,
            final=final,
            sites=sites or None,
            departments=departments or None,
            authorities=authorities or None,
            citations=citations or None,
            workers=workers or None,
            period_from=date(period_from, option="--from") if period_from else None,
            period_to=date(period_to, option="--to") if period_to else None,
            sample_size=sample_size,
            sample_seed=sample_seed,
            against=against,
            key=signs_with,
            progress=report,
        )
    click.echo(str(summary))
    return 0
