"""Column lineage: of small models whose answer is plain to see, and of every model there is."""

from __future__ import annotations

import pytest

from gapwatch.errors import ConfigurationError, ModelError
from gapwatch.explain import model_schemas
from gapwatch.modelling import Model, all_models
from gapwatch.modelling.lineage import Column, Schemas, column_lineage, follow
from gapwatch.modelling.model import parse_model

_HEADER = "-- Grain: one row\n-- Key: a\n-- Answers: what?\n-- Not for: anything\n"
_SCHEMAS: Schemas = {
    "feed": {"a": "INTEGER", "b": "INTEGER", "c": "INTEGER"},
    "other": {"a": "INTEGER", "d": "INTEGER"},
    "made": {"a": "INTEGER", "x": "INTEGER"},
    "made_of_made": {"y": "INTEGER"},
}


def _model(sql: str, *, name: str = "made") -> Model:
    return parse_model(_HEADER + sql, name=name, folder="state")


def _sources(sql: str) -> dict[str, list[str]]:
    steps = column_lineage(_model(sql), schemas=_SCHEMAS)
    return {step.column.name: [str(source) for source in step.sources] for step in steps}


@pytest.mark.parametrize(
    ("sql", "sources"),
    [
        ("select a, b + c as x from feed", ["feed.b", "feed.c"]),
        ("select a, 1 as x from feed", []),
        ("select a, count(*) as x from feed group by a", []),
        ("select a, b as x from feed where c > 0", ["feed.b"]),  # filters are not lineage
        ("select feed.a, d as x from feed inner join other on feed.a = other.a", ["other.d"]),
        ("select a, b as x from feed union all select a, d as x from other", ["feed.b", "other.d"]),
        ("select a, lag(b) over (partition by a order by c) as x from feed", ["feed.a", "feed.b", "feed.c"]),
        ("select a, (select max(d) from other) as x from feed", ["other.d"]),
        (
            "with feed as (select a, b as c from feed) select a, c as x from feed",
            ["feed.b"],
        ),
        ("with one as (select * from feed), final as (select a, c as x from one) select * from final", ["feed.c"]),
    ],
)
def test_a_column_is_made_of_the_columns_its_value_needs(sql: str, sources: list[str]) -> None:
    assert _sources(sql) == {"a": ["feed.a", "other.a"] if "union" in sql else ["feed.a"], "x": sources}


def test_a_column_is_followed_through_models_to_the_feeds() -> None:
    models = {
        "made": _model("select feed.a, b + d as x from feed inner join other using (a)"),
        "made_of_made": _model("select x as y from made", name="made_of_made"),
    }
    steps = follow(Column("made_of_made", "y"), models=models, schemas=_SCHEMAS)
    assert [(str(step.column), [str(one) for one in step.sources]) for step in steps] == [
        ("made_of_made.y", ["made.x"]),
        ("made.x", ["feed.b", "other.d"]),
    ]


def test_a_column_that_is_not_there_is_refused_with_near_names() -> None:
    with pytest.raises(ConfigurationError, match="has no column bb") as refused:
        follow(Column("feed", "bb"), models={}, schemas=_SCHEMAS)
    assert refused.value.do == "did you mean b?"


@pytest.mark.parametrize("sql", ["select a, unnest([1, 2]) from feed", "select a from feed"])
def test_what_cannot_be_traced_names_the_model_and_its_file(sql: str) -> None:
    with pytest.raises(ModelError, match="the columns of made cannot be traced") as failed:
        column_lineage(_model(sql), schemas=_SCHEMAS)
    assert failed.value.where == "queries/state/made.sql"


@pytest.fixture(scope="module")
def schemas() -> Schemas:
    return model_schemas()


def test_every_column_of_every_model_is_traced_to_what_the_model_reads(schemas: Schemas) -> None:
    models = all_models()
    untraced = []
    for model in models.values():
        steps = column_lineage(model, schemas=schemas)
        assert [step.column.name for step in steps] == list(schemas[model.name])
        for step in steps:
            assert {source.table for source in step.sources} <= model.reads
            assert all(source.name in schemas[source.table] for source in step.sources), step
            untraced += [] if step.sources else [str(step.column)]
    assert "stale_accounts.open_assignments" in untraced  # a count
    assert len(untraced) < 40  # constants and counts of rows


@pytest.mark.parametrize(
    ("column", "origins"),
    [
        ("gaps.severity", {"policy_requirements.severity"}),
        ("credential_periods.valid_from", {"landed_lms_completions.completed_at"}),
        ("role_states.job_code", {"landed_role_history.job_code"}),
    ],
)
def test_published_columns_come_from_where_the_contract_has_them(
    schemas: Schemas, column: str, origins: set[str]
) -> None:
    models = all_models()
    table, _, name = column.partition(".")
    steps = follow(Column(table, name), models=models, schemas=schemas)
    found = {source for step in steps for source in step.sources if source.table not in models}
    # In feeds of changes the column "emptied" says which others a row takes away.
    assert {str(source) for source in found if source.name != "emptied"} == origins
