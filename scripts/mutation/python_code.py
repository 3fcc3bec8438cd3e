"""Mutants of Python modules, each put into its file alone while its tests run.

The kinds of mistakes are those of cargo-mutants (another operator, a condition that always or never
holds, a function that returns nothing), and numbers that are one too large. Each mutant's tests run
in a process that is forked from one which has imported the libraries, so that no mutant pays for
the imports.
"""

from __future__ import annotations

import ast
import importlib
import os
import resource
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from mutation.score import KILLED, SURVIVED, TIMEOUT, WAIT_SECONDS, Choice, MutantResult, limit

# The exit statuses of a test process. Pytest's are 0 if all tests passed, 1 if some failed, and 2
# if a test file could not be imported. The last one is ours, if pytest itself did not run.
_PASSED, _NOTICED, _NOT_RUN = 0, (1, 2), 70
# Modules that take long to import and that no mutant changes.
LIBRARIES = (
    "pytest", "_pytest.assertion.rewrite", "hypothesis.strategies", "pyarrow.parquet", "pyspark.sql.functions", "boto3",
    "moto.server", "b3_kernels",
)  # fmt: skip
# The times of change that the written files get, see `put_in`.
_FILE_TIMES = count(int(time.time()) - 1_000_000)

_OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}
# The fields of a node that stay as they are: what no run reads, and decorators.
_UNCHANGED = {"annotation", "returns", "decorator_list", "type_comment"}


@dataclass(frozen=True)
class Mutant:
    """A module with one mistake in it."""

    line: int
    change: str
    text: str


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its lines."""
    tree = ast.parse(source)
    found = []
    for parent, field, index, node in _places(tree):
        for other, change in _others(node, field, parent):
            _set_child(parent, field, index, other)
            text = ast.unparse(ast.fix_missing_locations(tree))
            _set_child(parent, field, index, node)
            found.append(Mutant(_line(node, parent), change, text))
    yield from sorted(found, key=lambda mutant: mutant.line)


def _line(node: ast.AST, parent: ast.AST) -> int:
    """The line of a node, or of its parent: an operator has none."""
    return int(getattr(node, "lineno", getattr(parent, "lineno", 0)))


def _places(parent: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Every node that may be changed, after its parent and its field and index there."""
    for field, value in ast.iter_fields(parent):
        if field in _UNCHANGED or _is_type_checking(parent):
            continue
        nodes = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for index, node in nodes:
            if isinstance(node, ast.AST):
                yield parent, field, index, node
                yield from _places(node)


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _set_child(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _others(node: ast.AST, field: str, parent: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """The nodes that may stand in a node's place, each with the description of the change."""
    if other := _OPERATORS.get(type(node)):
        yield other(), f"{type(node).__name__} became {other.__name__}"
    if field in ("test", "ifs") and not isinstance(node, ast.Constant):
        # No condition of a loop becomes True: a loop that never ends says nothing about the tests.
        for held in (False,) if isinstance(parent, ast.While) else (True, False):
            yield ast.Constant(held), f"the condition {_short(node)} became {held}"
    match node:
        case ast.UnaryOp(op=ast.Not() | ast.USub() as sign, operand=operand):
            yield operand, f"{type(sign).__name__} left out of {_short(node)}"
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value), f"{value} became {not value}"
        case ast.Constant(value=int(value) | float(value)):
            yield ast.Constant(value + 1), f"{value} became {value + 1}"
        case ast.Name(id=name, ctx=ast.Load()) if field == "func" and name in _CALLS:
            yield ast.Name(_CALLS[name], ast.Load()), f"{name} became {_CALLS[name]}"
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Raise():
            yield ast.Pass(), f"{_short(node)} left out"
        case ast.Continue():
            yield ast.Break(), "continue became break"
        case ast.FunctionDef() if not _is_empty(node):
            yield _emptied(node), f"{node.name} does nothing and returns None"


def _is_empty(function: ast.FunctionDef) -> bool:
    """Whether a function has nothing but a docstring or `...`, as in a protocol."""
    return all(isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant) for step in function.body)


def _emptied(function: ast.FunctionDef) -> ast.FunctionDef:
    fields = dict(ast.iter_fields(function)) | {"body": [ast.Return(ast.Constant(None))]}
    return ast.FunctionDef(**fields)


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


@contextmanager
def put_in(path: Path, mutant: Mutant) -> Iterator[None]:
    """Writes the mutant into the module's file, and the module again when the context ends.

    Each file that is written gets another time of change. Python recognises the source of a cached
    compiled module by its time in seconds and its length, so it would take two mutants of the same
    length and second for one.
    """
    text = path.read_text(encoding="utf-8")
    _write(path, mutant.text)
    try:
        yield
    finally:
        _write(path, text)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    second = next(_FILE_TIMES)
    os.utime(path, (second, second))


def of_modules(modules: Mapping[str, Sequence[str]], tree: Path, choice: Choice) -> Iterator[MutantResult]:
    """Tries the mutants of each module, in a copy of the checkout, against its tests.

    Raises:
        ValueError: if the tests fail without a mutant.
    """
    for library in LIBRARIES:
        with suppress(ImportError):
            importlib.import_module(library)
    for module, tests in modules.items():
        chosen = list(mutants((tree / module).read_text(encoding="utf-8")))[choice.first :: choice.every]
        if not choice.takes(module) or not chosen:
            continue
        before = os.times()
        if outcome(tree, tests, WAIT_SECONDS) != SURVIVED:
            raise ValueError(f"{module}: its tests fail without a mutant: {' '.join(tests)}")
        after = os.times()
        seconds = limit(after.children_user + after.children_system - before.children_user - before.children_system)
        for mutant in chosen:
            with put_in(tree / module, mutant):
                yield MutantResult(module, mutant.line, mutant.change, outcome(tree, tests, seconds))


def outcome(root: Path, tests: Sequence[str], seconds: int) -> str:
    """Runs pytest on `tests` of the tree at `root`, up to the first failure.

    `seconds` limits its processor time.

    Raises:
        ValueError: if no test ran.
    """
    child = os.fork()
    if child == 0:
        _run_tests(root, tests, seconds)
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return _outcome_of(os.waitstatus_to_exitcode(status), tests)
        time.sleep(0.02)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return TIMEOUT


def _outcome_of(status: int, tests: Sequence[str]) -> str:
    if status == _PASSED:
        return SURVIVED
    if status in (-signal.SIGXCPU, -signal.SIGKILL):
        return TIMEOUT
    # A mutant that makes a signal end the process, such as a crash, is noticed too.
    if status in _NOTICED or status < 0:
        return KILLED
    raise ValueError(f"pytest ended with status {status}: no test of {', '.join(tests)} ran")


def _run_tests(root: Path, tests: Sequence[str], seconds: int) -> None:
    """Ends this process with pytest's status."""
    status = _NOT_RUN
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        os.chdir(root)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        import pytest

        # pytest warns that it cannot rewrite the assertions of the libraries imported before it.
        imported = "ignore::pytest.PytestAssertRewriteWarning"
        status = int(pytest.main(["-x", "-q", "--no-header", "-W", imported, *tests]))
    finally:
        os._exit(status)
