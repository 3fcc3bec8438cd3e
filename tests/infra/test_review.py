"""Tests that docs/aws-review.md agrees with the template and the steps of smoke.py."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from page_tables import table
from policies import permissions

import smoke
import templates

PAGE = (templates.TEMPLATE.parents[1] / "docs" / "aws-review.md").read_text(encoding="utf-8")
RESOURCES: dict[str, Any] = templates.read()["Resources"]


def documented() -> Counter[tuple[str, str]]:
    """How many rows of the page's table name each role and action."""
    assert all(call and document for _role, _actions, _resource, call, document in table(PAGE, "role"))
    return Counter((role, action) for role, actions, *_ in table(PAGE, "role") for action in actions.split(", "))


def test_review_and_template_have_the_same_permissions() -> None:
    assert documented() == Counter(permissions(RESOURCES))


def test_steps_of_smoke_that_the_review_names_exist() -> None:
    named = {
        int(step) for steps in re.findall(r"steps? ([0-9]+(?: and [0-9]+)?)", PAGE) for step in steps.split(" and ")
    }
    steps = {number: step.do for number, step in enumerate(smoke.STEPS, start=1)}
    # The last step, which is not in STEPS, destroys the stack.
    assert named <= {*steps, len(steps) + 1}
    # The page says what these two steps check.
    assert (steps[3], steps[5]) == (smoke.Smoke.refine, smoke.Smoke.fail)
