"""The policy tables: their columns, which are required, and what a cell may hold (contract, section 2).

Owns the list and the Arrow schemas that readers of a policy rely on. Reads nothing;
``gapwatch.loaders.policy`` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import pyarrow as pa


class Cell(StrEnum):
    """How a cell is read."""

    TEXT = "text"
    DATE = "date"  # local to the site concerned: no time of day
    INSTANT = "instant"  # UTC; without offset, and as a bare date, in the organisation's zone
    NUMBER = "number"  # not negative
    WHOLE = "whole number"  # not negative
    FLAG = "yes or no"
    CHOICE = "choice"  # one of PolicyColumn.choices, in any case
    CHOICES = "choices"  # as CHOICE, several separated by ;


ARROW: Final = {
    Cell.TEXT: pa.string(),
    Cell.DATE: pa.date32(),
    Cell.INSTANT: pa.timestamp("us"),
    Cell.NUMBER: pa.float64(),
    Cell.WHOLE: pa.int64(),
    Cell.FLAG: pa.bool_(),
    Cell.CHOICE: pa.string(),
    Cell.CHOICES: pa.string(),
}

EVENT_TYPES: Final = (
    "hire",
    "rehire",
    "contractor_start",
    "termination",
    "contract_end",
    "role_change",
    "transfer",
    "leave_start",
    "leave_return",
)
ACTIONS: Final = ("create_account", "assign", "remove_assignment", "deactivate_account", "close_assignments")
CRITERIA: Final = (
    "api_documentation",
    "sso",
    "sync_frequency",
    "bidirectional_flow",
    "role_assignment",
    "termination_24h",
    "audit_reporting",
    "mapping_flexibility",
    "role_change_reenrolment",
    "vendor_support",
    "mark_bidirectional",
    "mark_role_profiles",
    "mark_exceptions",
    "mark_audit_trail",
    "mark_monitored",
)
_COMPLETION_COLUMNS: Final = (
    "completion_id",
    "account_id",
    "course_id",
    "completed_at",
    "result",
    "score",
    "expires_at",
    "recorded_at",
    "site",
    "course_version",
    "evaluator",
    "verification_method",
)


@dataclass(frozen=True)
class PolicyColumn:
    """One column of a policy table. ``refers``: it must name a requirement of the policy."""

    name: str
    cell: Cell = Cell.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()
    default: object = None
    refers: bool = False


@dataclass(frozen=True)
class PolicyTable:
    """One policy table. ``key``: the column that names a row, once. ``is_lenient``: a malformed row is kept
    and has no effect; its ``problem`` says why.
    """

    name: str
    columns: tuple[PolicyColumn, ...]
    key: str | None = None
    is_lenient: bool = False

    @property
    def schema(self) -> pa.Schema:
        """The columns, then ``problem`` of a lenient table, then file_name and row_number (header = 1)."""
        problem = [("problem", pa.string())] if self.is_lenient else []
        columns = [(column.name, ARROW[column.cell]) for column in self.columns]
        return pa.schema([*columns, *problem, ("file_name", pa.string()), ("row_number", pa.int64())])


def _text(*names: str) -> tuple[PolicyColumn, ...]:
    return tuple(PolicyColumn(name) for name in names)


def _required(name: str, cell: Cell = Cell.TEXT, choices: tuple[str, ...] = ()) -> PolicyColumn:
    return PolicyColumn(name, cell, required=True, choices=choices)


_REQUIREMENT = PolicyColumn("requirement_id", required=True, refers=True)

POLICY_TABLES: Final[dict[str, PolicyTable]] = {
    table.name: table
    for table in (
        PolicyTable(
            "requirements",
            (
                _required("requirement_id"),
                _required("title"),
                *_text("citation", "authority"),
                PolicyColumn("severity", Cell.CHOICE, choices=("critical", "high", "medium", "low")),
                PolicyColumn("validity_months", Cell.WHOLE),
                PolicyColumn("grace_days", Cell.NUMBER, default=0.0),
                PolicyColumn("is_site_specific", Cell.FLAG, default=False),
                PolicyColumn("retrain_on", Cell.CHOICES, choices=EVENT_TYPES),
                PolicyColumn("required_evidence", Cell.CHOICES, choices=_COMPLETION_COLUMNS),
                *_text("retention_basis"),
                PolicyColumn("retention_years", Cell.NUMBER),
            ),
            key="requirement_id",
        ),
        PolicyTable(
            "requirement_rules",
            (
                _required("rule_id"),
                _REQUIREMENT,
                *_text("job_code", "training_profile", "department", "site", "facility_type"),
                *_text("employment_type", "task_scope"),
                PolicyColumn("effective_from", Cell.DATE),
                PolicyColumn("effective_to", Cell.DATE),
                *_text("citation"),
            ),
            key="rule_id",
        ),
        PolicyTable(
            "course_credits",
            (
                _required("course_id"),
                _REQUIREMENT,
                *_text("site"),
                PolicyColumn("valid_from", Cell.DATE),
                PolicyColumn("valid_to", Cell.DATE),
            ),
        ),
        PolicyTable(
            "exceptions",
            (
                _required("exception_id"),
                _required("worker_id"),
                _REQUIREMENT,
                _required("kind", Cell.CHOICE, ("waive", "add")),
                _required("starts_on", Cell.DATE),
                _required("ends_on", Cell.DATE),
                _required("reason"),
                *_text("requested_by"),
                _required("approved_by"),
                _required("approved_at", Cell.INSTANT),
            ),
            key="exception_id",
            is_lenient=True,
        ),
        PolicyTable(
            "retrain_orders",
            (_REQUIREMENT, *_text("site"), _required("effective_on", Cell.DATE), *_text("reason")),
        ),
        PolicyTable(
            "event_slas",
            (
                _required("event_type", Cell.CHOICE, EVENT_TYPES),
                _required("action", Cell.CHOICE, ACTIONS),
                *_text("facility_type"),
                _required("max_hours", Cell.NUMBER),
            ),
        ),
        PolicyTable(
            "identity_overrides",
            (
                _required("account_id"),
                *_text("worker_id"),
                _required("decided_by"),
                _required("decided_at", Cell.INSTANT),
                *_text("reason"),
            ),
        ),
        PolicyTable(
            "attestations",  # of the scorecard, where no data can tell
            (
                _required("criterion", Cell.CHOICE, CRITERIA),
                _required("answer", Cell.CHOICE, ("yes", "partly", "no")),
                _required("name"),
                _required("date", Cell.DATE),
                *_text("note"),
            ),
        ),
    )
}
