"""JMESPath queries can be read."""

from __future__ import annotations

from collections.abc import Iterator

from meshlab.lab.problem import Key, Problem
from meshlab.lab.rules import walk
from meshlab.lab.rules.scope import Scope


def rule(scope: Scope) -> Iterator[Problem]:
    """Every query in lab.yaml."""
    import jmespath
    from jmespath.exceptions import JMESPathError

    for key, query in _queries(scope):
        try:
            jmespath.compile(query)
        except JMESPathError as error:
            yield scope.at(key, "query", f"the query cannot be read: {str(error).splitlines()[0]}")


def _queries(scope: Scope) -> Iterator[tuple[Key, str]]:
    for key, check in walk.checks(scope.loaded.lab):
        for kind in walk.kinds(check):
            for index, condition in enumerate(getattr(walk.spec(check, kind), "conditions", ())):
                yield (*key, kind, "conditions", index, "query"), condition.query
        if check.answer is not None and check.answer.measured is not None and check.answer.measured.query:
            yield (*key, "answer", "measured", "query"), check.answer.measured.query
