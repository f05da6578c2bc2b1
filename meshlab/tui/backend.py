"""What the app needs from outside: labs, runs, what the doctor finds. Tests give it a scripted one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from meshlab.run.api import LabRun, LabSummary, Language

if TYPE_CHECKING:
    from meshlab.cluster.doctor.model import Diagnosis as DoctorDiagnosis
    from meshlab.run.compare import Comparison


class Diagnosis(Struct, frozen=True):
    """One thing that the doctor looked at."""

    id: str
    state: str
    """ok, warning, problem, unknown or note"""
    text: str
    fix: str = ""

    @classmethod
    def of(cls, diagnoses: Iterable[DoctorDiagnosis]) -> list[Diagnosis]:
        """As the doctor tells them."""
        return [cls(id=known.id, state=known.state, text=known.text, fix=known.fix) for known in diagnoses]


class Backend(Protocol):
    """The app's only way out of the terminal."""

    async def labs(self, language: Language) -> list[LabSummary]:
        """The road: all labs that can be found, with the learner's progress."""
        ...

    async def open(self, lab: str, language: Language) -> LabRun:
        """The learner's run of a lab, made when there is none."""
        ...

    async def comparison(self, language: Language) -> Comparison:
        """The stages side by side, as far as they were measured."""
        ...

    async def doctor(self, language: Language) -> list[Diagnosis]:
        """What would go wrong on this machine."""
        ...


class LiveBackend:
    """The real one. Imports wait until they are needed, so that the first paint does not."""

    def __init__(self, packs: Sequence[Path] = (), record: Path | None = None, default_context: str = "") -> None:
        """record: a file to which everything that is seen of a run is written.

        usual_context: of a kubeconfig, where a lab that is nowhere yet gets its cluster; "" is kind on this machine.
        """
        self.packs, self.record, self.default_context = tuple(packs), record, default_context

    async def labs(self, language: Language) -> list[LabSummary]:
        def list_labs(language: Language, packs: tuple[Path, ...]) -> list[LabSummary]:
            from meshlab.run import catalog as opening

            return opening.list_labs(language, packs)

        # Reading labs takes a moment: keys must not wait for it.
        return await asyncio.to_thread(list_labs, language, self.packs)

    async def open(self, lab: str, language: Language) -> LabRun:
        from meshlab.run.catalog import RunRequest, open_run

        run = open_run(RunRequest(lab=lab, packs=tuple(self.packs), language=language, default_context=self.default_context))
        if self.record is None:
            return run
        from meshlab.run.recordings.opened import recorded

        return recorded(run, self.record)

    async def comparison(self, language: Language) -> Comparison:
        def read(language: Language, packs: tuple[Path, ...]) -> Comparison:
            from meshlab.run.compare import compare

            return compare(language, packs)

        return await asyncio.to_thread(read, language, self.packs)

    async def doctor(self, language: Language) -> list[Diagnosis]:
        from meshlab.cluster.doctor import examine

        return Diagnosis.of(await examine(language))
