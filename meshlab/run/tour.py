"""One walk over all ordered pairs: each switch from one thing to another is made exactly once, and none for nothing."""

from __future__ import annotations

from collections.abc import Sequence


def tour(names: Sequence[str]) -> list[str]:
    """Places in order, n * (n - 1) + 1 of them, beginning and ending with the first; [] for fewer than two.

    Every place of a complete directed graph has as many ways in as out, so there is a circuit over all of them
    (Hierholzer: follow unused ways, and where none is left, go back and insert).
    """
    left = {name: [other for other in reversed(names) if other != name] for name in names}
    if len(names) < 2:
        return []
    path, found = [names[0]], []
    while path:
        if left[path[-1]]:
            path.append(left[path[-1]].pop())
        else:
            found.append(path.pop())
    return found[::-1]
