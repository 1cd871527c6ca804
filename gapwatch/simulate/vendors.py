"""Role history as three HR systems export it: canonical CSV, a Workday report, SuccessFactors EmpJob.

Owns the shapes of the exports. The mapping that reads them back is in ``settings``.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from gapwatch.simulate.clock import NEVER, days, iso
from gapwatch.simulate.world import HrRow, Worker

_FIELDS: Final = """\
worker_id,assignment_key,effective_from,sequence,effective_to,recorded_at,status,employment_type,job_code,job_title,
department,cost_center,site,manager_id,agency,sponsor_id,contract_end_on,task_scope,event_reason
"""
_WORKDAY_STATUS: Final = {
    "active": "Active",
    "leave": "On Leave",
    "suspended": "Suspended",
    "terminated": "Terminated",
    "prehire": "Pre-Hire",
}
_EMPJOB_STATUS: Final = {"active": "A", "leave": "U", "suspended": "S", "terminated": "T", "prehire": "N"}
_EMPJOB_EVENT: Final = {"HIRE": "H", "REHIRE": "R", "XFER": "3", "PROMO": "8", "LOA": "10", "RFL": "27"}
_OPEN: Final = dt.date(9999, 12, 31)
_CHICAGO: Final = ZoneInfo("America/Chicago")


def write_canonical(path: Path, workers: Iterable[Worker]) -> None:
    """Rows of gapwatch's own columns."""
    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file, lineterminator="\n")
        sheet.writerow(_FIELDS.replace("\n", "").split(","))
        for worker in workers:
            for row in worker.rows:
                role = row.role
                sheet.writerow(
                    (
                        worker.code,
                        row.assignment,
                        row.on.isoformat(),
                        row.sequence,
                        row.until.isoformat() if row.until else "",
                        iso(row.recorded),
                        role.status,
                        role.employment,
                        role.job,
                        role.title,
                        role.department,
                        _cost_center(row),
                        role.site,
                        role.manager,
                        role.agency,
                        role.sponsor,
                        role.contract_end.isoformat() if role.contract_end else "",
                        ";".join(role.scope),
                        row.reason,
                    )
                )


def write_workday(path: Path, workers: Iterable[Worker]) -> None:
    """A report as a service: one entry per worker and effective date; terminations name the last day."""
    _write_records(path, '{"Report_Entry":[', "]}", (_workday(w, row) for w in workers for row in w.rows))


def write_empjob(path: Path, workers: Iterable[Worker]) -> None:
    """OData EmpJob with full history: inclusive ends, dates as milliseconds."""
    _write_records(path, '{"d":{"results":[', "]}}", (entry for worker in workers for entry in _empjob(worker)))


def _write_records(path: Path, opening: str, closing: str, records: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(opening)
        for number, record in enumerate(records):
            file.write(",\n" if number else "\n")
            file.write(json.dumps(record, separators=(",", ":")))
        file.write("\n" + closing + "\n")


def _cost_center(row: HrRow) -> str:
    return f"{row.role.site}-{sum(map(ord, row.role.department)) % 900 + 100}"


def _workday(worker: Worker, row: HrRow) -> dict[str, Any]:
    role = row.role
    on = days(row.on, -1) if role.status == "terminated" else row.on
    entered = dt.datetime.fromtimestamp(row.recorded, _CHICAGO)
    return {
        "Employee_ID": worker.code,
        "Position_ID": row.assignment,
        "Effective_Date": on.isoformat(),
        "Sequence": str(row.sequence),
        "Entry_DateTime": entered.isoformat(),
        "Worker_Status": _WORKDAY_STATUS[role.status],
        "Worker_Type": "Employee" if role.employment == "employee" else "Contingent Worker",
        "Job_Code": role.job,
        "Business_Title": role.title,
        "Department": role.department,
        "Cost_Center": _cost_center(row),
        "Location_ID": role.site,
        "Manager_ID": role.manager or None,
        "Supplier": role.agency or None,
        "Sponsor_ID": role.sponsor or None,
        "Contract_End_Date": role.contract_end.isoformat() if role.contract_end else None,
        "Task_Scope": ";".join(role.scope) or None,
        "Event_Reason": row.reason,
    }


def _empjob(worker: Worker) -> Iterator[dict[str, Any]]:
    by_assignment: dict[str, list[HrRow]] = {}
    for row in worker.rows:
        by_assignment.setdefault(row.assignment, []).append(row)
    for assignment, rows in by_assignment.items():
        rows.sort(key=lambda row: (row.on, row.sequence))
        for row, after in zip(rows, [*rows[1:], None], strict=True):
            role = row.role
            last = _OPEN if after is None else max(row.on, days(after.on, -1))
            if row.until is not None:
                last = min(last, days(row.until, -1))
            yield {
                "userId": worker.code,
                "customString1": assignment,
                "startDate": _milliseconds(row.on),
                "seqNumber": str(row.sequence + 1),
                "endDate": _milliseconds(last),
                "createdDateTime": f"/Date({(0 if row.recorded == NEVER else row.recorded) * 1000}+0000)/",
                "emplStatus": _EMPJOB_STATUS[role.status],
                "employmentType": role.employment.capitalize(),
                "jobCode": role.job,
                "jobTitle": role.title,
                "department": role.department,
                "costCenter": _cost_center(row),
                "location": role.site,
                "managerId": role.manager or None,
                "customString3": role.agency or None,
                "customString4": role.sponsor or None,
                "contractEndDate": _milliseconds(role.contract_end) if role.contract_end else None,
                "event": _EMPJOB_EVENT.get(row.reason, "5"),
                "eventReason": row.reason,
            }


def _milliseconds(day: dt.date) -> str:
    return f"/Date({(day.toordinal() - 719163) * 86_400_000})/"
