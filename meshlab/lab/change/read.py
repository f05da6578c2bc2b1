"""Reads what one step changes from `solve/NN-<step>/`, `wrong/<id>/` or a submission's step: one reader a kind of file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from meshlab.errors import LabError
from meshlab.lab.address import ObjectRef
from meshlab.lab.change.answers import answers, experiments, predictions
from meshlab.lab.change.parts import Answer, Change, ExperimentToRun, Patch, PredictionGiven, Reference, Script
from meshlab.lab.files.cluster_files import ClusterFile, cluster_files
from meshlab.lab.files.manifests import read_documents, read_manifests
from meshlab.lab.files.text_file import read_text
from meshlab.lab.load import LoadedLab
from meshlab.lab.problem import Key, display_path
from meshlab.lab.values import template_values
from meshlab.lab.values.render import render
from meshlab.lab.yaml import typed
from meshlab.lab.yaml.parse import Document

__all__ = ["Answer", "Change", "ExperimentToRun", "Patch", "PredictionGiven", "Reference", "Script", "load_change"]

Values = Mapping[str, str] | None
Parts = dict[str, Any]


class _PatchFile(Struct, frozen=True, forbid_unknown_fields=True):
    target: ObjectRef
    patch: Any
    type: Literal["merge", "json", "strategic"] = "merge"


class _RestartFile(Struct, frozen=True, forbid_unknown_fields=True):
    restart: tuple[ObjectRef, ...] = ()
    nudge: tuple[ObjectRef, ...] = ()


def load_change(
    loaded: LoadedLab, folder: str | Path, extra: Mapping[str, str] | None = None, *, templates: bool = True
) -> Change:
    """The change in a folder (relative to the lab's, or absolute). Empty when the folder does not exist.

    extra: template values that the run knows (image_shop ...). templates: False leaves every text as it is.
    LabError with file and line for what cannot be read.
    """
    values = template_values.template_values(loaded, extra) if templates else None
    folder = loaded.folder / folder
    parts: Parts = {}
    for source in cluster_files(loaded.lab, folder):
        for name, read in _reader(source)(loaded, source, values).items():
            if isinstance(read, dict):
                parts.setdefault(name, {}).update(read)
            else:
                parts[name] = (*parts.get(name, ()), *read)
    return Change(folder=folder, **parts)


Reader = Callable[[LoadedLab, ClusterFile, Values], Parts]


def _reader(source: ClusterFile) -> Reader:
    name = source.path.name
    if name in _READERS:
        return _READERS[name]
    if name.endswith(".patch.yaml"):
        return _patches
    if source.path.suffix in (".yaml", ".sh"):
        return _manifests if source.path.suffix == ".yaml" else _script
    hint = f"Known are *.yaml, *.patch.yaml, *.sh, {', '.join(_READERS)}."
    raise LabError("this file cannot be part of a change", file=display_path(source.path), hint=hint)


def _manifests(loaded: LoadedLab, source: ClusterFile, values: Values) -> Parts:
    return {"manifests": read_manifests(loaded.lab, source, values)}


def _patches(_: LoadedLab, source: ClusterFile, values: Values) -> Parts:
    return {"patches": [_patch(source, one) for one in read_documents(source.path, values)]}


def _patch(source: ClusterFile, document: Document) -> Patch:
    content = typed.decode(document, _PatchFile)
    target = _named(document, ("target",), _on(source, content.target))
    wanted = list if content.type == "json" else dict
    if not isinstance(content.patch, wanted):
        needed = "a list of operations" if wanted is list else "a mapping"
        raise document.error(("patch",), f"a {content.type} patch is {needed}")
    return Patch(target=target, type=content.type, patch=content.patch, file=document.file, line=document.start)


def _deletes(_: LoadedLab, source: ClusterFile, values: Values) -> Parts:
    documents = read_documents(source.path, values)
    return {"deletes": [one for document in documents for one in _targets(source, document, (), named=True)]}


def _restarts(_: LoadedLab, source: ClusterFile, values: Values) -> Parts:
    restarts: list[Reference] = []
    nudges: list[Reference] = []
    for document in read_documents(source.path, values):
        if isinstance(document.data, list):
            restarts += _targets(source, document, (), named=True)
            continue
        typed.decode(document, _RestartFile)
        restarts += _targets(source, document, ("restart",), named=True)
        nudges += _targets(source, document, ("nudge",), named=False)
    return {"restarts": restarts, "nudges": nudges}


def _targets(source: ClusterFile, document: Document, key: Key, *, named: bool) -> list[Reference]:
    """The list of references at a key; `named`: each must name its object or select by labels."""
    data = document.data.get(key[0], []) if key else document.data
    refs = typed.decode(document, tuple[ObjectRef, ...], data, key) if data != [] else ()
    references = []
    for index, ref in enumerate(refs):
        here = (*key, index)
        ref = _on(source, ref)
        if named and not ref.labels:
            _named(document, here, ref)
        references.append(Reference(ref=ref, file=document.file, line=document.line(here)))
    return references


def _named(document: Document, key: Key, ref: ObjectRef) -> ObjectRef:
    if not ref.name:
        raise document.error(key, f"the reference to a {ref.kind} has no name")
    return ref


def _on(source: ClusterFile, ref: ObjectRef) -> ObjectRef:
    """The reference, in the cluster of its folder when it names none."""
    return ref if ref.cluster or not source.cluster else msgspec.structs.replace(ref, cluster=source.cluster)


def _script(loaded: LoadedLab, source: ClusterFile, values: Values) -> Parts:
    file = display_path(source.path)
    text = read_text(source.path)
    text = text if values is None else render(text, values, file)
    cluster = source.cluster or loaded.lab.default_cluster
    return {"scripts": [Script(path=source.path, text=text, cluster=cluster, file=file, line=1)]}


_READERS: dict[str, Reader] = {
    "delete.yaml": _deletes,
    "restart.yaml": _restarts,
    "answers.yaml": answers,
    "predictions.yaml": predictions,
    "experiments.yaml": experiments,
}
