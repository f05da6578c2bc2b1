"""Changes: everything a step, a misconception or a submission may hold."""

from __future__ import annotations

import pytest

from meshlab.errors import LabError
from meshlab.lab.address import ObjectRef
from meshlab.lab.change.read import load_change
from meshlab.lab.files.lab_folder import solve_folder
from meshlab.lab.load import load_lab
from meshlab.lab.submission import load_submission, read_header
from tests.unit.lab.sample_lab import Make, write

ALL = {
    "10.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {wait: ${timeout}}\n",
    "20.patch.yaml": "target: {kind: Service, name: web}\npatch: {spec: {x: 1}}\n---\n"
    "target: {kind: Service, name: web}\ntype: json\npatch: [{op: remove, path: /spec/x}]\n",
    "delete.yaml": "- {apiVersion: apps/v1, kind: Deployment, name: old}\n- {kind: Pod, labels: {app: x}}\n",
    "restart.yaml": "restart: [{apiVersion: apps/v1, kind: Deployment, name: web}]\n"
    "nudge: [{kind: Pod, labels: {app: router}}]\n",
    "answers.yaml": "who: left\n",
    "predictions.yaml": "router-dies: {cells: [[web, catalog]]}\n",
    "experiments.yaml": "- router-dies\n",
    "30-do.sh": "#!/bin/sh\necho ${token} $HOME\n",
    "second/delete.yaml": "- {kind: Pod, name: far}\n",
    ".hidden": "x",
}


def test_every_part_is_read_with_its_place(lab: Make) -> None:
    folder = lab(**{f"solve/01-look/{name}": text for name, text in ALL.items()})
    loaded = load_lab(folder, 7)
    change = load_change(loaded, solve_folder(loaded, "look"))
    assert change.manifests[0].object["spec"] == {"wait": 350}
    assert [(one.type, one.line, one.target.name) for one in change.patches] == [("merge", 1, "web"), ("json", 4, "web")]
    assert [(one.ref.cluster, one.ref.name, one.line) for one in change.deletes] == [
        ("", "old", 1),
        ("", "", 2),
        ("second", "far", 1),
    ]
    assert change.restarts[0].ref == ObjectRef(api_version="apps/v1", kind="Deployment", name="web")
    assert change.nudges[0].ref == ObjectRef(kind="Pod", labels={"app": "router"})
    assert change.answers["who"].value == "left"
    assert change.predictions["router-dies"].as_json() == {"cells": [["web", "catalog"]]}
    assert [one.experiment for one in change.experiments] == ["router-dies"]
    assert change.scripts[0].text == f"#!/bin/sh\necho {loaded.values['token']} $HOME\n"
    assert not change.empty


def test_a_list_of_objects_restarts_them(lab: Make) -> None:
    folder = lab(**{"wrong/x/restart.yaml": "- {apiVersion: apps/v1, kind: Deployment, name: web}\n"})
    assert load_change(load_lab(folder), "wrong/x").restarts[0].ref.name == "web"


def test_a_folder_that_does_not_exist_changes_nothing(lab: Make) -> None:
    loaded = load_lab(lab())
    assert load_change(loaded, solve_folder(loaded, "break")).empty


def test_a_step_folder_may_go_without_its_number(lab: Make) -> None:
    loaded = load_lab(lab(**{"solve/break/experiments.yaml": "- router-dies\n"}))
    assert not load_change(loaded, solve_folder(loaded, "break")).empty


def test_without_templates_every_text_stays_as_it_is(lab: Make) -> None:
    loaded = load_lab(lab(**{"wrong/x/a.sh": "echo ${HOME:-x} ${timeout}\n"}))
    assert load_change(loaded, "wrong/x", templates=False).scripts[0].text == "echo ${HOME:-x} ${timeout}\n"
    with pytest.raises(LabError, match=r"a\.sh:1"):
        load_change(loaded, "wrong/x")


