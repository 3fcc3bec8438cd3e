"""Puts in each kept fault and checks that its test fails: `tests/faults/put_in.py [WORD ...]`.

It works in a scratch copy under `build/faults`, one fault at a time. A WORD chooses the faults
whose name, file or TOML file contains it. First every test must pass without a fault. The exit
status is 0 only if each fault was caught. The compiled dependencies of `target/` are linked into
the scratch target, so that a Rust fault rebuilds only the project's crates that it changes.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from fault import ROOT, Fault, kept

from b3_kernels import _native

SCRATCH = ROOT / "build" / "faults"
WHEEL = Path("rust/b3-kernels-py/python")
LIBRARY = WHEEL / "b3_kernels" / "_native.abi3.so"
# The optimisation level of the project's crates: the lowest at which their tests are fast enough.
OPTIMISED = {
    "b3-market": 1, "b3-cotahist": 1, "b3-kernels": 0, "b3-kernels-py": 0,
    "b3-ingest": 0, "b3-ingest-lambda": 0, "start-glue-job": 0,
}  # fmt: skip
# Dependencies have the usual settings, so that none is compiled again; the project's crates compile
# fast.
SELECTION = [
    "--release", "--locked", "--quiet", "--workspace",
    *(f"--config=profile.release.package.{crate}.opt-level={level}" for crate, level in OPTIMISED.items()),
]  # fmt: skip
# pytest's exit status if a test or a fixture failed. pytest counts a fixture's failure as `error`,
# not as `failed`: the test did not run.
FAILED = 1


@dataclass(frozen=True)
class Scratch:
    """A copy of the checkout with a target directory of its own."""

    root: Path
    target: Path

    @classmethod
    def copy(cls) -> Scratch:
        """Copy the checkout's present files that git does not ignore, and the wheel's library."""
        root = SCRATCH / "tree"
        shutil.rmtree(root, ignore_errors=True)
        listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
        for name in filter(lambda name: (ROOT / name).is_file(), names):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            # With a new time, because the scratch target may have been built with a fault after the
            # file's time.
            shutil.copy(ROOT / name, root / name)
        shutil.copy2(_native.__file__, root / LIBRARY)
        for environment in ROOT.glob(".venv*"):
            (root / environment.name).symlink_to(environment)
        with suppress(FileExistsError):
            (SCRATCH / "shared").symlink_to(ROOT.parent / "shared")
        return cls(root, SCRATCH / "target")

    def link_dependencies(self) -> None:
        """Link the checkout's compiled release files into the scratch target, once.

        A build replaces a linked file of the scratch target, so the checkout's own stays as it is.
        Cargo writes fingerprints in place, so they are copied.
        """
        compiled = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
        for folder, copy in (("build", _link), ("deps", _link), (".fingerprint", shutil.copy2)):
            copied = self.target / "release" / folder
            if (compiled / folder).is_dir() and not copied.exists():
                shutil.copytree(compiled / folder, copied, copy_function=copy, symlinks=True)

    @contextmanager
    def put_in(self, fault: Fault) -> Iterator[None]:
        """Put the fault into the copy for the `with` block, which may also build `fault.build`."""
        path = self.root / fault.file
        before = {file: file.read_bytes() for file in (path, *map(self.built, fault.build))}
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(fault.old, fault.new), encoding="utf-8")
        try:
            yield
        finally:
            for file, content in before.items():
                file.write_bytes(content)

    def environment(self) -> dict[str, str]:
        """The environment of a command, with the copy's own wheel before the installed one."""
        # Without bytecode: Python would not notice a change of the same length within the same
        # second.
        return os.environ | {
            "PYTHONPATH": os.pathsep.join(filter(None, [str(self.root / WHEEL), os.environ.get("PYTHONPATH")])),
            "CARGO_TARGET_DIR": str(self.target),
            "CARGO_INCREMENTAL": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.root, env=self.environment(), text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def built(self, what: str) -> Path:
        """The file that `build` makes."""
        return self.root / LIBRARY if what == "wheel" else self.target / "release" / what

    def build(self, what: str) -> subprocess.CompletedProcess[str]:
        """Compile the wheel's library into the copy's package, or compile a program."""
        if what != "wheel":
            return self.run("cargo", "build", *SELECTION, "--bin", what)
        done = self.run("cargo", "build", *SELECTION, "--lib")
        if done.returncode == 0:
            shutil.copy2(self.target / "release" / "lib_native.so", self.built(what))
        return done


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def outcome(scratch: Scratch, fault: Fault) -> str:
    """`caught`, or the reason why the fault was not caught."""
    for what in fault.build:
        if (built := scratch.build(what)).returncode != 0:
            return f"does not compile:\n{built.stdout}"
    if fault.pytest:
        done = scratch.run(sys.executable, "-m", "pytest", "-q", "--no-header", fault.pytest)
        caught = done.returncode == FAILED and bool(re.search(r"^\d+ failed\b", done.stdout, re.MULTILINE))
    else:
        done = scratch.run("cargo", "test", *SELECTION, *shlex.split(fault.cargo))
        caught = done.returncode != 0 and "test result: FAILED" in done.stdout
    if caught:
        return "caught"
    return "NOT CAUGHT" if done.returncode == 0 else f"the test did not run:\n{done.stdout[-3_000:]}"


def sound(scratch: Scratch, faults: Sequence[Fault]) -> bool:
    """Whether the tests pass without a fault; a test that always fails would catch every fault."""
    for what in sorted({what for fault in faults for what in fault.build}):
        if (built := scratch.build(what)).returncode != 0:
            print(built.stdout)
            return False
    runs = [
        ["cargo", "test", *SELECTION, *test] for test in _cargo_tests(fault.cargo for fault in faults if fault.cargo)
    ]
    tests = sorted({fault.pytest for fault in faults if fault.pytest})
    # By folder, because each folder has its own `conftest`, which tests import.
    for _, together in groupby(tests, key=lambda test: Path(test.partition("::")[0]).parent):
        runs.append([sys.executable, "-m", "pytest", "-q", "--no-header", *together])
    for command in runs:
        done = scratch.run(*command)
        lines = done.stdout.splitlines()
        if command[0] == "cargo":
            ran = any(line.startswith("test result: ok.") and " 0 passed" not in line for line in lines)
        else:
            ran = not any(" skipped" in line for line in lines[-1:])
        if done.returncode != 0 or not ran:
            print(f"without a fault: {shlex.join(command)}\n{done.stdout[-4_000:]}")
            return False
    return True


def _cargo_tests(tests: Iterable[str]) -> list[list[str]]:
    """The arguments of `cargo test` by suite, or by test if a harness takes one name only."""
    suites: dict[str, set[str]] = {}
    for test in tests:
        suite, _, name = test.rpartition(" ")
        suites.setdefault(suite, set()).add(name)
    calls = []
    for suite, names in sorted(suites.items()):
        together = [[name] for name in sorted(names)] if "b3_files" in suite else [sorted(names)]
        calls += [[*shlex.split(suite), "--", *several] for several in together]
    return calls


def main(words: Sequence[str]) -> int:
    """Try the chosen faults; returns 1 if one was not caught."""
    chosen = [f for f in kept() if not words or any(word in f"{f} {f.file}" for word in words)]
    if not chosen:
        print(f"no fault's name or file holds {' or '.join(words)}")
        return 1
    for fault in chosen:
        for mistake in fault.mistakes():
            print(f"{fault}: {mistake}")
            return 1
    scratch = Scratch.copy()
    if any(fault.cargo or fault.build for fault in chosen):
        scratch.link_dependencies()
    if not sound(scratch, chosen):
        return 1
    missed = 0
    for fault in chosen:
        began = time.monotonic()
        with scratch.put_in(fault):
            result = outcome(scratch, fault)
        missed += result != "caught"
        print(f"{time.monotonic() - began:6.1f} s  {fault}: {result}", flush=True)
    print(f"{len(chosen) - missed} of {len(chosen)} faults caught")
    return 1 if missed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Puts kept faults in and checks that their tests fail.")
    parser.add_argument("words", nargs="*", help="run only faults whose name, file or TOML file holds one of these")
    sys.exit(main(parser.parse_args().words))
