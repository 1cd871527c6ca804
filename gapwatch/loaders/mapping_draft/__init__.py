"""A mapping drafted from a file: which feed it is, which column is which, and what a load by it would take.

Owns guesses, and says which they are; nothing here decides how data is loaded. Called by ``gapwatch map``.
"""

from __future__ import annotations

from gapwatch.loaders.mapping_draft.draft import Draft, draft_mapping
from gapwatch.loaders.mapping_draft.rehearsal import Refusal, Rehearsal, rehearse

__all__ = ["Draft", "Refusal", "Rehearsal", "draft_mapping", "rehearse"]
