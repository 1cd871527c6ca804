"""Journey: an inspector names five people; the answer on one screen, and a workbook of exactly these five."""

from __future__ import annotations

import re
from pathlib import Path

from browser_pages import headline, open_page, press, query, visit
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from sample_generation import rows, scalar

MIDNIGHT = "timestamp '2026-10-31 05:00:00'"  # 00:00 in Chicago, where BAY1 is


def test_answer_an_inspectors_five_names(page: Page, served: str, sample: Path, tmp_path: Path) -> None:
    named = rows(
        sample,
        "select worker_id, full_name from staged_workers join role_states using (worker_id) join run_parameters"
        " on valid_from < as_of - interval 40 day where valid_to is null and is_employed and site = 'BAY1'"
        " and full_name in (select full_name from staged_workers group by 1 having count(*) = 1)"
        " order by exists (select 1 from gaps where gaps.worker_id = staged_workers.worker_id"
        f" and opened_at <= {MIDNIGHT} and coalesce(closed_at > {MIDNIGHT}, true)) desc, 1 limit 5",
    )
    workers = [str(worker) for worker, _ in named]
    names = [str(name) for _, name in named]
    first, last = names[1].split(" ", 1)
    visit(page, served)
    open_page(page, "Survey", path="survey")
    expect(headline(page)).to_have_text("Whom did the inspector pick?")
    box = page.get_by_role("textbox", name=re.compile("Names or worker IDs"))
    box.fill("\n".join([names[0], f"{last}, {first}", names[2].upper(), workers[3], names[4], "Nobody Atall"]))
    press(page.get_by_role("button", name="Look them up"))

    listed = "', '".join(workers)
    holding = f"worker_id in ('{listed}') and opened_at <= {MIDNIGHT} and coalesce(closed_at > {MIDNIGHT}, true)"
    gaps, people = rows(sample, f"select count(*), count(distinct worker_id) from gaps where {holding}")[0]
    assert people == 5
    expect(headline(page)).to_contain_text(f"5 people on 31 Oct 2026: all have gaps, {gaps} in all")
    expect(page.get_by_text("Nobody is found for Nobody Atall.")).to_be_visible()
    assert query(page)["workers"].split(";") == workers
    for worker, name in named:
        expect(page.get_by_role("heading", name=f"{name} ({worker})")).to_be_visible()
    page.get_by_text("The audit sentences, and the rows they rest on").first.click()
    expect(page.get_by_text(re.compile(rf"On 2026-10-31 {workers[0]} .* was ")).first).to_be_visible()

    press(page.get_by_role("button", name="Build the workbook for these 5 people"))
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("^.*Workbook, .*XLSX")).click()
    file = tmp_path / "survey.xlsx"
    download.value.save_as(file)
    workbook = load_workbook(file, read_only=True)
    cells = {str(cell) for row in workbook["Population"].iter_rows(values_only=True) for cell in row if cell}
    assert set(workers) <= cells
    others = scalar(
        sample, f"select string_agg(worker_id, ';') from staged_workers where worker_id not in ('{listed}')"
    )
    everybody = {
        str(cell)
        for sheet in ("Population", "Obligations", "Gaps")
        for row in workbook[sheet].iter_rows(values_only=True)
        for cell in row
        if cell
    }
    assert not everybody & set(str(others).split(";"))
    assert len(workbook.sheetnames) >= 20
