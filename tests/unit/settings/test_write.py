"""Changing the file: one line changes, everything else is left as it was."""

from __future__ import annotations

import errno
import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from meshlab.errors import EnvironmentFault, UsageError
from meshlab.settings.key_clashes import Bound
from meshlab.settings.read import flat
from meshlab.settings.write import save, with_setting

TEXT = """# mine
theme = "meshlab-dark"  # at night

[keys]
# F5 as in a browser
"lab.check" = "f5"
"""


def test_a_new_file(tmp_path: Path) -> None:
    file = tmp_path / "new" / "settings.toml"
    assert save("language", "zh", file).settings.language == "zh"
    loaded = save("keys.lab.check", "x,f5", file)
    assert file.read_text(encoding="utf-8") == 'language = "zh"\n\n[keys]\n"lab.check" = "x,f5"\n'
    assert loaded.settings.keys == {"lab.check": "x,f5"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_comments_stay() -> None:
    assert with_setting(TEXT, "theme", "ansi-light") == TEXT.replace("meshlab-dark", "ansi-light")
    assert with_setting(TEXT, "keys.lab.check", "x") == TEXT.replace('"f5"', '"x"')
    assert with_setting(TEXT, "language", "en") == TEXT.replace("# at night\n", '# at night\nlanguage = "en"\n')
    assert with_setting(TEXT, "keys.lab.hint", "i") == TEXT + '"lab.hint" = "i"\n'


def test_taking_a_setting_out() -> None:
    assert with_setting(TEXT, "keys.lab.check", None) == TEXT.replace('"lab.check" = "f5"\n', "")
    assert with_setting(TEXT, "animations", None) == TEXT
    assert with_setting("", "keys.lab.check", None) == ""


def test_other_ways_of_writing_are_changed_too(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[keys]\nlab.check = ['x', 'f5']\nlab.hint='i'\n", encoding="utf-8")
    keys = save("keys.lab.check", "z", file).settings.keys
    assert keys == {"lab.check": "z", "lab.hint": "i"}


@pytest.mark.parametrize(
    ("text", "name", "after"),
    [
        ("[keys.lab]\ncheck = 'x' # mine\n", "keys.lab.check", '[keys.lab]\ncheck = "z" # mine\n'),
        ("keys = { 'lab.check' = 'x' }\n", "keys.lab.check", "keys = { 'lab.check' = \"z\" }\n"),
        ("keys.lab.check = 'x'\n", "keys.lab.check", 'keys.lab.check = "z"\n'),
        ("keys = 'x'\nlanguage = 'zh'\n", "keys.lab.check", 'language = \'zh\'\n\n[keys]\n"lab.check" = "z"\n'),
        ("memory = '''\nspare'''\n", "memory", 'memory = "z"\n'),
        ("[keys]\n\"lab.check\" = 'x'\nlab.check = 'y'\n", "keys.lab.check", '[keys]\n"lab.check" = "z"\n'),
        ("# mine\n[keys]\nlab.hint = 'i'\n", "memory", "# mine\nmemory = \"z\"\n\n[keys]\nlab.hint = 'i'\n"),
    ],
)
def test_every_way_of_writing_can_be_changed(text: str, name: str, after: str) -> None:
    assert with_setting(text, name, "z") == after


SPELLINGS = [
    "theme = 'ansi-dark' # t\n",
    'language = "zh"\n',
    "\n# a comment of its own\n",
    "keys.lab.next = 'n'\n",
    "[keys]\n'lab.check' = 'x' # c\n",
    "[keys]\nlab.hint = ['i', 'f1']\n\n",
    "[keys.lab]\nexplain = '''e'''\n",
    "[keys.road]\nopen = 'o'\n# the end\n",
]


@given(
    st.lists(st.sampled_from(SPELLINGS), unique=True, max_size=5),
    st.sampled_from(["theme", "language", "keys.lab.check", "keys.lab.hint", "keys.lab.explain", "keys.road.open"]),
    st.one_of(st.none(), st.text(max_size=5)),
)
def test_one_setting_changes_and_no_other(parts: list[str], name: str, value: str | None) -> None:
    text = "".join(parts)
    try:
        before = dict(flat(tomllib.loads(text)))
    except tomllib.TOMLDecodeError:
        assume(False)
    after = with_setting(text, name, value)
    wanted = {key: old for key, old in before.items() if key != name} | ({} if value is None else {name: value})
    assert dict(flat(tomllib.loads(after))) == wanted
    if value is not None or text.count("[keys") < 2:
        # tomlkit drops a table that stands apart from its kin, with the comment below, when nothing else is left in it.
        assert all(comment in after for comment in ("# a comment of its own", "# the end") if comment in text)


def test_a_broken_file_is_not_made_worse(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("theme = \n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"settings\.toml:1: the file is not valid TOML"):
        save("theme", "meshlab-light", file)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("theme", "pink", "pink is not one of"),
        ("colour", "red", "no such setting"),
        ("keys.lab.check", "h", "the key of lab.hint"),
    ],
)
def test_what_could_not_be_followed_is_not_written(tmp_path: Path, name: str, value: str, why: str) -> None:
    own = {"lab.check": Bound(("c",)), "lab.hint": Bound(("h",))}
    with pytest.raises(UsageError, match=why):
        save(name, value, tmp_path / "settings.toml", own=own)
    assert not (tmp_path / "settings.toml").exists()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles.toml", tmp_path / "settings.toml"
    real.write_text('theme = "meshlab-dark"\n', encoding="utf-8")
    link.symlink_to(real)
    save("theme", "meshlab-light", link)
    assert link.is_symlink()
    assert "meshlab-light" in real.read_text(encoding="utf-8")


def test_a_disk_that_is_full_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(EnvironmentFault, match="disk is full") as caught:
        save("theme", "meshlab-light", tmp_path / "settings.toml")
    assert "MESHLAB_CONFIG" in caught.value.hint
