"""All labs, in the order of their stages. A broken lab is listed with what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

from msgspec import Struct

from meshlab.errors import LabError, UsageError
from meshlab.lab.files.content import labs_folder
from meshlab.lab.load import LoadedLab, read_lab
from meshlab.lab.problem import display_path


class Entry(Struct, frozen=True, kw_only=True):
    """One lab of the list."""

    id: str
    folder: Path
    stage: str
    loaded: LoadedLab | None
    """With seed 0; None when it is broken."""
    problem: LabError | None = None
    built_in: bool = True


def catalog(packs: Iterable[Path] = ()) -> list[Entry]:
    """The built-in labs and those of packs, by stage. UsageError for a pack that is not a folder."""
    entries: dict[str, Entry] = {}
    for folder, built_in in _folders(packs):
        entry = _entry(folder, built_in)
        if entry.id in entries:
            entry = _hidden(entry, entries[entry.id])
        entries[entry.id] = entry
    return sorted(entries.values(), key=lambda entry: (*road(entry.stage), entry.id))


def find(lab: str, packs: Iterable[Path] = ()) -> Entry:
    """The lab of that id, stage or unique beginning of an id. UsageError when there is none, LabError when it is broken."""
    entry = look_up(lab, packs)
    if entry.problem is not None:
        raise entry.problem
    return entry


def locate(lab: str, packs: Iterable[Path] = ()) -> Path:
    """The folder of that lab. One that is named by its whole id is not read, so it may be broken; for others as `find`."""
    packs = list(packs)
    folder = next((folder for folder, _ in _folders(packs) if folder.name == lab), None)
    return folder or find(lab, packs).folder


def look_up(lab: str, packs: Iterable[Path] = ()) -> Entry:
    """As `find`, but a broken lab is given too, and a path such as ./my-lab names the lab in that folder."""
    if "/" in lab and (Path(lab) / "lab.yaml").exists():
        return _entry(Path(lab).absolute(), built_in=False)
    return _by_folder(lab, list(_folders(packs))) or _by_content(lab, catalog(packs))


def _by_folder(lab: str, folders: list[tuple[Path, bool]]) -> Entry | None:
    """The lab whose folder has that name, or is the only one of that stage: no other lab is read."""
    for folder, built_in in folders:
        if folder.name == lab:
            return _entry(folder, built_in)
    staged = [(folder, built_in) for folder, built_in in folders if folder.name.partition("-")[0] == lab]
    entry = _entry(*staged[0]) if len(staged) == 1 else None
    return entry if entry is not None and entry.stage == lab else None


def _by_content(lab: str, entries: list[Entry]) -> Entry:
    matching = [entry for entry in entries if entry.id == lab]
    matching = matching or [entry for entry in entries if entry.stage == lab]
    matching = matching or [entry for entry in entries if lab and entry.id.startswith(lab)]
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise UsageError("lab.ambiguous", lab=lab, labs=", ".join(entry.id for entry in matching))
    ids = [entry.id for entry in entries]
    near = get_close_matches(lab, ids, n=1)
    if near:
        raise UsageError("lab.unknown-near", lab=lab, near=near[0], known=", ".join(ids))
    raise UsageError("lab.unknown", lab=lab, known=", ".join(ids) or "–")


def road(stage: str) -> tuple[int, str]:
    """The sort key of a stage: numbers with their letters first, then other words, `adoption` last."""
    number = re.match(r"[0-9]{1,9}", stage)
    if number:
        return int(number.group()), stage[number.end() :]
    return 10**9 + (stage == "adoption"), stage


def _entry(folder: Path, built_in: bool) -> Entry:
    reading = read_lab(folder)
    loaded = reading.loaded
    stage = loaded.lab.stage if loaded is not None else folder.name.partition("-")[0]
    problem = None if loaded is not None else reading.problems[0].error()
    return Entry(id=folder.name, folder=folder, stage=stage, loaded=loaded, problem=problem, built_in=built_in)


def _hidden(entry: Entry, by: Entry) -> Entry:
    """An entry whose id is taken: listed under its folder's name as well, never started by mistake."""
    error = LabError(f"another lab has the id `{entry.id}`: {display_path(by.folder)}", file=display_path(entry.folder))
    name = f"{entry.id} ({display_path(entry.folder)})"
    return Entry(id=name, folder=entry.folder, stage=entry.stage, loaded=None, problem=error, built_in=entry.built_in)


def _folders(packs: Iterable[Path]) -> Iterator[tuple[Path, bool]]:
    for folder in _labs(labs_folder()):
        yield folder, True
    for pack in packs:
        pack = pack.absolute()
        if not pack.is_dir():
            raise UsageError("usage.pack", pack=display_path(pack))
        inside = pack / "labs"
        for folder in [pack] if (pack / "lab.yaml").exists() else _labs(inside if inside.is_dir() else pack):
            yield folder, False


def _labs(folder: Path) -> list[Path]:
    """The subfolders that hold a lab file."""
    try:
        return sorted(path for path in folder.iterdir() if (path / "lab.yaml").exists())
    except OSError:
        return []
