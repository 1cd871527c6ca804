"""Every cell of the scorecard leads to its rows or to the attestation it rests on."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from command import gapwatch
from sample_generation import published_sample


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published sample, built again with two attestations."""
    path = published_sample(tmp_path_factory.mktemp("scorecard"))
    (path.parent / "policy" / "attestations.csv").write_text(
        "criterion,answer,name,date,note\nsso,yes,M. Bay,2026-02-11,SAML\nvendor_support,no,M. Bay,2026-02-11,\n",
        encoding="utf-8",
    )
    answer = gapwatch("build", "--config", str(path))
    assert answer.code == 0, answer.err
    return path


def test_cells_are_measured_attested_or_unknown_and_lead_to_their_rows(config: Path) -> None:
    told = gapwatch("scorecard", "--config", str(config), "--format", "json")
    cells = {row["criterion"]: row for row in json.loads(told.out)}
    assert len(cells) == 15
    assert cells["sso"]["rating"] == "green"
    assert cells["sso"]["reason"] == "yes, M. Bay on 2026-02-11: SAML"
    assert cells["vendor_support"]["rating"] == "red"
    assert (cells["api_documentation"]["rating"], cells["api_documentation"]["rows_sql"]) == ("unknown", None)
    assert sum(row["basis"] == "measured" for row in cells.values()) == 12
    for row in cells.values():
        if row["basis"] == "unknown":
            assert row["rows_sql"] is None
            continue
        answer = gapwatch("sql", "--config", str(config), "--format", "json", row["rows_sql"])
        assert answer.code == 0, answer.err
        shown = json.loads(answer.out)
        if row["basis"] == "attested":
            assert row["reason"].startswith(f"{shown[0]['answer']}, {shown[0]['name']} on {shown[0]['date'][:10]}")
            assert (row["attested_by"], row["attested_on"][:10]) == (shown[0]["name"], shown[0]["date"][:10])
            continue
        assert len(shown) == row["shown_rows"], row["criterion"]
        share = re.match(r"([\d.]+) % \((\d+) of (\d+)\) ", row["reason"])
        if share:
            good, counted = int(share[2]), int(share[3])
            assert counted - good == len(shown), row["criterion"]
            assert float(share[1]) == pytest.approx(100 * good / counted, abs=0.051)
            assert row["number"] == pytest.approx(100 * good / counted)
        else:
            assert row["criterion"] == "sync_frequency"
            assert f"; {len(shown)} expected days passed" in row["reason"]


def test_the_table_says_why(config: Path) -> None:
    out = gapwatch("scorecard", "--config", str(config)).out
    assert "Single sign-on by standard" in out
    assert "nobody has attested it" in " ".join(out.split())


def test_an_attestation_of_something_else_is_an_error(config: Path) -> None:
    path = config.parent / "policy" / "attestations.csv"
    before = path.read_text(encoding="utf-8")
    path.write_text(before + "speed,yes,M. Bay,2026-02-11,\n", encoding="utf-8")
    try:
        answer = gapwatch("build", "--config", str(config))
    finally:
        path.write_text(before, encoding="utf-8")
    assert answer.code == 2
    assert "attestations.csv" in answer.err
