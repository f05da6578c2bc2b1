"""A seat's values: drawn from (lab id, seed, name) by SHA-256, so they are the same everywhere and for ever."""

from __future__ import annotations

import hashlib
import re
import string
from collections.abc import Mapping

from meshlab.lab.model import Variable
from meshlab.lab.values.arithmetic import evaluate
from meshlab.lab.values.render import NAME
from meshlab.lab.yaml.scalars import WORDS

LONGEST = 200
"""Characters of one value."""
_START = re.compile(r"""^(?:variables|"variables"|'variables')[ \t]*:""", re.MULTILINE)
_END = re.compile(r"^(?!---)(?![ \t\n#}\]-]).|^---|^\.\.\.", re.MULTILINE)
_REFERENCE = re.compile(r"\$\{([^{}]*)\}")
_SUM = re.compile(r"\$\[([^\[\]]*)\]")


def block(text: str) -> tuple[int, int]:
    """Start and end offset of the `variables:` block of a lab file; equal when there is none.

    Found by its indentation: the rest of the file need not be YAML before its templates are filled in.
    """
    start = _START.search(text)
    if not start:
        return 0, 0
    end = _END.search(text, text.find("\n", start.end()) + 1 or len(text))
    return start.start(), end.start() if end else len(text)


def shape_error(name: str, variable: Variable) -> str:
    """What is wrong with a declaration, as a sentence; empty when nothing is."""
    ways = [way for way in ("integer", "choice", "token", "value") if getattr(variable, way) is not None]
    if not NAME.fullmatch(name):
        return "a variable's name is made of a-z, 0-9 and _ and starts with a letter"
    if len(ways) != 1:
        return f"exactly one of integer, choice, token, value is needed, not {' and '.join(ways) or 'none'}"
    if variable.integer and variable.integer[0] > variable.integer[1]:
        return "the smallest integer is larger than the largest"
    if variable.step < 1:
        return "step is at least 1"
    if variable.token is not None and not 1 <= variable.token <= 40:
        return "a token has 1 to 40 characters"
    if variable.lab is not None and variable.value is not None:
        return "a `value` is not drawn, so `lab` has no use beside it: give `lab` to the variables that it is computed from"
    texts = variable.choice if variable.choice is not None else (variable.value or "",)
    if not texts:
        return "a choice needs something to choose from"
    if any("\n" in text or len(text) > LONGEST for text in texts):
        return f"a value is one line of at most {LONGEST} characters"
    return ""


def draw(lab_id: str, seed: int, name: str, variable: Variable) -> str:
    """The value of a variable that does not depend on others; in the lab that it is declared for, or as another draws it."""
    number = _number(variable.lab or lab_id, seed, name)
    if variable.integer is not None:
        smallest, largest = variable.integer
        return str(smallest + variable.step * (number % ((largest - smallest) // variable.step + 1)))
    if variable.choice is not None:
        return variable.choice[number % len(variable.choice)]
    return _token(number, variable.token or 1)


def _number(lab_id: str, seed: int, name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{lab_id}\n{seed}\n{name}".encode()).digest(), "big")


def _token(number: int, length: int) -> str:
    number, first = divmod(number, 26)
    characters = [string.ascii_lowercase[first]]
    alphabet = string.ascii_lowercase + string.digits
    while len(characters) < length:
        number, one = divmod(number, 36)
        characters.append(alphabet[one])
    token = "".join(characters)
    # "on" or "null" would not be read as a text where a template stands unquoted.
    return token if token not in WORDS else "x" * length


class Values:
    """Resolves variables in any order, each at most once."""

    def __init__(self, lab_id: str, seed: int, variables: Mapping[str, Variable]) -> None:
        self.lab_id = lab_id
        self.seed = seed
        self.variables = variables
        self.known: dict[str, str] = {}
        self.open: list[str] = []

    def get(self, name: str) -> str:
        """ValueError with a sentence when it cannot be computed."""
        if name in self.known:
            return self.known[name]
        if name not in self.variables:
            raise ValueError(f"`{name}` names no variable of the lab")
        if name in self.open:
            raise ValueError(f"variables that need each other: {' -> '.join([*self.open, name])}")
        variable = self.variables[name]
        if variable.value is None:
            self.known[name] = draw(self.lab_id, self.seed, name, variable)
            return self.known[name]
        self.open.append(name)
        if len(self.open) > 50:
            raise ValueError("more than 50 variables that need one another")
        self.known[name] = self.compute(variable.value)
        self.open.pop()
        return self.known[name]

    def compute(self, text: str) -> str:
        text = _REFERENCE.sub(lambda found: self.get(found.group(1)), text)
        text = _SUM.sub(lambda found: str(evaluate(found.group(1), self.number)), text)
        if "$[" in text or "${" in text:
            raise ValueError("a `$[` or `${` is not closed")
        if len(text) > LONGEST:
            raise ValueError(f"a value has at most {LONGEST} characters")
        return text

    def number(self, name: str) -> int:
        text = self.get(name)
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise ValueError(f"`{name}` is not an integer but `{text}`")
        return int(text)
