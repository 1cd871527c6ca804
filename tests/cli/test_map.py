"""``gapwatch map``: what it takes a file for, the mapping it proposes, and that it names nobody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command import gapwatch

VENDORS = Path(__file__).parent.parent / "loaders" / "vendors"
OWN = """Personnel Number;Name;Mail;Valid From;Until;Status;Job;Location
0007;Mira Muster;mira@example.com;01.02.2026;;Active;OP;BAY1
0008;Tom Muster;tom@example.com;13.02.2026;28.02.2026;LOA;OP;BAY1
0009;Eve Muster;eve@example.com;30.02.2026;;Active;OP;BAY1
0010;Ole Muster;ole@example.com;Ole Muster;;Active;OP;BAY1
0011;Ida Muster;ida@example.com;14.02.2026;;Z;OP;BAY1
0012;Jan Muster;jan@example.com;15.02.2026;;Terminated;OP;BAY1
0013;Pia Muster;pia@example.com;16.02.2026;;Active;OP;BAY1
"""


def mapped(path: Path, *more: str) -> dict[str, Any]:
    answer = gapwatch("map", str(path), "--format", "json", *more)
    assert answer.code == 0, answer.err
    found: dict[str, Any] = json.loads(answer.out)
    return found


def own(tmp_path: Path, text: str = OWN) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("fixture", "preset"),
    [
        ("workday/job_history.json", "workday_raas"),
        ("successfactors/empjob.json", "successfactors_empjob"),
        ("oracle/workers.json", "oracle_assignments"),
        ("ukg/job_history.json", "ukg_job_history"),
        ("bamboohr/jobInfo.json", "bamboohr_job_info"),
        ("moodle/user.csv", "moodle_users"),
        ("totara/certif_completion_history.csv", "totara_certifications"),
        ("cornerstone/transcript_core.json", "cornerstone_completions"),
        ("successfactors_learning/PA_CPNT_EVTHST.csv", "successfactors_learning_history"),
        ("talentlms/courses.json", "talentlms_assignments"),
        ("roster/roster.csv", "roster_roles"),
    ],
)
def test_it_knows_the_exports_of_known_systems(fixture: str, preset: str) -> None:
    assert mapped(VENDORS / fixture)["preset"] == preset


def test_one_file_may_serve_several_feeds() -> None:
    found = mapped(VENDORS / "absorb/enrollments.json")
    assert {found["preset"], *found["others"]} == {"absorb_assignments", "absorb_completions"}
    wanted = mapped(VENDORS / "absorb/enrollments.json", "--feed", "lms_assignments")
    assert (wanted["preset"], wanted["feed"]) == ("absorb_assignments", "lms_assignments")


def test_it_rehearses_a_load(tmp_path: Path) -> None:
    found = mapped(own(tmp_path))
    assert (found["preset"], found["feed"]) == (None, "role_history")
    rehearsal = found["rehearsal"]
    assert (rehearsal["rows_read"], rehearsal["rows_accepted"], rehearsal["rows_rejected"]) == (7, 4, 3)
    refusals = [(one["row"], one["column"], one["value"]) for one in rehearsal["refusals"]]
    assert refusals == [
        (4, "effective_from", "30.02.2026"),
        (5, "effective_from", "Xxx Xxxxxx"),
        (6, "status", "Z"),
    ]
    assert any("which of active, leave" in question and question.endswith(": Z") for question in found["questions"])
    assert any("end_dates" in question for question in found["questions"])
    assert any("termination_dates" in question for question in found["questions"])
    assert sorted(tmp_path.iterdir()) == [tmp_path / "people.csv"]


def test_the_mapping_is_one_to_use(tmp_path: Path) -> None:
    out = tmp_path / "people.toml"
    found = mapped(own(tmp_path), "--out", str(out))
    assert out.read_text(encoding="utf-8") == found["mapping"]
    (tmp_path / "gapwatch.toml").write_text(
        '[[sources]]\nname = "hr"\nfeed = "role_history"\npath = "people.csv"\npreset = "people.toml"\n',
        encoding="utf-8",
    )
    answer = gapwatch("load", "--config", str(tmp_path / "gapwatch.toml"))
    assert "7 rows read, 4 accepted, 3 rejected" in answer.out
    again = gapwatch("map", str(tmp_path / "people.csv"), "--out", str(out))
    assert (again.code, "is there already" in again.err) == (2, True)


@pytest.mark.parametrize("form", ["text", "json"])
def test_it_names_nobody(tmp_path: Path, form: str) -> None:
    answer = gapwatch("map", str(own(tmp_path)), "--format", form)
    for secret in ("Mira", "Muster", "Ole", "mira@", "example.com", "0007"):
        assert secret not in answer.out + answer.err


def test_a_date_that_fits_two_patterns_is_a_question(tmp_path: Path) -> None:
    header = "completion_id,account_id,course_id,completed_at,result\n"
    found = mapped(own(tmp_path, f"{header}1,A,C,03/04/2026,passed\n2,A,C,05/06/2026,passed\n"))
    assert "date_format" not in found["mapping"].replace("set date_format", "")
    assert any("fit %m/%d/%Y and %d/%m/%Y" in question for question in found["questions"])
    assert found["rehearsal"]["rows_accepted"] == 0
    found = mapped(own(tmp_path, f"{header}1,A,C,03/04/2026,passed\n2,A,C,05/16/2026,passed\n"))
    assert 'date_format = "%m/%d/%Y"' in found["mapping"]
    assert found["rehearsal"]["rows_accepted"] == 2


def test_a_number_for_a_status_is_a_question(tmp_path: Path) -> None:
    found = mapped(own(tmp_path, "account_id,email,status\n1,a@example.com,0\n2,b@example.com,1\n3,c@example.com,0\n"))
    assert found["feed"] == "lms_accounts"
    assert "\n[values" not in found["mapping"]
    assert any(question.endswith("is meant by: 0, 1") for question in found["questions"])


def test_records_inside_a_document(tmp_path: Path) -> None:
    path = tmp_path / "jobs.json"
    path.write_text('{"data": {"items": [{"Job_Code": "007", "Title": "Operator"}]}}', encoding="utf-8")
    found = mapped(path, "--feed", "jobs")
    assert 'records = "data.items"' in found["mapping"]
    assert found["rehearsal"]["rows_accepted"] == 1


def test_what_a_load_would_stop_at() -> None:
    found = mapped(VENDORS / "moodle/user_enrolments.csv")
    assert found["rehearsal"] is None
    assert "second file" in found["obstacle"]


def test_a_file_of_no_feed(tmp_path: Path) -> None:
    answer = gapwatch("map", str(own(tmp_path, "colour,shape\nred,round\n")))
    assert answer.code == 2
    assert "name the feed with --feed" in answer.err


def test_a_workbook_of_a_known_shape(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Employee ID", "Name", "Hire Date", "Email"])
    sheet.append(["007", "Mira Muster", "2025-01-06", "mira@example.com"])
    book.save(tmp_path / "roster.xlsx")
    found = mapped(tmp_path / "roster.xlsx")
    assert (found["preset"], found["rehearsal"]["rows_accepted"]) == ("roster_workers", 1)


def test_columns_by_their_canonical_names_whatever_they_hold(tmp_path: Path) -> None:
    path = tmp_path / "logins.jsonl"
    path.write_text(
        '{"account_id": "1", "logged_in_at": "x"}\n{"account_id": "2", "logged_in_at": "y"}\n', encoding="utf-8"
    )
    found = mapped(path)
    assert (found["feed"], found["rehearsal"]["rows_rejected"]) == ("lms_logins", 2)


@pytest.mark.parametrize("content", [b"", b"<html><body>Sign in</body></html>", bytes(range(256)) * 9, b"[]", b"a\n"])
@pytest.mark.parametrize("name", ["people.csv", "people.json"])
def test_what_is_no_export(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    answer = gapwatch("map", str(tmp_path / name))
    assert answer.code in (2, 3)
    assert answer.err.startswith("gapwatch: ")
    assert "internal error" not in answer.err
