"""Rates of traffic as a table."""

from __future__ import annotations

import pytest

from meshlab.report.rates import Rate, rates_text

RATES = {"web": Rate(4.6), "catalog": Rate(9.2, failed=0.25, versions={"v1": 0.9, "v2": 0.1}), "ratings": Rate(0)}


def test_one_line_a_service() -> None:
    assert rates_text(RATES).splitlines() == [
        "service  receives  failed  versions",
        "web      5/s       0%",
        "catalog  9/s       25%     v1 90% v2 10%",
        "ratings  0/s       0%",
    ]


def test_wide_characters_are_aligned() -> None:
    assert rates_text(RATES, "zh").splitlines()[:2] == ["服务     收到  失败  各版本", "web      5/s   0%"]


@pytest.mark.parametrize(("language", "said"), [("en", "No requests were counted"), ("zh", "没有统计到")])
def test_nothing_known_is_a_sentence(language: str, said: str) -> None:
    assert said in rates_text({}, language)
