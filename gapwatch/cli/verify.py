"""``gapwatch verify``: is a workbook what its manifest says?"""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("workbook", type=click.Path(path_type=Path))
@click.option("--signed-by", help="The public key it must be signed with, or a file that holds it.")
def verify(workbook: Path, signed_by: str | None) -> int:
    """Compare WORKBOOK with the manifest beside it, offline. Exit 0 when intact, 1 when anything differs."""
    from gapwatch.evidence.signing import known_public_key
    from gapwatch.evidence.verify import examine

    examined = examine(workbook, signed_by=known_public_key(signed_by) if signed_by else None)
    for difference in examined.differences:
        click.echo(str(difference))
    if not examined.differences:
        click.echo(f"{workbook.name}: intact")
    if examined.remark:
        click.echo(examined.remark, err=True)
    return 1 if examined.differences else 0
