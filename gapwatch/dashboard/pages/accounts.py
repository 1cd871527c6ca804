"""Accounts: leavers who can still log in, accounts of nobody, and accounts that wait for a decision."""

from __future__ import annotations

import shlex
from typing import Any

import pandas as pd
import streamlit as st

from gapwatch.dashboard import evaluable, paging, shell, tables, words
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
    "reactivated_at",
    "licence_cost",
    "job_title",
    "site",
)

_STATUS: dict[str, str | None] = {
    "To be decided": None,
    "Ambiguous": "ambiguous",
    "Unlinked": "unlinked",
    "Orphans": "orphan",
    "Linked": "linked",
}
_OPEN = (
    "status",
    "account_id",
    "full_name",
    "candidate",
    "probability_pct",
    "explanation",
    "username",
    "email",
    "worker_ref",
    "account_status",
    "created_at",
    "decided_by",
    "reason",
)
_LINKED = ("account_id", "full_name", "linked_to", "method", "username", "email", "created_at", "decided_by", "reason")


def page() -> None:
    """Draw the page."""
    shown = shell.view()
    head = shown.first("page_leavers_headline")
    shell.title(
        _sentence(head, shown),
        shown,
        told="A leaver account: an LMS account that could still log in after its person's employment had ended. An "
        "account of nobody: active, and no rule links it to a worker. One row each below.",
    )
    shell.not_narrowed(shown, "page_leavers_headline")
    evaluable.accounts(head)
    _leavers(shown, head)
    _orphans(shown)
    _undecided(shown)


def _sentence(head: dict[str, Any], shown: View) -> str:
    leavers, orphans = int(head["leavers"]), int(head["orphans"])
    nobody = f"{words.count(orphans, 'active account')} {'belongs' if orphans == 1 else 'belong'} to nobody"
    if head["not_evaluable_because"]:
        seen = words.count(leavers, "leaver account")
        return f"{seen} could still log in when last heard of; {nobody}, as far as known"
    if not leavers:
        return f"No leaver can still log in{'' if shown.scope.narrowed() else f'; {nobody}'}"
    used = f", {int(head['used']):,} did" if head["used"] else ""
    longest = words.days(head["longest_days"])
    told = f"{words.count(leavers, 'leaver account')} can still log in{used}; {longest} the longest"
    # an account of nobody has no site or department: those are told below, for the whole organisation
    return told if shown.scope.narrowed() else f"{told}. {nobody}"


def _leavers(shown: View, head: dict[str, Any]) -> None:
    st.header(
        "Leavers",
        anchor=False,
        help="One row per account and end of employment after which the account stayed active. Within "
        "promise: closed, back, or not yet due.",
    )
    st.caption(_burden(head))
    status = st.segmented_control(
        "Show",
        ["Still active", "Closed since", "Both"],
        default="Still active",
        key="stale_status",
        label_visibility="collapsed",
        on_change=paging.to_first_rows,
    )
    narrowed = {"status": {"Still active": "open", "Closed since": "closed"}.get(status or "Still active")}
    if status == "Both":
        narrowed = {"status": None}
    rows = paging.page_of("page_stale_accounts", shown, **narrowed)
    if rows is None:
        return
    if rows.empty:
        st.success("No account of a leaver matches in this scope.", icon=":material/check_circle:")
        return
    told = {"active_until": narrowed["status"] != "open"}
    told |= {name: bool(rows[name].notna().any()) for name in ("reactivated_at", "licence_cost")}
    columns = [name for name in _STALE if told.get(name, True)]
    picked = tables.choose(rows, columns, shown, name="stale")
    paging.pager(len(rows), tables.total(rows))
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


