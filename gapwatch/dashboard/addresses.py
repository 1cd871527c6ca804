"""The pages, who may open them, and links between them that keep what is looked at.

Owns the list of pages. Called by the shell and the sidebar; pages use ``shell.link`` and ``shell.go``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st

from gapwatch.dashboard.answers import View
from gapwatch.viewers import ROLES, Role, Viewer

_FOLDER: Final = Path(__file__).parent / "pages"
EVERYONE: Final = frozenset(ROLES)
WITH_PEOPLE: Final[frozenset[Role]] = frozenset({"officer", "site_manager", "auditor"})
ALL_SITES: Final[frozenset[Role]] = frozenset({"officer", "auditor", "integration_owner"})


@dataclass(frozen=True)
class Entry:
    """A page: its file below ``pages``, its name in the navigation, its icon, and the roles that may open it."""

    file: str
    label: str
    icon: str
    roles: frozenset[Role]


PAGES: Final[dict[str, Entry]] = {
    "": Entry("overview.py", "Overview", ":material/overview:", WITH_PEOPLE),
    "gaps": Entry("gaps.py", "Gaps", ":material/running_with_errors:", WITH_PEOPLE),
    "worker": Entry("worker.py", "Worker", ":material/person_search:", WITH_PEOPLE),
    "events": Entry("events.py", "HR events", ":material/swap_horiz:", WITH_PEOPLE),
    "accounts": Entry("accounts.py", "Accounts", ":material/key:", WITH_PEOPLE),
    "health": Entry("health.py", "Integration health", ":material/monitor_heart:", ALL_SITES),
    "quality": Entry("quality.py", "Data quality", ":material/rule:", ALL_SITES),
    "survey": Entry("survey.py", "Survey", ":material/group_search:", WITH_PEOPLE),
    "incident": Entry("incident.py", "Incident", ":material/emergency:", WITH_PEOPLE),
    "policy": Entry("policy.py", "Policy", ":material/gavel:", WITH_PEOPLE),
    "evidence": Entry("evidence.py", "Evidence", ":material/inventory_2:", WITH_PEOPLE),
    "digest": Entry("digest.py", "Digest", ":material/mail:", WITH_PEOPLE),
}


def opened_by(viewer: Viewer) -> dict[str, Entry]:
    """The pages that viewer may open, by address; never none."""
    return {url: entry for url, entry in PAGES.items() if viewer.role in entry.roles}


def page(url: str) -> st.Page:
    """The Streamlit page of that address."""
    entry = PAGES[url]
    return st.Page(_FOLDER / entry.file, title=entry.label, icon=entry.icon, url_path=url or None, default=url == "")


def link(url: str, label: str, shown: View, *, icon: str | None = None, **parameters: str | None) -> None:
    """A link to a page that keeps as-of and scope and adds those query parameters."""
    query = shown.scope.to_query() | {key: value for key, value in parameters.items() if value is not None}
    st.page_link(page(url), label=label, icon=icon, query_params=query)


def go(url: str, shown: View, **parameters: str) -> None:
    """Open another page, keeping as-of and scope."""
    st.switch_page(page(url), query_params=shown.scope.to_query() | parameters)
