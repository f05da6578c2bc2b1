"""Opens a run for recording, or a recording for replay."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from meshlab import __version__
from meshlab.errors import UsageError
from meshlab.run import catalog
from meshlab.run.api import LabRun, Language
from meshlab.run.recordings import lines
from meshlab.run.recordings.file import Recording, Writer, read
from meshlab.run.recordings.replay import Replay
from meshlab.run.recordings.tour_writer import written_down
from meshlab.run.store.paths import Paths

if TYPE_CHECKING:
    from meshlab.run.recordings.pace import Pace
    from meshlab.run.session import Session


def recorded(session: Session, file: Path) -> LabRun:
    """Returns the run, which now records itself in the file, new or continued. UsageError when that is of another run."""
    run = session.run
    if file.exists():
        before = read(file).opened
        if (before.lab, before.seed) != (run.lab_id, run.seed):
            raise UsageError(
                "recording.of-another",
                file=file,
                there=before.lab,
                there_seed=before.seed,
                here=run.lab_id,
                here_seed=run.seed,
            )
    opened = lines.Opened(
        t=round(time.time(), 3),
        schema=lines.SCHEMA,
        lab=run.lab_id,
        seed=run.seed,
        meshlab=__version__,
        stage=run.lab.stage,
        engine=run.engine_name,
        cluster=run.cluster_name(),
        language=run.language,
    )
    own = run.lab.variables.keys()
    return written_down(session, Writer(file), opened, lambda: {key: one for key, one in run.values.items() if key not in own})


def replay(
    recording: Recording, where: Paths, *, packs: Iterable[Path] = (), language: Language = "en", pace: Pace | None = None
) -> Replay:
    """Replays the recording on the present lab. UsageError when the lab is not there, or is another version."""
    from meshlab.lab.catalog import find
    from meshlab.lab.load import load_lab

    loaded = load_lab(find(recording.opened.lab, packs).folder, recording.opened.seed)
    return Replay(recording, loaded, where, language=language, pace=pace)


def of_lab(lab: str, *, packs: Iterable[Path] = ()) -> Recording:
    """Reads the recording of a lab (id, stage or beginning of an id) that ships with meshlab. UsageError when there is none."""
    from meshlab.lab.catalog import look_up

    found = look_up(lab, packs).id
    file = catalog.recording_of(found)
    if not file.exists():
        raise catalog.no_recording(found)
    return read(file)
