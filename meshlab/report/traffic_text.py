"""How much traffic each service receives, as a table of lines."""

from __future__ import annotations

from meshlab.report.matrix_text import aligned
from meshlab.report.rates import Rate, Rates
from meshlab.words import say


def traffic_text(rates: Rates, language: str = "en") -> str:
    """Service, requests a second, share that failed, share of each version; a sentence where nothing is known."""
    if not rates:
        return say("cli.traffic.none", language)
    table = [[say(f"cli.traffic.{name}", language) for name in ("service", "rate", "failed", "versions")]]
    table += [[service, rate.text, f"{rate.failed:.0%}", _versions(rate)] for service, rate in rates.items()]
    return aligned(table)


def _versions(rate: Rate) -> str:
    return " ".join(f"{version} {share:.0%}" for version, share in rate.versions.items())