def test_the_right_answer_may_be_measured(lab: Make) -> None:
    loaded = load_lab(lab(**{"wrong/x/answers.yaml": "who: {measured: true}\n"}))
    assert load_change(loaded, "wrong/x").answers["who"].measured


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        (
            "a.patch.yaml",
            "target: {kind: Service}\npatch: {}\n",
            "yaml:1: target: the reference to a Service has no name",
        ),
        (
            "a.patch.yaml",
            "target: {kind: Service, name: x}\ntype: mrge\npatch: {}\n",
            r":2: type: .* mean `merge`",
        ),
        ("a.patch.yaml", "target: {kind: Service, name: x}\ntype: json\npatch: {}\n", ":3: patch: a json patch is a list"),
        ("a.patch.yaml", "target: {kind: Service, name: x}\npatch: []\n", ":2: patch: a merge patch is a mapping"),
        ("a.patch.yaml", "target: {kind: Service, name: x}\n", "`patch` is missing"),
        ("delete.yaml", "- {kind: Service}\n", r"delete.yaml:1: \[0\]: the reference to a Service has no name"),
        ("delete.yaml", "- {kind: Service, nam: x}\n", "did you mean `name`"),
        ("delete.yaml", "kind: Service\n", "must be a list"),
        ("restart.yaml", "restrt: []\n", "did you mean `restart`"),
        ("restart.yaml", "restart: {kind: Pod}\n", "restart: must be a list"),
        ("answers.yaml", "whoo: left\n", "answers.yaml:1: whoo: no question `whoo`; did you mean `who`"),
        ("answers.yaml", "routed: left\n", "no question `routed`"),
        ("answers.yaml", "who: up\n", "no choice `up`"),
        ("answers.yaml", "who: [left]\n", "single value"),
        ("answers.yaml", "who: {mesured: true}\n", "did you mean `measured`"),
        ("predictions.yaml", "router-dies: {choice: x}\n", "predicted by `cells`"),
        ("predictions.yaml", "router-dies: {cells: [[web]]}\n", r"router-dies.cells\[0\]: needs exactly 2 values"),
        ("predictions.yaml", "router-lives: {cells: []}\n", "did you mean `router-dies`"),
        ("experiments.yaml", "- router-lives\n", r"experiments.yaml:1: \[0\]: no experiment"),
        ("readme.md", "hello\n", "cannot be part of a change"),
        ("b.yaml", "kind: Pod\n", "no `apiVersion`"),
    ],
)
def test_what_cannot_be_read_has_a_place(lab: Make, name: str, text: str, says: str) -> None:
    loaded = load_lab(lab(**{f"wrong/x/{name}": text}))
    with pytest.raises(LabError, match=says):
        load_change(loaded, "wrong/x")


def test_a_submission_is_read_by_step(lab: Make) -> None:
    loaded = load_lab(lab(), 7)
    folder = loaded.folder.parent / "mine"
    write(folder / "submission.yaml", "lab: 2-sample\nseed: 7\n")
    write(folder / "look/a.sh", "echo ${HOME}\n")
    write(folder / "02-break/answers.yaml", "who: left\n")
    assert read_header(folder).seed == 7
    submission = load_submission(loaded, folder)
    assert list(submission.steps) == ["look", "break"]
    assert submission.steps["look"].scripts[0].text == "echo ${HOME}\n"


def test_a_submission_may_ask_for_templates(lab: Make) -> None:
    loaded = load_lab(lab(), 7)
    folder = loaded.folder.parent / "mine"
    write(folder / "submission.yaml", "lab: 2-sample\nseed: 7\ntemplates: true\n")
    write(folder / "look/a.sh", "echo ${timeout}\n")
    assert load_submission(loaded, folder).steps["look"].scripts[0].text == "echo 350\n"


@pytest.mark.parametrize(
    ("header", "file", "says"),
    [
        ("", "look/a.sh", "submission.yaml"),
        ("lab: 2-sample\n", "look/a.sh", "`seed` is missing"),
        ("lab: 3-other\nseed: 7\n", "look/a.sh", "it is for 3-other with seed 7, not for 2-sample with seed 7"),
        ("lab: 2-sample\nseed: 8\n", "look/a.sh", "with seed 8"),
        ("lab: 2-sample\nseed: 7\n", "lock/a.sh", "did you mean `look`"),
        ("lab: 2-sample\nseed: 7\n", "look/answers.yaml", "`measured` is for a lab's own solution"),
    ],
)
def test_a_submission_that_cannot_be_graded_says_why(lab: Make, header: str, file: str, says: str) -> None:
    loaded = load_lab(lab(), 7)
    folder = loaded.folder.parent / "mine"
    write(folder / file, "who: {measured: true}\n")
    if header:
        write(folder / "submission.yaml", header)
    with pytest.raises(LabError, match=says):
        load_submission(loaded, folder)
