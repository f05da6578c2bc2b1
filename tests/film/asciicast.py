"""The film as asciinema plays it: asciicast v2, https://docs.asciinema.org/manual/asciicast/v2/.

Each picture is one write of the rows that have changed: a tenth of what the program itself wrote, and the same to see.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from tests.film.picture import Frame, Look, Row

HEADER = {"version": 2, "env": {"TERM": "xterm-256color"}}


def cast(frames: Sequence[Frame], seconds: float, columns: int, title: str, timestamp: int) -> str:
    """A header line, then one line a picture. timestamp: unix seconds of the run that was recorded."""
    header = {**HEADER, "width": columns, "height": len(frames[0][1]), "timestamp": timestamp, "title": title}
    told: list[list[object]] = []
    before: tuple[Row, ...] = ()
    for at, rows in frames:
        changed = [number for number, row in enumerate(rows) if number >= len(before) or row != before[number]]
        if changed:
            told.append([round(at, 3), "o", "".join(_row(number, rows[number]) for number in changed)])
        before = rows
    told[0][2] = f"\x1b[?25l\x1b[2J{told[0][2]}"
    # The time to read the last one.
    told.append([round(seconds, 3), "o", "\x1b[0m"])
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in (header, *told)) + "\n"


def _row(number: int, row: Row) -> str:
    """Written anew: cleared, then run by run; what follows at once needs no place, what looks the same no colour."""
    told, here, look = [f"\x1b[{number + 1}H\x1b[m\x1b[2K"], 0, Look()
    for run in row:
        told.append(f"\x1b[{run.column + 1}G" if run.column != here else "")
        told.append(_sgr(run.look) if run.look != look else "")
        told.append(run.text)
        here, look = run.column + run.width, run.look
    return "".join(told)


def _sgr(look: Look) -> str:
    on = [code for code, wanted in (("1", look.bold), ("3", look.italics), ("4", look.underscore)) if wanted]
    colours = [f"{code};2;{_rgb(name)}" for code, name in (("38", look.fg), ("48", look.bg)) if name]
    return f"\x1b[{';'.join(['0', *on, *colours])}m"


def _rgb(name: str) -> str:
    return ";".join(str(int(name[place : place + 2], 16)) for place in (1, 3, 5))
