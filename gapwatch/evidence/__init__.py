"""The evidence workbook, its manifest, and their verification.

``write_evidence`` makes both files; ``gapwatch.evidence.verify`` checks them without a warehouse.
"""

from __future__ import annotations

from gapwatch.evidence.summary import EvidenceSummary
from gapwatch.evidence.workbook import NotFinal, write_evidence

__all__ = ["EvidenceSummary", "NotFinal", "write_evidence"]
