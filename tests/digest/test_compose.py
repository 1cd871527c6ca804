"""What a digest says: the answer in the subject, trust first, its scope alone, all-clear with its basis."""

from __future__ import annotations

from pathlib import Path

import pytest
from digest.conftest import OpenWorld
from digest.world import clear_world, usual_world

from gapwatch.digest.compose import compose
from gapwatch.digest.content import Digest, Section
from gapwatch.digest.facts import ask_facts
from gapwatch.digest.html import render_html
from gapwatch.digest.plain import render_text
from gapwatch.reads import Reader

GOLDEN = Path(__file__).parent / "golden"


def digest_of(reader: Reader, *sites: str) -> Digest:
    """The digest of those sites, with links to a made-up dashboard."""
    return compose(ask_facts(reader, sites=sites), dashboard_url="https://gapwatch.example.com/", version="1.2.3")


def section(digest: Digest, title: str) -> Section:
    """The part of that title."""
    return next(part for part in digest.sections if part.title == title)


def test_subject_carries_the_answer(reader: Reader) -> None:
    assert digest_of(reader, "BAY1").subject == (
        "gapwatch week 47, Baytown: 2 open gaps (1 new, 1 closed), 1 critical — data current"
    )
    assert digest_of(reader, "HOU1").subject == (
        "gapwatch week 47, Houston: 1 open gap (1 new, 0 closed), 1 critical — data current"
    )
    assert digest_of(reader, "BAY1", "HOU1").heading == "Baytown and Houston, week 47"
    assert digest_of(reader).heading == "Meridian Industries, week 47"


def test_week_is_that_of_the_organisations_zone(open_world: OpenWorld) -> None:
    world = usual_world()
    world["run_parameters"][0]["as_of"] = "2027-01-04 03:00:00"  # still Sunday, 3 January in Chicago
    assert digest_of(open_world(world)).week == "2026-W53"


@pytest.mark.parametrize(
    ("name", "sites", "is_clear"),
    [("site", ("BAY1",), False), ("organisation", (), False), ("all-clear", ("BAY1",), True)],
)
def test_text_reads_as_agreed(open_world: OpenWorld, name: str, sites: tuple[str, ...], is_clear: bool) -> None:
    digest = digest_of(open_world(clear_world() if is_clear else usual_world()), *sites)
    assert f"{digest.subject}\n\n{render_text(digest)}" == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_all_clear_names_the_population(open_world: OpenWorld) -> None:
    digest = digest_of(open_world(clear_world()), "BAY1")
    assert digest.subject == ("gapwatch week 47, Baytown: no open gaps (0 new, 0 closed) — data current")
    assert digest.headline == "No open gaps at Baytown on 16 Nov 2026; 2 people, 6 requirements checked."


def test_late_source_takes_the_all_clear_away(open_world: OpenWorld) -> None:
    world = clear_world()
    world["loads"][0]["loaded_at"] = "2026-11-14 08:00:00"
    digest = digest_of(open_world(world), "BAY1")
    assert digest.subject.endswith("— data degraded, not an all-clear")
    assert digest.trust.verdict == "Data degraded, for 1 reason. This is not an all-clear."
    assert digest.trust.doubts == (
        "workday is 52 h old, promised every 24 h: nothing after 14 Nov 2026, 02:00 CST is in this mail.",
    )


def test_late_source_says_how_many_cannot_be_evaluated(open_world: OpenWorld) -> None:
    world = clear_world()
    world["loads"][0]["loaded_at"] = "2026-11-14 08:00:00"
    world["stopped_sources"] = [{"source": "workday"}]
    world["unproven_states"] = [
        {
            "worker_id": worker,
            "valid_from": "2026-01-05 06:00:00",
            "not_evaluable_from": "2026-11-14 08:00:00",
            "rests_on": "workday",
        }
        for worker in ("W1", "W2", "W3")
    ]
    digest = digest_of(open_world(world))
    assert digest.trust.doubts[0].startswith("workday is 52 h old, promised every 24 h")
    assert digest.trust.doubts[0].endswith("3 workers can't be evaluated.")
    assert digest.trust.verdict.endswith("This is not an all-clear.")


def test_sources_that_are_late_alike_share_a_sentence(open_world: OpenWorld) -> None:
    world = usual_world()
    world["run_parameters"][0]["as_of"] = "2026-11-18 12:00:00"
    world["sources"] += [
        {"source": "never", "feed": "workers", "expect_every_hours": 24},
        {"source": "workday2", "feed": "role_history", "expect_every_hours": 24},
    ]
    world["loads"].append({**world["loads"][0], "load_id": "9", "source": "workday2"})
    assert digest_of(open_world(world)).trust.doubts == (
        "never is missing: never loaded, promised every 24 h.",
        "workday and workday2 are 53 h old, promised every 24 h: nothing after 16 Nov 2026, 01:00 CST is in this mail.",
        "lms is 48 h old, promised every 12 h: nothing after 16 Nov 2026, 05:30 CST is in this mail.",
    )


def test_held_load_failed_check_and_unevaluable_workers_are_doubts(open_world: OpenWorld) -> None:
    world = usual_world()
    world["loads"].append({"load_id": "4", "source": "lms", "loaded_at": "2026-11-16 11:45:00", "status": "held"})
    world["check_results"][0].update(status="fail", rows_failed=2, feed="workers")
    world["compliance_timeline"][1]["state"] = "not_evaluable"
    trust = digest_of(open_world(world), "BAY1").trust
    assert not trust.is_current
    assert trust.doubts == (
        "lms: 1 newer load held by the load guard, the data before in use.",
        "The critical check “key unique” (workers) fails on 2 of 9 rows.",
        "1 worker can't be evaluated: the completions feed does not reach back to the time in question.",
    )


def test_nothing_of_another_site_is_in_a_sites_mail(reader: Reader) -> None:
    digest = digest_of(reader, "HOU1")
    for text in (render_text(digest), render_html(digest)):
        assert "Houston Harry (W3)" in text
        for foreign in ("W1", "W2", "W4", "Dana", "Zoë", "Lee", "A4", "A9", "BAY1", "Baytown"):
            assert foreign not in text


def test_names_stay_out_of_the_organisations_mail(reader: Reader) -> None:
    text = render_text(digest_of(reader))
    assert "PSM refresher: W1" in text
    for name in ("Dana", "Zoë", "Harry", "Lee"):
        assert name not in text


def test_parts_without_rows_are_named(open_world: OpenWorld) -> None:
    quiet = section(digest_of(open_world(clear_world()), "BAY1"), "Nothing to report").intro
    for part in ("opened or closed", "waivers", "leavers", "HR changes", "next week", "60 days"):
        assert part in quiet


def test_links_lead_to_the_pages_of_the_contract(reader: Reader) -> None:
    text = render_text(digest_of(reader, "BAY1"))
    assert "https://gapwatch.example.com/gaps?site=BAY1&as_of=2026-11-16T12:00:00Z" in text
    assert "https://gapwatch.example.com/worker?worker=W1&gap=G1&as_of=2026-11-16T12:00:00Z" in text
    assert "/gaps?as_of=2026-11-16T12:00:00Z" in render_text(digest_of(reader, "BAY1", "HOU1"))


def test_same_rows_give_the_same_digest(reader: Reader) -> None:
    assert digest_of(reader, "BAY1") == digest_of(reader, "BAY1")
    assert render_html(digest_of(reader)) == render_html(digest_of(reader))
