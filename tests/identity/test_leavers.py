"""Accounts of leavers: what their seats cost, and which were closed and opened again."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from command import gapwatch

from gapwatch.config import load_settings
from gapwatch.reads import Reader

CASE = Path(__file__).parent.parent / "cases" / "worked" / "terminated_account_still_used"
INSTANT = "2026-02-11T06:00:00Z"


def _published(folder: Path, *, settings: str = "", **account: str) -> Reader:
    shutil.copytree(CASE, folder)
    config = folder / "gapwatch.toml"
    config.write_text(config.read_text(encoding="utf-8") + settings, encoding="utf-8")
    path = folder / "feeds" / "lms_accounts.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row | (account if row["account_id"] == "A1" else {}) for row in csv.DictReader(file)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    answer = gapwatch("run", "--config", str(config), "--loaded-at", INSTANT, "--as-of", INSTANT)
    assert answer.code == 0, answer.err
    return Reader.open(load_settings(config).warehouse.path)


def test_seats_of_leavers_cost_what_a_month_costs_by_the_day(tmp_path: Path) -> None:
    price = '[licences]\nprice_per_month = 36.5\ncurrency = "EUR"\n'
    with _published(tmp_path / "company", settings=price) as reader:
        row = reader.ask("page_stale_accounts", row_limit=10).iloc[0]
        head = reader.ask("page_leavers_headline").iloc[0]
        sheet = reader.ask("evidence_accounts", period_to=reader.run.as_of.replace(tzinfo=None))
    assert row["days_active"] == 30.0
    assert row["licence_cost"] == pytest.approx(36.0)  # 30 of 365 days at 438 a year
    assert row["licence_currency"] == "EUR"
    assert head["licence_cost"] == pytest.approx(36.0 + 0.7)  # and 14 hours of the other leaver
    assert sheet["licence_cost"].sum() == pytest.approx(36.0 + 0.7)
    assert set(sheet.loc[sheet["licence_cost"].notna(), "licence_currency"]) == {"EUR"}


def test_without_a_price_no_cost_is_told_and_nothing_was_reactivated(tmp_path: Path) -> None:
    with _published(tmp_path / "company") as reader:
        row = reader.ask("page_stale_accounts", row_limit=10).iloc[0]
        assert row[["licence_cost", "reactivated_at"]].isna().all()
        assert reader.ask("page_leavers_headline")["licence_cost"].isna().all()


def test_an_account_opened_again_after_the_person_left_says_when(tmp_path: Path) -> None:
    closed = {"status": "active", "deactivated_at": "2026-01-20T06:00:00Z"}
    with _published(tmp_path / "company", **closed) as reader:
        row = reader.ask("page_stale_accounts", row_limit=10).iloc[0]
        sheet = reader.ask("evidence_accounts", period_to=reader.run.as_of.replace(tzinfo=None))
    assert list(sheet["reactivated_at"].dropna()) == [row["reactivated_at"]]
    assert f"{row['reactivated_at']:%Y-%m-%dT%H:%M:%SZ}" == INSTANT
    assert bool(row["is_open"])
