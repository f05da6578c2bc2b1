"""settings: the choices that hold for all labs, and every key with its action."""

from __future__ import annotations

from collections.abc import Mapping

import click
from msgspec import Struct

from meshlab.cli.options import Options, format_option
from meshlab.cli.output import note
from meshlab.errors import ExitCode
from meshlab.report.matrix_text import pad, width
from meshlab.settings.key_clashes import Bound, agreed
from meshlab.settings.model import CHOICES, KEYS, Loaded, Problem
from meshlab.words import LANGUAGES, say


class Key(Struct, frozen=True):
    """One action of the interface and its keys."""

    id: str
    keys: tuple[str, ...]
    """The keys in force."""
    own: tuple[str, ...]
    """The default keys."""
    title: dict[str, str]
    """What it does, by language."""


@click.group("settings", invoke_without_command=True)
@format_option("text", "json")
@click.pass_context
def settings_command(ctx: click.Context, form: str) -> None:
    """Show all settings and keys, or change one with `set` and `unset`. Exit code 2 if the settings file has errors."""
    if ctx.invoked_subcommand is not None:
        return
    options: Options = ctx.obj
    own = keys_of_actions()
    followed, clashes = agreed(options.settings.settings.keys, own)
    problems = [*options.settings.problems, *clashes]
    keys = keys_now(own, followed)
    click.echo(as_json(options.settings, keys, problems) if form == "json" else as_text(options, keys))
    for problem in problems:
        note(problem.sentence(options.settings.file, options.language))
    ctx.exit(ExitCode.USAGE if problems else ExitCode.PASS)


@settings_command.command("set")
@click.argument("name")
@click.argument("value")
@click.pass_obj
def set_command(options: Options, name: str, value: str) -> None:
    """Set NAME (language, engine, memory, theme, animations, keys.lab.check …) to VALUE; several keys as x,f5."""
    from meshlab.settings.write import save

    save(name, value, own=keys_of_actions() if name.startswith(f"{KEYS}.") else None)
    note(say("settings.kept", options.language, name=name, value=value))


@settings_command.command("unset")
@click.argument("name")
@click.pass_obj
def unset_command(options: Options, name: str) -> None:
    """Remove the setting NAME, so that its default applies."""
    from meshlab.settings.write import save

    save(name, None)
    note(say("settings.removed", options.language, name=name))


def keys_of_actions() -> dict[str, Bound]:
    """The keys of all actions. They are defined in the interface, the only thing that this command imports from it."""
    from meshlab.tui.keys import all_keys

    return all_keys()


def keys_now(own: Mapping[str, Bound], followed: Mapping[str, str]) -> list[Key]:
    """All keys, by id."""
    return [
        Key(
            name,
            tuple(followed[name].split(",")) if name in followed else bound.keys,
            bound.keys,
            {language: say(f"tui.key.{name}", language) for language in LANGUAGES},
        )
        for name, bound in sorted(own.items())
    ]


def as_json(loaded: Loaded, keys: list[Key], problems: list[Problem]) -> str:
    """`problems` are sentences in English."""
    from meshlab.report.envelope import envelope

    chosen = {name: getattr(loaded.settings, name) for name in CHOICES}
    sentences = [problem.sentence(loaded.file, "en") for problem in problems]
    return envelope("settings", file=str(loaded.file), **chosen, keys=keys, problems=sentences)


def as_text(options: Options, keys: list[Key]) -> str:
    """Settings, then keys."""
    language, loaded = options.language, options.settings
    lines = [say(f"settings.{'file' if loaded.file.exists() else 'no-file'}", language, file=loaded.file), ""]
    for name, allowed in CHOICES.items():
        value = getattr(loaded.settings, name) or say("settings.default", language)
        lines.append(f"{pad(name, 12)}{pad(value, 16)}{' '.join(allowed)}")
    lines += ["", say("settings.keys-title", language)]
    longest, widest = (
        max(width(text) for text in texts) for texts in zip(*((k.id, " ".join(k.keys)) for k in keys), strict=True)
    )
    for key in keys:
        mark = "✎" if key.keys != key.own else " "
        words = "  ".join(key.title[name] for name in dict.fromkeys((language, *LANGUAGES)))
        lines.append(f"{mark} {pad(key.id, longest)}  {pad(' '.join(key.keys), widest)}  {words}")
    return "\n".join(lines)
