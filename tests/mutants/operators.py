"""Mutants of a model: its SQL with one thing changed, as somebody might change it by mistake.

Owns which changes are tried and how a mutant is named. Runs nothing; knows no world.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Final

import sqlglot
from sqlglot import exp

from gapwatch.modelling import Model

Node = Any  # sqlglot ships no types that say more
_Change = tuple[str, str, str, Callable[[Node], object]]  # operator, before, after, the change itself

_BOUNDS: Final = {exp.LT: exp.LTE, exp.LTE: exp.LT, exp.GT: exp.GTE, exp.GTE: exp.GT}
_COMPARISONS: Final = {exp.EQ: exp.NEQ, exp.NEQ: exp.EQ, exp.NullSafeNEQ: exp.NEQ, exp.NullSafeEQ: exp.EQ}
_EXTREMES: Final = {exp.Least: exp.Greatest, exp.Greatest: exp.Least, exp.Min: exp.Max, exp.Max: exp.Min}
_LAST: Final = "select"  # the place of what follows the CTEs
_HOLE: Final = sqlglot.parse_one("select * from hole_of_a_mutant")
_NUMBER_PARENTS: Final = (*_BOUNDS, *_COMPARISONS, exp.Add, exp.Sub, exp.Interval, exp.In)


@dataclass(frozen=True)
class Mutant:
    """One change to one model. ``before`` and ``after`` are the changed expression; ``place`` is the CTE it is in."""

    model: str
    operator: str
    place: str
    before: str
    after: str
    ordinal: int  # among equal changes of a model
    sql: str

    @property
    def fingerprint(self) -> str:
        """Stays the same while the changed expression does, wherever it moves within its CTE."""
        parts = (self.model, self.operator, self.place, self.before, self.after, str(self.ordinal))
        return hashlib.sha256("|".join(parts).encode()).hexdigest()[:12]

    @property
    def line(self) -> str:
        """The change on one line."""
        number = f" #{self.ordinal}" if self.ordinal > 1 else ""
        return f"{self.model} · {self.place} · {self.operator}{number}: {self.before}  ->  {self.after}"


def round_trip(model: Model) -> str:
    """The unchanged SQL, parsed and written again: what every mutant is compared with."""
    return str(sqlglot.parse_one(model.sql, dialect="duckdb").sql(dialect="duckdb"))


def mutants_of(model: Model) -> list[Mutant]:
    """Every mutant of a model, in the order of its SQL; changes that give the same SQL twice count once."""
    tree: Node = sqlglot.parse_one(model.sql, dialect="duckdb")
    seen: Counter[tuple[str, ...]] = Counter()
    found: list[Mutant] = []
    for place, part, frame in _parts(tree):
        unchanged = part.sql(dialect="duckdb")
        texts = {unchanged}
        for position, node in enumerate(part.walk()):
            if place == _LAST and _is_in_order_of_rows(node):
                continue
            for operator, before, after, change in _changes(node, model.sql):
                holder = exp.Paren(this=part.copy())  # a change may replace the topmost node
                change(next(islice(holder.this.walk(), position, None)))
                text = holder.this.sql(dialect="duckdb")
                key = (operator, place, before, after)
                seen[key] += 1
                if text not in texts:
                    texts.add(text)
                    sql = frame.replace(_HOLE.sql(dialect="duckdb"), text)
                    found.append(Mutant(model.name, operator, place, before, after, seen[key], sql))
    return found


def _parts(tree: Node) -> Iterator[tuple[str, Node, str]]:
    """Name and query of each CTE and of the select at the end, and the whole SQL with a hole in that query's place."""
    ctes = tree.ctes
    for place, cte in enumerate(ctes):
        framed = tree.copy()
        framed.ctes[place].set("this", _HOLE.copy())
        yield str(cte.alias), cte.this, framed.sql(dialect="duckdb")
    whole = _HOLE.copy()
    if ctes:
        whole.set("with_", tree.args["with_"].copy())
    body = tree.copy()
    body.set("with_", None)
    yield _LAST, body, whole.sql(dialect="duckdb")


def _is_in_order_of_rows(node: Node) -> bool:
    """Is this part of the order by at a model's end? It says how rows lie; the rows of a table have no order."""
    order: Node = node if isinstance(node, exp.Order) else node.find_ancestor(exp.Order)
    return order is not None and order.parent.parent is None


def _text(node: Node) -> str:
    return " ".join(node.sql(dialect="duckdb", comments=False).split()) if node is not None else ""


