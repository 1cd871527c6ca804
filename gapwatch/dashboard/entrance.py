"""Who is looking: sign-in by Streamlit's own OpenID Connect client, and the role that the roles file gives.

Owns the pages that somebody without a role sees, and the access log's lines. Decides no rule: the roles are
``gapwatch.viewers``, what they see is ``gapwatch.access``.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import streamlit as st

from gapwatch.config import Settings, SignIn
from gapwatch.dashboard import words
from gapwatch.errors import GapwatchError
from gapwatch.viewers import LOCAL, Roles, Viewer, read_roles
from gapwatch.warehouse.access_log import record_access

_log = logging.getLogger(__name__)
WANTED: Final = "gapwatch_wanted"
_LOGGED: Final = "_access_logged"
_ROLES: Final = {
    "officer": "compliance officer",
    "site_manager": "site manager",
    "auditor": "auditor",
    "integration_owner": "integration owner",
}


def viewer(settings: Settings) -> Viewer | None:
    """Whoever looks; None when nobody has signed in or the roles file does not know them, which is then on the page.

    Without ``[sign_in]`` the dashboard answers this machine alone, and whoever sits there sees everything.
    """
    if settings.sign_in is None:
        return LOCAL
    if not st.user.is_logged_in:
        _signed_out(settings.sign_in)
        return None
    found = roles_of(settings.sign_in).viewer(subject=_claim("sub"), email=_email())
    if found is None:
        _unknown(settings)
    return found


def roles_of(sign_in: SignIn) -> Roles:
    """The roles as the file states them now: a role that is taken away is gone with the next click."""
    path = sign_in.roles
    return _roles(str(path), path.stat().st_mtime_ns if path.is_file() else 0)


@st.cache_resource(max_entries=2, show_spinner=False)
def _roles(path: str, stamp: int) -> Roles:  # noqa: ARG001 (the stamp keys the cache)
    return read_roles(Path(path))


def log(settings: Settings, looking: Viewer, *, did: str, page: str, scope: Mapping[str, str], run_id: str) -> None:
    """Note an access, once for the same page, scope and run in a row.

    Where sign-in is configured a line that cannot be written is an error, and nothing is shown; on one's own machine
    it is a warning in the server's log.
    """
    line = (did, page, tuple(sorted(scope.items())), run_id, looking.who)
    if did == "opened" and st.session_state.get(_LOGGED) == line:
        return
    try:
        record_access(
            settings.warehouse.path,
            at=dt.datetime.now(dt.UTC),
            who=looking.who,
            role=looking.role,
            did=did,
            page=page,
            scope=scope,
            run_id=run_id,
        )
    except GapwatchError:
        if settings.sign_in is not None:
            raise
        _log.warning("access_not_logged page=%s", page)
    if did == "opened":
        st.session_state[_LOGGED] = line


def signed_in_as(looking: Viewer, settings: Settings) -> None:
    """Who is signed in, with which role, and the way out; nothing on a machine of one's own."""
    if settings.sign_in is None:
        return
    reach = ""
    if looking.sites:
        reach = f", {words.joined([words.plain(site) for site in looking.sites])}"
    if looking.period_from and looking.period_to:
        reach += f", {words.day(looking.period_from)} to {words.day(looking.period_to)}"
    st.caption(f"{words.plain(looking.who)} · {_ROLES[looking.role]}{reach}")
    st.button("Sign out", on_click=st.logout, key="sign_out", icon=":material/logout:", type="tertiary")


def wanted() -> tuple[str, dict[str, str]] | None:
    """The page and query that a link named before sign-in led away from it; told once."""
    if st.session_state.get("_wanted_told") or st.query_params:
        return None
    st.session_state["_wanted_told"] = True
    told = st.context.cookies.get(WANTED)
    if not told:
        return None
    address = urllib.parse.urlsplit(urllib.parse.unquote(told))
    return address.path.strip("/"), dict(urllib.parse.parse_qsl(address.query))


def forget_wanted() -> None:
    """Let the browser forget the link it came with, if it still keeps one."""
    if st.context.cookies.get(WANTED):
        st.html(f"<script>document.cookie={json.dumps(f'{WANTED}=; path=/; max-age=0')}</script>", **_SCRIPT)


_SCRIPT: Final = {"unsafe_allow_javascript": True}


def _signed_out(sign_in: SignIn) -> None:
    # signing in leads back to the front page, so the browser keeps the link it came with for ten minutes
    st.html(
        "<script>if (location.search || location.pathname.length > 1) document.cookie = "
        f"{json.dumps(WANTED)} + '=' + encodeURIComponent(location.pathname + location.search) + "
        "'; path=/; max-age=600; samesite=lax'</script>",
        **_SCRIPT,
    )
    st.title("Sign in to see the report", anchor=False)
    st.markdown("gapwatch shows who lacks which training, so it asks who you are first.")
    st.button("Sign in", on_click=st.login, type="primary", icon=":material/login:")
    st.caption(f"No account? Ask {words.plain(sign_in.contact)}.")


def _unknown(settings: Settings) -> None:
    assert settings.sign_in is not None  # noqa: S101 (asked by viewer)
    who = _email() or _claim("email") or _claim("sub") or "somebody"
    st.title("You are signed in, but have no role here", anchor=False)
    st.markdown(
        f"You signed in as **{words.plain(who)}**. gapwatch shows nothing to people whom its roles file does not name. "
        f"Ask {words.plain(settings.sign_in.contact)} for a role, then reload this page."
    )
    st.button("Sign out", on_click=st.logout, icon=":material/logout:")
    if not st.session_state.get("_refusal_logged"):
        record_access(
            settings.warehouse.path,
            at=dt.datetime.now(dt.UTC),
            who=who,
            role=None,
            did="refused",
            page="",
            scope={},
            run_id=None,
        )
        st.session_state["_refusal_logged"] = True


def _email() -> str | None:
    """The address that the provider vouches for; None when it says that it has not been verified."""
    return None if st.user.get("email_verified") is False else _claim("email")


def _claim(name: str) -> str | None:
    value = st.user.get(name)
    return str(value) if value else None
