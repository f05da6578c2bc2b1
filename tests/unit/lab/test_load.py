# ruff: noqa: E501  (tables)
"""Loading a lab: values, templates, and a place for everything that is wrong."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from meshlab.errors import ExitCode, LabError
from meshlab.lab.load import LoadedLab, Reading, load_lab, read_lab
from tests.unit.lab.sample_lab import SOUND, Make, write

Bend = Callable[[str, str], Reading]


def test_values_fill_the_lab_and_stay_the_same_for_a_seed(loaded: LoadedLab) -> None:
    # Literal values: drawing must give the same on every platform and Python, for ever.
    assert loaded.values == {"timeout": "350", "slow": "701", "canary": "30", "token": "j6ey38hm"}
    path = loaded.lab.all_checks()["routed"].path
    assert path is not None
    assert path.expect.milliseconds == (0, 350)


def test_seeds_differ(lab: Make) -> None:
    folder = lab()
    assert len({load_lab(folder, seed).values["token"] for seed in range(20)}) == 20
    assert len({load_lab(folder, seed).values["timeout"] for seed in range(100)}) > 5


def test_a_new_variable_does_not_change_the_others(lab: Make) -> None:
    before = load_lab(lab(), 3).values
    after = load_lab(lab(SOUND.replace("  token:", "  extra: {token: 3}\n  token:")), 3).values
    assert {name: after[name] for name in before} == before


def test_a_value_is_drawn_as_another_lab_draws_it(lab: Make) -> None:
    sound = load_lab(lab(), 3)
    pack = lab().parent
    for name, says in (("4-next", "{token: 8, lab: 2-sample}"), ("4-own", "{token: 8}")):
        write(pack / name / "lab.yaml", SOUND.replace("{token: 8}", says))
    values = load_lab(pack / "4-next", 3).values
    assert values["token"] == sound.values["token"] != load_lab(pack / "4-own", 3).values["token"]


def test_lines_of_keys_are_kept(loaded: LoadedLab) -> None:
    line = loaded.line("steps[0].checks[1].share.nearest")
    assert line is not None
    assert "nearest" in SOUND.splitlines()[line - 1]


def test_foreign_templates_pass_untouched(lab: Make) -> None:
    text = SOUND.replace('url: "http://web:8080/", rate', 'url: "http://$(HOST)/%REQ(X)%/{{ x }}/$name/$[/$${y}", rate')
    assert load_lab(lab(text)).lab.actors["shopper"].url == "http://$(HOST)/%REQ(X)%/{{ x }}/$name/$[/${y}"


def test_the_folder_names_the_lab(loaded: LoadedLab) -> None:
    assert loaded.id == "2-sample"
    assert loaded.lab.default_cluster == "main"
    assert loaded.lab.default_namespace == "shop"


WRONG = [
    ("share: 0.${canary}", "share: 0.${cannary}", "template", "", "cannary"),
    ("{app: web}, url", "{app: ${web}, url", "template", "", "web"),
    ("minutes: 20", "minutes: ${", "template", "", "not closed"),
    ("minutes: 20", "minuts: 20", "unknown-key", "minuts", "did you mean `minutes`"),
    ("minutes: 20", "minutes: long", "type", "minutes", "whole number"),
    ("minutes: 20", "minutes: 20\nminutes: 21", "duplicate-key", "minutes", "twice"),
    ('stage: "2"', "stage: 2", "type", "stage", "put it into quotes"),
    ("schema: 1", "schema: 7", "type", "schema", "must be one of 1"),
    ("schema: 1\n", "", "missing-key", "", "`schema` is missing"),
    ("nearest: 0.5", "nearest: 1.5", "type", "steps[0].checks[1].share.nearest", "at most 1"),
    ("nearest: 0.5", "nearst: 0.5", "unknown-key", "steps[0].checks[1].share.nearst", "did you mean `nearest`"),
    ("nearest: 0.5", "nearest: .nan", "unreadable", "steps[0].checks[1].share", "JSON"),
    ("{rows: [web, probe]", "{rows: web", "type", "steps[1].checks[0].matrix.rows", "must be a list"),
    ("- id: shared", "- id: routed", "duplicate-id", "steps[0].checks[1].id", "routed"),
    ("- id: break", "- id: look", "duplicate-id", "steps[1].id", "look"),
    ("- id: break", "- id: Break it", "type", "steps[1].id", "lower-case"),
    ("{id: up, undo: true}", "{id: down, undo: true}", "duplicate-id", "steps[1].experiments[0].phases[1].id", "down"),
    ("needs: [routed]", "needs: [rooted]", "unknown-check", "steps[0].checks[1].needs[0]", "did you mean `routed`"),
    ("- id: routed\n", "- id: routed\n        needs: [shared]\n", "needs-circle", "steps[0].checks[0].needs", "routed -> shared -> routed"),
    ("- id: routed\n", "- id: routed\n        until: look\n", "until", "steps[0].checks[0].until", "later step"),
    ("- id: routed\n", "- id: routed\n        until: brake\n", "unknown-step", "steps[0].checks[0].until", "did you mean `break`"),
    ("- id: routed\n", "- id: routed\n        until: break\n", "until", "steps[0].checks[1].needs[0]", "which ends with"),
    ("        needs: [routed]\n", "", "fresh", "steps[0].checks[1].fresh", "could block"),
    ("        fresh: path.no-proxy\n", "", "fresh", "steps[0].checks[0]", "does not say why"),
    ("fresh: path.no-proxy", "fresh: because", "fresh", "steps[0].checks[0].fresh", "reason id"),
    ("role: guard", "role: guard\n        fresh: a.b", "fresh", "steps[0].checks[2].fresh", "guard"),
    ("success: {actor", "writes: {refs: []}\n        success: {actor", "check-kind", "steps[0].checks[2].writes", "exactly one"),
    ("        success: {actor: shopper, max-failed: 0}\n", "", "check-kind", "steps[0].checks[2]", "no kind"),
    ("actor: shopper", "actor: buyer", "unknown-actor", "steps[0].checks[2].success.actor", "buyer"),
    ("through: [{proxy: router}]", "through: [{proxy: rooter}]", "unknown-proxy", "steps[0].checks[0].path.through[0].proxy", "router"),
    ("path: {from: web", "path: {from: wep", "unknown-service", "steps[0].checks[0].path.from", "did you mean `web`"),
    ("path: {from: web", "path: {from: silent", "service-cannot-call", "steps[0].checks[0].path.from", "silent"),
    ("columns: [catalog]", "columns: [probe]", "service-without-url", "steps[1].checks[0].matrix.columns[0]", "probe"),
    ("cells: [{expect: 0}]", "cells: [{from: [x]}]", "unknown-row", "steps[1].checks[0].matrix.cells[0].from[0]", "x"),
    ("experiment: {experiment: router-dies}", "experiment: {experiment: none-such}", "unknown-experiment", "steps[1].checks[1].experiment.experiment", "none-such"),
    ("prediction: {kind: matrix, matrix: reach}", "prediction: {kind: choice}", "experiment", "steps[1].experiments[0].prediction", "two"),
    ("prediction: {kind: matrix, matrix: reach}", "prediction: {kind: choice, choices: [a, b]}", "experiment", "steps[1].experiments[0].prediction", "equals"),
    ("prediction: {kind: matrix, matrix: reach}", "prediction: {kind: choice, choices: [a, b], equals: c}", "unknown-choice", "steps[1].experiments[0].prediction.equals", "c"),
    ("checks: [reach]}", "checks: []}", "phase-check", "steps[1].checks[0].role", "never runs"),
    ("check: routed,", "check: rooted,", "unknown-check", "steps[0].hints[0].check", "rooted"),
    ("red: {routed:", "red: {rooted:", "unknown-check", "wrong[0].red.rooted", "rooted"),
    ("step: look", "step: lock", "unknown-step", "wrong[0].step", "did you mean `look`"),
    ("graph: {web: [catalog]}", "graph: {web: [catalogue]}", "unknown-service", "graph.web[0]", "catalog"),
    ("target: {kind: Deployment", "target: {cluster: third, kind: Deployment", "unknown-cluster",
     "steps[1].experiments[0].phases[0].apply[0].target.cluster", "third"),
    ("choices: [left, right], equals: left", "choices: [left, right], equals: up", "unknown-choice", "steps[0].checks[3].answer.equals", "up"),
    ("choices: [left, right], equals: left", "equals: left", "answer", "steps[0].checks[3].answer", "choices"),
    ("choices: [left, right], equals: left", "choices: [left, right]", "answer", "steps[0].checks[3].answer", "equals"),
    ("clusters: {main: {ports: {edge: 30080}}, second: {}}", "clusters: {}", "no-cluster", "clusters", "cluster"),
    ("name: router}, replicas: 0}", "name: router}}", "fault", "steps[1].experiments[0].phases[0].apply[0]", "needs `replicas`"),
    ("target: {kind: Deployment, name: router}", "target: {kind: Deployment}", "fault", "steps[1].experiments[0].phases[0].apply[0].target", "name or labels"),
    ("max-failed: 0", "at-least: 3", "asks-nothing", "steps[0].checks[2].success", "max-failed"),
    ("success: {actor: shopper, max-failed: 0}", "object: {ref: {kind: Pod}, conditions: [{query: a}]}", "asks-nothing", "steps[0].checks[2].object.conditions[0]", "asks nothing"),
    ("success: {actor: shopper, max-failed: 0}", "writes: {refs: [{kind: Pod, labels: {a: b}}], at-most: 0}", "writes-by-name", "steps[0].checks[2].writes.refs[0]", "by name"),
    ("minutes: 20", "minutes: 20\nnamespaces: [a, shop]", "namespaces", "namespaces[0]", "first"),
    ("{token: 8}", "{token: 0}", "variable", "variables.token", "1 to 40"),
    ("{token: 8}", "{token: 8, value: x}", "variable", "variables.token", "exactly one"),
    ("{token: 8}", "{token: 8, lab: No Lab}", "type", "variables.token.lab", "No Lab"),
    ('{value: "$[ timeout * 2 + 1 ]"}', '{value: "1", lab: 1-other}', "variable", "variables.slow", "is not drawn"),
    ("{token: 8}", "{tokn: 8}", "unknown-key", "variables.token.tokn", "did you mean `token`"),
    ("{integer: [300, 900], step: 50}", "{integer: [900, 300]}", "variable", "variables.timeout", "larger"),
    ("timeout * 2 + 1", "timeout ** 2", "variable", "variables.slow", "not expected"),
    ("timeout * 2 + 1", "slow", "variable", "variables.slow", "slow -> slow"),
    ("timeout * 2 + 1", "token", "variable", "variables.slow", "not an integer"),
    ("timeout * 2 + 1", "1 // 0", "variable", "variables.slow", "zero"),
    ("  token: {", "  edge_url: {", "duplicate-id", "variables.edge_url", "edge_url"),
    ("  token: {", "  Token: {", "variable", "variables.Token", "a-z"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "rule", "key", "says"), WRONG)
def test_what_is_wrong_has_a_place(bent: Bend, old: str, new: str, rule: str, key: str, says: str) -> None:
    reading = bent(old, new)
    assert reading.loaded is None
    problem = next((one for one in reading.problems if one.rule == rule), reading.problems[0])
    assert (problem.rule, problem.key) == (rule, key)
    assert says in problem.message + problem.hint
    lines = SOUND.replace(old, new).splitlines()
    assert problem.line is not None
    last = key.rpartition(".")[2]
    if key and not last.endswith("]"):
        assert last in lines[problem.line - 1]


def test_all_problems_are_told_at_once(bent: Bend) -> None:
    reading = bent("minutes: 20", "minuts: 20\nneeds: {nodes: many, memory: 3}")
    assert [one.rule for one in reading.problems] == ["missing-key", "unknown-key", "type", "unknown-key"]


def test_the_error_names_file_line_and_key(lab: Make) -> None:
    folder = lab(SOUND.replace("nearest: 0.5", "nearest: none"))
    with pytest.raises(LabError) as caught:
        load_lab(folder)
    line = next(number for number, text in enumerate(SOUND.splitlines(), 1) if "nearest" in text)
    assert str(caught.value).startswith(f"{folder}/lab.yaml:{line}: steps[0].checks[1].share.nearest: must be a number")
    assert caught.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"# only a comment\n",
        b"\x00\x01\x02",
        b"\xff\xfe\x00",
        b"\xed\xa0\x80",
        b"- a\n- list\n",
        b"just text",
        b"schema: 1\n---\nschema: 1\n",
        b"a: &x [*x]",
        b"? [a]\n: b",
        b"a: !!python/object:os.system x",
        b"x: " + b"[" * 5000,
        b"x: " + b"{a: " * 5000,
        b"a: 'unfinished",
        b"<<: {schema: 1}",
        b"variables: 3",
        b"variables: {a: {value: '${a}'}}",
        b"variables:\n  a: {value: '$[ (((((1 ]'}\n",
        b"variables:\n  a: {value: '$[ 1'}\n",
        b"{variables: {a: {token: 3}}}",
        b"a: 0x" + b"f" * 30,
        b"a: 1e999",
        b"#" * 600_000,
        b"schema: 1\n\tminutes: 2",
        "a: \u200b\ud7ff\U0001f600".encode(),
        b"a: *nothing",
        b"%YAML 9.9\n---\na",
        b"a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
        b"d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]",
    ],
)
def test_files_that_are_no_labs_are_told_so(lab: Make, text: bytes) -> None:
    with pytest.raises(LabError) as caught:
        load_lab(lab(text))
    assert caught.value.file.endswith("lab.yaml")
    assert caught.value.message


def test_a_missing_lab_and_a_folder_in_its_place(lab: Make) -> None:
    folder = lab()
    (folder / "lab.yaml").unlink()
    with pytest.raises(LabError, match="does not exist"):
        load_lab(folder)
    (folder / "lab.yaml").mkdir()
    with pytest.raises(LabError, match="cannot be read"):
        load_lab(folder)


def test_a_folder_that_is_no_id(lab: Make) -> None:
    folder = lab()
    renamed = folder.rename(folder.with_name("Two Words"))
    assert "not a valid lab id" in read_lab(renamed).problems[0].message


def test_the_model_brings_in_nothing_heavy() -> None:
    heavy = "('yaml', 'textual', 'lightkube', 'jmespath', 'docker')"
    code = f"import meshlab.lab.model, sys; print([name for name in {heavy} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_yaml_is_only_read_when_a_file_is(lab: Make) -> None:
    code = "import meshlab.lab.load, meshlab.lab.catalog, meshlab.lab.text, sys; print('yaml' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


def test_both_yaml_loaders_give_the_same(lab: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    with_c: Any = load_lab(lab(SOUND), 3)
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert load_lab(lab(SOUND), 3) == with_c
