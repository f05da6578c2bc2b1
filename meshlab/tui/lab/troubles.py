"""When cluster, disk or connection fail under an open lab: a modal says it once, with ways on, and goes when it is over."""

from __future__ import annotations

from collections.abc import Callable

from meshlab.errors import ApiNotReady, ClusterError, ConnectionLost, DiskFull, EngineError, EnvironmentFault
from meshlab.tui.base.modals import FailureModal, failure_title
from meshlab.tui.base.screen import MeshScreen
from meshlab.tui.translation import tr

PATIENCE: dict[type[EnvironmentFault], int] = {ConnectionLost: 2, ApiNotReady: 2}
"""How many failures in a row open a modal: such things often pass by themselves."""


class Troubles:
    """Each piece of work that repeats itself reports here: `failed` after each failure, `succeeded` after each success."""

    lost = ""
    """What is wrong just now, in a few words; "" when all is well."""

    def __init__(self, screen: MeshScreen[None], lost_changed: Callable[[], None]) -> None:
        """screen: the one that modals open over. lost_changed: called when `lost` is another."""
        self.screen, self.lost_changed = screen, lost_changed
        self.failures_in_a_row: dict[str, int] = {}
        """By work."""
        self._errors: dict[str, EnvironmentFault] = {}
        self._announced: set[type[BaseException]] = set()
        self._modal: FailureModal | None = None

    def failed(self, work: str, error: EnvironmentFault) -> None:
        """That work failed; it will be tried again."""
        same = type(self._errors.get(work)) is type(error)
        self.failures_in_a_row[work] = self.failures_in_a_row.get(work, 0) + 1 if same else 1
        self._errors[work] = error
        self._update_lost()
        patient = self.failures_in_a_row[work] < PATIENCE.get(type(error), 1)
        if not patient and type(error) not in self._announced and self.screen.app.screen is self.screen:
            self._announced.add(type(error))
            self._modal = FailureModal(error, ways_on(error))
            self.screen.app.push_screen(self._modal, self._answered)

    def succeeded(self, work: str) -> None:
        """That work succeeded; a modal about a trouble that is over goes by itself."""
        if self._errors.pop(work, None) is None:
            return
        self.failures_in_a_row.pop(work, None)
        self._update_lost()
        if not self._errors:
            self._announced.clear()
            self.screen.notify(tr(self.screen, "trouble.over"), markup=False)
            if self._modal is not None and self.screen.app.screen is self._modal:
                self._modal.dismiss("")

    def is_on_screen(self, error: BaseException) -> bool:
        """Whether a modal says this already."""
        return self._modal is not None and type(error) in self._announced

    def _update_lost(self) -> None:
        error = next(iter(self._errors.values()), None)
        lost = "" if error is None else failure_title(self.screen, error)
        if lost != self.lost:
            self.lost = lost
            self.lost_changed()

    def _answered(self, way: str | None) -> None:
        self._modal = None
        self.screen.go_way(way)


def ways_on(error: BaseException) -> tuple[str, ...]:
    """Those of retry, start (again) and leave that help after this failure."""
    if isinstance(error, ClusterError | EngineError):
        return ("retry", "start", "leave")
    # A lock is not among them: looking again would not do again what the lock kept from being done.
    return ("retry", "leave") if isinstance(error, DiskFull) else ()