def _changes(node: Node, source: str) -> Iterator[_Change]:
    yield from _predicates(node)
    yield from _comparisons(node)
    yield from _orders(node, source)
    yield from _sets(node)
    yield from _joins(node)
    yield from _values(node)


def _predicates(node: Node) -> Iterator[_Change]:
    if isinstance(node, exp.And | exp.Or):
        for dropped, kept in (("this", "expression"), ("expression", "this")):
            if not isinstance(node.args[dropped], type(node)):
                yield "drop_predicate", _text(node.args[dropped]), "", partial(_keep, name=kept)
    if isinstance(node, exp.Where | exp.Having) and not isinstance(node.this, exp.And):
        yield "drop_predicate", _text(node.this), "", lambda n: n.set("this", exp.true())
    if isinstance(node, exp.Not):
        yield "drop_not", _text(node), _text(node.this), lambda n: n.replace(n.this)
    if isinstance(node, exp.Is) and not isinstance(node.parent, exp.Not):
        yield "negate", _text(node), f"not {_text(node)}", lambda n: n.replace(exp.Not(this=exp.paren(n.copy())))
    if isinstance(node, exp.In) and len(node.expressions) > 1:
        for place, item in enumerate(node.expressions):
            yield "drop_item", _text(item), "", partial(_drop, name="expressions", place=place)


def _comparisons(node: Node) -> Iterator[_Change]:
    for name, pairs in (("flip_bound", _BOUNDS), ("flip_equals", _COMPARISONS), ("flip_extreme", _EXTREMES)):
        other: Node = pairs.get(type(node))
        if other is not None:
            arguments = {key: value for key, value in node.args.items() if value is not None}
            after = _text(other(**{key: _copied(value) for key, value in arguments.items()}))
            yield (
                name,
                _text(node),
                after,
                partial(_become, other=other),
            )


def _copied(value: Node) -> Node:
    return [one.copy() for one in value] if isinstance(value, list) else getattr(value, "copy", lambda: value)()


def _orders(node: Node, source: str) -> Iterator[_Change]:
    if isinstance(node, exp.Ordered):
        word = "asc" if node.args.get("desc") else "desc"
        yield "flip_order", _text(node), word, lambda n: n.set("desc", not n.args.get("desc"))
        written = f"{_text(node.this).lower()}{' desc' if node.args.get('desc') else ''} nulls"
        if written in " ".join(source.split()):
            yield "flip_nulls", _text(node), "", lambda n: n.set("nulls_first", not n.args.get("nulls_first"))
    if isinstance(node, exp.Order) and len(node.expressions) > 1:
        for place, term in enumerate(node.expressions):
            yield "drop_order_term", _text(term), "", partial(_drop, name="expressions", place=place)
    if isinstance(node, exp.Window):
        for place, term in enumerate(node.args.get("partition_by") or []):
            yield "drop_partition_term", _text(term), _text(node), partial(_drop, name="partition_by", place=place)


def _sets(node: Node) -> Iterator[_Change]:
    if isinstance(node, exp.Select) and node.args.get("distinct") and not _is_made_distinct(node.parent):
        yield "drop_distinct", "select distinct", "select", lambda n: n.set("distinct", None)
    if isinstance(node, exp.Distinct) and not isinstance(node.parent, exp.Select):
        yield "drop_distinct", _text(node), "", lambda n: n.replace(n.expressions[0])
    if isinstance(node, exp.Union):
        # Not of a branch of a union, which removes what it has twice; not union all to union, which differs only where
        # a model has a row twice, and its key says that it has none.
        if node.args.get("distinct") and not isinstance(node.parent, exp.Union):
            yield "flip_union", "", "union all", lambda n: n.set("distinct", False)
        for kept in ("this", "expression"):
            dropped = node.args["expression" if kept == "this" else "this"]
            if not isinstance(dropped, exp.Union):
                yield "drop_branch", _text(dropped)[:120], "", partial(_keep, name=kept)


def _is_made_distinct(parent: Node) -> bool:
    """A union that keeps equal rows once leaves a branch nothing to do."""
    return isinstance(parent, exp.Union) and bool(parent.args.get("distinct"))


