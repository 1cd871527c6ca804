"""Random policies for random worlds: requirements, rules, credits, exceptions, orders, limits, decisions.

Owns what the policy of such a world may hold. Every row names a requirement that is there.
"""

from __future__ import annotations

from typing import Final

from properties.random_palette import Palette
from worlds import Row, Table

_EVENT_TYPES: Final = (
    "hire",
    "rehire",
    "contractor_start",
    "role_change",
    "transfer",
    "leave_start",
    "leave_return",
    "termination",
    "contract_end",
)
_ACTIONS: Final = ("create_account", "assign", "remove_assignment", "deactivate_account", "close_assignments")


class PolicyMaker(Palette):
    """Draws policy tables."""

    def policy(self) -> dict[str, Table]:
        return {
            "requirements": tuple(self.requirement(name) for name in self.requirements),
            "requirement_rules": tuple(self.rule(number) for number in range(1, self.one((1, 2, 2, 3, 4)) + 1)),
            "course_credits": tuple(self.credit(place) for place in range(self.one((1, 2, 3, 4)))),
            "exceptions": tuple(self.exception(number) for number in range(1, self.one((0, 0, 1, 2)) + 1)),
            "retrain_orders": tuple(self.order() for _ in range(self.one((0, 0, 0, 1, 2)))),
            "event_slas": tuple(self.sla() for _ in range(self.one((0, 0, 2, 6)))),
            "identity_overrides": tuple(self.override() for _ in range(self.one((0, 0, 0, 1, 2)))),
        }

    def requirement(self, name: str) -> Row:
        return {
            "requirement_id": name,
            "title": f"Requirement {name}",
            "citation": f"29 CFR 0.{name}",
            "severity": self.one(("critical", "high", "medium", "low")),
            "validity_months": self.one(("", "1", "1", "12", "12", "24")),
            "grace_days": self.one(("", "0", "0", "7", "30")),
            "is_site_specific": "true" if name == "S" and self.maybe(0.8) else self.one(("", "false")),
            "retrain_on": ";".join(self.pick.sample(_EVENT_TYPES, self.one((0, 0, 1, 2, 4)))),
        }

    def rule(self, number: int) -> Row:
        row = {"rule_id": f"RU{number}", "requirement_id": self.one(self.requirements)}
        if self.is_moving:
            return row | {"job_code": self.one(("OP", "OP2", "HELPER"))}
        if self.is_calm and number == 1:
            return row | {"requirement_id": self.requirements[0]}
        row["job_code"] = self.one(("", "", "OP", "OP", "OP*", "O?*", "?P", "HELPER", "*"))
        for column, choices in (
            ("training_profile", ("shop", "*")),
            ("department", ("D1", "D?")),
            ("site", (*self.sites, "*")),
            ("facility_type", ("plant", "office")),
            ("employment_type", ("employee", "contractor", "*t*")),
            ("task_scope", ("a", "b", "?")),
        ):
            if self.maybe(0.09):
                row[column] = self.one(choices)
        row["effective_from"], row["effective_to"] = self.day(0.8), self.day(0.85)
        return row

    def credit(self, place: int) -> Row:
        """The first one credits the commonest course with the first requirement."""
        return {
            "course_id": self.courses[0] if place == 0 else self.one(self.courses),
            "requirement_id": self.requirements[0] if place == 0 else self.one(self.requirements),
            "site": self.site(0.9 if self.is_calm else 0.75).replace("XX", ""),
            "valid_from": self.day(0.95 if self.is_calm else 0.85),
            "valid_to": self.day(0.95 if self.is_calm else 0.9),
        }

    def exception(self, number: int) -> Row:
        worker_id = self.one(self.workers)
        start, end = sorted((self.one(self.dates), self.one(self.dates)))
        return {
            "exception_id": f"X{number}",
            "worker_id": worker_id,
            "requirement_id": self.one(self.requirements),
            "kind": self.one(("waive", "waive", "add")),
            "starts_on": start.isoformat(),
            "ends_on": end.isoformat(),
            "reason": "" if self.maybe(0.05) else "licence",
            "requested_by": self.one(("ann", "Ann", "")),
            "approved_by": self.one(("bob", "bob", "bob", "bob", "bob", "ann", worker_id.lower(), f"U{worker_id}", "")),
            "approved_at": self.early() if self.maybe(0.6) else self.at(0.1),
        }

    def order(self) -> Row:
        return {
            "requirement_id": self.one(self.requirements),
            "site": self.site(0.6).replace("XX", ""),
            "effective_on": self.day(),
            "reason": "new process",
        }

    def sla(self) -> Row:
        return {
            "event_type": self.one(_EVENT_TYPES),
            "action": self.one(_ACTIONS),
            "facility_type": self.one(("", "plant", "office")),
            "max_hours": self.one(("0", "1", "24", "48", "720")),
        }

    def override(self) -> Row:
        return {
            "account_id": self.one(self.accounts),
            "worker_id": self.one((*self.workers, "nobody", "")),
            "decided_by": "ann",
            "decided_at": self.early() if self.maybe(0.6) else self.at(),
            "reason": "checked",
        }
