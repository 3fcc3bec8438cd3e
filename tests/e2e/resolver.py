"""The values of a template's properties: parameters, references and functions resolved."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aws import ACCOUNT, REGION

if TYPE_CHECKING:
    from collections.abc import Callable

PSEUDO = {"AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::Partition": "aws"}


@dataclass(frozen=True)
class Resource:
    """A created resource with its values of `!Ref` and `!GetAtt`."""

    ref: str
    attributes: dict[str, str] = field(default_factory=dict)


class Resolver:
    """The values of one stack; a resource is created when something first refers to it."""

    def __init__(
        self,
        template: dict[str, Any],
        stack: str,
        parameters: dict[str, str],
        make: Callable[[str, str, Any], Resource],
    ) -> None:
        self.template = template
        self.make = make
        self.made: dict[str, Resource] = {}
        self.names: dict[str, Any] = {**PSEUDO, "AWS::StackName": stack}
        for name, parameter in template["Parameters"].items():
            value = parameters[name] if name in parameters else parameter["Default"]
            self.names[name] = int(value) if parameter["Type"] == "Number" else str(value)

    def resource(self, name: str) -> Resource:
        """The resource; if it does not exist yet, it is created with all that it refers to."""
        if name not in self.made:
            definition = self.template["Resources"][name]
            if "DependsOn" in definition:
                self.resource(definition["DependsOn"])
            self.made[name] = self.make(name, definition["Type"], self.properties(name))
        return self.made[name]

    def properties(self, name: str) -> Any:
        return self.value(self.template["Resources"][name]["Properties"])

    def value(self, node: Any) -> Any:
        """The node with every function in it resolved."""
        if isinstance(node, list):
            return [self.value(item) for item in node]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((name, argument),) = node.items()
            if name == "Ref":
                return self.ref(argument)
            if name.startswith("Fn::"):
                return self.function(name, argument)
        return {key: self.value(item) for key, item in node.items()}

    def ref(self, name: str) -> Any:
        """`!Ref`: a parameter's value or a resource's identifier."""
        return self.names[name] if name in self.names else self.resource(name).ref

    def function(self, name: str, argument: Any) -> Any:
        """The value of `!GetAtt`, `!Sub` or `!If`, the functions that the template uses."""
        match name:
            case "Fn::GetAtt":
                resource, attribute = argument
                return self.resource(resource).attributes[attribute]
            case "Fn::Sub":
                return re.sub(r"\$\{([^}]+)\}", lambda match: str(self.dotted(match[1])), argument)
            case "Fn::If":
                condition, then, otherwise = argument
                return self.value(then if self.condition(condition) else otherwise)
        raise NotImplementedError(name)

    def dotted(self, name: str) -> Any:
        """A name inside `!Sub`: `Bucket` or `Bucket.Arn`."""
        resource, _, attribute = name.partition(".")
        return self.resource(resource).attributes[attribute] if attribute else self.ref(name)

    def condition(self, name: str) -> bool:
        """The value of a condition of the template, the `!Not` of an `!Equals`."""
        (negated,) = self.template["Conditions"][name]["Fn::Not"]
        left, right = (self.value(side) for side in negated["Fn::Equals"])
        return bool(left != right)
