"""The statistics that checks rest on. Pure Python, exact where it matters."""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate
from math import ceil, exp, inf, lgamma, log, log1p
from random import Random
from statistics import NormalDist

from msgspec import Struct

from meshlab.errors import LabError

MOST = 5000
"""Requests that one check may send."""


class Plan(Struct, frozen=True):
    """A test of a share: of `n` answers between `low` and `high` (both included) must be the version's."""

    n: int
    low: int
    high: int


def log_pmf(k: int, n: int, p: float) -> float:
    """Natural logarithm of P(X = k) for X ~ Bin(n, p)."""
    if p in (0.0, 1.0):
        return 0.0 if k == round(n * p) else -inf
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log1p(-p)


def pmf(n: int, p: float) -> list[float]:
    """P(X = 0) ... P(X = n)."""
    return [exp(log_pmf(k, n, p)) for k in range(n + 1)]


@lru_cache(maxsize=64)
def region(n: int, p: float, alpha: float) -> tuple[int, int]:
    """The narrowest low..high with P(X < low) <= alpha/2 and P(X > high) <= alpha/2 for X ~ Bin(n, p)."""
    chances = pmf(n, p)
    return _short_of(chances, alpha / 2), n - _short_of(chances[::-1], alpha / 2)


def _short_of(chances: list[float], alpha: float) -> int:
    """The largest k with P(X < k) <= alpha."""
    return next((k for k, below in enumerate(accumulate(chances)) if below > alpha), len(chances) - 1)


def mistaken(plan: Plan, p: float) -> float:
    """P(low <= X <= high) for X ~ Bin(n, p): how often the plan accepts a share p."""
    return sum(exp(log_pmf(k, plan.n, p)) for k in range(plan.low, plan.high + 1))


@lru_cache(maxsize=64)
def plan(share: float, nearest: float, refuse_right: float, accept_wrong: float) -> Plan:
    """A sample that refuses `share` at most `refuse_right` of the times, and accepts a wrong one at most `accept_wrong`.

    Wrong is whatever lies at least as far off as `nearest`, on either side: none at all and all are wrong too.

    A fixed-sample two-sided exact binomial test. The size starts from the normal approximation

        n = ((z(1 - a/2) * sqrt(p0 (1 - p0)) + z(1 - b) * sqrt(p1 (1 - p1))) / (p1 - p0))^2

    (Chow, Shao, Wang, Lokhnygina: Sample Size Calculations in Clinical Research, chapter 4, one-sample tests of a
    proportion) and grows until the exact tails of Bin(n, p0) and Bin(n, p1) keep both rates; the exact test is the one that
    R. Lenth's piface documents ("Exact"): each critical value is where the tail under p0 is still at most a/2.

    LabError where no sample up to MOST can tell the two apart.
    """
    if share == nearest:
        raise LabError("a share cannot be told from itself", key="share.nearest")
    wrong = wrong_shares(share, nearest)
    n = max(1, int(0.8 * max(_approximate(share, other_share, refuse_right, accept_wrong) for other_share in wrong)))
    while n <= MOST:
        tried = Plan(n, *region(n, share, refuse_right))
        if all(mistaken(tried, other_share) <= accept_wrong for other_share in wrong):
            return tried
        n += max(1, n // 50)
    raise LabError(
        f"more than {MOST} requests are needed to tell {share:g} from {nearest:g}",
        key="share.nearest",
        hint="Choose shares that lie further apart, or larger error rates.",
    )


def wrong_shares(share: float, nearest: float) -> list[float]:
    """The nearest wrong shares on both sides, no further than none and all."""
    distance = abs(nearest - share)
    return [candidate for candidate in (max(0.0, share - distance), min(1.0, share + distance)) if candidate != share]


def _approximate(p0: float, p1: float, a: float, b: float) -> float:
    normal = NormalDist()
    za, zb = normal.inv_cdf(1 - a / 2), normal.inv_cdf(1 - b)
    return float((za * (p0 * (1 - p0)) ** 0.5 + zb * (p1 * (1 - p1)) ** 0.5) / (p1 - p0)) ** 2


def percentile(values: list[float], q: float) -> float:
    """The smallest value that at least q (0..1) of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, ceil(q * len(ordered)) - 1)]


class Added(Struct, frozen=True):
    """How much more the second of each pair is, with the middle 95 % of the bootstrap's rounds."""

    median: float
    median_low: float
    median_high: float
    tail: float
    tail_low: float
    tail_high: float


def added(pairs: list[tuple[list[float], list[float]]], *, seed: int = 1, rounds: int = 400, tail: float = 0.99) -> Added:
    """The median of second - first, value by value, and the difference of their quantiles `tail`.

    Values were taken in pairs of adjacent slices. Each round draws pairs with replacement, and within each pair its
    differences (for the tail: its values) with replacement: a percentile bootstrap in two stages, as `ratio_interval`.
    """
    random = Random(seed)
    known = [(list(zip(left, right, strict=False)), left, right) for left, right in pairs]
    medians, tails = [], []
    for _ in range(rounds):
        drawn = random.choices(known, k=len(known))
        medians.append(percentile([b - a for both, _, _ in drawn for a, b in random.choices(both, k=len(both))], 0.5))
        first = [value for _, left, _ in drawn for value in random.choices(left, k=len(left))]
        second = [value for _, _, right in drawn for value in random.choices(right, k=len(right))]
        tails.append(percentile(second, tail) - percentile(first, tail))
    median = percentile([b - a for both, _, _ in known for a, b in both], 0.5)
    ends = [value for left, _ in pairs for value in left], [value for _, right in pairs for value in right]
    most = percentile(ends[1], tail) - percentile(ends[0], tail)
    middle = [percentile(values, q) for values in (medians, tails) for q in (0.025, 0.975)]
    return Added(median, middle[0], middle[1], most, middle[2], middle[3])


def ratio_interval(
    pairs: list[tuple[list[float], list[float]]], q: float, *, seed: int = 1, rounds: int = 400, confidence: float = 0.95
) -> tuple[float, float]:
    """A bootstrap interval of quantile(second) / quantile(first), where values were taken in pairs of adjacent slices.

    Each round draws pairs with replacement, and values within each of a pair's two slices with replacement, pools them and
    takes the ratio; the interval is the middle `confidence` of the rounds (percentile bootstrap: Efron and Tibshirani,
    An Introduction to the Bootstrap, chapter 13). The seed makes it repeatable.
    """
    random = Random(seed)
    ratios = []
    for _ in range(rounds):
        drawn = random.choices(pairs, k=len(pairs))
        first = [value for left, _ in drawn for value in random.choices(left, k=len(left))]
        second = [value for _, right in drawn for value in random.choices(right, k=len(right))]
        ratios.append(percentile(second, q) / max(percentile(first, q), 1e-9))
    rest = (1 - confidence) / 2
    return percentile(ratios, rest), percentile(ratios, 1 - rest)
