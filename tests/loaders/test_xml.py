"""XML rosters: where records are, what an element is, and documents that are refused."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest

from gapwatch.config import Source
from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.loaders import objects

from .conftest import Loading

ROSTER = """<?xml version="1.0" encoding="UTF-8"?>
<wd:Report_Data xmlns:wd="urn:com.workday.report/roster">
  <wd:Report_Entry>
    <wd:worker_id>007</wd:worker_id>
    <wd:name wd:Descriptor="Ana Bay"><wd:first>Ana</wd:first></wd:name>
    <wd:site>  BAY1 </wd:site>
  </wd:Report_Entry>
  <!-- a comment -->
  <wd:Report_Entry id="2">
    <wd:worker_id>8</wd:worker_id>
    <wd:site/>
    <wd:org>a</wd:org><wd:org>b</wd:org>
    <wd:left xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>
  </wd:Report_Entry>
</wd:Report_Data>
"""


def test_the_children_of_the_root_are_the_records(loading: Loading) -> None:
    rows = loading.load("workers", ROSTER, file="feed.xml", columns={"full_name": '"name.@Descriptor"'})
    assert [(row["row_number"], row["worker_id"], row["full_name"]) for row in rows] == [
        (2, "007", "Ana Bay"),
        (3, "8", None),
    ]
    assert loading.record.schema == ("worker_id", "name.@Descriptor", "name.first", "site", "@id", "org", "left")
    assert json.loads(rows[0]["extra"])["site"] == "BAY1"
    assert json.loads(rows[1]["extra"])["org"] == '["a","b"]'
    assert json.loads(rows[1]["extra"])["left"] is None


@pytest.mark.parametrize("records", ["Report_Entry", "body.Report_Entry"])
def test_records_are_found_by_name(loading: Loading, records: str) -> None:
    content = (
        "<r><head><count>2</count></head><body><Report_Entry><worker_id>1</worker_id></Report_Entry>"
        "<Other/><Report_Entry><worker_id>2</worker_id></Report_Entry></body></r>"
    )
    rows = loading.load("workers", content, file="feed.xml", records=records)
    assert [row["worker_id"] for row in rows] == ["1", "2"]
    with pytest.raises(ConfigurationError, match="which of them is a record") as raised:
        loading.load("workers", content, file="feed.xml")
    assert raised.value.do.endswith("body, head")
    with pytest.raises(ConfigurationError, match="no element Nothing"):
        loading.load("workers", content, file="feed.xml", records="Nothing")


def test_nested_records_are_unnested(loading: Loading) -> None:
    content = "<r><w><account_id>1</account_id><in><at>2026-01-05</at><at>2026-01-06</at></in></w></r>"
    rows = loading.load("lms_logins", content, file="feed.xml", unnest="in.at", columns={"logged_in_at": '"in.at"'})
    assert [(row["account_id"], row["logged_in_at"].day) for row in rows] == [("1", 5), ("1", 6)]


def test_other_encodings(loading: Loading) -> None:
    for encoding in ("utf-8", "utf-16", "iso-8859-1"):
        content = f'<?xml version="1.0" encoding="{encoding}"?><r><w><worker_id>Zo\xeb</worker_id></w></r>'
        (row,) = loading.load("workers", content.encode(encoding), file="feed.xml", name=encoding)
        assert row["worker_id"] == "Zo\xeb"


def test_a_document_without_records_is_no_rows(loading: Loading) -> None:
    assert loading.load("workers", "<r/>", file="feed.xml") == []


BOMB = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><r><w><worker_id>&b;</worker_id></w></r>'
OTHER_FILE = '<!DOCTYPE r [<!ENTITY a SYSTEM "secret.txt">]><r><w><worker_id>&a;</worker_id></w></r>'


@pytest.mark.parametrize("content", [BOMB, OTHER_FILE, '<!DOCTYPE r SYSTEM "http://127.0.0.1/x.dtd"><r/>'])
def test_a_document_type_is_refused(loading: Loading, content: str) -> None:
    loading.write("secret", "secret.txt")
    with pytest.raises(LoadError, match="document type"):
        loading.load("workers", content, file="feed.xml")


@pytest.mark.parametrize(
    "content",
    ["", "no XML", ROSTER[:300], ROSTER.replace("</wd:site>", ""), "<r>&undefined;</r>", "<r>\x01</r>", "<r/><r/>"],
)
def test_damage_lands_nothing(loading: Loading, content: str) -> None:
    with pytest.raises(LoadError, match="XML") as raised:
        loading.load("workers", content, file="feed.xml")
    assert "feed.xml" in raised.value.where


def test_a_page_is_no_roster(loading: Loading) -> None:
    with pytest.raises(LoadError, match="HTML page"):
        loading.load("workers", "<html><body><p>Sign in</p></body></html>", file="feed.xml")


@pytest.mark.parametrize("form", ["xml", "json"])
def test_a_big_document_is_read_in_pieces(
    loading: Loading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    path = tmp_path / f"feed.{form}"
    filler = "x" * 900
    with path.open("w", encoding="utf-8") as file:
        if form == "xml":
            file.write("<r><all>")
            file.writelines(f"<w><worker_id>{number}</worker_id><x>{filler}</x></w>" for number in range(20_000))
            file.write("</all></r>")
        else:
            file.write('{"all": [')
            file.writelines(f'{{"worker_id": "{number}", "x": "{filler}"}},' for number in range(20_000))
            file.write('{"worker_id": "20000"}]}')
    monkeypatch.setattr(objects, "_BATCH", 1000)
    small = {"xml": "<r><w><worker_id>1</worker_id></w></r>", "json": '[{"worker_id": "1"}]'}
    loading.load("workers", small[form], file=f"small.{form}")  # imports what is needed
    tracemalloc.start()
    source = Source(name="big", feed="workers", path=path.name, records="w" if form == "xml" else "all")
    (record,) = loading.load_each([source])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert record.rows_accepted >= 20_000
    assert peak < path.stat().st_size * 0.3
