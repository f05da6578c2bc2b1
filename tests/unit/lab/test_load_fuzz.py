# ruff: noqa: E501  (tables)
"""Whatever a lab file holds, reading it ends with a lab or with problems, never with another exception."""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from meshlab.lab.load import read_lab
from meshlab.lab.model import Variable
from meshlab.lab.values.arithmetic import evaluate
from meshlab.lab.values.variables import draw
from meshlab.lab.yaml.parse import parse_documents
from tests.unit.lab.sample_lab import SOUND

PIECES = ["${", "}", "$[", "]", "[", "{", ": ", "- ", "\n", "  ", "&a ", "*a", "!!int ", "|\n", '"', "'", "#", "?", "0", "1e9", "~",
          "variables:", "steps", "id", "timeout", "null", "\t", "é", "%", "---\n", "...\n", "<<: "]  # fmt: skip


def check(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "2-sample"
        folder.mkdir()
        (folder / "lab.yaml").write_bytes(data)
        reading = read_lab(folder)
    assert (reading.loaded is None) == bool(reading.problems)
    assert all(problem.message and problem.file for problem in reading.problems)


@given(st.binary(max_size=400))
@settings(deadline=None, max_examples=150)
def test_bytes(data: bytes) -> None:
    check(data)


@given(st.text(max_size=300))
@settings(deadline=None, max_examples=150)
def test_text(text: str) -> None:
    check(text.encode("utf-8", "surrogatepass"))


@given(st.lists(st.sampled_from(PIECES), max_size=40))
@settings(deadline=None, max_examples=300)
def test_pieces_of_yaml(pieces: list[str]) -> None:
    check("".join(pieces).encode())


@given(st.integers(0, len(SOUND)), st.integers(0, 60), st.lists(st.sampled_from(PIECES), max_size=4))
@settings(deadline=None, max_examples=400)
def test_a_sound_lab_with_a_wound(at: int, length: int, pieces: list[str]) -> None:
    check((SOUND[:at] + "".join(pieces) + SOUND[at + length :]).encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["web", "x.y", "a-b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "checks", "from", "kind"]) | st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
KEYS = [
    "schema",
    "stage",
    "minutes",
    "clusters",
    "needs",
    "variables",
    "services",
    "proxies",
    "actors",
    "graph",
    "steps",
    "wrong",
]


@given(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6))
@settings(deadline=None, max_examples=200)
def test_values_of_any_type_under_real_keys(values: dict[str, object]) -> None:
    import yaml

    check(yaml.safe_dump(values, allow_unicode=True).encode("utf-8", "surrogatepass"))


@given(st.text(alphabet="0123456789+-*/() ab", max_size=60))
def test_arithmetic_gives_a_number_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(evaluate(text, len), int)


@given(st.recursive(st.integers(0, 99).map(str), lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"), max_leaves=8))  # fmt: skip
def test_arithmetic_is_that_of_python(text: str) -> None:
    try:
        found = evaluate(text, lambda _: 0)
    except ValueError:
        return
    assert found == eval(text)  # Digits, + - * and parentheses only: see the strategy.


@given(st.integers(-1000, 1000), st.integers(0, 1000), st.integers(1, 50), st.integers())
def test_drawn_integers_keep_their_bounds_and_step(smallest: int, span: int, step: int, seed: int) -> None:
    value = int(draw("lab", seed, "name", Variable(integer=(smallest, smallest + span), step=step)))
    assert smallest <= value <= smallest + span
    assert (value - smallest) % step == 0


@given(st.integers(1, 40), st.integers())
def test_tokens(length: int, seed: int) -> None:
    token = draw("lab", seed, "name", Variable(token=length))
    assert len(token) == length
    assert token[0].isalpha()
    assert token.isalnum()
    assert token == token.lower()


TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp")), max_size=10)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | FINITE | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(TEXT, PLAIN, max_size=5))
@settings(deadline=None)
def test_json_is_read_as_it_is(data: dict[str, object]) -> None:
    text = json.dumps(data, ensure_ascii=False)
    (found,) = parse_documents(text, "x.yaml")
    assert found.data == data
    assert found.mistakes == []


@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=6))
def test_every_line_is_known(names: list[str]) -> None:
    text = "".join(f"- {name}:\n    x: 1\n" for name in names)
    (found,) = parse_documents(text, "x.yaml")
    assert [found.line((index, name)) for index, name in enumerate(names)] == [1 + 2 * index for index in range(len(names))]
    assert [found.line((index, name, "x")) for index, name in enumerate(names)] == [
        2 + 2 * index for index in range(len(names))
    ]
