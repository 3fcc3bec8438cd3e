"""The statements of IAM policies in a template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def as_list(value: Any) -> list[Any]:
    """The actions or resources of a statement, which may be one or a list."""
    return value if isinstance(value, list) else [value]


def documents(properties: Any) -> list[Any]:
    """The policy documents of a role or of a managed policy."""
    return [policy["PolicyDocument"] for policy in properties.get("Policies", [properties])]


def statements(properties: Any) -> list[Any]:
    """The statements of a role or of a managed policy."""
    return [statement for document in documents(properties) for statement in document["Statement"]]


def permissions(resources: Any) -> Iterator[tuple[str, str]]:
    """The roles and managed policies of a template, each with every action of its statements."""
    for name, resource in resources.items():
        if resource["Type"] in ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy"):
            for statement in statements(resource["Properties"]):
                yield from ((name, action) for action in as_list(statement["Action"]))
