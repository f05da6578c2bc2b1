"""Films: what a player or a browser would show is what was on the screen."""

from __future__ import annotations

import json
import sys
from xml.etree import ElementTree as Tree

import pyte

from tests.film.asciicast import cast
from tests.film.camera import Camera, Film, Shot
from tests.film.picture import Frame, picture
from tests.film.svg import WIDTH, animated

COLUMNS, ROWS = 40, 4
SVG = "{http://www.w3.org/2000/svg}"
WRITES = (
    "\x1b[2J\x1b[H\x1b[1;38;2;255;180;84;48;2;13;16;23mmeshlab\x1b[m  two  gaps\r\n│ 路由器网格 │ <&>",
    "\x1b[3;1H\x1b[7m RECORDING \x1b[m \x1b[3;4mslanted\x1b[m\x1b[1;1H\x1b[31mred",
    "\x1b[2;1H\x1b[2Kgone",
)


def film(*hidden: int) -> Film:
    shots = [Shot(float(number), text.encode(), number not in hidden) for number, text in enumerate(WRITES)]
    return Film(COLUMNS, ROWS, shots, length=3.0)


def frames() -> list[Frame]:
    return film().frames(everything=False, apart=0.1)


def test_a_player_shows_each_picture_again() -> None:
    header, *lines = map(json.loads, cast(frames(), 3.0, COLUMNS, "a film", 1700000000).splitlines())
    assert (header["version"], header["width"], header["height"]) == (2, COLUMNS, ROWS)
    assert [line[0] for line in lines] == [0.0, 1.0, 2.0, 3.0]
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.Stream(screen)
    for (_, rows), (_, kind, text) in zip(frames(), lines, strict=False):
        assert kind == "o"
        stream.feed(text)
        assert picture(screen) == rows


def test_the_drawing_has_every_row_once_and_every_frame() -> None:
    text = animated(frames(), 3.0, COLUMNS, "a <film>")
    root = Tree.fromstring(text)
    drawn = {one.get("id"): one for one in root.iter(f"{SVG}g") if (one.get("id") or "").startswith("r")}
    used = [one.get("href", "").removeprefix("#") for one in root.iter(f"{SVG}use")]
    assert set(used) == set(drawn)
    assert len(used) == 2 + 3 + 3
    assert len(drawn) == 5, "a row that stays is drawn once"
    assert text.count("translateY") == 3
    assert "script" not in text


def test_columns_hold_in_any_font() -> None:
    root = Tree.fromstring(animated(frames(), 3.0, COLUMNS, "a film"))
    told = {one.text: one for one in root.iter(f"{SVG}text")}
    assert float(told["two"].get("x", "")) == round(9 * WIDTH, 1), "a gap of two is not left to the reader's font"
    wide = next(one for text, one in told.items() if text and "路由器" in text)
    assert float(wide.get("textLength", "")) == round(len("│ 路由器网格 │ <&>") * WIDTH + 5 * WIDTH, 1)


def test_what_is_not_shown_takes_no_time() -> None:
    found = film(1)
    assert [at for at, _ in found.frames(everything=False, apart=0.1)] == [0.0, 1.0]
    assert found.seconds() == 2.0
    assert [at for at, _ in found.frames(everything=True, apart=0.1)] == [0.0, 1.0, 2.0]


def test_the_camera_keeps_what_was_written_and_the_time_to_read() -> None:
    program = "import sys; print('one', flush=True); sys.stdin.readline(); print('two', flush=True); sys.stdin.readline()"
    camera = Camera([sys.executable, "-c", program], COLUMNS, ROWS, {})
    camera.until("one")
    camera.hold(5.0)
    camera.press("\r", "two", hold=1.0)
    camera.send("\r")
    assert camera.wait() == 0
    first, *_, last = camera.film.frames(everything=True, apart=0.5)
    assert last[0] - first[0] > 4.5, "the time to read is in the film, and nobody waited for it"
