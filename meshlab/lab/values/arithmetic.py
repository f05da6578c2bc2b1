"""`$[ ... ]`: integer arithmetic with + - * // and parentheses. Nothing else is evaluated."""

from __future__ import annotations

import re
from collections.abc import Callable

_TOKEN = re.compile(r"\s*(?:(\d{1,18})|([a-z][a-z0-9_]*)|(//|[-+*()]))")
_LARGEST = 10**18
_DEEPEST = 40


def evaluate(text: str, number: Callable[[str], int]) -> int:
    """The value of an expression; `number` gives that of a name. ValueError with a sentence."""
    return _Expression(_tokens(text), number).whole()


def _tokens(text: str) -> list[str]:
    tokens, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if not match:
            raise ValueError(f"`{text[position:].strip()[:20]}` is not understood; integers, names, + - * // and ( ) are")
        tokens.append(match.group().strip())
        position = match.end()
    return tokens


class _Expression:
    """A sum of products of atoms, by descent."""

    def __init__(self, tokens: list[str], number: Callable[[str], int]) -> None:
        self.tokens = tokens
        self.number = number
        self.depth = 0

    def whole(self) -> int:
        value = self.sum()
        if self.tokens:
            raise ValueError(f"`{self.tokens[0]}` is not expected there")
        return value

    def next_is(self, *tokens: str) -> bool:
        return bool(self.tokens) and self.tokens[0] in tokens

    def sum(self) -> int:
        value = self.product()
        while self.next_is("+", "-"):
            sign = 1 if self.tokens.pop(0) == "+" else -1
            value = _bounded(value + sign * self.product())
        return value

    def product(self) -> int:
        value = self.atom()
        while self.next_is("*", "//"):
            times = self.tokens.pop(0) == "*"
            other = self.atom()
            if not times and other == 0:
                raise ValueError("division by zero")
            value = _bounded(value * other if times else value // other)
        return value

    def atom(self) -> int:
        if not self.tokens:
            raise ValueError("the expression ends too early")
        token = self.tokens.pop(0)
        if token.isdigit():
            return int(token)
        if token[0].isalpha():
            return _bounded(self.number(token))
        if token not in ("-", "("):
            raise ValueError(f"`{token}` is not expected there")
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ValueError("nested too deep")
        value = -self.atom() if token == "-" else self.group()
        self.depth -= 1
        return value

    def group(self) -> int:
        value = self.sum()
        if not self.next_is(")"):
            raise ValueError("a parenthesis is not closed")
        self.tokens.pop(0)
        return value


def _bounded(value: int) -> int:
    if abs(value) > _LARGEST:
        raise ValueError("the number gets too large")
    return value
