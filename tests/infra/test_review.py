"""Tests that docs/aws-review.md agrees with the template, the tests and the steps of smoke.py."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import smoke
import templates

PAGE = (templates.TEMPLATE.parents[1] / "docs" / "aws-review.md").read_text(encoding="utf-8")
RESOURCES: dict[str, Any] = templates.read()["Resources"]


def rows(heading: str) -> list[list[str]]:
    """The rows of the page's table whose first column has this heading."""
    table = PAGE.partition(f"| {heading} |")[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def documented() -> Counter[tuple[str, str]]:
    """How many rows of the page's table name each role and action."""
    assert all(call and document for _role, _actions, _resource, call, document in rows("role"))
    return Counter((role, action) for role, actions, *_ in rows("role") for action in actions.split(", "))


def granted() -> Counter[tuple[str, str]]:
    """How many statements of the template name each role and action."""
    found: Counter[tuple[str, str]] = Counter()
    for name, resource in RESOURCES.items():
        if resource["Type"] not in ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy"):
            continue
        # A managed policy has the statements itself.
        for policy in resource["Properties"].get("Policies", [resource["Properties"]]):
            for statement in policy["PolicyDocument"]["Statement"]:
                actions = statement["Action"]
                found.update((name, action) for action in ([actions] if isinstance(actions, str) else actions))
    return found


def test_review_and_template_have_the_same_permissions() -> None:
    assert documented() == granted()


def test_permissions_that_the_review_calls_unused_are_not_granted() -> None:
    unused = re.search(r"unused: ([A-Za-z, ]+), all objects", PAGE)
    assert unused
    of_the_job = {action.partition(":")[2] for role, action in granted() if role == "RefineQuotesRole"}
    assert not set(unused[1].split(", ")) & of_the_job


def test_each_fault_of_the_review_names_tests_that_exist() -> None:
    assert [number for number, *_ in rows("number")] == list(map(str, range(1, 16)))
    tests = templates.TEMPLATE.parents[1] / "tests"
    existing = {
        name
        for path in tests.rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    for number, _, shown_by in rows("number"):
        named = set(re.findall(r"`(test_\w+)`", shown_by))
        assert named, number
        assert named <= existing, named - existing


def test_steps_of_smoke_that_the_review_names_exist() -> None:
    named = {
        int(step) for steps in re.findall(r"steps? ([0-9]+(?: and [0-9]+)?)", PAGE) for step in steps.split(" and ")
    }
    steps = {number: step.do for number, step in enumerate(smoke.STEPS, start=1)}
    # The last step, which is not in STEPS, destroys the stack.
    assert named <= {*steps, len(steps) + 1}
    # The page says what these two steps check.
    assert (steps[3], steps[5]) == (smoke.Smoke.refine, smoke.Smoke.fail)
