"""JMESPath conditions and partial objects: what they mean, shared by the kinds that use them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct, field

from meshlab.errors import LabError
from meshlab.lab.checks import Condition


class Unmet(Struct, frozen=True):
    """One condition that does not hold: where, what was asked for, what was there."""

    reason: str
    query: str
    expected: str
    seen: str
    value: Any = field(default=None)


class QueryTypeError(Exception):
    """The data are not of the type that a function of the query needs, such as the sum of nothing."""


def query(expression: str, data: Any) -> Any:
    """What a JMESPath expression gives. LabError when the expression is none, QueryTypeError when it does not fit the data."""
    import jmespath
    from jmespath.exceptions import JMESPathError, JMESPathTypeError

    try:
        return jmespath.search(expression, data)
    except JMESPathTypeError as error:
        raise QueryTypeError(str(error)) from None
    except JMESPathError as error:
        raise LabError(f"the query cannot be read: {expression}: {error}", key="query") from None


def first_unmet(conditions: Iterable[Condition], data: Any, before: Mapping[str, Any]) -> Unmet | None:
    """The first condition that data does not meet. `before` has the baselines by name, for `same-as`."""
    for condition in conditions:
        try:
            value = query(condition.query, data)
            asked = _unmet(condition, value, before)
        except QueryTypeError as error:
            return Unmet(condition.reason, condition.query, condition.query, brief(str(error)))
        if asked is not None:
            return Unmet(condition.reason, condition.query, asked, brief(value), value)
    return None


def _unmet(condition: Condition, value: Any, before: Mapping[str, Any]) -> str | None:
    """What was asked for in short, or None when it holds."""
    if condition.exists is not None and _there(value) != condition.exists:
        return "exists" if condition.exists else "does not exist"
    if condition.equals is not None and not alike(value, condition.equals):
        return brief(condition.equals)
    if condition.not_equals is not None and alike(value, condition.not_equals):
        return f"≠ {brief(condition.not_equals)}"
    if condition.at_least is not None and not (_number(value) is not None and _number(value, 0.0) >= condition.at_least):
        return f"≥ {condition.at_least:g}"
    if condition.at_most is not None and not (_number(value) is not None and _number(value, 0.0) <= condition.at_most):
        return f"≤ {condition.at_most:g}"
    if condition.same_as:
        baseline = query(condition.query, before[condition.same_as])
        return None if alike(value, baseline) else f"{condition.same_as}: {brief(baseline)}"
    return None


def alike(left: Any, right: Any) -> bool:
    """Equal as JSON is: 1 equals 1.0, and true does not equal 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(alike, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(alike(value, right[key]) for key, value in left.items())
    return bool(left == right)


def missing_leaf(partial: Any, whole: Any, path: str = "") -> tuple[str, Any, Any] | None:
    """The first leaf of a partial object that the whole one lacks: (path, wanted, there). A list's items may stand anywhere."""
    if isinstance(partial, dict):
        for key, value in partial.items():
            inner = whole.get(key) if isinstance(whole, dict) else None
            leaf = missing_leaf(value, inner, f"{path}.{key}" if path else str(key))
            if leaf:
                return leaf
        return None
    if isinstance(partial, list):
        items = whole if isinstance(whole, list) else []
        for number, value in enumerate(partial):
            if not any(missing_leaf(value, item) is None for item in items):
                return f"{path}[{number}]", value, whole
        return None
    return None if alike(partial, whole) else (path, partial, whole)


def brief(value: Any, limit: int = 120) -> str:
    """A value in one short line."""
    import json

    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _there(value: Any) -> bool:
    return value is not None and value not in ([], {}, "")


def _number(value: Any, default: float | None = None) -> Any:
    """A number, or text that is one; Kubernetes and Envoy write many numbers as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return default
    try:
        return float(value)
    except ValueError:
        return default
