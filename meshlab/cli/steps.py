"""The learner's way: start, status, guide, debrief, next, solve, goto, reset."""

from __future__ import annotations

import shutil

import click

from meshlab.cli.options import Options, format_option
from meshlab.cli.output import note, show_progress
from meshlab.cli.running import open_lab, with_run
from meshlab.run.api import LabRun, Snapshot
from meshlab.words import say


def snapshot_text(snapshot: Snapshot, language: str) -> str:
    """Where a run stands, as lines."""
    lines = [f"{snapshot.stage}  {snapshot.title}  —  {say(f'cli.state.{snapshot.state}', language)}"]
    for number, step in enumerate(snapshot.steps, 1):
        glyph = "✔" if step.done else "▶" if step.id == snapshot.current else "·"
        solved = f"  ({say('cli.solved', language)})" if step.solved else ""
        lines.append(f"  {glyph} {number}. {step.title}  [{step.id}]{solved}")
    if snapshot.faults:
        lines.append(say("cli.faults", language, faults=", ".join(f"{one.kind} {one.target}" for one in snapshot.faults)))
    if snapshot.stand_ins:
        lines.append(say("cli.stand-ins", language, images=", ".join(snapshot.stand_ins)))
    return "\n".join(lines)


def show_snapshot(snapshot: Snapshot, language: str, form: str) -> None:
    """Print it for a person or for a script."""
    if form == "json":
        from meshlab.report.envelope import envelope

        click.echo(envelope("status", status=snapshot))
    else:
        click.echo(snapshot_text(snapshot, language))


@click.command("start")
@click.argument("lab", required=False, default="")
@click.option("--seed", type=int, help="The seat's seed: another seed, other values.")
@click.option("--context", help="Use this context of your kubeconfig instead of making a cluster.")
@click.option("--kubeconfig", help="The kubeconfig that --context is in (default: $KUBECONFIG or ~/.kube/config).")
@format_option("text", "json")
@click.pass_obj
def start_command(options: Options, lab: str, seed: int | None, context: str | None, kubeconfig: str | None, form: str) -> None:
    """Prepare a lab and make it the current one. Safe to run again: it goes on, or wakes a stopped cluster."""

    async def work(run: LabRun) -> Snapshot:
        await show_progress(run.prepare(), options.language, form)
        return run.snapshot()

    snapshot = with_run(options, work, lab, seed=seed, context=context, kubeconfig=kubeconfig or "")
    show_snapshot(snapshot, options.language, form)
    if form == "text":
        note(say("cli.started", options.language, seconds=f"{snapshot.ready_seconds:.0f}"))


@click.command("status")
@format_option("text", "json")
@click.pass_obj
def status_command(options: Options, form: str) -> None:
    """Where the current lab stands, without asking the cluster."""
    show_snapshot(open_lab(options).snapshot(), options.language, form)


@click.command("guide")
@click.argument("step", required=False, default="")
@click.pass_obj
def guide_command(options: Options, step: str) -> None:
    """The current page of the guide, or that of another step."""
    page = open_lab(options).page(step, options.language)
    click.echo(f"[{page.number}/{page.of}] {page.title}\n\n{page.markdown}")


@click.command("debrief")
@click.argument("step", required=False, default="")
@format_option("text", "json")
@click.pass_obj
def debrief_command(options: Options, step: str, form: str) -> None:
    """A step that is done (default: the last one): what it was about, and the reference solution beside your objects."""
    from meshlab.report.debrief import debrief_text
    from meshlab.report.envelope import envelope

    run = open_lab(options)
    done = [one.id for one in run.snapshot().steps if one.done]
    told = run.debrief(step or (done[-1] if done else ""), options.language)
    width = shutil.get_terminal_size().columns
    click.echo(envelope("debrief", debrief=told) if form == "json" else debrief_text(told, options.language, width))


@click.command("next")
@format_option("text", "json")
@click.pass_obj
def next_command(options: Options, form: str) -> None:
    """Go on to the next step, when all checks of this one are or have been green."""
    show_snapshot(with_run(options, lambda run: run.next()), options.language, form)


@click.command("solve")
@click.argument("step", required=False, default="")
@format_option("text", "json")
@click.pass_obj
def solve_command(options: Options, step: str, form: str) -> None:
    """Let meshlab do a step (default: the current one) with the lab's reference solution."""
    with_run(options, lambda run: show_progress(run.solve(step), options.language, form))


@click.command("goto")
@click.argument("step")
@format_option("text", "json")
@click.pass_obj
def goto_command(options: Options, step: str, form: str) -> None:
    """Jump to a step: the steps before are solved for you, experiments are skipped."""
    with_run(options, lambda run: show_progress(run.goto(step), options.language, form))


@click.command("reset")
@click.argument("step", required=False, default="")
@click.option("--yes", is_flag=True, help="Do not ask about objects of yours that would be removed.")
@format_option("text", "json")
@click.pass_obj
def reset_command(options: Options, step: str, yes: bool, form: str) -> None:
    """Bring the cluster back to the start of a step (default: the current one). Progress is never lost."""

    async def work(run: LabRun) -> None:
        plan = await run.plan_reset(step)
        if plan.strays and not yes:
            note(say("cli.strays", options.language) + "\n  " + "\n  ".join(plan.strays))
            click.confirm(say("cli.remove-them", options.language), abort=True, err=True)
        await show_progress(run.reset(step), options.language, form)

    with_run(options, work)
