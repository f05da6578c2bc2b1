"""The small parts: taking prose apart, hashes of a proof, the schema, where content is, import cost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshlab.lab.checks import KINDS, Check
from meshlab.lab.files.content import content_root, labs_folder
from meshlab.lab.files.scoped import namespaced
from meshlab.lab.load import load_lab
from meshlab.lab.proof import Proof, hashes, read_proof, stale, write_proof
from meshlab.lab.rules.languages import parts
from meshlab.lab.schema import encoded
from meshlab.lab.yaml.scalars import meaning
from tests.unit.lab.sample_lab import SOUND, Make, write


def test_prose_is_taken_apart() -> None:
    text = (
        "1. Wait 2.5 s for `v1`, ${a}\n\n[here](https://x/7)\n\n```sh\nls # list\n# only a remark\n\n```\n```text\nany\n```\n"
    )
    found = parts(text)
    assert found.numbers == {"2.5"}
    assert found.variables == {"a"}
    assert found.links == {"https://x/7"}
    assert found.fences == ("ls", "(text)")
    assert len(found.paragraphs) == 2


def test_hashes_cover_the_lab_its_images_and_its_kinds_of_check(lab: Make, tmp_path: Path) -> None:
    folder = lab(**{"proof.json": "{}", ".hidden": "x", "text/en/lab.yaml": "title: x\n"})
    for name in ("images/shop/Dockerfile", "images/shop/site/x.py", "images/other/Dockerfile",
                 "check/engine.py", "check/kinds/path.py", "check/kinds/writes.py"):  # fmt: skip
        write(tmp_path / name, name)
    found = hashes(load_lab(folder), tmp_path / "images", tmp_path / "check")
    assert list(found) == [
        "lab/lab.yaml",
        "lab/text/en/lab.yaml",
        "images/shop/Dockerfile",
        "check/engine.py",
        "check/kinds/path.py",
    ]


def test_a_proof_survives_being_written(lab: Make) -> None:
    folder = lab()
    proof = Proof(lab="2-sample", seed=1, hashes={"b": "2", "a": "1"}, stand_ins=("envoy",), reset=True)
    first = write_proof(folder, proof).read_bytes()
    again = read_proof(folder)
    assert again == proof
    assert write_proof(folder, proof).read_bytes() == first


def test_what_is_stale_is_named() -> None:
    proof = Proof(lab="x", seed=1, hashes={"a": "1", "b": "1", "c": "1"})
    assert stale(proof, {"a": "1", "b": "2", "d": "1"}) == ["b has changed", "c is gone", "d is new"]
    assert stale(proof, proof.hashes) == []


def test_the_published_schema_is_current() -> None:
    assert (labs_folder() / "lab.schema.json").read_bytes() == encoded(), "run: python -m meshlab.lab.schema"


def test_the_schema_knows_every_kind_of_check() -> None:
    properties = json.loads(encoded())["$defs"]["Check"]["properties"]
    assert set(KINDS) <= properties.keys()


def test_every_kind_is_a_field_of_a_check() -> None:
    assert {kind.replace("-", "_") for kind in KINDS} <= set(Check.__struct_fields__)


def test_content_is_inside_the_package_once_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import meshlab

    monkeypatch.setattr(meshlab, "__file__", str(tmp_path / "meshlab" / "__init__.py"))
    assert content_root() == tmp_path
    (tmp_path / "meshlab" / "_content").mkdir(parents=True)
    assert content_root() == tmp_path / "meshlab" / "_content"


def test_cluster_scope_depends_on_the_group() -> None:
    assert not namespaced("v1", "Node")
    assert namespaced("example.com/v1", "Node")
    assert namespaced("apps/v1", "Deployment")


@given(st.text(max_size=30))
def test_every_scalar_means_something_that_json_can_hold(text: str) -> None:
    try:
        value = meaning(text)
    except ValueError:
        return
    assert msgspec.json.decode(msgspec.json.encode(value)) == value


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
