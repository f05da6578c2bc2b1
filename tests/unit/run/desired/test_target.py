"""What should stand at the start of a step is worked out from the lab's files alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from meshlab.objects.names import Key
from meshlab.run.desired import target
from tests.unit.run.small_run import small_run, write_lab

PAINT = Key("", "ConfigMap", "shop", "paint")
KEEP = Key("", "ConfigMap", "shop", "keep")


def keep(data: str) -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: keep, labels: {{tier: app}}}}\ndata: {data}\n"


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    folder = write_lab(tmp_path / "pack")
    (folder / "setup/start/keep.yaml").write_text(keep("{a: '1', b: '2'}"))
    return folder


def objects(tmp_path: Path, step: str = "second") -> dict[Key, dict[str, Any]]:
    return target.of_step(small_run(tmp_path), step).objects["main"]


def test_the_start_of_the_first_step_is_the_labs_start(tmp_path: Path, lab: Path) -> None:
    assert set(objects(tmp_path, "first")) == {KEEP}


def test_solutions_are_laid_over_it(tmp_path: Path, lab: Path) -> None:
    assert objects(tmp_path)[PAINT]["data"] == {"colour": "red"}


def test_a_manifest_is_the_whole_of_its_object(tmp_path: Path, lab: Path) -> None:
    (lab / "solve/01-first/20-keep.yaml").write_text(keep("{b: '3'}"))
    assert objects(tmp_path)[KEEP]["data"] == {"b": "3"}


def test_patches_of_declared_objects_are_worked_out(tmp_path: Path, lab: Path) -> None:
    patch = "target: {kind: ConfigMap, name: keep}\npatch: {data: {a: null, c: '4'}}\n"
    (lab / "solve/01-first/20.patch.yaml").write_text(patch)
    assert objects(tmp_path)[KEEP]["data"] == {"b": "2", "c": "4"}


def test_patches_that_reach_into_defaults_are_left_for_the_live_object(tmp_path: Path, lab: Path) -> None:
    patch = "target: {kind: ConfigMap, name: keep}\ntype: json\npatch: [{op: replace, path: /spec/x, value: 1}]\n"
    (lab / "solve/01-first/20.patch.yaml").write_text(patch)
    found = target.of_step(small_run(tmp_path), "second")
    assert [one.target.name for one in found.patches] == ["keep"]


@pytest.mark.parametrize("ref", ["{kind: ConfigMap, name: keep}", "{kind: ConfigMap, labels: {tier: app}}"])
def test_deletions_take_objects_away(tmp_path: Path, lab: Path, ref: str) -> None:
    (lab / "solve/01-first/delete.yaml").write_text(f"- {ref}\n")
    assert set(objects(tmp_path)) == {PAINT}


PATCHES: list[tuple[list[dict[str, Any]], Any]] = [
    ([{"op": "add", "path": "/b/-", "value": 3}], {"a": 1, "b": [1, 2, 3]}),
    ([{"op": "add", "path": "/b/0", "value": 0}], {"a": 1, "b": [0, 1, 2]}),
    ([{"op": "replace", "path": "/b/1", "value": 5}], {"a": 1, "b": [1, 5]}),
    ([{"op": "remove", "path": "/a"}], {"b": [1, 2]}),
    ([{"op": "move", "from": "/a", "path": "/c~1d"}], {"b": [1, 2], "c/d": 1}),
    ([{"op": "copy", "from": "/b", "path": "/c"}], {"a": 1, "b": [1, 2], "c": [1, 2]}),
    ([{"op": "add", "path": "/b/2", "value": 3}], {"a": 1, "b": [1, 2, 3]}),
    ([{"op": "test", "path": "/a", "value": 1}], {"a": 1, "b": [1, 2]}),
    ([{"op": "test", "path": "/a", "value": 1.0}], {"a": 1, "b": [1, 2]}),
]


@pytest.mark.parametrize(("patch", "result"), PATCHES)
def test_json_patches(patch: list[dict[str, Any]], result: Any) -> None:
    before = {"a": 1, "b": [1, 2]}
    assert target.operations(before, patch) == result
    assert before == {"a": 1, "b": [1, 2]}


@pytest.mark.parametrize(
    "one",
    [
        {"op": "replace", "path": "/x", "value": 1},
        {"op": "remove", "path": "/b/7"},
        {"op": "test", "path": "/a", "value": 2},
        {"op": "move", "from": "/x", "path": "/y"},
        {"op": "sing", "path": "/a"},
        {"op": "add", "path": "/b/3", "value": 3},
        {"op": "remove", "path": "/b/-1"},
        {"op": "replace", "path": "/b/-", "value": 3},
        {"op": "test", "path": "/ready", "value": 1},
        {"op": "test", "path": "/a", "value": True},
        {"op": "test", "path": "/deep", "value": {"ready": 1}},
        {"op": "add", "path": "a", "value": 1},
        {"op": "add", "path": "/c"},
    ],
)
def test_json_patches_that_do_not_fit(one: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        target.operations({"a": 1, "b": [1, 2], "ready": True, "deep": {"ready": True}}, [one])
