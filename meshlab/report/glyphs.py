"""One glyph a verdict, for text reports and screens alike: never colour alone."""

from __future__ import annotations

from meshlab.check.verdict import Outcome

GLYPHS = {
    Outcome.PASS: "✔",
    Outcome.FAIL: "✘",
    Outcome.PENDING: "◌",
    Outcome.BLOCKED: "–",
    Outcome.ERROR: "!",
    Outcome.UNRECOVERABLE: "✖",
}
