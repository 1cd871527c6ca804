"""Nested lists to rows: one row per element, what stands around it on each, nothing left out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gapwatch.loaders.unnest import unnested

from .conftest import Loading

WORKER: dict[str, Any] = {
    "id": 1,
    "jobs": [{"kind": "E", "tasks": [{"t": "a"}, {"t": "b"}]}, {"kind": "C", "tasks": []}],
}


def test_every_element_takes_the_place_of_its_list() -> None:
    assert list(unnested([WORKER], "jobs")) == [
        {"id": 1, "jobs": {"kind": "E", "tasks": [{"t": "a"}, {"t": "b"}]}},
        {"id": 1, "jobs": {"kind": "C", "tasks": []}},
    ]


def test_lists_inside_lists() -> None:
    assert list(unnested([WORKER], "jobs.tasks")) == [
        {"id": 1, "jobs": {"kind": "E", "tasks": {"t": "a"}}},
        {"id": 1, "jobs": {"kind": "E", "tasks": {"t": "b"}}},
        {"id": 1, "jobs": {"kind": "C"}},
    ]


@pytest.mark.parametrize("empty", [{}, {"jobs": None}, {"jobs": []}, {"jobs": {"items": []}}])
def test_a_record_without_the_list_stays_one_record(empty: dict[str, Any]) -> None:
    assert list(unnested([{"id": 2} | empty], "jobs.tasks")) == [{"id": 2}]


@pytest.mark.parametrize("wrapper", ["items", "results"])
def test_a_wrapped_list_and_a_single_object(wrapper: str) -> None:
    assert list(unnested([{"jobs": {wrapper: [{"k": 1}], "count": 1}}], "jobs")) == [{"jobs": {"k": 1}}]
    assert list(unnested([{"jobs": {"k": 1}}], "jobs")) == [{"jobs": {"k": 1}}]


def test_no_path_and_no_objects() -> None:
    assert list(unnested([WORKER, 3, "x"], None)) == [WORKER, 3, "x"]
    assert list(unnested([WORKER["id"], None], "jobs")) == [1, None]
    assert list(unnested([{"jobs": ["a", "b"]}], "jobs")) == [{"jobs": "a"}, {"jobs": "b"}]


def test_loaded_rows_are_counted_after_unnesting(loading: Loading) -> None:
    workers = [
        {"workerID": {"idValue": "007"}, "jobs": [{"code": "OP", "on": "2026-01-05"}, {"code": "ME", "on": "soon"}]},
        {"workerID": {"idValue": "008"}, "jobs": []},
        "not a worker",
    ]
    (row,) = loading.load(
        "role_history",
        json.dumps({"workers": workers}),
        file="x.json",
        records="workers",
        unnest="jobs",
        columns={
            "worker_id": "workerID.idValue",
            "job_code": "jobs.code",
            "effective_from": "jobs.on",
            "status": "'active'",
        },
    )
    assert (row["row_number"], row["worker_id"], row["job_code"]) == (2, "007", "OP")
    assert [(one["row_number"], one["column_name"]) for one in loading.rejects()] == [
        (3, "effective_from"),
        (4, "effective_from"),
        (5, None),
    ]
    assert (loading.record.rows_read, loading.record.rows_accepted, loading.record.rows_rejected) == (4, 1, 3)
