"""Steps can be solved, misconceptions can be applied, and every guard is red in some misconception."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from meshlab.errors import LabError
from meshlab.lab.change.read import Change, load_change
from meshlab.lab.files.lab_folder import BASE, START, numbered, solve_folder, wrong_folder
from meshlab.lab.files.manifests import manifests
from meshlab.lab.model import Step
from meshlab.lab.problem import Problem
from meshlab.lab.rules import walk
from meshlab.lab.rules.scope import Scope, caught


def solutions(scope: Scope) -> Iterator[Problem]:
    """A step with checks has a solution that answers its questions and runs its experiments."""
    for index, step in enumerate(scope.loaded.lab.steps):
        folder = solve_folder(scope.loaded, step.id)
        try:
            change = load_change(scope.loaded, folder, scope.extra)
        except LabError as error:
            yield caught("solution", error)
            continue
        goals = [check.id for check in step.checks if check.role == "goal"]
        if goals and change.empty:
            message = f"the step `{step.id}` has goals but no solution in solve/{numbered(scope.loaded.lab, step.id)}"
            yield scope.at(("steps", index), "solution", message)
        else:
            for message in _unsolved(step, change):
                yield scope.at(("steps", index), "solution", message)


def _unsolved(step: Step, change: Change) -> Iterator[str]:
    run = {one.experiment for one in change.experiments}
    asks = {one.id: one.prediction is not None for one in step.experiments}
    for check in step.checks:
        if check.answer is not None and check.id not in change.answers:
            yield f"the solution of `{step.id}` does not answer `{check.id}`"
        if check.experiment is None:
            continue
        name = check.experiment.experiment
        if name not in run:
            yield f"the solution of `{step.id}` does not run the experiment `{name}` that `{check.id}` waits for"
        if asks.get(name) and name not in change.predictions:
            yield f"the solution of `{step.id}` gives no prediction for `{name}`"


def misconceptions(scope: Scope) -> Iterator[Problem]:
    """Each has a folder that changes something, and red checks that can be red."""
    checks = scope.loaded.lab.all_checks()
    for index, wrong in enumerate(scope.loaded.lab.wrong):
        try:
            if load_change(scope.loaded, wrong_folder(scope.loaded, wrong.id), scope.extra).empty:
                yield scope.at(("wrong", index), "misconception", f"wrong/{wrong.id} changes nothing")
        except LabError as error:
            yield caught("misconception", error)
        for check in wrong.red:
            behind = sorted(set(checks[check].needs) & wrong.red.keys())
            if behind:
                message = f"`{check}` needs `{behind[0]}`, which is red too, so it is blocked, not red"
                yield scope.at(("wrong", index, "red", check), "misconception", message)


def guards(scope: Scope) -> Iterator[Problem]:
    """A guard that nothing turns red guards nothing."""
    red = {check for wrong in scope.loaded.lab.wrong for check in wrong.red}
    for key, check in walk.checks(scope.loaded.lab):
        if check.role == "guard" and check.id not in red:
            yield scope.at(key, "guard", f"no misconception turns the guard `{check.id}` red")


def setup(scope: Scope) -> Iterator[Problem]:
    """The declared start is there and can be read."""
    for folder in (BASE, START):
        try:
            objects = manifests(scope.loaded, folder, scope.extra)
        except LabError as error:
            yield caught("setup", error)
            continue
        if folder == START and not objects:
            yield scope.file(scope.loaded.folder / START, "setup", "the lab has no start: no object in setup/start")


def strays(scope: Scope) -> Iterator[Problem]:
    """Files and folders of the lab that nothing reads."""
    lab, folder = scope.loaded.lab, scope.loaded.folder
    steps = {name for step in lab.steps for name in (step.id, numbered(lab, step.id))}
    known = {
        folder: {"lab.yaml", "proof.json", "text", "setup", "solve", "wrong", "README.md"},
        folder / "setup": {"base", "start"},
        folder / "solve": steps,
        folder / "wrong": {wrong.id for wrong in lab.wrong},
    }
    for where, names in known.items():
        for path in _entries(where):
            if path.name not in names:
                yield scope.file(path, "stray-file", f"nothing reads this; known here: {', '.join(sorted(names)) or 'nothing'}")


def _entries(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if not path.name.startswith("."))
