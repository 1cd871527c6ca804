"""The digest's words for codes: causes, owners, events, reasons, ends.

Owns vocabulary alone. Called by ``compose`` and ``sections``.
"""

from __future__ import annotations

from typing import Final

from gapwatch.digest.content import Tone

CAUSES: Final = {
    "not_recorded": "HR had not recorded the role",
    "no_account": "no active LMS account",
    "never_assigned": "never assigned",
    "assignment_removed": "assignment removed before it was completed",
    "expired_unassigned": "expired, renewal not assigned",
    "expired": "expired, renewal assigned",
    "not_completed": "assigned, not completed",
}

ACTS: Final = {
    "not_recorded": "HR: record role changes before they take effect; training: assign the course now",
    "no_account": "Integration: create or reactivate the LMS account",
    "never_assigned": "Integration: assign the course",
    "assignment_removed": "Training: assign the course again",
    "expired_unassigned": "Training: assign the renewal",
    "expired": "Learner: complete the renewal",
    "not_completed": "Learner: complete the course",
}

OWNERS: Final = {"hr": "HR", "integration": "Integration", "training": "Training", "learner": "Learner"}

OWNER_TONES: Final = {
    "hr": Tone.HR,
    "integration": Tone.INTEGRATION,
    "training": Tone.TRAINING,
    "learner": Tone.LEARNER,
}

EVENTS: Final = {
    "hire": "Hire",
    "rehire": "Rehire",
    "contractor_start": "Contractor start",
    "role_change": "Role change",
    "transfer": "Transfer",
    "leave_start": "Leave start",
    "leave_return": "Return from leave",
    "termination": "Termination",
    "contract_end": "Contract end",
}

CLOSINGS: Final = {
    "completion": "closed by completion",
    "waiver": "closed by a waiver",
    "leave": "closed by leave",
    "role_end": "closed because the role ended",
}

REASONS: Final = {
    "requirement_starts": "a role that requires it starts",
    "grace_ends": "the grace time ends",
    "credential_ends": "the credential ends",
    "waiver_ends": "the waiver ends",
    "leave_ends": "the leave ends",
}

RESTATEMENTS: Final = {
    "identity": "an LMS account turned out to be somebody else's",
    "completion_late": "training of then was delivered since",
    "completion_altered": "a training record of then was changed or is gone",
    "role_late": "HR entered or corrected the role history late",
    "waiver": "a waiver for that time is new, changed or gone",
    "policy": "the policy for it was changed",
    "unknown": "no single record tells why",
}

STATES: Final = {
    "trained": "trained",
    "waived": "waived",
    "on_leave": "on leave",
    "in_grace": "in grace",
    "not_evaluable": "not evaluable",
    "gap": "gap open",
}


def phrase(words: dict[str, str], code: object) -> str:
    """The words for a code; an unknown code in its own letters, no code as ``unknown``."""
    if code is None:
        return "unknown"
    return words.get(str(code), str(code).replace("_", " "))
