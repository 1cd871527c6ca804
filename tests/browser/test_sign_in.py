"""Journeys of people with roles, who sign in at an OpenID Connect provider that runs beside the dashboard."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser_pages import headline, new_context, query, says, settled, visit
from dashboard_server import free_port, serving
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sample_generation import rows, scalar, settings_of

from gapwatch.warehouse.access_log import log_path

MINE, OTHER = "BAY1", "FRS1"
_PEOPLE = {
    "manager": {"email": "manager@example.com", "email_verified": True},
    "owner": {"email": "hub@example.com", "email_verified": True},
    "stranger": {"email": "stranger@example.com", "email_verified": True},
    "pretender": {"email": "manager@example.com", "email_verified": False},
}
_ROLES = f"""email,subject,role,sites,period_from,period_to
manager@example.com,,site_manager,{MINE},,
hub@example.com,,integration_owner,,,
"""
Enter = Callable[..., Page]


@pytest.fixture(scope="module")
def guarded(sample: Path) -> Iterator[str]:
    """The address of a dashboard on the sample that asks for sign-in, and the provider it asks."""
    (sample.parent / "roles.csv").write_text(_ROLES, encoding="utf-8")
    users = [User(sub=sub, claims=claims) for sub, claims in _PEOPLE.items()]
    port = free_port()
    with run_server_in_thread(user_claims=users) as provider:
        config = sample.parent / "shared.toml"
        config.write_text(
            sample.read_text(encoding="utf-8")
            + "\n[sign_in]\n"
            + f'metadata_url = "http://localhost:{provider.server_port}/.well-known/openid-configuration"\n'
            + f'client_id = "gapwatch"\naddress = "http://127.0.0.1:{port}"\n'
            + 'roles = "roles.csv"\ncontact = "the compliance desk"\n',
            encoding="utf-8",
        )
        with serving(config, port=port, environment={"GAPWATCH_OIDC_CLIENT_SECRET": "of the provider"}) as address:
            yield address


@pytest.fixture
def enter(chromium: Browser, guarded: str) -> Iterator[Enter]:
    """Signs somebody in at an address of the dashboard, in a browser of their own."""
    opened: list[BrowserContext] = []

    def entered(who: str, path: str = "", theme: str = "light") -> Page:
        context = new_context(chromium, theme=theme)
        opened.append(context)
        # the provider's own page asks the network for its style sheet
        context.route(re.compile(r"^https?://(?!127\.0\.0\.1|localhost)"), lambda route: route.abort())
        page = context.new_page()
        visit(page, f"{guarded}/{path}")
        expect(headline(page)).to_have_text("Sign in to see the report")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name=who, exact=True).click()
        page.wait_for_url(f"{guarded}/**", wait_until="commit")
        settled(page)
        expect(headline(page)).not_to_have_text("Sign in to see the report")
        return page

    yield entered
    for context in opened:
        context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_site_manager_who_edits_the_address_sees_nothing_of_another_site(
    enter: Enter, guarded: str, sample: Path, theme: str
) -> None:
    page = enter("manager", "gaps?severity=critical", theme)
    mine = "closed_at is null and coalesce(site, role_site) = '{}'"
    critical = scalar(sample, f"select count(*) from gaps where severity = 'critical' and {mine.format(MINE)}")
    says(page, f"{critical:,} open gap")
    assert query(page)["severity"] == "critical"
    expect(page.get_by_text("manager@example.com · site manager")).to_be_visible()
    assert page.locator("[data-testid=stSidebar]").get_by_role("link", name="Integration health").count() == 0

    visit(page, f"{guarded}/gaps?site={OTHER}")
    expect(headline(page)).to_have_text(f"{OTHER} is not among your sites")
    assert page.locator("[data-testid=stDataFrame]").count() == 0

    ((worker, name, gap),) = rows(
        sample,
        "select worker_id, full_name, gap_id from gaps join staged_workers using (worker_id)"
        f" where {mine.format(OTHER)} order by 1, 3 limit 1",
    )
    visit(page, f"{guarded}/worker?worker={worker}")
    expect(headline(page)).to_have_text(f"Nobody has the worker ID {worker}")
    assert name not in page.inner_text("body")
    visit(page, f"{guarded}/gaps?gap={gap}")
    expect(page.get_by_text("The gap this link names does not exist")).to_be_visible()
    assert name not in page.inner_text("body")
    visit(page, f"{guarded}/health")
    expect(headline(page)).to_have_text("Integration health is not part of your role")

    logged = [json.loads(line) for line in log_path(settings_of(sample).warehouse.path).read_text().splitlines()]
    ours = [line for line in logged if line["who"] == "manager@example.com"]
    assert {"page": "gaps", "scope": {"severity": "critical", "site": MINE}}.items() <= ours[0].items()
    assert all(line["role"] == "site_manager" and line["run_id"] for line in ours)
    assert worker not in json.dumps(ours)
    assert name not in json.dumps(ours)


@pytest.mark.parametrize("who", ["stranger", "pretender"])
def test_somebody_without_a_role_sees_nothing_and_is_told_whom_to_ask(enter: Enter, sample: Path, who: str) -> None:
    page = enter(who)
    expect(headline(page)).to_have_text("You are signed in, but have no role here")
    expect(page.get_by_text("the compliance desk")).to_be_visible()
    assert page.locator("[data-testid=stMetric]").count() == 0
    assert page.locator("[data-testid=stPageLink]").count() == 0
    assert '"did": "refused"' in log_path(settings_of(sample).warehouse.path).read_text()


def test_an_integration_owner_sees_health_without_names(enter: Enter, guarded: str, sample: Path) -> None:
    page = enter("owner")
    says(page, "source")
    assert "/health" in page.url
    told = page.inner_text("body")
    named = {name for (name,) in rows(sample, "select full_name from staged_workers where full_name is not null")}
    assert len(named) > 500
    assert not [name for name in named if name in told]
    visit(page, f"{guarded}/gaps")
    expect(headline(page)).to_have_text("Gaps is not part of your role")
