"""Kubernetes objects from a folder of a lab, ready to be applied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from meshlab.errors import LabError
from meshlab.lab.files.cluster_files import ClusterFile, cluster_files
from meshlab.lab.files.cluster_scoped import namespaced
from meshlab.lab.files.text_file import read_text
from meshlab.lab.load import LoadedLab
from meshlab.lab.model import Lab
from meshlab.lab.problem import Key, display_path
from meshlab.lab.values.render import render
from meshlab.lab.values.template_values import template_values
from meshlab.lab.yaml.parse import Document, parse_documents

GIVEN = "meshlab.io/given"
"""A label for the author: what a lab adds to its start for its stage. It is read here and never reaches a cluster."""


class Manifest(Struct, frozen=True):
    """One object to apply, its namespace filled in."""

    cluster: str
    """A name from the lab's clusters, never empty."""
    object: dict[str, Any]
    file: str
    line: int
    """1-based, where the object starts."""
    given: bool = False
    """Whether it carried the label `GIVEN`."""


def manifests(loaded: LoadedLab, folder: str | Path, extra: Mapping[str, str] | None = None) -> list[Manifest]:
    """All objects of a folder (relative to the lab's), by file name, then by position; [] when it does not exist.

    `<folder>/<cluster>/` holds those of another cluster. extra: template values that the run knows (image_shop ...).
    LabError for files that are no manifests.
    """
    known = template_values(loaded, extra)
    objects: list[Manifest] = []
    for source in cluster_files(loaded.lab, loaded.folder / folder):
        if source.path.suffix != ".yaml":
            raise LabError("only .yaml files are read here", file=display_path(source.path), hint="Rename or remove it.")
        objects += read_manifests(loaded.lab, source, known)
    return objects


def read_manifests(lab: Lab, source: ClusterFile, given: Mapping[str, str] | None) -> list[Manifest]:
    """The objects of one file; templates are filled in where there are values."""
    objects = []
    for document in read_documents(source.path, given):
        for key, value in _objects(document):
            marked, made = _given(document, key, _object(lab, document, key, value))
            cluster = source.cluster or lab.default_cluster
            objects.append(Manifest(cluster, made, document.file, document.line(key), given=marked))
    return objects


def read_documents(path: Path, given: Mapping[str, str] | None) -> list[Document]:
    """The YAML documents of a file. LabError when it cannot be read, has an unknown template or a key twice."""
    text = read_text(path)
    parsed = parse_documents(text if given is None else render(text, given, display_path(path)), display_path(path))
    for document in parsed:
        for mistake in document.mistakes:
            raise document.problem(mistake).error()
    return parsed


def _objects(document: Document) -> Iterator[tuple[Key, Any]]:
    """The document, or the items of the `List` that kubectl printed."""
    data = document.data
    if isinstance(data, dict) and data.get("kind") == "List" and isinstance(data.get("items"), list):
        for index, item in enumerate(data["items"]):
            yield ("items", index), item
    else:
        yield (), data


def _object(lab: Lab, document: Document, key: Key, data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise document.error(key, "a Kubernetes object is a mapping with apiVersion, kind and metadata")
    for name in ("apiVersion", "kind"):
        if not isinstance(data.get(name), str) or not data[name]:
            raise document.error((*key, name), f"the object has no `{name}`")
    metadata = data.get("metadata")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str) or not metadata["name"]:
        hint = "Objects are applied by name; generateName cannot be used." if _generated(metadata) else ""
        raise document.error((*key, "metadata", "name"), f"the {data['kind']} has no `metadata.name`", hint)
    space = metadata.get("namespace")
    if space is not None and not isinstance(space, str):
        raise document.error((*key, "metadata", "namespace"), "the namespace must be text")
    if space or not namespaced(data["apiVersion"], data["kind"]):
        return data
    return {**data, "metadata": {**metadata, "namespace": lab.default_namespace}}


def _given(document: Document, key: Key, made: dict[str, Any]) -> tuple[bool, dict[str, Any]]:
    """Whether the object is marked as given, and the object without the mark."""
    labels = made["metadata"].get("labels")
    if not isinstance(labels, dict) or GIVEN not in labels:
        return False, made
    if labels[GIVEN] != "true":
        hint = f'Write {GIVEN}: "true", or leave the label out.'
        raise document.error((*key, "metadata", "labels", GIVEN), f'the label {GIVEN} is "true" where it stands', hint)
    rest = {name: value for name, value in labels.items() if name != GIVEN}
    metadata = {name: value for name, value in made["metadata"].items() if name != "labels"}
    return True, {**made, "metadata": metadata | ({"labels": rest} if rest else {})}


def _generated(metadata: Any) -> bool:
    return isinstance(metadata, dict) and "generateName" in metadata
