"""``gapwatch verify``: is a workbook what its manifest says?"""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("workbook", type=click.Path(path_type=Path))
def verify(workbook: Path) -> int:
    """Compare WORKBOOK with the manifest beside it, offline. Exit 0 when intact, 1 when anything differs."""
    from gapwatch.evidence.verify import verify as differences_of

    differences = differences_of(workbook)
    for difference in differences:
        click.echo(str(difference))
    if not differences:
        click.echo(f"{workbook.name}: intact")
    return 1 if differences else 0
