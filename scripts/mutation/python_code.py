"""Mutants of Python modules: small mistakes put into the code, one at a time, and the tests that must notice each.

The kinds of mistakes are those of cargo-mutants (another operator, a condition that always or never holds, a function
that returns nothing), and numbers that are one too large. Each mutant runs in a process of its own, forked from one
that has imported the libraries, so that a quick test file costs its own time alone.
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

from mutation.score import KILLED, PATIENCE, SURVIVED, TIMEOUT, Choice, Found, limit

# pytest's statuses: all tests passed, some failed, an import failed.
_PASSED, _NOTICED, _NOT_RUN = 0, (1, 2), 70
# What takes long to import and what no mutant changes.
LIBRARIES = (
    "pytest", "_pytest.assertion.rewrite", "hypothesis.strategies", "pyarrow.parquet", "pyspark.sql.functions", "boto3",
    "moto.server", "b3_kernels",
)  # fmt: skip
# Times for the texts that are written, see `put_in`.
_SECONDS = count(int(time.time()) - 1_000_000)

_OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}
# The parts of a node that no run of the code reads.
_UNREAD = {"annotation", "returns", "decorator_list", "type_comment"}


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
            _put(parent, field, index, other)
            text = ast.unparse(ast.fix_missing_locations(tree))
            _put(parent, field, index, node)
            found.append(Mutant(_line(node, parent), change, text))
    yield from sorted(found, key=lambda mutant: mutant.line)


def _line(node: ast.AST, parent: ast.AST) -> int:
    """An operator has no line of its own."""
    return int(getattr(node, "lineno", getattr(parent, "lineno", 0)))


def _places(parent: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Every node that a run reads, with its parent and its place there."""
    for field, value in ast.iter_fields(parent):
        if field in _UNREAD or _for_types(parent):
            continue
        nodes = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for index, node in nodes:
            if isinstance(node, ast.AST):
                yield parent, field, index, node
                yield from _places(node)


def _for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _put(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _others(node: ast.AST, field: str, parent: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """What may stand in a node's place, and how the change is told."""
    if other := _OPERATORS.get(type(node)):
        yield other(), f"{type(node).__name__} became {other.__name__}"
    if field in ("test", "ifs") and not isinstance(node, ast.Constant):
        # A loop that never ends tells nothing.
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
    """The mutant in the module's place, as long as the context lasts.

    Each text gets a time of its own: Python knows by time and length what its compiled modules were made of, and two
    mutants of one length within one second would pass for each other.
    """
    text = path.read_text(encoding="utf-8")
    _write(path, mutant.text)
    try:
        yield
    finally:
        _write(path, text)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    second = next(_SECONDS)
    os.utime(path, (second, second))


def import_libraries() -> None:
    """Imports in this process what each test process would import again."""
    for name in LIBRARIES:
        with suppress(ImportError):
            importlib.import_module(name)


def of_modules(modules: Mapping[str, Sequence[str]], tree: Path, choice: Choice) -> Iterator[Found]:
    """Tries the mutants of each module, in a copy of the checkout, against its tests.

    Raises:
        ValueError: if the tests fail without a mutant.
    """
    import_libraries()
    for module, tests in modules.items():
        chosen = list(mutants((tree / module).read_text(encoding="utf-8")))[choice.first :: choice.every]
        if not choice.takes(module) or not chosen:
            continue
        before = os.times()
        if outcome(tree, tests, PATIENCE) != SURVIVED:
            raise ValueError(f"{module}: its tests fail without a mutant: {' '.join(tests)}")
        after = os.times()
        seconds = limit(after.children_user + after.children_system - before.children_user - before.children_system)
        for mutant in chosen:
            with put_in(tree / module, mutant):
                yield Found(module, mutant.line, mutant.change, outcome(tree, tests, seconds))


def outcome(root: Path, tests: Sequence[str], seconds: int) -> str:
    """Runs pytest on `tests` of the tree at `root`, up to the first failure or so much processor time.

    Raises:
        ValueError: if no test ran.
    """
    child = os.fork()
    if child == 0:
        _run_tests(root, tests, seconds)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return _named(os.waitstatus_to_exitcode(status), tests)
        time.sleep(0.02)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return TIMEOUT


def _named(status: int, tests: Sequence[str]) -> str:
    if status == _PASSED:
        return SURVIVED
    if status in (-signal.SIGXCPU, -signal.SIGKILL):
        return TIMEOUT
    # A process that a signal ended has noticed too.
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

        # Libraries are imported before pytest could rewrite their assertions.
        imported = "ignore::pytest.PytestAssertRewriteWarning"
        status = int(pytest.main(["-x", "-q", "--no-header", "-W", imported, *tests]))
    finally:
        os._exit(status)
