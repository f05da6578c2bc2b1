"""`meshlab check --record DIR`: what stands in every fixture."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from meshlab import __version__
from meshlab.check.record import FixtureWriter

if TYPE_CHECKING:
    from meshlab.run.run import Run


def writer(run: Run, folder: Path) -> FixtureWriter:
    """Writes fixtures into a folder, with versions and seed."""
    prepared = run.state().prepared
    return FixtureWriter(
        folder,
        {
            "meshlab": __version__,
            "lab": run.lab_id,
            "seed": run.seed,
            "engine": run.engine_name,
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "images": {name: value for name, value in sorted(run.values.items()) if name.startswith("image_")},
            "stand_ins": list(prepared.stand_ins) if prepared else [],
        },
    )
