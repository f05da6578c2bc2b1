"""Pins, and the tags of images that meshlab builds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from meshlab.cluster.images import sources
from meshlab.cluster.images.images import Images, Wanted, variable
from meshlab.cluster.images.pins import load_pins
from meshlab.cluster.programs import containers
from meshlab.cluster.programs.containers import full, short
from meshlab.errors import UsageError


def test_everything_is_pinned_exactly() -> None:
    pins = load_pins()
    assert {"node", "base", "envoy", "traefik", "nginx"} <= set(pins.images)
    for pin in pins.images.values():
        assert not pin.ref.endswith(":latest")
        assert ":" in pin.ref
        assert pin.digest is None or re.fullmatch(r"sha256:[0-9a-f]{64}", pin.digest)
        assert pin.exact == (f"{pin.ref}@{pin.digest}" if pin.digest else pin.ref)
    for tool in pins.tools.values():
        for platform, digest in tool.sha256.items():
            assert digest is None or re.fullmatch(r"[0-9a-f]{64}", digest)
            assert tool.version in tool.address(platform)
            assert "$" not in tool.address(platform)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UsageError, match="No image is pinned as envoi"):
        load_pins().image("envoi")
    with pytest.raises(UsageError, match="no pinned download for plan9-mips"):
        load_pins().tools["kind"].address("plan9-mips")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "thing"
    (folder / "code").mkdir(parents=True)
    (folder / "Dockerfile").write_text("FROM base\n")
    (folder / "code" / "a.py").write_text("1\n")
    return tmp_path


def tag(root: Path, base: str = "base:1", arch: str = "amd64") -> str:
    return sources.tag("meshlab/thing", base, arch, root)


def test_the_content_decides_the_tag(root: Path) -> None:
    before = tag(root)
    assert re.fullmatch(r"meshlab/thing:[0-9a-f]{12}", before)
    assert tag(root) == before
    assert tag(root, base="base:2") != before
    assert tag(root, arch="arm64") != before
    file = root / "thing" / "code" / "a.py"
    file.write_text("2\n")
    changed = tag(root)
    assert changed != before
    file.chmod(0o755)
    assert tag(root) != changed
    file.rename(file.with_name("b.py"))
    assert tag(root) != changed


def test_what_a_build_makes_does_not_count(root: Path) -> None:
    before = tag(root)
    for name in ("site", "code/__pycache__"):
        (root / "thing" / name).mkdir()
        (root / "thing" / name / "made.pyc").write_text("x")
    assert tag(root) == before


def test_an_image_that_nobody_builds_is_refused(root: Path) -> None:
    with pytest.raises(UsageError, match="builds no image meshlab/other") as caught:
        sources.source("meshlab/other", root)
    assert "meshlab/thing" in caught.value.hint


@pytest.fixture
def layered(root: Path) -> Path:
    """An image upon `thing`, and one upon that."""
    for name, under in (("over", "thing"), ("top", "over")):
        (root / name).mkdir()
        (root / name / "Dockerfile").write_text(f"# why\nFROM meshlab/{under}\nCOPY x /x\n")
    return root


def test_what_is_below_an_image_decides_its_tag(layered: Path) -> None:
    before = sources.tag("meshlab/top", "base:1", "amd64", layered)
    assert sources.below("meshlab/top", layered) == "meshlab/over"
    assert sources.below("meshlab/thing", layered) is None
    assert sources.tag("meshlab/top", "base:2", "amd64", layered) != before
    (layered / "thing" / "code" / "a.py").write_text("2\n")
    assert sources.tag("meshlab/top", "base:1", "amd64", layered) != before


def test_an_image_is_built_upon_exactly_what_is_below_it() -> None:
    assert (
        sources.dockerfile("# x\nFROM meshlab/shop\nCOPY a b\n", "meshlab/shop:1a") == "# x\nFROM meshlab/shop:1a\nCOPY a b\n"
    )
    assert sources.dockerfile("FROM python:3\n", "meshlab/shop:1a") == "FROM python:3\n"


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
    async for _ in Images(root=layered, arch="amd64").ensure(["meshlab/top"]):
        pass
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


def test_the_clones_own_images_are_found() -> None:
    assert sources.source("meshlab/shop").name == "shop"
    assert sources.below("meshlab/shop-lib2") == "meshlab/shop-lib1"
    assert sources.below("meshlab/shop-lib1") == "meshlab/shop"


@pytest.mark.parametrize(
    ("ref", "whole"),
    [
        ("nginx:1", "docker.io/library/nginx:1"),
        ("envoyproxy/envoy:v1", "docker.io/envoyproxy/envoy:v1"),
        ("ghcr.io/a/b:1", "ghcr.io/a/b:1"),
        ("localhost/a:1", "localhost/a:1"),
        ("host:5000/a:1", "host:5000/a:1"),
    ],
)
def test_references_as_containerd_keeps_them(ref: str, whole: str) -> None:
    assert full(ref) == whole
    assert short(whole) == ref
