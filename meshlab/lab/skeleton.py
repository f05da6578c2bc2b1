"""`meshlab new`: a small lab that lints, in both languages, to be changed into a real one."""

from __future__ import annotations

import re
from pathlib import Path

from meshlab.errors import UsageError
from meshlab.lab.problem import shown
from meshlab.lab.skeleton_files import FILES

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def new_lab(folder: Path, lab_id: str) -> Path:
    """Write the lab into `<folder>/<lab_id>` and give that folder. UsageError when it cannot be."""
    if not _ID.fullmatch(lab_id) or len(lab_id) > 60:
        hint = "Lower-case letters and digits joined by single hyphens, such as 3-proxy-per-node."
        raise UsageError(f"`{lab_id}` is no id for a lab", hint=hint)
    home = folder / lab_id
    if home.exists():
        raise UsageError(f"{shown(home)} is there already", hint="Choose another id or folder.")
    stage = re.match(r"[0-9]+[a-z]?(?=-|$)", lab_id)
    for name, text in FILES.items():
        file = home / name
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.replace("STAGE", stage.group() if stage else lab_id.partition("-")[0]), encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{shown(file)} cannot be written: {error.strerror}") from None
    return home
