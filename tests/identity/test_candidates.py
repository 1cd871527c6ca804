"""Candidates: who is offered for an account, who is only possible, and in which words."""

from __future__ import annotations

import random
from typing import Any

import pytest
from identity.records import account, crowd, table, worker

from gapwatch.bench.identities import judge
from gapwatch.bench.strangers import strangers
from gapwatch.identity import OFFER_FROM
from gapwatch.identity.candidates import find_candidates

pytest.importorskip("splink", reason="the extra identity is not installed")


def _found(accounts: list[dict[str, Any]], workers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list(find_candidates(table(accounts), table([*workers, *crowd()])).to_pylist())


def _offered(told: dict[str, Any], *workers: dict[str, Any]) -> list[str]:
    return [row["worker_id"] for row in _found([told], list(workers)) if row["is_offered"]]


def test_the_noise_set_reaches_what_is_asked_for() -> None:
    judged = judge(strangers(workers=3000, accounts=600, seed=4))
    assert judged.of_somebody > 400
    assert judged.precision >= 0.98
    assert judged.recall >= 0.90


def test_a_name_is_known_in_any_writing() -> None:
    names = ["Dana Ruiz", "Ruiz Dana", "RUIZ, Dana", "Dána Ruíz", "Dana Maria Ruiz", "Dana Riuz", "D. Ruiz", "Ruiz D"]
    rows = _found([account(name, name) for name in names], [worker("W1", "Dana Ruiz")])
    assert {row["account_id"] for row in rows if row["is_offered"] and row["worker_id"] == "W1"} == set(names)


def test_another_name_on_the_same_day_is_nobody() -> None:
    assert _found([account("L1", "Otto Lindqvist")], [worker("W1", "Dana Ruiz")]) == []


def test_accounts_that_share_no_key_with_a_worker_are_not_given_to_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("splink.Linker", None)
    assert _found([account("L1", "Otto Lindqvist")], [worker("W1", "Dana Ruiz")]) == []
    with pytest.raises(TypeError):
        _found([account("L1", "Otto Lindqvist"), account("L2", "Dana Ruiz")], [worker("W1", "Dana Ruiz")])


def test_a_changed_name_is_found_by_the_mailbox_and_by_the_name_before() -> None:
    renamed = worker("W1", "Dana Okafor", email="dana.ruiz@a.example")
    assert _offered(account("L1", "Dana Ruiz", email="dana.ruiz@b.example"), renamed) == ["W1"]
    assert _offered(account("L1", "Dana Ruiz"), worker("W1", "Dana Okafor"), worker("W1", "Dana Ruiz", variant=2)) == [
        "W1"
    ]


def test_two_people_of_one_name_are_both_possible_and_neither_is_offered() -> None:
    rows = _found([account("L1", "Dana Ruiz")], [worker("W1", "Dana Ruiz"), worker("W2", "Dana Ruiz")])
    assert [row["worker_id"] for row in rows] == ["W1", "W2"]
    assert not any(row["is_offered"] for row in rows)
    assert sum(row["score"] for row in rows) <= 1


def test_what_one_of_two_namesakes_has_alone_decides() -> None:
    told = account("L1", "Dana Ruiz", username="druiz17")
    assert _offered(told, worker("W1", "Dana Ruiz"), worker("W2", "Dana Ruiz", username="druiz17")) == ["W2"]


def test_an_address_weighs_more_the_more_people_bear_the_name() -> None:
    told = account("L1", "Dana Ruiz", email="dana.ruiz@b.example")
    namesakes = [
        worker(f"W{n}", "Dana Ruiz", email=f"dana.ruiz{n if n > 1 else ''}@a.example", start_day=20_000)
        for n in range(1, 7)
    ]
    best, second, *_ = _found([told], namesakes)
    assert best["worker_id"] == "W1"
    assert best["score"] > 4 * second["score"]


def test_a_user_name_that_a_system_made_up_speaks_against_nobody() -> None:
    known = worker("W1", "Dana Ruiz", email="dana.ruiz@a.example")
    made_up, typed = _found(
        [account("L1", "Dana Ruiz", username="u04711"), account("L2", "Dana Ruiz", username="otto")], [known]
    )
    assert made_up["differs"] is None
    assert typed["differs"] == "other user name and mailbox name"
    assert made_up["score"] > typed["score"]
    assert _offered(account("L1", None, username="u04711"), worker("W1", "Dana Ruiz", username="u04711")) == ["W1"]


def test_two_worker_ids_of_one_person_are_one_candidate() -> None:
    ids = [worker("C7", "Dana Ruiz", person="P1", start_day=19_000), worker("E7", "Dana Ruiz", person="P1")]
    rows = _found([account("L1", "Dana Ruiz")], ids)
    assert [row["worker_id"] for row in rows] == ["E7"]


def test_a_rehired_worker_is_known_by_either_start() -> None:
    first = worker("W1", "Dana Ruiz", start_day=18_000, end_day=18_400)
    again = worker("W1", "Dana Ruiz", variant=2)
    created = [account(f"L{day}", "Dana Ruiz", start_day=day) for day in (18_001, 20_001)]
    rows = _found(created, [first, again])
    assert [row["account_id"] for row in rows if row["is_offered"] and "within a week" in row["agrees"]] == [
        "L18001",
        "L20001",
    ]


def test_zeros_lost_from_a_worker_number_are_found_again() -> None:
    (row,) = _found([account("L1", None, ref="4711")], [worker("0004711", "Dana Ruiz")])
    assert row["agrees"].startswith("same worker number but for zeros and signs")


def test_the_explanation_says_what_agrees_and_what_does_not() -> None:
    (row,) = _found(
        [account("L1", "Dana Ruiz", email="x99@a.example", sites=["BAY2"])],
        [worker("W1", "Dana Ruiz", email="d.ruiz@a.example", sites=["BAY1"], has_account=True)],
    )
    assert row["explanation"] == (
        "Agrees: same name; created within a week of the start of employment. Differs: other user name and mailbox"
        " name; trained at other sites; the worker has an account already."
    )
    assert row["is_offered"] == (row["score"] >= OFFER_FROM)


def test_the_same_records_in_another_order_give_the_same_rows() -> None:
    play = strangers(workers=400, accounts=80, seed=2)
    shuffled_accounts, shuffled_workers = play.accounts.to_pylist(), play.workers.to_pylist()
    random.Random(1).shuffle(shuffled_accounts)
    random.Random(2).shuffle(shuffled_workers)
    again = find_candidates(table(shuffled_accounts), table(shuffled_workers))
    assert again.to_pylist() == find_candidates(play.accounts, play.workers).to_pylist()
    assert again.num_rows > 40


def test_nobody_to_compare_with_gives_no_candidates() -> None:
    assert find_candidates(table([account("L1", "Dana Ruiz")]), table([])).num_rows == 0
