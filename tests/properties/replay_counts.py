"""compliance and inflation of the replay: the headline numbers, per site and for the organisation.

Owns who belongs to which site.
"""

from __future__ import annotations

from typing import Final

from properties.replay_roles import lead
from properties.replay_text import END
from properties.replay_timeline import Known, Segment

STATES: Final = ("trained", "gap", "waived", "on_leave", "in_grace", "not_evaluable")


def _sites_of(known: Known, segment: Segment) -> set[str]:
    """The sites a worker-requirement belongs to at as_of."""
    if segment.period.requirement.is_site_specific:
        sites = {segment.period.site}
    else:
        sites = {state.site for state in segment.period.demanding(known.facts.as_of)}
    return {site for site in sites if site is not None}


def _account_sites(known: Known) -> dict[str, str | None]:
    """The site of each account's worker at as_of: of ``primary``, else of the first assignment_key."""
    found: dict[str, str | None] = {}
    for account in known.accounts:
        held = [
            state
            for state in known.states
            if state.worker_id == account.worker_id and state.is_employed and state.holds(known.facts.as_of)
        ]
        found[account.account_id] = lead(held).site if held else None
    return found


def compliance(known: Known, segments: list[Segment]) -> list[dict[str, object]]:
    """The published rows: the organisation, every site of the feed, every other that counts something."""
    running = [segment for segment in segments if segment.valid_to == END]
    named = {site for segment in running for site in _sites_of(known, segment)}
    rows: list[dict[str, object]] = []
    for site in (None, *sorted(named | set(known.facts.sites))):
        mine = [segment for segment in running if site is None or site in _sites_of(known, segment)]
        counts = {state: sum(segment.state == state for segment in mine) for state in STATES}
        people = {
            known.facts.person(segment.period.worker_id) for segment in mine if segment.state in ("trained", "gap")
        }
        with_gap = {known.facts.person(segment.period.worker_id) for segment in mine if segment.state == "gap"}
        rows.append(
            {
                "site": site,
                **counts,
                "requirement_compliance_pct": _pct(counts["trained"], counts["trained"] + counts["gap"]),
                "people": len(people),
                "people_without_gap": len(people - with_gap),
                "person_compliance_pct": _pct(len(people - with_gap), len(people)),
            }
        )
    return rows


def inflation(
    known: Known, compliance_rows: list[dict[str, object]], stale_rows: list[dict[str, object]]
) -> list[dict[str, object]]:
    """The published rows, of the same sites."""
    left_over = {row["account_id"] for row in stale_rows if row["is_open"]}
    active = {account.account_id for account in known.accounts if account.is_active(known.facts.as_of)}
    site_of = _account_sites(known)
    rows: list[dict[str, object]] = []
    for true in compliance_rows:
        mine = [
            assignment
            for assignment in known.facts.assignments
            if assignment.account_id in active
            and not (assignment.removed_at != END and assignment.removed_at < assignment.completed_at)
            and (true["site"] is None or site_of[assignment.account_id] == true["site"])
        ]
        kept = [assignment for assignment in mine if assignment.account_id not in left_over]
        completed = sum(assignment.completed_at != END for assignment in mine)
        lms_pct = _pct(completed, len(mine))
        true_pct = true["requirement_compliance_pct"]
        rows.append(
            {
                "site": true["site"],
                "lms_assigned": len(mine),
                "lms_completed": completed,
                "lms_pct": lms_pct,
                "true_pct": true_pct,
                "inflation_pct": lms_pct - true_pct if lms_pct is not None and isinstance(true_pct, float) else None,
                "lms_pct_without_stale": _pct(sum(assignment.completed_at != END for assignment in kept), len(kept)),
            }
        )
    return rows


def _pct(part: int, whole: int) -> float | None:
    return 100.0 * part / whole if whole else None
