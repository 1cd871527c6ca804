"""Survey and incident: whom a text means, and that a page of many people says what is said of each alone."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import openpyxl
import pytest
from app_pages import Open, text
from sample_generation import rows, scalar, settings_of

from gapwatch.person import audit_sentences
from gapwatch.reads import Reader
from gapwatch.warehouse.generations import generation_path

DAYS = (dt.date(2026, 10, 31), dt.date(2026, 3, 14))


@pytest.fixture(scope="module")
def reader(sample: Path) -> Reader:
    """A reader of the published sample."""
    return Reader(generation_path(settings_of(sample).warehouse.path))


@pytest.mark.parametrize("on", DAYS)
def test_many_people_at_once_are_told_as_each_alone(reader: Reader, on: dt.date) -> None:
    everyone = reader.ask("page_people_day", on=on.isoformat())
    picked = list(dict.fromkeys(everyone["worker_id"]))[::60]
    picked += [str(row[0]) for row in reader.rows("select worker_id from staged_workers order by 1 limit 8")[1]]
    together = reader.ask("page_people_day", workers=picked, on=on.isoformat())
    assert set(together["worker_id"]) == set(picked)
    told = 0
    for worker in dict.fromkeys(picked):
        mine = together[together["worker_id"] == worker]
        sentences = audit_sentences(reader, worker, on)
        required = mine[mine["requirement_id"].notna()].sort_values(["requirement_id", "site"])
        assert [one.requirement_id for one in sentences if one.requirement_id] == list(required["requirement_id"])
        assert mine["roles"].isna().all() == ("was not employed" in sentences[0].text)
        for row, one in zip(required.to_dict("records"), sentences, strict=False):
            told += 1
            assert row["state"] == one.state
            assert f" was {row['roles']}. {row['requirement']}" in one.text
            if one.state == "trained":
                assert f"course {row['course_id']} completed {row['completed_on']:%Y-%m-%d}" in one.text
            if one.state == "gap":
                assert f"open since {row['opened_on']:%Y-%m-%d} " in one.text
                assert one.text.endswith(f"cause {row['cause']}.")
    assert told > 60
    assert {"trained", "gap"} <= set(everyone["state"].dropna())


def test_whom_a_text_means(reader: Reader) -> None:
    ((twin, name),) = reader.rows(
        "select min(worker_id), full_name from staged_workers group by full_name having count(*) = 2"
        " order by full_name limit 1"
    )[1]
    ((single, full_name, email),) = reader.rows(
        "select min(worker_id), full_name, lower(min(email)) from staged_workers where email is not null"
        " group by full_name having count(*) = 1 order by full_name limit 1"
    )[1]
    first, last = full_name.split(" ", 1)
    texts = [name, single.lower(), f"{last},  {first.upper()}", email, "Nobody Atall", f"{last} {first}"]
    found = reader.ask("page_people_found", texts=texts)
    by_text = {str(told): list(mine["worker_id"].dropna()) for told, mine in found.groupby("text")}
    assert len(by_text[name]) == 2
    assert twin in by_text[name]
    assert by_text["Nobody Atall"] == []
    for told in texts[1:4]:
        assert by_text[told] == [single], told
    assert single in by_text[f"{last} {first}"], "the words of a name, in any order"
    assert list(dict.fromkeys(found["position"])) == [1, 2, 3, 4, 5, 6]


def test_survey_offers_the_ambiguous_and_names_the_unknown(open_page: Open, sample: Path) -> None:
    ((name, first, second),) = rows(
        sample,
        "select full_name, min(worker_id), max(worker_id) from staged_workers group by full_name"
        " having count(*) = 2 and count(distinct person_id) = 2 order by full_name limit 1",
    )
    app = open_page("survey")
    assert "Whom did the inspector pick?" in app.title[0].value
    app.text_area(key="survey_text").set_value(f"{name}\nNobody Atall")
    next(button for button in app.button if button.label == "Look them up").click().run()
    assert "Nobody is found for Nobody Atall" in text(app)
    offered = app.multiselect(key=f"meant_{name}")
    assert sorted(option.rsplit("(", 1)[1].split(")")[0] for option in offered.options) == [first, second]
    assert not app.dataframe
    offered.set_value([second]).run()
    assert app.query_params["workers"] in (second, [second])
    assert f"{name} ({second}) on 31 Oct 2026" in text(app)
    linked = open_page("survey", workers=second)
    assert text(linked).count(f"{name} ({second}) on 31 Oct 2026") == 1


def test_survey_says_of_five_people_what_the_timeline_says_and_builds_their_workbook(
    open_page: Open, sample: Path
) -> None:
    five = [
        str(row[0])
        for row in rows(
            sample,
            "(select worker_id from gaps where closed_at is null group by 1 order by count(*) desc, 1 limit 2)"
            " union all (select worker_id from role_states join run_parameters on valid_from < as_of - interval 40 day"
            " where valid_to is null and is_employed and site = 'BAY1' and worker_id not in"
            " (select worker_id from gaps where closed_at is null or closed_at > as_of - interval 2 day)"
            " order by 1 limit 3)",
        )
    ]
    app = open_page("survey", workers=";".join(five))
    listed = "', '".join(five)
    midnight = "timestamp '2026-10-31 05:00:00'"
    gaps = scalar(
        sample,
        f"select count(*) from gaps where worker_id in ('{listed}') and opened_at <= {midnight}"
        f" and (closed_at is null or closed_at > {midnight})",
    )
    assert gaps >= 2
    assert f"5 people on 31 Oct 2026: 2 have {gaps} gaps and 3 have no gap" in text(app)
    required = scalar(
        sample,
        f"select count(*) from compliance_timeline where worker_id in ('{listed}') and valid_from <= {midnight}"
        f" and (valid_to is null or valid_to > {midnight})",
    )
    assert sum(len(frame.value) for frame in app.dataframe if "requirement" in frame.value) == required

    app.button(key="build_survey").click().run()
    built = app.session_state["_built_workbook"]
    assert f"Export {built.export_id}" in text(app)
    workbook = openpyxl.load_workbook(io.BytesIO(built.workbook), read_only=True)
    population = list(workbook["Population"].iter_rows(values_only=True))
    heading = next(at for at, row in enumerate(population) if row and "Worker" in str(row[0]))
    assert {str(row[0]) for row in population[heading + 1 :] if row and row[0]} == set(five)


def test_incident_names_who_held_the_role_then(open_page: Open, sample: Path) -> None:
    app = open_page("incident", site="BAY1", role="PSUP", on="2026-03-14")
    midnight = "timestamp '2026-03-14 05:00:00'"
    held = (
        "select distinct worker_id from role_states where site = 'BAY1' and job_code = 'PSUP' and is_employed"
        f" and valid_from <= {midnight} and (valid_to is null or valid_to > {midnight})"
    )
    people = {str(row[0]) for row in rows(sample, held)}
    assert len(people) > 5
    overview = next(frame.value for frame in app.dataframe if "standing" in frame.value)
    assert set(overview["worker_id"]) == people
    gaps = scalar(
        sample,
        f"select count(*) from gaps where worker_id in ({held}) and coalesce(site, 'BAY1') = 'BAY1'"
        f" and opened_at <= {midnight} and (closed_at is null or closed_at > {midnight})",
    )
    assert overview["open_gaps"].sum() == gaps > 0
    assert f"On 14 Mar 2026, {len(people)} people held the role Process supervisor (PSUP)" in text(app)
    app.toggle(key="incident_sentences").set_value(True).run()
    required = next(frame.value for frame in app.dataframe if "sentence" in frame.value)
    assert required["sentence"].str.startswith("On 2026-03-14 ").all()
    assert list(required["sentence"].str.contains(" NOT met: ")) == list(required["state"] == "Gap")


def test_incident_without_anybody_says_so(open_page: Open) -> None:
    assert "Choose the site" in text(open_page("incident"))
    assert "Choose the role" in text(open_page("incident", site="BAY1"))
    assert "Nobody held the role" in text(open_page("incident", site="BAY1", role="PSUP", on="1999-01-01"))
