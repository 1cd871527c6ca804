"""The company: divisions, sites, jobs and departments. Facts only; nobody works here yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ORGANISATION: Final = "Meridian Industries"
ORGANISATION_ZONE: Final = "America/Chicago"
LMS_ZONE: Final = "America/Chicago"


@dataclass(frozen=True, slots=True)
class Site:
    """One place of work. ``method`` is how its HR changes reach the LMS."""

    code: str
    name: str
    zone: str
    facility: str
    method: str


@dataclass(frozen=True, slots=True)
class Job:
    """One job code and where it is held."""

    code: str
    title: str
    profile: str
    department: str


SITES: Final = {
    site.code: site
    for site in (
        Site("FRS1", "Fresno food plant", "America/Los_Angeles", "food_plant", "sftp"),
        Site("FDC1", "Joliet distribution centre", "America/Chicago", "warehouse", "manual"),
        Site("BAY1", "Bayport chemical works", "America/Chicago", "chemical_plant", "middleware"),
        Site("HNY1", "Meridian General Hospital", "America/New_York", "hospital", "rest"),
        Site("HNY2", "Meridian Lakeside Hospital", "America/New_York", "hospital", "scim"),
        Site("HNY3", "Meridian Children's Hospital", "America/New_York", "hospital", "rest"),
    )
}

JOBS: Final = {
    job.code: job
    for job in (
        Job("PACK", "Packaging operator", "food_operator", "Packaging"),
        Job("SANI", "Sanitation worker", "food_sanitation", "Sanitation"),
        Job("FORK", "Forklift operator", "forklift", "Warehouse"),
        Job("WHSE", "Warehouse associate", "warehouse", "Warehouse"),
        Job("FMNT", "Maintenance mechanic", "maintenance", "Maintenance"),
        Job("FQA", "Food quality technician", "food_quality", "Quality"),
        Job("LSUP", "Line supervisor", "food_supervisor", "Packaging"),
        Job("WSUP", "Warehouse supervisor", "warehouse_supervisor", "Warehouse"),
        Job("POP1", "Process operator", "psm_operator", "Unit 100"),
        Job("POP2", "Senior process operator", "psm_operator", "Unit 200"),
        Job("PSUP", "Process supervisor", "psm_supervisor", "Unit 100"),
        Job("MIT1", "Instrument technician", "psm_maintenance", "Reliability"),
        Job("LAB1", "Laboratory technician", "laboratory", "Laboratory"),
        Job("CSCF", "Scaffolder", "contract_craft", "Turnaround"),
        Job("CWLD", "Welder", "contract_craft", "Turnaround"),
        Job("CCRN", "Crane operator", "contract_craft", "Turnaround"),
        Job("CINS", "Insulation worker", "contract_craft", "Turnaround"),
        Job("RN", "Registered nurse", "nursing", "Medical-surgical"),
        Job("RNIC", "Intensive care nurse", "nursing", "Intensive care"),
        Job("RNCH", "Charge nurse", "nursing_lead", "Medical-surgical"),
        Job("CNA", "Nursing assistant", "nursing_support", "Medical-surgical"),
        Job("PATH", "Pathology technician", "pathology", "Laboratory"),
        Job("EVS", "Environmental services worker", "hospital_support", "Environmental services"),
        Job("REGI", "Registration clerk", "hospital_office", "Registration"),
        Job("AGRN", "Agency nurse", "nursing", "Float pool"),
        Job("PACK2", "Robotic packaging operator", "food_operator", "Packaging"),
        Job("RNTL", "Telehealth nurse", "nursing", "Telehealth"),
    )
}

NEW_JOBS: Final = ("PACK2", "RNTL")
"""Job codes that HR began to use before anyone mapped them in the integration."""

FOOD_STAFF: Final = (
    ("PACK", 50),
    ("SANI", 14),
    ("FORK", 12),
    ("FMNT", 8),
    ("FQA", 6),
    ("LSUP", 5),
    ("PACK2", 5),
)
DEPOT_STAFF: Final = (("WHSE", 70), ("FORK", 22), ("WSUP", 8))
CHEMICAL_STAFF: Final = (("POP1", 40), ("POP2", 20), ("PSUP", 8), ("MIT1", 22), ("LAB1", 10))
CRAFTS: Final = (("CSCF", 35), ("CWLD", 25), ("CCRN", 10), ("CINS", 30))
HOSPITAL_STAFF: Final = (
    ("RN", 36),
    ("RNIC", 14),
    ("RNCH", 6),
    ("CNA", 20),
    ("PATH", 4),
    ("EVS", 10),
    ("REGI", 8),
    ("RNTL", 2),
)
PROMOTIONS: Final = {
    "PACK": "LSUP",
    "PACK2": "LSUP",
    "SANI": "PACK",
    "FORK": "WSUP",
    "WHSE": "FORK",
    "FQA": "LSUP",
    "FMNT": "LSUP",
    "POP1": "POP2",
    "POP2": "PSUP",
    "MIT1": "PSUP",
    "LAB1": "POP1",
    "RN": "RNCH",
    "RNIC": "RNCH",
    "CNA": "RN",
    "EVS": "CNA",
    "REGI": "EVS",
    "PATH": "RN",
    "RNTL": "RNCH",
}
AGENCIES: Final = {
    "contractor": ("Gulf Turnaround Services", "Bluewater Scaffolding", "Redline Industrial"),
    "temporary": ("Valley Staffing", "QuickCrew"),
    "agency": ("NorthStar Nurses", "Harbor Medical Staffing"),
}
