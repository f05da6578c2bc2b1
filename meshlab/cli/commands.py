"""Commands by name and by the module that holds them, so that `--help` imports none of them (0.15 s budget)."""

from __future__ import annotations

from importlib import import_module

import click

# name -> (module below meshlab.cli, one line of help); in the order in which a learner meets them.
COMMANDS: dict[str, tuple[str, str]] = {
    "list": ("labs", "List the stages, their labs and your progress."),
    "start": ("steps", "Prepare a lab (cluster, images, shop) and make it the current one."),
    "status": ("steps", "Show where the current lab stands, without asking the cluster."),
    "check": ("checks", "Check the cluster: what is green, what is red and why."),
    "explain": ("checks", "Show a check, its last verdict and the evidence."),
    "hint": ("checks", "Show the next hint for a red check."),
    "answer": ("checks", "Answer a question of the guide."),
    "guide": ("steps", "Show the current page of the guide."),
    "experiment": ("experiments", "Predict an outcome, let meshlab break something, measure and repair it."),
    "debrief": ("steps", "Compare the reference solution with your objects, once a step is done."),
    "next": ("steps", "Go on to the next step."),
    "solve": ("steps", "Let meshlab solve a step."),
    "goto": ("steps", "Jump to a step; meshlab solves the steps before it."),
    "reset": ("steps", "Return to the start of a step."),
    "shell": ("observe", "Open a shell with KUBECONFIG set for the lab."),
    "trace": ("observe", "Send a request and draw the path that it took."),
    "matrix": ("observe", "Show which service reaches which."),
    "traffic": ("observe", "Show what each service receives: requests per second and failures."),
    "tour": ("tour", "Watch recorded labs, without an engine or a cluster."),
    "compare": ("compare", "Compare the stages side by side, as measured on your clusters."),
    "stop": ("clusters", "Pause the cluster, or stop it and give its memory back."),
    "down": ("clusters", "Remove the current lab's cluster; your progress is kept."),
    "clean": ("clusters", "Remove everything that meshlab made on this machine."),
    "grade": ("grade", "Grade a submission unattended."),
    "prove": ("prove", "Prove on a real cluster that labs work as they say."),
    "record": ("tour", "Record a whole lab on a real cluster, for `tour`."),
    "lint": ("authoring", "Check the files of labs for errors."),
    "new": ("authoring", "Start a lab of your own."),
    "settings": ("settings", "Show or change settings: language, engine, memory, theme, animations, keys."),
    "doctor": ("machine", "Check whether this machine can run labs."),
    "setup": ("machine", "Install what is missing: kind, kubectl, images."),
    "support": ("machine", "Collect logs, versions and findings for a bug report, without secrets."),
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
            raise TypeError(f"meshlab.cli.{COMMANDS[cmd_name][0]}.{cmd_name}_command is not a command")
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
