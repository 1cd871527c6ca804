"""Accounts: leavers who can still log in, accounts of nobody, and accounts that wait for a decision."""

from __future__ import annotations

import streamlit as st

from gapwatch.dashboard import shell, tables, words
from gapwatch.dashboard.answers import ROW_LIMIT, View

_STALE = (
    "full_name",
    "worker_id",
    "account_id",
    "ended_on",
    "ended_by",
    "days_active",
    "logins_after",
    "open_assignments",
    "is_within_sla",
    "active_until",
    "job_title",
    "site",
)


def page() -> None:
    """Draw the page."""
    shown = shell.view()
    head = shown.first("page_leavers_headline")
    shell.title(_sentence(head), shown)
    shell.not_narrowed(shown, "page_leavers_headline")
    _leavers(shown)
    _orphans(shown)
    _undecided(shown)


def _sentence(head: dict[str, int]) -> str:
    leavers, orphans = int(head["leavers"]), int(head["orphans"])
    nobody = f"{words.count(orphans, 'active account')} {'belongs' if orphans == 1 else 'belong'} to nobody"
    if not leavers:
        return f"No leaver can still log in; {nobody}"
    used = f", {int(head['used']):,} did" if head["used"] else ""
    longest = words.days(head["longest_days"])
    return f"{words.count(leavers, 'leaver account')} can still log in{used}; {longest} the longest. {nobody}"


def _leavers(shown: View) -> None:
    st.header(
        "Leavers",
        anchor=False,
        help="One row per account and end of employment after which the account stayed active. Within "
        "promise: closed, back, or not yet due.",
    )
    status = st.segmented_control(
        "Show",
        ["Still active", "Closed since", "Both"],
        default="Still active",
        key="stale_status",
        label_visibility="collapsed",
    )
    narrowed = {"status": {"Still active": "open", "Closed since": "closed"}.get(status or "Still active")}
    if status == "Both":
        narrowed = {"status": None}
    rows = shown.ask("page_stale_accounts", row_limit=ROW_LIMIT, **narrowed)
    if rows.empty:
        st.success("No account of a leaver matches in this scope.", icon=":material/check_circle:")
        return
    columns = [name for name in _STALE if name != "active_until" or narrowed["status"] != "open"]
    picked = tables.choose(rows, columns, shown, name="stale", height=min(38 + 35 * len(rows), 460))
    tables.cut_note(rows)
    tables.download("leaver-accounts", "page_stale_accounts", shown, count=tables.total(rows), **narrowed)
    if picked is not None:
        row = rows.iloc[picked]
        who = words.person(row["full_name"], row["worker_id"])
        shell.link(
            "worker",
            f"See {words.plain(who)} on one time axis",
            shown,
            icon=":material/arrow_forward:",
            worker=str(row["worker_id"]),
        )


def _orphans(shown: View) -> None:
    st.header(
        "Accounts of nobody",
        anchor=False,
        help="Active accounts that no rule links to a worker: no reference, no e-mail address and no user "
        "name matches.",
    )
    rows = shown.ask("page_orphan_accounts")
    if rows.empty:
        st.markdown("Every active account belongs to somebody.")
        return
    tables.show(
        rows,
        [
            "account_id",
            "username",
            "full_name",
            "email",
            "worker_ref",
            "created_at",
            "last_login_at",
            "open_assignments",
        ],
        shown,
        name="orphans",
    )
    _whole(shown)


def _undecided(shown: View) -> None:
    st.header(
        "Accounts that wait for a decision",
        anchor=False,
        help="Ambiguous: two people match at the same step. Unlinked: nobody does. Decide in the policy "
        "table identity_overrides.",
    )
    counts = shown.ask("page_link_counts")
    linked = int(counts.loc[counts["status"] == "linked", "accounts"].sum())
    st.caption(
        f"{words.count(linked, 'account')} of {int(counts['accounts'].sum()):,} "
        f"{'is' if linked == 1 else 'are'} linked to a worker."
    )
    rows = shown.ask("page_unlinked_accounts")
    if rows.empty:
        st.markdown("Every account is linked to one worker.")
        return
    tables.show(
        rows,
        [
            "status",
            "account_id",
            "username",
            "full_name",
            "email",
            "worker_ref",
            "account_status",
            "created_at",
            "decided_by",
            "reason",
        ],
        shown,
        name="undecided",
    )
    _whole(shown)


def _whole(shown: View) -> None:
    if shown.scope.narrowed():
        st.caption("The whole organisation: an account of nobody has no site or department.")


page()
