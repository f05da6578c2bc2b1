"""When cluster, disk or connection fail under an open lab: said once, with ways on, and taken back when it is over."""

from __future__ import annotations

from meshlab.errors import ApiNotReady, ClusterError, ConnectionLost, DiskFull, EngineError, EnvironmentFault
from meshlab.tui.base.modals import FailureModal, failure_title
from meshlab.tui.base.screen import MeshScreen
from meshlab.tui.messages import LeaveLab, StartAgain
from meshlab.tui.speak import tr

PATIENCE: dict[type[EnvironmentFault], int] = {ConnectionLost: 2, ApiNotReady: 2}
"""How often in a row it is seen before it is said in the learner's way: such things often pass by themselves."""


class FacesTrouble(MeshScreen[None]):
    """Work that goes on for ever reports how it goes: `troubled` with each failure, `well` with each success."""

    lost: str = ""
    """What is wrong just now, in a few words; "" when all is well."""

    def start_facing(self) -> None:
        """Call before composing."""
        self._troubles: dict[str, EnvironmentFault] = {}
        self._seen: dict[str, int] = {}
        self._said: set[type[BaseException]] = set()
        self._told: FailureModal | None = None

    def troubled(self, work: str, error: EnvironmentFault) -> None:
        """That work failed; it will be tried again."""
        same = type(self._troubles.get(work)) is type(error)
        self._seen[work] = self._seen.get(work, 0) + 1 if same else 1
        self._troubles[work] = error
        self._show_lost()
        if self._seen[work] >= PATIENCE.get(type(error), 1) and type(error) not in self._said and self.app.screen is self:
            self._said.add(type(error))
            self._told = FailureModal(error, self.ways_on(error))
            self.app.push_screen(self._told, self._answered)

    def well(self, work: str) -> None:
        """That work succeeded; a modal about a trouble that is over goes by itself."""
        if self._troubles.pop(work, None) is None:
            return
        self._seen.pop(work, None)
        self._show_lost()
        if not self._troubles:
            self._said.clear()
            self.notify(tr(self, "trouble.over"), markup=False)
            if self._told is not None and self.app.screen is self._told:
                self._told.dismiss("")

    def _show_lost(self) -> None:
        error = next(iter(self._troubles.values()), None)
        lost = "" if error is None else failure_title(self, error)
        if lost != self.lost:
            self.lost = lost
            self.redraw_status()

    def show_failure(self, error: BaseException) -> None:
        # What the learner asked for fails for the same reason: it is on the screen already.
        if self._told is None or type(error) not in self._said:
            super().show_failure(error)

    def _answered(self, way: str | None) -> None:
        self._told = None
        self.go_way(way)

    def ways_on(self, error: BaseException) -> tuple[str, ...]:
        if isinstance(error, ClusterError | EngineError):
            return ("retry", "start", "leave")
        # A lock is not among them: looking again would not do again what the lock kept from being done.
        return ("retry", "leave") if isinstance(error, DiskFull) else ()

    def go_way(self, way: str | None) -> None:
        match way:
            case "retry":
                self.look_again()
            case "start":
                self.post_message(StartAgain())
            case "leave":
                self.post_message(LeaveLab())

    def look_again(self) -> None:
        """Try at once what would be tried again by itself."""

    def redraw_status(self) -> None: ...
