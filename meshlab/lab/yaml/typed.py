"""Compares plain data with the types of the model and reports every mismatch, not only the first."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from meshlab.lab.problem import Key, Mistake
from meshlab.lab.yaml.document import Document

__all__ = ["convert", "decode", "did_you_mean", "mistakes"]

T = TypeVar("T")


def mistakes(data: Any, kind: Any, key: Key = ()) -> list[Mistake]:
    """Every place at which `data` does not have the type `kind`."""
    return list(_mistakes(data, _info(kind), key))


def decode(source: Document, kind: type[T], data: Any = None, key: Key = ()) -> T:
    """The document (or `data`, which stands at `key` in it) as a `kind`. LabError for the first thing that does not fit."""
    data = source.data if data is None and not key else data
    for mistake in [*source.mistakes, *mistakes(data, kind, key)]:
        raise source.problem(mistake).error()
    return convert(source, kind, data, key)


def convert(source: Document, kind: type[T], data: Any, key: Key = ()) -> T:
    """As `decode`, for data in which no mistake was found."""
    try:
        return msgspec.convert(data, kind)
    except (msgspec.ValidationError, RecursionError) as error:
        raise source.error(key, str(error)) from None


@cache
def _info(kind: Any) -> inspect.Type:
    return inspect.type_info(kind)


def _mistakes(data: Any, info: inspect.Type, key: Key) -> Iterator[Mistake]:
    match info:
        case inspect.AnyType():
            return
        case inspect.UnionType():
            yield from _union(data, info, key)
        case inspect.StructType():
            yield from _struct(data, info, key)
        case inspect.DictType():
            yield from _dict(data, info, key)
        case inspect.VarTupleType() | inspect.ListType():
            yield from _items(data, [info.item_type] * (len(data) if isinstance(data, list) else 0), key)
        case inspect.TupleType():
            if isinstance(data, list) and len(data) != len(info.item_types):
                yield Mistake(key, f"needs exactly {len(info.item_types)} values, has {len(data)}", "type")
            else:
                yield from _items(data, info.item_types, key)
        case _:
            message = value_mistake(data, info)
            if message:
                yield Mistake(key, message, "type")


def _struct(data: Any, info: inspect.StructType, key: Key) -> Iterator[Mistake]:
    if not isinstance(data, dict):
        yield Mistake(key, f"must be a mapping of keys, not {describe_value(data)}", "type")
        return
    fields = {known.encode_name: known for known in info.fields}
    for name, value in data.items():
        if name in fields:
            yield from _mistakes(value, fields[name].type, (*key, name))
        else:
            missing = [known for known in fields if known not in data]
            yield Mistake((*key, name), f"unknown key `{name}`{did_you_mean(name, missing)}", "unknown-key", _known(fields))
    for name, known in fields.items():
        if known.required and name not in data:
            yield Mistake(key, f"the key `{name}` is missing", "missing-key")


def _known(fields: Iterable[str]) -> str:
    return f"Known keys: {', '.join(fields)}."


def _dict(data: Any, info: inspect.DictType, key: Key) -> Iterator[Mistake]:
    if not isinstance(data, dict):
        yield Mistake(key, f"must be a mapping of keys, not {describe_value(data)}", "type")
        return
    for name, value in data.items():
        message = value_mistake(name, info.key_type)
        if message:
            yield Mistake((*key, name), f"the key `{name}` {message}", "type")
        yield from _mistakes(value, info.value_type, (*key, name))


def _items(data: Any, kinds: Iterable[inspect.Type], key: Key) -> Iterator[Mistake]:
    if not isinstance(data, list):
        yield Mistake(key, f"must be a list, not {describe_value(data)}", "type")
        return
    for index, (value, kind) in enumerate(zip(data, kinds, strict=True)):
        yield from _mistakes(value, kind, (*key, index))


def _union(data: Any, info: inspect.UnionType, key: Key) -> Iterator[Mistake]:
    if data is None and any(isinstance(kind, inspect.NoneType) for kind in info.types):
        return
    kinds = [kind for kind in info.types if not isinstance(kind, inspect.NoneType)]
    tried = [list(_mistakes(data, kind, key)) for kind in kinds]
    if all(tried):
        # The author most likely meant the type whose mistake lies deepest.
        yield from max(tried, key=lambda mistakes: max(len(mistake.key) for mistake in mistakes))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean x?`, or nothing."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean `{found[0]}`?" if found else ""


def value_mistake(data: Any, info: inspect.Type) -> str:
    """What is wrong with a single value; empty when nothing is."""
    match info:
        case inspect.StrType():
            return _text(data, info)
        case inspect.BoolType():
            return "" if isinstance(data, bool) else f"must be true or false, not {describe_value(data)}"
        case inspect.IntType():
            return _bounds(data, info) if _is_number(data, int) else f"must be a whole number, not {describe_value(data)}"
        case inspect.FloatType():
            return _bounds(data, info) if _is_number(data, int, float) else f"must be a number, not {describe_value(data)}"
        case inspect.LiteralType():
            if any(data == value and type(data) is type(value) for value in info.values):
                return ""
            known = [str(value) for value in info.values if value != ""]
            return f"must be one of {', '.join(known)}, not {describe_value(data)}{did_you_mean(str(data), known)}"
        case _:
            return ""


def _is_number(data: Any, *kinds: type) -> bool:
    return isinstance(data, kinds) and not isinstance(data, bool)


def _text(data: Any, info: inspect.StrType) -> str:
    if not isinstance(data, str):
        quotes = "" if isinstance(data, dict | list | None) else "; put it into quotes"
        return f"must be text, not {describe_value(data)}{quotes}"
    if info.pattern is not None and ("\n" in data or not re.search(info.pattern, data)):
        return f"must be lower-case letters and digits joined by single hyphens, not `{data[:60]}`"
    if info.max_length is not None and len(data) > info.max_length:
        return f"has more than {info.max_length} characters"
    return ""


def _bounds(data: float, info: inspect.IntType | inspect.FloatType) -> str:
    if info.ge is not None and data < info.ge:
        return f"must be at least {info.ge}, not {data}"
    if info.le is not None and data > info.le:
        return f"must be at most {info.le}, not {data}"
    return ""


def describe_value(data: Any) -> str:
    """A value as a message names it."""
    match data:
        case None:
            return "nothing"
        case bool():
            return "true" if data else "false"
        case str():
            return f"the text `{data[:60]}`"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case _:
            return f"the number {data}"
