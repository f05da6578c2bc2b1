"""The list of labs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from meshlab.errors import LabError, UsageError
from meshlab.lab import catalog as module
from meshlab.lab.catalog import catalog, find, look_up, road
from meshlab.lab.files.content import labs_folder
from meshlab.lab.load import read_lab
from tests.unit.lab.sample_lab import SOUND, write


@pytest.fixture
def built_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "labs"
    monkeypatch.setattr(module, "labs_folder", lambda: folder)
    for name, stage in (("10-late", "10"), ("2-router", "2"), ("5b-istio", "5b"), ("5a-pilot", "5a"), ("grown", "adoption")):
        write(folder / name / "lab.yaml", SOUND.replace('stage: "2"', f'stage: "{stage}"'))
    write(folder / "3-broken" / "lab.yaml", "schema: 1\n")
    write(folder / "not-a-lab" / "notes.txt", "x")
    return folder


def test_the_order_of_the_road(built_in: Path) -> None:
    entries = catalog()
    assert [entry.id for entry in entries] == ["2-router", "3-broken", "5a-pilot", "5b-istio", "10-late", "grown"]
    assert [entry.id for entry in entries if entry.problem] == ["3-broken"]
    assert sorted(["adoption", "6", "other", "5b", "0", "5a"], key=road) == ["0", "5a", "5b", "6", "other", "adoption"]


def test_packs_are_folders_of_labs_or_a_lab(built_in: Path, tmp_path: Path) -> None:
    write(tmp_path / "pack/labs/4-mine/lab.yaml", SOUND)
    write(tmp_path / "flat/6-other/lab.yaml", SOUND)
    ids = {entry.id: entry.built_in for entry in catalog([tmp_path / "pack", tmp_path / "flat", tmp_path / "flat/6-other"])}
    assert ids["4-mine"] is False
    assert ids["6-other"] is False
    assert ids["2-router"] is True


def test_a_lab_whose_id_is_taken_is_listed_but_never_found(built_in: Path, tmp_path: Path) -> None:
    write(tmp_path / "pack/2-router/lab.yaml", SOUND)
    entries = catalog([tmp_path / "pack"])
    assert [entry.built_in for entry in entries if entry.problem and "another lab" in entry.problem.message] == [False]
    assert find("2-router", [tmp_path / "pack"]).built_in


@pytest.mark.parametrize(("name", "id_"), [("2-router", "2-router"), ("2", "2-router"), ("5b", "5b-istio"), ("gro", "grown"), ("adoption", "grown")])  # fmt: skip  # noqa: E501
def test_a_lab_is_found_by_id_stage_or_beginning(built_in: Path, name: str, id_: str) -> None:
    assert find(name).id == id_


@pytest.mark.parametrize("name", ["2-router", "2"])
def test_only_the_lab_that_is_asked_for_is_read(built_in: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    read: list[str] = []

    def noted(folder: Path, *rest: Any) -> Any:
        read.append(folder.name)
        return read_lab(folder, *rest)

    monkeypatch.setattr("meshlab.lab.catalog.read_lab", noted)
    assert (find(name).id, read) == ("2-router", ["2-router"])


def test_a_lab_that_is_not_found(built_in: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean `2-router`"):
        find("2-routr")
    with pytest.raises(UsageError, match="5a-pilot, 5b-istio"):
        find("5")
    with pytest.raises(UsageError, match="no lab ``"):
        find("")
    with pytest.raises(LabError, match="missing"):
        find("3-broken")
    with pytest.raises(UsageError, match="is not a folder"):
        catalog([tmp_path / "nowhere"])


def test_a_broken_lab_and_a_path_can_be_looked_up(built_in: Path, tmp_path: Path) -> None:
    assert look_up("3-broken").problem is not None
    write(tmp_path / "elsewhere/4-mine/lab.yaml", SOUND)
    assert look_up(f"{tmp_path}/elsewhere/4-mine").loaded is not None
    with pytest.raises(UsageError):
        look_up(f"{tmp_path}/elsewhere")


def test_the_labs_that_come_with_meshlab_are_found() -> None:
    assert labs_folder().is_dir()
