"""Check the rule of dependence of CONTRIBUTING.md between crates, packages and modules.

Inside b3_jobs a package imports only itself and the packages before it in LAYERS. Inside
b3-kernels the modules over slices of numbers use only those before them in SLICES, and no Arrow.
No module uses itself through others.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from importlib.util import resolve_name
from pathlib import Path
from typing import Any

import rust_modules

ROOT = Path(__file__).resolve().parent.parent

# Families of crates: `arrow` stands for the crates arrow, arrow-array, arrow-schema and so on.
ARROW, POLARS, AWS, PYTHON, ASYNC = "arrow", "polars", "aws", "pyo3", "tokio"
# crate: (crates of ours that it may use, families that it must not depend on, directly or not)
CRATES = {
    "b3-market": (set(), (ARROW, POLARS, AWS, PYTHON, ASYNC)),
    "b3-cotahist": ({"b3-market"}, (ARROW, POLARS, AWS, PYTHON, ASYNC)),
    "b3-kernels": ({"b3-market"}, (POLARS, AWS, PYTHON, ASYNC)),
    "b3-kernels-py": ({"b3-market", "b3-cotahist", "b3-kernels"}, (POLARS, AWS, ASYNC)),
    "b3-ingest": ({"b3-market", "b3-cotahist"}, (PYTHON,)),
    "b3-ingest-lambda": ({"b3-market", "b3-cotahist", "b3-ingest"}, (PYTHON,)),
    "start-glue-job": ({"b3-market"}, (ARROW, POLARS, PYTHON)),
}
# folder of Python packages: names that they must not import
PACKAGES = {
    "rust/b3-kernels-py/python": ("b3_jobs", "refine_quotes", "pyspark"),
    "glue_scripts": ("refine_quotes",),
}

JOB, WHEEL = ROOT / "glue_scripts" / "b3_jobs", ROOT / "rust" / "b3-kernels-py" / "python" / "b3_kernels"
# The packages of b3_jobs, lowest first. Imports for types count too.
LAYERS = ("errors", "files", "contract", "ledger", "log", "inputs", "tables", "refine", "run", "audit")

# The modules of b3-kernels over slices of numbers, lowest first; none uses Arrow.
SLICES = ("simd", "exact", "rolling", "indicators")


def normal_dependencies(metadata: dict[str, Any]) -> dict[str, set[str]]:
    """Each package's id with the ids of its dependencies, without those of build and tests."""
    return {
        node["id"]: {dep["pkg"] for dep in node["deps"] if any(kind["kind"] is None for kind in dep["dep_kinds"])}
        for node in metadata["resolve"]["nodes"]
    }


def closure(start: str, edges: dict[str, set[str]]) -> set[str]:
    """All nodes that are reachable from `start`."""
    seen: set[str] = set()
    stack = [start]
    while stack:
        for dependency in edges[stack.pop()] - seen:
            seen.add(dependency)
            stack.append(dependency)
    return seen


def crate_faults(metadata: dict[str, Any]) -> list[str]:
    """One line for each dependency of a crate that its row in CRATES does not allow."""
    names = {package["id"]: package["name"] for package in metadata["packages"]}
    ids = {names[member]: member for member in metadata["workspace_members"]}
    edges = normal_dependencies(metadata)
    faults = [f"{name}: no row in CRATES of {Path(__file__).name}" for name in sorted(ids.keys() - CRATES.keys())]
    for name, (ours, banned) in CRATES.items():
        below = {names[dependency] for dependency in closure(ids[name], edges)}
        faults += [f"{name} must not depend on {other}" for other in sorted((below & CRATES.keys()) - ours)]
        faults += [
            f"{name} must not depend on {other}, directly or not"
            for other in sorted(below)
            if any(other == family or other.startswith(f"{family}-") for family in banned)
        ]
    return faults


def imported_modules(path: Path, folder: Path) -> set[str]:
    """Names that a file of `folder`'s packages imports; of `from a import b` both `a` and `a.b`."""
    package = ".".join(path.parent.relative_to(folder).parts)
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), package)
            modules |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return modules


