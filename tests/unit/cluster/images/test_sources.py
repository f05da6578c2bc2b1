"""The content of an image's source decides its tag."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from meshlab.cluster.images import sources
from meshlab.errors import UsageError


def tag(root: Path, base: str = "base:1", arch: str = "amd64") -> str:
    return sources.tag("meshlab/thing", base, arch, root)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "thing"
    (folder / "code").mkdir(parents=True)
    (folder / "Dockerfile").write_text("FROM base\n")
    (folder / "code" / "a.py").write_text("1\n")
    return tmp_path


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
    with pytest.raises(UsageError, match="does not build an image meshlab/other") as caught:
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
        sources.dockerfile("# x\nFROM meshlab/shop\nCOPY a b\n", "meshlab/shop:1a")
        == "# x\nFROM docker.io/meshlab/shop:1a\nCOPY a b\n"
    )
    assert sources.dockerfile("FROM python:3\n", "meshlab/shop:1a") == "FROM docker.io/library/python:3\n"


def test_the_clones_own_images_are_found() -> None:
    assert sources.source("meshlab/shop").name == "shop"
    assert sources.below("meshlab/shop-lib2") == "meshlab/shop-lib1"
    assert sources.below("meshlab/shop-lib1") == "meshlab/shop"
