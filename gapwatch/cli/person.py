"""``gapwatch person``: the audit sentences for one worker and day."""

from __future__ import annotations

from pathlib import Path

import click

from gapwatch.cli.options import config_option, date, instant_options, open_reader


@click.command()
@click.argument("worker_id")
@click.option("--on", required=True, help="The day, like 2026-03-14, in the zone of the worker's site.")
@config_option
@instant_options
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def person(worker_id: str, on: str, config: Path, as_of: str | None, known_at: str | None, form: str) -> int:
    """Say which role WORKER_ID held on a day, what that required, and whether it was met, with the source rows."""
    import json

    from gapwatch.person import audit_sentences

    with open_reader(config, as_of=as_of, known_at=known_at) as reader:
        sentences = audit_sentences(reader, worker_id, date(on, option="--on"))
    if form == "json":
        click.echo(json.dumps([sentence.as_dict() for sentence in sentences], ensure_ascii=False, indent=1))
        return 0
    for sentence in sentences:
        click.echo(sentence.text)
        for source in sentence.sources:
            click.echo(f"    source: {source}")
    return 0
