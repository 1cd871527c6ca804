"""``gapwatch explain``: a model's SQL, its inputs and readers, and the lineage of its columns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from gapwatch.explain import Explained


@click.command()
@click.argument("model")
@click.option("--column", help="Follow this one column to the feeds and policy tables its values come from.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def explain(model: str, column: str | None, form: str) -> int:
    """Show the SQL of MODEL, what it reads, who reads it, and which columns each of its own is made of.

    Needs no data. Columns that only filter, join or group are not part of a column's lineage: the SQL shows them.
    """
    from gapwatch.explain import explain as explain_model

    explained = explain_model(model, column=column)
    if form == "json":
        click.echo(json.dumps(explained.as_dict(), ensure_ascii=False))
    else:
        click.echo("\n".join(_lines(explained, is_followed=column is not None)))
    return 0


def _lines(explained: Explained, *, is_followed: bool) -> Iterator[str]:
    model = explained.model
    yield f"{model.name} ({'view' if model.is_view else 'table'}, queries/{model.folder}/{model.name}.sql)"
    yield f"  grain:    {model.grain}"
    yield f"  key:      {', '.join(model.key)}"
    yield f"  answers:  {model.answers}"
    yield f"  not for:  {model.not_for}"
    yield ""
    yield "reads"
    yield f"  models:   {_list(explained.reads_models)}"
    yield f"  inputs:   {_list(explained.reads_inputs)}"
    yield "read by"
    yield f"  models:   {_list(explained.read_by_models)}"
    yield f"  checks:   {_list(explained.read_by_checks)}"
    yield f"  asked by: {_list(explained.read_by_questions)}"
    yield ""
    yield from _followed(explained) if is_followed else _columns(explained)
    yield ""
    yield "sql"
    yield model.sql.rstrip("\n")


def _list(names: Sequence[str]) -> str:
    return ", ".join(names) or "-"


def _columns(explained: Explained) -> Iterator[str]:
    name_width = max(len(name) for name, _ in explained.columns)
    type_width = max(len(kind) for _, kind in explained.columns)
    yield "columns, and what each is made of"
    for (name, kind), step in zip(explained.columns, explained.steps, strict=True):
        yield f"  {name:{name_width}}  {kind.lower():{type_width}}  <- {_list([str(one) for one in step.sources])}"


def _followed(explained: Explained) -> Iterator[str]:
    yield f"{explained.steps[0].column}, step by step"
    for step in explained.steps:
        yield f"  {step.column} <- {_list([str(one) for one in step.sources])}"
    yield "comes from"
    yield from (f"  {origin}" for origin in explained.origins)
