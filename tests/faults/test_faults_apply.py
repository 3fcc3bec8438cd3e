"""Every kept fault can be put in, and put_in.py distinguishes caught faults from others."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import put_in
import pytest
from fault import Fault, kept
from put_in import LIBRARY, Scratch, outcome, sound

CODE = "def double(number: int) -> int:\n    return 2 * number\n"
TESTS = (
    "import pytest\nfrom doubling import double\n\n"
    "@pytest.fixture\ndef four():\n    assert double(2) == 4, 'the fixture failed'\n\n"
    "def test_four(four):\n    pass\n\n"
    "def test_two():\n    assert double(2) == 4\n\n"
    "def test_zero():\n    assert double(0) == 0\n\n"
    "def test_wrong():\n    assert double(1) == 1\n"
)
CAUGHT = Fault("x.toml", "trebles", file="doubling.py", old="2 *", new="3 *", pytest="test_code.py::test_two")


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    (tmp_path / "doubling.py").write_text(CODE)
    (tmp_path / "test_code.py").write_text(TESTS)
    return Scratch(tmp_path, tmp_path / "target")


@pytest.mark.parametrize("fault", kept(), ids=str)
def test_a_kept_fault_still_applies(fault: Fault) -> None:
    assert fault.mistakes() == []


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        ({"old": "3 * number"}, "doubling.py holds the text 0 times, expected once: '3 * number'"),
        ({"old": "number"}, "doubling.py holds the text 2 times, expected once: 'number'"),
        ({"new": "2 *"}, "old and new are the same"),
        ({"pytest": "test_code.py::test_three"}, "there is no test test_code.py::test_three"),
        ({"pytest": ""}, "expected either pytest or cargo"),
        ({"file": "gone.py"}, "there is no file gone.py"),
        ({"build": ("zip",)}, "cannot build zip; expected some of wheel, b3-ingest, bootstrap"),
    ],
)
def test_an_entry_that_cannot_be_put_in_is_named(scratch: Scratch, change: dict[str, Any], mistake: str) -> None:
    assert CAUGHT.mistakes(scratch.root) == []
    assert replace(CAUGHT, **change).mistakes(scratch.root) == [mistake]


def test_an_entry_with_a_key_that_is_not_known_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text('[[fault]]\nname = "n"\nlines = 3\n')
    with pytest.raises(ValueError, match=r"x\.toml: fault 1 \(n\): .*lines"):
        kept(tmp_path)


def test_put_in_distinguishes_caught_faults_and_restores_the_copy(scratch: Scratch) -> None:
    outcomes = []
    for test in ("test_two", "test_zero", "test_four"):
        fault = replace(CAUGHT, pytest=f"test_code.py::{test}")
        with scratch.put_in(fault):
            outcomes.append(outcome(scratch, fault))
    assert outcomes[:2] == ["caught", "NOT CAUGHT"]
    assert outcomes[2].startswith("the test did not run:")
    assert (scratch.root / "doubling.py").read_text() == CODE
    with scratch.put_in(broken := replace(CAUGHT, old="def double", new="def treble")):
        assert outcome(scratch, broken).startswith("the test did not run:")


def test_words_that_no_fault_holds_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert put_in.main(["no such fault"]) == 1
    assert capsys.readouterr().out == "no fault's name or file holds no such fault\n"


def test_put_in_restores_the_wheels_library_and_programs_after_a_build_with_a_fault(scratch: Scratch) -> None:
    built = (scratch.root / LIBRARY, scratch.target / "release" / "b3-ingest")
    for file in built:
        file.parent.mkdir(parents=True)
        file.write_text("sound")
    with scratch.put_in(replace(CAUGHT, build=("wheel", "b3-ingest"))):
        for file in built:
            file.write_text("built with the fault")
    assert [file.read_text() for file in built] == ["sound", "sound"]


def test_a_copy_without_a_build_imports_its_own_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(put_in, "SCRATCH", tmp_path)
    copy = Scratch.copy()
    printed = copy.run(sys.executable, "-c", "import b3_kernels; print(b3_kernels.__file__)").stdout
    assert printed == f"{copy.root / put_in.WHEEL}/b3_kernels/__init__.py\n"


def test_the_runner_refuses_tests_that_fail_without_a_fault(
    scratch: Scratch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sound(scratch, [CAUGHT])
    assert not sound(scratch, [replace(CAUGHT, pytest="test_code.py::test_wrong")])
    assert capsys.readouterr().out.startswith("without a fault: ")
