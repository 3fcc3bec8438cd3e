"""The modules of a Rust crate and what each uses of the others, read from its source files.

Cargo's metadata has the dependences between crates, but not those between a crate's files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

# The names of a path: from the crate's root to a module or an item, or as a file writes it.
Names = tuple[str, ...]

# The name of a module of tests in another file; or a module of tests in this file with all that
# follows, because tests stand last.
_TESTS = re.compile(r"#\[cfg\(test\)\]\n(?:pub\(\w+\) )?mod (?:(\w+);|\w+ \{.*)", re.S)
_USE = re.compile(r"\b(pub(?:\(\w+\))? )?use\s+([^;]+);")
_PATH = re.compile(r"(?<![\w:])(?:\w+::)+\w+")


def uses(crate: Path) -> dict[str, set[str]]:
    """Each module of the crate, such as `exact::big`, and the others that it uses outside tests.

    An item that a module only passes on (`pub use`) counts for the module that defines it. The
    crate's root is the empty name.
    """
    texts = _texts(crate / "src")
    passed_on: dict[Names, Names] = {}
    used: dict[Names, set[Names]] = {module: set() for module in texts}
    for module, text in texts.items():
        paths = [(public, path) for public, tree in _USE.findall(text) for path in _expanded(tree)]
        inline = [("", tuple(path.split("::"))) for path in _PATH.findall(_USE.sub("", text))]
        for public, path in [*paths, *inline]:
            absolute = _absolute(module, path, texts)
            if absolute is not None:
                used[module].add(absolute)
                if public:
                    passed_on[*module, path[-1]] = absolute
    return {
        "::".join(module): {"::".join(_definer(path, texts, passed_on)) for path in paths} - {"::".join(module)}
        for module, paths in used.items()
    }


def naming(crate: Path, other: str) -> set[str]:
    """The modules of the crate that name the crate `other`."""
    named = re.compile(rf"(?<![\w:]){other}::")
    return {"::".join(module) for module, text in _texts(crate / "src").items() if named.search(text)}


def _texts(folder: Path) -> dict[Names, str]:
    """The text of each module without comments and tests; lib.rs and main.rs are both the root."""
    texts: dict[Names, str] = {}
    tests: set[Names] = set()
    for path in sorted(folder.rglob("*.rs")):
        parts = path.relative_to(folder).with_suffix("").parts
        module = parts[:-1] if parts[-1] in ("lib", "main", "mod") else parts
        text = re.sub(r"//.*", "", path.read_text(encoding="utf-8"))
        tests |= {(*module, name) for name in _TESTS.findall(text) if name}
        texts[module] = texts.get(module, "") + _TESTS.sub("", text)
    return {module: text for module, text in texts.items() if not any(module[: len(test)] == test for test in tests)}


def _expanded(tree: str) -> Iterator[Names]:
    """The paths of a `use`: `a::{b, c::D}` is `a::b` and `a::c::D`."""
    head, brace, body = tree.partition("{")
    if not brace:
        yield tuple(re.sub(r"\s+as\s+\w+$", "", tree.strip()).split("::"))
        return
    prefix = tuple(head.strip().removesuffix("::").split("::")) if head.strip() else ()
    depth, start = 0, 0
    body = body.rstrip().removesuffix("}") + ","
    for place, sign in enumerate(body):
        depth += (sign == "{") - (sign == "}")
        if sign == "," and depth == 0:
            if part := body[start:place].strip():
                yield from ((*prefix, *path) for path in _expanded(part))
            start = place + 1


def _absolute(module: Names, path: Names, texts: dict[Names, str]) -> Names | None:
    """A path from the crate's root; None if it begins with no module of this crate."""
    if path[0] == "crate":
        return path[1:]
    if path[0] in ("self", "super"):
        ups = sum(name == "super" for name in path)
        return (*module[: len(module) - ups], *(name for name in path if name not in ("self", "super")))
    return (*module, *path) if (*module, path[0]) in texts else None


def _definer(path: Names, texts: dict[Names, str], passed_on: dict[Names, Names]) -> Names:
    """The module that defines the item of a path.

    Of `a::b::C` it is the longest beginning that is a module: `a::b`, `a` or the root, which is
    empty. If that only passes the item on (`pub use d::C`), it is the module that defines `d::C`.
    """
    module = next(path[:length] for length in range(len(path), -1, -1) if path[:length] in texts)
    item = path[: len(module) + 1]
    if item != module and item in passed_on:
        return _definer((*passed_on[item], *path[len(item) :]), texts, passed_on)
    return module
