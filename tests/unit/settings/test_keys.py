"""Keys in the settings: their spelling, and two actions on one key."""

from __future__ import annotations

import pytest

from meshlab.settings.key_clashes import Bound, agreed
from meshlab.settings.key_names import keys_of, normal, typed, unknown_key

OWN = {
    "app.quit": Bound(("q",)),
    "app.quit-typing": Bound(("ctrl+q",), always=True),
    "lab.check": Bound(("c",)),
    "lab.hint": Bound(("h",)),
    "list.down": Bound(("j",)),
    "guide.run": Bound(("enter",)),
    "experiment.run": Bound(("enter",)),
    "trace.headers": Bound(("h",)),
}


@pytest.mark.parametrize(
    ("written", "key"),
    [("?", "question_mark"), ("/", "slash"), ("+", "plus"), ("-", "minus"), ("ctrl+S", "ctrl+s"), ("L", "L"), ("f5", "f5")],
)
def test_a_sign_becomes_the_name_that_the_interface_hears(written: str, key: str) -> None:
    assert normal(written) == key
    assert not unknown_key(key)


@pytest.mark.parametrize("key", ["f25", "hello", "control+x", "ctrl+", "ctrl+hello"])
def test_keys_that_no_terminal_has(key: str) -> None:
    assert unknown_key(key)


def test_keys_that_write_something() -> None:
    assert [key for key in ("x", "space", "minus", "question_mark", "f5", "enter", "ctrl+x", "left") if typed(key)] == [
        "x",
        "space",
        "minus",
        "question_mark",
    ]


def test_several_keys_as_text_or_list() -> None:
    assert keys_of("x, f5") == keys_of(["x", "f5"]) == ("x", "f5")
    assert keys_of(5) == keys_of([1]) == keys_of("") == ()


@pytest.mark.parametrize(
    ("wanted", "followed", "what"),
    [
        ({"lab.check": "x"}, {"lab.check": "x"}, []),
        ({"lab.check": "h"}, {}, ["clash"]),
        ({"lab.check": "q"}, {}, ["clash"]),
        ({"lab.check": "j"}, {}, ["clash"]),
        ({"lab.check": "h", "lab.hint": "c"}, {"lab.check": "h", "lab.hint": "c"}, []),
        ({"lab.check": "x", "lab.hint": "x"}, {"lab.check": "x"}, ["clash"]),
        ({"trace.headers": "c"}, {"trace.headers": "c"}, []),
        ({"experiment.run": "enter,x"}, {"experiment.run": "enter,x"}, []),
        ({"lab.check": "tab"}, {}, ["fixed"]),
        ({"app.quit-typing": "z"}, {}, ["typed"]),
        ({"app.quit-typing": "f10"}, {"app.quit-typing": "f10"}, []),
        ({"lab.gone": "x"}, {}, ["unknown-id"]),
        # The second frees the key that the first wants, but may not have its own.
        ({"lab.check": "h", "lab.hint": "q"}, {}, ["clash", "clash"]),
    ],
)
def test_what_is_followed(wanted: dict[str, str], followed: dict[str, str], what: list[str]) -> None:
    keys, problems = agreed(wanted, OWN)
    assert (keys, [one.what for one in problems]) == (followed, what)