def _joins(node: Node) -> Iterator[_Change]:
    if not isinstance(node, exp.Join):
        return
    side, kind, name = node.side.upper(), node.kind.upper(), _text(node.this)
    if kind in ("SEMI", "ANTI"):
        other = "ANTI" if kind == "SEMI" else "SEMI"
        yield "flip_join", f"{kind} {name}", other, lambda n: n.set("kind", other)
    elif side == "LEFT":
        yield "flip_join", f"LEFT {name}", "INNER", lambda n: (n.set("side", None), n.set("kind", "INNER"))
    elif side == "" and kind in ("", "INNER") and not (_is_lookup(node.args.get("on")) or _is_needed_later(node)):
        yield "flip_join", f"INNER {name}", "LEFT", lambda n: (n.set("side", "LEFT"), n.set("kind", None))


def _is_lookup(condition: Node) -> bool:
    """A join on one key of the product's own, made from the rows that use it, drops nothing; nor does a cross join."""
    return condition is None or (
        isinstance(condition, exp.EQ)
        and condition.left.name == condition.right.name
        and str(condition.left.name).endswith("_key")
    )


def _is_needed_later(join: Node) -> bool:
    """Does a later inner or semi join, or the where clause, compare a column of what is joined?

    Then LEFT is the same query by the rules of SQL: the rows it adds have NULL there, and no comparison lets them pass.
    """
    select, name = join.parent, join.alias_or_name
    joins = select.args["joins"]
    later = joins[next(place for place, one in enumerate(joins) if one is join) + 1 :]
    conditions = [one.args.get("on") for one in later if one.side == "" and one.kind.upper() in ("", "INNER", "SEMI")]
    where = select.args.get("where")
    conditions += [where.this] if where is not None else []
    return any(_refuses_null(condition, name) for condition in conditions if condition is not None)


def _refuses_null(condition: Node, name: str) -> bool:
    """Can this condition not hold where the columns of that table are NULL?"""
    if isinstance(condition, exp.And):
        return _refuses_null(condition.left, name) or _refuses_null(condition.right, name)
    if isinstance(condition, exp.Or):
        return _refuses_null(condition.left, name) and _refuses_null(condition.right, name)
    if isinstance(condition, exp.Paren):
        return _refuses_null(condition.this, name)
    if isinstance(condition, exp.EQ | exp.NEQ | exp.LT | exp.LTE | exp.GT | exp.GTE):
        return _is_null_with(condition.left, name) or _is_null_with(condition.right, name)
    if isinstance(condition, exp.In | exp.Between):
        return _is_null_with(condition.this, name)
    return _is_null_with(condition, name)


def _is_null_with(value: Node, name: str) -> bool:
    if isinstance(value, exp.Column):
        return bool(value.table == name)
    if isinstance(value, exp.Add | exp.Sub):
        return _is_null_with(value.left, name) or _is_null_with(value.right, name)
    return isinstance(value, exp.Not | exp.Paren | exp.Cast) and _is_null_with(value.this, name)


def _values(node: Node) -> Iterator[_Change]:
    is_number = isinstance(node, exp.Literal) and (not node.is_string or isinstance(node.parent, exp.Interval))
    if is_number and isinstance(node.parent, _NUMBER_PARENTS) and node.name.isdigit():
        more = str(int(node.name) + 1)
        yield "change_literal", _text(node.parent), more, lambda n: n.set("this", str(int(n.name) + 1))
    if isinstance(node, exp.Case):
        branches = node.args["ifs"]
        for place, branch in enumerate(branches):
            if len(branches) > 1:
                yield "drop_case", _text(branch), "", partial(_drop, name="ifs", place=place)
            else:
                yield "drop_case", _text(branch), "", lambda n: n.replace(n.args.get("default") or exp.null())
        if node.args.get("default") is not None:
            yield "drop_else", _text(node.args["default"]), "", lambda n: n.set("default", None)
    if isinstance(node, exp.Coalesce):
        terms = [node.this, *node.expressions]
        for place, term in enumerate(terms):
            yield "drop_coalesce", _text(term), _text(node), partial(_drop_term, place=place)


def _keep(node: Node, *, name: str) -> None:
    node.replace(node.args[name])


def _drop(node: Node, *, name: str, place: int) -> None:
    node.args[name].pop(place)


def _drop_term(node: Node, *, place: int) -> None:
    terms = [one for at, one in enumerate([node.this, *node.expressions]) if at != place]
    node.replace(terms[0] if len(terms) == 1 else exp.Coalesce(this=terms[0], expressions=terms[1:]))


def _become(node: Node, *, other: Node) -> None:
    node.replace(other(**{key: value for key, value in node.args.items() if value is not None}))
