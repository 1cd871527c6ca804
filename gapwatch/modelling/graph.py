"""The order in which models are built: what each reads comes first.

Owns order and selection (``MODEL``, ``MODEL+``, ``+MODEL``). Runs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter

from gapwatch.errors import ConfigurationError, ModelError
from gapwatch.modelling.model import Model


def build_order(models: Mapping[str, Model]) -> list[Model]:
    """The models, each after all it reads; equal ones by name. Raises ModelError with the path of a cycle."""
    sorter: TopologicalSorter[str] = TopologicalSorter(
        {name: sorted(model.reads & models.keys()) for name, model in sorted(models.items())}
    )
    try:
        sorter.prepare()
    except CycleError as error:
        raise ModelError(f"models read each other in a circle: {' -> '.join(error.args[1])}") from error
    order: list[Model] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order.extend(models[name] for name in ready)
        sorter.done(*ready)
    return order


def inputs(models: Mapping[str, Model]) -> set[str]:
    """The tables that models read and no model makes."""
    return {table for model in models.values() for table in model.reads} - models.keys()


def find_model(models: Mapping[str, Model], name: str) -> Model:
    """The model of that name. Raises ConfigurationError with the names nearest to it when there is none."""
    if name in models:
        return models[name]
    if name in inputs(models):
        raise ConfigurationError(
            f"{name} is no model but an input of models",
            do=f"ask for one that reads it: {', '.join(sorted(one.name for one in readers(models, name)))}",
        )
    raise ConfigurationError(
        f"there is no model {name}",
        do=near_names(name, models) or "the models are the files of queries/staging, state, gaps, health and findings",
    )


def readers(models: Mapping[str, Model], table: str) -> list[Model]:
    """The models that read that table themselves."""
    return [model for model in models.values() if table in model.reads]


def near_names(name: str, names: Iterable[str]) -> str:
    """``did you mean …?`` with the names nearest to one that is not there; empty when none is near."""
    near = get_close_matches(name, list(names), n=3)
    return f"did you mean {', '.join(near)}?" if near else ""


def select(models: Mapping[str, Model], wanted: str) -> set[str]:
    """The names that ``MODEL``, ``MODEL+`` (and all that read it) or ``+MODEL`` (and all it reads) mean."""
    name = find_model(models, wanted.strip("+")).name
    chosen = {name}
    if wanted.endswith("+"):
        chosen |= _closure(name, lambda one: (model.name for model in readers(models, one)))
    if wanted.startswith("+"):
        chosen |= _closure(name, lambda one: models[one].reads & models.keys())
    return chosen


def _closure(start: str, step: Callable[[str], Iterable[str]]) -> set[str]:
    found: set[str] = set()
    todo = [start]
    while todo:
        for name in step(todo.pop()):
            if name not in found:
                found.add(name)
                todo.append(name)
    return found
