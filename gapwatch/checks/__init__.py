"""Data checks on a built generation: what must hold, how bad it is if not, and the rows that break it.

Owns the catalogue (``queries/checks/*.sql`` and one key check per model), its evaluation and the tables
``check_results``, ``check_failures``, ``check_subjects`` and ``check_texts``. Must not decide whether a generation is
published, repair data, or be asked by readers, who read the tables. Called by the pipeline on the connection that built
the models.
"""

from gapwatch.checks.catalogue import Check, Severity, read_catalogue
from gapwatch.checks.intake import judge_batch, read_intake_catalogue
from gapwatch.checks.results import CheckResult, Status
from gapwatch.checks.run import create_empty_results, run_checks

__all__ = [
    "Check",
    "CheckResult",
    "Severity",
    "Status",
    "create_empty_results",
    "judge_batch",
    "read_catalogue",
    "read_intake_catalogue",
    "run_checks",
]
