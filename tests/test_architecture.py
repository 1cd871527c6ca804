"""The house rules that no linter knows: who imports what, how modules and SQL are written, a light start."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
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
    path for folder in ("staging", "state", "gaps", "health", "findings") for path in (QUERIES / folder).rglob("*.sql")
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


def _named(paths: list[Path]) -> list[object]:
    return [pytest.param(path, id=path.relative_to(ROOT).as_posix()) for path in paths]


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def test_there_is_something_to_look_at() -> None:
    assert len(_MODULES) > 40
    assert len(_MODELS) > 20
    assert len(_QUESTIONS) > 20
    assert len(_CHECKS) > 40


@pytest.mark.parametrize("path", _named([*_SCRIPTS, *sorted((ROOT / "tests").rglob("*.py")), *_ALL_SQL]))
def test_no_file_is_too_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= _LONGEST


@pytest.mark.parametrize("path", _named(_SCRIPTS))
def test_every_module_and_public_name_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "the module has no docstring"
    mute = [name for name, node in _public(tree) if not ast.get_docstring(node)]
    assert not mute, f"no docstring: {', '.join(mute)}"


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


@pytest.mark.parametrize("path", _named(_MODULES))
def test_modules_are_named_after_what_they_hold(path: Path) -> None:
    assert not re.search(r"util|helper|manager|common|misc", path.stem)


@pytest.mark.parametrize("path", _named([*_SCRIPTS, *_ALL_SQL]))
def test_nothing_is_left_unfinished_or_bound_to_one_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"\b(?:TODO|FIXME|XXX|raise NotImplementedError)\b", text)
    assert not re.findall(r"(?<![\w.])/(?:tmp|root|home|work|Users)/", text)


def _header_names(text: str) -> set[str]:
    above = text.split("\nwith", 1)[0].split("\nselect", 1)[0]
    return set(re.findall(r"^-- ([A-Z][a-z ]+):\s+\S", above, flags=re.MULTILINE))


@pytest.mark.parametrize("path", _named(_MODELS))
def test_a_model_says_what_it_is_for(path: Path) -> None:
    missing = {"Grain", "Key", "Answers", "Not for"} - _header_names(path.read_text(encoding="utf-8"))
    assert not missing


@pytest.mark.parametrize("path", _named(_QUESTIONS))
def test_a_question_says_what_it_answers(path: Path) -> None:
    missing = {"Grain", "Answers"} - _header_names(path.read_text(encoding="utf-8"))
    assert not missing


@pytest.mark.parametrize("path", _named(_ALL_SQL))
def test_sql_is_one_plain_query_that_reads_no_clock(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    statements = sqlglot.parse(text, dialect="duckdb")
    assert len(statements) == 1
    tree = statements[0]
    assert isinstance(tree, exp.Query), "not a query"
    assert ";" not in re.sub(r"'[^']*'", "", re.sub(r"--.*", "", text)), "a semicolon"
    assert "{{" not in text, "a template"
    clocks = [exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentTime, exp.CurrentDatetime]
    named = {str(node.name).lower() for node in tree.find_all(exp.Anonymous)}
    assert not list(tree.find_all(*clocks)), "reads the clock"
    assert not named & {"now", "today", "get_current_timestamp"}, "reads the clock"
    assert not [group for group in tree.find_all(exp.Group) if group.args.get("all")], "group by all"


@pytest.mark.parametrize("path", _named([*_MODELS, *_CHECKS]))
def test_a_model_names_the_columns_it_gives(path: Path) -> None:
    tree = sqlglot.parse_one(path.read_text(encoding="utf-8"), dialect="duckdb")
    assert isinstance(tree, exp.Query)
    steps = {step.alias: step.this for step in tree.find_all(exp.CTE)}
    last = steps.get("final", tree)
    stars = [
        source.this.name
        for select in last.find_all(exp.Select)
        if any(one.is_star for one in select.expressions)
        for source in [select.args.get("from_"), *(select.args.get("joins") or [])]
        if source and isinstance(source.this, exp.Table) and source.this.name not in steps
    ]
    assert not stars, f"select * passes on whatever {', '.join(stars)} has"


@pytest.mark.parametrize("path", _named(_MODELS))
def test_a_model_of_several_steps_ends_with_final(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = sqlglot.parse_one(text, dialect="duckdb")
    end = text[text.rindex("select * from final") :] if "select * from final" in text else text
    told = [line for line in end.splitlines()[1:] if not line.startswith(("--", "order by "))]
    assert tree.find(exp.CTE) is None or (end.startswith("select * from final\n") and not told)
