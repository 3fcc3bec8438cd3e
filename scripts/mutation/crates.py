"""Mutants of Rust crates: all are compiled into the tests at once, and switched on one at a time.

The program in `rust/` puts them in. Those that do not compile are found by the compiler's errors
and left out.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from linked_target import link_dependencies
from mutation.score import KILLED, MEMORY, SURVIVED, TIMEOUT, WAIT_SECONDS, Choice, MutantResult, limit

TOOL = Path(__file__).resolve().parent / "rust" / "Cargo.toml"
# Proptest looks for no smaller example of a failure, and the test programs of a stable
# compiler accept the unstable flags of `_flags`.
TEST_VARIABLES = {"PROPTEST_MAX_SHRINK_ITERS": "0", "RUSTC_BOOTSTRAP": "1"}
# The line above a failed test's output; the group is the first module of the test's path.
_FAILED = re.compile(r"^---- (\w+::)", re.MULTILINE)
_SWITCH = re.compile(rb"crate::__mutant\((\d+)usize\)")


def of_crate(crate: str, folder: str, tree: Path, target: Path, choice: Choice) -> Iterator[MutantResult]:
    """Tries the mutants of a crate, in a copy of the checkout, against the crate's own tests.

    Cargo compiles into `target`, which gets the dependencies that the checkout has compiled.

    Raises:
        ValueError: if the crate does not compile, or its tests fail, without a mutant.
    """
    package = tree / folder
    link_dependencies(target)
    empty_others(crate, tree)
    listed, tests = _compiled(crate, tree, package, target, choice.files)
    seconds_without_mutant = cache(partial(_seconds_without_mutant, package))
    tests.sort(key=seconds_without_mutant)
    # By file: the modules of tests that noticed a mutant of it, because they will notice others.
    noticed: dict[str, list[str]] = {}
    for mutant in listed:
        file = f"{folder}/src/{mutant['file']}"
        if mutant["id"] % choice.every != choice.first or not choice.takes(file):
            continue
        outcome = SURVIVED
        modules = noticed.setdefault(file, [module_of(mutant["file"])])
        for run in runs(tests, modules):
            seconds = limit(seconds_without_mutant(*run))
            outcome, module = _outcome(package, seconds, mutant["id"], *run)
            if outcome != SURVIVED:
                if module and module not in modules:
                    modules.append(module)
                break
        yield MutantResult(file, mutant["line"], mutant["change"], outcome)


def runs(tests: Sequence[str], modules: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The programs and arguments that run all tests: those of each module first, then the rest."""
    for module in modules:
        yield from ((test, module) for test in tests)
    skipped = [part for module in modules for part in ("--skip", module)]
    yield from ((test, *skipped) for test in tests)


def module_of(file: str) -> str:
    """How the names of a file's own tests begin: `rolling::` for rolling.rs and rolling/sum.rs."""
    return f"{file.split('/', maxsplit=1)[0].removesuffix('.rs')}::"


def _compiled(
    crate: str, tree: Path, package: Path, target: Path, files: str
) -> tuple[list[dict[str, Any]], list[str]]:
    """The mutants of the chosen files that compile, and the test programs that hold them.

    Mutants that do not compile are left out of the next try, until all compile.
    """
    sources = {path: path.read_bytes() for path in (package / "src").rglob("*.rs")}
    left_out: set[int] = set()
    while True:
        for path, text in sources.items():
            path.write_bytes(text)
        tool = ["cargo", "run", "--quiet", "--locked", "--manifest-path", str(TOOL)]
        arguments = ["--target-dir", str(target / "tool"), "--", str(package / "src"), files]
        command = [*tool, *arguments, *map(str, sorted(left_out))]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        if answer.returncode != 0:
            raise ValueError(f"{crate}: its mutants cannot be put in: {answer.stderr}")
        listed = json.loads(answer.stdout)
        messages = _messages(crate, tree, package, target)
        errors = [message for message in messages if message.get("message", {}).get("level") == "error"]
        if not errors:
            programs = [message for message in messages if message.get("executable") and message["profile"]["test"]]
            manifest = str(package / "Cargo.toml")
            tests = [program["executable"] for program in programs if program["manifest_path"] == manifest]
            if not tests:
                raise ValueError(f"{crate}: cargo built no test")
            return listed, tests
        wrong = {id_ for error in errors for id_ in _mutants_of(error["message"], tree)} - left_out
        if not wrong:
            raise ValueError(f"{crate} does not compile: {errors[0]['message']['rendered']}")
        left_out |= wrong | arms_beside(wrong, listed)


def _members(tree: Path) -> dict[str, tuple[Path, dict[str, Any]]]:
    """The folders and manifests of the workspace's crates, by name."""
    manifests = [*tree.glob("rust/*/Cargo.toml"), *tree.glob("lambda/*/Cargo.toml")]
    read = [(path.parent, tomllib.loads(path.read_text(encoding="utf-8"))) for path in manifests]
    return {manifest["package"]["name"]: (folder, manifest) for folder, manifest in read}


