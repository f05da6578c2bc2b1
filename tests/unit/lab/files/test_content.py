"""Where labs, images and recordings are."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshlab.lab.files.content import content_root


def test_content_is_inside_the_package_once_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import meshlab

    monkeypatch.setattr(meshlab, "__file__", str(tmp_path / "meshlab" / "__init__.py"))
    assert content_root() == tmp_path
    (tmp_path / "meshlab" / "_content").mkdir(parents=True)
    assert content_root() == tmp_path / "meshlab" / "_content"
