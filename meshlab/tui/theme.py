"""All colours of the interface: our two themes, the names that styles may use, and how a meaning looks."""

from __future__ import annotations

from textual.theme import Theme

from meshlab.settings import model as settings

OWN_VARIABLES = {
    "pane-border": "ansi_bright_black",
    "code-background": "ansi_default",
    "muted": "ansi_bright_black",
    "heat-ok": "ansi_default",
    "heat-warn": "ansi_default",
    "heat-error": "ansi_default",
}
"""Names that our style sheets use beside Textual's, with what other themes (ansi) take for them: no references here."""

DARK = Theme(
    name="meshlab-dark",
    primary="#5ec4ff",
    secondary="#9d8cff",
    accent="#ffb454",
    foreground="#d7dce5",
    background="#0d1017",
    surface="#131721",
    panel="#1b2030",
    success="#7fd962",
    warning="#ffb454",
    error="#f26d78",
    dark=True,
    variables={
        "footer-key-foreground": "#ffb454",
        "block-cursor-text-style": "none",
        "block-cursor-background": "#22304a",
        "block-cursor-foreground": "#d7dce5",
        "block-cursor-blurred-background": "#171d2b",
        "pane-border": "#2d4a63",
        "muted": "#7f8a9c",
        "heat-ok": "#1d3a22",
        "heat-warn": "#40331a",
        "heat-error": "#4a242c",
        "code-background": "#171c28",
        "input-selection-background": "#5ec4ff 30%",
    },
)

LIGHT = Theme(
    name="meshlab-light",
    primary="#0b6bb3",
    secondary="#5b46c2",
    accent="#a85b00",
    foreground="#1d2430",
    background="#fbfaf7",
    surface="#f2f0ea",
    panel="#e6e3da",
    success="#2f7d1c",
    warning="#9a5b00",
    error="#bf2a3a",
    dark=False,
    variables={
        "footer-key-foreground": "#a85b00",
        "block-cursor-text-style": "none",
        "block-cursor-background": "#d5e5f2",
        "block-cursor-foreground": "#1d2430",
        "block-cursor-blurred-background": "#eceae3",
        "pane-border": "#a9bccb",
        "muted": "#6a7280",
        "heat-ok": "#d5ead0",
        "heat-warn": "#f4e2bd",
        "heat-error": "#f7d3d6",
        "code-background": "#f0eee7",
        "input-selection-background": "#0b6bb3 25%",
    },
)

THEMES = (DARK, LIGHT)
CYCLE = settings.THEMES
"""The order in which the key goes through them."""

MEANINGS = {
    "": "",
    "ok": "$success",
    "warn": "$warning",
    "error": "$error",
    "idle": "$muted",
    "name": "bold",
    "proxy": "$secondary",
    "packet": "bold $accent",
    "interval": "bold $secondary",
    "accent": "$accent",
    "title": "bold $primary",
    "head": "$primary",
    "mark": "bold $accent",
    "cursor": "reverse",
    "hot-ok": "$success on $heat-ok",
    "hot-warn": "$warning on $heat-warn",
    "hot-error": "$error on $heat-error",
    "hot-mark": "bold $accent on $heat-error",
    "hot-surprise": "bold $accent on $heat-ok",
}
"""What a drawing means by a piece of it, as a style: pure drawings say meanings, only this table knows colours."""


def style_of(meaning: str) -> str:
    """Several meanings may be joined by a space: `ok name`."""
    return " ".join(MEANINGS[part] for part in meaning.split())
