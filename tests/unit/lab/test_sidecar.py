"""The sidecar lab gives parts to copy: what a learner makes of them is what its solutions have."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshlab.lab.files.content import labs_folder

FOLDER = labs_folder() / "4-sidecar"
WORKLOADS = ("web", "catalog-v1", "catalog-v2", "pricing", "legacy", "reviews-v1", "reviews-v2", "ratings")
STEPS = ("one", "all")


def documents(pattern: str) -> list[dict[str, Any]]:
    """Every object or patch of the files, lists taken apart."""
    found: list[dict[str, Any]] = []
    for file in sorted(FOLDER.glob(pattern)):
        for one in yaml.safe_load_all(_plain(file)):
            found += one["items"] if one.get("kind") == "List" else [one]
    return found


def _plain(file: Path) -> str:
    """With the names of templates for their values: braces are YAML."""
    return re.sub(r"\$\{(\w+)\}", r"\1", file.read_text())


def parts() -> dict[str, str]:
    """The files of the given ConfigMap."""
    (given,) = [one for one in documents("setup/start/*-parts.yaml") if one["metadata"]["name"] == "sidecar-parts"]
    files: dict[str, str] = given["data"]
    return files


def configs() -> dict[str, dict[str, str]]:
    """ConfigMap to its files, as the first two steps make them."""
    made = [one for step in STEPS for one in documents(f"solve/{step}/10-*.yaml")]
    return {one["metadata"]["name"]: one["data"] for one in made}


def test_every_workload_gets_a_config_map_of_its_own() -> None:
    assert set(configs()) == {f"{name}-envoy" for name in WORKLOADS}


@pytest.mark.parametrize("name", WORKLOADS)
def test_bootstrap_and_listeners_are_those_that_are_given(name: str) -> None:
    files = configs()[f"{name}-envoy"]
    assert {key: files[key] for key in ("envoy.yaml", "lds.yaml")} == {key: parts()[key] for key in ("envoy.yaml", "lds.yaml")}


@pytest.mark.parametrize("name", WORKLOADS)
def test_the_patch_is_the_one_that_is_given_with_the_workloads_name(name: str) -> None:
    patches = {one["target"]["name"]: one["patch"] for step in STEPS for one in documents(f"solve/{step}/20-*.patch.yaml")}
    assert patches[name] == yaml.safe_load(parts()["pod.yaml"].replace("WORKLOAD", name))


def test_what_is_given_knows_ratings_and_no_other_service() -> None:
    (routes,) = yaml.safe_load(parts()["rds.yaml"])["resources"]
    clusters = yaml.safe_load(parts()["cds.yaml"])["resources"]
    assert [host["name"] for host in routes["virtual_hosts"]] == ["ratings"]
    assert [cluster["name"] for cluster in clusters] == ["app", "ratings"]
