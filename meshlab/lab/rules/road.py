"""What a lab takes over from another lab of the road is the same there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from meshlab.lab.content import labs_folder
from meshlab.lab.load import LoadedLab, read_lab
from meshlab.lab.model import Variable
from meshlab.lab.problem import Problem
from meshlab.lab.rules.scope import Scope


def variables(scope: Scope) -> Iterator[Problem]:
    """A variable that is drawn as another lab draws it is declared there in the same way."""
    for name, variable in scope.loaded.lab.variables.items():
        if variable.lab is not None:
            yield from _same(scope, name, variable, variable.lab)


def _same(scope: Scope, name: str, variable: Variable, lab: str) -> Iterator[Problem]:
    folder = beside(scope.loaded, lab)
    if folder is None:
        yield scope.at(("variables", name, "lab"), "road", f"no lab `{lab}` is there to compare with", "warning")
        return
    other = read_lab(folder).loaded
    if other is None:
        # Its own lint says what is wrong with it.
        return
    there = other.lab.variables.get(name)
    if there is None:
        yield scope.at(("variables", name, "lab"), "road", f"the lab `{lab}` has no variable `{name}`")
    elif there.lab is not None:
        message = f"the lab `{lab}` draws `{name}` as `{there.lab}` does"
        yield scope.at(("variables", name, "lab"), "road", message, hint=f"Write `lab: {there.lab}`.")
    elif there != replace(variable, lab=None):
        message = f"the lab `{lab}` declares `{name}` in another way, so its value is another one"
        yield scope.at(("variables", name), "road", message)


def beside(loaded: LoadedLab, lab: str) -> Path | None:
    """The folder of another lab: of the same pack, else of those that came with meshlab."""
    for pack in (loaded.folder.parent, labs_folder()):
        if (pack / lab / "lab.yaml").exists():
            return pack / lab
    return None