def _burden(head: dict[str, Any]) -> str:
    open_assignments = 0 if pd.isna(head["open_assignments"]) else int(head["open_assignments"])
    inflated = (
        f"{words.count(open_assignments, 'open assignment')} of leavers' active accounts "
        f"{'counts' if open_assignments == 1 else 'count'} in the LMS's own figures."
    )
    if pd.isna(head["licence_cost"]):
        return f"{inflated} What their seats cost is not known: gapwatch.toml names no licences.price_per_month."
    return (
        f"{inflated} Seats of leavers, from their end of employment on, cost "
        f"{head['licence_cost']:,.2f} {head['licence_currency']} so far."
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
        "Whose account is it",
        anchor=False,
        help="Ambiguous: two people match at the same step. Unlinked: nobody does. Orphan: unlinked, and able to log "
        "in. Candidates are probable matches; none is applied before somebody decides.",
    )
    counts = shown.ask("page_link_counts")
    linked = int(counts.loc[counts["status"] == "linked", "accounts"].sum())
    st.caption(
        f"{words.count(linked, 'account')} of {int(counts['accounts'].sum()):,} "
        f"{'is' if linked == 1 else 'are'} linked to a worker. {_matching(shown)}"
    )
    said = st.segmented_control(
        "Accounts", list(_STATUS), default=next(iter(_STATUS)), key="link_status", label_visibility="collapsed"
    )
    status = _STATUS[said or next(iter(_STATUS))]
    rows = shown.ask("page_identity", status=status, row_limit=ROW_LIMIT)
    if rows.empty:
        st.markdown("Every account is linked to one worker." if status is None else "No account is in this state.")
        return
    rows["linked_to"] = _people(rows, "linked_name", "linked_worker_id")
    rows["candidate"] = _people(rows, "candidate_name", "worker_id")
    accounts = rows.drop_duplicates("account_id", ignore_index=True)
    columns = _LINKED if status == "linked" else _OPEN
    picked = tables.choose(accounts, columns, shown, name="undecided")
    tables.cut_note(rows)
    tables.download("accounts-by-person", "page_identity", shown, count=tables.total(rows), status=status)
    _whole(shown)
    if status != "linked":
        account_id = accounts["account_id"].iloc[picked or 0]
        _decision(rows[rows["account_id"] == account_id])


def _matching(shown: View) -> str:
    row = shown.first("identity_counts")
    if not isinstance(row["matcher"], str):
        return "Probable matches were not looked for: install gapwatch[identity] and run again."
    offered = int(row["offered"])
    return (
        f"For {words.count(offered, 'account')} a worker is offered, with a probability of "
        f"{row['offer_from']:.0%} or more."
    )


def _people(rows: pd.DataFrame, name: str, worker_id: str) -> list[str | None]:
    return [
        None if pd.isna(one) else words.person(named, str(one))
        for named, one in zip(rows[name], rows[worker_id], strict=True)
    ]


def _decision(candidates: pd.DataFrame) -> None:
    """Candidates of one account, and the command that records whose it is: this page writes nothing."""
    account = str(candidates["account_id"].iloc[0])
    st.subheader(f"Account {words.plain(account)}", anchor=False)
    worker = None
    for row in candidates.to_dict("records"):
        if pd.isna(row["candidate"]):
            st.markdown("No worker resembles it enough to be named.")
            continue
        worker = worker or str(row["worker_id"])
        offered = "offered" if row["is_offered"] else "possible, not offered"
        st.markdown(
            f"**{words.plain(row['candidate'])}** · {words.percent(row['probability_pct'])}, {offered}. "
            f"{row['explanation']}"
        )
    whose = f"--worker {shlex.quote(worker)}" if worker else "--nobody"
    st.caption("Who decides records it on the machine of the warehouse; --nobody instead of --worker: it is nobody's.")
    st.code(
        f'gapwatch identity decide {shlex.quote(account)} {whose} --by "YOUR NAME" --reason "ON WHAT GROUNDS"',
        language="bash",
        wrap_lines=True,
    )
    if candidates["decided_by"].notna().any():
        st.code(
            f'gapwatch identity undo {shlex.quote(account)} --by "YOUR NAME" --reason "ON WHAT GROUNDS"',
            language="bash",
            wrap_lines=True,
        )


def _whole(shown: View) -> None:
    if shown.scope.narrowed():
        st.caption("The whole organisation: an account of nobody has no site or department.")


page()
