"""A change to a model that breaks a rule fails a test: a few mutants drawn from all; the command tries every one."""

from __future__ import annotations

import dataclasses
import functools
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from mutants.judge import STILLBORN, Judge
from mutants.operators import Mutant, mutants_of, round_trip
from mutants.prepared import PreparedWorlds, world_names
from mutants.run import mutated_models
from mutants.survivors import reviewed_survivors
from mutants.verdicts import Verdict, append_verdict, counted, known_verdicts
from sql.given_expect import all_cases

from gapwatch.modelling import all_models

_SAMPLE = 30


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    made = _judge(tmp_path_factory.mktemp("worlds"))
    yield made
    made.close()


def _judge(folder: Path) -> Judge:
    models = all_models()
    return Judge(
        PreparedWorlds(world_names(), folder, models=models),
        models=models,
        texts={model.name: round_trip(model) for model in models.values()},
        cases=all_cases(),
    )


@functools.cache
def _mutants() -> tuple[Mutant, ...]:
    return tuple(mutant for model in mutated_models(all_models()) for mutant in mutants_of(model))


def test_every_mutant_of_a_sample_is_noticed(judge: Judge) -> None:
    reviewed = reviewed_survivors()
    mutants = [mutant for mutant in _mutants() if mutant.fingerprint not in reviewed]
    survived = [mutant.line for mutant in random.Random(1).sample(mutants, _SAMPLE) if judge.verdict(mutant) is None]
    assert survived == []


def test_worlds_alone_notice_a_change(judge: Judge) -> None:
    mutant = next(one for one in mutants_of(all_models()["timeline_segments"]) if one.operator == "drop_branch")
    assert judge.verdict_in(mutant, world_names()[0]) not in (None, STILLBORN)


def test_what_is_not_changed_survives(judge: Judge) -> None:
    model = all_models()["role_states"]
    unchanged = dataclasses.replace(mutants_of(model)[0], sql=round_trip(model))
    assert judge.verdict_in(unchanged, world_names()[0]) is None


@pytest.mark.parametrize(
    ("condition", "is_mutated"), [("b.y > 1", False), ("a.y > 1 or b.y > 1", True), ("b.y is null", True)]
)
def test_an_inner_join_is_mutated_unless_a_later_condition_needs_its_row(*, condition: str, is_mutated: bool) -> None:
    sql = f"select a.x from a inner join b on a.x = b.x inner join c on a.x = c.x where {condition}"
    mutants = mutants_of(dataclasses.replace(all_models()["retraining"], sql=sql))
    flipped = {mutant.before for mutant in mutants if mutant.operator == "flip_join"}
    assert flipped == {"INNER c", *(["INNER b"] if is_mutated else [])}


def test_survivors_count_against_the_goal_and_need_a_reason(tmp_path: Path) -> None:
    mutants = mutants_of(all_models()["rule_windows"])
    killed = [Verdict(mutant, "case: one") for mutant in mutants[1:]]
    report = counted([Verdict(mutants[0], None), *killed], reviewed={})
    assert (report.total["mutants"], report.total["killed"]) == (len(mutants), len(mutants) - 1)
    assert report.unreviewed == (mutants[0],)
    assert not report.is_good
    assert json.loads(report.as_json())["unreviewed"] == [mutants[0].line]
    for verdict in (Verdict(mutants[0], None), killed[0]):
        append_verdict(tmp_path / "verdicts", verdict)
    assert set(known_verdicts(tmp_path / "verdicts", mutants, again=False)) == {
        mutants[0].fingerprint,
        mutants[1].fingerprint,
    }
    assert set(known_verdicts(tmp_path / "verdicts", mutants, again=True)) == {mutants[1].fingerprint}


def test_survivors_are_mutants_of_the_models_as_they_are() -> None:
    found = {mutant.fingerprint for mutant in _mutants()}
    assert [name for name in reviewed_survivors() if name not in found] == []
