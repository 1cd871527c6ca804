"""Evidence and digest pages: what they build, list, check and preview is what the commands make."""

from __future__ import annotations

import base64
import email
import email.policy
from pathlib import Path

import pytest
from app_pages import Open, text
from sample_generation import scalar, settings_of

from gapwatch.digest.weekly import write_digests
from gapwatch.evidence.exports import read_exports
from gapwatch.reads import Reader


@pytest.fixture(scope="module")
def worker(sample: Path) -> str:
    """Somebody with a gap."""
    return str(scalar(sample, "select min(worker_id) from gaps where closed_at is null"))


def test_a_workbook_is_built_listed_and_found_intact(open_page: Open, sample: Path, worker: str) -> None:
    before = len(read_exports(settings_of(sample).warehouse.path))
    app = open_page("evidence", workers=worker)
    assert app.text_area(key="evidence_workers").value == worker
    app.button(key="build_evidence").click().run()
    built = app.session_state["_built_workbook"]
    assert built.status == "DRAFT"
    logged = read_exports(settings_of(sample).warehouse.path)
    assert len(logged) == before + 1
    assert logged[-1].export_id == built.export_id
    assert logged[-1].parameters["workers"] == [worker]
    again = open_page("evidence")
    listed = next(frame.value for frame in again.dataframe if "export_id" in frame.value)
    assert listed["export_id"].iloc[0] == built.export_id
    assert listed["scope"].iloc[0] == "1 named worker"

    def examined(workbook: bytes) -> str:
        again.file_uploader(key="verify_workbook").set_value(("a.xlsx", workbook, "application/octet-stream"))
        again.file_uploader(key="verify_manifest").set_value(("a.json", built.manifest, "application/json"))
        again.run()
        return text(again) + "\n".join(str(part.value) for part in again.success)

    assert "Intact" in examined(built.workbook)
    assert "Not intact" in examined(built.workbook[:-40] + b"x" * 40)


def test_a_workbook_that_cannot_be_built_says_why(open_page: Open) -> None:
    app = open_page("evidence", workers="NOBODY-9")
    app.button(key="build_evidence").click().run()
    assert "There is no worker 'NOBODY-9'" in text(app)
    assert "What to do" in text(app)


def test_the_digest_preview_is_the_mail_that_is_written(open_page: Open, sample: Path, tmp_path: Path) -> None:
    settings = settings_of(sample)
    with Reader.open(settings.warehouse.path) as reader:
        written = sorted(write_digests(reader, settings, to_folder=tmp_path))
    app = open_page("digest")
    choices = app.selectbox(key="choice_recipient").options
    assert len(choices) == len(written) > 1
    subjects = set()
    for path in written:
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        subjects.add(str(message["Subject"]))
        html = message.get_body(("html",))
        assert html is not None
        if str(message["Subject"]) not in text(app):
            continue
        frame = app.get("iframe")[0].proto.src
        shown = base64.b64decode(frame.partition("base64,")[2]).decode()
        assert shown.replace("\r\n", "\n") == html.get_content().replace("\r\n", "\n")
        break
    else:
        pytest.fail(f"the preview is none of {subjects}")
