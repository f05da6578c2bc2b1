"""The app's backend for a tour: recordings instead of runs, nothing of this machine looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from msgspec.structs import replace

from meshlab.run.api import LabRun, LabSummary, Language
from meshlab.tui.backend import Diagnosis
from meshlab.words import say

if TYPE_CHECKING:
    from meshlab.run.compare import Comparison, Past
    from meshlab.run.recordings.file import Recording
    from meshlab.run.recordings.pace import Pace
    from meshlab.settings.model import Loaded


class TourBackend:
    """How far the viewer comes is kept in `state`, a folder of its own; what was measured there is the recordings'."""

    def __init__(self, state: Path, packs: Sequence[Path] = (), file: Path | None = None, *, pace: Pace | None = None) -> None:
        """file: one recording, instead of those that ship with meshlab."""
        self.state, self.packs, self.file, self.pace = state, tuple(packs), file, pace
        self._open: dict[str, LabRun] = {}
        self._pasts: dict[str, Past] = {}

    async def labs(self, language: Language) -> list[LabSummary]:
        return await asyncio.to_thread(self._labs, language)

    def _labs(self, language: Language) -> list[LabSummary]:
        from meshlab.run import catalog as opening

        labs = opening.list_labs(language, self.packs, state=self.state)
        if self.file is None:
            return labs
        only = self._recording("").opened.lab
        return [replace(lab, recorded=lab.id == only) for lab in labs]

    async def open(self, lab: str, language: Language) -> LabRun:
        recording = await asyncio.to_thread(self._recording, lab)
        name = recording.opened.lab
        # The same one again, so that whoever comes back goes on.
        if name not in self._open:
            from meshlab.run.recordings.opened import replay
            from meshlab.run.store.paths import Paths

            self._open[name] = replay(recording, Paths(self.state), packs=self.packs, language=language, pace=self.pace)
        return self._open[name]

    def _recording(self, lab: str) -> Recording:
        from meshlab.run import catalog
        from meshlab.run.recordings import opened
        from meshlab.run.recordings.file import read

        if self.file is None:
            return opened.of_lab(lab, packs=self.packs)
        recording = read(self.file)
        if lab and lab != recording.opened.lab:
            raise catalog.no_recording(lab)
        return recording

    async def comparison(self, language: Language) -> Comparison:
        return await asyncio.to_thread(self._comparison, language)

    def _comparison(self, language: Language) -> Comparison:
        """Of all recordings that can be watched, whether or not the viewer has watched them."""
        from meshlab.run.compare import compare_pasts
        from meshlab.run.recordings.measured import past_of

        if not self._pasts:
            labs = [lab.id for lab in self._labs(language) if lab.recorded]
            self._pasts = {lab: past_of(self._recording(lab)) for lab in labs}
        return compare_pasts(language, self.packs, self._pasts)

    async def doctor(self, language: Language) -> list[Diagnosis]:
        return [Diagnosis(id="tour", state="note", text=say("tour.doctor", language))]


def run_tour(
    *,
    language: Language,
    packs: Sequence[Path] = (),
    lab: str = "",
    file: Path | None = None,
    settings: Loaded | None = None,
) -> int:
    """The interface over recordings, to its end; how far the viewer came is forgotten then. file: see TourBackend."""
    from meshlab.tui.app import MeshlabApp, ended
    from meshlab.tui.preferences import Preferences

    with TemporaryDirectory(prefix="meshlab-tour-") as state:
        backend = TourBackend(Path(state), packs, file)
        app = MeshlabApp(backend, language=language, lab=lab, preferences=Preferences(settings), recorded=True)
        return ended(app, app.run())
