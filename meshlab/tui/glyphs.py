"""How a state looks: a glyph, a meaning, never colour alone."""

from __future__ import annotations

from meshlab.report.glyphs import GLYPHS

CHECK_GLYPHS = {str(outcome): glyph for outcome, glyph in GLYPHS.items()} | {"unknown": "○", "checking": "◌"}
CHECK_MEANINGS = {
    "pass": "ok",
    "fail": "error",
    "unrecoverable": "error",
    "error": "warn",
    "pending": "warn",
    "blocked": "idle",
    "unknown": "idle",
    "checking": "accent",
}
PHASE_GLYPHS = {"planned": "○", "running": "●", "done": "✔", "failed": "✘", "skipped": "–"}
PHASE_MEANINGS = {"planned": "idle", "running": "accent", "done": "ok", "failed": "error", "skipped": "idle"}
FINDING_GLYPHS = {"ok": "✔", "warning": "!", "problem": "✘", "unknown": "?", "note": "·"}
FINDING_MEANINGS = {"ok": "ok", "warning": "warn", "problem": "error", "unknown": "warn", "note": "idle"}
