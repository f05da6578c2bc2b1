"""Commands by name and by the module that holds them, so that `--help` imports none of them (0.15 s budget)."""

from __future__ import annotations

from importlib import import_module

import click

# name -> (module below meshlab.cli, one line of help); the order is the order of the way.
COMMANDS: dict[str, tuple[str, str]] = {
    "list": ("labs", "The road: stages, labs, progress."),
    "start": ("steps", "Prepare a lab (cluster, images, shop) and make it the current one."),
    "status": ("steps", "Where the current lab stands, without asking the cluster."),
    "check": ("checks", "Look at the cluster and say what is green, what is red and why."),
    "explain": ("checks", "A check, its last verdict and the evidence."),
    "hint": ("checks", "The next hint for what is red."),
    "answer": ("checks", "Answer a question of the guide."),
    "guide": ("steps", "The current page of the guide."),
    "experiment": ("experiments", "Predict, break, measure, repair."),
    "debrief": ("steps", "The reference solution beside your objects, once a step is done."),
    "next": ("steps", "Go on to the next step."),
    "solve": ("steps", "Let meshlab do a step."),
    "goto": ("steps", "Jump to a step; the steps before are solved."),
    "reset": ("steps", "Back to the start of a step."),
    "shell": ("observe", "A shell with KUBECONFIG set for the lab."),
    "trace": ("observe", "Send one request and draw the path that it really took."),
    "matrix": ("observe", "Who reaches whom now."),
    "traffic": ("observe", "What each service receives: requests a second, what failed."),
    "tour": ("tour", "Watch recorded labs: no engine, no cluster."),
    "compare": ("compare", "The stages side by side, as your clusters measured them."),
    "stop": ("clusters", "Pause the cluster, or stop it and give its memory back."),
    "down": ("clusters", "Remove the current lab's cluster; progress stays."),
    "clean": ("clusters", "Remove everything that meshlab made on this machine."),
    "grade": ("grade", "Grade a submission, with no person there."),
    "prove": ("prove", "Show on a real cluster that labs are right."),
    "record": ("tour", "Record a whole lab on a real cluster, for `tour`."),
    "lint": ("authoring", "Read a lab's files and say what is wrong with them."),
    "new": ("authoring", "Start a lab of your own."),
    "settings": ("settings", "Language, engine, memory, theme, animations and keys: show them, set one."),
    "doctor": ("machine", "Find what would go wrong, before it does."),
    "setup": ("machine", "Install what is missing: kind, kubectl, images."),
    "support": ("machine", "Pack what helps others to help you: log, versions, findings; no secrets."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"meshlab.cli.{COMMANDS[cmd_name][0]}")
        command = getattr(module, f"{cmd_name}_command")
        if not isinstance(command, click.Command):
            raise TypeError(f"meshlab.cli.{COMMANDS[cmd_name][0]}.{cmd_name}_command is no command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_) for name, (_, help_) in COMMANDS.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(f"There is no command {args[0]!r}.{_near(args[0])}", ctx)
        return super().resolve_command(ctx, args)


def _near(name: str) -> str:
    from difflib import get_close_matches

    found = get_close_matches(name, COMMANDS, n=1)
    return f" Did you mean {found[0]!r}?" if found else " `meshlab --help` lists them."
