"""Whose an account probably is: candidates for accounts without a person, and decisions about them.

Owns the probable matches (offered, never applied) and the writing of decisions into the policy. Called by the
pipeline and the command line; links themselves are decided in ``queries/state/account_links.sql``.
"""

from gapwatch.identity.candidates import OFFER_FROM, create_candidates, matcher

__all__ = ["OFFER_FROM", "create_candidates", "matcher"]
