"""The rules of the house: few files in a folder, short functions, and imports without circles that point one way, wherever they
stand.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house import LONGEST_FUNCTION, LONGEST_MODULE, MOST_MODULES, STREAMS, House, counts, details, the_house

REPOSITORY = Path(__file__).parents[3]
FOLDERS = sorted(file.parent for file in (REPOSITORY / "meshlab").rglob("__init__.py") if "tui" not in file.parts)


@pytest.fixture(scope="module")
def house() -> House:
    return the_house(REPOSITORY)


def test_no_folder_is_crowded(house: House) -> None:
    assert {folder: n for folder, n in house.by_folder.items() if n > MOST_MODULES} == {}


def test_functions_are_short(house: House) -> None:
    assert {name: n for name, n in house.functions.items() if n > LONGEST_FUNCTION} == {}


def test_imports_point_down(house: House) -> None:
    assert house.upward == []


@pytest.fixture
def small(tmp_path: Path) -> House:
    """A package of three rooms, with every fault that is looked for."""
    files = {
        "__init__": '"""No module: a docstring alone."""\n',
        "low": "def later():\n    from small import high\n    return high\n",
        "high": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from small.low import later\n",
        "alone": "import small.high\n\nasync def hand_on(them):\n    async for x in them:\n        yield x\n",
    }
    (tmp_path / "small").mkdir()
    for name, text in files.items():
        (tmp_path / "small" / f"{name}.py").write_text(text)
    return House(tmp_path / "small", ((("small.alone",), ("small.high",), ("small.low",)),))


def test_imports_inside_functions_and_for_types_count(small: House) -> None:
    assert set(small.modules) == {"small.low", "small.high", "small.alone"}
    assert small.circles == [["small.high", "small.low"]]
    assert small.upward == [("small.low", "small.high")]
    assert small.with_one_importer == {"small.low": "small.high"}


def test_loops_that_only_hand_on_are_found(small: House) -> None:
    assert small.forwarding == {"alone.py": 1}
    assert "alone.py: 1 loops that only hand on" in list(details(small))
    assert counts(small)["modules"] == "3"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_folder_says_what_happens_in_it(folder: Path) -> None:
    assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))


def test_no_imports_form_a_circle(house: House) -> None:
    assert house.circles == []


def test_nothing_only_hands_on_what_another_yields(house: House) -> None:
    """Operations report to a track; only the session turns calls into streams."""
    assert {file: n for file, n in house.forwarding.items() if file != STREAMS} == {}


def test_no_module_is_long(house: House) -> None:
    assert {module.name: module.lines for module in house.modules.values() if module.lines > LONGEST_MODULE} == {}
