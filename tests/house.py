"""The shape of meshlab in numbers, beside those before its rooms were drawn: `make house`.

Counted are the files of `meshlab/`: how many stand in a folder, how large modules and functions are, who imports whom, and
loops that only hand on what another generator yields. Imports count wherever they stand: inside functions and under
TYPE_CHECKING too. An empty `__init__.py`, or one that holds nothing but its docstring, is no module.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

MOST_MODULES = 20
"""In one folder."""
LONGEST_FUNCTION = 41
"""Lines, from `def` to the last one."""
LONGEST_MODULE = 400
STREAMS = "run/session.py"
"""The one module that turns calls into streams."""

BEFORE = {
    "modules": "410",
    "module lines: median, p90, max": "79.5, 157, 365",
    "functions": "3001",
    "function lines: median, p90, max": "5, 14, 41",
    "modules in the largest folders": "run 89, cluster 43, lab 37",
    "modules with one importer": "152",
    "circles of imports": "6 (of 18, 5, 4, 2, 2, 2 modules)",
    "imports against the order of layers": "0 between rooms, 7 inside run/",
    "loops that only hand on": "79",
}
"""The same counts before `run/` and `cluster/` had rooms: 334 arrows led from file to file of `run/`, seven of them upwards."""


@dataclass(frozen=True)
class Module:
    """One file of Python that holds code."""

    name: str
    file: Path
    tree: ast.Module
    lines: int


@dataclass(frozen=True)
class House:
    """Everything that is counted below one folder."""

    package: Path
    layers: tuple[tuple[tuple[str, ...], ...], ...] = ()
    """Contracts of import-linter: each a list of layers from the highest down, each layer a set of modules side by side."""

    @cached_property
    def modules(self) -> dict[str, Module]:
        """By dotted name."""
        return {module.name: module for module in map(self._read, sorted(self.package.rglob("*.py"))) if _has_code(module)}

    def _read(self, file: Path) -> Module:
        text = file.read_text(encoding="utf-8")
        parts = file.relative_to(self.package.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        return Module(name, file, ast.parse(text), text.count("\n"))

    @cached_property
    def imports(self) -> dict[str, set[str]]:
        """Module to those that it imports: at the top, inside functions, or for types only."""
        return {name: set(self._imported(module)) - {name} for name, module in self.modules.items()}

    def _imported(self, module: Module) -> Iterator[str]:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            else:
                continue
            for name in names:
                known = [part for part in (name, name.rpartition(".")[0]) if part in self.modules]
                yield from known[:1]

    @cached_property
    def by_folder(self) -> Counter[str]:
        """How many modules stand in each folder."""
        return Counter(module.file.parent.relative_to(self.package).as_posix() for module in self.modules.values())

    @cached_property
    def with_one_importer(self) -> dict[str, str]:
        """Module to the only one that imports it."""
        importers: dict[str, list[str]] = defaultdict(list)
        for name, imported in self.imports.items():
            for other in imported:
                importers[other].append(name)
        return {name: importers[name][0] for name in self.modules if len(importers[name]) == 1}

    @cached_property
    def circles(self) -> list[list[str]]:
        """Groups of modules that import each other, the largest first."""
        return sorted((sorted(group) for group in strong_groups(self.imports) if len(group) > 1), key=len, reverse=True)

    @cached_property
    def upward(self) -> list[tuple[str, str]]:
        """(importer, imported) where a lower layer imports a higher one, or one beside it."""
        return sorted(
            (name, other)
            for layers in self.layers
            for name, imported in self.imports.items()
            for other in imported
            if _rises(layers, name, other)
        )

    @cached_property
    def forwarding(self) -> Counter[str]:
        """Module to loops that yield what another generator yields, and do nothing else."""
        return Counter(
            module.file.relative_to(self.package).as_posix()
            for module in self.modules.values()
            for node in ast.walk(module.tree)
            if isinstance(node, ast.AsyncFor) and _only_yields(node)
        )

    @cached_property
    def functions(self) -> dict[str, int]:
        """Function to its lines."""
        return {
            f"{name}.{node.name}:{node.lineno}": (node.end_lineno or node.lineno) - node.lineno + 1
            for name, module in self.modules.items()
            for node in ast.walk(module.tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }


def _has_code(module: Module) -> bool:
    return any(not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)) for node in module.tree.body)


def _only_yields(loop: ast.AsyncFor) -> bool:
    """`async for x in y: yield x`."""
    body = loop.body[0]
    return (
        len(loop.body) == 1
        and isinstance(body, ast.Expr)
        and isinstance(body.value, ast.Yield)
        and body.value.value is not None
        and ast.unparse(body.value.value) == ast.unparse(loop.target)
    )


def _rises(layers: Iterable[Iterable[str]], name: str, other: str) -> bool:
    heights = {module: height for height, layer in enumerate(layers) for module in layer}
    own, its = _layer(heights, name), _layer(heights, other)
    return own != its and "" not in (own, its) and heights[own] >= heights[its]


def _layer(heights: dict[str, int], name: str) -> str:
    """The longest prefix of a module's name that is a layer, empty when there is none."""
    parts = name.split(".")
    return next((prefix for n in range(len(parts), 0, -1) if (prefix := ".".join(parts[:n])) in heights), "")


