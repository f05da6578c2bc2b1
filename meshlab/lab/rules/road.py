"""What a lab takes over from another lab is declared there in the same way."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from meshlab.errors import LabError
from meshlab.lab.differences import differences, listed
from meshlab.lab.files.lab_folder import beside
from meshlab.lab.load import read_lab
from meshlab.lab.model import Variable
from meshlab.lab.problem import Problem
from meshlab.lab.proof import Proof, read_proof
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
        # The lint of that lab reports what is wrong with it.
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


def previous(scope: Scope) -> Iterator[Problem]:
    """The start is the solved end of the lab before, as both proofs saw it."""
    lab = scope.loaded.lab.previous
    if not lab:
        return
    folder = beside(scope.loaded, lab)
    if folder is None:
        yield scope.at(("previous",), "road", f"no lab `{lab}` is there to compare with", "warning")
        return
    try:
        own, before = read_proof(scope.loaded.folder), read_proof(folder)
    except LabError:
        # The rule in proofs.py reports it for the lab with that proof.
        return
    if own is None:
        return
    if before is None:
        message = f"`{lab}` is not proven, so this start is not compared with its end"
        yield scope.at(("previous",), "road", message, "warning", f"Run `meshlab prove {lab}`.")
        return
    yield from _goes_on(scope, own, before)


def _goes_on(scope: Scope, own: Proof, before: Proof) -> Iterator[Problem]:
    if own.seed != before.seed:
        message = f"the proof of `{before.lab}` has the seed {before.seed}, this one has {own.seed}: they cannot be compared"
        yield scope.at(("previous",), "road", message, hint="Prove both with the same seed.")
        return
    left = differences(before.end, own.start)
    if left:
        message = f"the start is not the solved end of `{before.lab}`: {listed(left)}"
        hint = "Mend the start, or mark what this lab adds as given, and prove the lab again."
        yield scope.at(("previous",), "road", message, hint=hint)
