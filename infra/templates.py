"""Reader of CloudFormation templates: short tags such as `!Ref A` become `{"Ref": "A"}`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

import yaml

TEMPLATE = Path(__file__).parent / "template.yaml"
Node = dict[str, Any]


class _Loader(yaml.SafeLoader):
    """YAML as CloudFormation reads it."""


def _long_form(loader: _Loader, tag: str, node: yaml.Node) -> Node:
    """`!GetAtt A.Arn` as `{"Fn::GetAtt": ["A", "Arn"]}`, and so on."""
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(cast("yaml.MappingNode", node), deep=True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _long_form)


def read(path: Path = TEMPLATE) -> Node:
    """The template at `path`."""
    # A SafeLoader with tags that make nothing but dictionaries.
    template: Node = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506
    return template


def allows(parameter: Node, value: str) -> bool:
    """Whether a template's parameter takes this value, as CloudFormation decides it."""
    if parameter["Type"] == "Number":
        try:
            number = float(value)
        except ValueError:
            return False
        if not parameter.get("MinValue", number) <= number <= parameter.get("MaxValue", number):
            return False
    listed = map(str, parameter.get("AllowedValues", [value]))
    return value in listed and re.fullmatch(parameter.get("AllowedPattern", ".*"), value) is not None


def only(template: Node, *names: str) -> Node:
    """The template with only these resources, which must not refer to parameters or others."""
    return {
        "AWSTemplateFormatVersion": template["AWSTemplateFormatVersion"],
        "Resources": {name: template["Resources"][name] for name in names},
    }
