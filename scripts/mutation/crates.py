"""Mutants of Rust crates: all are compiled into the tests at once, and switched on one at a time.

The program in `rust/` puts them in. Those that do not compile are found by the compiler's errors and left out.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from mutation.score import KILLED, PATIENCE, SURVIVED, TIMEOUT, Choice, Found, limit

TOOL = Path(__file__).resolve().parent / "rust" / "Cargo.toml"
# What the crates' tests are compiled with: quickly, but not so slow that the tests take longer than that.
SETTINGS = ("profile.dev.debug=false", 'profile.dev.package."*".opt-level=1', "profile.dev.opt-level=1")
# A property that fails has noticed the mutant: no smaller example is looked for. And what lets a released test program
# take a flag that is not stable yet.
HASTE = {"PROPTEST_MAX_SHRINK_ITERS": "0", "RUSTC_BOOTSTRAP": "1"}
_SWITCH = re.compile(rb"crate::__mutant\((\d+)usize\)")


def of_crate(crate: str, folder: str, tree: Path, target: Path, choice: Choice) -> Iterator[Found]:
    """Tries the mutants of a crate, in a copy of the checkout, against the crate's own tests.

    Raises:
        ValueError: if the crate does not compile, or its tests fail, without a mutant.
    """
    package = tree / folder
    listed, tests = _compiled(crate, tree, package, target, choice.files)
    limits = {test: limit(_seconds(test, package)) for test in tests}
    tests.sort(key=lambda test: limits[test])
    for mutant in listed:
        file = f"{folder}/src/{mutant['file']}"
        if mutant["id"] % choice.every != choice.first or choice.files not in file:
            continue
        # The tests beside the code notice most.
        own = module_of(mutant["file"])
        runs = [(test, arguments) for arguments in ((own,), ("--skip", own)) for test in tests]
        outcomes = (_outcome(test, package, limits[test], mutant["id"], *arguments) for test, arguments in runs)
        outcome = next((outcome for outcome in outcomes if outcome != SURVIVED), SURVIVED)
        yield Found(file, mutant["line"], mutant["change"], outcome)


def module_of(file: str) -> str:
    """How the names of the tests begin that stand beside the code of a file, or in its folder."""
    return f"{file.split('/', maxsplit=1)[0].removesuffix('.rs')}::"


def _compiled(
    crate: str, tree: Path, package: Path, target: Path, files: str
) -> tuple[list[dict[str, Any]], list[str]]:
    """The mutants of the chosen files that compile, and the programs that hold them with the tests."""
    sources = {path: path.read_bytes() for path in (package / "src").rglob("*.rs")}
    left_out: set[int] = set()
    while True:
        for path, text in sources.items():
            path.write_bytes(text)
        tool = [
            "cargo",
            "run",
            "--quiet",
            "--locked",
            "--manifest-path",
            str(TOOL),
            "--target-dir",
            str(target / "tool"),
        ]
        arguments = [str(package / "src"), files, *map(str, sorted(left_out))]
        answer = subprocess.run([*tool, "--", *arguments], capture_output=True, text=True, check=False)
        if answer.returncode != 0:
            raise ValueError(f"{crate}: its mutants cannot be put in: {answer.stderr}")
        messages = _messages(crate, package, target)
        errors = [message for message in messages if message.get("message", {}).get("level") == "error"]
        if not errors:
            artifacts = [message for message in messages if message.get("executable")]
            tests = [artifact["executable"] for artifact in artifacts if artifact["profile"]["test"]]
            if not tests:
                raise ValueError(f"{crate}: cargo built no test")
            return json.loads(answer.stdout), tests
        wrong = {id_ for error in errors for id_ in _mutants_of(error["message"], tree)} - left_out
        if not wrong:
            raise ValueError(f"{crate} does not compile: {errors[0]['message']['rendered']}")
        left_out |= wrong


def _messages(crate: str, package: Path, target: Path) -> list[dict[str, Any]]:
    command = ["cargo", "test", "--no-run", "--locked", "--tests", "--package", crate, "--message-format", "json"]
    command += [part for setting in SETTINGS for part in ("--config", setting)]
    environment = os.environ | {"CARGO_TARGET_DIR": str(target)}
    answer = subprocess.run(command, cwd=package, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    return [json.loads(line) for line in answer.stdout.splitlines() if line.startswith("{")]


def _mutants_of(error: dict[str, Any], root: Path) -> set[int]:
    """The mutants within which the compiler found an error: of all places that it names, the first within one."""
    spans = sorted(error["spans"], key=lambda span: not span["is_primary"])
    for span in spans:
        path = root / span["file_name"]
        if path.is_file() and (id_ := around(path.read_bytes(), span["byte_start"])) is not None:
            return {id_}
    return set()


def around(text: bytes, place: int) -> int | None:
    """The innermost mutant whose block holds this place of the text; else the nearest one before it."""
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


def _seconds(test: str, package: Path) -> float:
    """The processor time of a test program without a mutant."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    if _outcome(test, package, PATIENCE, None) != SURVIVED:
        raise ValueError(f"{test} fails without a mutant")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _outcome(test: str, package: Path, seconds: int, mutant: int | None, *arguments: str) -> str:
    """What the tests of a program that the arguments choose make of a mutant, up to the first that fails."""
    environment = {name: value for name, value in os.environ.items() if name != "MUTANT"} | HASTE
    if mutant is not None:
        environment["MUTANT"] = str(mutant)
    try:
        done = subprocess.run(
            [test, "-q", *_flags(test), *arguments],
            cwd=package,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds)),
        )
    except subprocess.TimeoutExpired:
        return TIMEOUT
    # At the limit of its time the system ends it by SIGXCPU or SIGKILL.
    return SURVIVED if done.returncode == 0 else TIMEOUT if done.returncode in (-24, -9) else KILLED


@cache
def _flags(test: str) -> tuple[str, ...]:
    """What ends a test program at the first failure, if it knows how."""
    known = subprocess.run([test, "--help"], capture_output=True, text=True, check=False).stdout
    return ("-Z", "unstable-options", "--fail-fast") if "--fail-fast" in known else ()
