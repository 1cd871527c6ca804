"""What a model is: its SQL and header, what it reads, who reads it, and where its columns come from.

Owns putting this together, from the files under ``queries/`` and an empty build in memory that lends the types: no
warehouse and no data is needed. Called by the command line.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from gapwatch.checks import create_empty_results
from gapwatch.inputs import create_empty_inputs
from gapwatch.modelling import Model, all_models, build_models, models_after_checks
from gapwatch.modelling.graph import find_model, readers
from gapwatch.modelling.lineage import Column, Schemas, Step, column_lineage, follow
from gapwatch.modelling.model import tables_read
from gapwatch.shipped import query_folder


@dataclass(frozen=True)
class Explained:
    """One model. ``columns`` are (name, type); ``steps`` one per column, or, for a column that was followed, one per
    model column above it."""

    model: Model
    columns: tuple[tuple[str, str], ...]
    reads_models: tuple[str, ...]
    reads_inputs: tuple[str, ...]  # landed feeds, policy tables and the tables of the run
    read_by_models: tuple[str, ...]
    read_by_checks: tuple[str, ...]
    read_by_questions: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def origins(self) -> tuple[str, ...]:
        """The columns that the steps name and no step is about: where the values come from."""
        about = {step.column for step in self.steps}
        return tuple(sorted({str(source) for step in self.steps for source in step.sources} - set(map(str, about))))

    def as_dict(self) -> dict[str, Any]:
        """The same for JSON: lineage as ``table.column`` texts."""
        shown = asdict(self)
        del shown["steps"], shown["model"]
        header = {name: getattr(self.model, name) for name in ("name", "folder", "grain", "answers", "not_for")}
        return {
            **header,
            "key": list(self.model.key),
            "form": "view" if self.model.is_view else "table",
            **shown,
            "columns": [{"name": name, "type": kind} for name, kind in self.columns],
            "lineage": [{"column": str(step.column), "from": [*map(str, step.sources)]} for step in self.steps],
            "origins": list(self.origins),
            "sql": self.model.sql,
        }


def explain(name: str, *, column: str | None = None) -> Explained:
    """The model of that name; with ``column`` its lineage is that of this column alone, to the inputs of the build.

    Raises ConfigurationError with near names for an unknown model or column.
    """
    models = all_models() | models_after_checks()
    model = find_model(models, name)
    schemas = model_schemas()
    steps = (
        column_lineage(model, schemas=schemas)
        if column is None
        else follow(Column(name, column), models=models, schemas=schemas)
    )
    return Explained(
        model=model,
        columns=tuple(schemas[name].items()),
        reads_models=tuple(sorted(model.reads & models.keys())),
        reads_inputs=tuple(sorted(model.reads - models.keys())),
        read_by_models=tuple(sorted(one.name for one in readers(models, name))),
        read_by_checks=_query_readers("checks", name),
        read_by_questions=_query_readers("ask", name),
        steps=tuple(steps),
    )


def model_schemas() -> Schemas:
    """The columns and types of every model and input, from a build of all models on inputs without rows."""
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute("set timezone = 'UTC'")
        create_empty_inputs(connection)
        build_models(connection, all_models())
        create_empty_results(connection)
        build_models(connection, models_after_checks())
        schemas: dict[str, dict[str, str]] = {}
        for table, name, kind in connection.execute(
            "select table_name, column_name, data_type from information_schema.columns"
            " order by table_name, ordinal_position"
        ).fetchall():
            schemas.setdefault(table, {})[name] = kind
        return schemas


def _query_readers(folder: str, table: str) -> tuple[str, ...]:
    return tuple(
        path.stem
        for path in sorted((query_folder() / folder).glob("*.sql"))
        # A look at the text spares parsing the many files that don't name the table.
        if table in (text := path.read_text(encoding="utf-8")) and table in _tables(text)
    )


def _tables(text: str) -> frozenset[str]:
    query = sqlglot.parse_one(text, dialect="duckdb")
    return tables_read(query) if isinstance(query, exp.Query) else frozenset()
