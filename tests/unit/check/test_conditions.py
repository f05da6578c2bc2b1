"""Conditions and partial objects: what they mean."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshlab.check.conditions import alike, brief, first_unmet, missing_leaf, query
from meshlab.errors import LabError
from meshlab.lab.checks import Condition

LEAVES = st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab", max_size=2)


TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("xy", max_size=2), inner, max_size=3)
)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"equals": 3}, True),
        ({"equals": 3.0}, True),
        ({"equals": "3"}, False),
        ({"equals": True}, False),
        ({"not-equals": 4}, True),
        ({"not-equals": 3}, False),
        ({"exists": True}, True),
        ({"exists": False}, False),
        ({"at-least": 3}, True),
        ({"at-least": 4}, False),
        ({"at-most": 3}, True),
        ({"at-most": 2}, False),
        ({"same-as": "lab-start"}, True),
        ({"same-as": "step-start"}, False),
    ],
)
def test_conditions(condition: dict[str, Any], holds: bool) -> None:
    one = msgspec.convert({"query": "a.b", **condition}, Condition)
    before = {"lab-start": {"a": {"b": 3}}, "step-start": {"a": {"b": 4}}}
    assert (first_unmet([one], {"a": {"b": 3}}, before) is None) is holds


@pytest.mark.parametrize("value", [None, [], {}, ""])
def test_nothing_does_not_exist(value: Any) -> None:
    assert first_unmet([Condition(query="a", exists=True)], {"a": value}, {}) is not None
    assert first_unmet([Condition(query="a", exists=False)], {"a": value}, {}) is None


def test_false_and_zero_exist() -> None:
    assert all(first_unmet([Condition(query="a", exists=True)], {"a": value}, {}) is None for value in (False, 0))


def test_a_number_in_text_compares_as_a_number_and_nothing_does_not() -> None:
    assert first_unmet([Condition(query="a", at_least=2)], {"a": "10"}, {}) is None
    assert first_unmet([Condition(query="a", at_least=0)], {"a": None}, {}) is not None
    assert first_unmet([Condition(query="a", at_most=9)], {"a": "many"}, {}) is not None


def test_a_query_that_is_none_is_the_labs_mistake() -> None:
    with pytest.raises(LabError, match="cannot be read"):
        query("a[", {})


def test_what_does_not_fit_the_query_does_not_hold() -> None:
    ordered = Condition(query="sort([].a)", same_as="lab-start", reason="object.changed")
    unmet = first_unmet([ordered], None, {"lab-start": None})
    assert unmet is not None
    assert unmet.reason == "object.changed"
    assert first_unmet([ordered], [{"a": "x"}], {"lab-start": [{"a": "x"}]}) is None


@given(TREES)
def test_every_object_has_itself(tree: Any) -> None:
    assert alike(tree, tree)
    assert missing_leaf(tree, tree) is None


@given(st.dictionaries(st.text("xy", max_size=2), TREES, min_size=1, max_size=3))
def test_a_part_with_one_more_leaf_is_missing_it(tree: dict[str, Any]) -> None:
    found = missing_leaf({**tree, "z": 1}, tree)
    assert found == ("z", 1, None)


def test_items_of_a_list_may_stand_anywhere() -> None:
    assert missing_leaf({"a": [{"n": 2}]}, {"a": [{"n": 1}, {"n": 2, "m": 3}]}) is None
    assert missing_leaf({"a": [{"n": 4}]}, {"a": [{"n": 1}]}) == ("a[0]", {"n": 4}, [{"n": 1}])


def test_brief_is_one_short_line() -> None:
    assert brief("") == '""'
    assert brief(None) == "null"
    assert len(brief("x" * 500)) == 120
