"""The house rules that no linter knows: who imports what, how modules and SQL are written, a light start."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "gapwatch"
QUERIES = ROOT / "queries"

_MODULES = sorted(PACKAGE.rglob("*.py"))
_SCRIPTS = [ROOT / "app.py", *_MODULES]
_MODELS = sorted(
    path
    for folder in ("staging", "state", "gaps", "health", "scope", "findings")
    for path in (QUERIES / folder).rglob("*.sql")
)
_QUESTIONS = sorted((QUERIES / "ask").rglob("*.sql"))
_CHECKS = sorted((QUERIES / "checks").rglob("*.sql"))
_ALL_SQL = [*_MODELS, *_QUESTIONS, *_CHECKS]

_LONGEST = 400
_ONLY_IN = {
    "streamlit": (PACKAGE / "dashboard", ROOT / "app.py"),
    "great_expectations": (PACKAGE / "checks",),
    # the workbook; the digest's rows on request; a policy that is one
    "openpyxl": (
        *(PACKAGE / "evidence", PACKAGE / "bench" / "evidence.py"),  # the workbook, and what it is measured against
        *(PACKAGE / "digest" / "attachment.py", PACKAGE / "identity"),
    ),
}
_HEAVY = ("streamlit", "pandas", "plotly", "great_expectations", "openpyxl", "pyarrow", "sqlglot")


def _each(paths: list[Path], fault: Callable[[Path], object]) -> list[str]:
    """One line per file in which there is a fault, with what it is. One test for all files: there are two thousand."""
    found = [(path.relative_to(ROOT).as_posix(), fault(path)) for path in paths]
    assert found
    return [f"{name}: {what}" for name, what in found if what]


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def _python(path: Path) -> ast.Module:
    return ast.parse(_text(path))


@cache
def _statements(path: Path) -> list[exp.Expr | None]:
    return sqlglot.parse(_text(path), dialect="duckdb")


def _query(path: Path) -> exp.Query:
    (tree,) = _statements(path)
    assert isinstance(tree, exp.Query), f"{path.name} is not a query"
    return tree


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(_python(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def test_there_is_something_to_look_at() -> None:
    assert len(_MODULES) > 40
    assert len(_MODELS) > 20
    assert len(_QUESTIONS) > 20
    assert len(_CHECKS) > 40


def test_no_file_is_too_long() -> None:
    files = [*_SCRIPTS, *sorted((ROOT / "tests").rglob("*.py")), *_ALL_SQL]
    assert not _each(files, lambda path: max(0, len(_text(path).splitlines()) - _LONGEST))


def test_every_module_and_public_name_says_what_it_is() -> None:
    def mute(path: Path) -> list[str]:
        tree = _python(path)
        return [
            *([] if ast.get_docstring(tree) else ["the module has no docstring"]),
            *(f"{name} has no docstring" for name, node in _public(tree) if not ast.get_docstring(node)),
        ]

    assert not _each(_SCRIPTS, mute)


def _public(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name[0] != "_":
            yield node.name, node
            for inner in node.body if isinstance(node, ast.ClassDef) else []:
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and inner.name[0] != "_":
                    yield f"{node.name}.{inner.name}", inner


@pytest.mark.parametrize("library", _ONLY_IN)
def test_heavy_libraries_have_one_home(library: str) -> None:
    homes = _ONLY_IN[library]
    users = [path for path in _SCRIPTS if any(name.split(".")[0] == library for name in _imports(path))]
    assert users, f"nobody imports {library}: has its home moved?"
    strangers = [path for path in users if not any(path.is_relative_to(home) for home in homes)]
    assert not strangers, f"{library} is imported by {[str(path.relative_to(ROOT)) for path in strangers]}"


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["doctor", "--help"]])
def test_the_command_line_starts_light(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        f"sys.argv = ['gapwatch', *{arguments!r}]\n"
        "from gapwatch.cli import main\n"
        "assert main() == 0\n"
        f"print('LOADED', *[name for name in {_HEAVY!r} if name in sys.modules])\n"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-1].split() == ["LOADED"]


def test_modules_are_named_after_what_they_hold() -> None:
    assert not _each(_MODULES, lambda path: re.search(r"util|helper|manager|common|misc", path.stem))


def test_nothing_is_left_unfinished_or_bound_to_one_machine() -> None:
    def left(path: Path) -> list[str]:
        return [
            *re.findall(r"\b(?:TODO|FIXME|XXX|raise NotImplementedError)\b", _text(path)),
            *re.findall(r"(?<![\w.])/(?:tmp|root|home|work|Users)/", _text(path)),
        ]

    assert not _each([*_SCRIPTS, *_ALL_SQL], left)


def _header_names(text: str) -> set[str]:
    above = text.split("\nwith", 1)[0].split("\nselect", 1)[0]
    return set(re.findall(r"^-- ([A-Z][a-z ]+):\s+\S", above, flags=re.MULTILINE))


def test_a_model_says_what_it_is_for() -> None:
    assert not _each(_MODELS, lambda path: {"Grain", "Key", "Answers", "Not for"} - _header_names(_text(path)))


def test_a_question_says_what_it_answers() -> None:
    assert not _each(_QUESTIONS, lambda path: {"Grain", "Answers"} - _header_names(_text(path)))


def test_sql_is_one_plain_query_that_reads_no_clock() -> None:
    def odd(path: Path) -> list[str]:
        text, statements = _text(path), _statements(path)
        if len(statements) != 1 or not isinstance(statements[0], exp.Query):
            return ["not one query"]
        tree = statements[0]
        clocks = [exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentTime, exp.CurrentDatetime]
        named = {str(node.name).lower() for node in tree.find_all(exp.Anonymous)}
        faults = {
            "a semicolon": ";" in re.sub(r"'[^']*'", "", re.sub(r"--.*", "", text)),
            "a template": "{{" in text,
            "reads the clock": list(tree.find_all(*clocks)) or named & {"now", "today", "get_current_timestamp"},
            "group by all": [group for group in tree.find_all(exp.Group) if group.args.get("all")],
        }
        return [fault for fault, found in faults.items() if found]

    assert not _each(_ALL_SQL, odd)


def test_a_model_names_the_columns_it_gives() -> None:
    def stars(path: Path) -> list[str]:
        tree = _query(path)
        steps = {step.alias: step.this for step in tree.find_all(exp.CTE)}
        last = steps.get("final", tree)
        return [
            f"select * passes on whatever {source.this.name} has"
            for select in last.find_all(exp.Select)
            if any(one.is_star for one in select.expressions)
            for source in [select.args.get("from_"), *(select.args.get("joins") or [])]
            if source and isinstance(source.this, exp.Table) and source.this.name not in steps
        ]

    assert not _each([*_MODELS, *_CHECKS], stars)


def test_a_model_of_several_steps_ends_with_final() -> None:
    def otherwise(path: Path) -> bool:
        text = _text(path)
        end = text[text.rindex("select * from final") :] if "select * from final" in text else text
        told = [line for line in end.splitlines()[1:] if not line.startswith(("--", "order by "))]
        return _query(path).find(exp.CTE) is not None and not (end.startswith("select * from final\n") and not told)

    assert not _each(_MODELS, otherwise)
