"""The registry of the workbook's sheets, in the order in which they stand.

Owns which sheets there are. To add one: write its question, describe its columns in a module here, and list
it.
"""

from __future__ import annotations

from typing import Final

from gapwatch.evidence.catalogue import audit, duties, findings, front, people, proof, records
from gapwatch.evidence.sheets import Sheet, TableSheet

SHEETS: Final[tuple[Sheet, ...]] = (
    front.COVER,
    front.INDEX,
    front.PARAMETERS,
    front.SOURCES,
    front.TIE_OUT,
    people.POPULATION,
    people.EXCLUSIONS,
    duties.REQUIREMENTS,
    duties.OBLIGATIONS,
    duties.TRAINING,
    records.SUFFICIENCY,
    findings.GAPS,
    findings.EVENTS,
    findings.ACCOUNTS,
    duties.EXCEPTIONS,
    people.IDENTITY,
    proof.HEALTH,
    proof.CHECKS,
    audit.SAMPLE,
    audit.CHANGES,
    proof.LOGIC,
    proof.DICTIONARY,
    proof.SIGN_OFF,
    records.RETENTION,
)

TABLES: Final[tuple[TableSheet, ...]] = tuple(sheet for sheet in SHEETS if isinstance(sheet, TableSheet))
