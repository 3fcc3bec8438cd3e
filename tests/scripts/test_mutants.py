"""The mutation score: which mistakes are put in, and how the tests' outcomes are counted."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import mutants
from mutation import crates, python_code
from mutation.python_code import Mutant
from mutation.score import KILLED, SURVIVED, TIMEOUT, Choice, MutantResult, limit, table

CODE = '''
"""A docstring is no code."""
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    LIMIT = 3

def larger(one: int | None, other: int = 2) -> int:
    """Nor is this one."""
    if one < other:
        return other
    return -one
'''
COUNT = "def count(most):\n    number = 0\n    while number < most:\n        number += 1\n    return number\n"
TESTS = "from counting import count\n\ndef test_three():\n    assert count(3) == 3\n"


def test_each_part_of_the_code_that_a_run_reads_is_changed_and_nothing_else_is() -> None:
    found = list(python_code.mutants(CODE))
    assert [(mutant.line, mutant.change) for mutant in found] == [
        (8, "larger does nothing and returns None"),
        (8, "2 became 3"),
        (10, "the condition one < other became True"),
        (10, "the condition one < other became False"),
        (10, "Lt became LtE"),
        (12, "USub left out of -one"),
    ]
    whole = ast.unparse(ast.parse(CODE))
    # The first replaces the whole body.
    for mutant in found[1:]:
        pairs = zip(mutant.text.splitlines(), whole.splitlines(), strict=True)
        assert sum(line != original for line, original in pairs) == 1


@pytest.mark.parametrize(
    ("line", "changes"),
    [
        ("x = a and b not in c", ["And became Or", "NotIn became In"]),
        ("x = max(a) // 7.5", ["FloorDiv became Mult", "max became min", "7.5 became 8.5"]),
        ("x = not a or True", ["Or became And", "Not left out of not a", "True became False"]),
        ("x = [a for a in b if a]", ["the condition a became True", "the condition a became False"]),
        ("x.append(a)", ["x.append(a) left out"]),
        ("raise a", ["raise a left out"]),
        ("x += a", ["x += a left out", "Add became Sub"]),
        ("while a: continue", ["the condition a became False", "continue became break"]),
        ("x = f'{a + b}'", ["Add became Sub"]),
        ("x = 'a' if b else None", ["the condition b became True", "the condition b became False"]),
        ("x = a == b", ["Eq became NotEq"]),
    ],
)  # fmt: skip
def test_each_kind_of_mistake_is_put_in(line: str, changes: list[str]) -> None:
    assert sorted(mutant.change for mutant in python_code.mutants(line)) == sorted(changes)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "counting.py").write_text(COUNT)
    (tmp_path / "test_counting.py").write_text(TESTS)
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "outcome"),
    [
        ("number = 0", "number = 1", SURVIVED),
        ("number = 0", "number = 4", KILLED),
        ("def count", "def amount", KILLED),
        ("number += 1", "number += 0", TIMEOUT),
    ],
)
def test_a_mutant_is_killed_survives_or_runs_for_ever_and_is_taken_out_again(
    tree: Path, old: str, new: str, outcome: str
) -> None:
    mutant = Mutant(line=1, change="", text=COUNT.replace(old, new))
    with python_code.put_in(tree / "counting.py", mutant):
        assert python_code.outcome(tree, ["test_counting.py"], seconds=2 if outcome == TIMEOUT else 60) == outcome
    assert (tree / "counting.py").read_text() == COUNT


def test_tests_that_do_not_run_are_an_error_and_no_killed_mutant(tree: Path) -> None:
    with pytest.raises(ValueError, match=r"no test of nowhere\.py ran"):
        python_code.outcome(tree, ["nowhere.py"], seconds=60)


def test_the_score_counts_what_runs_for_ever_as_noticed_and_tells_its_interval() -> None:
    outcomes = [("a/x.py", outcome) for outcome in [KILLED] * 17 + [TIMEOUT] + [SURVIVED] * 2] + [("b/y.py", KILLED)]
    lines = table(MutantResult(file, line=1, change="", outcome=outcome) for file, outcome in outcomes)
    # Wilson's interval of 18 in 20 and of 1 in 1.
    assert lines.splitlines()[2:] == [
        "| `a` | 20 | 17 | 2 | 1 | 90.0% (70% to 97%) |",
        "| `b` | 1 | 1 | 0 | 0 | 100.0% (21% to 100%) |",
    ]


@pytest.mark.parametrize(
    ("place", "mutant"),
    [
        ("lhs - rhs", 7),
        ("inner * 2", 8),
        ("lhs + rhs", 8),  # in an else block: the nearest mutant before it
        ("fn add", None),
    ],
)
def test_a_compile_error_belongs_to_the_mutant_around_it(place: str, mutant: int | None) -> None:
    code = (
        "fn add() { (if crate::__mutant(7usize) { lhs - rhs } else { f(if crate::__mutant(8usize) { inner * 2 } "
        "else { lhs + rhs }) }) }"
    )
    assert crates.mutant_at(code.encode(), code.index(place)) == mutant


def test_where_one_arm_does_not_compile_no_arm_of_its_function_is_tried() -> None:
    changes = [
        ("a.rs", "the arm Some(_) left out in read"), ("a.rs", "the arm None left out in read"),
        ("a.rs", "+ became - in read"), ("a.rs", "the arm None left out in write"),
        ("b.rs", "the arm None left out in read"),
    ]  # fmt: skip
    listed = [{"id": number, "file": file, "change": change} for number, (file, change) in enumerate(changes)]
    assert crates.arms_beside({0}, listed) == {0, 1}
    assert crates.arms_beside({2}, listed) == set()


def test_modules_that_killed_other_mutants_run_first_then_all_other_tests() -> None:
    assert list(crates.runs(["unit", "whole"], ["exact::", "rolling::"])) == [
        ("unit", "exact::"), ("whole", "exact::"), ("unit", "rolling::"), ("whole", "rolling::"),
        ("unit", "--skip", "exact::", "--skip", "rolling::"), ("whole", "--skip", "exact::", "--skip", "rolling::"),
    ]  # fmt: skip


def test_crates_that_the_mutants_crate_does_not_need_are_emptied(tmp_path: Path) -> None:
    uses = {"rust/one": ["two"], "rust/two": ["three"], "rust/three": [], "lambda/four": ["one"]}
    for folder, dependencies in uses.items():
        (tmp_path / folder / "src").mkdir(parents=True)
        (tmp_path / folder / "src/lib.rs").write_text("pub fn kept() {}\n")
        listed = "".join(f"{name}.workspace = true\n" for name in ("serde", *dependencies))
        manifest = f'[package]\nname = "{folder.rpartition("/")[2]}"\n[dependencies]\n{listed}'
        (tmp_path / folder / "Cargo.toml").write_text(manifest)
    crates.empty_others("two", tmp_path)
    kept = [folder for folder in uses if "kept" in (tmp_path / folder / "src/lib.rs").read_text()]
    assert kept == ["rust/two", "rust/three"]


@pytest.mark.parametrize(
    ("file", "module"),
    [("exact/divide.rs", "exact::"), ("table.rs", "table::"), ("rolling/proofs/bars.rs", "rolling::")],
)
def test_names_of_the_unit_tests_beside_a_file_begin_with_its_top_module(file: str, module: str) -> None:
    assert crates.module_of(file) == module


def test_a_test_gets_five_times_its_time_and_at_least_two_seconds() -> None:
    assert [limit(seconds) for seconds in (0.1, 0.4, 2, 60)] == [2, 2, 10, 300]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["wheel"], "there is no part wheel; expected some of market, cotahist, kernels, ingest, lambda, job"),
        (["--shard", "2/2"], "--shard: '2/2' is no K/N with K from 0 to N - 1"),
        (["--shard", "half"], "--shard: 'half' is no K/N with K from 0 to N - 1"),
    ],
)
def test_a_callers_mistake_is_named(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert mutants.main(arguments) == 1
    assert capsys.readouterr().err == f"error: {message}\n"


def test_every_module_and_test_of_the_list_is_there() -> None:
    for module, arguments in mutants.MODULES.items():
        tests = [argument for argument in arguments if argument.startswith("tests/")]
        assert [name for name in (module, *tests) if not (mutants.ROOT / name).is_file()] == []
        assert len(tests) > 0


def test_a_choice_is_parsed_from_shard_and_words() -> None:
    assert Choice.parse("1/8", "x") == Choice(first=1, every=8, files="x")


def test_files_are_chosen_by_words_of_their_paths() -> None:
    words = Choice.parse("0/1", "exact/ rolling/")
    files = ["src/exact/big.rs", "src/rolling/sma.rs", "src/table.rs"]
    assert [words.takes(file) for file in files] == [True, True, False]
    assert Choice.parse("0/1", "").takes("src/table.rs")
