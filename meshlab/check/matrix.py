"""Who reaches whom, now: each cell is calls from the caller's own pods, each on a new connection.

A call counts when the application itself answered this very call: no error class, and our nonce in its tree. A row without
pods, or whose pods cannot be asked, has cells with `of` 0: not measured, which is neither red nor green.
"""

from __future__ import annotations

from collections import Counter

from meshlab.check.calls import call, carries, gather, succeeded, url_of
from meshlab.check.endpoints import fraction, fraction_via
from meshlab.check.inputs import Inputs
from meshlab.check.stats import region
from meshlab.check.verdict import Cell
from meshlab.check.world import CallRequest, Position, Reply
from meshlab.errors import ClusterError
from meshlab.lab.checks import Cells, MatrixSpec

AT_ONCE = 12
REFUSE_RIGHT = 1e-4
"""How often a cell whose true fraction is as expected may look otherwise by chance."""


def holds(cell: Cell) -> bool:
    """Whether the cell is as expected; one that was not measured is not."""
    if cell.expected is None:
        return True
    if not cell.of:
        return False
    low, high = region(cell.of, cell.expected, REFUSE_RIGHT)
    return low <= cell.ok <= high and not (cell.allowed and set(cell.errors) - set(cell.allowed))


async def measure(inputs: Inputs, spec: MatrixSpec) -> list[Cell]:
    """Every cell, row by row. Only what the lab itself lacks is an error (LabError)."""
    rows = await _rows(inputs, spec)
    urls = {column: url_of(inputs, column) for column in spec.columns}
    plans = [
        (row, column, position, CallRequest(url=urls[column], timeout_ms=spec.timeout_ms, n=spec.requests,
         concurrency=spec.requests, nonce=inputs.world.nonce()))
        for row, positions in rows.items()
        for column in spec.columns
        for position in positions
    ]  # fmt: skip
    replies = await gather((_call(inputs, position, request) for _, _, position, request in plans), AT_ONCE)
    seen: dict[tuple[str, str], list[Reply]] = {(row, column): [] for row in rows for column in spec.columns}
    for (row, column, _, _), answers in zip(plans, replies, strict=True):
        seen[row, column].extend(answers)
    computed = await _computed(inputs, spec, rows)
    return [_cell(spec, row, column, answers, computed) for (row, column), answers in seen.items()]


async def _rows(inputs: Inputs, spec: MatrixSpec) -> dict[str, list[Position]]:
    """The pods of each row; a probe has a row for each node."""
    rows: dict[str, list[Position]] = {}
    for service in spec.rows:
        positions = await inputs.world.positions(service)
        if not inputs.service(service).probe:
            rows[service] = positions
            continue
        for position in sorted(positions, key=lambda pod: pod.node):
            rows.setdefault(f"{service.partition('@')[0]}@{position.node}", []).append(position)
    return rows


async def _call(inputs: Inputs, position: Position, request: CallRequest) -> tuple[Reply, ...]:
    """A pod that went away or cannot be asked measures nothing."""
    try:
        return (await call(inputs, position, request)).replies
    except ClusterError:
        return ()


async def _computed(inputs: Inputs, spec: MatrixSpec, rows: dict[str, list[Position]]) -> dict[tuple[str, str], float]:
    """What endpoints (and with `via` proxies) let expect of the cells whose block asks for it."""
    fractions: dict[tuple[str, str], float] = {}
    for column in spec.columns:
        asking = [row for row in rows if (block := block_of(spec, row, column)) and block.expect == "computed"]
        if asking and not spec.via:
            fractions |= dict.fromkeys([(row, column) for row in asking], await fraction(inputs, column))
        for row in asking if spec.via else ():
            fractions[row, column] = await fraction_via(inputs, spec.via, rows[row], column)
    return fractions


def _cell(spec: MatrixSpec, row: str, column: str, replies: list[Reply], computed: dict[tuple[str, str], float]) -> Cell:
    block = block_of(spec, row, column)
    expected = None if block is None else computed[row, column] if block.expect == "computed" else float(block.expect)
    errors = Counter(kind for reply in replies if (kind := error_of(reply)))
    return Cell(
        row=row,
        column=column,
        ok=len(replies) - errors.total(),
        of=len(replies),
        errors=dict(errors),
        expected=expected,
        allowed=block.errors if block else (),
    )


def block_of(spec: MatrixSpec, row: str, column: str) -> Cells | None:
    """The block that says what the cell must give: the last that names it."""
    names = {row, row.partition("@")[0]}
    fitting = [
        block for block in spec.cells if (not block.from_ or names & set(block.from_)) and (not block.to or column in block.to)
    ]
    return fitting[-1] if fitting else None


def error_of(reply: Reply) -> str:
    """The error class of a call, empty when the application answered it well."""
    if not succeeded(reply):
        return reply.error or "no-answer"
    return "" if carries(reply) else "no-nonce"
