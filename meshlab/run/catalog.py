"""Opens runs and lists labs. Nothing here asks an engine or a cluster."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, structs

from meshlab import files
from meshlab.errors import LabError, UsageError
from meshlab.lab import proof
from meshlab.lab.files.content import recordings_folder
from meshlab.run.api import LabSummary, Language
from meshlab.run.clients import Clients, ClusterNames
from meshlab.run.run import Run
from meshlab.run.session import Session
from meshlab.run.store import paths, seat, state
from meshlab.run.store.journal import Journal
from meshlab.run.store.log import Log
from meshlab.run.store.paths import Paths
from meshlab.run.store.values import Values
from meshlab.words import default_language

if TYPE_CHECKING:
    from meshlab.lab.catalog import Entry
    from meshlab.lab.load import LoadedLab
    from meshlab.run.live import LiveWorld


class RunRequest(Struct, frozen=True, kw_only=True):
    """Which run is wanted, and where."""

    lab: str = ""
    """Id, stage or beginning of an id; "" is the lab that was started last."""
    state: Path | None = None
    packs: tuple[Path, ...] = ()
    seed: int | None = None
    """The seat's seed; a run that has clusters keeps its own."""
    context: str | None = None
    """A kubeconfig context instead of kind."""
    kubeconfig: str = ""
    """Files, as $KUBECONFIG names them, that hold the context; "" is $KUBECONFIG or the default file."""
    default_context: str = ""
    """The context for a run that has no clusters yet, when `context` names none."""
    language: Language | None = None
    cluster: str = ""
    """The engine's name of the lab's first cluster."""


def open_run(request: RunRequest, record: Path | None = None) -> Session:
    """Opens the run of a lab, started or not, for commands and screens. Changes nothing.

    record: a folder for what checks see. UsageError for an unknown lab, LabError for a broken one.
    """
    return Session(make_run(request), record)


def make_run(request: RunRequest) -> Run:
    """Makes the run of a lab for modules of this room. Raises UsageError, LabError."""
    from meshlab.lab.catalog import locate
    from meshlab.lab.load import load_lab

    where = paths.find(request.state)
    wanted = request.lab or _current(where)
    folder = locate(wanted, _with_pack_of(where, wanted, request.packs))
    loaded = load_lab(folder, seat.seed_of(where, folder.name, request.seed))
    return assemble(
        loaded,
        where,
        context=request.context or "",
        kubeconfig=request.kubeconfig,
        default_context=request.default_context,
        language=request.language or ("zh" if default_language() == "zh" else "en"),
        cluster=request.cluster,
    )


def assemble(
    loaded: LoadedLab,
    where: Paths,
    *,
    context: str = "",
    kubeconfig: str = "",
    default_context: str = "",
    language: Language = "en",
    cluster: str = "",
) -> Run:
    """Makes a run of a lab that was read already, with its clients, world and journal. Asks no engine and no cluster.

    context: a kubeconfig context instead of kind; default_context: for a run without clusters, when none is named.
    kubeconfig: files that hold the context, where they are not the usual ones.
    cluster: the engine's name of the lab's first cluster. UsageError when the run has clusters elsewhere.
    """
    folder = where.run(loaded.id)
    log = Log(folder / "log.jsonl")
    following = state.Following(log)
    context = seat.context_of(following.now(), loaded.id, context, default_context)
    names = ClusterNames(loaded.id, loaded.lab, where, context, cluster, following.now)
    clients = Clients(loaded.id, where, context, names, following.now, kubeconfig)
    values = Values(folder, loaded.values)

    def world() -> LiveWorld:
        from meshlab.run.live import LiveWorld

        return LiveWorld(loaded.lab, folder, clients, following.now, values.all)

    return Run(
        loaded,
        where,
        log=log,
        following=following,
        journal=Journal(folder / "journal.jsonl"),
        values=values,
        clients=clients,
        world=world,
        language=language,
    )


def current_run(state: Path | None = None) -> str:
    """Returns the id of the lab that was started last, "" when there is none."""
    return (files.read(paths.find(state).current) or b"").decode(errors="replace").strip()


def list_labs(language: Language | None = None, packs: Iterable[Path] = (), *, state: Path | None = None) -> list[LabSummary]:
    """Lists all labs in the order of the road, with the learner's progress; a broken lab has its error."""
    from meshlab.lab.catalog import catalog

    where = paths.find(state)
    current = current_run(where.root)
    found = [_summary(entry, where, language or default_language()) for entry in catalog(packs)]
    return [structs.replace(lab, current=lab.id == current) for lab in found]


def _with_pack_of(where: Paths, lab_id: str, packs: Iterable[Path]) -> list[Path]:
    """Adds the pack that the run of that id began with, so that the user need not name it again."""
    from meshlab.lab.catalog import catalog

    known = list(packs)
    if lab_id not in _begun(where):
        return known
    began = state.fold(Log(where.run(lab_id) / "log.jsonl").read()).started
    pack = Path(began.pack) if began is not None and began.pack else None
    if pack is None or not pack.is_dir() or lab_id in [entry.id for entry in catalog(known)]:
        return known
    return [*known, pack]


def _begun(where: Paths) -> list[str]:
    return [folder.name for folder in where.runs.iterdir()] if where.runs.is_dir() else []


def _current(where: Paths) -> str:
    current = current_run(where.root)
    if not current:
        raise UsageError("lab.not-started")
    return current


def _summary(entry: Entry, where: Paths, language: str) -> LabSummary:
    from meshlab.errors import LabError
    from meshlab.lab.text import lab_text

    if entry.loaded is None:
        return LabSummary(id=entry.id, stage=entry.stage, title=entry.id, built_in=entry.built_in, broken=str(entry.problem))
    try:
        text = lab_text(entry.loaded, language)
    except LabError as error:
        return LabSummary(id=entry.id, stage=entry.stage, title=entry.id, built_in=entry.built_in, broken=str(error))
    return _whole(entry, entry.loaded, where, text.title, text.why)


def _whole(entry: Entry, loaded: LoadedLab, where: Paths, title: str, why: str) -> LabSummary:
    lab = loaded.lab
    known = state.fold(Log(where.run(entry.id) / "log.jsonl").read())
    shown = state.lifecycle(known, lab)
    left = [step for step in lab.steps if step.id not in known.done]
    return LabSummary(
        id=entry.id,
        stage=entry.stage,
        title=title,
        why=why,
        minutes=lab.minutes,
        steps=len(lab.steps),
        built_in=entry.built_in,
        proof=proven(loaded),
        recorded=entry.built_in and has_recording(entry.id),
        state="in-progress" if shown == "ready" else shown,
        steps_done=len(lab.steps) - len(left),
        step=[step.id for step in lab.steps].index(state.current(known, lab)) + 1,
        minutes_left=sum(step.minutes for step in left),
    )


def proven(loaded: LoadedLab) -> Literal["proven", "stale", "missing"]:
    """Returns the state of the lab's proof; one that cannot be read is stale."""
    try:
        found = proof.read_proof(loaded.folder)
    except LabError:
        return "stale"
    if found is None:
        return "missing"
    return "stale" if proof.stale(found, proof.hashes(loaded)) else "proven"


SUFFIX = ".jsonl.gz"


def recording_of(lab: str) -> Path:
    """Returns the file of a lab's recording, which may not exist."""
    return recordings_folder() / f"{lab}{SUFFIX}"


def has_recording(lab: str) -> bool:
    """Whether the lab has a recording."""
    return recording_of(lab).is_file()


def no_recording(lab: str) -> UsageError:
    """Makes the error for a lab without a recording."""
    return UsageError("recording.none", lab=lab)