def package_faults() -> list[str]:
    """One line for each Python file that imports what its row in PACKAGES forbids."""
    return [
        f"{path.relative_to(ROOT)} must not import {module}"
        for folder, banned in PACKAGES.items()
        for path in sorted((ROOT / folder).rglob("*.py"))
        for module in sorted({name.partition(".")[0] for name in imported_modules(path, ROOT / folder)} & set(banned))
    ]


def imports_inside(package: Path) -> dict[str, set[str]]:
    """Each module of a package, such as `tables.catalog`, with those of the package it imports."""
    paths = {
        ".".join(path.relative_to(package).with_suffix("").parts).removesuffix(".__init__"): path
        for path in package.rglob("*.py")
        if path != package / "__init__.py"  # a docstring alone, or the names that users import
    }
    return {
        module: {name.removeprefix(f"{package.name}.") for name in imported_modules(path, package.parent)}
        & paths.keys() - {module}
        for module, path in paths.items()
    }


def circular(imports: dict[str, set[str]]) -> list[str]:
    """The modules that import themselves through others."""
    return [
        module
        for module, others in sorted(imports.items())
        if any(module in closure(other, imports) for other in others)
    ]


def is_inside(module: str, outer: str) -> bool:
    """Whether a Rust module is part of another; all are part of the root, the empty name."""
    return outer == "" or module.startswith(f"{outer}::")


def circle_faults(name: str, uses: dict[str, set[str]]) -> list[str]:
    """One line for each module of a crate or Python package that uses itself through others.

    That a Rust module uses its own parts does not count.
    """
    outside = {module: {other for other in others if not is_inside(other, module)} for module, others in uses.items()}
    return [f"{name}: {module} uses itself through others" for module in circular(outside)]


def slice_faults(uses: dict[str, set[str]], naming_arrow: set[str]) -> list[str]:
    """One line for each module of SLICES, or inside one, that uses a module above it, or Arrow."""
    layer = {module: SLICES.index(top) for module in uses if (top := module.partition("::")[0]) in SLICES}
    upwards = [
        f"b3-kernels: {module} must not use {other or 'the root'}"
        for module in sorted(layer)
        for other in sorted(uses[module])
        if layer.get(other, len(SLICES)) > layer[module]
    ]
    return upwards + [f"b3-kernels: {module} must not use arrow" for module in sorted(layer.keys() & naming_arrow)]


def module_faults(metadata: dict[str, Any]) -> list[str]:
    """The faults inside the Rust crates."""
    folders = {package["name"]: Path(package["manifest_path"]).parent for package in metadata["packages"]}
    faults = [fault for crate in CRATES for fault in circle_faults(crate, rust_modules.uses(folders[crate]))]
    kernels = folders["b3-kernels"]
    return faults + slice_faults(rust_modules.uses(kernels), rust_modules.naming(kernels, "arrow"))


def layer_faults(imports: dict[str, set[str]]) -> list[str]:
    """One line for each import from a higher package of b3_jobs and for each module in a circle."""
    packages = {module: module.partition(".")[0] for module in imports}
    if unknown := sorted(set(packages.values()) - set(LAYERS)):
        return [f"b3_jobs.{package}: not in LAYERS of {Path(__file__).name}" for package in unknown]
    layer = {module: LAYERS.index(package) for module, package in packages.items()}
    upwards = [
        f"b3_jobs.{module} must not import b3_jobs.{other}: its package is above"
        for module, others in sorted(imports.items())
        for other in sorted(others)
        if layer[other] > layer[module]
    ]
    return upwards + circle_faults("b3_jobs", imports)


def cargo_metadata() -> dict[str, Any]:
    """The workspace's crates and the dependencies that cargo resolves for them."""
    command = ["cargo", "metadata", "--format-version", "1", "--locked"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    metadata: dict[str, Any] = json.loads(answer.stdout)
    return metadata


def main() -> int:
    """Prints the faults; returns 1 if there is one."""
    metadata = cargo_metadata()
    faults = crate_faults(metadata) + module_faults(metadata) + package_faults()
    faults += layer_faults(imports_inside(JOB)) + circle_faults("b3_kernels", imports_inside(WHEEL))
    for fault in faults:
        print(f"direction of dependence: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
