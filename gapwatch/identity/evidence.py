"""What is compared between an account and a worker, how much each outcome weighs, and how it is said.

Owns the comparisons of the record linkage: ``likely`` is how often records of one person show that outcome,
``chance`` how often those of two people do (m and u of Fellegi and Sunter). The first is stated, not learned; so is
the second, but for names, whose frequency is counted, and for comparisons that ``is_measured``. The left record (_l)
is the account, the right (_r) the worker. Reads nothing. Used by ``gapwatch.identity.candidates``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Outcome:
    """One outcome of a comparison. ``frequency``: the column whose frequency takes the place of ``chance``.
    ``says`` None: nothing worth a word. ``agrees`` None: neither for nor against.
    """

    condition: str  # SQL; ELSE for whatever is left
    likely: float
    chance: float
    says: str | None
    agrees: bool | None = True
    frequency: str | None = None


@dataclass(frozen=True)
class Comparison:
    """Outcomes in order of precedence; ``unknown`` is the condition under which nothing can be compared.
    ``is_measured``: ``chance`` is counted on pairs of these very records, what is stated here being for none.
    """

    name: str
    unknown: str
    outcomes: tuple[Outcome, ...]
    is_measured: bool = False


_NEAR_NAME: Final = (
    "length(name_forward_l) >= 8 and least("
    "damerau_levenshtein(name_forward_l, name_forward_r), damerau_levenshtein(name_backward_l, name_forward_r)) <= 2"
)
_ALIKE: Final = f"(sorted_name_l = sorted_name_r or family_l = family_r or {_NEAR_NAME})"
_INITIAL: Final = "(length(given_l) = 1 or length(given_r) = 1)"

_NAME: Final = Comparison(
    "name",
    "sorted_name_l is null or sorted_name_r is null",
    (
        Outcome("name_forward_l = name_forward_r", 0.47, 1e-5, "same name", frequency="sorted_name"),
        Outcome("sorted_name_l = sorted_name_r", 0.10, 1e-5, "same name in another order", frequency="sorted_name"),
        Outcome(
            "length(tokens_l) >= 2 and length(tokens_r) >= 2"
            " and (list_has_all(tokens_l, tokens_r) or list_has_all(tokens_r, tokens_l))",
            0.05,
            1e-5,
            "same name, one with a further part",
            frequency="family_initial",
        ),
        # a name has some five neighbours as frequent as itself
        Outcome(_NEAR_NAME, 0.13, 1e-5, "nearly the same name (spelling)", frequency="sorted_name"),
        Outcome(
            f"({_INITIAL} and family_initial_l = family_initial_r)"
            " or (length(family_l) = 1 and concat(given_l, '|', family_l) = family_initial_r)",
            0.11,
            1e-3,
            "same family name and initial",
            frequency="family_initial",
        ),
        Outcome(
            "given_l = given_r and length(given_l) > 1",
            0.10,
            1e-2,
            "same given name, another family name",
            agrees=None,
            frequency="given",
        ),
        Outcome(
            "family_l = family_r and length(family_l) > 1",
            0.01,
            1e-3,
            "same family name, another given name",
            agrees=False,
            frequency="family",
        ),
        Outcome("ELSE", 0.03, 0.98, "other name", agrees=False),
    ),
)

_HANDLE: Final = Comparison(
    "handle",
    "length(handles_l) = 0 or (length(handles_r) = 0 and length(built_handles_r) = 0)",
    (
        # what the name alone gives is no second witness to the name
        Outcome(
            f"list_has_any(odd_handles_l, odd_handles_r) and {_ALIKE}",
            0.30,
            0.005,
            "same user name or mailbox name, which the name alone does not give",
            frequency="odd_bearer",
        ),
        Outcome(
            "list_has_any(odd_handles_l, odd_handles_r)",
            0.20,
            2e-6,
            "same user name or mailbox name, which the name alone does not give",
        ),
        Outcome(
            f"list_has_any(handles_l, handles_r) and {_ALIKE}",
            0.50,
            0.25,
            "same user name or mailbox name",
            frequency="bearer",
        ),
        Outcome("list_has_any(handles_l, handles_r)", 0.20, 1e-5, "same user name or mailbox name"),
        Outcome(
            "sorted_name_l is null and list_has_any(handles_l, built_handles_r)",
            0.30,
            5e-5,
            "user name or mailbox name built from the worker's name",
        ),
        Outcome(
            "list_has_any(handles_l, built_handles_r)",
            0.30,
            0.25,
            "user name or mailbox name built from the worker's name",
            agrees=None,
        ),
        # a name that a system made up, like u04711, says nothing against anybody
        Outcome("length(handles_r) = 0 or length(spoken_handles_l) = 0", 1.0, 1.0, None, agrees=None),
        Outcome("ELSE", 0.20, 0.50, "other user name and mailbox name", agrees=False),
    ),
)

_REFERENCE: Final = Comparison(
    "reference",
    "ref_key_l is null or ref_key_r is null",
    (
        Outcome("ref_key_l = ref_key_r", 0.40, 2e-5, "same worker number but for zeros and signs"),
        Outcome(
            "length(ref_key_l) >= 5 and damerau_levenshtein(ref_key_l, ref_key_r) = 1",
            0.20,
            2e-3,
            "worker number one character off",
        ),
        Outcome("ELSE", 0.40, 0.99, "other worker number", agrees=False),
    ),
)

_DATES: Final = Comparison(
    "dates",
    "start_day_l is null or start_day_r is null",
    (
        Outcome("abs(start_day_l - start_day_r) <= 7", 0.70, 0.03, "created within a week of the start of employment"),
        Outcome(
            "abs(start_day_l - start_day_r) <= 31", 0.15, 0.06, "created within a month of the start of employment"
        ),
        Outcome(
            "start_day_l >= start_day_r and start_day_l <= coalesce(end_day_r, start_day_l)",
            0.10,
            0.45,
            "created long after the start of employment",
            agrees=False,
        ),
        Outcome("ELSE", 0.05, 0.46, "created when the worker was not employed", agrees=False),
    ),
    is_measured=True,
)

_SITES: Final = Comparison(
    "sites",
    "length(sites_l) = 0 or length(sites_r) = 0",
    (
        Outcome("list_has_any(sites_l, sites_r)", 0.92, 0.20, "trained at a site where the worker has worked"),
        Outcome("ELSE", 0.08, 0.80, "trained at other sites", agrees=False),
    ),
    is_measured=True,
)

_DEPARTMENT: Final = Comparison(
    "department",
    "department_l is null or department_r is null",
    (
        Outcome("department_l = department_r", 0.80, 0.10, "same department"),
        Outcome("ELSE", 0.20, 0.90, "other department", agrees=False),
    ),
    is_measured=True,
)


_ACCOUNT: Final = Comparison(
    "account",
    "has_account_r is null",
    (
        Outcome("has_account_r", 0.12, 0.80, "the worker has an account already", agrees=False),
        Outcome("ELSE", 0.88, 0.20, "the worker has no other account"),
    ),
    is_measured=True,
)

COMPARISONS: Final = (_NAME, _HANDLE, _REFERENCE, _DATES, _SITES, _DEPARTMENT, _ACCOUNT)
"""All that is compared."""
