"""``gapwatch map``: look at a file, propose a mapping, and show what a load by it would accept and reject."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gapwatch.feeds import FEEDS, Kind

if TYPE_CHECKING:
    from gapwatch.loaders.mapping_draft import Draft, Rehearsal
    from gapwatch.loaders.mapping_draft.profile import Profile


@click.command(name="map")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--feed", type=click.Choice(list(FEEDS)), help="The feed it is for. Default: found.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the mapping there.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def map_file(file: Path, feed: str | None, out: Path | None, form: str) -> int:
    """Propose a mapping for FILE and rehearse a load by it. Loads nothing; values that may name people are masked."""
    from gapwatch.errors import ConfigurationError, GapwatchError
    from gapwatch.loaders.mapping_draft import draft_mapping, rehearse

    if out is not None and out.exists():
        raise ConfigurationError(f"{out} is there already", do="name another file with --out, or remove it")
    draft = draft_mapping(file, feed=feed)
    rehearsal: Rehearsal | None = None
    obstacle: str | None = None
    try:
        rehearsal = rehearse(file, draft)
    except GapwatchError as error:
        obstacle = error.what
    mapping = _mapping_text(draft)
    if out is not None:
        out.write_text(mapping, encoding="utf-8")
    if form == "json":
        click.echo(json.dumps(_as_json(file, draft, rehearsal, obstacle, mapping), ensure_ascii=False))
    else:
        _say(file, draft, rehearsal, obstacle, mapping, out)
    return 0


def _mapping_text(draft: Draft) -> str:
    if draft.preset is not None:
        from gapwatch.loaders.preset import shipped_folder

        return (shipped_folder() / f"{draft.preset}.toml").read_text(encoding="utf-8")
    keys = draft.keys
    lines = [f"# {question}" for question in draft.questions]
    lines += [f"{key} = {json.dumps(keys[key])}" for key in ("feed", "records", "date_format") if key in keys]
    if keys["columns"]:
        lines += ["", "[columns]", *(f"{name} = {json.dumps(text)}" for name, text in keys["columns"].items())]
    for name, codes in keys["values"].items():
        lines += ["", f"[values.{name}]"]
        lines += [f"{json.dumps(code)} = {json.dumps(told)}" for code, told in codes.items()]
    return "\n".join(lines) + "\n"


def _columns(draft: Draft) -> list[dict[str, Any]]:
    told = [(name, profile) for name, profile in draft.columns.items()] + [(None, one) for one in draft.unused]
    return [
        {
            "column": profile.column.name,
            "canonical": name,
            "filled": profile.filled,
            "distinct": profile.distinct,
            "dates": "ISO 8601" if profile.iso else " or ".join(profile.patterns) or None,
            "sample": ", ".join(profile.codes) if _has_codes(draft, name, profile) else profile.sample,
        }
        for name, profile in told
    ]


def _has_codes(draft: Draft, name: str | None, profile: Profile) -> bool:
    column = FEEDS[draft.feed].column(name) if name else None
    return column is not None and column.kind is Kind.CHOICE and bool(profile.codes)


def _as_json(
    file: Path, draft: Draft, rehearsal: Rehearsal | None, obstacle: str | None, mapping: str
) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "file": file.name,
        "feed": draft.feed,
        "preset": draft.preset,
        "others": list(draft.others),
        "mapping": mapping,
        "columns": _columns(draft),
        "questions": list(draft.questions),
        "obstacle": obstacle,
        "rehearsal": asdict(rehearsal) if rehearsal else None,
    }


def _say(
    file: Path, draft: Draft, rehearsal: Rehearsal | None, obstacle: str | None, mapping: str, out: Path | None
) -> None:
    from gapwatch.cli.console import show_rows

    if draft.preset:
        click.echo(
            f'{file.name}: {draft.feed}, as preset = "{draft.preset}" ({draft.share:.0%} of its columns are there)'
        )
        click.echo(f"presets that may read it too: {', '.join(draft.others)}\n" if draft.others else "")
    else:
        click.echo(f"{file.name}: {draft.feed}, by the names of its columns\n")
    columns = _columns(draft)
    show_rows(list(columns[0]), [tuple(one.values()) for one in columns], form="table")
    if out is None and draft.preset is None:
        click.echo(f"\n{mapping}", nl=False)
    elif out is not None:
        click.echo(f"\nwritten to {out}; use it with: preset = {json.dumps(str(out))}")
    for question in draft.questions:
        click.echo(f"\nto answer: {question}", nl=False)
    click.echo("\n" if draft.questions else "")
    if rehearsal is None:
        click.echo(f"a load would stop: {obstacle}")
        return
    left_out = f", {rehearsal.rows_left_out:,} of them left out by where" if rehearsal.rows_left_out else ""
    click.echo(
        f"a load would read {rehearsal.rows_read:,} rows, accept {rehearsal.rows_accepted:,} and reject"
        f" {rehearsal.rows_rejected:,}{left_out}"
    )
    if rehearsal.refusals:
        rows = [(one.row, one.column, one.value, one.reason) for one in rehearsal.refusals]
        show_rows(["row", "column", "value", "reason"], rows, form="table")
