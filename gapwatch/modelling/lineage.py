"""Column lineage: from which columns of its inputs a model makes each of its own, and from which feeds in the end.

Owns the tracing, over the SQL of the models as sqlglot reads it. A column's sources are those its value is made of;
columns that only filter, join or group are not among them. Runs nothing. Called by ``gapwatch.explain``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import Node, lineage

from gapwatch.errors import ConfigurationError, ModelError
from gapwatch.modelling.graph import near_names
from gapwatch.modelling.model import Model

Schemas = Mapping[str, Mapping[str, str]]  # table -> column -> type, of models and inputs alike


@dataclass(frozen=True, order=True)
class Column:
    """A column of a model or of an input."""

    table: str
    name: str

    def __str__(self) -> str:
        return f"{self.table}.{self.name}"


@dataclass(frozen=True)
class Step:
    """A column and what it is made of, one model deep; ``sources`` is empty for constants and counts of rows."""

    column: Column
    sources: tuple[Column, ...]


def column_lineage(model: Model, *, schemas: Schemas) -> list[Step]:
    """One step for each column of the model, in its order. Raises ModelError where its SQL cannot be traced."""
    try:
        traced = lineage(None, model.sql, {table: dict(types) for table, types in schemas.items()}, dialect="duckdb")
    except (SqlglotError, ValueError) as error:
        raise _untraceable(model, str(error)) from error
    hidden = [name for name in schemas[model.name] if name not in traced]
    if hidden:
        raise _untraceable(model, f"its SQL names no column {', '.join(hidden)}")
    return [Step(Column(model.name, name), _sources(traced[name])) for name in schemas[model.name]]


def _untraceable(model: Model, reason: str) -> ModelError:
    return ModelError(
        f"the columns of {model.name} cannot be traced: {reason}",
        where=f"queries/{model.folder}/{model.name}.sql",
        do="give every column of the last step a name, and name columns with their table",
    )


def _sources(node: Node) -> tuple[Column, ...]:
    leaves = (one for one in node.walk() if isinstance(one.expression, exp.Table))
    return tuple(sorted({Column(leaf.expression.name, leaf.name.rpartition(".")[2]) for leaf in leaves}))


def follow(column: Column, *, models: Mapping[str, Model], schemas: Schemas) -> list[Step]:
    """The column's step, then that of each model column above it, nearest first and each once.

    What the steps name and no model makes is where the values come from. Raises ConfigurationError when the model has
    no such column.
    """
    if column.name not in schemas[column.table]:
        raise ConfigurationError(
            f"{column.table} has no column {column.name}",
            do=near_names(column.name, schemas[column.table]) or f"it has {', '.join(schemas[column.table])}",
        )
    known: dict[str, dict[Column, Step]] = {}
    steps: list[Step] = []
    waiting, seen = [column], {column}
    for one in waiting:
        if one.table not in known:
            traced = column_lineage(models[one.table], schemas=schemas)
            known[one.table] = {step.column: step for step in traced}
        step = known[one.table][one]
        steps.append(step)
        for source in step.sources:
            if source.table in models and source not in seen:
                seen.add(source)
                waiting.append(source)
    return steps
