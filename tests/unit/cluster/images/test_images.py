"""Images become references, and what is missing is built first."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshlab.cluster.images import sources
from meshlab.cluster.images.images import Images, Wanted, variable
from meshlab.cluster.images.pins import load_pins
from meshlab.cluster.programs import containers
from meshlab.cluster.track import Track
from tests.unit.cluster.images import test_sources
from tests.unit.cluster.images.test_sources import tag

root, layered = test_sources.root, test_sources.layered


@pytest.mark.parametrize(
    ("there", "built"),
    [
        ((), ["thing", "over", "top"]),
        (("base",), ["thing", "over", "top"]),
        (("base", "thing"), ["over", "top"]),
        (("base", "over"), ["top"]),
        (("base", "top"), []),
    ],
)
async def test_what_is_missing_below_an_image_is_built_first(
    layered: Path, monkeypatch: pytest.MonkeyPatch, there: tuple[str, ...], built: list[str]
) -> None:
    base = load_pins().image("base")
    refs = {name: tag_of(name, layered, base.exact) for name in ("thing", "over", "top")} | {"base": base.ref}
    done = []

    async def image_ids(asked: list[str]) -> dict[str, str]:
        return {ref: "sha256:1" for name, ref in refs.items() if name in there and ref in asked}

    async def make(self: Images, one: Wanted) -> None:
        done.append((one.ref, one.under))

    monkeypatch.setattr(containers, "image_ids", image_ids)
    monkeypatch.setattr(Images, "_make", make)
    await Images(root=layered, arch="amd64").ensure(["meshlab/top"], Track())
    under = {"top": refs["over"], "over": refs["thing"]}
    pulled = [(base.ref, "")] if built and "base" not in there else []
    assert done == pulled + [(refs[name], under.get(name, "")) for name in built]


def tag_of(name: str, root: Path, base: str) -> str:
    return sources.tag(f"meshlab/{name}", base, "amd64", root)


async def test_names_become_references_and_template_values(root: Path) -> None:
    images = Images(root=root, arch="amd64")
    base = load_pins().image("base").exact
    assert await images.values(["envoy", "meshlab/thing", "envoy"]) == {
        "image_envoy": load_pins().image("envoy").ref,
        "image_thing": tag(root, base=base),
    }
    assert variable("meshlab/net-init") == "image_net_init"
