"""Model files: one SQL statement each, under a header that states grain, key, and what it answers.

A line ``-- Form: view`` makes a view of it; ``view of MODEL`` one that has as many rows as that model, whose numbers it
puts into words.
Owns reading and checking the files of ``queries/staging``, ``state``, ``gaps``, ``health`` and ``scope``, and of
``findings``, whose models read what the data checks found. Runs nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.scope import traverse_scope

from gapwatch.errors import ModelError
from gapwatch.shipped import query_folder

FOLDERS: Final = ("staging", "state", "gaps", "health", "scope")
AFTER_CHECKS: Final = ("findings",)
_HEADINGS: Final = ("Grain", "Key", "Answers", "Not for")


@dataclass(frozen=True)
class Model:
    """One model: its name (the table or view it becomes), its SQL, and what its header says."""

    name: str
    folder: str
    sql: str
    grain: str
    key: tuple[str, ...]
    answers: str
    not_for: str
    is_view: bool
    widens: str | None  # a view: the model it has as many rows as, adding columns alone
    reads: frozenset[str]  # every table named in the SQL, models and inputs alike

    @property
    def sha256(self) -> str:
        """The hash of the file's text."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


@cache
def all_models() -> dict[str, Model]:
    """Every model that is built before the data checks, by name, read once.

    Raises ModelError for a bad header or SQL that does not parse.
    """
    return _read(FOLDERS)


@cache
def models_after_checks() -> dict[str, Model]:
    """The models that read what the data checks found, by name; raises as ``all_models``."""
    return _read(AFTER_CHECKS)


def _read(folders: tuple[str, ...]) -> dict[str, Model]:
    models: dict[str, Model] = {}
    for folder in folders:
        for path in sorted((query_folder() / folder).glob("*.sql")):
            model = parse_model(path.read_text(encoding="utf-8"), name=path.stem, folder=folder)
            if model.name in models:
                raise ModelError(f"two models are named {model.name}", where=f"queries/{folder}/{path.name}")
            models[model.name] = model
    return models


def parse_model(sql: str, *, name: str, folder: str) -> Model:
    """The model in that text. Raises ModelError naming the file and what its header or SQL lacks."""
    where = f"queries/{folder}/{name}.sql"
    header = _header(sql, where)
    try:
        statements = [statement for statement in sqlglot.parse(sql, dialect="duckdb") if statement is not None]
    except sqlglot.errors.ParseError as error:
        raise ModelError(f"model {name} does not parse: {error}", where=where) from error
    form = header.get("Form", "table")
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise ModelError(f"model {name} must be one query", where=where)
    return Model(
        name=name,
        folder=folder,
        sql=sql,
        grain=header["Grain"],
        key=tuple(part.strip() for part in header["Key"].split(",")),
        answers=header["Answers"],
        not_for=header["Not for"],
        is_view=form.startswith("view"),
        widens=form.removeprefix("view of ") if form.startswith("view of ") else None,
        reads=tables_read(statements[0]),
    )


def _header(sql: str, where: str) -> dict[str, str]:
    header: dict[str, str] = {}
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        heading, _, text = line.removeprefix("--").strip().partition(":")
        if heading in (*_HEADINGS, "Form"):
            header[heading] = text.strip()
    missing = [heading for heading in _HEADINGS if not header.get(heading)]
    if missing:
        raise ModelError(f"the header lacks {', '.join(missing)}", where=where, do="write it above the SQL")
    return header


def tables_read(statement: exp.Query) -> frozenset[str]:
    """The tables a query names, its own steps apart."""
    # Scopes, not every table node: a CTE may bear the name of the table it reads.
    return frozenset(
        source.name
        for scope in traverse_scope(statement)
        for source in scope.sources.values()
        if isinstance(source, exp.Table)
    )


def model_path(model: Model) -> Path:
    """The file a model was read from."""
    return query_folder() / model.folder / f"{model.name}.sql"
