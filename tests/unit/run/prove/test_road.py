"""The start of a lab is the solved end of the lab before it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from meshlab.lab.proof import read_proof
from tests.unit.run.prepare import test_prepare
from tests.unit.run.prove import test_prove
from tests.unit.run.prove.test_prove import PAINT, broken, proven
from tests.unit.run.small_run import LAB_ID

place, engine, lab = test_prove.place, test_prove.engine, test_prove.lab

NEXT_ID = "9-tail"
NEXT_START = PAINT.replace("COLOUR", "red")
TOOL = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: tool, labels: {meshlab.io/given: "true"}}
"""


def follow(lab: Path, start: dict[str, str]) -> Path:
    """A lab that stands after the small one on the road, with more in its start."""
    folder = lab.parent / NEXT_ID
    shutil.copytree(lab, folder)
    (folder / "proof.json").unlink(missing_ok=True)
    text = (lab / "lab.yaml").read_text()
    text = text.replace("minutes: 12", f"minutes: 12\nprevious: {LAB_ID}", 1)
    (folder / "lab.yaml").write_text(text.replace("share: {integer: [10, 20]}", f"share: {{integer: [10, 20], lab: {LAB_ID}}}"))
    for name, content in {"15-paint": NEXT_START, "16-tool": TOOL, **start}.items():
        (folder / f"setup/start/{name}.yaml").write_text(content)
    return folder


ROAD = {
    "the same, and a thing that is given": ({}, ""),
    "another value": ({"15-paint": PAINT.replace("COLOUR", "white")}, "~ ConfigMap shop/paint"),
    "more, and not given": ({"17-more": PAINT.replace("paint", "more")}, "+ ConfigMap shop/more"),
    "less": ({"15-paint": "# nothing\n"}, "- ConfigMap shop/paint"),
    "a thing that is given twice": (
        {"16-tool": TOOL.replace("tool", "paint"), "15-paint": "# nothing\n"},
        "- ConfigMap shop/paint",
    ),
}


@pytest.mark.parametrize("how", ROAD)
async def test_a_start_is_the_solved_end_of_the_lab_before(lab: Path, how: str) -> None:
    start, differs = ROAD[how]
    assert broken(await proven(lab)) == []
    told = await proven(follow(lab, start), only="fresh")
    what = f"the start, but for what is given, is the solved end of {LAB_ID}"
    assert [event.seen for event in told if event.expected == what] == [differs]


async def test_a_start_that_cannot_be_compared_says_why(lab: Path) -> None:
    start = PAINT.replace("COLOUR", "white") + "---\n" + PAINT.replace("paint", "more")
    told = await proven(follow(lab, {"15-paint": start}), only="fresh")
    assert [event.seen for event in told if event.kind == "note"] == [
        "+ ConfigMap shop/more, ~ ConfigMap shop/paint (data.colour)",
        "not compared: it has no proof with the seed 1",
    ]


async def test_what_only_a_cluster_can_work_out_is_not_guessed(lab: Path) -> None:
    patch = "target: {kind: ConfigMap, name: paint}\ntype: strategic\npatch: {data: {coats: two}}\n"
    (lab / "solve/01-first/20-paint.patch.yaml").write_text(patch)
    told = await proven(follow(lab, {}), only="fresh")
    assert [event.seen for event in told if event.phase == "road"] == ["? ConfigMap shop/paint"]


async def test_hashes_of_the_road_hold_for_images_of_any_tag(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in, or a shop of other content, is no other road."""
    for name in ("setup/start/15-paint.yaml", "solve/01-first/10-paint.yaml"):
        (lab / name).write_text((lab / name).read_text().replace("data: {", 'data: {image: "${image_shop}", '))
    ends = []
    for tag in ("meshlab/shop:1", "other/shop:2"):

        async def values(_: object, names: list[str], tag: str = tag) -> dict[str, str]:
            return {"image_shop": tag}

        monkeypatch.setattr(test_prepare.NoImages, "values", values)
        assert broken(await proven(lab)) == []
        proof = read_proof(lab)
        assert proof is not None
        ends.append(proof.end)
    assert ends[0] == ends[1]
    assert ends[0]["ConfigMap shop/paint"]
    assert {name.partition(" ")[0] for name in ends[0]} >= {"Namespace", "ConfigMap", "Deployment"}
    assert not [name for name in ends[0] if name.startswith("Node")]
