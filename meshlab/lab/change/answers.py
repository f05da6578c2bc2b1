"""Reads the answers, the predictions and the experiments to run of a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from meshlab.lab.change.parts import Answer, ExperimentToRun, PredictionGiven
from meshlab.lab.files.cluster_files import ClusterFile
from meshlab.lab.files.manifests import read_documents
from meshlab.lab.load import LoadedLab
from meshlab.lab.model import Lab, Prediction
from meshlab.lab.problem import Key, Mistake
from meshlab.lab.rules.unknown_names import unknown
from meshlab.lab.yaml import typed
from meshlab.lab.yaml.parse import Document


class _Measured(Struct, frozen=True, forbid_unknown_fields=True):
    measured: bool


class _PredictionFile(Struct, frozen=True, forbid_unknown_fields=True):
    cells: tuple[tuple[str, str], ...] | None = None
    choice: str = ""


def answers(loaded: LoadedLab, source: ClusterFile, values: Mapping[str, str] | None) -> dict[str, Any]:
    """answers.yaml: {check id: answer}, or {measured: true} for the right one."""
    read = {}
    for document, check, value in _pairs(source, values):
        _known(document, (check,), "question", check, [one.id for one in loaded.lab.all_checks().values() if one.answer])
        read[check] = _answer(loaded.lab, document, check, value)
    return {"answers": read}


def _answer(lab: Lab, document: Document, check: str, value: Any) -> Answer:
    line = document.line((check,))
    if isinstance(value, dict):
        measured = typed.decode(document, _Measured, value, (check,)).measured
        return Answer(check=check, measured=measured, file=document.file, line=line)
    if value is None or isinstance(value, list):
        raise document.error((check,), "an answer is a single value, or {measured: true}")
    text = str(value).lower() if isinstance(value, bool) else str(value)
    spec = lab.all_checks()[check].answer
    if spec is not None and spec.kind == "choice":
        _known(document, (check,), "choice", text, spec.choices)
    return Answer(check=check, value=text, file=document.file, line=line)


def predictions(loaded: LoadedLab, source: ClusterFile, values: Mapping[str, str] | None) -> dict[str, Any]:
    """predictions.yaml: {experiment id: {cells: [[row, column], ...]} or {choice: id}}."""
    read = {}
    experiments = loaded.lab.all_experiments()
    for document, name, value in _pairs(source, values):
        _known(document, (name,), "experiment", name, experiments)
        asked = experiments[name].prediction
        if asked is None:
            raise document.error((name,), f"the experiment `{name}` asks for no prediction")
        made = typed.decode(document, _PredictionFile, value, (name,))
        _fits(document, name, asked, made)
        line = document.line((name,))
        read[name] = PredictionGiven(experiment=name, cells=made.cells, choice=made.choice, file=document.file, line=line)
    return {"predictions": read}


def _fits(document: Document, name: str, asked: Prediction, made: _PredictionFile) -> None:
    if asked.kind == "choice":
        if made.cells is not None or not made.choice:
            raise document.error((name,), "this experiment is predicted by a `choice`")
        _known(document, (name, "choice"), "choice", made.choice, asked.choices)
    elif made.cells is None or made.choice:
        raise document.error((name,), "this experiment is predicted by `cells`: a list of [row, column]")


def experiments(loaded: LoadedLab, source: ClusterFile, values: Mapping[str, str] | None) -> dict[str, Any]:
    """experiments.yaml: a list of experiment ids."""
    read = []
    for document in read_documents(source.path, values):
        for index, name in enumerate(typed.decode(document, tuple[str, ...])):
            _known(document, (index,), "experiment", name, loaded.lab.all_experiments())
            read.append(ExperimentToRun(experiment=name, file=document.file, line=document.line((index,))))
    return {"experiments": read}


def _pairs(source: ClusterFile, values: Mapping[str, str] | None) -> Iterator[tuple[Document, str, Any]]:
    """The keys and values of a file that holds one mapping."""
    for document in read_documents(source.path, values):
        for key, value in typed.decode(document, dict[str, Any]).items():
            yield document, key, value


def _known(document: Document, key: Key, what: str, name: str, known: Iterable[str]) -> None:
    mistake: Mistake
    for mistake in unknown(key, what, name, known):
        raise document.problem(mistake).error()
