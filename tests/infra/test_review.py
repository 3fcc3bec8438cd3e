"""Tests that docs/aws-review.md agrees with the template, the tests and the steps of smoke.py."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import smoke
import templates

PAGE = (templates.TEMPLATE.parents[1] / "docs" / "aws-review.md").read_text(encoding="utf-8")
RESOURCES: dict[str, Any] = templates.read()["Resources"]


def documented() -> Counter[tuple[str, str]]:
    """Role and action of each row of the page's table, with their number."""
    table = PAGE.partition("| role |")[2].partition("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    assert all(len(row) == 5 and row[3] and row[4] for row in rows)
    return Counter((role, action) for role, actions, *_ in rows for action in actions.split(", "))


def granted() -> Counter[tuple[str, str]]:
    """Role and action of each statement of the template, with their number."""
    found: Counter[tuple[str, str]] = Counter()
    for name, resource in RESOURCES.items():
        if resource["Type"] == "AWS::IAM::Role":
            documents = [policy["PolicyDocument"] for policy in resource["Properties"]["Policies"]]
        elif resource["Type"] == "AWS::IAM::ManagedPolicy":
            documents = [resource["Properties"]["PolicyDocument"]]
        else:
            continue
        for document in documents:
            for statement in document["Statement"]:
                actions = statement["Action"]
                found.update((name, action) for action in ([actions] if isinstance(actions, str) else actions))
    return found


def test_review_and_template_have_the_same_permissions() -> None:
    assert documented() - granted() == Counter()
    assert granted() - documented() == Counter()


def test_permissions_that_the_review_calls_unused_are_not_granted() -> None:
    removed = re.search(r"unused: ([A-Za-z, ]+), all artifacts", PAGE)
    assert removed
    job = {action.partition(":")[2] for role, action in granted() if role == "RefineQuotesRole"}
    assert not set(removed[1].split(", ")) & job


def test_each_fault_of_the_review_names_tests_that_exist() -> None:
    table = PAGE.partition("| number |")[2].partition("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    assert [number for number, *_ in rows] == list(map(str, range(1, 16)))
    tests = templates.TEMPLATE.parents[1] / "tests"
    existing = {
        name
        for path in tests.rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    for number, _, shown_by in rows:
        named = set(re.findall(r"`(test_\w+)`", shown_by))
        assert named, number
        assert named <= existing, named - existing


def test_steps_of_smoke_that_the_review_names_exist() -> None:
    # One more than STEPS, because the last step destroys the stack.
    named = {
        int(step) for steps in re.findall(r"step[s]? ([0-9]+(?: and [0-9]+)?)", PAGE) for step in steps.split(" and ")
    }
    assert named <= set(range(1, len(smoke.STEPS) + 2))
    assert smoke.STEPS[2].do is smoke.Smoke.refine
    assert smoke.STEPS[4].do is smoke.Smoke.fail
