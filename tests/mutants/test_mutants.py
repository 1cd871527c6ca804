"""A change to a model that breaks a rule fails a test: a few mutants drawn from all; the command tries every one."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from mutants.judge import STILLBORN, Judge
from mutants.operators import Mutant, mutants_of, round_trip
from mutants.prepared import PreparedWorlds, world_names
from mutants.run import mutated_models
from mutants.survivors import reviewed_survivors
from sql.given_expect import all_cases

from gapwatch.modelling import all_models

_SAMPLE = 40


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


def _mutants() -> list[Mutant]:
    return [mutant for model in mutated_models(all_models()) for mutant in mutants_of(model)]


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


def test_survivors_are_mutants_of_the_models_as_they_are() -> None:
    found = {mutant.fingerprint for mutant in _mutants()}
    assert [name for name in reviewed_survivors() if name not in found] == []
