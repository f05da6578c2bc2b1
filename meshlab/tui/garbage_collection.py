"""When Python looks for garbage: a look at all objects of the interface takes 0.15 s, too long in the middle of a key.

While a cluster is made it took seconds, with all of Kubernetes' classes just imported and no processor free. So there is none
before the first paint, later only when nobody has touched a key for a while, and what has come to stay is left out. See
https://docs.python.org/3/library/gc.html#gc.set_threshold
"""

from __future__ import annotations

import gc
import time

EVERY = 5.0
"""Seconds between two looks at whether it is time."""
QUIET = 20.0
"""Seconds without a key after which nobody waits for the next frame."""
WORTH_IT_AFTER = 10
"""Looks at the younger objects after which the old ones are worth one."""
FORCED_AFTER = 1000
"""The same, after which it is done even under somebody's hands."""


def look_later() -> None:
    """Not before the first paint: what is imported until then stays anyway."""
    gc.disable()


class Sweeper:
    """Looks in quiet moments."""

    def __init__(self) -> None:
        self._touched = 0.0

    def begin(self) -> None:
        """What is there now stays: it is never looked at again. Called after the first paint, and when a lab is ready."""
        gc.freeze()
        gc.set_threshold(*gc.get_threshold()[:2], FORCED_AFTER)
        gc.enable()

    def touched(self) -> None:
        """Somebody pressed a key, or moved the mouse."""
        self._touched = time.monotonic()

    def sweep(self) -> None:
        """If the moment is good, and it is worth it."""
        if time.monotonic() - self._touched > QUIET and gc.get_count()[2] >= WORTH_IT_AFTER:
            gc.collect()
