"""Numbers of the policy, from the environment: a change is a new pod template, so it takes a rollout."""

from __future__ import annotations

from collections.abc import Mapping


def number(env: Mapping[str, str], name: str, default: float, high: float = 600_000) -> float:
    """0 to `high`. ValueError, as a sentence, for anything else."""
    text = env.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{name} is {text!r}; it must be a number") from None
    if not 0 <= value <= high:
        raise ValueError(f"{name} is {text!r}; it must be from 0 to {high:g}")
    return value