def strong_groups(graph: dict[str, set[str]]) -> list[set[str]]:
    """Strongly connected components (Tarjan), without recursion."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    groups: list[set[str]] = []
    for start in graph:
        if start in index:
            continue
        work = [(start, iter(sorted(graph[start])))]
        index[start] = low[start] = len(index)
        stack.append(start)
        while work:
            node, following = work[-1]
            for other in following:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    work.append((other, iter(sorted(graph[other]))))
                    break
                if other in stack:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    at = stack.index(node)
                    groups.append(set(stack[at:]))
                    del stack[at:]
    return groups


def read_layers(pyproject: Path) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """The layers of every contract in pyproject.toml, with full names of modules."""
    contracts = tomllib.loads(pyproject.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    return tuple(
        tuple(_names(layer, container) for layer in contract["layers"])
        for contract in contracts
        if contract["type"] == "layers"
        for container in contract.get("containers", [""])
    )


def _names(layer: str, container: str) -> tuple[str, ...]:
    names = [name.strip(" ()") for name in layer.replace(":", "|").split("|")]
    return tuple(f"{container}.{name}" if container else name for name in names)


def the_house(root: Path = ROOT) -> House:
    """The package of a clone, with the layers of its pyproject.toml."""
    return House(root / "meshlab", read_layers(root / "pyproject.toml"))


def spread(values: Iterable[int]) -> str:
    """Median, 90th percentile and maximum."""
    ordered = sorted(values)
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    return f"{middle:g}, {ordered[int(0.9 * (len(ordered) - 1))]}, {ordered[-1]}"


def counts(house: House) -> dict[str, str]:
    """Every count by its name, as BEFORE has them."""
    largest = house.by_folder.most_common(3)
    return {
        "modules": str(len(house.modules)),
        "module lines: median, p90, max": spread(module.lines for module in house.modules.values()),
        "functions": str(len(house.functions)),
        "function lines: median, p90, max": spread(house.functions.values()),
        "modules in the largest folders": ", ".join(f"{folder} {n}" for folder, n in largest),
        "modules with one importer": str(len(house.with_one_importer)),
        "circles of imports": f"{len(house.circles)}" + _of(house.circles),
        "imports against the order of layers": str(len(house.upward)),
        "loops that only hand on": str(house.forwarding.total()),
    }


def _of(circles: list[list[str]]) -> str:
    return f" (of {', '.join(str(len(circle)) for circle in circles)} modules)" if circles else ""


def details(house: House) -> Iterator[str]:
    """What is too large, turned round, or has one importer: a line each."""
    for folder, n in house.by_folder.items():
        if n > MOST_MODULES:
            yield f"{folder}: {n} modules"
    for module in house.modules.values():
        if module.lines > LONGEST_MODULE:
            yield f"{module.name}: {module.lines} lines"
    for name, n in house.functions.items():
        if n > LONGEST_FUNCTION:
            yield f"{name}: {n} lines"
    for circle in house.circles:
        yield f"circle: {', '.join(circle)}"
    for name, other in house.upward:
        yield f"upwards: {name} -> {other}"
    for file, n in sorted(house.forwarding.items()):
        if file != STREAMS:
            yield f"{file}: {n} loops that only hand on"
    for name, importer in sorted(house.with_one_importer.items()):
        yield f"one importer: {name} ({house.modules[name].lines} lines) <- {importer}"


def main() -> None:
    """Print the counts beside those before; with `--all`, what they are made of."""
    house = the_house(Path(next((argument for argument in sys.argv[1:] if argument != "--all"), ROOT)))
    now = counts(house)
    widths = [max(map(len, column)) for column in (now, BEFORE.values())]
    print(f"{'':{widths[0]}}  {'before':{widths[1]}}  now")
    for name, value in now.items():
        print(f"{name:{widths[0]}}  {BEFORE[name]:{widths[1]}}  {value}")
    if "--all" in sys.argv:
        print(*details(house), sep="\n")


if __name__ == "__main__":
    main()
