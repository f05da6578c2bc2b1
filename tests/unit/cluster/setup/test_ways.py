"""Ways to an image, best first, and what is said about the one that was taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from meshlab.cluster.images.pins import load_pins
from meshlab.cluster.setup import source, ways
from meshlab.cluster.setup.stand_ins import stand_ins
from meshlab.cluster.setup.ways import Ways
from meshlab.errors import EnvironmentFault
from meshlab.words import Words, tell
from tests.unit.cluster.setup.fake_machine import PULLS, SILENT, Machine, MachineEngine

pytestmark = pytest.mark.usefixtures("engine_api")
NODE, BASE, ENVOY = (load_pins().image(name).ref for name in ("node", "base", "envoy"))


async def said(had: Ways, name: str) -> list[str]:
    """What was tried, and how it was had."""
    steps: list[Words] = []
    steps.append(await had.ensure(name, steps.append))
    return [tell(step) for step in steps]


async def test_what_is_there_is_not_asked_for(machine: Machine) -> None:
    machine.engine(pull=PULLS)
    machine.image(NODE, "sha256:1", digests=["kindest/node@sha256:2"])
    assert await said(Ways(), "node") == ["is there"]
    assert machine.asked("pull") == []


async def test_the_registry_comes_first(machine: Machine) -> None:
    machine.engine(pull=PULLS)
    assert await said(Ways(machine.bundle(NODE)), "node") == ["pulled"]
    assert machine.asked("load") == []
    assert await stand_ins(["node"]) == []


async def test_a_known_digest_is_pulled_and_tagged(
    machine: Machine, engine_api: MachineEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    pins = load_pins()
    exact = replace(pins, images=pins.images | {"node": replace(pins.image("node"), digest="sha256:abc")})
    monkeypatch.setattr(ways, "load_pins", lambda: exact)
    machine.engine(pull=PULLS)
    assert await said(Ways(), "node") == ["pulled"]
    assert machine.asked("pull") == [f"pull docker.io/{NODE}@sha256:abc"]
    assert engine_api.images[NODE]["Id"] == f"sha256:pulled-docker.io/{NODE}@sha256:abc"


async def test_a_bundle_takes_the_place_of_a_registry(machine: Machine) -> None:
    machine.engine()
    had = Ways(machine.bundle(NODE, BASE))
    assert (await said(had, "node"))[-1] == "from the bundle"
    assert await said(had, "base") == ["is there (from the bundle)"]
    assert len(machine.asked("load")) == 1
    assert await stand_ins(["node", "meshlab/shop"]) == [NODE, BASE]


@pytest.mark.parametrize(
    ("name", "seconds", "pull", "message"),
    [
        ("ANSWER_WITHIN", 0.3, SILENT, r"did not answer within 0\.3 seconds"),
        ("SILENT_AFTER", 0.0, "echo i/o timeout >&2; exit 1", "i/o timeout"),
    ],
    ids=["we give up", "the engine gives up"],
)
async def test_only_the_first_image_waits_for_a_silent_registry(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, name: str, seconds: float, pull: str, message: str
) -> None:
    monkeypatch.setattr(ways, name, seconds)
    machine.engine(pull=pull)
    had = Ways()
    with pytest.raises(EnvironmentFault, match=message):
        await said(had, "node")
    with pytest.raises(EnvironmentFault, match=r"The registry docker\.io did not answer earlier"):
        await said(had, "base")
    assert len(machine.asked("pull")) == 1


async def test_a_registry_that_refuses_one_image_is_asked_for_the_next(machine: Machine) -> None:
    machine.engine(pull=f'case "$2" in *node*) echo manifest unknown >&2; exit 1 ;; esac; {PULLS}')
    had = Ways()
    with pytest.raises(EnvironmentFault, match="manifest unknown"):
        await said(had, "node")
    assert await said(had, "base") == ["pulled"]


async def test_a_slow_download_is_not_a_silent_registry(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "ANSWER_WITHIN", 3.0)
    machine.engine(pull=f"echo 1: Pulling from somewhere; sleep 3.5; {PULLS}")
    assert await said(Ways(), "node") == ["pulled"]


async def test_every_way_that_failed_is_named(machine: Machine) -> None:
    machine.engine()
    with pytest.raises(EnvironmentFault) as caught:
        await said(Ways(), "node")
    for part in (NODE, "no such host", "No bundle was given.", "as root on Debian."):
        assert part in caught.value.message
    assert "--bundle" in caught.value.hint


@pytest.mark.parametrize("reads", ["exit 1", "echo another/image:1"])
async def test_a_bundle_that_does_not_hold_it_is_said(machine: Machine, reads: str) -> None:
    machine.engine()
    had = Ways(machine.bundle())
    machine.program("zstd", reads)
    with pytest.raises(EnvironmentFault, match="The image kindest/node"):
        await said(had, "node")


async def test_a_bundle_without_the_archive_is_said(machine: Machine) -> None:
    machine.engine()
    with pytest.raises(EnvironmentFault, match=r"has no envoy\.tar\.zst"):
        await said(Ways(machine.bundle(NODE)), "envoy")


async def test_without_zstd_a_bundle_cannot_be_read(machine: Machine) -> None:
    machine.engine()
    had = Ways(machine.bundle(NODE))
    (machine.path / "zstd").unlink()
    with pytest.raises(EnvironmentFault, match="zstd, which is missing"):
        await said(had, "node")


async def test_the_node_is_compiled_when_nothing_else_works(root: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    root.engine()
    put = f"echo {NODE} | docker load"
    folder = root.scripts(node__binaries='mkdir -p "$1/bin"; "$UV" --version >"$1/uv"', node__image=f'cat "$1/uv" && {put}')
    monkeypatch.setattr(source, "images_folder", lambda: folder)
    steps = await said(Ways(), "node")
    assert steps == ["building it from source: about 20 minutes on two cores", "built from source"]
    assert await stand_ins(["node"]) == [NODE]
    assert not source.folder().exists()


async def test_what_others_are_built_on_is_had_first(root: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    root.engine()
    build = f'[ "$1 $3" = "envoy {BASE}" ] && echo "$2" | docker load'
    monkeypatch.setattr(source, "images_folder", lambda: root.scripts(node__base='echo "$2" | docker load'))
    root.scripts(**{"stand-ins__build": build})
    assert (await said(Ways(), "envoy"))[-1] == "built from source"
    assert await stand_ins(["envoy", "base"]) == [ENVOY, BASE]


async def test_a_later_pull_is_believed_again(machine: Machine) -> None:
    machine.engine()
    await said(Ways(machine.bundle(NODE)), "node")
    assert await stand_ins(["node"]) == [NODE]
    machine.image(NODE, "sha256:another", digests=["kindest/node@sha256:2"])
    assert await stand_ins(["node"]) == []
    assert await said(Ways(), "node") == ["is there"]


def test_all_that_labs_name_is_wanted_after_what_it_is_built_on() -> None:
    found = ways.wanted()
    assert found[:2] == ["node", "base"]
    assert {"envoy", "traefik"} <= set(found)
    assert set(found) <= set(load_pins().images)


def test_the_source_builds_what_is_pinned(tmp_path: Path) -> None:
    from meshlab.lab.files.content import images_folder

    settings = dict(line.split("=") for line in (images_folder() / "node" / "versions.env").read_text().splitlines())
    assert NODE.endswith(f":{settings['K8S']}")
