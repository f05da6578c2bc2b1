"""The statistics against brute force."""

from __future__ import annotations

from fractions import Fraction
from math import comb, isclose
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from meshlab.check.stats import Plan, mistaken, percentile, plan, pmf, ratio_interval, region, wrong_shares
from meshlab.errors import LabError

SHARES = st.integers(0, 20).map(lambda twentieths: twentieths / 20)
SIZES = st.integers(1, 60)
RATES = st.sampled_from([0.2, 0.05, 1e-2, 1e-3, 1e-4])


def chance(k: int, n: int, p: float) -> float:
    return between(k, k, n, p)


def between(low: int, high: int, n: int, p: float) -> float:
    """P(low <= X <= high) in whole numbers: p is so many twentieths."""
    hits, misses = round(20 * p), 20 - round(20 * p)
    return float(Fraction(sum(comb(n, k) * hits**k * misses ** (n - k) for k in range(low, high + 1)), 20**n))


@given(SIZES, SHARES)
def test_chances_are_binomial(n: int, p: float) -> None:
    assert all(isclose(mine, chance(k, n, p), rel_tol=1e-9, abs_tol=1e-12) for k, mine in enumerate(pmf(n, p)))


@given(SIZES, SHARES, RATES)
def test_the_region_keeps_the_rate_and_is_the_narrowest(n: int, p: float, alpha: float) -> None:
    low, high = region(n, p, alpha)
    below, above = between(0, low - 1, n, p), between(high + 1, n, n, p)
    slack = 1e-9
    assert below <= alpha / 2 + slack
    assert above <= alpha / 2 + slack
    assert below + chance(low, n, p) > alpha / 2 - slack
    assert above + chance(high, n, p) > alpha / 2 - slack


@settings(max_examples=40, deadline=None)
@given(SHARES, SHARES, RATES, RATES)
def test_a_plan_keeps_both_rates(share: float, nearest: float, refuse_right: float, accept_wrong: float) -> None:
    # Twentieths that are neighbours near one half need more than MOST requests at the smallest rates.
    assume(abs(share - nearest) > 0.06)
    made = plan(share, nearest, refuse_right, accept_wrong)

    def accepts(p: float) -> float:
        return between(made.low, made.high, made.n, p)

    assert 1 - accepts(share) <= refuse_right + 1e-9
    assert all(accepts(wrong) <= accept_wrong + 1e-9 for wrong in wrong_shares(share, nearest))


def test_none_and_all_are_always_told_apart() -> None:
    made = plan(0.2, 0.8, 1e-4, 1e-3)
    assert made.low > 0
    assert made.high < made.n


def test_a_plan_is_not_wasteful() -> None:
    assert plan(0.17, 0.5, 1e-4, 1e-3).n < 120
    assert plan(0.17, 0.25, 1e-4, 1e-3).n < 1500


def test_what_cannot_be_told_apart_is_the_labs_mistake() -> None:
    with pytest.raises(LabError, match="itself"):
        plan(0.5, 0.5, 1e-4, 1e-3)
    with pytest.raises(LabError, match="more than"):
        plan(0.5, 0.501, 1e-4, 1e-3)


def test_a_simulated_right_share_is_accepted_and_a_wrong_one_refused() -> None:
    made, random = plan(0.17, 0.5, 1e-4, 1e-3), Random(7)

    def accepted(p: float) -> int:
        hits = [sum(random.random() < p for _ in range(made.n)) for _ in range(2000)]
        return sum(made.low <= k <= made.high for k in hits)

    assert accepted(0.17) >= 1998
    assert accepted(0.5) <= 10
    assert mistaken(Plan(10, 0, 10), 0.3) == pytest.approx(1)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50), st.floats(0.01, 1))
def test_percentile_is_the_nearest_rank(values: list[float], q: float) -> None:
    found = percentile(values, q)
    not_above = sum(value <= found for value in values)
    below = sum(value < found for value in values)
    assert not_above >= q * len(values) - 1e-6
    assert below < q * len(values)


def test_the_interval_holds_the_ratio_and_repeats() -> None:
    random = Random(3)
    pairs = [([random.uniform(3, 5) for _ in range(100)], [random.uniform(9, 15) for _ in range(100)]) for _ in range(3)]
    low, high = ratio_interval(pairs, 0.99, seed=5)
    assert 2.7 < low <= high < 3.3
    assert (low, high) == ratio_interval(pairs, 0.99, seed=5)


def test_more_noise_gives_a_wider_interval() -> None:
    random = Random(4)
    calm = [([random.gauss(4, 0.1) for _ in range(80)], [random.gauss(8, 0.1) for _ in range(80)]) for _ in range(3)]
    wild = [([random.expovariate(1) for _ in range(80)], [2 * random.expovariate(1) for _ in range(80)]) for _ in range(3)]
    width = [high - low for low, high in (ratio_interval(pairs, 0.99) for pairs in (calm, wild))]
    assert width[0] < width[1]
