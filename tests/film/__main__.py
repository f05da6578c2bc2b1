"""`python -m tests.film RECORDING [--cast FILE] [--svg FILE] [--show STEP,STEP] [--pack DIR] [--size 120x34]`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from meshlab.run.recordings.file import Recording, read
from tests.film.asciicast import cast
from tests.film.camera import Camera, Film
from tests.film.svg import animated
from tests.film.way import Way


def film(recording: Recording, show: frozenset[str], packs: list[str], columns: int, rows: int) -> Film:
    """The whole tour of a recording; nothing of this machine is used or kept."""
    options = [part for pack in packs for part in ("--pack", pack)]
    command = [sys.executable, "-m", "meshlab", "--lang", "en", *options, "tour", "--from", str(recording.file.absolute())]
    with tempfile.TemporaryDirectory() as folder:
        own = {"MESHLAB_STATE": f"{folder}/state", "MESHLAB_CONFIG": f"{folder}/config", "HOME": folder}
        camera = Camera(command, columns, rows, own | {"COLORTERM": "truecolor", "LC_ALL": "C.UTF-8", "PATH": folder})
        try:
            Way(camera, recording, show).go()
        finally:
            camera.process.close(force=True)
    return camera.film


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recording", type=Path)
    parser.add_argument("--cast", type=Path, help="asciinema plays it")
    parser.add_argument("--svg", type=Path, help="an animated picture")
    parser.add_argument("--show", default="", help="only these steps in the picture")
    parser.add_argument("--pack", action="append", default=[])
    parser.add_argument("--size", default="120x34")
    chosen = parser.parse_args()
    recording = read(chosen.recording)
    columns, rows = map(int, chosen.size.split("x"))
    found = film(recording, frozenset(filter(None, chosen.show.split(","))), chosen.pack, columns, rows)
    title = f"meshlab tour {recording.opened.lab}"
    if chosen.cast:
        frames = found.frames(everything=True, apart=0.25)
        chosen.cast.write_text(cast(frames, found.length, columns, title, int(recording.opened.t)), encoding="utf-8")
    if chosen.svg:
        frames = found.frames(everything=False, apart=0.8)
        chosen.svg.write_text(animated(frames, found.seconds(), columns, title), encoding="utf-8")


if __name__ == "__main__":
    main()
