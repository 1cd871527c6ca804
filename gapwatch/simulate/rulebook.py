"""The starter policy: requirements from the library, rules, courses, credits, orders and SLAs.

Owns the policy pack's content. Facts about regulations are those of ``library.csv``; rows of the house are
named as such. Research, not legal advice.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import replace
from importlib.resources import files
from typing import Final

from gapwatch.simulate.clock import days
from gapwatch.simulate.company import SITES
from gapwatch.simulate.policy import Credit, Order, Policy, Requirement, Rule, Sla

COLUMNS: Final = (
    "requirement_id",
    "title",
    "citation",
    "authority",
    "severity",
    "validity_months",
    "grace_days",
    "is_site_specific",
    "retrain_on",
    "required_evidence",
    "retention_basis",
    "retention_years",
)

HOUSE: Final = (
    (
        "PSM-MOC",
        "Management of change for supervisors",
        "29 CFR 1910.119(l)(3)",
        "OSHA",
        "high",
        "",
        "14",
        "no",
    ),
    (
        "PSM-INV",
        "Incident investigation for supervisors",
        "29 CFR 1910.119(m)",
        "OSHA",
        "medium",
        "36",
        "30",
        "no",
    ),
    (
        "PSM-OVR",
        "Contractor oversight for supervisors",
        "29 CFR 1910.119(h)(2)",
        "OSHA",
        "high",
        "24",
        "0",
        "yes",
    ),
)
"""Requirements the company set itself: what a promotion to supervisor adds."""

_COURSES: Final = (
    ("HAZ-100", "Hazard communication (first edition)", ("HAZCOM",)),
    ("HAZ-101", "Hazard communication", ("HAZCOM",)),
    ("LOTO-101", "Lockout/tagout, affected employees", ("LOTO-AFF",)),
    ("LOTO-201", "Lockout/tagout, authorized employees", ("LOTO-AUTH", "LOTO-AFF")),
    ("PSM-101", "Process overview and operating procedures", ("PSM-OPS",)),
    ("PSM-201", "Process safety refresher", ("PSM-REF", "RMP-OPS")),
    ("PSM-150", "Mechanical integrity", ("PSM-MI",)),
    ("PSM-110", "Known hazards for contractors", ("PSM-CTR",)),
    ("PSM-310", "Management of change", ("PSM-MOC",)),
    ("PSM-320", "Incident investigation", ("PSM-INV",)),
    ("PSM-330", "Contractor oversight", ("PSM-OVR",)),
    ("HIP-100", "Privacy and security for all staff", ("HIPAA-PRIV", "HIPAA-SEC")),
    ("HIP-110", "Privacy in a new role", ("HIPAA-PRIV",)),
    ("BBP-100", "Bloodborne pathogens", ("BBP",)),
    ("BBP-200", "Bloodborne pathogens, classroom", ("BBP",)),
    ("FSM-100", "Food hygiene", ("FSMA",)),
    ("HER-100", "Hearing conservation", ("HEAR",)),
    ("FEX-100", "Portable fire extinguishers", ("FIRE-EXT",)),
    ("ELE-100", "Electrical safety", ("ELEC",)),
    ("PIT-100", "Forklift operator", ("PIT-TRN",)),
    ("AHC-100", "Preventing harassment", ("AH-CA",)),
    ("WVP-100", "Workplace violence prevention", ("WVP-CA",)),
    ("HZW-100", "Emergency responder refresher", ("HAZW-ER",)),
    ("RCR-100", "Hazardous waste handling", ("RCRA-LQG",)),
    ("HZM-100", "Hazmat employee", ("HAZMAT",)),
    ("RSP-100", "Respirator use", ("RESP",)),
    ("RSP-FIT", "Respirator fit test", ("RESP-FIT",)),
    ("HOT-100", "Hot work and fire watch", ("HOTWK",)),
    ("SCF-100", "Scaffold user", ("SCAFF",)),
    ("CRN-100", "Crane operator certification", ("CRANE",)),
    ("FAL-100", "Fall protection", ("FALL-CON",)),
    ("BLS-100", "Basic life support", ("BLS",)),
    ("UNC-100", "Unit competency", ("UNIT-COMP",)),
    ("EMP-100", "Emergency preparedness", ("EP-HOSP",)),
    ("FRM-100", "Formaldehyde", ("FORM",)),
    ("WEL-001", "Welcome to Meridian", ()),
)


def _rules(pivot: dt.date) -> list[Rule]:
    conditions: list[tuple[str, dict[str, str]]] = [
        ("EAP", {}),
        ("SITE-IND", {"employment": "contractor"}),
        ("SITE-IND", {"employment": "agency"}),
        ("HAZCOM", {"facility": "food_plant"}),
        ("HAZCOM", {"facility": "chemical_plant"}),
        ("HAZCOM", {"profile": "pathology"}),
        ("HAZCOM", {"department": "Environmental*"}),
        ("FSMA", {"facility": "food_plant"}),
        ("HEAR", {"department": "Packaging", "facility": "food_plant"}),
        ("FIRE-EXT", {"facility": "food_plant"}),
        ("FIRE-EXT", {"facility": "hospital"}),
        ("LOTO-AFF", {"profile": "food_*"}),
        ("LOTO-AUTH", {"profile": "maintenance"}),
        ("LOTO-AUTH", {"profile": "psm_maintenance"}),
        ("ELEC", {"profile": "*maintenance"}),
        ("PIT-TRN", {"job": "FORK"}),
        ("PIT-EVAL", {"job": "FORK"}),
        ("AH-CA", {"site": "FRS?"}),
        ("PSM-OPS", {"profile": "psm_operator"}),
        ("PSM-OPS", {"job": "PSUP"}),
        ("PSM-REF", {"profile": "psm_operator"}),
        ("RMP-OPS", {"job": "POP*"}),
        ("PSM-MI", {"profile": "psm_maintenance"}),
        ("PSM-CTR", {"facility": "chemical_plant", "employment": "contractor"}),
        ("PSM-MOC", {"job": "PSUP"}),
        ("PSM-INV", {"job": "PSUP"}),
        ("PSM-OVR", {"profile": "psm_supervisor", "site": "BAY1"}),
        ("HAZW-ER", {"scope": "emergency"}),
        ("RCRA-LQG", {"scope": "waste*"}),
        ("HAZMAT", {"scope": "hazmat"}),
        ("RESP", {"scope": "emergency"}),
        ("RESP-FIT", {"scope": "emergency"}),
        ("HOTWK", {"job": "CWLD"}),
        ("SCAFF", {"job": "CSCF"}),
        ("CRANE", {"job": "CCRN"}),
        ("FALL-CON", {"profile": "contract_craft"}),
        ("HIPAA-PRIV", {"facility": "hospital"}),
        ("HIPAA-SEC", {"facility": "hospital"}),
        ("BBP", {"profile": "nursing*"}),
        ("BBP", {"job": "EVS"}),
        ("BLS", {"profile": "nursing*"}),
        ("UNIT-COMP", {"profile": "nursing*", "employment": "employee"}),
        ("UNIT-COMP", {"job": "AGRN"}),
        ("EP-HOSP", {"facility": "hospital"}),
        ("FORM", {"job": "PATH"}),
        ("RESP-FIT", {"job": "RNIC"}),
    ]
    rules = [
        replace(Rule(f"R-{number:03}", requirement), **fields)  # type: ignore[arg-type]  # names are Rule's own
        for number, (requirement, fields) in enumerate(conditions, start=1)
    ]
    first = len(rules) + 1
    return [
        *rules,
        Rule(f"R-{first:03}", "WVP-CA", site="FRS1", starts=pivot),
        Rule(f"R-{first + 1:03}", "HEAR", department="Warehouse", site="FDC1", ends=pivot),
        Rule(f"R-{first + 2:03}", "RESP", job="LAB1", starts=days(pivot, -91), ends=days(pivot, 91)),
    ]


def _credits(pivot: dt.date) -> tuple[dict[str, str], list[Credit]]:
    courses: dict[str, str] = {}
    given: list[Credit] = []
    for course, title, requirements in _COURSES:
        courses[course] = title
        starts = days(pivot, -60) if course == "HAZ-101" else None
        ends = pivot if course == "HAZ-100" else None
        given.extend(Credit(course, requirement, "", starts, ends) for requirement in requirements)
    for site in SITES.values():
        courses[f"EAP-{site.code}"] = f"Emergency action plan, {site.name}"
        courses[f"IND-{site.code}"] = f"Site induction, {site.name}"
        given.append(Credit(f"EAP-{site.code}", "EAP", site.code))
        given.append(Credit(f"IND-{site.code}", "SITE-IND", site.code))
    courses["PIT-EVL"] = "Forklift evaluation on the floor"
    given.extend(Credit("PIT-EVL", "PIT-EVAL", site) for site in ("FRS1", "FDC1"))
    return courses, given


_SLAS: Final = (
    ("hire", "create_account", "", 24),
    ("hire", "assign", "", 24),
    ("hire", "assign", "chemical_plant", 8),
    ("rehire", "create_account", "", 24),
    ("rehire", "assign", "", 48),
    ("contractor_start", "create_account", "chemical_plant", 8),
    ("contractor_start", "assign", "chemical_plant", 4),
    ("role_change", "assign", "", 48),
    ("role_change", "assign", "chemical_plant", 8),
    ("role_change", "remove_assignment", "", 168),
    ("transfer", "assign", "", 72),
    ("transfer", "assign", "hospital", 24),
    ("transfer", "assign", "hospital", 36),
    ("transfer", "remove_assignment", "", 168),
    ("termination", "deactivate_account", "", 24),
    ("termination", "deactivate_account", "hospital", 4),
    ("termination", "close_assignments", "", 720),
    ("contract_end", "deactivate_account", "hospital", 8),
    ("contract_end", "close_assignments", "", 720),
)


def pivot_of(start: dt.date, end: dt.date) -> dt.date:
    """The day in mid-simulation on which rules and courses change; no HR change takes effect that day."""
    return days(start, (end - start).days // 2)


def orders_of(start: dt.date, end: dt.date) -> list[Order]:
    """Three retraining orders within the simulation."""
    span = (end - start).days
    return [
        Order("HAZCOM", "FRS1", days(start, span // 3), "new sanitiser on line 4"),
        Order("HIPAA-SEC", "", days(start, span * 2 // 3), "mailbox breach in the group"),
        Order("FIRE-EXT", "HNY2", days(start, span * 3 // 5), "new extinguisher type"),
    ]


def _requirements() -> dict[str, Requirement]:
    text = files("gapwatch.simulate").joinpath("library.csv").read_text(encoding="utf-8")
    rows = [{name: row[name] for name in COLUMNS} for row in csv.DictReader(text.splitlines())]
    for house in HOUSE:
        rows.append(dict(zip(COLUMNS, (*house, "", "completed_at;evaluator", "policy", ""), strict=True)))
    return {
        row["requirement_id"]: Requirement(
            code=row["requirement_id"],
            validity_months=int(row["validity_months"]) if row["validity_months"] else None,
            grace_days=int(row["grace_days"] or 0),
            site_specific=row["is_site_specific"] == "yes",
            retrain_on=frozenset(filter(None, row["retrain_on"].split(";"))),
            facts=row,
        )
        for row in rows
    }


def starter_policy(start: dt.date, end: dt.date) -> Policy:
    """The policy in force for a simulation from ``start`` to ``end``, without exceptions and overrides."""
    pivot = pivot_of(start, end)
    courses, given = _credits(pivot)
    return Policy(
        requirements=_requirements(),
        rules=_rules(pivot),
        courses=courses,
        credits=given,
        orders=orders_of(start, end),
        slas=[Sla(*row) for row in _SLAS],
    )


def quiet_days(policy: Policy) -> frozenset[dt.date]:
    """Days on which a rule, credit or order changes: HR changes are kept off them."""
    marked = {rule.starts for rule in policy.rules} | {rule.ends for rule in policy.rules}
    marked |= {order.on for order in policy.orders}
    return frozenset(day for day in marked if day is not None)
