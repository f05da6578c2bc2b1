"""A proof and what it holds for."""

from __future__ import annotations

from pathlib import Path

from meshlab.lab.load import load_lab
from meshlab.lab.proof import Proof, hashes, read_proof, stale, write_proof
from tests.unit.lab.sample_lab import Make, write


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
