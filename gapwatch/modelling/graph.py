"""The order in which models are built: what each reads comes first.

Owns order and selection (``MODEL``, ``MODEL+``, ``+MODEL``). Runs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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


def select(models: Mapping[str, Model], wanted: str) -> set[str]:
    """The names that ``MODEL``, ``MODEL+`` (and all that read it) or ``+MODEL`` (and all it reads) mean."""
    name = wanted.strip("+")
    if name not in models:
        raise ConfigurationError(f"there is no model {name}", do='gapwatch sql "select model from models" lists them')
    chosen = {name}
    if wanted.endswith("+"):
        chosen |= _closure(name, lambda one: (m.name for m in models.values() if one in m.reads))
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
