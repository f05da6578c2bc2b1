from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from meshlab.errors import LabError, UsageError
from meshlab.run.catalog import RunRequest, current_run, list_labs, open_run
from meshlab.run.snapshot import take
from meshlab.run.store import events
from tests.unit.run.small_run import LAB_ID, small_run, write_lab


def test_a_lab_is_opened_by_id_stage_or_beginning_and_the_started_one_is_current(tmp_path: Path) -> None:
    pack, state = tmp_path / "pack", tmp_path / "state"
    write_lab(pack)
    assert open_run(RunRequest(lab="9", state=state, packs=(pack,))).lab_id == LAB_ID
    assert open_run(RunRequest(lab="9-sm", state=state, packs=(pack,))).lab_id == LAB_ID
    with pytest.raises(UsageError, match="No lab has been started"):
        open_run(RunRequest(state=state, packs=(pack,)))
    open_run(RunRequest(lab=LAB_ID, state=state, packs=(pack,))).run.begin()
    assert current_run(state) == LAB_ID
    assert open_run(RunRequest(state=state, packs=(pack,))).lab_id == LAB_ID
    with pytest.raises(UsageError, match="no lab `nothing`"):
        open_run(RunRequest(lab="nothing", state=state, packs=(pack,)))


def test_the_seed_is_the_learners_own_and_stays(tmp_path: Path) -> None:
    one = small_run(tmp_path)
    assert small_run(tmp_path).seed == one.seed > 0
    assert small_run(tmp_path, seed=7).seed == 7
    one.begin()
    assert small_run(tmp_path).seed == one.seed


def test_a_run_under_way_keeps_its_seed_until_it_is_down(tmp_path: Path) -> None:
    run = small_run(tmp_path, seed=7)
    run.begin()
    run.append(events.Prepared(seconds=1))
    assert small_run(tmp_path).seed == 7
    with pytest.raises(UsageError, match="started with seed 7"):
        small_run(tmp_path, seed=8)
    run.append(events.Downed())
    assert small_run(tmp_path, seed=8).seed == 8


def test_a_run_stays_where_its_clusters_are_until_it_is_down(tmp_path: Path) -> None:
    run = small_run(tmp_path, context="shared")
    assert run.engine_name == "context"
    run.begin()
    run.append(events.Prepared(seconds=1))
    assert small_run(tmp_path).context == "shared"
    with pytest.raises(UsageError, match="on the context shared"):
        small_run(tmp_path, context="other")
    run.append(events.Downed())
    assert small_run(tmp_path).context == ""
    assert small_run(tmp_path, context="other").context == "other"


def test_the_list_says_which_lab_was_started_last_and_at_which_step_it_is(tmp_path: Path) -> None:
    run = small_run(tmp_path)

    def listed() -> tuple[bool, int, int]:
        found = {lab.id: lab for lab in list_labs("en", [tmp_path / "pack"], state=tmp_path / "state")}
        assert sum(lab.current for lab in found.values()) == int(found[LAB_ID].current)
        return found[LAB_ID].current, found[LAB_ID].step, found[LAB_ID].steps_done

    assert listed() == (False, 1, 0)
    run.begin()
    run.append(events.StepDone(step="first"), events.Moved(step="second"))
    assert listed() == (True, 2, 1)


def test_begin_says_it_once_and_again_when_it_is_another(tmp_path: Path) -> None:
    run = small_run(tmp_path, seed=7)
    run.begin()
    run.begin()
    assert take(run).events == 2
    other = small_run(tmp_path, seed=8)
    other.begin()
    assert [event.seed for event in other.log.read() if isinstance(event, events.Started)] == [7, 8]


def test_clusters_are_named_by_the_lab_the_state_folder_or_as_wanted(tmp_path: Path) -> None:
    run = small_run(tmp_path)
    assert run.cluster_name() == run.cluster_name("main") == f"main-{run.paths.mark()}"
    assert small_run(tmp_path, cluster="grade-1").cluster_name() == "grade-1"
    names = {small_run(tmp_path, context=context).cluster_name() for context in ("a:b/c", "a-b-c", "A:B/C")}
    assert len(names) == 3
    assert all(re.fullmatch(r"main-a-b-c-[0-9a-f]{6}", name) for name in names)
    with pytest.raises(UsageError, match="no cluster 'west'"):
        run.cluster_name("west")


def test_runtime_values_are_remembered_and_stand_in_pages(tmp_path: Path) -> None:
    run = small_run(tmp_path)
    run.remember({"edge_url": "http://127.0.0.1:31000", "image_shop": "meshlab/shop:1"})
    again = small_run(tmp_path)
    assert again.values["image_shop"] == "meshlab/shop:1"
    assert again.loaded.values["edge_url"] == "http://127.0.0.1:31000"
    assert 10 <= int(again.values["share"]) <= 20


def test_the_list_tells_progress_and_what_is_broken(tmp_path: Path) -> None:
    pack, state = tmp_path / "pack", tmp_path / "state"
    write_lab(pack)
    (pack / "8-broken").mkdir()
    (pack / "8-broken/lab.yaml").write_text("schema: 1\nstage: [\n")
    run = small_run(tmp_path)
    run.begin()
    run.append(events.Prepared(seconds=1), events.StepDone(step="first"))
    mine = {lab.id: lab for lab in list_labs("en", [pack], state=state) if not lab.built_in}
    assert "lab.yaml" in mine["8-broken"].broken
    lab = mine[LAB_ID]
    assert (lab.title, lab.state, lab.steps, lab.steps_done, lab.minutes_left) == ("A small lab", "in-progress", 2, 1, 7)
    assert lab.proof == "missing"
    with pytest.raises(LabError):
        open_run(RunRequest(lab="8-broken", state=state, packs=(pack,)))


def test_a_stale_proof_is_called_stale(tmp_path: Path) -> None:
    folder = write_lab(tmp_path / "pack")
    (folder / "proof.json").write_text("{}")
    (lab,) = [lab for lab in list_labs("en", [tmp_path / "pack"], state=tmp_path / "state") if not lab.built_in]
    assert lab.proof == "stale"


def test_opening_and_listing_load_no_client_and_no_interface() -> None:
    script = (
        "import sys; from meshlab.run.catalog import list_labs, open_run; list_labs('en')\n"
        "print([name for name in ('lightkube', 'docker', 'httpx2', 'textual') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