def empty_others(crate: str, tree: Path) -> None:
    """Empties the crates on which this one does not depend, so that they compile fast."""
    members = _members(tree)
    needed, seen = [crate], set()
    while needed:
        name = needed.pop()
        seen.add(name)
        _folder, manifest = members[name]
        needed += [other for other in manifest.get("dependencies", {}) if other in members.keys() - seen]
    for name in members.keys() - seen:
        folder, _manifest = members[name]
        for path in (*folder.glob("src/lib.rs"), *folder.glob("tests/*.rs"), *folder.glob("tests/*/main.rs")):
            path.write_text("fn main() {}\n", encoding="utf-8")


def arms_beside(wrong: set[int], listed: Iterable[dict[str, Any]]) -> set[int]:
    """The mutants of match arms in each function where the mutant of one arm does not compile.

    The arms borrow the same values, and the compiler names only one of them at a time. The last
    word of a mutant's change is the name of its function.
    """
    arms = {
        mutant["id"]: (mutant["file"], mutant["change"].split()[-1])
        for mutant in listed
        if mutant["change"].startswith("the arm ")
    }
    functions = {arms[id_] for id_ in wrong & arms.keys()}
    return {id_ for id_, function in arms.items() if function in functions}


def _messages(crate: str, tree: Path, package: Path, target: Path) -> list[dict[str, Any]]:
    """The compiler's messages about the crate's tests.

    The selection is the whole workspace's, so that the dependencies are those that the checkout has
    compiled. The workspace's other crates are compiled without optimisation, which is quick.
    """
    tests = [path.stem for path in (package / "tests").glob("*.rs")]
    tests += [path.parent.name for path in (package / "tests").glob("*/main.rs")]
    command = ["cargo", "test", "--no-run", "--release", "--locked", "--workspace", "--message-format", "json", "--lib"]
    command += [part for test in sorted(tests) for part in ("--test", test)]
    for name in _members(tree):
        command += ["--config", f"profile.release.package.{name}.opt-level={int(name == crate)}"]
    environment = os.environ | {"CARGO_TARGET_DIR": str(target)}
    answer = subprocess.run(command, cwd=package, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    return [json.loads(line) for line in answer.stdout.splitlines() if line.startswith("{")]


def _mutants_of(error: dict[str, Any], root: Path) -> set[int]:
    """The mutant that holds a place of a compiler's error, its primary place first; or none."""
    for span in sorted(error["spans"], key=lambda span: not span["is_primary"]):
        path = root / span["file_name"]
        if path.is_file() and (id_ := mutant_at(path.read_bytes(), span["byte_start"])) is not None:
            return {id_}
    return set()


def mutant_at(text: bytes, place: int) -> int | None:
    """The innermost mutant whose block holds this place of the text; else the nearest before it."""
    before = [match for match in _SWITCH.finditer(text) if match.end() <= place]
    for match in reversed(before):
        start = text.find(b"{", match.end())
        if start <= place < _end_of_block(text, start):
            return int(match[1])
    return int(before[-1][1]) if before else None


def _end_of_block(text: bytes, start: int) -> int:
    depth = 0
    for place in range(start, len(text)):
        depth += {b"{": 1, b"}": -1}.get(text[place : place + 1], 0)
        if depth == 0:
            return place
    return len(text)


def _seconds_without_mutant(package: Path, test: str, *arguments: str) -> float:
    """The processor time of a test program without a mutant."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    outcome, _module = _outcome(package, WAIT_SECONDS, None, test, *arguments)
    if outcome != SURVIVED:
        raise ValueError(f"{test} fails without a mutant")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _outcome(package: Path, seconds: int, mutant: int | None, test: str, *arguments: str) -> tuple[str, str | None]:
    """A mutant's outcome in the chosen tests of a program, and the module of the first to fail."""
    environment = {name: value for name, value in os.environ.items() if name != "MUTANT"} | TEST_VARIABLES
    if mutant is not None:
        environment["MUTANT"] = str(mutant)

    def set_limits() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    try:
        done = subprocess.run(
            [test, "-q", *_flags(test), *arguments],
            cwd=package,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=WAIT_SECONDS,
            check=False,
            preexec_fn=set_limits,
        )
    except subprocess.TimeoutExpired:
        return TIMEOUT, None
    # The system ends a program by one of these signals at the limit of its processor time.
    out_of_time = done.returncode in (-signal.SIGXCPU, -signal.SIGKILL)
    outcome = SURVIVED if done.returncode == 0 else TIMEOUT if out_of_time else KILLED
    failed = _FAILED.search(done.stdout)
    return outcome, failed and failed[1]


@cache
def _flags(test: str) -> tuple[str, ...]:
    """The arguments that end a test program at the first failure, if it knows them."""
    known = subprocess.run([test, "--help"], capture_output=True, text=True, check=False).stdout
    return ("-Z", "unstable-options", "--fail-fast") if "--fail-fast" in known else ()
