"""``gapwatch simulate``: a company played from a seed, with its answer key."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to write; made when missing.")
@click.option("--workers", type=click.IntRange(min=20), default=1500, show_default=True)
@click.option("--months", type=click.IntRange(3, 120), default=18, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
def simulate(out: Path, workers: int, months: int, seed: int) -> int:
    """Play a company day by day and write its feeds, policy, settings and answers."""
    from gapwatch.cli.console import report
    from gapwatch.simulate import simulate as play

    play(out, workers=workers, months=months, seed=seed, progress=report)
    click.echo(
        f"{out}: feeds, policy, gapwatch.toml, answers.json and the delivery of the day before; next: cd {out} and"
    )
    click.echo("    gapwatch load --config earlier/gapwatch.toml --loaded-at 2026-10-30T18:00:00Z")
    click.echo("    gapwatch run --loaded-at 2026-10-31T18:00:00Z")
    click.echo("    gapwatch score answers.json")
    return 0
