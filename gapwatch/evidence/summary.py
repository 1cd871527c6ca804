"""What an export says about itself when it is written.

Values only. Called by ``workbook``; shown by the command line and the dashboard.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class EvidenceSummary:
    """What was written. ``rows`` per sheet is without the heading; ``unbalanced`` names tie-out lines."""

    path: Path
    manifest_path: Path
    export_id: str
    status: str
    reasons: tuple[str, ...]
    rows: dict[str, int]
    unbalanced: tuple[str, ...]
    sha256: str

    def __str__(self) -> str:
        sizes = f"{self.rows_of('Obligations'):,} intervals of obligations, {self.rows_of('Gaps'):,} gaps"
        balance = "the tie-out balances" if self.is_balanced else f"not balanced: {'; '.join(self.unbalanced)}"
        reasons = f" ({'; '.join(self.reasons)})" if self.reasons else ""
        return (
            f"{self.path}: export {self.export_id}, {self.status}{reasons}\n"
            f"{len(self.rows)} sheets, {sizes}; {balance}\n"
            f"{self.manifest_path}: check both with gapwatch verify {self.path}"
        )

    def rows_of(self, sheet: str) -> int:
        """Rows of a sheet, over all its numbered parts."""
        return sum(rows for name, rows in self.rows.items() if name.partition(" (")[0] == sheet)

    @property
    def is_balanced(self) -> bool:
        """Whether every line of the tie-out balances."""
        return not self.unbalanced
