"""``gapwatch score``: how much of a known truth was found, and what was found besides."""

from __future__ import annotations

import json
from pathlib import Path

import click

from gapwatch.cli.options import config_option, open_reader
from gapwatch.errors import ConfigurationError


@click.command()
@click.argument("answers", type=click.Path(path_type=Path))
@config_option
def score(answers: Path, config: Path) -> int:
    """Compare the findings with ANSWERS (answers.json of a simulated company). Exit 1 below precision or recall 1.0."""
    from gapwatch.score import score as compare
    from gapwatch.score import unscored

    try:
        truth = json.loads(answers.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{answers.name} is no answer key: {error}", where=str(answers)) from error
    with open_reader(config, as_of=truth["as_of"]) as reader:
        scores = compare(reader, truth)
        left_out = unscored(reader, truth)
    for one in scores:
        click.echo(
            f"{one.kind:<17} expected {one.expected:>7,}  found {one.found:>7,}  right {one.right:>7,}"
            f"  precision {one.precision:.6f}  recall {one.recall:.6f}"
        )
        for name, examples in (("missed", one.missed), ("false", one.false)):
            for example in examples:
                click.echo(f"    {name}: {example}", err=True)
    for kind in left_out:
        click.echo(
            f"{kind}: not scored, as the delivery before the last was not loaded first:"
            " gapwatch load --config earlier/gapwatch.toml --loaded-at 2026-10-30T18:00:00Z",
            err=True,
        )
    return 0 if all(one.precision == one.recall == 1.0 for one in scores) else 1
